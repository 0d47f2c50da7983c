"""What keeping the house would lead to, before it is done: a unit moved or merged, a year's days published. Nothing is written."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from ninja import Query, Router, Schema

from bihuan.actions.reschedule import foresee
from bihuan.api.call import Call
from bihuan.api.house import YearIn
from bihuan.api.parts import Id, demand, fill
from bihuan.models import Unit
from bihuan.queries.calendar import calendar_now
from bihuan.queries.units import kept_unit, merge_of, move_of, why_not_below, why_not_into
from bihuan.rules.errors import Invalid, NotFound
from bihuan.rules.permissions import Duty

router = Router(tags=["单位、人员和设置"])


class LoadOut(Schema):
    """What belongs to units: items that they own (``open_items`` of them to be done), items they help with, open slips, people."""

    items: int
    open_items: int
    helped: int
    slips: int
    people: int


class RoleHeld(Schema):
    """A role somebody holds, and for which unit."""

    person: str
    role: str
    unit: str


class MoveOut(Schema):
    """What goes along: the units below, what belongs to all of them, and whose roles reach them from then on or no longer do."""

    below: list[str]
    load: LoadOut
    gains: list[RoleHeld]
    loses: list[RoleHeld]


class MergeOut(Schema):
    """What goes over: what belongs to the unit, and by name its people, roles, units below and names."""

    load: LoadOut
    people: list[str]
    roles: list[RoleHeld]
    below: list[str]
    names: list[str]


class TurnedDay(Schema):
    """A day that is worked now and would not be, or the other way round."""

    day: date
    workday: bool


class ForeseenOut(Schema):
    """A deadline that would move."""

    item: int
    number: str
    title: str
    register_id: int
    owner: int
    before: date
    after: date


class CalendarOut(Schema):
    """What publishing a year would do: days that turn, deadlines that become certain (``settled``) and ``moved`` ones of them.

    ``deadlines`` are those of items that the caller may read; ``hidden`` more belong to others.
    """

    doubts: list[str]
    days: list[TurnedDay]
    settled: int
    moved: int
    deadlines: list[ForeseenOut]
    hidden: int


@router.get("/units/{unit_id}/move", response=MoveOut, summary="移动单位会带走什么、谁的岗位范围随之变化")
def move(
    request: Call,
    unit_id: Id,
    parent: Annotated[int, Query(0, ge=0, le=2**53, description="移到哪个单位之下；0 为顶级")],
) -> MoveOut:
    """Say what would go with a unit that moved."""
    demand(request.who.actor, Duty.UNITS)
    unit, above = kept_unit(request.who.actor, unit_id), _unit(parent) if parent else None
    if why := why_not_below(unit, above):
        raise Invalid(why)
    found = move_of(unit, above)
    return fill(
        MoveOut, found, load=fill(LoadOut, found.load), gains=_roles(found.gains), loses=_roles(found.loses)
    )


@router.get("/units/{unit_id}/merge", response=MergeOut, summary="并入另一单位会转去什么")
def merge(
    request: Call,
    unit_id: Id,
    into: Annotated[int, Query(..., ge=1, le=2**53, description="并入哪个单位")],
) -> MergeOut:
    """Say what a unit would hand over."""
    demand(request.who.actor, Duty.UNITS)
    unit, heir = kept_unit(request.who.actor, unit_id), _unit(into)
    if why := why_not_into(unit, heir):
        raise Invalid(why)
    found = merge_of(unit)
    return fill(MergeOut, found, load=fill(LoadOut, found.load), roles=_roles(found.roles))


def _unit(unit_id: int) -> Unit:
    found = Unit.objects.filter(pk=unit_id).first()
    if found is None:
        raise NotFound(f"没有编号为 {unit_id} 的单位。")
    return found


def _roles(found: list[Any]) -> list[RoleHeld]:
    return [fill(RoleHeld, named) for named in found]


@router.post("/calendar/preview", response=CalendarOut, summary="发布某年的放假安排会调整哪些时限")
def calendar(request: Call, payload: YearIn) -> CalendarOut:
    """Say which days and deadlines a year's notice would move."""
    demand(request.who.actor, Duty.CALENDAR)
    year = payload.year_of()
    found = foresee(year)
    moved = [one for one in found if one.before != one.after]
    mine = [one for one in moved if request.who.reads(one.register, one.owner)]
    return CalendarOut(
        doubts=list(year.doubts()),
        days=[TurnedDay(day=day, workday=workday) for day, workday in calendar_now().changes(year)],
        settled=len(found),
        moved=len(moved),
        deadlines=[fill(ForeseenOut, one, register_id=one.register) for one in mine],
        hidden=len(moved) - len(mine),
    )
