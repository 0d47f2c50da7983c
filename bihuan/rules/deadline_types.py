"""What a deadline's wording says, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Cycle = Literal["day", "week", "month", "quarter", "half-year", "year"]
Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class Doubt:
    """Something about a wording that a person should look at.

    ``severity``: ``error`` when nothing could be read, ``warning`` when something was assumed, ``info`` when it is merely
    worth knowing (the date has passed). ``code`` is stable for machines; docs/reference/deadlines.md lists them.
    """

    code: str
    message: str
    severity: Severity = "warning"


@dataclass(frozen=True)
class Deadline:
    """A deadline as read.

    ``due``: the last day, or None where the wording gives none. ``ongoing``: the work goes on (after ``due``, if there is
    one); alone it is never overdue. ``cycle``: how often it is checked. ``immediate``: 立行立改 and the like; the limit in
    days is the procedure's. ``provisional``: ``due`` rests on a year whose holidays are not published. ``text``: the
    wording as given. ``milestones``: the stages of a wording that has several, and the next date of a periodic one.
    """

    due: date | None = None
    ongoing: bool = False
    cycle: Cycle | None = None
    immediate: bool = False
    provisional: bool = False
    text: str = ""
    doubts: tuple[Doubt, ...] = ()
    milestones: tuple[tuple[date, str], ...] = ()


class Unread(Exception):
    """The words look like a date and are none (13月, 204年); the message, if any, says why. Never leaves ``parse``."""
