"""What a person does with their inbox. It is nobody else's business, and no fact of the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bihuan.models import Message


def mark_read(person: int, seqs: Iterable[int] | None, now: datetime, *, using: str = "default") -> int:
    """Mark these of the person's messages (None: all of them) as read; returns how many were not yet."""
    mine = Message.objects.using(using).filter(person_id=person, read_at__isnull=True)
    return (mine if seqs is None else mine.filter(seq__in=list(seqs))).update(read_at=now)
