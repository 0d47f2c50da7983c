"""Deadline arithmetic against an independent count, day by day and half hour by half hour, for every day of 2024 to 2026."""

from __future__ import annotations

from bisect import bisect_left
from datetime import date, datetime, time, timedelta

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


#: The notices of the State Council's office, copied by hand from their texts: (days off, from and to; weekends that are worked).
NOTICES = {
    2024: ("0101 0101,0210 0217,0404 0406,0501 0505,0610 0610,0915 0917,1001 1007",
           "0204 0218 0407 0428 0511 0914 0929 1012"),
    2025: ("0101 0101,0128 0204,0404 0406,0501 0505,0531 0602,1001 1008", "0126 0208 0427 0928 1011"),
    2026: ("0101 0103,0215 0223,0404 0406,0501 0505,0619 0621,0925 0927,1001 1007",
           "0104 0214 0228 0509 0920 1010"),
}  # fmt: skip


def day_of(year: int, text: str) -> date:
    return date(year, int(text[:2]), int(text[2:]))


def span(year: int, text: str) -> set[date]:
    first, last = (day_of(year, part) for part in text.split())
    return {first + n * DAY for n in range((last - first).days + 1)}


OFF = {day for year, (spans, _) in NOTICES.items() for part in spans.split(",") for day in span(year, part)}
MADE_UP = {day_of(year, part) for year, (_, days) in NOTICES.items() for part in days.split()}


def worked(day: date) -> bool:
    if day.year in NOTICES:
        return day in MADE_UP or (day.weekday() < 5 and day not in OFF)
    return day.weekday() < 5 and (day.month, day.day) not in FIXED


def test_the_calendar_has_the_days_of_the_notices():
    assert [day for day in DAYS if CALENDAR.is_workday(day) != worked(day)] == []
    assert sum(worked(day) for day in DAYS if day.year == 2026) == 248
    assert sorted(day for day in DAYS if day.year == 2026 and worked(day) and day.weekday() > 4) == [
        date(2026, *at) for at in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))
    ]


@pytest.mark.parametrize(
    ("start", "last"),
    [((2, 13), (2, 27)), ((4, 30), (5, 11)), ((9, 18), (9, 24)), ((9, 30), (10, 13))],
)
def test_five_working_days_of_2026(start, last):
    assert counted(date(2026, *start), 5, worked) == date(2026, *last)
    assert last_day(date(2026, *start), Span(5, "workday"), CALENDAR).date == date(2026, *last)


@pytest.mark.parametrize("days", [1, 2, 3, 7, 12])
def test_a_pause_from_every_day_gives_back_the_working_days_that_it_took_and_no_more(days):
    """From midnight to midnight: a weekend or a festival inside gains nothing."""
    wrong = []
    for start in DAYS[:-40]:
        pause = (
            datetime.combine(start, time(0), CHINA),
            datetime.combine(start + days * DAY, time(0), CHINA),
        )
        due = start + 20 * DAY
        taken = sum(worked(start + n * DAY) for n in range(days))
        expected = counted(due, taken, worked) if taken else due
        found = CALENDAR.date_after_pauses(due, [pause], working=True).date
        if found != expected:
            wrong.append((start, expected, found))
    assert wrong == []


@pytest.mark.parametrize("count", [1, 2, 3, 6, 12])
def test_months_from_every_day_end_on_the_same_number_or_the_months_last_day_and_roll(count):
    wrong = []
    for start in DAYS:
        day = start
        months = 0
        while months < count:  # day by day, counting the months that begin
            day += DAY
            months += day.day == 1
        last = day
        while last.month == day.month and last.day < start.day:
            last += DAY
        plain = last if last.month == day.month else last - DAY
        if last_day(start, Span(count, "month"), CALENDAR).date != rolled(plain):
            wrong.append((start, plain))
    assert wrong == []


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
