"""Writing a register as a workbook: back into the layout that came in, or plainly, for any filter."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from io import BytesIO, StringIO

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from bihuan.cells import guarded, put_text
from bihuan.excel.csv_read import take_apart
from bihuan.excel.from_xls import workbook_of_xls
from bihuan.excel.preview import Preview, SheetPreview
from bihuan.excel.read import OLE
from bihuan.excel.rows import ItemRow

#: Colour of the lamp → its fill; the word stands beside it, so that no meaning hangs on the colour alone.
FILLS = {"red": "F4B6B0", "yellow": "FCE7A1", "green": "C9E7CB", "blue": "BFD9F2", "orange": "FAD0A0"}
#: The columns that are filled in, and the headings under which they are added where a sheet lacks them.
COLUMNS_ADDED = {"progress": "进展情况", "state": "状态", "colour": "亮灯"}
_SIDE = Side(style="thin", color="999999")
_BOX = Border(left=_SIDE, right=_SIDE, top=_SIDE, bottom=_SIDE)
_WRAP = Alignment(vertical="center", wrap_text=True)


@dataclass(frozen=True)
class Line:
    """An item as it is written. ``colour`` is the lamp's name, ``colour_word`` what it is called."""

    values: Mapping[str, str]
    progress: str
    state: str
    colour: str
    colour_word: str

    @property
    def texts(self) -> dict[str, str]:
        """What is filled in, by the names of ``COLUMNS_ADDED``."""
        return {"progress": self.progress, "state": self.state, "colour": self.colour_word}


def write_back(
    original: bytes, preview: Preview, lines: Mapping[tuple[str, int], Line]
) -> tuple[bytes, int, str]:
    """Fill progress, state and lamp into the file that came in; everything else stays as it is.

    ``lines`` gives the item at (sheet, first row). Returns the file, how many items were filled in, and its suffix: an old
    xls comes back as xlsx, a csv as csv.
    """
    if not original.startswith((b"PK", OLE)):
        return *_fill_csv(original, preview.sheets, lines), ".csv"
    is_old = original.startswith(OLE)
    book = workbook_of_xls(original) if is_old else load_workbook(BytesIO(original), keep_vba=False)
    filled = 0
    for sheet in preview.sheets:
        if sheet.header is not None and sheet.rows:
            filled += _fill(book[sheet.name], sheet, lines)
    return _saved(book), filled, ".xlsx"


def _fill_csv(
    original: bytes, sheets: Sequence[SheetPreview], lines: Mapping[tuple[str, int], Line]
) -> tuple[bytes, int]:
    """The same delimiter, encoding and order; a cell that begins like a formula is marked as text."""
    text = take_apart(original)
    filled = 0
    for sheet in sheets:
        if sheet.header is None or not sheet.rows:
            continue
        places, added = places_of(sheet)
        for name in added:
            _put(text.records, sheet.header.rows[0], places[name], COLUMNS_ADDED[name])
        for row in sheet.rows:
            line = lines.get((sheet.name, row.row))
            filled += line is not None
            for name, column in places.items() if line else ():
                _put(text.records, row.row, column, line.texts[name] if line else "")
    out = StringIO(newline="")
    out.write(text.head)
    writer = csv.writer(out, delimiter=text.delimiter)
    writer.writerows([guarded(cell) for cell in record] for record in text.records)
    return out.getvalue().encode(text.encoding, errors="replace"), filled


def _put(records: list[list[str]], row: int, column: int, text: str) -> None:
    record = records[row - 1]
    record.extend([""] * (column - len(record)))
    record[column - 1] = text


def _fill(page: Worksheet, sheet: SheetPreview, lines: Mapping[tuple[str, int], Line]) -> int:
    assert sheet.header is not None
    places, added = places_of(sheet)
    for name in added:
        _add_heading(page, sheet.header.rows, places[name], COLUMNS_ADDED[name])
    filled = 0
    for row in sheet.rows:
        line = lines.get((sheet.name, row.row))
        if line is None:
            continue
        filled += 1
        _fill_row(page, row, line, places)
    return filled


def places_of(sheet: SheetPreview) -> tuple[dict[str, int], list[str]]:
    """Return the columns (from 1) of progress, state and lamp, and which of them the sheet lacks: they come at its right edge."""
    assert sheet.header is not None
    assert sheet.columns is not None
    found = {name: columns[0] + 1 for name in ("progress", "state") if (columns := sheet.columns.of(name))}
    for column, path in sheet.columns.paths.items():
        if any("灯" in part for part in path):
            found.setdefault("colour", column + 1)
    if found.get("state") == found.get("colour"):
        found.pop("state", None)
    added = [name for name in COLUMNS_ADDED if name not in found]
    edge = max(sheet.header.paths) + 1
    return found | {name: edge + number for number, name in enumerate(added, 1)}, added


def _add_heading(page: Worksheet, rows: Sequence[int], column: int, word: str) -> None:
    """A heading in the form of its neighbour on the left, over as many rows."""
    for row in rows:
        _copy_form(_top(page, row, column - 1), page.cell(row, column))
    put_text(page.cell(rows[0], column), word)
    if len(rows) > 1:
        page.merge_cells(start_row=rows[0], start_column=column, end_row=rows[-1], end_column=column)
    page.column_dimensions[get_column_letter(column)].width = 30 if word == COLUMNS_ADDED["progress"] else 12


def _copy_form(source: Cell, target: Cell) -> None:
    target.font, target.border, target.fill = copy(source.font), copy(source.border), copy(source.fill)
    target.alignment, target.number_format = copy(source.alignment), source.number_format


def _fill_row(page: Worksheet, row: ItemRow, line: Line, places: Mapping[str, int]) -> None:
    texts = line.texts
    for name, column in places.items():
        cell = _top(page, row.row, column)
        if cell.font == Font() and column > 1:
            _copy_form(_top(page, row.row, column - 1), cell)
        if str(cell.value or "") != texts[name]:
            put_text(cell, texts[name])
            cell.number_format = "General"
        if name == "colour" and line.colour in FILLS:
            cell.fill = PatternFill("solid", fgColor=FILLS[line.colour])


def _top(page: Worksheet, row: int, column: int) -> Cell:
    """The cell, or the top left one of the merged range that it belongs to."""
    cell = page.cell(row, column)
    if not isinstance(cell, MergedCell):
        return cell
    found = next(r for r in page.merged_cells.ranges if cell.coordinate in r)
    return page.cell(found.min_row, found.min_col)


def write_plain(title: str, columns: Sequence[tuple[str, str, int]], lines: Iterable[Line]) -> bytes:
    """Write ``lines`` as a plain table: ``columns`` are (name in ``Line.values``, heading, width in characters)."""
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = title[:31]
    put_text(page.cell(1, 1), title)
    page.cell(1, 1).font = Font(name="黑体", size=16)
    for number, (_, heading, width) in enumerate(columns, 1):
        cell = page.cell(2, number)
        put_text(cell, heading)
        cell.font, cell.border, cell.alignment = (
            Font(name="黑体", size=11),
            _BOX,
            Alignment("center", "center"),
        )
        page.column_dimensions[get_column_letter(number)].width = width
    last = 2
    for last, line in enumerate(lines, 3):
        _plain_row(page, last, [n for n, _, _ in columns], line)
    page.freeze_panes = "A3"
    page.auto_filter.ref = f"A2:{get_column_letter(len(columns))}{last}"
    page.print_title_rows = "2:2"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", page.PAPERSIZE_A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    return _saved(book)


def _plain_row(page: Worksheet, row: int, names: Sequence[str], line: Line) -> None:
    for number, name in enumerate(names, 1):
        cell = page.cell(row, number)
        put_text(cell, line.values[name])
        cell.font, cell.border, cell.alignment = Font(name="宋体", size=11), _BOX, _WRAP
        if name == "colour" and line.colour in FILLS:
            cell.fill = PatternFill("solid", fgColor=FILLS[line.colour])


def _saved(book: Workbook) -> bytes:
    out = BytesIO()
    book.save(out)
    return out.getvalue()
