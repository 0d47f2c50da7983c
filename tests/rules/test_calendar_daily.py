"""Deadline arithmetic against an independent count, day by day and half hour by half hour, for every day of 2024 to 2026."""

from __future__ import annotations

from bisect import bisect_left
from datetime import date, datetime, time, timedelta

import chinese_calendar
import pytest

from bihuan.rules.calendar import Calendar
from bihuan.rules.clocked import CHINA
from bihuan.rules.procedure_types import Span
from bihuan.rules.spans import last_day, reach

CALENDAR = Calendar.builtin()
DAY = timedelta(days=1)
HALF = timedelta(minutes=30)
#: The statutory days of fixed date: all that is known of a year whose notice is not out.
FIXED = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}
DAYS = [date(2024, 1, 1) + n * DAY for n in range(366 + 365 + 365)]
COUNTS = (1, 2, 3, 5, 7, 10, 15, 30, 45, 60)


def worked(day: date) -> bool:
    if day.year <= 2026:
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5 and (day.month, day.day) not in FIXED


def counted(start: date, count: int, counts) -> date:
    """The day on which the ``count``-th day that ``counts`` after ``start`` falls."""
    day = start
    while count:
        day += DAY
        count -= counts(day)
    return day


def rolled(day: date) -> date:
    while not worked(day):
        day += DAY
    return day


def next_midnight(day: date) -> datetime:
    return datetime.combine(day + DAY, time(0), CHINA)


@pytest.mark.parametrize("count", COUNTS)
def test_working_days_from_every_day(count):
    wrong = []
    for start in DAYS:
        last = counted(start, count, worked)
        found = last_day(start, Span(count, "workday"), CALENDAR)
        if (found.date, found.provisional) != (last, last.year > 2026):
            wrong.append((start, last, found))
    assert wrong == []


@pytest.mark.parametrize("count", COUNTS)
def test_natural_days_from_every_day_roll_to_a_working_day(count):
    wrong = []
    for start in DAYS:
        plain = counted(start, count, lambda _: True)
        rolls = last_day(start, Span(count, "day"), CALENDAR).date
        stays = last_day(start, Span(count, "day"), CALENDAR, roll=False).date
        if (rolls, stays) != (rolled(plain), plain):
            wrong.append((start, plain, rolls, stays))
    assert wrong == []


@pytest.mark.parametrize("count", [1, 5, 30])
@pytest.mark.parametrize("moment", [time(0), time(9, 40), time(23, 59)])
def test_a_limit_in_days_ends_with_its_last_day_whatever_the_hour_it_began(count, moment):
    wrong = [
        start
        for start in DAYS
        if reach(datetime.combine(start, moment, CHINA), Span(count, "workday"), CALENDAR)
        != next_midnight(counted(start, count, worked))
    ]
    assert wrong == []


def office(moment: datetime) -> bool:
    """Whether the half hour that begins at ``moment`` is worked."""
    return worked(moment.date()) and (
        time(9) <= moment.time() < time(12) or time(13, 30) <= moment.time() < time(17, 30)
    )


def half_hours() -> list[datetime]:
    first = datetime(2024, 1, 1, tzinfo=CHINA)
    return [m for n in range((len(DAYS) + 60) * 48) if office(m := first + n * HALF)]


HALF_HOURS = half_hours()


@pytest.mark.parametrize("count", [1, 4, 7, 8, 40])
@pytest.mark.parametrize("moment", [time(0), time(10, 30), time(12, 30), time(17)])
def test_working_hours_from_every_day(count, moment):
    wrong = []
    for start in DAYS:
        begun = datetime.combine(start, moment, CHINA)
        expected = HALF_HOURS[bisect_left(HALF_HOURS, begun) + 2 * count - 1] + HALF
        if reach(begun, Span(count, "workhour"), CALENDAR) != expected:
            wrong.append((begun, expected))
    assert wrong == []


@pytest.mark.parametrize("count", [1, 2, 24, 48, 72])
def test_hours_run_over_nights_and_days_off(count):
    for start in DAYS:
        begun = datetime.combine(start, time(16, 20), CHINA)
        assert reach(begun, Span(count, "hour"), CALENDAR) == begun + count * 2 * HALF
