"""Writing a register as a workbook: back into the layout that came in, or plainly, for any filter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from io import BytesIO

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from bihuan.cells import put_text
from bihuan.excel.errors import FileRefused
from bihuan.excel.preview import Preview, SheetPreview
from bihuan.excel.rows import ItemRow

#: Colour of the lamp → its fill; the word stands beside it, so that no meaning hangs on the colour alone.
FILLS = {"red": "F4B6B0", "yellow": "FCE7A1", "green": "C9E7CB", "blue": "BFD9F2", "orange": "FAD0A0"}
#: The columns that are filled in, and the headings under which they are added where a sheet lacks them.
COLUMNS_ADDED = {"progress": "进展情况", "state": "状态", "colour": "亮灯"}
_SIDE = Side(style="thin", color="999999")
_BOX = Border(left=_SIDE, right=_SIDE, top=_SIDE, bottom=_SIDE)
_WRAP = Alignment(vertical="center", wrap_text=True)


class LayoutLost(FileRefused):
    """这种文件不能写回原表样式。"""

    code = "layout-lost"
    default_hint = "只有 xlsx、xlsm 能写回原表样式；请另存为 xlsx 后导入，或导出通用样式。"


@dataclass(frozen=True)
class Line:
    """An item as it is written. ``colour`` is the lamp's name, ``colour_word`` what it is called."""

    values: Mapping[str, str]
    progress: str
    state: str
    colour: str
    colour_word: str


def write_back(original: bytes, preview: Preview, lines: Mapping[tuple[str, int], Line]) -> tuple[bytes, int]:
    """Fill progress, state and lamp into the workbook that came in; everything else stays as it is.

    ``lines`` gives the item at (sheet, first row). Returns the file and how many items were filled in. Raises LayoutLost
    for what is no xlsx.
    """
    if not original.startswith(b"PK"):
        raise LayoutLost
    book = load_workbook(BytesIO(original), keep_vba=False)
    filled = 0
    for sheet in preview.sheets:
        if sheet.header is not None and sheet.rows:
            filled += _fill(book[sheet.name], sheet, lines)
    return _saved(book), filled


def _fill(page: Worksheet, sheet: SheetPreview, lines: Mapping[tuple[str, int], Line]) -> int:
    places = _places(page, sheet)
    filled = 0
    for row in sheet.rows:
        line = lines.get((sheet.name, row.row))
        if line is None:
            continue
        filled += 1
        _fill_row(page, row, line, places)
    return filled


def _places(page: Worksheet, sheet: SheetPreview) -> dict[str, int]:
    """Return the columns (from 1) of progress, state and lamp; what the sheet lacks is added at its right edge."""
    assert sheet.header is not None
    assert sheet.columns is not None
    found = {name: columns[0] + 1 for name in ("progress", "state") if (columns := sheet.columns.of(name))}
    for column, path in sheet.columns.paths.items():
        if any("灯" in part for part in path):
            found.setdefault("colour", column + 1)
    if found.get("state") == found.get("colour"):
        found.pop("state", None)
    edge = max(sheet.header.paths) + 1
    for name, word in COLUMNS_ADDED.items():
        if name not in found:
            edge += 1
            found[name] = edge
            _add_heading(page, sheet.header.rows, edge, word)
    return found


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
    texts = {"progress": line.progress, "state": line.state, "colour": line.colour_word}
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
