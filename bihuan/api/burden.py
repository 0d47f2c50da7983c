"""What one unit was asked for this year, thing by thing: what the numbers of its burden count."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from ninja import Field, Query, Router, Schema

from bihuan.api.call import Call, now
from bihuan.api.parts import After, Id, Page, Size, demand, page_by_id, page_of_list
from bihuan.models import Inspection, Item, Meeting, Slip
from bihuan.queries.burden import Asked, asked_of, burdened, this_year
from bihuan.queries.inspection import inspections
from bihuan.queries.meetings import meetings
from bihuan.rules.permissions import Duty

router = Router(tags=["专项工作和数据"])
Sort = Literal["slips", "asked", "waiting", "items", "inspections", "meetings"]


class ThingOut(Schema):
    """A slip, an item, an inspection or a meeting; of one that the caller may not see that it was alone (id 0, no words)."""

    id: int
    number: str
    title: str
    at: datetime | None = Field(description="单据发出、事项交办、会议开始的时间；督查为空")


class CountsOut(Schema):
    """How many there are of each."""

    slips: int
    asked: int
    waiting: int
    items: int
    inspections: int
    meetings: int


class UnitBurdenOut(Page[ThingOut]):
    """A page of what one number of a unit's burden counts, and all of the numbers."""

    unit: int
    name: str
    counts: CountsOut


@router.get(
    "/units/{unit_id}/burden",
    response=UnitBurdenOut,
    summary="一个单位今年的负担，逐件：单据、事项、督查、会议",
)
def unit_burden(
    request: Call,
    unit_id: Id,
    what: Annotated[
        Sort,
        Query(
            "slips",
            description="slips 收到单据、asked 要求答复的、waiting 未了的、items 新交办、inspections 接受督查、meetings 通知参会",
        ),
    ],
    after: After,
    size: Size,
) -> UnitBurdenOut:
    """List what a unit was asked for since the first of January, the newest first."""
    demand(request.who.actor, Duty.READ)
    unit = burdened(request.who, unit_id)
    found = _lists(asked_of(unit_id, *this_year(now())))
    rows, more = _page(found[what], after, size)
    return UnitBurdenOut(
        unit=unit.pk,
        name=unit.name,
        counts=CountsOut(**{name: _count(things) for name, things in found.items()}),
        rows=_things(request, rows),
        next=more,
    )


def _lists(found: Asked) -> dict[str, Any]:
    return {
        "slips": found.slips,
        "asked": found.slips.filter(answer_due__isnull=False),
        "waiting": found.waiting,
        "items": found.items,
        "inspections": found.inspections[::-1],
        "meetings": found.meetings[::-1],
    }


def _count(things: Any) -> int:
    return int(things.count()) if isinstance(things, QuerySet) else len(things)


def _page(things: Any, after: str, size: int) -> tuple[list[Any], str]:
    page: Any = page_by_id if isinstance(things, QuerySet) else page_of_list
    rows, more = page(things, after, size)
    return rows, more


def _things(request: Call, rows: list[Any]) -> list[ThingOut]:
    actor = request.who.actor
    seen = {Inspection: {i.pk for i in inspections(actor)}, Meeting: {m.pk for m in meetings(actor)}}
    return [_thing(row, seen=row.pk in seen.get(type(row), {row.pk})) for row in rows]


def _thing(row: Any, *, seen: bool) -> ThingOut:
    if not seen:
        return ThingOut(id=0, number="", title="", at=None)
    if isinstance(row, Slip):
        return ThingOut(id=row.pk, number=row.number, title=row.rung, at=row.issued_at)
    if isinstance(row, Item):
        return ThingOut(id=row.pk, number=row.number, title=row.title, at=row.assigned_at)
    if isinstance(row, Meeting):
        return ThingOut(id=row.pk, number=row.number, title=row.title, at=row.starts_at)
    return ThingOut(id=row.pk, number="", title=row.name, at=None)
