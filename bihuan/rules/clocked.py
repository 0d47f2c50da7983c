"""What the clock needs to know of an item, and how lengths of time become instants.

Instants are aware and in UTC; days are days in China. An item due on day D is overdue from 00:00 of D + 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Clocked:
    """The part of an item that time acts on.

    ``state``: a ``workflow.State``. ``level``: the review level under way, from 1. ``submitted_at``: when
    that level was entered. ``milestones``: (day, amount due by its end), any order. ``look_backs``: how many
    were made since closure.
    """

    state: str
    due: date | None
    ongoing: bool
    cycle: str | None
    percent: int
    registered_at: datetime
    assigned_at: datetime | None = None
    accepted_at: datetime | None = None
    planned_at: datetime | None = None
    submitted_at: datetime | None = None
    closed_at: datetime | None = None
    progressed_at: datetime | None = None
    level: int = 1
    look_backs: int = 0
    milestones: tuple[tuple[date, int], ...] = ()
    amount_done: int = 0
    target_amount: int | None = None
