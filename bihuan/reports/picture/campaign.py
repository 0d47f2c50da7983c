"""The picture of a campaign: its figures, its items by register or unit on a time line, and what is coming."""

from __future__ import annotations

from collections.abc import Iterator

from bihuan.queries.picture import Bar, CampaignPicture, Lane
from bihuan.reports.picture.frame import (
    BOTTOM,
    SIDE,
    draw_coming,
    draw_foot,
    draw_head,
    draw_key,
    draw_tiles,
    in_words,
)
from bihuan.reports.picture.sheet import BAD, MAIN, MARGIN, QUIET, SOFT, TONES, WIDE, Line, Rect, Sheet
from bihuan.reports.picture.texts import wrapped
from bihuan.reports.picture.timeline import Scale, draw_axis, draw_bar, scale_of
from bihuan.rules.procedure_types import COLOURS

_LANE = 22.0
#: No row is higher than this: a few items would look lost.
_TALLEST = 36.0
_TITLE, _OWNER, _DUE, _PERCENT = 300.0, 116.0, 92.0, 42.0
_LEFT = MARGIN + _TITLE + _OWNER + _DUE + _PERCENT + 20
_RIGHT = WIDE - MARGIN - SIDE - 20


def draw_campaign(picture: CampaignPicture) -> Sheet:
    """Lay the picture out on one page."""
    tiles = {t.label: t.value + t.unit for t in picture.tiles}
    told = (
        f"{picture.title}，{in_words(picture.stand)}："
        + "，".join(f"{k}{v}" for k, v in tiles.items())
        + "。"
    )
    sheet = Sheet(f"{picture.title} · 一图读懂", told)
    room = WIDE - 2 * MARGIN - len(picture.tiles) * 122 - 20
    below = " · ".join(
        part for part in (picture.office, picture.period, f"按{picture.cut}", in_words(picture.stand)) if part
    )
    top = draw_head(sheet, picture.title, below, room, 2)
    draw_tiles(sheet, picture.tiles, WIDE - MARGIN, MARGIN)
    top = max(top, MARGIN + 84)
    if picture.purpose:
        lines = sheet.lines(MARGIN + 20, top + 6, picture.purpose, 13.5, WIDE - 2 * MARGIN - 20, 2)
        top += lines * 18.9 + 2
    key = [(c, f"{COLOURS[c]} {n}") for c, n in picture.colours]
    draw_key(sheet, MARGIN, top + 12, key, _RIGHT - MARGIN)
    _chart(sheet, picture, top + 34)
    draw_coming(
        sheet,
        picture.coming,
        picture.coming_left_out,
        WIDE - MARGIN - SIDE,
        top + 2,
        BOTTOM - top - 8 - _flow_high(picture),
    )
    _flow(sheet, picture, WIDE - MARGIN - SIDE, BOTTOM - _flow_high(picture))
    draw_foot(sheet, picture.stand)
    return sheet


def _flow_high(picture: CampaignPicture) -> float:
    return 44.0 + 20.0 * len(picture.states)


def _flow(sheet: Sheet, picture: CampaignPicture, x: float, y: float) -> None:
    """Where the items stand, step by step, with a bar as long as their share."""
    most = max((items for _, items in picture.states), default=1)
    sheet.line(x + 12, y + 18, "事项停在哪一步", 14, SIDE - 24, bold=True)
    for number, (name, items) in enumerate(picture.states):
        at = y + 42 + number * 20
        sheet.line(x + 12, at, name, 12, 70)
        sheet.add(Rect(x + 90, at - 10, max((SIDE - 150) * items / most, 2), 12, MAIN, round=2))
        sheet.line(x + SIDE - 12, at, str(items), 12, 48, anchor="end", bold=True)


def _chart(sheet: Sheet, picture: CampaignPicture, top: float) -> None:
    bars = [bar for lane in picture.lanes for bar in lane.bars]
    if not bars:
        sheet.line(MARGIN, top + 60, "到这一天还没有登记事项。", 18, _RIGHT - MARGIN, fill=QUIET)
        return
    scale = scale_of(bars, picture.stand.day, _LEFT, _RIGHT)
    first = top + 40
    rest = 18.0 if picture.lanes_left_out else 0.0
    high = min((BOTTOM - first - rest - len(picture.lanes) * _LANE) / len(bars), _TALLEST)
    bottom = first + len(picture.lanes) * _LANE + len(bars) * high
    _columns(sheet, first - 5)
    for y, _ in _stacked(picture.lanes, first, high):
        sheet.add(Rect(MARGIN, y + 2, _RIGHT - MARGIN, _LANE - 4, SOFT, round=3))
    draw_axis(sheet, scale, picture.stand.day, first, bottom)
    for y, lane in _stacked(picture.lanes, first, high):
        _lane(sheet, scale, picture, lane, y, high)
    if picture.lanes_left_out:
        words = f"另有 {picture.lanes_left_out} 个{picture.cut}未画出：本页先画在办最多的。"
        sheet.line(MARGIN, bottom + 14, words, 12, _RIGHT - MARGIN, fill=BAD)


def _stacked(lanes: tuple[Lane, ...], y: float, high: float) -> Iterator[tuple[float, Lane]]:
    for lane in lanes:
        yield y, lane
        y += _LANE + len(lane.bars) * high


def _columns(sheet: Sheet, y: float) -> None:
    x = MARGIN
    for words, wide in (("事项", _TITLE), ("责任单位", _OWNER), ("时限", _DUE)):
        sheet.line(x + 4, y, words, 12, wide, fill=QUIET)
        x += wide
    sheet.line(x + _PERCENT, y, "完成", 12, _PERCENT, fill=QUIET, anchor="end")


def _lane(sheet: Sheet, scale: Scale, picture: CampaignPicture, lane: Lane, top: float, high: float) -> None:
    counted = f"登记 {lane.figures['registered']}，已销号 {lane.figures['finished']}，逾期 {lane.figures['overdue']}"
    if lane.left_out:
        counted += f"，另有 {lane.left_out} 项未画出"
    room = _RIGHT - MARGIN - 24
    sheet.line(MARGIN + 8, top + 16, lane.name, 13, room * 0.5, bold=True)
    sheet.line(_RIGHT - 8, top + 16, counted, 12, room * 0.48, fill=QUIET, anchor="end")
    for number, bar in enumerate(lane.bars):
        _row(sheet, scale, bar, picture, top + _LANE + number * high, high)


def _row(sheet: Sheet, scale: Scale, bar: Bar, picture: CampaignPicture, top: float, high: float) -> None:
    """One item: what it is, whose, until when, how far; and its bar."""
    size = min(max(high * 0.68, 9.5), 13.0)
    lines = 2 if high >= size * 2.5 else 1
    middle = top + high / 2
    base = middle + size * 0.34
    sheet.add(Line(MARGIN, top + high, _RIGHT, top + high, "#eef1f5"))
    sheet.add(Rect(MARGIN, top + high * 0.2, 4, high * 0.6, TONES[bar.colour][0], round=1))
    title = f"{bar.number} {bar.title}"
    if len(wrapped(title, size, _TITLE - 16, lines)) == 2:
        sheet.lines(MARGIN + 10, base - size * 0.62, title, size, _TITLE - 16, 2, lead=1.24, item=bar.item)
    else:
        sheet.line(MARGIN + 10, base, title, size, _TITLE - 16, item=bar.item)
    x = MARGIN + _TITLE
    sheet.line(x + 4, base, bar.owner or "未交办", size, _OWNER - 10, fill=QUIET)
    late = BAD if bar.overdue else QUIET
    sheet.line(x + _OWNER + 4, base, bar.due_words, size, _DUE - 8, fill=late)
    done = "销号" if bar.ended else f"{bar.percent}%"
    sheet.line(x + _OWNER + _DUE + _PERCENT, base, done, size, _PERCENT, anchor="end")
    draw_bar(sheet, scale, bar, picture.stand.day, middle, min(high * 0.72, 18.0))
