"""No test begins a moment before midnight."""

from datetime import UTC, datetime

from tests.support.midnight import to_midnight


def test_midnight_is_that_of_china():
    assert to_midnight(datetime(2026, 12, 31, 15, 59, 30, tzinfo=UTC)) == 30
    assert to_midnight(datetime(2026, 12, 31, 16, 0, tzinfo=UTC)) == 86_400
