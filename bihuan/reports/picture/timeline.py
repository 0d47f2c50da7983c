"""The time line of a picture: its scale and its months, and how a bar with its milestones is drawn on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bihuan.queries.picture import Bar, Milestone
from bihuan.reports.picture.sheet import (
    BAD,
    INK,
    PAPER,
    QUIET,
    RULE,
    TONES,
    Line,
    Rect,
    Shape,
    Sheet,
    Text,
    diamond,
)
from bihuan.reports.picture.texts import width

#: Beyond so many days from today the scale ends: one date far away would squeeze all the others; its bar ends in an arrow.
FARTHEST = timedelta(days=366 * 6)
#: Months between two marks, the finest first.
_STEPS = (1, 3, 6, 12, 24, 60)
_LABEL = 12.0
#: No bar is shorter than this: it could not be seen.
_SHORTEST = 5.0


@dataclass(frozen=True)
class Scale:
    """Days from ``first`` to ``last`` between ``left`` and ``right``."""

    first: date
    last: date
    left: float
    right: float

    def at(self, day: date) -> float:
        """Return where the middle of ``day`` lies; days beyond the ends lie at them."""
        day = min(max(day, self.first), self.last)
        days = (self.last - self.first).days + 1
        return self.left + ((day - self.first).days + 0.5) / days * (self.right - self.left)


def scale_of(bars: Iterable[Bar], today: date, left: float, right: float) -> Scale:
    """Return a scale of whole months on which every bar, its milestones and today have a place, as far as ``FARTHEST``."""
    days = [today]
    for bar in bars:
        days += [bar.start, *(m.day for m in bar.milestones)]
        days += [day for day in (bar.due, bar.ended) if day]
    low, high = max(min(days), _moved(today, -FARTHEST)), min(max(days), _moved(today, FARTHEST))
    first = low.replace(day=1)
    last = _month(high, 1) - timedelta(days=1)
    if (last - first).days < 60:
        last = _month(last, 2) - timedelta(days=1)
    return Scale(first, last, left, right)


def _moved(day: date, by: timedelta) -> date:
    try:
        return day + by
    except OverflowError:
        return day


def _month(day: date, after: int) -> date:
    """Return the first day of the month that lies ``after`` months after that of ``day``."""
    months = day.year * 12 + day.month - 1 + after
    return date(min(months // 12, 9999), months % 12 + 1, 1)


def ticks(scale: Scale) -> list[tuple[date, str]]:
    """Return the marks of the scale with their labels: months, quarters or years, as fine as the labels have room."""
    for step in _STEPS:
        marks = _marks(scale, step)
        room = (scale.right - scale.left) / max(len(marks), 1)
        if room >= width("2026年12月", _LABEL) + 6:
            break
    return [(day, _name(day, step)) for day in marks]


def _marks(scale: Scale, step: int) -> list[date]:
    start = scale.first.replace(month=1) if step >= 12 else scale.first
    month = (start.month - 1) // step * step + 1 if step < 12 else 1
    day, marks = start.replace(month=month), []
    while day <= scale.last:
        if day >= scale.first:
            marks.append(day)
        if day.year >= 9990:
            break
        day = _month(day, step)
    return marks


def _name(day: date, step: int) -> str:
    if step >= 12:
        return f"{day.year}年"
    return f"{day.year}年{day.month}月"


def draw_axis(sheet: Sheet, scale: Scale, today: date, top: float, bottom: float) -> None:
    """Draw the months with their lines, and the line of today with its date above them."""
    sheet.add(Line(scale.left, top, scale.right, top, RULE))
    for day, name in ticks(scale):
        x = scale.at(day) - 0.5 * (scale.right - scale.left) / ((scale.last - scale.first).days + 1)
        sheet.add(Line(x, top, x, bottom, "#e3e8ee"))
        if x + 4 + width(name, _LABEL) <= scale.right:
            sheet.add(Text(x + 4, top - 5, name, _LABEL, QUIET))
    draw_today(sheet, scale, today, top - 22, bottom)


def draw_today(sheet: Sheet, scale: Scale, today: date, top: float, bottom: float) -> None:
    """Draw the line of the day on which the figures hold."""
    x = scale.at(today)
    words = f"{today.month}月{today.day}日"
    half = width(words, _LABEL) / 2 + 5
    middle = min(max(x, scale.left + half), scale.right - half)
    sheet.add(
        Line(x, top + 2, x, bottom, BAD, 1.5),
        Rect(middle - half, top - 16, 2 * half, 18, BAD, round=4),
        Text(middle, top - 2.5, words, _LABEL, PAPER, "middle", bold=True),
    )


def draw_bar(sheet: Sheet, scale: Scale, bar: Bar, today: date, middle: float, high: float) -> None:
    """Draw a bar around ``middle``: softly from start to deadline, strongly as far as it has come, what is late in red."""
    strong, soft = TONES[bar.colour]
    start = min(scale.at(min(bar.start, bar.due or bar.start)), scale.right - _SHORTEST)
    end = _end(scale, bar, today)
    wide = max(end - start, _SHORTEST)
    half = high / 2
    sheet.add(Rect(start, middle - half, wide, high, soft, strong, dashed=bar.due is None, round=2))
    if bar.percent:
        done = wide * min(bar.percent, 100) / 100
        sheet.add(Rect(start, middle + half - high * 0.34, done, high * 0.34, strong, round=1))
    if bar.overdue and bar.due and bar.due < today:
        late = max(scale.at(today) - end, 0)
        sheet.add(Rect(end, middle - half, late, high, "#fff5f4", TONES["red"][0], dashed=True, round=2))
    if not bar.ended and (bar.ongoing or (bar.due and bar.due > scale.last)):
        sheet.add(Line(start + wide, middle, scale.right, middle, strong, 1.5, dashed=True))
        _arrow(sheet, scale.right, middle, half, strong)
    _milestones(sheet, scale, bar.milestones, middle, high)


def _end(scale: Scale, bar: Bar, today: date) -> float:
    if bar.due is not None:
        return scale.at(bar.due)
    if bar.ended is not None:
        return scale.at(bar.ended)
    return scale.right if bar.ongoing else max(scale.at(today), scale.at(bar.start))


def _arrow(sheet: Sheet, x: float, middle: float, half: float, fill: str) -> None:
    """The end of a bar that goes on beyond the page."""
    sheet.add(Shape(((x - half, middle - half), (x, middle), (x - half, middle + half)), fill))


def _milestones(sheet: Sheet, scale: Scale, found: Sequence[Milestone], middle: float, high: float) -> None:
    """Draw each milestone; where two figures would overlap the later one is printed, each tells its own when pointed at."""
    half = min(high * 0.42, 7.0)
    size = min(max(high * 0.62, 8.5), 11.5)
    taken: list[tuple[float, float]] = [(x - half, x + half) for x in (scale.at(m.day) for m in found)]
    for milestone in found:
        x = scale.at(milestone.day)
        fill = TONES["green"][0] if milestone.reached else PAPER
        told = f"{milestone.day.year}年{milestone.day.month}月{milestone.day.day}日：{milestone.words}"
        sheet.add(Shape(diamond(x, middle, half), fill, INK, told))
    for milestone in reversed(found):
        place = _free(scale.at(milestone.day), half, width(milestone.figure, size), scale, taken)
        if place is not None:
            taken.append(place)
            sheet.add(Text(place[0], middle + size * 0.34, milestone.figure, size, INK))


def _free(
    x: float, half: float, wide: float, scale: Scale, taken: list[tuple[float, float]]
) -> tuple[float, float] | None:
    """Return where a figure finds room, right of its diamond or else left; None where there is none."""
    for left in (x + half + 2, x - half - 2 - wide):
        right = left + wide
        inside = scale.left <= left and right <= scale.right
        if inside and all(right <= a or left >= b for a, b in taken if (a, b) != (x - half, x + half)):
            return left, right
    return None
