"""The periods of a report, by name."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.rules.periods import PERIODS, period


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("month", date(2026, 2, 1), date(2026, 2, 28)), ("month-before", date(2026, 1, 1), date(2026, 1, 31)),
        ("quarter", date(2026, 1, 1), date(2026, 3, 31)), ("quarter-before", date(2025, 10, 1), date(2025, 12, 31)),
        ("half", date(2026, 1, 1), date(2026, 6, 30)), ("half-before", date(2025, 7, 1), date(2025, 12, 31)),
        ("year", date(2026, 1, 1), date(2026, 12, 31)), ("year-before", date(2025, 1, 1), date(2025, 12, 31)),
    ],
)  # fmt: skip
def test_each_period_of_a_day_in_february(name, first, last):
    assert period(name, date(2026, 2, 14)) == (first, last)


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.sampled_from([n for n in PERIODS if "-" not in n]))
def test_a_period_holds_its_day_and_the_one_before_ends_just_before_it(day, name):
    first, last = period(name, day)
    assert first <= day <= last
    assert period(f"{name}-before", day)[1] == first - timedelta(days=1)
