"""Problems that come again, proposed for 建章立制; what a procedure says of them, or what the reader asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connections
from django.db.models import Count, Q, QuerySet

from bihuan.ledger import derive
from bihuan.ledger.facts import fact_of
from bihuan.ledger.rows import Rows
from bihuan.models import Cause, Entry, Finding, Item, Register
from bihuan.queries.items import seen_ids
from bihuan.queries.people import directory
from bihuan.rules.calendar import shift_months
from bihuan.rules.clocked import CHINA, day_start
from bihuan.rules.events import ItemLookedBack
from bihuan.rules.procedure_types import Span
from bihuan.rules.recurring import RESULT_CLASSES, Case, Recurrence, recurrences
from bihuan.rules.workflow import State

_NOT_COUNTED = (State.MERGED, State.CANCELLED)
#: Classes that say nothing of what is wrong: there the word of an inspection is taken.
_UNSAID = frozenset({"", *RESULT_CLASSES})


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


@dataclass(frozen=True)
class _Source:
    """What is counted in a register: its items with something since a day, and what inspections call some that say nothing themselves."""

    register: Register
    since: date
    column: str
    items: QuerySet[Item]
    relapses: Counter[int]
    categories: dict[int, str]

    def cases(self) -> Iterator[Case]:
        """A registration counts once, and so does each relapse, also of an item registered before. The database adds up."""
        new = Count("id", filter=Q(registered_at__gte=day_start(self.since)))
        own = self.items.exclude(pk__in=self.categories).order_by().values_list(self.column, "owner_id")
        for name, unit, items, times in own.annotate(Count("id"), new=new):
            yield Case(unit, str(name or ""), times, items)
        first = day_start(self.since)
        for _, unit, name, registered_at in self.named(self.categories):
            yield Case(unit, name, int(registered_at >= first))
        for pk, unit, name, _ in self.named(self.relapses):
            yield Case(unit, name, self.relapses[pk], 0)

    def named(self, ids: Iterable[int]) -> Iterator[tuple[int, int, str, datetime]]:
        """Yield those of the items ``ids``: each with its unit, its class and the time of its registration."""
        rows = self.items.filter(pk__in=list(ids)).values_list("id", "owner_id", self.column, "registered_at")
        for pk, unit, name, registered_at in rows:
            yield pk, unit, self.categories.get(pk, str(name or "")), registered_at

    def of(self, found: Recurrence) -> QuerySet[Item]:
        """Return the items of a recurrence, the newest first."""
        own = Q(**{self.column: found.klass})
        if self.categories:
            called = [pk for pk, name in self.categories.items() if name == found.klass]
            own = (own & ~Q(pk__in=self.categories)) | Q(pk__in=called)
        shown = self.items.only("id", "number", "title", "relapses")
        return shown.filter(own, owner_id__in=found.units).order_by("-id")


def proposals(
    registers: Sequence[Register],
    now: datetime,
    units: frozenset[int] | None = None,
    *,
    within: Span | None = None,
    times: int = 0,
    across: int = 0,
    using: str = "default",
) -> list[Proposal]:
    """Return what comes again in each register, by the thresholds of its procedure unless others are given.

    ``times`` in one unit, or ``across`` so many units, ``within`` a length of time; only items that somebody who sees ``units``
    (None: all) may see.
    """
    found = _again(registers, now, units, (within, times, across), using)
    return _proposals(found, None, using)


def first_proposals(
    registers: Sequence[Register],
    now: datetime,
    units: frozenset[int] | None,
    *,
    most: int | None,
    items: int,
    using: str = "default",
) -> tuple[list[Proposal], int]:
    """Return the first ``most`` (None: all) proposals with the newest ``items`` of each, and how many more there are."""
    found = _again(registers, now, units, (None, 0, 0), using)
    shown = found[:most]
    return _proposals(shown, items, using), len(found) - len(shown)


def _again(
    registers: Sequence[Register],
    now: datetime,
    units: frozenset[int] | None,
    asked: tuple[Span | None, int, int],
    using: str,
) -> list[tuple[_Source, Recurrence]]:
    rows = Rows(connections[using])
    within, times, across = asked
    found: list[tuple[_Source, Recurrence]] = []
    for register in registers:
        procedure = derive.parsed(rows.get("procedure", register.procedure_id)["text"])
        rule = procedure.recurring
        source = _source(register, _since(now, within or rule.within), rule.by, units, using)
        told = recurrences(source.cases(), times=times or rule.times, units=across or rule.units)
        found += [(source, r) for r in told]
    return found


def _since(now: datetime, within: Span) -> date:
    """The day that lies ``within`` before today."""
    today = now.astimezone(CHINA).date()
    if within.unit == "month":
        return shift_months(today, -within.count)
    return today - timedelta(days=within.count)


def _source(register: Register, since: date, by: str, units: frozenset[int] | None, using: str) -> _Source:
    items = Item.objects.using(using).filter(register_id=register.pk).exclude(state__in=_NOT_COUNTED)
    relapses = _relapses(items, since, using)
    items = items.filter(Q(registered_at__gte=day_start(since)) | Q(pk__in=list(relapses)))
    if units is not None:
        items = items.filter(pk__in=seen_ids(units, using))
    # a column of its own is read by name: all of an item's would be parsed for each of tens of thousands
    column = "klass" if by == "class" else f"extra__{by}"
    categories = _categories(items, using) if by == "class" else {}
    return _Source(register, since, column, items, relapses, categories)


def _relapses(items: QuerySet[Item], since: date, using: str) -> Counter[int]:
    fallen = items.filter(relapses__gt=0).values("id")
    entries = Entry.objects.using(using).filter(
        kind="item.looked_back", at__gte=day_start(since), item_id__in=fallen
    )
    facts = (fact_of(body) for body in entries.values_list("body", flat=True))
    return Counter(f.item for f in facts if isinstance(f.event, ItemLookedBack) and not f.event.held)


def _categories(items: QuerySet[Item], using: str) -> dict[int, str]:
    """The class that an inspection gave to what it found, by item, where the item's own class does not tell what is wrong."""
    found = Finding.objects.using(using).filter(category__gt="", item_id__gt=0).order_by("-id")
    told = dict(found.values_list("item_id", "category"))
    unsaid = items.filter(pk__in=list(told), klass__in=_UNSAID).values_list("id", flat=True)
    return {pk: told[pk] for pk in unsaid}


def _proposals(found: Sequence[tuple[_Source, Recurrence]], most: int | None, using: str) -> list[Proposal]:
    names, made = directory(using).labels, _institutions({s.register.pk: s for s, _ in found}, using)
    return [
        Proposal(
            register=source.register.pk,
            register_name=source.register.name,
            klass=r.klass,
            times=r.times,
            across=r.across,
            units=[names.get(u, "（未交办）") for u in r.units],
            count=r.items,
            items=list(source.of(r)[:most])[::-1],
            institutions=sorted({i for u in r.units for i in made.get((source.register.pk, u, r.klass), ())}),
            since=source.since,
        )
        for source, r in found
    ]


def _institutions(sources: dict[int, _Source], using: str) -> dict[tuple[int, int, str], set[int]]:
    """The institutions that were made because of an item: by its register, its unit and its class."""
    causes: dict[int, set[int]] = {}
    for item, institution in Cause.objects.using(using).values_list("item_id", "institution_id"):
        causes.setdefault(item, set()).add(institution)
    made: dict[tuple[int, int, str], set[int]] = {}
    for register, source in sources.items():
        for pk, unit, name, _ in source.named(causes):
            made.setdefault((register, unit, name), set()).update(causes[pk])
    return made
