"""One year of the State Council's holiday notice, as plain data that an administrator can type in."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bihuan.rules.errors import Invalid

FIRST_YEAR = 1900
LAST_YEAR = 2199

_FIXED_DAYS = ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))
_KEYS = frozenset({"year", "holidays", "workdays", "source"})


class CalendarInvalid(Invalid):
    """放假安排有误。"""

    code = "calendar-invalid"
    default_hint = "请对照国务院办公厅的放假通知核对后再提交。"


@dataclass(frozen=True)
class CalendarYear:
    """The days off and the make-up days of one year.

    ``holidays`` are all the days off that the notice names, weekends inside them included; ``workdays`` are the weekend
    days that are worked in exchange. ``source`` says which notice it is, e.g. ``国办发明电〔2025〕7号``.
    A notice that also moves days of the December before belongs into two tables, one for each year.
    Raises CalendarInvalid.
    """

    year: int
    holidays: frozenset[date]
    workdays: frozenset[date]
    source: str

    def __post_init__(self) -> None:
        _check_year(self.year)
        _check_source(self.source)
        _check_own_dates(self.year, self.holidays | self.workdays)
        _check_weekends(self.workdays)
        _check_apart(self.holidays, self.workdays)

    def to_data(self) -> dict[str, Any]:
        """Plain JSON: ``{"year", "holidays", "workdays", "source"}``, dates as sorted ISO strings."""
        return {
            "year": self.year,
            "holidays": [day.isoformat() for day in sorted(self.holidays)],
            "workdays": [day.isoformat() for day in sorted(self.workdays)],
            "source": self.source,
        }

    @classmethod
    def from_data(cls, data: object) -> CalendarYear:
        """The year that ``to_data`` (or a person) wrote. Raises CalendarInvalid, which names the value at fault."""
        if not isinstance(data, Mapping):
            raise CalendarInvalid("放假安排应是一组“年份、放假日、调休上班日、依据”。")
        _check_keys(data)
        return cls(
            year=_check_year(data["year"]),
            holidays=_dates("放假日", data["holidays"]),
            workdays=_dates("调休上班日", data["workdays"]),
            source=_check_source(data["source"]),
        )

    def doubts(self) -> tuple[str, ...]:
        """What is allowed but looks forgotten: fixed-date statutory days that are not among the days off."""
        missing = [day for day in fixed_days(self.year) if day not in self.holidays]
        return tuple(f"{_say(day)}是法定节假日，但不在放假日中。" for day in missing)


def fixed_days(year: int) -> tuple[date, ...]:
    """The statutory days whose date needs no notice: 元旦, 劳动节 (two days since 2025), 国庆节 (three days)."""
    return tuple(
        date(year, month, day) for month, day in _FIXED_DAYS if (month, day) != (5, 2) or year >= 2025
    )


def _say(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _check_year(year: object) -> int:
    if isinstance(year, bool) or not isinstance(year, int):
        raise CalendarInvalid(f"年份“{year}”应是四位数字，例如 2027。")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CalendarInvalid(f"年份“{year}”应在 {FIRST_YEAR} 至 {LAST_YEAR} 之间。")
    return year


def _check_source(source: object) -> str:
    if not isinstance(source, str) or not source.strip():
        raise CalendarInvalid("没有写明依据。", hint="请填写放假通知的名称或文号。")
    return source


def _check_keys(data: Mapping[Any, Any]) -> None:
    missing = sorted(_KEYS - data.keys())
    if missing:
        raise CalendarInvalid(f"缺少：{'、'.join(missing)}。")
    unknown = sorted(str(key) for key in data.keys() - _KEYS)
    if unknown:
        raise CalendarInvalid(f"不认识的内容：{'、'.join(unknown)}。")


def _dates(name: str, values: object) -> frozenset[date]:
    if isinstance(values, str | Mapping) or not isinstance(values, Iterable):
        raise CalendarInvalid(f"{name}应是一列日期，例如 [“2027-01-01”]。")
    days = [_date(name, value) for value in values]
    twice = sorted({day for day in days if days.count(day) > 1})
    if twice:
        raise CalendarInvalid(f"{name}中{_say(twice[0])}写了两次。")
    return frozenset(days)


def _date(name: str, value: object) -> date:
    try:
        return datetime.datetime.strptime(str(value), "%Y-%m-%d").date()  # noqa: DTZ007  a day has no zone
    except ValueError:
        raise CalendarInvalid(f"{name}中的“{value}”不是日期，应写成 2027-01-01 的样子。") from None


def _check_own_dates(year: int, days: Iterable[date]) -> None:
    for day in sorted(days):
        if day.year != year:
            hint = f"请把这一天填在{day.year}年的安排里。"
            raise CalendarInvalid(f"{_say(day)}不在{year}年内。", hint=hint)


def _check_weekends(workdays: Iterable[date]) -> None:
    for day in sorted(workdays):
        if day.weekday() < 5:
            raise CalendarInvalid(
                f"{_say(day)}是星期{'一二三四五'[day.weekday()]}，不是周末，不能作调休上班日。"
            )


def _check_apart(holidays: frozenset[date], workdays: frozenset[date]) -> None:
    both = sorted(holidays & workdays)
    if both:
        raise CalendarInvalid(f"{_say(both[0])}既是放假日又是调休上班日。")
