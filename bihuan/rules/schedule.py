"""By when how much should be done: evenly up to the due date, or from milestone to milestone."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from bihuan.rules.clocked import Clocked, day_end

MICROSECOND = timedelta(microseconds=1)

Point = tuple[datetime, int]


def behind_at(clocked: Clocked, points: int, end: datetime | None) -> datetime | None:
    """Return the instant from which progress is at least ``points`` percent of the whole below schedule.

    ``end`` is the instant from which the item is overdue. None if that never happens: too little time or too much done. Instants are exact to the microsecond.
    """
    whole, done = _whole(clocked)
    if whole <= 0 or done >= whole:
        return None
    return _reached(_curve(clocked, whole, end), 100 * done + points * whole)


def missed_at(clocked: Clocked) -> datetime | None:
    """Return the end of the first milestone's day whose amount is not reached, or None."""
    missed = [day for day, amount in clocked.milestones if amount > clocked.amount_done]
    return day_end(min(missed)) if missed else None


def _whole(clocked: Clocked) -> tuple[int, int]:
    """The whole and what is done of it: the target amount if there is one, else percent."""
    if clocked.target_amount is not None:
        return clocked.target_amount, clocked.amount_done
    if clocked.milestones:
        return max(amount for _, amount in clocked.milestones), clocked.amount_done
    return 100, clocked.percent


def _curve(clocked: Clocked, whole: int, end: datetime | None) -> list[Point]:
    """The points between which the schedule rises evenly; amounts never fall, and end with ``whole`` when due."""
    curve = [(clocked.started_at, 0)]
    for day, amount in sorted(clocked.milestones):
        at = day_end(day)
        if at > curve[0][0] and (end is None or at < end):
            curve.append((at, max(amount, curve[-1][1])))
    if end is not None and end > curve[-1][0]:
        curve.append((end, max(whole, curve[-1][1])))
    return curve


def _reached(curve: list[Point], hundredths: int) -> datetime | None:
    """The first instant at which the curve, times 100, reaches ``hundredths`` (> 0)."""
    for (start, low), (end, high) in pairwise(curve):
        if 100 * high >= hundredths:
            span = (end - start) // MICROSECOND
            return start - -(hundredths - 100 * low) * span // (100 * (high - low)) * MICROSECOND
    return None
