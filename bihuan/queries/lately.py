"""Which items changed last, as the last entries tell.

An index of the items by their last change would have to be written with every step, and on PostgreSQL all the other indexes of
the item with it (docs/decisions/0071).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bihuan.models import Entry

#: How many of the last entries are looked at.
RECENT = 2_000


@dataclass(frozen=True)
class Lately:
    """``items`` holds the id of every item that last changed after ``since``, and of others."""

    since: datetime
    items: list[int]


def lately_changed(until: datetime | None, using: str) -> Lately | None:
    """Return the items of the last ``RECENT`` entries, of those that hold up to ``until``; None where there are not so many.

    An item changes with each of its entries, at the instant of the entry.
    """
    entries = Entry.objects.using(using).order_by("-at")
    if until is not None:
        entries = entries.filter(at__lte=until)
    last = [*entries.values_list("at", "item_id")[: RECENT + 1]]
    if len(last) <= RECENT:
        return None
    since, _ = last.pop()
    return Lately(since, [*{item for at, item in last if item is not None and at > since}])
