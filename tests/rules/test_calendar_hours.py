from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.rules.calendar import SHANGHAI, Calendar, CalendarRange, Due, DueAt, WorkHours
from bihuan.rules.work_hours import WorkHoursInvalid

CALENDAR = Calendar.builtin()
NIGHT_SHIFT = WorkHours(((time(8), time(20)),))


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def span(start, end):
    return at(start), at(end)


instants = st.integers(0, 970 * 24 * 3600).map(lambda seconds: at("2024-01-03") + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        ("2026-11-23T09:00", 3, "2026-11-23T12:00"),  # ends with the morning, not at 13:30
        ("2026-11-23T09:00", 3.5, "2026-11-23T14:00"),
        ("2026-11-23T09:00", 7, "2026-11-23T17:30"),
        ("2026-11-23T09:00", 7.5, "2026-11-24T09:30"),
        ("2026-11-23T09:00", 14, "2026-11-24T17:30"),
        ("2026-11-23T12:30", 1, "2026-11-23T14:30"),
        ("2026-11-23T06:00", 1, "2026-11-23T10:00"),
        ("2026-11-23T23:59", 1, "2026-11-24T10:00"),
        ("2026-11-27T16:30", 2, "2026-11-30T10:00"),  # over the weekend
        ("2026-09-30T17:00", 1, "2026-10-08T09:30"),  # over the holiday
        ("2026-10-09T17:00", 1, "2026-10-10T09:30"),  # into a Saturday that is worked
        ("2026-10-11T10:00", 1, "2026-10-12T10:00"),  # begun on a Sunday
    ],
)
def test_working_hours_pass_only_while_people_work(start, n, due):
    assert CALENDAR.add_work_hours(at(start), n) == DueAt(at(due))


def test_no_working_hours_keep_the_instant():
    assert CALENDAR.add_work_hours(at("2026-11-22T03:00"), 0) == DueAt(at("2026-11-22T03:00"))


def test_hours_of_the_day_are_configurable():
    assert CALENDAR.add_work_hours(at("2026-11-23T19:00"), 2, NIGHT_SHIFT) == DueAt(at("2026-11-24T09:00"))


def test_instants_of_another_zone_are_read_in_chinas_time():
    utc = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    assert CALENDAR.add_work_hours(utc, 1) == DueAt(at("2026-11-23T10:00"))
    assert CALENDAR.add_hours(utc, 24).at.isoformat() == "2026-11-24T09:00:00+08:00"


def test_natural_hours_run_over_nights_and_holidays():
    assert CALENDAR.add_hours(at("2026-09-30T17:00"), 48) == DueAt(at("2026-10-02T17:00"))


@pytest.mark.parametrize("count", [CALENDAR.add_hours, CALENDAR.add_work_hours])
def test_an_instant_without_a_zone_is_refused(count):
    with pytest.raises(ValueError, match="without a time zone"):
        count(at("2026-11-23").replace(tzinfo=None), 1)


@pytest.mark.parametrize("count", [CALENDAR.add_hours, CALENDAR.add_work_hours])
@pytest.mark.parametrize("n", [10**8, 10**15])
def test_hours_out_of_range_are_refused(count, n):
    with pytest.raises(CalendarRange):
        count(at("2026-11-23T09:00"), n)


def test_working_hours_do_not_count_backwards():
    with pytest.raises(ValueError, match="backwards"):
        CALENDAR.add_work_hours(at("2026-11-23T09:00"), -1)


def test_working_hours_in_an_unpublished_year_are_provisional():
    bare = Calendar({2023: CALENDAR.years[2023]})
    assert bare.add_work_hours(at("2023-12-29T17:00"), 1) == DueAt(at("2024-01-02T09:30"), provisional=True)
    assert bare.add_work_hours(at("2024-01-03T09:00"), 1).provisional
    assert bare.add_work_hours(at("2024-01-03T09:00"), 8).provisional
    assert not bare.add_work_hours(at("2023-12-29T16:00"), 1).provisional


@given(instants, st.integers(1, 6000))
def test_the_working_time_up_to_the_due_instant_is_what_was_added(start, minutes):
    due = CALENDAR.add_work_hours(start, minutes / 60).at
    assert abs(CALENDAR.work_time_between(start, due) - timedelta(minutes=minutes)) < timedelta(
        milliseconds=1
    )


@given(instants, st.integers(0, 40_000))
def test_working_time_between_equals_a_count_minute_by_minute_for_short_spans(start, minutes):
    start = start.replace(second=0, microsecond=0)
    minutes %= 6000
    worked = 0
    for n in range(minutes):
        now = start + timedelta(minutes=n)
        inside = time(9) <= now.time() < time(12) or time(13, 30) <= now.time() < time(17, 30)
        worked += inside and CALENDAR.is_workday(now.date())
    assert CALENDAR.work_time_between(start, start + timedelta(minutes=minutes)) == timedelta(minutes=worked)


def test_working_time_of_a_span_that_ends_before_it_begins_is_none():
    assert CALENDAR.work_time_between(at("2026-11-24T09:00"), at("2026-11-23T09:00")) == timedelta(0)


@pytest.mark.parametrize(
    "spans",
    [(), ((time(9), time(9)),), ((time(12), time(9)),), ((time(9), time(13)), (time(12), time(17)))],
)
def test_hours_that_overlap_or_run_backwards_are_refused(spans):
    with pytest.raises(WorkHoursInvalid):
        WorkHours(spans)


def test_asking_for_more_work_than_a_day_holds_is_a_mistake():
    with pytest.raises(ValueError, match="does not fit"):
        WorkHours().reach(timedelta(hours=9), timedelta(hours=8))


DUE = at("2026-11-26T17:30")  # a Thursday


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        ([], "2026-11-26T17:30"),
        ([("2026-11-24T10:00", "2026-11-24T11:00")], "2026-11-27T10:00"),
        ([("2026-11-24T12:00", "2026-11-24T13:30")], "2026-11-26T17:30"),  # a lunch break gains nothing
        ([("2026-11-21T00:00", "2026-11-23T09:00")], "2026-11-26T17:30"),  # nor does a weekend
        ([("2026-11-20T17:30", "2026-11-23T09:00")], "2026-11-26T17:30"),
        ([("2026-11-20T16:30", "2026-11-23T10:00")], "2026-11-27T11:00"),
        (
            [("2026-11-24T09:00", "2026-11-24T11:00"), ("2026-11-24T10:00", "2026-11-24T12:00")],
            "2026-11-27T12:00",
        ),
        ([("2026-11-26T17:30", "2026-12-04T10:00")], "2026-11-26T17:30"),  # begun when it was due
        (
            [("2026-11-27T09:00", "2026-11-27T10:00"), ("2026-11-26T09:00", "2026-11-26T12:00")],
            "2026-11-27T14:30",
        ),
    ],
)
def test_a_pause_gives_back_the_working_time_inside_it(pauses, due):
    assert CALENDAR.after_pauses(DUE, [span(*pause) for pause in pauses], working=True) == DueAt(at(due))


def test_a_pause_in_natural_time_gives_back_all_of_it():
    pause = span("2026-11-20T17:00", "2026-11-23T09:00")
    assert CALENDAR.after_pauses(DUE, [pause], working=False) == DueAt(at("2026-11-29T09:30"))


def test_a_pause_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="ends before"):
        CALENDAR.after_pauses(DUE, [span("2026-11-24T10:00", "2026-11-24T09:00")], working=True)


@given(
    instants,
    st.integers(1, 3000),
    st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 9000)), max_size=4),
)
def test_after_pauses_the_time_worked_outside_them_is_what_was_allowed(start, allowed, raw):
    pauses = [
        (start + timedelta(minutes=begin), start + timedelta(minutes=begin + length)) for begin, length in raw
    ]
    due = CALENDAR.after_pauses(CALENDAR.add_work_hours(start, allowed / 60).at, pauses, working=True).at
    worked, now = timedelta(0), start
    for begin, end in sorted(pauses):
        if begin >= due:
            break
        worked += CALENDAR.work_time_between(now, begin)
        now = max(now, end)
    worked += CALENDAR.work_time_between(now, due)
    assert abs(worked - timedelta(minutes=allowed)) < timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("pause", "due"),
    [
        (("2026-11-21T08:00", "2026-11-22T20:00"), "2026-11-26"),  # inside a weekend
        (("2026-11-24T00:00", "2026-11-25T00:00"), "2026-11-27"),  # one whole working day
        (("2026-11-24T16:00", "2026-11-24T16:30"), "2026-11-27"),  # a part of a day gives a day
        (("2026-11-20T16:00", "2026-11-23T10:00"), "2026-11-27"),
        (("2026-11-23T09:00", "2026-11-24T09:30"), "2026-11-30"),  # 7.5 working hours
    ],
)
def test_a_deadline_in_days_moves_by_whole_working_days(pause, due):
    moved = CALENDAR.date_after_pauses(date(2026, 11, 26), [span(*pause)], working=True)
    assert moved == Due(date.fromisoformat(due))


def test_a_deadline_in_natural_days_moves_by_natural_days_and_rolls():
    one_day = [span("2026-11-23T12:00", "2026-11-24T12:00")]
    assert CALENDAR.date_after_pauses(date(2026, 11, 26), one_day, working=False) == Due(date(2026, 11, 27))
    two_days = [span("2026-11-23T12:00", "2026-11-25T12:00")]
    assert CALENDAR.date_after_pauses(date(2026, 11, 26), two_days, working=False) == Due(date(2026, 11, 30))


def test_a_deadline_on_a_day_off_stays_when_no_time_was_paused():
    assert CALENDAR.date_after_pauses(date(2026, 10, 1), [], working=False) == Due(date(2026, 10, 1))


def test_a_pause_in_an_unpublished_year_makes_the_date_provisional():
    bare = Calendar({2023: CALENDAR.years[2023]})
    pause = [span("2023-12-29T09:00", "2023-12-29T17:30")]
    assert bare.date_after_pauses(date(2023, 12, 29), pause, working=True) == Due(
        date(2024, 1, 2), provisional=True
    )
