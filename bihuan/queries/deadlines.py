"""The deadlines of a person or of a unit, as their calendar shows them: of items at work, and of slips that want an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connections
from django.db.models import Q, QuerySet

from bihuan.ledger import derive
from bihuan.ledger.rows import Rows
from bihuan.models import Feed, Item, Slip, Unit
from bihuan.queries.people import actor_of, directory
from bihuan.rules.check_in import check_day
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import NotFound
from bihuan.rules.permissions import DUTIES, Actor, Duty, Role
from bihuan.rules.slips import UNANSWERED
from bihuan.rules.workflow import RUNNING, State

_AT_WORK = RUNNING - {State.PASSED}
#: For whose items these roles have deadlines of their own.
_OWN = frozenset({Role.HANDLER, Role.UNIT_HEAD})
_OFFICE = frozenset({Role.SUPERVISOR, Role.LEAD})


@dataclass(frozen=True)
class Deadline:
    """One day on which something falls due. ``key`` stays the same when the day moves; ``version`` rises when anything does."""

    key: str
    day: date
    what: str
    number: str
    title: str
    unit: str
    provisional: bool
    version: int
    changed_at: datetime


def deadlines_of(feed: Feed, using: str = "default") -> list[Deadline]:
    """Return the deadlines of a calendar, in order. Raises NotFound when its holder is gone or may no longer see them."""
    actor = actor_of(feed.person_id, using)
    where, slips = _reach(actor, feed.unit_id, using)
    names = directory(using).labels
    items = Item.objects.using(using).filter(where, state__in=_AT_WORK)
    found = [
        Deadline(
            f"item-{i.pk}", i.due, "办结时限", i.number, i.title, names.get(i.owner_id, ""), i.provisional, i.version, i.changed_at
        )
        for i in items.filter(due_at__isnull=False)
        if i.due is not None
    ]  # fmt: skip
    found += _check_ins(items.filter(ongoing=True, state=State.WORKING), names, using)
    found += _answers(slips, names, using)
    return sorted(found, key=lambda d: (d.day, d.key))


def _reach(actor: Actor, unit: int, using: str) -> tuple[Q, Q]:
    """Whose items and slips: a unit's with all below it; a person's by the units for which they work or supervise."""
    if unit:
        row = Unit.objects.using(using).filter(pk=unit).first()
        if row is None or not actor.holds(DUTIES[Duty.READ], row.path):
            raise NotFound("没有这个日历。")
        below = _units([row.path], using)
        return Q(owner_id__in=below), Q(unit_id__in=below)
    own = {g.unit for g in actor.grants if g.role in _OWN}
    office = {g.unit for g in actor.grants if g.role in _OFFICE}
    return Q(owner_id__in=own) | Q(office_id__in=office), Q(unit_id__in=own)


def _units(paths: list[str], using: str) -> list[int]:
    query = Q(pk__in=[])
    for path in paths:
        query |= Q(path__startswith=path)
    return list(Unit.objects.using(using).filter(query).values_list("id", flat=True))


def _check_ins(items: QuerySet[Item], names: dict[int, str], using: str) -> list[Deadline]:
    """When ongoing items without a due date are next to be reported on."""
    rows = Rows(connections[using])
    calendar = derive.calendar_of(rows)
    found = []
    for i in items.order_by("id"):
        item = rows.get("item", i.pk)
        day = check_day(derive.clocked(item), derive.procedure_of(rows, item), calendar)
        known = calendar.is_published(day.year)
        owner = names.get(i.owner_id, "")
        found.append(
            Deadline(
                f"check-{i.pk}", day, "反馈进展", i.number, i.title, owner, not known, i.version, i.changed_at
            )
        )
    return found


def _answers(where: Q, names: dict[int, str], using: str) -> list[Deadline]:
    slips = Slip.objects.using(using).filter(where, state__in=UNANSWERED, answer_due__isnull=False)
    items = dict(Item.objects.using(using).filter(pk__in=slips.values("item_id")).values_list("id", "title"))
    return [
        Deadline(
            f"slip-{s.pk}", _last_day(s.answer_due), f"答复{s.rung}", s.number, items[s.item_id], names.get(s.unit_id, ""),
            False, int(s.changed_at.timestamp()) % 2**31, s.changed_at,
        )
        for s in slips
        if s.answer_due is not None
    ]  # fmt: skip


def _last_day(limit: datetime) -> date:
    """A limit at the end of a day is that day."""
    return (limit.astimezone(CHINA) - timedelta(microseconds=1)).date()
