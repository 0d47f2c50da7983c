"""What falls due and concerns no item: the review of institutions, the decision on objections."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from bihuan.ledger.append import writing
from bihuan.ledger.due import PUNCTUAL
from bihuan.models import Deadline
from bihuan.rules.events import DeadlineFellDue

BATCH = 500


def fall_due(now: datetime, *, using: str = "default") -> int:
    """Enter what fell due at or before ``now``, at most ``BATCH`` at once, each at its own instant; returns how many."""
    if not _due(now, using).exists():
        return 0
    with writing(now, using) as ledger:
        ledger.lock()
        found = list(
            _due(now, using).order_by("due_at", "what", "ref")[:BATCH]
        )  # of another process nothing is left
        for row in found:
            event = DeadlineFellDue(what=row.what, ref=row.ref, late=ledger.now - row.due_at > PUNCTUAL)
            ledger.append(event, at=row.due_at)
    return len(found)


def _due(now: datetime, using: str) -> QuerySet[Deadline]:
    return Deadline.objects.using(using).filter(due_at__lte=now)
