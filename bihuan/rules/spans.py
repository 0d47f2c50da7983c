"""Lengths of time become days and instants."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from bihuan.rules.calendar import Calendar, Due
from bihuan.rules.clocked import CHINA, day_end
from bihuan.rules.procedure_types import Span
from bihuan.rules.schedule import MICROSECOND

Pauses = Iterable[tuple[datetime, datetime]]


def last_day(start: date, span: Span, calendar: Calendar, *, roll: bool = True) -> Due:
    """Return the last day of ``span`` counted from ``start`` (which is not counted); hours end on the day they end."""
    if span.unit == "workday":
        return calendar.add_workdays(start, span.count)
    if span.unit == "day":
        return calendar.add_days(start, span.count, roll=roll)
    if span.unit == "month":
        return calendar.add_months(start, span.count, roll=roll)
    begun = datetime(start.year, start.month, start.day, tzinfo=CHINA)
    hours = calendar.add_hours if span.unit == "hour" else calendar.add_work_hours
    found = hours(begun, span.count)
    return Due(found.at.astimezone(CHINA).date(), found.provisional)


def reach(
    start: datetime, span: Span, calendar: Calendar, *, roll: bool = True, pauses: Pauses = ()
) -> datetime:
    """Return the instant (UTC) at which ``span`` after ``start`` has passed: in days, the end of its last day in China.

    ``pauses`` are (from, to) instants in any order at which nothing passed, also such before ``start``.
    """
    at = _reach(start, span, calendar, roll=roll)
    since = [(max(begin, start), end) for begin, end in pauses if end > start]
    if not since:
        return at
    return paused(at, span, calendar, since, roll=roll).astimezone(UTC)


def _reach(start: datetime, span: Span, calendar: Calendar, *, roll: bool) -> datetime:
    if span.unit == "hour":
        return calendar.add_hours(start, span.count).at.astimezone(UTC)
    if span.unit == "workhour":
        return calendar.add_work_hours(start, span.count).at.astimezone(UTC)
    return _end_of_last_day(start.astimezone(CHINA).date(), span, calendar, roll)


@lru_cache(maxsize=8_192)  # many items begin on the same day
def _end_of_last_day(start: date, span: Span, calendar: Calendar, roll: bool) -> datetime:
    return day_end(last_day(start, span, calendar, roll=roll).date)


def paused(
    at: datetime,
    span: Span,
    calendar: Calendar,
    pauses: list[tuple[datetime, datetime]],
    *,
    roll: bool = True,
) -> datetime:
    """Return the limit ``at`` of a ``span`` moved by ``pauses``, none of them from before it began to run.

    A limit in working days or hours is moved by the working time of the pauses, so that waiting over a weekend gains
    nothing, any other by all of their time; one in days ends with a day, to which a part of a day is rounded up.
    """
    if not pauses:
        return at
    working = span.unit in {"workday", "workhour"}
    moved = calendar.after_pauses(at.astimezone(CHINA), pauses, working=working).at
    if moved == at or span.unit in {"hour", "workhour"}:
        return moved
    day = (moved - MICROSECOND).date()
    return _end_of(day if working or not roll else calendar.roll(day).date)


def _end_of(day: date) -> datetime:
    after = day + timedelta(days=1)
    return datetime(after.year, after.month, after.day, tzinfo=CHINA)
