"""Which items changed last, as the last entries tell.

An index of the items by their last change would have to be written with every step, and on PostgreSQL all the other indexes of
the item with it (docs/decisions/0071). An item changes with each of its entries, at the instant of the entry, so that whatever
changed last in some span of time is among the items of that span's entries.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q

from bihuan.models import Entry

#: How many entries are looked at together, and how often, before all items are.
RECENT, ROUNDS = 1_000, 4


def changed_lately(until: datetime | None, using: str) -> Iterator[Q]:
    """Yield conditions on items, each for a span of time in which they changed last, from ``until`` (None: now) backwards.

    Together they leave out no item when the iterator ends by itself.
    """
    entries = Entry.objects.using(using).order_by("-at")
    while True:
        earlier = entries if until is None else entries.filter(at__lte=until)
        last = [*earlier.values_list("at", "item_id")[: RECENT + 1]]
        here = Q() if until is None else Q(changed_at__lte=until)
        if len(last) <= RECENT:
            yield here & _among(last)
            return
        latest, since = last[0][0], last[-1][0]
        if (
            latest == since
        ):  # as after an import: too many to name, so that they are better read in the order of their ids
            yield Q(changed_at=since, pk__gt=0)
            before = entries.filter(at__lt=since).values_list("at", flat=True).first()
            if before is None:
                return
            until = before
        else:
            yield here & Q(changed_at__gt=since) & _among([e for e in last if e[0] > since])
            until = since


def _among(entries: list[tuple[datetime, int | None]]) -> Q:
    return Q(pk__in={item for _, item in entries if item is not None})
