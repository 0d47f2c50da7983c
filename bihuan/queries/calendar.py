"""The working calendar as the ledger has it now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connections

from bihuan.ledger.derive import calendar_of
from bihuan.ledger.facts import fact_of
from bihuan.ledger.rows import Rows
from bihuan.models import Entry
from bihuan.rules.calendar import Calendar, CalendarYear


def calendar_now(using: str = "default") -> Calendar:
    """Return the built-in calendar with every year that the ledger has published."""
    return calendar_of(Rows(connections[using]))


@dataclass(frozen=True)
class Published:
    """A version of a year's days: the entry (0: built in), when and by whom it was published."""

    seq: int
    at: datetime | None
    by: int
    year: CalendarYear


def published(year: int, using: str = "default") -> list[Published]:
    """Return the versions of ``year``, the newest first; the last is the built-in one where there is one."""
    found = []
    entries = Entry.objects.using(using).filter(kind="calendar.published", item_id=None)
    for entry in entries.order_by("-seq"):
        event: Any = fact_of(entry.body).event
        if event.year == year:
            found.append(Published(entry.pk, entry.at, entry.actor_id, CalendarYear.from_data(event.days)))
    known = Calendar.builtin().years.get(year)
    return [*found, Published(0, None, 0, known)] if known else found
