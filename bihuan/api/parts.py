"""What many answers have in common: rows filled from tables, and pages of them without an end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import IO, Annotated, Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import FileResponse
from django.http.response import HttpResponseBase
from ninja import Field, Query, Schema

from bihuan.rules.errors import Invalid, NotAllowed
from bihuan.rules.permissions import Actor, Duty

S = TypeVar("S", bound=Schema)
M = TypeVar("M", bound=Model)
#: An id: the seq of the entry by which something came to be.
Id = Annotated[int, Field(ge=1, le=2**53)]
Size = Annotated[int, Query(50, ge=1, le=500, description="一页多少行")]
After = Annotated[str, Query("", max_length=200, description="从哪里接着读：上一页答复里的 next")]

#: What an operation that hands out a file says of its answer.
FILE: dict[str, Any] = {
    "response": {200: None},
    "openapi_extra": {
        "responses": {
            200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
        }
    },
}


class Page(Schema, Generic[S]):
    """One page. ``next`` is where the following one begins, "" at the end: read on until then, there is no other limit."""

    rows: list[S]
    next: str = Field("", description="下一页的 after；到底为空")


def handed(name: str, content: bytes | IO[bytes]) -> HttpResponseBase:
    """Return an answer that is a file."""
    file = BytesIO(content) if isinstance(content, bytes) else content
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/octet-stream")


def fill(kind: type[S], row: object, /, **more: Any) -> S:
    """Return a ``kind`` with the values of ``row`` that it names, and ``more``."""
    own = {name: getattr(row, name) for name in kind.model_fields if name not in more and hasattr(row, name)}
    return kind(**own, **more)


def page_by_id(found: QuerySet[M], after: str, size: int, *, column: str = "pk") -> tuple[list[M], str]:
    """Return the rows of ``found`` that follow ``after``, the newest first, and where the next page begins."""
    if after:
        found = found.filter(**{f"{column}__lt": number_of(after)})
    rows = list(found.order_by(f"-{column}")[: size + 1])
    return rows[:size], str(getattr(rows[size - 1], column)) if len(rows) > size else ""


def page_of_list(found: Sequence[M], after: str, size: int) -> tuple[list[M], str]:
    """Do the same with rows that were read already, the newest first."""
    rest = [row for row in found if row.pk < number_of(after)] if after else list(found)
    return rest[:size], str(rest[size - 1].pk) if len(rest) > size else ""


def listed(kind: type[S], found: Sequence[Any], after: str, size: int) -> Page[S]:
    """Return a page of rows that were read already, as ``kind``."""
    rows, more = page_of_list(found, after, size)
    return Page[kind](rows=[fill(kind, row) for row in rows], next=more)  # type: ignore[valid-type]


def number_of(after: str) -> int:
    """Return the number that a page mark is. Raises Invalid."""
    if not after.isascii() or not after.isdigit() or len(after) > 18:
        raise Invalid("翻页标记 after 读不懂。", hint="请用上一页答复里的 next；从头读就不要给。")
    return int(after)


def demand(actor: Actor, *duties: Duty) -> None:
    """Raise NotAllowed unless ``actor`` has one of ``duties``."""
    if not any(actor.may(duty) for duty in duties):
        raise NotAllowed("您的岗位不能使用这个接口。")


def named(names: dict[int, str], ids: Iterable[int]) -> list[str]:
    """Return the names of ``ids``, in their order."""
    return [names.get(i, "") for i in ids]
