"""What every picture has around it: its head, its foot that says where the figures come from, its key, tiles and boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bihuan.queries.picture import Coming, Stand, Tile
from bihuan.reports.picture.sheet import (
    BAD,
    HIGH,
    INK,
    MAIN,
    MARGIN,
    PAPER,
    QUIET,
    RULE,
    SOFT,
    TONES,
    WIDE,
    Line,
    Rect,
    Shape,
    Sheet,
    Text,
    diamond,
)
from bihuan.reports.picture.texts import width
from bihuan.reports.sentences import chinese_date, chinese_time

#: The page below the head and above the foot.
BOTTOM = HIGH - MARGIN - 26
#: The column at the right: what is coming.
SIDE = 300.0


def draw_head(sheet: Sheet, title: str, below: str, room: float, most: int = 1) -> float:
    """Write the title and a line below it; return where the next may begin."""
    size = 32.0
    sheet.add(Rect(MARGIN, MARGIN, 8, 40, MAIN, round=2))
    lines = sheet.lines(MARGIN + 20, MARGIN + 32, title, size, room - 20, most, bold=True, lead=1.25)
    y = MARGIN + 32 + (lines - 1) * size * 1.25
    sheet.line(MARGIN + 20, y + 26, below, 14, room - 20, fill=QUIET)
    return y + 44


def draw_foot(sheet: Sheet, stand: Stand) -> None:
    """Say when the figures hold and where the ledger stood, so that they can be followed back."""
    words = f"数据截至{chinese_time(stand.as_of)}，由台账生成；生成时台账有留痕{stand.seq}条，末条哈希值 {stand.head}。"
    sheet.add(Line(MARGIN, BOTTOM + 8, WIDE - MARGIN, BOTTOM + 8, RULE))
    sheet.line(MARGIN, BOTTOM + 24, words, 11, WIDE - 2 * MARGIN, fill=QUIET)


def draw_tiles(sheet: Sheet, tiles: Sequence[Tile], right: float, top: float) -> None:
    """Draw the figures from ``right`` to the left, in their order."""
    wide, gap = 112.0, 10.0
    left = right - len(tiles) * (wide + gap) + gap
    for number, tile in enumerate(tiles):
        x = left + number * (wide + gap)
        bad = tile.label == "逾期" and tile.value != "0"
        sheet.add(Rect(x, top, wide, 66, SOFT, round=6))
        sheet.line(x + 12, top + 22, tile.label, 13, wide - 20, fill=QUIET)
        size = min(27.0, 27 * (wide - 20 - width(tile.unit, 12)) / max(width(tile.value, 27), 1))
        sheet.add(Text(x + 12, top + 53, tile.value, size, BAD if bad else INK, bold=True))
        sheet.add(Text(x + 14 + width(tile.value, size), top + 53, tile.unit, 12, QUIET))


def draw_key(sheet: Sheet, x: float, y: float, entries: Sequence[tuple[str, str]], room: float) -> None:
    """Explain the colours (tone, words) and the signs in one line, as far as there is room."""
    size, left = 12.0, x
    for tone, words in entries:
        wide = 16 + width(words, size) + 16
        if left + wide > x + room:
            break
        strong, soft = TONES[tone]
        sheet.add(Rect(left, y - 10, 12, 12, soft, strong, round=2))
        sheet.add(Text(left + 16, y, words, size, QUIET))
        left += wide
    for shape, words in _signs(left, y):
        wide = 18 + width(words, size) + 16
        if left + wide > x + room:
            break
        sheet.add(*(_moved(s, left) for s in shape), Text(left + 18, y, words, size, QUIET))
        left += wide


def _signs(left: float, y: float) -> list[tuple[list[Shape | Rect | Line], str]]:
    return [
        (
            [
                Rect(0, y - 10, 14, 12, TONES["green"][1], TONES["green"][0], round=2),
                Rect(0, y - 2, 9, 4, TONES["green"][0]),
            ],
            "下沿为完成比例",
        ),
        ([Shape(diamond(7, y - 4, 6), PAPER, INK)], "节点"),
        ([Shape(diamond(7, y - 4, 6), TONES["green"][0], INK)], "节点已达到"),
        ([Rect(0, y - 10, 14, 12, "#fff5f4", TONES["red"][0], dashed=True, round=2)], "逾期"),
        ([Line(7, y - 11, 7, y + 2, BAD, 1.5)], "数据截至日"),
    ]


def _moved(shape: Shape | Rect | Line, by: float) -> Shape | Rect | Line:
    if isinstance(shape, Rect):
        return replace(shape, x=shape.x + by)
    if isinstance(shape, Line):
        return replace(shape, x1=shape.x1 + by, x2=shape.x2 + by)
    return replace(shape, corners=tuple((x + by, y) for x, y in shape.corners))


def draw_box(sheet: Sheet, x: float, y: float, wide: float, high: float, heading: str) -> None:
    """Draw a box with a heading; what it says is written from ``y + 46`` on."""
    sheet.add(Rect(x, y, wide, high, PAPER, RULE, round=6), Rect(x, y, wide, 28, SOFT, round=6))
    sheet.line(x + 12, y + 19, heading, 14, wide - 24, bold=True)


def draw_coming(
    sheet: Sheet, coming: Sequence[Coming], left_out: int, x: float, y: float, high: float
) -> None:
    """List what falls due in the next days, and say how much more there is."""
    draw_box(sheet, x, y, SIDE, high, "今后 30 天到期")
    at, bottom, shown = y + 50.0, y + high - 14, 0
    if not coming:
        sheet.line(x + 12, at, "没有到期的事项。", 13, SIDE - 24, fill=QUIET)
    for row in coming:
        if at + 54 > bottom - 18:
            break
        strong, _ = TONES[row.colour]
        sheet.add(Rect(x + 12, at - 11, 5, 14, strong, round=1))
        date_words = f"{row.day.month}月{row.day.day}日"
        sheet.line(x + 23, at, date_words, 12.5, 70, bold=True)
        sheet.line(x + SIDE - 12, at, row.owner, 11.5, SIDE - 110, fill=QUIET, anchor="end")
        lines = sheet.lines(x + 23, at + 18, row.title, 12, SIDE - 35, 2, item=row.item)
        at += 30 + lines * 16.8
        shown += 1
    if rest := left_out + len(coming) - shown:
        sheet.line(x + 12, bottom, f"另有 {rest} 项到期，未列出。", 12, SIDE - 24, fill=QUIET)


def in_words(stand: Stand) -> str:
    """Return the day of the figures as a heading has it."""
    return f"截至{chinese_date(stand.day)}"
