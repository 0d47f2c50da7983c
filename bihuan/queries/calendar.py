"""The working calendar as the ledger has it now."""

from __future__ import annotations

from django.db import connections

from bihuan.ledger.derive import calendar_of
from bihuan.ledger.rows import Rows
from bihuan.rules.calendar import Calendar


def calendar_now(using: str = "default") -> Calendar:
    """Return the built-in calendar with every year that the ledger has published."""
    return calendar_of(Rows(connections[using]))
