"""What the clock needs to know of an item, and the instant from which it is overdue.

Instants are aware and in UTC; days are days in China. An item due on day D is overdue from 00:00 of D + 1.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from bihuan.rules.work_hours import SHANGHAI

CHINA = SHANGHAI
"""The zone whose days count."""

_DAY = timedelta(days=1)


class Clocked(NamedTuple):
    """The part of an item that time acts on.

    ``state``: a ``workflow.State``. ``level``: the review level under way, from 1. ``submitted_at``: when
    that level was entered. ``milestones``: (day, amount due by its end), any order. ``look_backs``: how many
    were made since closure; ``look_back_due``: the day by which one that was drawn is looked at. ``resumed_at``: when the
    last suspension ended; ``pauses``: all of them, (from, to), since the item was given to its unit; ``until``: the day on
    which a suspended one is expected to go on. ``decide_by``: by when the first of the requests that wait is to be decided.
    ``escalated_at``: since when a higher unit owes its response. ``faulted_at``: when feedback was sent back (an answer to a
    slip, an application for closure), None once it has been given anew.
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
    resumed_at: datetime | None = None
    faulted_at: datetime | None = None
    level: int = 1
    look_backs: int = 0
    milestones: tuple[tuple[date, int], ...] = ()
    amount_done: int = 0
    target_amount: int | None = None
    look_back_due: date | None = None
    pauses: tuple[tuple[datetime, datetime], ...] = ()
    until: date | None = None
    decide_by: datetime | None = None
    escalated_at: datetime | None = None

    @property
    def steady(self) -> bool:
        """Whether only its check-ins have dates: an ongoing item with no due date, or with the dated part done."""
        return self.ongoing and (self.due is None or self.percent >= 100)

    @property
    def started_at(self) -> datetime:
        """From when its progress is measured: it was assigned (else registered), or resumed after that."""
        begun = self.assigned_at or self.registered_at
        return begun if self.resumed_at is None else max(begun, self.resumed_at)

    @property
    def moved_at(self) -> datetime:
        """When something last moved: progress was reported, or the work was given, accepted or resumed."""
        last = self.started_at
        for at in (self.accepted_at, self.progressed_at):
            if at is not None and at > last:
                last = at
        return last


@lru_cache(maxsize=4096)
def day_start(day: date) -> datetime:
    """00:00 of a day in China, in UTC."""
    return datetime.combine(day, time(0), CHINA).astimezone(UTC)


@lru_cache(maxsize=4096)
def day_end(day: date) -> datetime:
    """The end of a day in China (00:00 of the next), in UTC."""
    return day_start(day + _DAY)


def due_at(clocked: Clocked) -> datetime | None:
    """Return the instant from which the item is overdue, None if it never will be."""
    return None if clocked.due is None or clocked.steady else day_end(clocked.due)
