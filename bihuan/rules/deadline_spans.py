"""Durations: 15个工作日内, 一个半月, 60日内; counted from the event or date before them, else from the base."""

from __future__ import annotations

import re
from datetime import date, timedelta
from math import ceil
from typing import NamedTuple

from bihuan.rules.calendar import Calendar, CalendarRange, Due, shift_months
from bihuan.rules.deadline_dates import Days, say
from bihuan.rules.deadline_types import Doubt, Unread

_SPAN = re.compile(
    r"(?P<number>\d+(?:\.\d)?)?(?:个)?(?P<half>半)?(?:个)?"
    r"(?P<unit>工作日|自然日|日历日|星期|礼拜|季度?|小时|分钟|[日号天周月年])(?P<more>半)?"
)
_EVENT = re.compile(
    r"(?P<event>[^,;。、:()\x00]{1,40}?)(?:之日|当日|次日|之后|以后|后)?(?:起|后|之后|以后|之日)(?:的|算|计算|,)*$"
)
# What the day of the sheet (or of registration) stands for: the office handed the matter over.
_BASE_EVENT = re.compile(
    r"交办|接[办到单报收]|收到|签收|受理|派[单发]|转[办交]|分办|反馈|下[达发]|印发|发[文布出]|通[知报]|立项|即日|今日|今天|当日|本(?:方案|清单|台账|通知)"
)
_MONTHS = {"月": 1, "季": 3, "季度": 3, "年": 12}
_DAY = timedelta(days=1)
_DAYS = {"周": 7, "星期": 7, "礼拜": 7}


class Anchor(NamedTuple):
    """Where a duration begins: the last day that is not counted, and what was assumed in taking it.

    ``whole``: the next day begins a month or a year, so three months from 10月起 end with 12月.
    """

    day: date
    doubts: tuple[Doubt, ...] = ()
    whole: bool = False


def event_anchor(clause: str, phrase: str, base: date) -> Anchor:
    """The beginning of a duration that ``clause`` (the text before it) tells; the base for the usual events."""
    event = _EVENT.search(clause)
    if not event or _BASE_EVENT.search(event["event"]):
        return Anchor(base)
    message = f"“{phrase}”从“{event['event']}”起算，不知道是哪一天，暂从{say(base)}起算，请核对。"
    return Anchor(base, (Doubt("unknown-start", message),))


def resolve_span(phrase: str, start: Anchor, calendar: Calendar) -> Days:
    """The last day of a duration. Raises Unread where it leads out of the calendar."""
    match = _SPAN.match(phrase)
    assert match is not None, "a token of kind span has this form"
    amount = float(match["number"] or 0) + (0.5 if match["half"] or match["more"] else 0)
    try:
        due, doubts = _count(amount, match["unit"], phrase, start, calendar)
    except (CalendarRange, OverflowError):
        raise Unread from None
    return Days(due.date, due.date, (*start.doubts, *doubts), due.provisional)


def _count(
    amount: float, unit: str, phrase: str, anchor: Anchor, calendar: Calendar
) -> tuple[Due, tuple[Doubt, ...]]:
    start = anchor.day
    if unit == "工作日":
        return calendar.add_workdays(start, ceil(amount)), ()
    if unit in ("小时", "分钟"):
        hours = amount if unit == "小时" else amount / 60
        due = calendar.add_days(start, int(hours // 24), roll=False)
        return due, (Doubt("hours", f"“{phrase}”以小时计，时限只记到日，按{say(due.date)}计。"),)
    if unit in _MONTHS:
        months = amount * _MONTHS[unit]
        last = shift_months(start + anchor.whole * _DAY, int(months)) - anchor.whole * _DAY
        return calendar.add_days(last, ceil((months - int(months)) * 30)), ()
    return calendar.add_days(start, ceil(amount * _DAYS.get(unit, 1))), ()
