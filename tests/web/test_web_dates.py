"""Dates in words, always of China."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.rules.clocked import CHINA
from bihuan.web import dates

NOON = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)


def test_a_day_is_written_as_a_clerk_writes_it():
    assert dates.day_words(date(2026, 3, 5)) == "2026年3月5日（周四）"
    assert dates.day_words(datetime(2026, 3, 4, 16, 30, tzinfo=UTC)) == "2026年3月5日（周四）"
    assert dates.moment_words(datetime(2026, 3, 4, 16, 30, tzinfo=UTC)) == "2026年3月5日（周四）00:30"
    assert dates.short_day(datetime(2026, 3, 4, 16, 30, tzinfo=UTC)) == "2026-03-05"
    assert (dates.day_words(None), dates.short_day(None), dates.left_words(None, date(2026, 1, 1))) == (
        "",
        "",
        "",
    )


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(seconds=30), "刚刚"),
        (timedelta(minutes=5), "5分钟前"),
        (timedelta(hours=3), "3小时前"),
        (timedelta(hours=13), "昨天"),
        (timedelta(days=2), "2天前"),
        (timedelta(days=60), "60天前"),
        (timedelta(days=90), "3个月前"),
        (timedelta(days=800), "2年前"),
        (-timedelta(minutes=5), "5分钟后"),
        (-timedelta(days=1), "明天"),
        (-timedelta(days=5), "5天后"),
    ],
)
def test_a_time_is_told_relative_to_now(ago, said):
    assert dates.since_words(NOON - ago, NOON) == said


@pytest.mark.parametrize(
    ("days", "said"), [(0, "今天到期"), (1, "还有1天"), (40, "还有40天"), (-1, "已超期1天")]
)
def test_what_is_left_until_a_deadline(days, said):
    assert dates.left_words(date(2026, 3, 5) + timedelta(days=days), date(2026, 3, 5)) == said


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_the_end_of_a_day_is_its_last_instant_in_china(day):
    end = dates.end_of(day)
    assert end.astimezone(CHINA).date() == day
    assert (end + timedelta(microseconds=1)).astimezone(CHINA).date() == day + timedelta(days=1)


@given(st.text(max_size=12))
def test_reading_a_day_never_fails(text):
    assert dates.read_day(text) is None or dates.read_day(text).isoformat()


@given(st.dates(date(1900, 1, 1)))
def test_a_day_that_a_field_sends_is_read_back(day):
    assert dates.read_day(day.isoformat()) == day
