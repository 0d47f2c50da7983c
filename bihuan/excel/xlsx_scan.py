"""What python-calamine does not tell of an xlsx file: hidden rows, percentages, errors, formulas without values.

A sheet's XML is unfolded in pieces and searched with patterns, never built as a tree: 20,000 rows take some
hundredths of a second, a million empty ones no memory. A piece ends before a ``<row``, so that no cell is torn.
"""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from bihuan.excel import package as pkg
from bihuan.excel.book import Sheet, column_index
from bihuan.excel.errors import Damaged, TooLarge

MAX_AREA = 20_000_000
"""Cells from A1 to the last cell with content: the values are held as a full rectangle."""

MAX_PIECE = 64 * 2**20

_ROW_MARKS = (b"<row ", b"<row>", b":row ")
_P = rb"(?:\w+:)?"
_HIDDEN_ROW = re.compile(rb"<" + _P + rb"row\b[^>]*\bhidden=[\"'](?:1|true)[\"'][^>]*>")
_HIDDEN_COLUMN = re.compile(rb"<" + _P + rb"col\b[^>]*\bhidden=[\"'](?:1|true)[\"'][^>]*>")
_ROW_NUMBER = re.compile(rb"\br=[\"'](\d+)[\"']")
_CELL_NAME = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d+)[\"']")
_ERROR = re.compile(
    rb"<" + _P + rb"c\b([^>]*\bt=[\"']e[\"'][^>]*)(?<!/)>.*?<" + _P + rb"v>([^<]*)<", re.DOTALL
)
_NO_VALUE = re.compile(
    rb"<"
    + _P
    + rb"c\b([^>]*)>\s*<"
    + _P
    + rb"f\b[^>]*?(?:/>|>([^<]*)</"
    + _P
    + rb"f>)\s*(?:<"
    + _P
    + rb"v\s*/>|<"
    + _P
    + rb"v>\s*</"
    + _P
    + rb"v>)?\s*</"
    + _P
    + rb"c>"
)
_FILLED = re.compile(rb"<" + _P + rb"c(?=[\s>/])([^>]*)(?<!/)>\s*<" + _P + rb"(?:f|v|is)\b")
_ANY_NAME = re.compile(r"([A-Za-z]+)(\d+)")
# These begin with a literal, which makes the search ten times faster.
_USUAL = re.compile(rb'<c r="[A-Z]{1,3}[0-9]{1,7}"(?: (?:s|t|cm|vm|ph)="[^"<]*")*\s*/?>()')
_WIDE = re.compile(rb'<c r="([A-Z]{2,3})')
_LOW = re.compile(rb'<c r="[A-Z]{1,3}([0-9]{6,7})')
_ANY_CELL = re.compile(rb"<(?:\w+:)?c[\s>/]()")  # an empty group: the matches need not be copied
_MIN_MAX = re.compile(rb"\b(min|max)=[\"'](\d+)[\"']")


@dataclass(slots=True)
class Scan:
    """What the XML of one sheet says. Rows from 1, columns from 0."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    percents: set[tuple[int, int]] = field(default_factory=set)
    errors: list[tuple[int, int, str]] = field(default_factory=list)
    no_value: list[tuple[int, int, str]] = field(default_factory=list)
    last_row: int = 99_999
    last_column: int = 25
    unusual: bool = False
    has_picture: bool = False


def scan_sheet(package: zipfile.ZipFile, name: str, percent: re.Pattern[bytes] | None) -> Scan:
    """Read the marks of one sheet. ``percent`` is from ``percent_pattern``. Raises TooLarge for a vast area."""
    found = Scan()
    for piece in _pieces(package, name):
        _scan_rows(piece, found)
        _scan_extent(piece, found)
        _scan_formulas(piece, found)
        if percent is not None:
            found.percents.update(map(_place, percent.findall(piece)))
        found.has_picture = found.has_picture or b"drawing " in piece
    if found.unusual:
        _check_area(*_extent_of_elements(package, name))
    elif found.last_row * (found.last_column + 1) > MAX_AREA:
        _check_area(*_extent_of_filled(package, name))
    return found


def _pieces(package: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    held = b""
    for part in pkg.parts(package, name):
        held += part
        cut = held.rfind(b"<", 0, max(held.rfind(mark) for mark in _ROW_MARKS) + 1)
        if cut > 0:
            yield held[:cut]
            held = held[cut:]
        elif len(held) > MAX_PIECE:
            raise TooLarge("工作表中有一行的内容过大，已停止读取。")
    yield held


def _scan_rows(piece: bytes, found: Scan) -> None:
    if b"hidden=" in piece:
        for tag in _HIDDEN_ROW.findall(piece):
            if number := _ROW_NUMBER.search(tag):
                found.hidden_rows.add(int(number[1]))
        for tag in _HIDDEN_COLUMN.findall(piece):
            ends = {key: int(value) for key, value in _MIN_MAX.findall(tag)}
            found.hidden_columns.update(range(ends.get(b"min", 1) - 1, ends.get(b"max", 0)))


def _scan_extent(piece: bytes, found: Scan) -> None:
    # The reader allots a full rectangle and dies where the memory does not suffice, so the bounds must be sure: cells
    # written in an unusual way are looked at one by one.
    found.unusual = found.unusual or len(_USUAL.findall(piece)) != len(_ANY_CELL.findall(piece))
    found.last_row = max([found.last_row, *map(int, _LOW.findall(piece))])
    found.last_column = max(
        [found.last_column, *(column_index(n.decode()) for n in set(_WIDE.findall(piece)))]
    )


def _scan_formulas(piece: bytes, found: Scan) -> None:
    if b'"e"' in piece or b"'e'" in piece:
        for cell, value in _ERROR.findall(piece):
            found.errors.append((*_place(cell), _text(value)))
    if b"<f" in piece or b":f" in piece:
        for cell, formula in _NO_VALUE.findall(piece):
            if b't="str"' not in cell:
                found.no_value.append((*_place(cell), "=" + _text(formula)))


def _place(cell: bytes) -> tuple[int, int]:
    name = _CELL_NAME.search(cell)
    return (int(name[2]), column_index(name[1].decode())) if name else (0, 0)


def _text(raw: bytes) -> str:
    return html.unescape(raw.decode("utf-8", "replace"))


def _extent_of_filled(package: zipfile.ZipFile, name: str) -> tuple[int, int]:
    """The last row and column (from 1) of cells with content: formatted but empty ones stretch nothing."""
    row, column = 0, 0
    for piece in _pieces(package, name):
        for cell in _FILLED.findall(piece):
            place = _place(cell)
            row, column = max(row, place[0]), max(column, place[1] + 1)
    return row, column


def _extent_of_elements(package: zipfile.ZipFile, name: str) -> tuple[int, int]:
    """The last row and column that any element names, by a strict parser; raises Damaged for XML that is not sound."""
    row, column = 0, 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column
        if place := _ANY_NAME.fullmatch(attributes.get("r", "").strip()):
            row, column = max(row, int(place[2])), max(column, column_index(place[1].upper()) + 1)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    try:
        for part in pkg.parts(package, name):
            parser.Parse(part, False)
        parser.Parse(b"", True)
    except expat.ExpatError as fault:
        raise Damaged(f"文件中的 {name} 已损坏，无法读取。") from fault
    return row, column


def _check_area(row: int, column: int) -> None:
    if row * column > MAX_AREA:
        raise TooLarge(
            f"工作表的内容一直延伸到第 {row} 行、第 {column} 列，远远超出台账的范围，已停止读取。",
            hint="请删除远处多余的内容（选中多余的行、列，右键删除），保存后再导入。",
        )


def percent_pattern(package: zipfile.ZipFile) -> re.Pattern[bytes] | None:
    """A pattern for filled cells whose number format is a percentage, or None when the file has no such format."""
    tree = pkg.xml(package, "xl/styles.xml")
    if tree is None:
        return None
    formats = {"9", "10"}
    styles: list[str] = []
    for part in tree:
        if pkg.local(part) == "numFmts":
            formats |= {f.get("numFmtId", "") for f in part if "%" in f.get("formatCode", "")}
        if pkg.local(part) == "cellXfs":
            styles = [style.get("numFmtId", "") for style in part]
    wanted = "|".join(str(index) for index, number in enumerate(styles) if number in formats)
    if not wanted:
        return None
    tag = rb"<" + _P + rb"c\b([^>]*\bs=[\"'](?:" + wanted.encode() + rb")[\"'][^>]*[^/>])>"
    return re.compile(tag + rb"\s*(?:<" + _P + rb"f\b[^>]*(?:/>|>[^<]*</" + _P + rb"f>)\s*)?<" + _P + rb"v>")


def apply_scan(sheet: Sheet, found: Scan) -> None:
    """Put what was found on the sheet, each error as a problem at its place."""
    sheet.hidden_rows = frozenset(found.hidden_rows)
    sheet.hidden_columns = frozenset(found.hidden_columns)
    sheet.percents = frozenset(found.percents)
    sheet.has_picture = found.has_picture
    for row, column, value in found.errors:
        sheet.note(row, column, value, "公式出错，没有内容可读；请改正公式或直接填写内容。", "error")
    for row, column, formula in found.no_value:
        message = "公式没有计算结果，没有内容可读；请用 Excel 打开并保存一次，或直接填写内容。"
        sheet.note(row, column, formula, message, "error")
