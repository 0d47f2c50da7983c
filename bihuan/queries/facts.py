"""What a figure is made of: the items that count in it, or the entries of what was done, page by page, so that anybody can count them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Min, Q, QuerySet, Sum

from bihuan.models import Entry, Happening, Item, Transition
from bihuan.queries.counts import cells, deeds, facet_of
from bihuan.rules.clocked import day_start
from bihuan.rules.errors import NotAllowed
from bihuan.rules.events import KIND_NAMES
from bihuan.rules.figures import FIGURES, Adding, Counting, Definition, Ref, Share, value

_COLUMNS = {"register": "register_id", "unit": "unit_id", "class": "klass"}


@dataclass(frozen=True)
class Fact:
    """One line: the item (None: none), how much it counts, and the entry by which it does, with its hash (hex)."""

    item: Item | None
    amount: int
    seq: int
    kind: str
    at: datetime
    hash: str


@dataclass(frozen=True)
class Facts:
    """A figure with its ``value``; ``parts`` are the figures of which a rate is made. ``next`` is where the next page begins, 0 at the end."""

    ref: Ref
    definition: Definition
    value: str
    rows: list[Fact]
    next: int
    parts: tuple[Ref, ...] = ()


def facts_of(
    ref: Ref,
    registers: Sequence[int],
    *,
    as_of: datetime | None = None,
    upto: int | None = None,
    units: Iterable[int] | None = None,
    after: int = 0,
    size: int = 50,
) -> Facts:
    """Return the figure ``ref`` over ``registers`` and the ``size`` lines of it that follow ``after``; the rest as in ``counts.cells``.

    Raises NotAllowed for deeds where only some ``units`` are seen: these belong to the whole.
    """
    if ref.of_deeds and units is not None:
        raise NotAllowed("这个数据项统计整个专项工作，您看不到它的全部事项。")
    known = FIGURES[ref.name]
    held = None if units is None else frozenset(units)
    told = _value(ref, registers, as_of, upto, held)
    if isinstance(known.compute, Share):
        parts = tuple(Ref(name, ref.dims) for name in (known.compute.part, known.compute.of))
        return Facts(ref, known, told, [], 0, parts)
    model = Happening if isinstance(known.compute, Counting) else Transition
    found = _narrowed(model.objects.filter(register_id__in=registers), ref, as_of, upto, held)
    if isinstance(known.compute, Counting):
        rows = _done(found, known.compute, ref, after, size + 1)
    else:
        if as_of is None and upto is None:
            items = _counting(ref, known.compute, registers, held, after, size + 1)
            found = found.filter(item_id__in=items, seq__in=_entries(items))
        rows = _counted(found, known.compute, after, size + 1)
    shown = rows[:size]
    return Facts(ref, known, told, _told(shown), shown[-1][0] if len(rows) > size else 0)


def _value(
    ref: Ref, registers: Sequence[int], as_of: datetime | None, upto: int | None, units: frozenset[int] | None
) -> str:
    if not ref.of_deeds:
        return value(ref, cells(registers, facet=facet_of(ref), as_of=as_of, upto=upto, units=units))
    return value(ref, deeds(registers, since=ref.since, as_of=as_of, upto=upto))


def _narrowed(
    rows: QuerySet[Any], ref: Ref, as_of: datetime | None, upto: int | None, units: frozenset[int] | None
) -> QuerySet[Any]:
    if as_of is not None:
        rows = rows.filter(at__lte=as_of)
    if upto is not None:
        rows = rows.filter(seq__lte=upto)
    if units is not None:
        rows = rows.filter(unit_id__in=units)
    return rows.filter(**{_COLUMNS.get(dim, dim): wanted for dim, wanted in ref.dims if dim != "since"})


#: Value of a figure → the items that have any of it, where that is not a number above nought.
_HAVING = {"items": Q(), "overdue": Q(overdue=True), "ongoing": Q(ongoing=True), "claimed": Q(claimed__gt="")}
_OF_ITEM = {"register": "register_id", "unit": "owner_id", "class": "klass"}


def _counting(
    ref: Ref, figure: Adding, registers: Sequence[int], units: frozenset[int] | None, after: int, size: int
) -> list[int]:
    """Return the first ``size`` items after ``after`` that count now: their rows tell without adding up every transition."""
    items = Item.objects.filter(_HAVING.get(figure.value, Q(**{f"{figure.value}__gt": 0})))
    items = items.filter(register_id__in=registers, pk__gt=after)
    items = items.filter(**{_OF_ITEM.get(dim, dim): wanted for dim, wanted in ref.dims})
    if figure.states is not None:
        items = items.filter(state__in=figure.states)
    if units is not None:
        items = items.filter(owner_id__in=units)
    return list(items.order_by("id").values_list("id", flat=True)[:size])


def _entries(items: list[int]) -> QuerySet[Any, Any]:
    """Return the seqs of the entries of ``items``: their transitions are found by them, each is one of an entry of its item."""
    return Entry.objects.filter(item_id__in=items).values("seq")


#: The key by which pages follow one another, the item, the amount, the entry.
_Line = tuple[int, int, int, int]


def _counted(rows: QuerySet[Any], figure: Adding, after: int, size: int) -> list[_Line]:
    """The items whose transitions leave something to count; the entry is the last that put the item there."""
    if figure.states is not None:
        rows = rows.filter(state__in=figure.states)
    grouped = (
        rows.filter(item_id__gt=after)
        .values("item_id")
        .annotate(amount=Sum(figure.value), last=Max("seq", filter=Q(sign=1)))
        .exclude(amount=0)
        .order_by("item_id")
        .values_list("item_id", "amount", "last")
    )
    return [(item, item, amount, last) for item, amount, last in grouped[:size]]


def _done(rows: QuerySet[Any], figure: Counting, ref: Ref, after: int, size: int) -> list[_Line]:
    """The entries that count, with those that take one back; meetings once each, by their first entry."""
    rows = rows.filter(what=figure.what)
    if figure.kind:
        rows = rows.filter(kind=figure.kind)
    if ref.since is not None:
        rows = rows.filter(at__gte=day_start(ref.since))
    if figure.apart:
        grouped = rows.values("kind").annotate(amount=Sum("amount"), first=Min("seq")).exclude(amount=0)
        seqs = grouped.filter(first__gt=after).order_by("first").values_list("first", flat=True)[:size]
        return [(seq, 0, 1, seq) for seq in seqs]
    listed = rows.filter(seq__gt=after).order_by("seq").values_list("seq", "item_id", "amount")[:size]
    return [(seq, item, amount, seq) for seq, item, amount in listed]


def _told(lines: Sequence[_Line]) -> list[Fact]:
    items = Item.objects.in_bulk([item for _, item, _, _ in lines if item])
    entries = Entry.objects.in_bulk([seq for _, _, _, seq in lines])
    return [
        Fact(
            items.get(item),
            amount,
            seq,
            KIND_NAMES[entries[seq].kind],
            entries[seq].at,
            bytes(entries[seq].hash).hex(),
        )
        for _, item, amount, seq in lines
    ]
