"""The picture of one item, made for a tough problem: one problem, one leader, one plan, one team, and the measures on a time line."""

from __future__ import annotations

from bihuan.queries.picture import Bar, ItemPicture
from bihuan.reports.picture.frame import BOTTOM, draw_box, draw_foot, draw_head, draw_key, in_words
from bihuan.reports.picture.sheet import (
    BAD,
    INK,
    MARGIN,
    QUIET,
    SOFT,
    TONES,
    WIDE,
    Line,
    Rect,
    Sheet,
    Text,
)
from bihuan.reports.picture.texts import width
from bihuan.reports.picture.timeline import Scale, draw_axis, draw_bar, scale_of
from bihuan.rules.procedure_types import COLOURS

_TITLE, _OWNER, _DUE, _STATE = 430.0, 120.0, 92.0, 52.0
_LEFT = MARGIN + _TITLE + _OWNER + _DUE + _STATE + 12
_RIGHT = WIDE - MARGIN
_TALLEST = 46.0
_STATES = (("green", "已完成"), ("blue", "在办"), ("red", "超期"), ("none", "免办"))


def draw_item(picture: ItemPicture) -> Sheet:
    """Lay the picture out on one page."""
    bar = picture.bar
    told = (
        f"{picture.number} {picture.title}，{in_words(picture.stand)}：{picture.state}，{COLOURS[bar.colour]}，"
        f"完成{bar.percent}%，措施{picture.measures_done}条已完成。"
    )
    sheet = Sheet(f"{picture.number} · 一图读懂", told)
    below = " · ".join(
        p for p in (picture.number, picture.kind, picture.campaign, in_words(picture.stand)) if p
    )
    top = draw_head(sheet, picture.title, below, WIDE - 2 * MARGIN - 330, 2)
    _standing(sheet, picture, WIDE - MARGIN - 310, MARGIN)
    top = max(top, MARGIN + 96)
    high = _facts(sheet, picture, top)
    top += high + 12
    top += _words(sheet, picture, top)
    draw_key(sheet, MARGIN, top + 14, _STATES, _RIGHT - MARGIN)
    bottom = _chart(sheet, picture, top + 36)
    _events(sheet, picture, bottom + 20)
    draw_foot(sheet, picture.stand)
    return sheet


def _standing(sheet: Sheet, picture: ItemPicture, x: float, y: float) -> None:
    """State, colour and how far it has come, as a bar with its figure."""
    strong, soft = TONES[picture.bar.colour]
    sheet.add(Rect(x, y, 310, 78, SOFT, round=6), Rect(x + 14, y + 14, 14, 14, strong, round=7))
    words = picture.state if picture.bar.ended else f"{picture.state} · {COLOURS[picture.bar.colour]}"
    sheet.line(x + 36, y + 27, words, 16, 176, bold=True)
    percent = f"{picture.bar.percent}%"
    sheet.add(Text(x + 296, y + 30, percent, 24, INK, "end", bold=True))
    sheet.add(Rect(x + 14, y + 48, 282, 16, soft, round=3))
    if picture.bar.percent:
        sheet.add(Rect(x + 14, y + 48, 282 * picture.bar.percent / 100, 16, strong, round=3))


def _tight(picture: ItemPicture) -> bool:
    """Whether the measures need the room that words would take: on paper their lines must stay readable."""
    return len(picture.measures) > 30


def _facts(sheet: Sheet, picture: ItemPicture, y: float) -> float:
    """The boxes side by side: as high as the fullest of them needs, up to a limit; return that."""
    gap, size, step = 14.0, 13.0, 18.2
    boxes = [(heading, lines) for heading, lines in picture.facts if lines]
    if not boxes:
        return 0.0
    wide = (WIDE - 2 * MARGIN - gap * (len(boxes) - 1)) / len(boxes)
    high, most = 0.0, 3 if _tight(picture) else 5
    place = len(sheet.shapes)
    for number, (_, lines) in enumerate(boxes):
        x, at = MARGIN + number * (wide + gap), y + 50
        for label, text in lines:
            named = width(f"{label}：", size)
            sheet.line(x + 12, at, f"{label}：", size, wide - 24, fill=QUIET)
            room = max(wide - 24 - named, 80)
            left = int(most - (at - y - 50) / step)
            at += max(sheet.lines(x + 12 + named, at, text, size, room, max(left, 1)), 1) * step
        high = max(high, at - y - 8)
    written, sheet.shapes = sheet.shapes[place:], sheet.shapes[:place]
    for number, (heading, _) in enumerate(boxes):
        draw_box(sheet, MARGIN + number * (wide + gap), y, wide, high, heading)
    sheet.add(*written)
    return high


def _words(sheet: Sheet, picture: ItemPicture, y: float) -> float:
    """Progress and difficulty in their own words, one or two lines each; return how much room they took."""
    used, size = 0.0, 13.0
    for label, text, fill in (("进展", picture.progress, INK), ("困难", picture.difficulty, BAD)):
        if text.strip():
            sheet.line(MARGIN, y + used + 14, f"{label}：", size, 60, fill=QUIET)
            most = 1 if _tight(picture) else 2
            lines = sheet.lines(MARGIN + 42, y + used + 14, text, size, _RIGHT - MARGIN - 42, most, fill=fill)
            used += lines * 18.2 + 3
    return used


def _events(sheet: Sheet, picture: ItemPicture, top: float) -> None:
    """What was done, the latest first, in columns, where the measures leave room for at least three lines."""
    step, columns, size = 21.0, 3, 13.0
    lines = int((BOTTOM - top - 50) // step)
    if lines < 3 or not picture.events:
        return
    shown = picture.events[: lines * columns]
    lines = -(-len(shown) // columns)
    wide = (_RIGHT - MARGIN) / columns
    draw_box(sheet, MARGIN, top, _RIGHT - MARGIN, 46 + lines * step, "最近的办理经过")
    for number, (day, words) in enumerate(shown):
        x, y = MARGIN + 12 + number // lines * wide, top + 50 + number % lines * step
        sheet.line(x, y, f"{day:%Y-%m-%d}", size, 86, fill=QUIET)
        sheet.line(x + 90, y, words, size, wide - 120)


def _chart(sheet: Sheet, picture: ItemPicture, top: float) -> float:
    """The measures, below the item's own bar; return where it ends."""
    rows = (picture.bar, *picture.measures)
    scale = scale_of(rows, picture.stand.day, _LEFT, _RIGHT)
    first = top + 40
    rest = 18.0 if picture.measures_left_out else 0.0
    high = min((BOTTOM - first - rest) / len(rows), _TALLEST)
    bottom = first + len(rows) * high
    x = MARGIN
    for words, wide in (("措施", _TITLE), ("责任", _OWNER), ("时限", _DUE), ("状态", _STATE)):
        sheet.line(x + 4, first - 5, words, 12, wide, fill=QUIET)
        x += wide
    sheet.add(Rect(MARGIN, first + 1, _RIGHT - MARGIN, high - 2, SOFT, round=3))
    draw_axis(sheet, scale, picture.stand.day, first, bottom)
    for number, bar in enumerate(rows):
        _row(sheet, scale, picture, bar, first + number * high, high)
    if not picture.measures:
        sheet.line(MARGIN + 10, bottom + 24, "还没有分解措施。", 14, _TITLE, fill=QUIET)
        return bottom + 24
    if picture.measures_left_out:
        words = f"另有 {picture.measures_left_out} 条措施未画出：一页画不下，请看事项页面。"
        sheet.line(MARGIN, bottom + 14, words, 12, _RIGHT - MARGIN, fill=BAD)
    return bottom


def _row(sheet: Sheet, scale: Scale, picture: ItemPicture, bar: Bar, top: float, high: float) -> None:
    size = min(max(high * 0.66, 9.0), 13.5)
    middle = top + high / 2
    base = middle + size * 0.34
    whole = bar is picture.bar
    sheet.add(Line(MARGIN, top + high, _RIGHT, top + high, "#eef1f5"))
    title = "总体" if whole else f"{bar.number}. {bar.title}"
    sheet.add(Rect(MARGIN, top + high * 0.2, 4, high * 0.6, TONES[bar.colour][0], round=1))
    if high >= size * 2.5 and width(title, size) > _TITLE - 18:
        sheet.lines(MARGIN + 10, base - size * 0.62, title, size, _TITLE - 18, 2, lead=1.24)
    else:
        sheet.line(MARGIN + 10, base, title, size, _TITLE - 18, bold=whole)
    x = MARGIN + _TITLE
    sheet.line(x + 4, base, bar.owner, size, _OWNER - 10, fill=QUIET)
    sheet.line(x + _OWNER + 4, base, bar.due_words, size, _DUE - 8, fill=BAD if bar.overdue else QUIET)
    state = f"{bar.percent}%" if whole else bar.state
    sheet.line(x + _OWNER + _DUE + 4, base, state, size, _STATE - 8)
    draw_bar(sheet, scale, bar, picture.stand.day, middle, min(high * 0.66, 20.0))
