"""Error pages: what happened, and what to do, in Chinese; a fragment gets the same as a short notice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template

from bihuan.rules.errors import BihuanError, NotAllowed, NotFound, Unreachable

_STATUS: tuple[tuple[type[BihuanError], int], ...] = (
    (NotFound, 404),
    (NotAllowed, 403),
    (Unreachable, 503),
)


def status_of(error: BihuanError) -> int:
    """Return the HTTP status under which ``error`` is told."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 422)


@dataclass
class Refusal:
    """The HTTP status under which a form is shown again; 0 where nothing was refused."""

    status: int = 0


@contextmanager
def refusals(form: forms.Form) -> Iterator[Refusal]:
    """Tell a refusal of our own in ``form``, which keeps what was typed, instead of raising it."""
    found = Refusal()
    try:
        yield found
    except BihuanError as error:
        form.add_error(None, str(error))
        found.status = status_of(error)


def refused(request: HttpRequest, error: BihuanError) -> HttpResponse:
    """Tell one of our own refusals."""
    return _page(request, status_of(error), error.message, error.hint)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """400."""
    return _page(
        request, 400, "这个请求读不懂。", "请从网页里的链接打开；若网址换过，请联系系统管理员核对访问地址。"
    )


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """403."""
    return _page(request, 403, "您没有权限打开这个页面。", "如果工作需要，请联系管理员核对岗位。")


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """404."""
    return _page(request, 404, "没有找到这个页面。", "网址可能写错了，或者页面已经搬走。")


def fault(request: HttpRequest) -> HttpResponse:
    """500: it must not depend on anything that may be what failed."""
    return HttpResponse(get_template("errors/fault.html").render(), status=500)


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token was missing or old."""
    return _page(
        request,
        403,
        "页面放得太久，提交没有被接受。",
        "请返回上一页刷新后再提交；没有任何内容被改动。浏览器须允许本站使用 Cookie。",
    )


def _page(request: HttpRequest, status: int, message: str, hint: str) -> HttpResponse:
    context = {"status": status, "message": message, "hint": hint}
    if getattr(request, "htmx", False):
        return notice(request, "errors/error.html#notice", status, context)
    return render(request, "errors/error.html", context, status=status)


def notice(
    request: HttpRequest, template: str, status: int, context: dict[str, Any] | None = None
) -> HttpResponse:
    """Show a refusal above the page, wherever the fragment was to go: a form keeps what was typed into it."""
    response = render(request, template, context, status=status)
    response["HX-Retarget"], response["HX-Reswap"] = "#notice", "innerHTML show:window:top"
    response["HX-Push-Url"] = "false"
    return response
