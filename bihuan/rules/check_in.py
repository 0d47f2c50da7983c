"""When an ongoing item is next to be reported on."""

from __future__ import annotations

from datetime import date, timedelta

from bihuan.rules.calendar import Calendar, month_end
from bihuan.rules.clocked import CHINA, Clocked
from bihuan.rules.procedure_types import CYCLES, Procedure

_DAY = timedelta(days=1)
_MONTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}


def check_day(clocked: Clocked, procedure: Procedure, calendar: Calendar) -> date:
    """Return the last day for the next report of an ongoing item: the last of a week, month, quarter and so on.

    One report in each period is enough. An item that was given out in the later half of a period need not report
    in it. A last day off moves to the next working day where the procedure's deadlines roll.
    """
    day = _period_end(clocked, procedure)
    return calendar.roll(day).date if procedure.deadlines.roll else day


def _period_end(clocked: Clocked, procedure: Procedure) -> date:
    cycle = clocked.cycle if clocked.cycle in CYCLES else procedure.deadlines.cycle
    moved = clocked.moved_at
    day = moved.astimezone(CHINA).date()
    first, last = period(cycle, day)
    if clocked.progressed_at == moved or day - first > last - day:
        return period(cycle, last + _DAY)[1]
    return last


def period(cycle: str, day: date) -> tuple[date, date]:
    """Return the first and the last day of the ``CYCLES`` period around ``day``; weeks begin on Monday."""
    if cycle == "day":
        return day, day
    if cycle == "week":
        monday = day - day.weekday() * _DAY
        return monday, monday + 6 * _DAY
    months = _MONTHS[cycle]
    last_month = (day.month - 1) // months * months + months
    return date(day.year, last_month - months + 1, 1), month_end(day.year, last_month)
