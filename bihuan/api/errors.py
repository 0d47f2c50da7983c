"""Refusals as the API tells them: one shape, in Chinese, each with a status that the schema names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException
from ninja import Field, NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from bihuan.excel.errors import TooLarge
from bihuan.rules.errors import BihuanError, Invalid, NotAllowed, NotFound, Stale


class Problem(Schema):
    """What every refusal looks like."""

    code: str = Field(description="错误代码，不会改变，供程序判断")
    message: str = Field(description="发生了什么")
    where: str = Field("", description="请求里的哪一处，如 body.text；不指某一处的为空")
    hint: str = Field("", description="怎么办")
    version: int | None = Field(None, description="事项现在的版本；只在版本已旧（412）时给出")


class Unreadable(BihuanError):
    """请求的内容读不懂。"""

    code = "unreadable"
    default_hint = "请核对格式：JSON 须是 UTF-8 编码，数字须是整数，文字里不能有控制字符 NUL。"


class NoToken(BihuanError):
    """没有出示令牌，或令牌无效、已停用、已过期。"""

    code = "no-token"
    default_hint = "请在网页“账号安全”里新建令牌，并在请求头里写 Authorization: Bearer 令牌。"


class NotReady(NotAllowed):
    """您的账号还有一件事要先办。"""

    code = "not-ready"
    default_hint = "请先在网页上登录，按提示修改密码或启用两步登录。"


class WrongMethod(BihuanError):
    """这个地址没有这种请求方法。"""

    code = "wrong-method"
    default_hint = "可用的方法见响应头 Allow 和接口说明。"


class Reused(BihuanError):
    """这个 Idempotency-Key 已用于另一个请求。"""

    code = "key-reused"
    default_hint = "同一个键只能重发同一个请求；不同的请求请换一个键。"


class Behind(Stale):
    """事项已被他人更新，您给出的版本不是最新的。"""

    code = "stale"
    default_hint = "请重新读取事项，核对后按新的版本再提交。"

    def __init__(self, version: int) -> None:
        """``version`` is the present one."""
        super().__init__()
        self.version = version


class TooBig(BihuanError):
    """请求的内容太大。"""

    code = "too-big"
    default_hint = "请分几次提交；文件的大小限制见接口说明。"


class WrongMedia(BihuanError):
    """不接受这种格式的内容。"""

    code = "wrong-media"
    default_hint = "请用 application/json；上传文件用 multipart/form-data。"


class TooOften(BihuanError):
    """请求太频繁。"""

    code = "too-often"
    default_hint = "请按响应头 Retry-After 的秒数等待后再试。"

    def __init__(self, seconds: int) -> None:
        """``seconds`` are to be waited."""
        super().__init__()
        self.seconds = seconds


_STATUS: tuple[tuple[type[BihuanError], int], ...] = (
    (Unreadable, 400),
    (NoToken, 401),
    (NotAllowed, 403),
    (NotFound, 404),
    (WrongMethod, 405),
    (Reused, 409),
    (Stale, 412),
    (TooBig, 413),
    (TooLarge, 413),
    (WrongMedia, 415),
    (TooOften, 429),
)
#: Every status under which something is refused; anything else that is refused is told as 422.
REFUSED = tuple(sorted({status for _, status in _STATUS} | {422}))
_NAMES = {
    "missing": "必须填写。",
    "extra_forbidden": "没有这一项。",
    "string": "应是文字。",
    "int": "应是整数。",
    "greater": "太小。",
    "less": "太大。",
    "bool": "应是 true 或 false。",
    "list": "应是一列内容。",
    "tuple": "应是一列内容。",
    "dict": "应是一组名称和内容。",
    "model": "应是一组名称和内容。",
    "date": "应是日期，如 2026-03-05。",
    "datetime": "应是时间，如 2026-03-05T09:00:00+08:00。",
    "timezone": "时间须带时区，如 2026-03-05T09:00:00+08:00。",
    "enum": "不在可选的内容里。",
    "literal": "不在可选的内容里。",
}


def status_of(error: BihuanError) -> int:
    """Return the HTTP status under which ``error`` is told."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 422)


def told(error: BihuanError, where: str = "") -> HttpResponse:
    """Return the answer that tells ``error``."""
    problem = Problem(
        code=error.code,
        message=error.message,
        where=where,
        hint=error.hint,
        version=error.version if isinstance(error, Behind) else None,
    )
    response = JsonResponse(
        problem.dict(), status=status_of(error), json_dumps_params={"ensure_ascii": False}
    )
    if isinstance(error, TooOften):
        response["Retry-After"] = str(error.seconds)
    if isinstance(error, NoToken):
        response["WWW-Authenticate"] = "Bearer"
    return response


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    return told(error)


def _misfit(request: HttpRequest, error: Any) -> HttpResponse:
    """Tell each value that is not as the schema says."""
    found = [(_place(e["loc"]), _said(str(e["type"]))) for e in error.errors]
    message = "；".join(f"{place}：{said.rstrip('。')}" for place, said in found) + "。"
    return told(Invalid(message, hint="可填的内容见 /api/openapi.json。"), found[0][0] if found else "")


def _place(loc: Sequence[Any]) -> str:
    """``body.payload.text`` → ``body.text``: the names of our own functions' arguments say nothing."""
    return ".".join(str(part) for part in loc if part not in {"payload", "wanted"})


def _said(kind: str) -> str:
    known = kind if kind in _NAMES else kind.partition("_")[0]
    return _NAMES.get(known, "不符合要求。")


def _http(request: HttpRequest, error: Any) -> HttpResponse:
    """What the framework could not read; a reason of ours lies behind it."""
    return told(error.__cause__ if isinstance(error.__cause__, BihuanError) else Unreadable())


def as_told(error: type[BihuanError]) -> Callable[[HttpRequest, Any], HttpResponse]:
    """Return a handler that tells ``error`` in place of what was raised."""
    return lambda request, _raised: told(error())


def tell_errors(api: NinjaAPI) -> None:
    """Let ``api`` answer every refusal in the one shape; what is nobody's mistake but ours is still a fault."""
    api.add_exception_handler(BihuanError, _refused)
    api.add_exception_handler(ValidationError, _misfit)
    api.add_exception_handler(HttpError, _http)
    api.add_exception_handler(AuthenticationError, as_told(NoToken))
    api.add_exception_handler(Http404, as_told(NotFound))
    for raised, error in REPLACED.items():
        api.add_exception_handler(raised, as_told(error))


#: What Django raises about a request, and as what it is told. A value that a column cannot hold is a mistake of whoever sent it.
REPLACED: dict[type[Exception], type[BihuanError]] = {
    DataError: Invalid,
    OverflowError: Invalid,
    RequestDataTooBig: TooBig,
    SuspiciousOperation: Unreadable,
    BadRequest: Unreadable,
    MultiPartParserError: Unreadable,
    RawPostDataException: WrongMedia,  # a form, where JSON is wanted
}
