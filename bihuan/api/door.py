"""The way into the API: each call is admitted, counted, read and, with an idempotency key, answered once."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser
from ninja.renderers import JSONRenderer
from ninja.security import HttpBearer

from bihuan.api.call import admit, read_content
from bihuan.api.errors import REFUSED, Problem, WrongMedia, WrongMethod, tell_errors, told
from bihuan.api.once import once
from bihuan.rules.errors import BihuanError

_CHINESE = re.compile("[\u4e00-\u9fff]")
View = Callable[..., HttpResponseBase]
_ONCE = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    "description": "重发同一请求时用同一个键：不会办两次，答复相同。保留一天。",
}
_SAID = {
    400: "请求读不懂", 401: "没有令牌或令牌无效", 403: "没有权限", 404: "没有找到", 405: "没有这种请求方法",
    409: "幂等键已用于另一个请求", 412: "版本已旧", 413: "内容太大", 415: "格式不对", 422: "内容不符合要求", 429: "请求太频繁",
}  # fmt: skip


class Token(HttpBearer):
    """The scheme as the schema names it; who calls was found out at the door."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Return who calls."""
        return getattr(request, "who", None)


class _Read(Parser):
    """Hands on what was read at the door."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return the content. Raises WrongMedia where a form came in place of JSON."""
        if not hasattr(request, "content"):
            raise WrongMedia
        return request.content


class _Write(JSONRenderer):
    """Writes Chinese as it is read."""

    def __init__(self) -> None:
        self.json_dumps_params = {"ensure_ascii": False}


class Api(NinjaAPI):
    """The API with every answer that the door may give in its schema."""

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        """Return the schema; texts that are not for people (the code's own) are left out."""
        schema = super().get_openapi_schema(**kwargs)
        schema["components"]["schemas"]["Problem"] = Problem.json_schema()
        for path in schema["paths"].values():
            for method, operation in path.items():
                _complete(method, operation)
        _leave_out_english(schema)
        return schema


def _complete(method: str, operation: dict[str, Any]) -> None:
    for status in REFUSED:
        operation["responses"][status] = {
            "description": _SAID[status],
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            **({"headers": {"Retry-After": {"schema": {"type": "integer"}}}} if status == 429 else {}),
        }
    if method == "post":
        operation["parameters"].append(_ONCE)


def _leave_out_english(node: Any) -> None:
    """The docstrings of the code are for those who read the code."""
    if isinstance(node, list):
        for inner in node:
            _leave_out_english(inner)
    if isinstance(node, dict):
        said = node.get("description")
        if isinstance(said, str) and not _CHINESE.search(said) and {"type", "operationId"} & node.keys():
            del node["description"]
        for inner in node.values():
            _leave_out_english(inner)


def make_api() -> Api:
    """Return the API without operations."""
    api = Api(
        title="闭环 API",
        version="1",
        description="网页上能办的，程序都能以本人的名义办。令牌在“账号安全”里新建，权限与本人相同。",
        docs_url=None,
        auth=Token(),
        parser=_Read(),
        renderer=_Write(),
        urls_namespace="api",
    )
    tell_errors(api)
    return api


def guarded(patterns: list[URLPattern]) -> list[URLPattern]:
    """Put the door before every view."""
    for pattern in patterns:
        pattern.callback = _door(pattern.callback)
    return patterns


def _door(view: View) -> View:
    @csrf_exempt  # a token is shown with each call; no cookie is looked at
    @wraps(view)
    def entered(request: Any, **arguments: Any) -> HttpResponseBase:
        try:
            admit(request)
            read_content(request)
            response = once(request, lambda: view(request, **arguments))
        except BihuanError as error:
            return told(error)
        if response.status_code != 405:
            return response
        refusal = told(WrongMethod())
        refusal["Allow"] = response["Allow"]
        return refusal

    return entered
