"""Every address: the pages, and beside them the API under ``/api/``.

This is the only place that knows both: neither imports the other.
"""

from __future__ import annotations

from typing import Any

from django.urls import include, path

from bihuan.api.main import patterns
from bihuan.web.access import Door


def _api() -> list[Any]:
    """The API asks for a token with each call (``bihuan.api.door``), never for the session that the pages ask for."""
    for pattern in patterns:
        pattern.callback.opens_to = Door.ANYONE  # type: ignore[attr-defined]
    return patterns


urlpatterns = [path("api/", include((_api(), "api"))), path("", include("bihuan.web.urls"))]

handler400 = "bihuan.web.errors.bad_request"
handler403 = "bihuan.web.errors.forbidden"
handler404 = "bihuan.web.errors.not_found"
handler500 = "bihuan.web.errors.fault"
