"""Turns the tokens of one date into its first and last day."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from bihuan.rules.calendar import Calendar, CalendarRange, month_end, shift_months
from bihuan.rules.deadline_festivals import eve
from bihuan.rules.deadline_tokens import Group, Token
from bihuan.rules.deadline_types import Doubt, Unread

_YEARS = (1949, 2149)
_RELATIVE_YEARS = {"明": 1, "来": 1, "下1": 1, "后": 2, "去": -1, "上": -1, "上1": -1, "前": -2}
_TENTHS = {"上旬": 10, "上中旬": 20, "中上旬": 20, "中旬": 20}
_BARE_BEFORE = re.compile(r"(?:之前|以前|前)(?!期|后)")
_ABOUT = re.compile(r"前后|左右")
# What follows a year in which something is due; other words (2024年巡察问题, 2026年秋季) make it a mere mention.
_MENTION = re.compile(
    r"(?=[\u4e00-\u9fff])(?!前|以前|之前|以内|之内|内|止|为止|至|到|起|开始|后|以后|之后|以来|左右|完成|整改|实现|达到|建[成立设]"
    r"|取得|[全基]|销号|办结|解决|落实|启动|力争|争取|见效|投[用产入]|竣工|验收|开工|主体|推进|开展|出台|制定|形成|实施|分[批步阶期年]|拟"
    r"|和|及|或|并|常态|长期|持续|每)[\u4e00-\u9fff\d]*"
)


class Days(NamedTuple):
    """What a date's words cover, first and last day, with what was assumed."""

    start: date
    end: date
    doubts: tuple[Doubt, ...] = ()
    provisional: bool = False


class Context(NamedTuple):
    """What a date that leaves out its year or month is read against.

    ``before``: the date before it in the same wording, if any. ``in_range``: the two are the ends of one range. ``after``:
    the text that follows.
    """

    base: date
    calendar: Calendar
    before: Days | None
    in_range: bool
    after: str


def is_mention(group: Group, after: str) -> bool:
    """Whether the tokens are a year alone in front of words that give it no deadline."""
    return (
        len(group) == 1 and group[0].kind in ("year4", "year2", "year") and _MENTION.match(after) is not None
    )


def resolve(group: Group, context: Context) -> Days:
    """The days that the tokens mean. Raises Unread; never another error."""
    phrase = "".join(token.text for token in group)
    try:
        days = _resolve(group, phrase, context)
    except (CalendarRange, OverflowError):
        raise Unread from None
    return _assumed(days, phrase, "approximate") if _ABOUT.match(context.after) else days


def _resolve(group: Group, phrase: str, context: Context) -> Days:
    first = group[0]
    if first.kind in _WHOLE:
        return _WHOLE[first.kind](first, phrase, context)
    if first.kind in _OPENING:
        return _OPENING[first.kind](group, phrase, context)
    return _guess_year(lambda year: _inside_year(year, group, phrase, context), first, phrase, context)


# Whole dates


def _ymd(token: Token, phrase: str, _context: Context) -> Days:
    year, month, day = token.numbers
    short = year < 100
    if short and month > 12 and 1 <= year <= 12:  # 12/31/24
        year, month, day = day, year, month
        return _assumed(_day(2000 + year, month, day, phrase), phrase, "order")
    return _day(_year(2000 + year if short else year), _month(month), day, phrase)


def _mdy(token: Token, phrase: str, _context: Context) -> Days:
    month, day, year = token.numbers
    if month > 12:
        month, day = day, month
    return _assumed(_day(_year(year), _month(month), day, phrase), phrase, "order")


def _compact(token: Token, phrase: str, _context: Context) -> Days:
    year, rest = divmod(token.numbers[0], 10_000)
    return _day(_year(year), *divmod(rest, 100), phrase)


def _plan(token: Token, _phrase: str, _context: Context) -> Days:
    end = 2005 + 5 * "一二三四五六七八九".index(token.text[1]) + 5
    return Days(date(end - 4, 1, 1), date(end, 12, 31))


def _week(token: Token, phrase: str, context: Context) -> Days:
    steps = _steps(token.text)
    monday = context.base + timedelta(days=7 * steps - context.base.weekday())
    weekday = "一二三四五六日".find(token.text[-1].translate(str.maketrans("天末", "日日")))
    if weekday < 0:
        return Days(monday, monday + timedelta(days=6))
    day = monday + timedelta(days=weekday)
    if day < context.base and token.text[0] in "周星礼":
        return _assumed(Days(day + timedelta(days=7), day + timedelta(days=7)), phrase, "month-guessed")
    return Days(day, day)


def _today(token: Token, _phrase: str, context: Context) -> Days:
    day = context.base + timedelta(days={"明": 1, "次": 1, "后": 2}.get(token.text[0], 0))
    return Days(day, day)


_WHOLE: dict[str, Callable[[Token, str, Context], Days]] = {
    "ymd": _ymd,
    "mdy": _mdy,
    "compact": _compact,
    "plan": _plan,
    "week": _week,
    "today": _today,
}

# Parts of a year


def _ym(group: Group, phrase: str, context: Context) -> Days:
    year, month = group[0].numbers
    return _of_year(year, month, group[1:], phrase, context)


def _compact_month(group: Group, phrase: str, context: Context) -> Days:
    year, month = divmod(group[0].numbers[0], 100)
    return _of_year(year, month, group[1:], phrase, context)


def _this_month(group: Group, phrase: str, context: Context) -> Days:
    month = shift_months(context.base.replace(day=1), _steps(group[0].text))
    return _of_year(month.year, month.month, group[1:], phrase, context)


def _this_quarter(group: Group, phrase: str, context: Context) -> Days:
    month = shift_months(context.base.replace(day=1), 3 * _steps(group[0].text))
    return _of_quarter(month.year, (month.month + 2) // 3, group[1:], phrase, context)


def _with_year(group: Group, phrase: str, context: Context) -> Days:
    year = _year_of(group[0], context)
    if len(group) == 1:
        return _whole_year(year, phrase, context)
    if group[1].kind == "part":
        return _part(Days(date(year, 1, 1), date(year, 12, 31)), group[1:], phrase)
    return _inside_year(year, group[1:], phrase, context)


def _inside_year(year: int, group: Group, phrase: str, context: Context) -> Days:
    first = group[0]
    if first.kind == "month":
        return _of_year(year, _month(first.numbers[0]), group[1:], phrase, context)
    if first.kind == "md":
        return _md(year, first, phrase, context)
    if first.kind == "quarter":
        return _quarter(year, group, phrase, context)
    if first.kind == "half":
        return _half(year, group, phrase, context)
    if first.kind == "festival":
        return _festival(year, first, context)
    raise Unread  # 2024年15日: a day without its month


def _whole_year(year: int, phrase: str, context: Context) -> Days:
    days = Days(date(year, 1, 1), date(year, 12, 31))
    mention = _MENTION.match(context.after)
    if mention:
        return _assumed(days, phrase + mention[0], "approximate")
    return _open(days, phrase, context, bare=True)


def _quarter(year: int, group: Group, phrase: str, context: Context) -> Days:
    first = group[0]
    days = _of_quarter(year, first.numbers[0], group[1:], phrase, context)
    if first.text.startswith("前"):
        days = days._replace(start=date(year, 1, 1))
    return _open(days, phrase, context, bare=len(group) == 1)


def _of_quarter(year: int, number: int, rest: Group, phrase: str, context: Context) -> Days:
    if rest and rest[0].kind == "last_month":
        return _of_year(year, 3 * number, rest[1:], phrase, context)
    return _part(Days(date(_year(year), 3 * number - 2, 1), month_end(year, 3 * number)), rest, phrase)


def _half(year: int, group: Group, phrase: str, context: Context) -> Days:
    end = month_end(year, 12 if group[0].text[0] in "下后" else 6)
    days = _part(Days(date(year, end.month - 5, 1), end), group[1:], phrase)
    return _open(days, phrase, context, bare=len(group) == 1)


def _part(days: Days, rest: Group, phrase: str) -> Days:
    """The beginning or the middle of a year, half or quarter; its end by default."""
    if not rest or rest[0].text not in "初中":
        return days
    months = days.end.month - days.start.month
    steps = 0 if rest[0].text == "初" else months // 2
    month = shift_months(days.start, steps)
    days = days._replace(end=month_end(month.year, month.month))
    mid_year = months == 11 and steps > 0
    return days if mid_year else _assumed(days, phrase, "approximate")


def _of_year(year: int, month: int, rest: Group, phrase: str, context: Context) -> Days:
    """A month of a known year, or a part of it or a day in it."""
    last = month_end(_year(year), _month(month))
    first = last.replace(day=1)
    if not rest:
        return _open(Days(first, last), phrase, context, bare=True)
    part = rest[0]
    if part.kind == "day":
        return _day(year, month, part.numbers[0], phrase)
    if part.kind == "tenth":
        begin = {"上": 1, "中": 11, "下": 21}[part.text[0]] if "上旬" not in part.text else 1
        return Days(first.replace(day=begin), last.replace(day=_TENTHS.get(part.text, last.day)))
    if part.text in "初中":
        return Days(first, last.replace(day=10 if part.text == "初" else 15))
    return Days(first, last)


def _md(year: int, token: Token, phrase: str, context: Context) -> Days:
    month, day = token.numbers
    if 20 <= month <= 40 and 1 <= day <= 12:  # 24.12
        return _assumed(_of_year(2000 + month, day, (), phrase, context), phrase, "order")
    if day > 31:
        raise Unread
    return _day(year, _month(month), day, phrase)


def _festival(year: int, token: Token, context: Context) -> Days:
    before = eve(year, token.text, context.calendar)
    return Days(before, before)


# What is left out


def _without_month(group: Group, phrase: str, context: Context) -> Days:
    """A day or a tenth alone: of the month before it in the wording, else of the base's month, or the next one."""
    number = group[0].numbers[0] if group[0].kind == "day" else 1
    if not 1 <= number <= 31:
        raise Unread
    if context.before:
        month = context.before.start.replace(day=1)
        days = _of_year(month.year, month.month, group, phrase, context)
        if not context.in_range or days.end >= context.before.start:
            return days
        after = shift_months(month, 1)
        return _of_year(after.year, after.month, group, phrase, context)
    month = context.base.replace(day=1)
    days = _of_year(month.year, month.month, group, phrase, context)
    if days.end >= context.base:
        return days
    after = shift_months(month, 1)
    return _assumed(_of_year(after.year, after.month, group, phrase, context), phrase, "month-guessed")


def _guess_year(read: Callable[[int], Days], first: Token, phrase: str, context: Context) -> Days:
    """Read in the year of what stands before, or of the base; in the next one when that lies too far back."""
    reference = context.before.end if context.before else context.base
    days = read(reference.year)
    if days.end >= _earliest(first, reference, context):
        return days
    return _assumed(read(reference.year + 1), phrase, "year-guessed")


def _earliest(first: Token, reference: date, context: Context) -> date:
    """How far back a date without its year may lie: work of some months ago is overdue, not of next year."""
    if context.before and context.in_range:
        return context.before.start
    return reference if first.kind == "festival" else shift_months(reference, -6)


def _year_of(token: Token, context: Context) -> int:
    if token.kind == "year4":
        return _year(token.numbers[0])
    if token.kind == "year2":
        return 2000 + token.numbers[0]
    word = token.text.removesuffix("度").removesuffix("年")
    if word in ("次", "翌", "第2"):
        return (context.before.start if context.before else context.base).year + 1
    return context.base.year + _RELATIVE_YEARS.get(word, 0)


def _steps(text: str) -> int:
    """下 → 1, 下下 → 2, 次 → 1, 上 → -1, else 0: months, quarters or weeks from the present one."""
    return 2 if text.startswith("下下") else {"下": 1, "次": 1, "上": -1}.get(text[0], 0)


_OPENING: dict[str, Callable[[Group, str, Context], Days]] = {
    "ym": _ym,
    "compact_month": _compact_month,
    "year4": _with_year,
    "year2": _with_year,
    "year": _with_year,
    "months": _this_month,
    "quarters": _this_quarter,
    "day": _without_month,
    "tenth": _without_month,
}


# Checks and doubts


def _year(year: int) -> int:
    if not _YEARS[0] <= year <= _YEARS[1]:
        raise Unread
    return year


def _month(month: int) -> int:
    if not 1 <= month <= 12:
        raise Unread
    return month


def _day(year: int, month: int, day: int, phrase: str) -> Days:
    last = month_end(_year(year), _month(month))
    if day < 1:
        raise Unread
    if day <= last.day:
        found = date(year, month, day)
        return Days(found, found)
    message = f"“{phrase}”不存在，按{say(last)}（当月最后一天）计，请核对。"
    return Days(last, last, (Doubt("impossible-date", message),))


def _open(days: Days, phrase: str, context: Context, *, bare: bool) -> Days:
    """“12月前” may end with the month or before it; the reading that includes it is taken and told."""
    before = _BARE_BEFORE.match(context.after) if bare else None
    if not before:
        return days
    message = f"“{phrase}{before[0]}”按{say(days.end)}计；如指{say(days.start)}以前，请写明具体日期。"
    return days._replace(doubts=(*days.doubts, Doubt("open-before", message)))


_ASSUMPTIONS = {
    "year-guessed": "“{}”没有写年份，按{}计，请核对。",
    "month-guessed": "“{}”没有写月份，按{}计，请核对。",
    "approximate": "“{}”没有具体日期，按{}计，请核对。",
    "order": "“{}”的年月日顺序不合习惯，按{}计，请核对。",
}


def _assumed(days: Days, phrase: str, code: str) -> Days:
    doubt = Doubt(code, _ASSUMPTIONS[code].format(phrase, say(days.end)))
    return days._replace(doubts=(*days.doubts, doubt))


def say(day: date) -> str:
    """2026-12-31 → 2026年12月31日."""
    return f"{day.year}年{day.month}月{day.day}日"
