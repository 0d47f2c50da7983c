"""Whether there is a ledger at all."""

from __future__ import annotations

from django.db import DatabaseError

from bihuan.models import Head


def ledger_exists(using: str = "default") -> bool:
    """Whether the database can be reached and holds a ledger; a missing file or table is no error here."""
    try:
        return Head.objects.using(using).filter(pk=1).exists()
    except DatabaseError:
        return False
