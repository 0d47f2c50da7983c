"""Lists of items: filtered, sorted, page by page, with totals; the same cost however long the register is."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import connections
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from bihuan.models import Helper, Item, Register, Tally
from bihuan.queries.counts import cells
from bihuan.queries.lately import ROUNDS, changed_lately
from bihuan.rules.clocked import day_end
from bihuan.rules.errors import Invalid
from bihuan.rules.figures import Sums
from bihuan.rules.workflow import RUNNING, STATE_NAMES

#: Sort name → (Chinese name, columns; a leading "-" is descending). ``id`` is the order of registration.
SORTS: dict[str, tuple[str, tuple[str, str]]] = {
    "due": ("时限从近到远", ("due_order", "id")),
    "number": ("登记顺序", ("id", "id")),
    "newest": ("登记从新到旧", ("-id", "-id")),
    "changed": ("最近更新", ("-changed_at", "-id")),
}
#: Of how many items of a register, in order, the first hits of a text are looked for before all of them are read.
EARLY = 1_000
#: Totals beyond what the counters know are counted only up to this, and said to be more.
COUNT_LIMIT = 1000
#: Up to so many items of their own, what some units see is brought together by its indexes and sorted.
GATHERED = 10_000
_LARGEST = 2**62
_LATIN = re.compile(r"[A-Za-z]")


@dataclass(frozen=True)
class Filter:
    """What a list shows. ``states`` empty is all; ``units`` None is all, else the units whose items may be seen.

    ``part`` narrows ``units`` to the items that they own (``owner``) or help with (``helper``).
    ``waiting`` is a key of ``timers.WAITING_NAMES``: what fell due and was not done yet. ``due_from`` and ``due_until`` bound the
    deadline (days in China, inclusive); ``lead``, ``handler`` and ``source`` are parts of what is written there.
    """

    registers: tuple[int, ...]
    states: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    owner: int = 0
    klass: str = ""
    part: str = ""
    overdue: bool = False
    waiting: str = ""
    reopened: bool = False
    due_from: date | None = None
    due_until: date | None = None
    lead: str = ""
    handler: str = ""
    source: str = ""
    text: str = ""
    units: frozenset[int] | None = None

    @property
    def bounded(self) -> bool:
        """Whether it asks for something that the counters do not know."""
        words = (self.text, self.waiting, self.lead, self.handler, self.source)
        return any(words) or self.reopened or bool(self.due_from or self.due_until)


@dataclass(frozen=True)
class Page:
    """One page: the rows, where the next begins ("" at the end), and how many there are in all.

    ``exact`` is False when there are more than ``total`` and nobody counted how many. ``sums`` are the figures of all that
    match, None where the counters do not know them.
    """

    rows: list[Item]
    next: str
    total: int
    exact: bool
    sums: Sums | None


def page_of(
    found: Filter,
    *,
    sort: str = "due",
    after: str = "",
    size: int = 50,
    only: Iterable[str] = (),
    using: str = "default",
) -> Page:
    """Return the page of ``size`` items that follows ``after`` (a ``Page.next``; "" is the first).

    ``only`` names the fields that are read of an item (none: all of them); any other is a query of its own.
    """
    columns = _columns(sort)
    keys = _keys(found, columns, after, size + 1, using)
    sums = _tallied(found, using) if _counted(found) else None
    if sums:
        total, exact = _total(found, sums), True
    elif (
        not after and len(keys) <= size
    ):  # all of them were read: a search need not go through the register again
        total, exact = len(keys), True
    else:
        total, exact = _count(found, using)
    page = keys[:size]
    rows = Item.objects.using(using).only(*only).in_bulk([pk for _, pk in page])
    after = _cursor(*page[-1]) if len(keys) > size else ""
    return Page([rows[pk] for _, pk in page], after, total, exact, None if found.overdue else sums)


def _columns(sort: str) -> tuple[str, str]:
    if sort not in SORTS:
        raise Invalid(f"不能按“{sort}”排序。", hint=f"可用：{'、'.join(SORTS)}。")
    return SORTS[sort][1]


def _keys(
    found: Filter, columns: tuple[str, str], after: str, size: int, using: str
) -> list[tuple[Any, int]]:
    """Return the first ``size`` items after ``after``: what they are sorted by, and their ids."""
    parts = _parts(found, using)
    if columns == SORTS["changed"][1]:
        early = _last_changed(parts or [matching(found, using=using)], columns, after, size, using)
    else:
        early = _found_early(found, columns, after, size, using) if found.text and not parts else None
    if early is not None:
        return early
    whole = [matching(found, using=using)] if found.text else _by_register(found, using)
    return _first(parts or whole, columns, after, size)


def _last_changed(
    parts: list[QuerySet[Item]], columns: tuple[str, str], after: str, size: int, using: str
) -> list[tuple[Any, int]] | None:
    """Return the page where the items of the last entries fill it, or are all there are, else None."""
    keys: list[tuple[Any, int]] = []
    for no, among in enumerate(changed_lately(_place(columns, after)[0] if after else None, using)):
        if no == ROUNDS:
            return None
        keys += _first([part.filter(among) for part in parts], columns, after, size - len(keys))
        if len(keys) == size:
            break
    return keys


def _first(
    parts: Iterable[QuerySet[Item]], columns: tuple[str, str], after: str, size: int
) -> list[tuple[Any, int]]:
    name = columns[0].lstrip("-")
    keys: set[tuple[Any, int]] = set()
    for query in parts:
        part = query.filter(_beyond(columns, after)) if after else query
        keys.update(part.order_by(*dict.fromkeys(columns)).values_list(F(name), "id")[:size])
    return sorted(keys, reverse=columns[0].startswith("-"))[:size]


def _by_register(found: Filter, using: str) -> list[QuerySet[Item]]:
    return [matching(found, using=using).filter(register_id=register) for register in found.registers]


def _found_early(
    found: Filter, columns: tuple[str, str], after: str, size: int, using: str
) -> list[tuple[Any, int]] | None:
    """Return the page where a text is so common that the first ``EARLY`` items of every register fill it, else None.

    Otherwise it has to be looked for in all texts: one reading of the whole table takes a third of what it takes to go through
    each register in order.
    """
    parts = []
    for register, query in zip(found.registers, _by_register(found, using), strict=True):
        items = Item.objects.using(using).filter(register_id=register)
        items = items.filter(_beyond(columns, after)) if after else items
        heads = items.order_by(*dict.fromkeys(columns)).values("id")[:EARLY]
        part = query.filter(pk__in=heads)
        if part.count() < size and heads.count() == EARLY:
            return None
        parts.append(part)
    return _first(parts, columns, after, size)


def _parts(found: Filter, using: str) -> list[QuerySet[Item]]:
    """Return what some units see part by part, each by an index of its own; [] where the registers are better read in order.

    That is so where the units see much of them: a page is full after few items, while the parts are long.
    """
    if found.units is None or not _few(found, found.units, using):
        return []
    return _apart_by(found, found.units, using)


def _apart_by(found: Filter, units: frozenset[int], using: str) -> list[QuerySet[Item]]:
    """Return what ``units`` see of ``found`` in three parts, or the one that it asks for: an item may be in several."""
    everything = matching(replace(found, units=None), using=using)
    helped = Helper.objects.using(using).filter(unit_id__in=units).values("item_id")
    # by their ids: SQLite, told that an office has many items, would rather read all of them than ask its index
    supervised = Item.objects.using(using).filter(office_id__in=units).values("id")
    conditions = {
        "owner": Q(owner_id__in=units),
        "helper": Q(pk__in=helped),
        "office": Q(pk__in=supervised),
    }
    return [everything.filter(q) for part, q in conditions.items() if found.part in ("", part)]


def _few(found: Filter, units: frozenset[int], using: str) -> bool:
    """Whether ``units`` run none of the registers, and own at most ``GATHERED`` items in them."""
    if Register.objects.using(using).filter(pk__in=found.registers, unit_id__in=units).exists():
        return False
    owned = Tally.objects.using(using).filter(
        register_id__in=found.registers, facet="unit", label__in=[str(u) for u in units]
    )
    return (owned.aggregate(n=Sum("items"))["n"] or 0) <= GATHERED


def falling_due(found: Filter, first: date, last: date) -> Filter:
    """Return what of ``found`` falls due from ``first`` to ``last``: the one meaning of it in every list and number."""
    return replace(
        found, states=tuple(s for s in STATE_NAMES if s in RUNNING), due_from=first, due_until=last
    )


def matching(found: Filter, *, gathered: bool = False, using: str = "default") -> QuerySet[Item]:
    """Return the items that ``found`` lets through, in no order.

    ``gathered``: what a unit sees is brought together by its own indexes first. That is quicker where all of it is wanted (a
    count), and slower where a page in order is.
    """
    query = Item.objects.using(using).filter(register_id__in=found.registers)
    if found.states:
        query = query.filter(state__in=found.states)
    if found.colours:
        query = query.filter(colour__in=found.colours)
    if found.owner:
        query = query.filter(owner_id=found.owner)
    if found.klass:
        query = query.filter(klass=found.klass)
    if found.overdue:
        query = query.filter(overdue=True)
    if found.waiting:
        query = query.filter(waiting__gt="", waiting__contains=found.waiting)
    if found.reopened:
        query = query.filter(reopens__gt=0)
    if found.due_from:
        query = query.filter(due_order__gte=day_end(found.due_from))
    if found.due_until:
        query = query.filter(due_order__lte=day_end(found.due_until))
    for name in ("lead", "handler", "source"):
        if wanted := getattr(found, name):
            query = query.filter(_says(name, wanted, using))
    if found.text:
        query = query.filter(_says("title", found.text, using) | _says("number", found.text, using))
    return query if found.units is None else query.filter(_seen(found, found.units, gathered, using))


def _says(name: str, words: str, using: str) -> Q:
    """Return the condition that ``words`` stand in the field ``name``.

    SQLite takes half as long to look for a string as for a pattern, which it needs only to see no capitals among Latin letters.
    """
    if connections[using].vendor == "sqlite" and not _LATIN.search(words):
        return Q(GreaterThan(StrIndex(F(name), Value(words)), 0))
    return Q(**{f"{name}__contains": words})


def _seen(found: Filter, units: frozenset[int], gathered: bool, using: str) -> Q:
    if gathered and not found.part:
        return Q(pk__in=seen_ids(units, using))
    return _PARTS[found.part](units)


def seen_ids(units: frozenset[int], using: str) -> QuerySet[Any, Any]:
    """Return the ids of the items of ``seen_by``, each condition by its own index: with OR between them the database reads every item."""
    items = Item.objects.using(using).order_by()
    helped = Helper.objects.using(using).filter(unit_id__in=units).order_by().values_list("item_id")
    owned, supervised = (
        items.filter(**{f"{n}__in": units}).values_list("id") for n in ("owner_id", "office_id")
    )
    return owned.union(supervised, helped)


def occurring(
    registers: Iterable[int], units: frozenset[int], using: str = "default"
) -> set[tuple[int, str]]:
    """Return each owner with each class (0 and "": none) among the items of ``registers`` that ``units`` see."""
    found = Filter(tuple(registers))
    pairs: set[tuple[int, str]] = set()
    for part in _apart_by(found, units, using):
        pairs.update(part.order_by().values_list("owner_id", "klass").distinct())
    return pairs


def may_see(item: Item, units: frozenset[int] | None) -> bool:
    """Whether somebody who sees ``units`` (None: all) may see ``item``: as its owner, a helper, its office or one below."""
    below = {b["unit"] for b in item.below}
    return units is None or bool({item.owner_id, item.office_id, *item.helpers, *below} & units)


def seen_by(units: frozenset[int]) -> Q:
    """Return the condition that an item is owned, supervised or helped with by one of ``units``."""
    return Q(owner_id__in=units) | Q(office_id__in=units) | _helped_by(units)


def _owned_by(units: frozenset[int]) -> Q:
    return Q(owner_id__in=units)


def _helped_by(units: frozenset[int]) -> Q:
    return Q(Exists(Helper.objects.filter(item_id=OuterRef("pk"), unit_id__in=units)))


_PARTS = {"": seen_by, "owner": _owned_by, "helper": _helped_by}


def _beyond(columns: tuple[str, str], after: str) -> Q:
    name = columns[0].lstrip("-")
    value, row = _place(columns, after)
    test = "lt" if columns[0].startswith("-") else "gt"
    return Q(**{f"{name}__{test}": value}) | Q(**{name: value, f"id__{test}": row})


def _place(columns: tuple[str, str], after: str) -> tuple[Any, int]:
    """Return the value and the id that ``after`` stands for. Raises Invalid."""
    try:
        first, last = json.loads(urlsafe_b64decode(after.encode()))
        value = _whole(first) if columns[0].lstrip("-") == "id" else _instant(first)
        return value, _whole(last)
    except (ValueError, TypeError):
        raise Invalid("页码标记已失效。", hint="请回到第一页。") from None


def _instant(value: str) -> datetime:
    """Return an instant. Raises ValueError for what is none, TypeError for another kind of value."""
    found = datetime.fromisoformat(value)
    if found.tzinfo is None:
        raise ValueError("no instant")
    return found


def _whole(value: object) -> int:
    """Return an id. Raises ValueError for what cannot be one."""
    if not isinstance(value, int) or abs(value) > _LARGEST:
        raise ValueError("no id")
    return value


def _cursor(first: Any, pk: int) -> str:
    text = json.dumps([first.isoformat() if isinstance(first, datetime) else first, pk])
    return urlsafe_b64encode(text.encode()).decode()


def total_of(found: Filter, *, using: str = "default") -> tuple[int, bool]:
    """Return how many items match, and whether that is exact: from the counters where they know, else counted to a limit."""
    if _counted(found):
        return _total(found, _tallied(found, using)), True
    return _count(found, using)


def _count(found: Filter, using: str) -> tuple[int, bool]:
    parts = _parts(found, using)
    counted = _distinct(parts) if parts else _limited(matching(found, gathered=True, using=using)).count()
    return min(counted, COUNT_LIMIT), counted <= COUNT_LIMIT


def _distinct(parts: Iterable[QuerySet[Item]]) -> int:
    """Return how many items there are in all ``parts``, each once; beyond the limit the rest is not read."""
    ids: set[int] = set()
    for part in parts:
        ids.update(_limited(part).values_list("id", flat=True))
        if len(ids) > COUNT_LIMIT:
            break
    return len(ids)


def _limited(query: QuerySet[Item]) -> QuerySet[Item]:
    return query.order_by()[: COUNT_LIMIT + 1]


def _counted(found: Filter) -> bool:
    """Whether the counters know the answer: they are cut by one facet at a time."""
    if found.bounded:
        return False
    if found.units is None:
        return not (found.owner and found.klass)
    return found.part == "owner" and not found.owner and not found.klass


def _total(found: Filter, sums: Sums) -> int:
    return sums.overdue if found.overdue else sums.items


def _tallied(found: Filter, using: str) -> Sums:
    facet = "unit" if found.owner else ("class" if found.klass else "all")
    units = {found.owner} if found.owner else found.units
    whole = Sums()
    for key, sums in cells(found.registers, facet=facet, units=units, using=using).items():
        if (
            (not found.states or key.state in found.states)
            and (not found.colours or key.colour in found.colours)
            and (not found.klass or key.klass == found.klass)
        ):
            whole.add(sums)
    return whole
