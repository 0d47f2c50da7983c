"""春节前, 国庆节前: the last day before a festival."""

from __future__ import annotations

from datetime import date, timedelta

from bihuan.rules.calendar import Calendar
from bihuan.rules.deadline_types import Unread

_FIXED_FESTIVALS = {
    "元旦": (1, 1),
    "五一": (5, 1),
    "劳动节": (5, 1),
    "七一": (7, 1),
    "建党节": (7, 1),
    "八一": (8, 1),
    "建军节": (8, 1),
    "教师节": (9, 10),
    "国庆": (10, 1),
    "国庆节": (10, 1),
    "十一": (10, 1),
}
# The festival and the days off before it always lie between these days; the year's notice says which they are.
_LUNAR_FESTIVALS = {
    "春节": ((1, 20), (2, 22)),
    "清明": ((4, 2), (4, 7)),
    "清明节": ((4, 2), (4, 7)),
    "端午": ((5, 25), (6, 26)),
    "端午节": ((5, 25), (6, 26)),
    "中秋": ((9, 6), (10, 9)),
    "中秋节": ((9, 6), (10, 9)),
}


def eve(year: int, festival: str, calendar: Calendar) -> date:
    """The last day before a festival of the year; for the lunar ones, before their days off.

    Raises Unread where it hangs on a notice that is not published.
    """
    fixed = _FIXED_FESTIVALS.get(festival)
    day = date(year, *fixed) if fixed else _first_day_off(year, festival, calendar)
    return day - timedelta(days=1)


def _first_day_off(year: int, festival: str, calendar: Calendar) -> date:
    notice = calendar.years.get(year)
    off = notice.holidays if notice else frozenset()
    first, last = (date(year, *day) for day in _LUNAR_FESTIVALS[festival])
    inside = [day for day in off if first <= day <= last]
    if not inside:
        raise Unread(f"{year}年{festival}的放假安排没有公布，不能推算日期，请写明具体日期。")
    return min(inside)
