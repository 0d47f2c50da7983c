from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.rules.calendar import Calendar, CalendarRange, CalendarYear, Due, month_end, shift_months

DAY = timedelta(days=1)
CALENDAR = Calendar.builtin()
LAST_PUBLISHED = max(CALENDAR.years)

days = st.dates(date(1995, 1, 1), date(2040, 12, 31))
published_days = st.dates(date(2005, 1, 1), date(2024, 12, 31))


def test_builtin_knows_the_years_of_the_package():
    assert sorted(CALENDAR.years) == list(range(2004, LAST_PUBLISHED + 1))
    assert LAST_PUBLISHED >= 2026
    assert (CALENDAR.version, CALENDAR.is_published(2026), CALENDAR.is_published(2003)) == (1, True, False)


def test_builtin_is_one_shared_object():
    assert Calendar.builtin() is Calendar.builtin()


def test_every_day_of_every_published_year_agrees_with_the_package():
    day, wrong = date(2004, 1, 1), []
    while day.year <= LAST_PUBLISHED:
        if CALENDAR.is_workday(day) != chinese_calendar.is_workday(day):
            wrong.append(day)
        day += DAY
    assert wrong == []


def test_no_builtin_year_lacks_a_fixed_statutory_day():
    assert [year.doubts() for year in CALENDAR.years.values() if year.doubts()] == []


def test_2026_has_248_working_days_and_six_working_weekends():
    every = [date(2026, 1, 1) + n * DAY for n in range(365)]
    worked = [day for day in every if CALENDAR.is_workday(day)]
    assert len(worked) == 248
    assert [day.isoformat()[5:] for day in worked if day.weekday() > 4] == [
        "01-04",
        "02-14",
        "02-28",
        "05-09",
        "09-20",
        "10-10",
    ]


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-02-13", "2026-02-27"),
        ("2026-04-30", "2026-05-11"),
        ("2026-09-18", "2026-09-24"),
        ("2026-09-30", "2026-10-13"),
    ],
)
def test_five_working_days_around_the_holidays_of_2026(start, due):
    assert CALENDAR.add_workdays(date.fromisoformat(start), 5) == Due(date.fromisoformat(due))


def test_adding_working_days_equals_a_count_day_by_day_for_every_day_of_three_years():
    start, wrong = date(2024, 1, 1), []
    while start < date(2026, 11, 1):
        day, count = start, 0
        while count < 30:
            day += DAY
            if chinese_calendar.is_workday(day):
                count += 1
                if CALENDAR.add_workdays(start, count) != Due(day):
                    wrong.append((start, count, day))
        start += DAY
    assert wrong == []


@given(published_days, st.integers(1, 400))
def test_taking_working_days_away_equals_a_count_day_by_day(start, n):
    day, count = start, 0
    while count < n and day > date(2004, 1, 1):
        day -= DAY
        count += chinese_calendar.is_workday(day)
    if count == n:
        assert CALENDAR.add_workdays(start, -n) == Due(day)


@given(days, st.integers(-800, 800))
def test_counting_between_gives_back_what_was_added(start, n):
    assert CALENDAR.workdays_between(start, CALENDAR.add_workdays(start, n).date) == n


@given(published_days, published_days)
def test_working_days_between_equals_a_count_day_by_day(a, b):
    low, high = sorted((a, b))
    if high - low > 700 * DAY:
        high = low + 700 * DAY
    after = sum(chinese_calendar.is_workday(low + n * DAY) for n in range(1, (high - low).days + 1))
    before = sum(chinese_calendar.is_workday(low + n * DAY) for n in range((high - low).days))
    assert (CALENDAR.workdays_between(low, high), CALENDAR.workdays_between(high, low)) == (after, -before)


@given(days, st.integers(-100, 100), st.integers(-100, 100))
def test_working_days_added_in_two_steps_of_one_direction_equal_one_step(start, a, b):
    if a * b < 0:
        b = -b
    step = CALENDAR.add_workdays(CALENDAR.add_workdays(start, a).date, b)
    assert step.date == CALENDAR.add_workdays(start, a + b).date


def test_adding_no_working_day_keeps_the_start_even_a_day_off():
    assert CALENDAR.add_workdays(date(2026, 10, 1), 0) == Due(date(2026, 10, 1))


def test_next_and_previous_working_day_leave_the_day_itself():
    assert CALENDAR.next_workday(date(2026, 9, 30)) == date(2026, 10, 8)
    assert CALENDAR.previous_workday(date(2026, 10, 8)) == date(2026, 9, 30)


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        ("2026-09-24", 10, "2026-10-08"),  # the 10th day is 10-04, inside the National Day holiday
        ("2026-01-01", 2, "2026-01-04"),  # 01-03 is off, 01-04 a Sunday that is worked
        ("2026-02-25", 3, "2026-02-28"),  # a Saturday that is worked does not roll
        ("2026-06-11", 2, "2026-06-15"),  # an ordinary Saturday is a 法定休假日 too
        ("2026-06-11", 1, "2026-06-12"),
    ],
)
def test_a_period_of_days_whose_last_day_is_off_ends_on_the_next_working_day(start, n, due):
    assert CALENDAR.add_days(date.fromisoformat(start), n) == Due(date.fromisoformat(due))


def test_days_without_rolling_are_plain_arithmetic_and_never_provisional():
    assert CALENDAR.add_days(date(2026, 12, 31), 2, roll=False) == Due(date(2027, 1, 2))


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2025-12-15", 13, "2027-01-15"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-03-31", -15, "2024-12-31"),
    ],
)
def test_a_month_without_the_day_ends_on_its_last_day(start, n, due):
    expected = date.fromisoformat(due)
    assert CALENDAR.add_months(date.fromisoformat(start), n, roll=False) == Due(expected)
    assert shift_months(date.fromisoformat(start), n) == expected


def test_months_roll_like_days():
    assert CALENDAR.add_months(date(2026, 9, 1), 1) == Due(date(2026, 10, 8))


@given(st.dates(date(2004, 1, 1), date(2026, 12, 1)))
def test_rolling_gives_the_first_working_day_not_before(day):
    expected = day
    while not chinese_calendar.is_workday(expected):
        expected += DAY
    assert CALENDAR.roll(day) == Due(expected)


def test_a_due_date_that_rests_on_an_unpublished_year_is_provisional():
    unpublished = LAST_PUBLISHED + 1
    last_day = date(LAST_PUBLISHED, 12, 31)
    first_off = CALENDAR.add_workdays(last_day, 1)
    assert first_off.provisional
    assert first_off.date > date(unpublished, 1, 1)
    assert CALENDAR.roll(date(unpublished, 6, 1)).provisional
    assert CALENDAR.add_days(last_day, 1).provisional
    assert not CALENDAR.add_workdays(last_day - 20 * DAY, 5).provisional


def test_a_last_day_off_that_rolls_into_an_unpublished_year_is_provisional():
    bare = Calendar({2023: CALENDAR.years[2023]})
    assert bare.roll(date(2023, 12, 30)) == Due(date(2024, 1, 2), provisional=True)


def test_counting_back_from_an_unpublished_new_year_is_provisional_only_when_its_days_count():
    bare = Calendar({2023: CALENDAR.years[2023]})
    assert bare.add_workdays(date(2024, 1, 1), -1) == Due(date(2023, 12, 29))
    assert bare.add_workdays(date(2024, 1, 3), -3) == Due(date(2023, 12, 28), provisional=True)


def test_an_unpublished_year_works_monday_to_friday_except_the_fixed_statutory_days():
    bare = Calendar({})
    off = [date(2025, 1, 1) + n * DAY for n in range(365)]
    off = [day for day in off if day.weekday() < 5 and not bare.is_workday(day)]
    assert [day.isoformat()[5:] for day in off] == ["01-01", "05-01", "05-02", "10-01", "10-02", "10-03"]
    assert bare.is_workday(date(2024, 5, 2))  # the second day of 劳动节 is statutory since 2025


def test_a_new_notice_replaces_a_year_and_leaves_the_old_calendar_alone():
    year = LAST_PUBLISHED + 1
    before = CALENDAR.add_workdays(date(LAST_PUBLISHED, 12, 31), 1)
    weekend = next(d for n in range(9) if (d := date(year, 1, 2) + n * DAY).weekday() == 5)
    notice = CalendarYear(year, frozenset({date(year, 1, 1)}), frozenset({weekend}), "测试通知")
    newer = CALENDAR.with_year(notice)
    assert (newer.version, newer.is_published(year), newer.is_workday(weekend)) == (2, True, True)
    assert (CALENDAR.version, CALENDAR.is_published(year), CALENDAR.is_workday(weekend)) == (1, False, False)
    assert not newer.add_workdays(date(LAST_PUBLISHED, 12, 31), 1).provisional
    assert CALENDAR.add_workdays(date(LAST_PUBLISHED, 12, 31), 1) == before


def test_calendars_with_the_same_years_are_equal_and_hash_alike():
    notice = CalendarYear(2040, frozenset(), frozenset(), "测试通知")
    one, other = CALENDAR.with_year(notice), CALENDAR.with_year(notice)
    assert (one == other, hash(one) == hash(other), one == CALENDAR) == (True, True, False)


def test_the_years_of_a_calendar_cannot_be_changed():
    with pytest.raises(TypeError):
        CALENDAR.years[2026] = CALENDAR.years[2025]  # type: ignore[index]


@pytest.mark.parametrize(
    "reach",
    [
        lambda: CALENDAR.add_workdays(date(2026, 1, 1), 10**9),
        lambda: CALENDAR.add_workdays(date(2026, 1, 1), -(10**9)),
        lambda: CALENDAR.add_days(date(2026, 1, 1), 10**9),
        lambda: CALENDAR.add_days(date(2026, 1, 1), 100_000),
        lambda: CALENDAR.add_months(date(2026, 1, 1), 10**6),
        lambda: CALENDAR.is_workday(date(2200, 1, 1)),
        lambda: month_end(1899, 12),
    ],
)
def test_a_date_out_of_range_is_refused_in_plain_words(reach):
    with pytest.raises(CalendarRange) as caught:
        reach()
    assert str(caught.value) == (
        "日期超出可以计算的范围。只能计算 1900 年至 2199 年的日期，请核对年份和期限。"
    )
