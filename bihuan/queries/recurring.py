"""Problems that come again, proposed for 建章立制; what a procedure says of them, or what the reader asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connections
from django.db.models import Q, QuerySet

from bihuan.ledger import derive
from bihuan.ledger.facts import fact_of
from bihuan.ledger.rows import Rows
from bihuan.models import Cause, Entry, Finding, Item, Register
from bihuan.queries.items import seen_by
from bihuan.queries.people import directory
from bihuan.rules.calendar import shift_months
from bihuan.rules.clocked import CHINA, day_start
from bihuan.rules.events import ItemLookedBack
from bihuan.rules.procedure_types import Recurring, Span
from bihuan.rules.recurring import RESULT_CLASSES, Case, Recurrence, recurrences
from bihuan.rules.workflow import State

_NOT_COUNTED = (State.MERGED, State.CANCELLED)


@dataclass(frozen=True)
class Proposal:
    """A class of problems in one register that came again ``since`` a day; ``institutions`` were made because of its items.

    ``items`` are the newest of the ``count`` items that it is about.
    """

    register: int
    register_name: str
    klass: str
    times: int
    across: bool
    units: list[str]
    count: int
    items: list[Item]
    institutions: list[int]
    since: date


def proposals(
    registers: Sequence[Register],
    now: datetime,
    units: frozenset[int] | None = None,
    *,
    within: Span | None = None,
    times: int = 0,
    across: int = 0,
    most: int | None = None,
    using: str = "default",
) -> list[Proposal]:
    """Return what comes again in each register, by the thresholds of its procedure unless others are given.

    ``times`` in one unit, or ``across`` so many units, ``within`` a length of time; only items that somebody who sees ``units``
    (None: all) may see. ``most``: no more than so many items are read for each.
    """
    rows = Rows(connections[using])
    found: list[tuple[Register, Recurrence, date]] = []
    for register in registers:
        procedure = derive.parsed(rows.get("procedure", register.procedure_id)["text"])
        rule = procedure.recurring
        rule = Recurring(within or rule.within, times or rule.times, across or rule.units, rule.by)
        since = _since(now, rule.within)
        cases = _cases(register.pk, since, rule.by, units, using)
        told = recurrences(cases, times=rule.times, units=rule.units)
        found += [(register, r, since) for r in told]
    return _proposals(found, most, using)


def _since(now: datetime, within: Span) -> date:
    """The day that lies ``within`` before today."""
    today = now.astimezone(CHINA).date()
    if within.unit == "month":
        return shift_months(today, -within.count)
    return today - timedelta(days=within.count)


def _cases(register: int, since: date, by: str, units: frozenset[int] | None, using: str) -> Iterator[Case]:
    """What happened since: a registration counts once, and so does each relapse, also of an item registered before."""
    items = Item.objects.using(using).filter(register_id=register).exclude(state__in=_NOT_COUNTED)
    items = items.filter(Q(registered_at__gte=day_start(since)) | Q(relapses__gt=0))
    if units is not None:
        items = items.filter(seen_by(units))
    relapses = _relapses(items, since, using)
    categories = _categories(register, using)
    # a column of its own is read by name: all of an item's would be parsed for each of tens of thousands
    named = "klass" if by == "class" else f"extra__{by}"
    first = day_start(since)
    for pk, owner, klass, registered_at in items.values_list(
        "id", "owner_id", named, "registered_at"
    ).iterator():
        times = (registered_at >= first) + relapses[pk]
        name = str(klass or "")
        if by == "class" and (not name or name in RESULT_CLASSES):
            name = categories.get(pk, "")
        if times:
            yield Case(pk, owner, name, times)


def _relapses(items: QuerySet[Item], since: date, using: str) -> Counter[int]:
    fallen = items.filter(relapses__gt=0).values("id")
    entries = Entry.objects.using(using).filter(
        kind="item.looked_back", at__gte=day_start(since), item_id__in=fallen
    )
    facts = (fact_of(body) for body in entries.values_list("body", flat=True))
    return Counter(f.item for f in facts if isinstance(f.event, ItemLookedBack) and not f.event.held)


def _categories(register: int, using: str) -> dict[int, str]:
    """The class that an inspection gave to what it found, by item: it tells what is wrong where the item's own class does not."""
    items = Item.objects.using(using).filter(register_id=register).values("id")
    found = Finding.objects.using(using).filter(item_id__in=items, category__gt="").order_by("-id")
    return dict(found.values_list("item_id", "category"))


def _proposals(
    found: list[tuple[Register, Recurrence, date]], most: int | None, using: str
) -> list[Proposal]:
    """Read what is said of all of them at once."""
    names = directory(using).labels
    shown = [r.items if most is None else r.items[-most:] for _, r, _ in found]
    items = Item.objects.using(using).in_bulk({i for ids in shown for i in ids})
    causes = list(Cause.objects.using(using).values_list("item_id", "institution_id"))
    return [
        Proposal(
            register=register.pk,
            register_name=register.name,
            klass=r.klass,
            times=r.times,
            across=r.across,
            units=[names.get(u, "（未交办）") for u in r.units],
            count=len(r.items),
            items=[items[i] for i in ids],
            institutions=_institutions(causes, set(r.items)),
            since=since,
        )
        for (register, r, since), ids in zip(found, shown, strict=True)
    ]


def _institutions(causes: list[tuple[int, int]], items: set[int]) -> list[int]:
    return sorted({institution for item, institution in causes if item in items})
