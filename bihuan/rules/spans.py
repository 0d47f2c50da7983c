"""Lengths of time become days and instants."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from bihuan.rules.calendar import Calendar, Due
from bihuan.rules.clocked import CHINA
from bihuan.rules.procedure_types import Span


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


def reach(start: datetime, span: Span, calendar: Calendar, *, roll: bool = True) -> datetime:
    """Return the instant at which ``span`` after ``start`` has passed: in days, the end of its last day in China."""
    if span.unit == "hour":
        return calendar.add_hours(start, span.count).at
    if span.unit == "workhour":
        return calendar.add_work_hours(start, span.count).at
    day = last_day(start.astimezone(CHINA).date(), span, calendar, roll=roll).date + timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=CHINA)
