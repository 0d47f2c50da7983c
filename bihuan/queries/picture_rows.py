"""The rows of a picture as they stand now, read from the tables with a limit: a page has room for so many."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from bihuan.ledger.tables import Row
from bihuan.models import Item, Measure
from bihuan.rules.clocked import day_end
from bihuan.rules.procedure_types import WORST_FIRST
from bihuan.rules.workflow import OPEN, RUNNING, State

#: What falls due: the day, the item, what it is called, the unit, the item's colour.
Due = tuple[date, int, str, int, str]


def lane_now(
    registers: Sequence[int], by: str, key: int, units: frozenset[int] | None, most: int
) -> list[Row]:
    """Return the first ``most`` items of a register or unit: what is left to do, the worst colour first, then by deadline."""
    rows = _owned(registers, units).exclude(state__in=[State.MERGED, State.CANCELLED])
    rows = rows.filter(register_id=key) if by == "register" else rows.filter(owner_id=key)
    # colour by colour, each in the order of an index: sorting all of them by their rank reads every item
    groups = [rows.filter(state__in=OPEN, colour=c) for c in WORST_FIRST]
    found: list[Any] = []
    for group in [*groups, rows.exclude(state__in=OPEN)]:
        if len(found) < most:
            found += group.order_by("due_order", "id").values()[: most - len(found)]
    return found


def coming_now(
    registers: Sequence[int], units: frozenset[int] | None, first: date, last: date, most: int
) -> tuple[list[Due], int]:
    """Return the first ``most`` items and measures that fall due from ``first`` to ``last``, and how many there are.

    A measure that falls due with its item is not told apart from it.
    """
    at_work = _owned(registers, units).filter(state__in=RUNNING)
    items = at_work.filter(due_order__gte=day_end(first), due_order__lte=day_end(last))
    apart = at_work.filter(Q(due=None) | ~Q(due=OuterRef("due")), pk=OuterRef("item_id"))
    steps = Measure.objects.filter(Exists(apart), state="open", due__gte=first, due__lte=last)
    dated: Any = items.order_by("due_order", "id").values_list("due", "id", "title", "owner_id", "colour")
    rows: list[Due] = list(dated[:most])
    near: list[Any] = list(
        steps.order_by("due", "item_id", "no").values_list("due", "item_id", "text")[:most]
    )
    of = Item.objects.in_bulk({item for _, item, _ in near})
    rows += [(due, item, text, of[item].owner_id, of[item].colour) for due, item, text in near]
    return sorted(rows, key=lambda r: (r[0], r[1]))[:most], items.count() + steps.count()


def _owned(registers: Sequence[int], units: frozenset[int] | None) -> QuerySet[Item]:
    rows = Item.objects.filter(register_id__in=registers)
    return rows if units is None else rows.filter(owner_id__in=units)
