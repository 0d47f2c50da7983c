"""Dates and times in a clerk's words, always of China: 2026年3月5日（周四）, 3天前."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from bihuan.rules.clocked import CHINA, day_end

_WEEKDAYS = "一二三四五六日"
_SOON = timedelta(minutes=1)


def now() -> datetime:
    """Return the time: the only place where the web pages read the clock."""
    return datetime.now(UTC)


def today() -> date:
    """Return today in China."""
    return now().astimezone(CHINA).date()


def day_words(value: date | datetime | None) -> str:
    """Return 2026年3月5日（周四）; "" for None."""
    if value is None:
        return ""
    day = value.astimezone(CHINA).date() if isinstance(value, datetime) else value
    return f"{day.year}年{day.month}月{day.day}日（周{_WEEKDAYS[day.weekday()]}）"


def short_day(value: date | datetime | None) -> str:
    """Return 2026-03-05, for tables; "" for None."""
    if value is None:
        return ""
    return (value.astimezone(CHINA).date() if isinstance(value, datetime) else value).isoformat()


def moment_words(value: datetime) -> str:
    """Return 2026年3月5日（周四）14:05."""
    return f"{day_words(value)}{value.astimezone(CHINA):%H:%M}"


def since_words(value: datetime, at: datetime) -> str:
    """Return how long before ``at`` (or after it) ``value`` lies: 刚刚, 3分钟前, 昨天, 3天前, 2个月前, 5天后."""
    if abs(at - value) < _SOON:
        return "刚刚"
    days = (at.astimezone(CHINA).date() - value.astimezone(CHINA).date()).days
    side = "前" if value < at else "后"
    if days == 0:
        minutes = int(abs(at - value).total_seconds()) // 60
        return f"{minutes // 60}小时{side}" if minutes >= 60 else f"{minutes}分钟{side}"
    return {1: "昨天", -1: "明天"}.get(days) or _span_words(abs(days)) + side


def _span_words(days: int) -> str:
    if days < 61:
        return f"{days}天"
    return f"{days // 30}个月" if days < 730 else f"{days // 365}年"


def left_words(due: date | None, on: date) -> str:
    """Return how long until the end of ``due``: 还有12天, 今天到期, 已超期3天; "" without a date."""
    if due is None:
        return ""
    days = (due - on).days
    if days == 0:
        return "今天到期"
    return f"还有{days}天" if days > 0 else f"已超期{-days}天"


def end_of(day: date) -> datetime:
    """Return the last microsecond of ``day`` in China: a figure as of a day includes all of it."""
    return day_end(day) - timedelta(microseconds=1)


def read_past_day(text: str) -> date | None:
    """Read the day as of which figures are wanted; None for now, which is also what today and a day to come mean."""
    day = read_day(text)
    return day if day is not None and day < today() else None


def read_day(text: str) -> date | None:
    """Read what a date field sends (2026-03-05); None where it is empty or no date."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
