"""Reads the deadlines that clerks write: 2024年底前，并长期坚持; 立行立改; 10月中旬; 15个工作日内; 45657.

The wordings understood are listed in docs/reference/deadlines.md. A wording is never read in silence when something had to
be assumed: every assumption is a Doubt.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from bihuan.rules import deadline_words as words
from bihuan.rules.calendar import Calendar, shift_months
from bihuan.rules.deadline_dates import say
from bihuan.rules.deadline_points import Point, Points, ends, label, read_points
from bihuan.rules.deadline_text import normalise
from bihuan.rules.deadline_types import Cycle, Deadline, Doubt, Severity

__all__ = ["Cycle", "Deadline", "Doubt", "Severity", "parse"]

_CACHED_LENGTH = 200
_LONGEST = 1000
_EXCEL_DAY_ZERO = date(1899, 12, 30)
_EXCEL_SERIALS = (36_526, 73_050)  # 2000-01-01 – 2099-12-31
_NUMBER = re.compile(r"\d{1,10}(?:\.\d{1,12})?")
_NO_FRACTION = re.compile(r"\.0+$")
_YEAR = re.compile(r"(?:19|20)\d\d")
_LOST_ZERO = re.compile(r"\d{4}\.1|\d{1,2}\.[123]")
_MONTHS = {"year": 12, "half-year": 6, "quarter": 3, "month": 1}
_JOINED = re.compile(r"的|、|和|及|或|与|前、?|底?前、|-|至|到|")
_LUNAR = "农历日期不能换算，请写公历日期。"
Pieces = tuple[tuple[str, str], ...]
# What still looks like a date when all dates are taken out.
_LEFT = re.compile(
    r"(?=\d)(?:"
    r"(?<![〔\[(\d])\d{3,8}年|\d{1,2}年(?=$|[\x00\d,;。前底末内])|(?<!\d)\d{1,8}月"
    r"|(?<![〕\])\d])\d{1,8}[日号](?=$|[,;。前止])|(?<!\d)\d{1,8}[./]\d{1,8}(?![\d%万亿元倍个公米平吨户人])"
    r"|(?<!\d)\d{1,8}(?=[底末])|(?<!\d)\d{1,4}前)"
)


def parse(
    value: str | date | float | None, *, base: date, calendar: Calendar, required: bool = False
) -> Deadline:
    """Read a cell or a wording; never raises.

    ``base`` (1950–2150) is the day of the sheet, or today: it gives the year that a wording leaves out, and 15个工作日内
    counts from it.
    Numbers are Excel serials, years, or figures such as 20241231 and 2024.12. An empty value is a doubt only when
    ``required``.
    """
    deadline = _of_value(value, base, calendar)
    if required and deadline == Deadline(text=deadline.text):
        return replace(deadline, doubts=(Doubt("empty", "没有填写时限，请补充。"),))
    return deadline


def _of_value(value: str | date | float | None, base: date, calendar: Calendar) -> Deadline:
    if isinstance(value, str):
        return _of_cell(value.strip(), base, calendar)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return Deadline()
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        return Deadline(due=day, text=day.isoformat(), doubts=_about(day, base))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _of_cell(str(value), base, calendar)
    plain = _figures(repr(value))
    return _of_number(value, plain, plain, base, calendar)


def _of_cell(text: str, base: date, calendar: Calendar) -> Deadline:
    if len(text) > _LONGEST:
        return _unreadable(text, f"有{len(text)}字，不像时限，请核对是否填错了栏。", code="too-long")
    return (_of_short_text if len(text) <= _CACHED_LENGTH else _of_text)(text, base, calendar)


def _of_text(text: str, base: date, calendar: Calendar) -> Deadline:
    plain = normalise(text)
    if words.is_empty(plain) and not _is_enumerator(text):
        return Deadline(text=text)
    if words.is_ditto(plain):
        return _unreadable(text, "没有随行带出上一行的时限，请写明。", code="ditto")
    if _NUMBER.fullmatch(plain):
        return _of_number(float(plain), _figures(plain), text, base, calendar)
    return _of_wording(plain, text, base, calendar)


def _is_enumerator(text: str) -> bool:
    """A cell with nothing but (1) or 二、 is a slip, not an empty cell; 一 alone is typed for a dash."""
    return any(char.isnumeric() and char != "一" for char in text)


_of_short_text = lru_cache(maxsize=65_536)(_of_text)


# Figures


def _of_number(number: float, plain: str, text: str, base: date, calendar: Calendar) -> Deadline:
    """A serial day of Excel; else figures that say a date, with a doubt where a trailing zero may be lost."""
    if _EXCEL_SERIALS[0] <= number < _EXCEL_SERIALS[1] + 1:
        day = _EXCEL_DAY_ZERO + timedelta(days=int(number))
        return Deadline(due=day, text=text, doubts=_about(day, base))
    deadline = _of_wording(f"{plain}年" if _YEAR.fullmatch(plain) else plain, text, base, calendar)
    if deadline.due is None or not _LOST_ZERO.fullmatch(plain):
        return deadline
    message = f"“{text}”按{say(deadline.due)}计；如原为“{text}0”，表格会去掉末尾的 0，请核对。"
    return replace(deadline, doubts=(*deadline.doubts, Doubt("lost-zero", message)))


def _figures(number: str) -> str:
    return _NO_FRACTION.sub("", number)


# Wordings


def _of_wording(plain: str, text: str, base: date, calendar: Calendar) -> Deadline:
    periodic = words.cycles(plain)
    lunar = words.lunar_dates(plain)
    masked = _mask(plain, (*((cycle.start, cycle.end) for cycle in periodic), *lunar))
    points = read_points(masked, base, calendar)
    unread = (*points.unread, *((plain[begin:end], _LUNAR) for begin, end in lunar))
    occurring = _occurring(points, periodic, masked)
    single = [point for point in points.read if point not in occurring]
    due, stages, doubts = _due(single, masked, plain)
    cycle = _shortest(periodic)
    ongoing = words.is_ongoing(plain) or (cycle is not None and due is None)
    starts_only = due is None and not ongoing and any(point.begins for point in single)
    deadline = Deadline(
        due=due.days.end if due else None,
        ongoing=ongoing or starts_only,
        cycle=cycle,
        immediate=words.is_immediate(plain, dated=due is not None),
        provisional=due.days.provisional if due else False,
        text=text,
        milestones=(*stages, *_next_dates(occurring, periodic, plain, base)),
    )
    doubts += [doubt for found in periodic for doubt in found.doubts]
    if starts_only:
        doubts.append(
            Doubt("start-only", f"“{_shown(text)}”只写了开始时间，按没有截止时间的长期事项处理，请核对。")
        )
    doubts += _doubts(deadline, plain, unread, _left_over(masked, points), base)
    return replace(deadline, doubts=tuple(dict.fromkeys(doubts))) if doubts else deadline


def _due(
    points: list[Point], text: str, plain: str
) -> tuple[Point | None, tuple[tuple[date, str], ...], list[Doubt]]:
    """The point that counts, the stages where there are several, and the doubts about them."""
    found = ends(points, text)
    fixed = [point for point in found if not point.floating]
    changed = [point for point in fixed if point.changed]
    doubts: list[Doubt] = []
    if fixed and len(fixed) < len(found):
        floating = "、".join(text[point.begin : point.end] for point in found if point.floating)
        doubts.append(Doubt("date-over-span", f"既写了日期又写了期限“{floating}”，按日期计，请核对。"))
    stages = fixed or found
    if not stages:
        return None, (), doubts
    due = changed[-1] if changed else max(stages, key=lambda point: point.days.end)
    doubts += [doubt for point in stages for doubt in point.days.doubts]
    if len(stages) == 1 or changed:
        return due, (), doubts
    labelled = dict.fromkeys(
        (point.days.end, label(points, place, plain)) for place, point in enumerate(points) if point in stages
    )
    return due, tuple(labelled) if len(labelled) > 1 else (), doubts


def _occurring(points: Points, periodic: tuple[words.Periodic, ...], text: str) -> list[Point]:
    """The dates that belong to a cycle (每年6月、12月底前): they follow it without a break."""
    found: list[Point] = []
    if not periodic:
        return found
    ends_of_cycles = {cycle.end for cycle in periodic}
    for point in points.read:
        follows = found and _JOINED.fullmatch(text, found[-1].end, point.begin)
        if follows or any(
            _JOINED.fullmatch(text, end, point.begin) for end in ends_of_cycles if end <= point.begin
        ):
            found.append(point)
    return found


def _next_dates(
    points: list[Point], periodic: tuple[words.Periodic, ...], plain: str, base: date
) -> tuple[tuple[date, str], ...]:
    found = []
    for point in ends(points, plain):
        cycle = next(cycle for cycle in reversed(periodic) if cycle.end <= point.begin)
        found.append(
            (
                _next(point.days.end, cycle.cycle, base),
                plain[cycle.start : cycle.end] + plain[point.begin : point.end],
            )
        )
    return tuple(found)


def _next(day: date, cycle: Cycle, base: date) -> date:
    """The first occurrence on or after the base of what occurs on ``day``."""
    while _shift(day, cycle, -1) >= base:
        day = _shift(day, cycle, -1)
    while day < base:
        day = _shift(day, cycle, 1)
    return day


def _shift(day: date, cycle: Cycle, steps: int) -> date:
    """A month's last day stays a month's last day."""
    if cycle not in _MONTHS:
        return day + timedelta(days=steps * (7 if cycle == "week" else 1))
    if (day + timedelta(days=1)).day > 1:
        return shift_months(day, steps * _MONTHS[cycle])
    return shift_months(day.replace(day=1), steps * _MONTHS[cycle] + 1) - timedelta(days=1)


def _shortest(periodic: tuple[words.Periodic, ...]) -> Cycle | None:
    order: list[Cycle] = ["day", "week", "month", "quarter", "half-year", "year"]
    return min((found.cycle for found in periodic), key=order.index, default=None)


# Doubts


def _doubts(deadline: Deadline, plain: str, unread_parts: Pieces, left: list[str], base: date) -> list[Doubt]:
    nothing = not (deadline.due or deadline.ongoing or deadline.immediate or deadline.cycle)
    unread = [phrase for phrase, _ in unread_parts] + left
    reasons = [reason for _, reason in unread_parts if reason]
    found: list[Doubt] = []
    if words.is_done(plain):
        found.append(
            Doubt("done", f"“{_shown(deadline.text)}”写的是完成情况，不能据此销号；请在进展或状态栏填写。")
        )
    elif nothing and words.is_state(plain):
        found.append(Doubt("state", f"“{_shown(deadline.text)}”写的是进展，不是时限，请补写时限。"))
    if nothing and (unread or not found):
        found.append(_why_nothing(deadline.text, plain, unread, reasons))
    elif unread:
        found.append(
            Doubt("unread-part", f"{reasons[0] if reasons else _quoted(unread) + '没有读懂，请核对。'}")
        )
    return found + list(_about(deadline.due, base))


def _why_nothing(text: str, plain: str, unread: list[str], reasons: list[str]) -> Doubt:
    if reasons:
        return Doubt("unread", reasons[0], "error")
    if not unread and words.is_vague(plain):
        return Doubt("vague", f"“{_shown(text)}”没有具体日期，请补写时限。")
    return Doubt(
        "unread",
        f"读不懂时限“{_shown(text)}”，请写成 2026年12月31日前、12月底前、立行立改、长期坚持 等。",
        "error",
    )


def _about(due: date | None, base: date) -> tuple[Doubt, ...]:
    if due is None:
        return ()
    if abs(due.year - base.year) > 10:
        return (Doubt("odd-year", f"{say(due)}与{say(base)}相差十年以上，请核对年份。"),)
    if due < base:
        return (Doubt("past", f"{say(due)}早于{say(base)}。", "info"),)
    return ()


def _unreadable(text: str, reason: str, code: str) -> Deadline:
    return Deadline(text=text, doubts=(Doubt(code, f"时限“{_shown(text)}”{reason}", "error"),))


def _left_over(text: str, points: Points) -> list[str]:
    return _LEFT.findall(_mask(text, points.covered))


def _mask(text: str, places: tuple[tuple[int, int], ...]) -> str:
    """The text with the places blanked out, so that everything keeps its position."""
    for begin, end in places:
        text = text[:begin] + "\x00" * (end - begin) + text[end:]
    return text


def _shown(text: str) -> str:
    """The wording for a message; a long one is shortened there (Deadline.text keeps all of it)."""
    return text if len(text) <= 60 else f"{text[:60]}……"


def _quoted(phrases: list[str]) -> str:
    return "、".join(f"“{phrase}”" for phrase in phrases)
