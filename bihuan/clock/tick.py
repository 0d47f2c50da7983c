"""The clock: handle what is due, in order, once. Ticking twice, late or from two processes gives the same ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bihuan.ledger.append import writing
from bihuan.ledger.due import catch_up
from bihuan.models import Timer

_BATCH = 500
Progress = Callable[[int], None]


def tick(now: datetime, *, using: str = "default", progress: Progress | None = None) -> int:
    """Enter everything that fell due at or before ``now``, at the instant it was due; returns how many entries."""
    entered = 0
    while due := _due(now, using):
        entered += _handle(due, now, using)
        if progress:
            progress(entered)
    return entered


def _due(now: datetime, using: str) -> list[int]:
    """Return the items with the earliest timers that are due, each once, in a fixed order."""
    rows = Timer.objects.using(using).filter(due_at__lte=now).order_by("due_at", "item_id")
    return list(dict.fromkeys(rows.values_list("item_id", flat=True)[:_BATCH]))


def _handle(items: list[int], now: datetime, using: str) -> int:
    """Catch up ``items`` in one transaction; whoever else did so meanwhile leaves nothing to do."""
    with writing(now, using) as ledger:
        rows = [ledger.item(item) for item in sorted(items)]
        return sum(catch_up(ledger, row, now) for row in rows if row is not None)


def pending(now: datetime, using: str = "default") -> bool:
    """Whether anything is due at ``now`` and not entered yet."""
    return Timer.objects.using(using).filter(due_at__lte=now).exists()
