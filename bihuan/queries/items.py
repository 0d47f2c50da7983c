"""Lists of items: filtered, sorted, page by page, with totals; the same cost however long the register is."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from bihuan.models import Helper, Item
from bihuan.queries.counts import cells
from bihuan.rules.errors import Invalid
from bihuan.rules.workflow import OPEN, STATE_NAMES

#: Sort name → (Chinese name, columns; a leading "-" is descending). ``id`` is the order of registration.
SORTS: dict[str, tuple[str, tuple[str, str]]] = {
    "due": ("时限从近到远", ("due_order", "id")),
    "number": ("登记顺序", ("id", "id")),
    "newest": ("登记从新到旧", ("-id", "-id")),
    "changed": ("最近更新", ("-changed_at", "-id")),
}
#: Totals beyond what the counters know are counted only up to this, and said to be more.
COUNT_LIMIT = 1000


@dataclass(frozen=True)
class Filter:
    """What a list shows. ``states`` empty is all; ``units`` None is all, else the units whose items may be seen.

    ``part`` narrows ``units`` to the items that they own (``owner``) or help with (``helper``).
    ``waiting`` is a key of ``timers.WAITING_NAMES``: what fell due and was not done yet.
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
    text: str = ""
    units: frozenset[int] | None = None


@dataclass(frozen=True)
class Page:
    """One page: the rows, where the next begins ("" at the end), and how many there are in all.

    ``exact`` is False when there are more than ``total`` and nobody counted how many.
    """

    rows: list[Item]
    next: str
    total: int
    exact: bool


def open_states() -> tuple[str, ...]:
    """Return the states in which something is left to do."""
    return tuple(s for s in STATE_NAMES if s in OPEN)


def page_of(
    found: Filter, *, sort: str = "due", after: str = "", size: int = 50, using: str = "default"
) -> Page:
    """Return the page of ``size`` items that follows ``after`` (a ``Page.next``; "" is the first)."""
    columns = _columns(sort)
    rows: list[Item] = []
    for register in found.registers:
        rows += _of_register(found, register, columns, after, size + 1, using)
    rows.sort(key=lambda i: _position(i, columns), reverse=columns[0].startswith("-"))
    total, exact = total_of(found, using=using)
    page = rows[:size]
    return Page(page, _cursor(page[-1], columns) if len(rows) > size else "", total, exact)


def _columns(sort: str) -> tuple[str, str]:
    if sort not in SORTS:
        raise Invalid(f"不能按“{sort}”排序。", hint=f"可用：{'、'.join(SORTS)}。")
    return SORTS[sort][1]


def _of_register(
    found: Filter, register: int, columns: tuple[str, str], after: str, size: int, using: str
) -> Sequence[Item]:
    query = matching(found, using=using).filter(register_id=register)
    if after:
        query = query.filter(_beyond(columns, after))
    return list(query.order_by(*dict.fromkeys(columns))[:size])


def matching(found: Filter, *, using: str = "default") -> QuerySet[Item]:
    """Return the items that ``found`` lets through, in no order."""
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
    if found.text:
        query = query.filter(Q(title__contains=found.text) | Q(number__contains=found.text))
    return query if found.units is None else query.filter(_PARTS[found.part](found.units))


def seen_by(units: frozenset[int]) -> Q:
    """Return the condition that an item is owned, supervised or helped with by one of ``units``."""
    return Q(owner_id__in=units) | Q(office_id__in=units) | _helped_by(units)


def _owned_by(units: frozenset[int]) -> Q:
    return Q(owner_id__in=units)


def _helped_by(units: frozenset[int]) -> Q:
    return Q(Exists(Helper.objects.filter(item_id=OuterRef("pk"), unit_id__in=units)))


_PARTS = {"": seen_by, "owner": _owned_by, "helper": _helped_by}


def _beyond(columns: tuple[str, str], after: str) -> Q:
    try:
        first, last = json.loads(urlsafe_b64decode(after.encode()))
        value: Any = datetime.fromisoformat(first) if isinstance(first, str) else int(first)
        row = int(last)
    except (ValueError, TypeError):
        raise Invalid("页码标记已失效。", hint="请回到第一页。") from None
    name = columns[0].lstrip("-")
    test = "lt" if columns[0].startswith("-") else "gt"
    return Q(**{f"{name}__{test}": value}) | Q(**{name: value, f"id__{test}": row})


def _position(item: Item, columns: tuple[str, str]) -> tuple[Any, ...]:
    return tuple(getattr(item, c.lstrip("-")) for c in columns)


def _cursor(item: Item, columns: tuple[str, str]) -> str:
    first = getattr(item, columns[0].lstrip("-"))
    text = json.dumps([first.isoformat() if isinstance(first, datetime) else first, item.pk])
    return urlsafe_b64encode(text.encode()).decode()


def total_of(found: Filter, *, using: str = "default") -> tuple[int, bool]:
    """Return how many items match, and whether that is exact: from the counters where they know, else counted to a limit."""
    if _counted(found):
        return _tallied(found, using), True
    limited = matching(found, using=using).order_by()[: COUNT_LIMIT + 1]
    counted = limited.count()
    return min(counted, COUNT_LIMIT), counted <= COUNT_LIMIT


def _counted(found: Filter) -> bool:
    """Whether the counters know the answer: they are cut by one facet at a time."""
    if found.text or found.reopened or found.waiting:
        return False
    if found.units is None:
        return not (found.owner and found.klass)
    return found.part == "owner" and not found.owner and not found.klass


def _tallied(found: Filter, using: str) -> int:
    facet = "unit" if found.owner else ("class" if found.klass else "all")
    units = {found.owner} if found.owner else found.units
    return sum(
        sums.overdue if found.overdue else sums.items
        for key, sums in cells(found.registers, facet=facet, units=units, using=using).items()
        if (not found.states or key.state in found.states)
        and (not found.colours or key.colour in found.colours)
        and (not found.klass or key.klass == found.klass)
    )
