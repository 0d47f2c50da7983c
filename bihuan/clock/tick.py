"""The clock: handle what is due, in order, once. Ticking twice, late or from many processes gives the same ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from heapq import heappop, heappush

from bihuan.clock.claim import Claim, claim
from bihuan.clock.deadlines import fall_due
from bihuan.ledger.append import Ledger, writing
from bihuan.ledger.due import enter_due, next_due
from bihuan.ledger.tables import Row
from bihuan.models import Timer

Progress = Callable[[int], None]


def tick(now: datetime, *, using: str = "default", progress: Progress | None = None) -> int:
    """Enter everything that fell due at or before ``now``, at the instant it was due; returns how many entries."""
    entered = 0
    for batch in batches(now, using=using):
        entered += batch
        if progress:
            progress(entered)
    return entered


def batches(now: datetime, *, using: str = "default") -> Iterator[int]:
    """Do the work of ``tick`` in transactions of its own, one for each batch; yields how many entries each made.

    Between two of them the work may be left off: what is due stays due.
    """
    while pending(now, using):
        with writing(now, using) as ledger:
            entered = _handle(ledger, claim(ledger, now))
        yield entered
    while entered := fall_due(now, using=using):
        yield entered


def _handle(ledger: Ledger, due: Claim) -> int:
    """Enter what is due for the claimed items in the order of time, then of registration, however they were claimed."""
    items = [row for i in sorted(due.items) if (row := ledger.item(i)) is not None]
    queue: list[tuple[datetime, int]] = []
    for item in items:
        ledger.retime(item["id"])  # a timer that another version of the rules set would stay due for ever
        _queue(queue, ledger, item, due.until)
    ledger.work_ahead()
    entered = 0
    while queue:
        at, item_id = heappop(queue)
        item = ledger.rows.get("item", item_id)
        entered += enter_due(ledger, item, at)
        _queue(queue, ledger, item, due.until)
    return entered


def _queue(queue: list[tuple[datetime, int]], ledger: Ledger, item: Row, until: datetime) -> None:
    at = next_due(ledger, item)
    if at is not None and at <= until:
        heappush(queue, (at, item["id"]))


def pending(now: datetime, using: str = "default") -> bool:
    """Whether anything is due at ``now`` and not entered yet."""
    return Timer.objects.using(using).filter(due_at__lte=now).exists()
