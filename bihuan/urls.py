"""Every address: the pages, and beside them the API under ``/api/``.

This is the only place that knows both: neither imports the other.
"""

from __future__ import annotations

from typing import Any

from django.urls import URLResolver, include, path
from django.urls.resolvers import RoutePattern
from django.utils.functional import cached_property

from bihuan.web.access import Door


class _Api(URLResolver):
    """The addresses of the API, made when the first of them is asked for: that takes a second, which most commands never need."""

    def __init__(self) -> None:
        super().__init__(RoutePattern("api/"), [], app_name="api", namespace="api")

    @cached_property
    def url_patterns(self) -> list[Any]:
        """The API asks for a token with each call (``bihuan.api.door``), never for the session that the pages ask for."""
        from bihuan.api.main import patterns

        for pattern in patterns:
            pattern.callback.opens_to = Door.ANYONE  # type: ignore[attr-defined]
        return patterns

    def _populate(self) -> None:
        """What stands in a namespace is looked up there; the addresses of the pages are found without it."""


urlpatterns = [_Api(), path("", include("bihuan.web.urls"))]

handler400 = "bihuan.web.errors.bad_request"
handler403 = "bihuan.web.errors.forbidden"
handler404 = "bihuan.web.errors.not_found"
handler500 = "bihuan.web.errors.fault"
