"""The API put together: its operations, its schema at ``/api/openapi.json``, and a page for people that lists them."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, path, re_path

from bihuan.api import (
    burden,
    checking,
    drafts,
    figures,
    house,
    inspections,
    institutions,
    items,
    ledger,
    library,
    library_bring,
    library_mine,
    library_tasks,
    many,
    meetings,
    mine,
    outlets,
    overview,
    previews,
    procedures,
    proofreading,
    steps,
    supervise,
    word_templates,
)
from bihuan.api.door import guarded, make_api
from bihuan.rules.errors import NotFound

PARTS = (
    mine,
    items,
    steps,
    many,
    supervise,
    meetings,
    inspections,
    checking,
    institutions,
    figures,
    overview,
    burden,
    previews,  # before the house, whose /calendar/{day} would take /calendar/preview
    house,
    procedures,
    word_templates,
    outlets,
    ledger,
    library,
    library_mine,
    library_bring,
    library_tasks,
    proofreading,
    drafts,
)

api = make_api()
for _part in PARTS:
    api.add_router("", _part.router)


@cache
def _schema() -> dict[str, Any]:
    """The schema stays the same as long as the process lives."""
    return dict(api.get_openapi_schema(path_prefix="/api/"))


def openapi(request: HttpRequest) -> HttpResponse:
    """Give the schema; it says nothing of the ledger, so anybody may read it."""
    return JsonResponse(_schema(), json_dumps_params={"ensure_ascii": False})


def page(request: HttpRequest) -> HttpResponse:
    """List the operations for people, from the schema."""
    schema = _schema()
    tags: dict[str, list[dict[str, Any]]] = {}
    for address, methods in schema["paths"].items():
        for method, operation in methods.items():
            line = {"method": method.upper(), "address": address, "summary": operation["summary"]}
            tags.setdefault(operation["tags"][0], []).append(line)
    return render(request, "api.html", {"tags": tags.items(), "who": None})


def nowhere(request: HttpRequest, **_: Any) -> HttpResponse:
    """Say that there is no such address, in the shape of every other refusal."""
    raise NotFound("没有这个接口地址。", hint="地址见 /api/ 和 /api/openapi.json。")


_open = [path("", page, name="page"), path("openapi.json", openapi, name="openapi")]
_operations = [
    p for p in api.urls[0] if isinstance(p, URLPattern) and p.name not in {"openapi-json", "api-root"}
]
patterns = [*_open, *guarded([*_operations, re_path(".*", nowhere, name="nowhere")])]
