"""Problems that come again, proposed for 建章立制; what a procedure says of them, or what the reader asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connections
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from bihuan.ledger import derive
from bihuan.ledger.reading import head
from bihuan.ledger.rows import Rows
from bihuan.models import Cause, Entry, Finding, Item, Register, Transition
from bihuan.queries.items import seen_ids
from bihuan.queries.past import summed
from bihuan.queries.people import directory
from bihuan.rules.calendar import shift_months
from bihuan.rules.clocked import CHINA, day_start
from bihuan.rules.procedure_types import Span
from bihuan.rules.recurring import RESULT_CLASSES, Case, Recurrence, recurrences
from bihuan.rules.workflow import State

_NOT_COUNTED = (State.MERGED, State.CANCELLED)
#: What stands in the entry of a look-back that found a relapse.
RELAPSED = '"held":false'
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
    """What is counted in a register: its items with something since a day, and what inspections call some that say nothing themselves.

    ``named`` are those of them that are looked at by themselves, ``limited``: only some of the register's items are seen.
    """

    register: Register
    since: date
    by: str
    items: QuerySet[Item]
    named: dict[int, Item]
    relapses: Counter[int]
    categories: dict[int, str]
    limited: bool
    using: str

    def cases(self) -> Iterator[Case]:
        """A registration counts once, and so does each relapse, also of an item registered before."""
        yield from self._counted() if self.limited or self.by != "class" else self._grown()
        for pk in self.categories:
            yield Case(self.named[pk].owner_id, self.name_of(pk), int(self._is_new(pk)))
        for pk, times in self.relapses.items():
            yield Case(self.named[pk].owner_id, self.name_of(pk), times, 0)

    @property
    def column(self) -> str:
        """The column that tells what is wrong, read by name: all of an item's own would be parsed for each of tens of thousands."""
        return "klass" if self.by == "class" else f"extra__{self.by}"

    def name_of(self, pk: int) -> str:
        """What the problem of an item of ``named`` is called."""
        item = self.named[pk]
        own = item.klass if self.by == "class" else str(item.extra.get(self.by) or "")
        return self.categories.get(pk, own)

    def _is_new(self, pk: int) -> bool:
        return self.named[pk].registered_at >= day_start(self.since)

    def _counted(self) -> Iterator[Case]:
        """The items that are called as they say themselves, counted by the database."""
        new = Count("id", filter=Q(registered_at__gte=day_start(self.since)))
        own = self.items.exclude(pk__in=self.categories).order_by().values_list(self.column, "owner_id")
        for name, unit, items, times in own.annotate(Count("id"), new=new):
            yield Case(unit, str(name or ""), times, items)

    def _grown(self) -> Iterator[Case]:
        """The same from how many were registered since, which only grows by what entries move."""
        new = Counter(_registered(self.register.pk, self.since, self.using))
        old = Counter[tuple[str, int]]()
        for pk, found in self.named.items():
            if pk in self.categories and self._is_new(pk):
                new[found.klass, found.owner_id] -= 1
            elif pk in self.relapses and pk not in self.categories and not self._is_new(pk):
                old[found.klass, found.owner_id] += 1
        for name, unit in {**new, **old}:
            if items := new[name, unit] + old[name, unit]:
                yield Case(unit, name, new[name, unit], items)

    def of(self, found: Recurrence) -> QuerySet[Item]:
        """Return the items of a recurrence, the newest first."""
        own = Q(**{self.column: found.klass})
        if self.categories:
            called = [pk for pk, name in self.categories.items() if name == found.klass]
            own = (own & ~Q(pk__in=self.categories)) | Q(pk__in=called)
        shown = self.items.only("id", "number", "title", "relapses")
        return shown.filter(own, owner_id__in=found.units).order_by("-id")


def _registered(register: int, since: date, using: str) -> dict[tuple[str, int], int]:
    """How many of the items registered since a day there are of each class and owner, without those that are not counted."""
    first = day_start(since)
    items = Item.objects.using(using).filter(register_id=register, registered_at__gte=first)
    young = Item.objects.using(using).filter(pk=OuterRef("item_id"), registered_at__gte=first)
    moves = Transition.objects.using(using).filter(Exists(young)).order_by()

    def moved(rows: QuerySet[Transition], sign: int) -> QuerySet[Any, Any]:
        told = rows.exclude(state__in=_NOT_COUNTED).values_list("register_id", "klass", "unit_id")
        return told.annotate(times=sign * Sum("items"))

    def between(after: int, upto: int) -> Counter[tuple[str, int]]:
        if after:
            parts = moved(moves.filter(seq__gt=after, seq__lte=upto), 1)
        else:  # what stands now, without what was moved since, in one statement
            standing = (
                items.exclude(state__in=_NOT_COUNTED)
                .order_by()
                .values_list("register_id", "klass", "owner_id")
            )
            parts = standing.annotate(times=Count("id")).union(
                moved(moves.filter(seq__gt=upto), -1), all=True
            )
        found = Counter[tuple[str, int]]()
        for of, klass, owner, times in parts:
            found[klass, owner] += times if of == register else 0
        return found

    return summed(("registered", register, since), between, head(using)[0], using)


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
    told = [derive.parsed(rows.get("procedure", r.procedure_id)["text"]).recurring for r in registers]
    known = _Known(units, [_since(now, within or rule.within) for rule in told], using)
    found: list[tuple[_Source, Recurrence]] = []
    for register, rule in zip(registers, told, strict=True):
        source = known.source(register, _since(now, within or rule.within), rule.by)
        again = recurrences(source.cases(), times=times or rule.times, units=across or rule.units)
        found += [(source, r) for r in again]
    return found


def _since(now: datetime, within: Span) -> date:
    """The day that lies ``within`` before today."""
    today = now.astimezone(CHINA).date()
    if within.unit == "month":
        return shift_months(today, -within.count)
    return today - timedelta(days=within.count)


class _Known:
    """The items that are looked at by themselves, of all registers, read at once; of these those that ``units`` (None: all) see."""

    def __init__(self, units: frozenset[int] | None, days: Sequence[date], using: str) -> None:
        self._units, self._using = units, using
        self._fallen = _fallen_back(min(days), using) if days else []
        self._called = _called(using)
        ids = {
            *self._called,
            *(pk for pk, _ in self._fallen),
            *Cause.objects.using(using).values_list("item_id", flat=True),
        }
        rows = Item.objects.using(using).only(*_OF_NAMED).filter(pk__in=ids)
        self._items = [i for i in rows if i.state not in _NOT_COUNTED and self._sees(i)]

    def _sees(self, item: Item) -> bool:
        return self._units is None or not self._units.isdisjoint(
            {item.owner_id, item.office_id, *item.helpers}
        )

    def source(self, register: Register, since: date, by: str) -> _Source:
        """Return what is counted in ``register``."""
        first, own = day_start(since), {i.pk: i for i in self._items if i.register_id == register.pk}
        relapses = Counter(pk for pk, at in self._fallen if at >= first and pk in own)
        named = {pk: i for pk, i in own.items() if i.registered_at >= first or pk in relapses}
        items = (
            Item.objects.using(self._using).filter(register_id=register.pk).exclude(state__in=_NOT_COUNTED)
        )
        items = items.filter(Q(registered_at__gte=first) | Q(pk__in=list(relapses)))
        if self._units is not None:
            items = items.filter(pk__in=seen_ids(self._units, self._using))
        called = {
            pk: self._called[pk] for pk, i in named.items() if pk in self._called and i.klass in _UNSAID
        }
        return _Source(
            register=register,
            since=since,
            by=by,
            items=items,
            named=named,
            relapses=relapses,
            categories=called if by == "class" else {},
            limited=self._units is not None,
            using=self._using,
        )


_OF_NAMED = (
    "id",
    "register_id",
    "owner_id",
    "office_id",
    "helpers",
    "klass",
    "extra",
    "state",
    "registered_at",
)


def _fallen_back(since: date, using: str) -> list[tuple[int, datetime]]:
    """The look-backs since a day that found a relapse: the item, and when."""
    # with their owners (0: none), of which every item has one: else SQLite reads all items where hardly any relapsed
    fallen = Item.objects.using(using).filter(relapses__gt=0, owner_id__gte=0).values("id")
    entries = Entry.objects.using(using).filter(
        kind="item.looked_back", at__gte=day_start(since), item_id__in=fallen, body__contains=RELAPSED
    )
    return [(item, at) for item, at in entries.values_list("item_id", "at") if item is not None]


def _called(using: str) -> dict[int, str]:
    """The class that an inspection gave to what it found, by item: the first that it gave."""
    found = Finding.objects.using(using).filter(category__gt="", item_id__gt=0).order_by("-id")
    return dict(found.values_list("item_id", "category"))


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
        for pk in causes.keys() & source.named.keys():
            made.setdefault((register, source.named[pk].owner_id, source.name_of(pk)), set()).update(
                causes[pk]
            )
    return made
