"""The dates of a wording in order: which ones begin something, which ones end it, which one counts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from bihuan.rules.calendar import Calendar
from bihuan.rules.deadline_dates import Context, Days, is_mention, resolve
from bihuan.rules.deadline_spans import Anchor, event_anchor, resolve_span
from bihuan.rules.deadline_tokens import Group, Token, groups
from bihuan.rules.deadline_types import Doubt, Unread

_BETWEEN_ENDS = re.compile(r"\(?(?:之日)?(?:起|开始)?,?(?:一?直)?(?:-|至|到)")
_BEGINS = re.compile(r"(?:之日|当日|当天|份)?(?:起|开始|启动|以来|以后|之后|后(?!续))")
_CHANGED = re.compile(
    r"(?:调整|变更|更改|修改|改|延期|延长|展期|延|推迟|顺延|提前|缩短|压缩)(?:时限|期限)?(?:到|至|为)$"
)
_REPLACED = re.compile(r"原(?:定|来|计划|时限|期限|要求)?(?:为|是|在|于)?$|可(?:再|以)?(?:延长|顺延|延期)$")
_EXTENDED = re.compile(r"(?<!可)(?<!可以)(?<!可再)(?:延期|延长|顺延|推迟|展期)$")
_BREAK = re.compile(r"[,;。]")
_STRONG_BREAK = re.compile(r"[;。]")
_DAYS_OR_DAY = re.compile(r"\d+日")
_DAY_FOLLOWS = re.compile(r"前|以前|之前|止")
_LEADING = re.compile(r"^(?:之前|以前|前|以内|之内|内|为止|止)")
_PUNCTUATION = ",;。、:.()/+-到至 "


class Point(NamedTuple):
    """A date at ``begin``–``end`` of the wording.

    ``begins``: it is a start (10月起). ``replaced``: it does not hold (原定6月, 可延长30日). ``floating``: it counts from the base.
    ``changed``: it takes the place of the dates before it (延期至6月).
    ``mention``: a year in passing (2024年巡察问题), which counts only where nothing else does.
    """

    days: Days
    begin: int
    end: int
    begins: bool = False
    replaced: bool = False
    floating: bool = False
    changed: bool = False
    mention: bool = False


class Points(NamedTuple):
    """All dates of a wording, and what looked like one but is none: (phrase, reason or nothing)."""

    read: tuple[Point, ...]
    unread: tuple[tuple[str, str], ...]
    covered: tuple[tuple[int, int], ...]


def read_points(text: str, base: date, calendar: Calendar) -> Points:
    """Every date and duration of a normalised wording. Never raises."""
    points: list[Point] = []
    unread: list[tuple[str, str]] = []
    covered: list[tuple[int, int]] = []
    for group in groups(text):
        begin, end = group[0].start, group[-1].end
        covered.append((begin, end))
        try:
            points.append(_point(group, text, points, base, calendar))
        except Unread as reason:
            unread.append((text[begin:end], str(reason)))
    return Points(tuple(points), tuple(unread), tuple(covered))


def ends(points: Sequence[Point], text: str) -> list[Point]:
    """The points on which something is due: no starts, no dates that no longer hold, no first ends of ranges."""
    found = []
    for place, point in enumerate(points):
        following = points[place + 1] if place + 1 < len(points) else None
        opens_range = following and _BETWEEN_ENDS.fullmatch(text, point.end, following.begin)
        if not (point.begins or point.replaced or opens_range):
            found.append(point)
    return [point for point in found if not point.mention] or found


def label(points: Sequence[Point], place: int, text: str) -> str:
    """What is to be done by a point: the words behind it in its clause, else those before it."""
    point = points[place]
    after = text[point.end : points[place + 1].begin if place + 1 < len(points) else len(text)]
    before = text[points[place - 1].end if place else 0 : point.begin]
    own = _STRONG_BREAK.split(_LEADING.sub("", after))[0]
    preceding = _words(_LEADING.sub("", _STRONG_BREAK.split(before)[-1]))
    behind = _words(own)
    if own[:1] in _PUNCTUATION:
        return preceding or behind
    return behind


def _words(text: str) -> str:
    """The words of a label; a mere 和 between two dates is none."""
    found = text.strip(_PUNCTUATION)
    return "" if found in ("和", "及", "或", "与", "以及") else found


def _point(group: Group, text: str, points: Sequence[Point], base: date, calendar: Calendar) -> Point:
    begin, end = group[0].start, group[-1].end
    previous = points[-1] if points else None
    lead = text[max(0, begin - 8) : begin]
    if _is_duration(group, text, previous):
        return _span_point(group, text, points, base, calendar)
    context = Context(
        base=base,
        calendar=calendar,
        before=previous.days if previous and not previous.floating else None,
        in_range=bool(previous and _BETWEEN_ENDS.fullmatch(text, previous.end, begin)),
        after=text[end : end + 8],
    )
    return Point(
        resolve(group, context),
        begin,
        end,
        begins=_BEGINS.match(text, end) is not None,
        replaced=bool(lead and _REPLACED.search(lead)),
        changed=bool(lead and _CHANGED.search(lead)),
        mention=is_mention(group, context.after),
    )


def _span_point(group: Group, text: str, points: Sequence[Point], base: date, calendar: Calendar) -> Point:
    begin, end = group[0].start, group[-1].end
    phrase = text[begin:end]
    if points and _EXTENDED.search(text, points[-1].end, begin):
        last = points[-1].days.end
        whole = (last + timedelta(days=1)).day == 1
        days = resolve_span(phrase, Anchor(last, whole=whole), calendar)
        return Point(days, begin, end, changed=True)
    start = _start_before(points, text, begin)
    if start:
        return Point(resolve_span(phrase, start, calendar), begin, end)
    clause_begin = max([points[-1].end if points else 0, *(m.end() for m in _BREAK.finditer(text, 0, begin))])
    start = event_anchor(text[clause_begin:begin], phrase, base)
    days = resolve_span(phrase, Anchor(start.day, (*start.doubts, *_day_or_days(group[0], text))), calendar)
    replaced = _REPLACED.search(text, max(0, begin - 8), begin) is not None
    return Point(days, begin, end, replaced=replaced, floating=True)


def _start_before(points: Sequence[Point], text: str, begin: int) -> Anchor | None:
    """The start (2024年10月起) from which a duration in the same sentence counts; its first day counts in a whole month."""
    if not points or not points[-1].begins or _STRONG_BREAK.search(text, points[-1].end, begin):
        return None
    days = points[-1].days
    if "后" in text[points[-1].end : begin] or days.start == days.end:
        return Anchor(days.end, days.doubts)
    return Anchor(days.start - timedelta(days=1), days.doubts, whole=True)


def _is_duration(group: Group, text: str, previous: Point | None) -> bool:
    """Whether the tokens count days: 3天内, 60日; also 10日 with no month or cycle near it, rather than the tenth."""
    token = group[0]
    if token.kind == "span":
        return True
    if len(group) > 1 or token.kind != "day" or not _DAYS_OR_DAY.fullmatch(token.text):
        return False
    in_cycle = text[: token.start].endswith("\x00")
    in_month = in_cycle or (previous is not None and not previous.floating)
    return token.numbers[0] > 31 or not (in_month or _DAY_FOLLOWS.match(text, token.end))


def _day_or_days(token: Token, text: str) -> tuple[Doubt, ...]:
    """A doubt about 10日 and 60日前, which may mean the other thing; none about 60日 and 10日内."""
    if token.kind != "day" or (token.numbers[0] > 31 and not _DAY_FOLLOWS.match(text, token.end)):
        return ()
    return (Doubt("days", f"“{token.text}”按{token.numbers[0]}天内计；如指几号，请写明月份。"),)
