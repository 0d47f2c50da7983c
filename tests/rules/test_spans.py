"""Spans: lengths of time become days and instants, counted on a calendar with holidays and make-up days."""

from datetime import UTC, date, datetime

import pytest

from bihuan.rules.calendar import Calendar, Due
from bihuan.rules.clocked import CHINA
from bihuan.rules.procedure_types import Span
from bihuan.rules.spans import last_day, paused, reach

CALENDAR = Calendar.builtin()


@pytest.mark.parametrize(
    ("start", "count", "unit", "last"),
    [
        (
            (2026, 2, 13),
            5,
            "workday",
            (2026, 2, 27),
        ),  # Spring Festival, with the make-up days 02-14 and 02-28
        ((2026, 4, 30), 5, "workday", (2026, 5, 11)),
        ((2026, 9, 30), 5, "workday", (2026, 10, 13)),
        ((2026, 3, 2), 5, "day", (2026, 3, 9)),  # 03-07 is a Saturday, so it rolls to Monday
        ((2026, 1, 30), 1, "month", (2026, 2, 28)),  # a month's last day, a make-up Saturday that is worked
        ((2026, 6, 15), 1, "month", (2026, 7, 15)),
        ((2026, 3, 2), 24, "hour", (2026, 3, 3)),
        ((2026, 3, 2), 23, "hour", (2026, 3, 2)),
        ((2026, 3, 2), 14, "workhour", (2026, 3, 3)),  # two days of seven hours
        ((2026, 3, 2), 15, "workhour", (2026, 3, 4)),
    ],
)
def test_the_start_is_not_counted_and_a_last_day_off_rolls(start, count, unit, last):
    assert last_day(date(*start), Span(count, unit), CALENDAR) == Due(date(*last))


@pytest.mark.parametrize(
    ("count", "unit", "last"),
    [(5, "day", (2026, 3, 7)), (2, "month", (2026, 5, 2)), (5, "workday", (2026, 3, 9))],
)
def test_without_rolling_a_last_day_off_stays(count, unit, last):
    assert last_day(date(2026, 3, 2), Span(count, unit), CALENDAR, roll=False) == Due(date(*last))


@pytest.mark.parametrize(("count", "unit"), [(5, "workday"), (30, "day"), (3, "month"), (40, "workhour")])
def test_a_day_in_a_year_without_a_notice_is_provisional(count, unit):
    assert last_day(date(2026, 12, 28), Span(count, unit), CALENDAR).provisional


def china(*parts):
    return datetime(*parts, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("start", "count", "unit", "end"),
    [
        (china(2026, 3, 2, 10, 30), 2, "hour", china(2026, 3, 2, 12, 30)),
        (
            china(2026, 3, 2, 11, 30),
            1,
            "workhour",
            china(2026, 3, 2, 14, 0),
        ),  # half an hour, noon, half an hour
        (china(2026, 3, 6, 17, 0), 1, "workhour", china(2026, 3, 9, 9, 30)),
        (china(2026, 3, 2, 10, 30), 1, "workday", china(2026, 3, 4)),  # the end of 03-03
        (china(2026, 3, 2, 0, 0), 1, "day", china(2026, 3, 4)),
        (china(2026, 3, 2, 23, 59), 1, "day", china(2026, 3, 4)),
        (china(2026, 3, 2, 10, 30), 5, "day", china(2026, 3, 10)),
        (china(2026, 3, 2, 10, 30), 1, "month", china(2026, 4, 3)),
    ],
)
def test_a_span_in_days_has_passed_at_the_end_of_its_last_day_in_china(start, count, unit, end):
    assert reach(start, Span(count, unit), CALENDAR) == end


def test_the_day_of_an_instant_is_its_day_in_china():
    late = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)  # 00:00 of 03-02 in China
    assert reach(late, Span(1, "day"), CALENDAR) == china(2026, 3, 4)


def test_an_instant_is_reached_without_rolling_where_that_is_asked_for():
    assert reach(china(2026, 3, 2), Span(5, "day"), CALENDAR, roll=False) == china(2026, 3, 8)


@pytest.mark.parametrize(("count", "unit"), [(3, "day"), (3, "workday"), (5, "hour"), (5, "workhour")])
def test_a_limit_that_was_never_paused_stays_where_it_is(count, unit):
    at = china(2026, 3, 7, 10)  # a Saturday: a limit that was moved would not stand there
    assert paused(at, Span(count, unit), Calendar.builtin(), []) == at
