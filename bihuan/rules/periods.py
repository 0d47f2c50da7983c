"""The periods that a report can be about, by name: this month and the one before, quarters, half-years, years."""

from __future__ import annotations

from datetime import date, timedelta

PERIODS = {
    "month": "本月", "month-before": "上月", "quarter": "本季度", "quarter-before": "上季度", "half": "本半年",
    "half-before": "前半年", "year": "今年", "year-before": "去年",
}  # fmt: skip
_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}


def period(name: str, today: date) -> tuple[date, date]:
    """Return the first and the last day of the period that ``name`` (of ``PERIODS``) means on ``today``."""
    kind, _, before = name.partition("-")
    months = _MONTHS[kind]
    number = today.year * 12 + today.month - 1
    start = number // months * months - (months if before else 0)
    return _first(start), _first(start + months) - timedelta(days=1)


def _first(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)
