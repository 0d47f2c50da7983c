"""An old workbook (xls) as one that can be written: its values, widths, heights, merges, fonts, borders, fills and formats.

Formulas come over as their last values: the old form keeps them in a way that is not read here.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import xlrd
from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from bihuan.cells import put_text
from bihuan.excel.errors import Damaged

_SIDES = (
    None, "thin", "medium", "dashed", "dotted", "thick", "double", "hair", "mediumDashed", "dashDot", "mediumDashDot",
    "dashDotDot", "mediumDashDotDot", "slantDashDot",
)  # fmt: skip
_ACROSS = ("general", "left", "center", "right", "fill", "justify", "centerContinuous", "distributed")
_DOWN = ("top", "center", "bottom", "justify", "distributed")
_SOLID = 1
_AUTOMATIC = 0x7FFF


def workbook_of_xls(data: bytes) -> Workbook:
    """Return the workbook in a form that openpyxl writes. Raises Damaged."""
    try:
        source = xlrd.open_workbook(file_contents=data, formatting_info=True)
    except Exception as fault:  # xlrd raises whatever it stumbles over
        raise Damaged from fault
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in source.sheets():
        page = book.create_sheet(sheet.name)
        page.sheet_state = ("visible", "hidden", "veryHidden")[sheet.visibility]
        _Sheet(source, sheet, page).copy()
    return book


class _Sheet:
    """One sheet on its way; the forms of its cells are made once each."""

    def __init__(self, source: Any, sheet: Any, page: Worksheet) -> None:
        self.source, self.sheet, self.page = source, sheet, page
        self.form = lru_cache(maxsize=None)(self._form)

    def copy(self) -> None:
        """Bring everything over."""
        self._sizes()
        for row in range(self.sheet.nrows):
            for column in range(self.sheet.row_len(row)):
                self._cell(self.sheet.cell(row, column), self.page.cell(row + 1, column + 1))
        for top, bottom, left, right in self.sheet.merged_cells:
            self.page.merge_cells(start_row=top + 1, end_row=bottom, start_column=left + 1, end_column=right)
        if self.sheet.panes_are_frozen:
            self.page.freeze_panes = self.page.cell(
                self.sheet.horz_split_pos + 1, self.sheet.vert_split_pos + 1
            )

    def _sizes(self) -> None:
        for column, info in self.sheet.colinfo_map.items():
            size = self.page.column_dimensions[get_column_letter(column + 1)]
            size.width, size.hidden = info.width / 256, bool(info.hidden)
        for row, info in self.sheet.rowinfo_map.items():
            size = self.page.row_dimensions[row + 1]
            size.height, size.hidden = info.height / 20, bool(info.hidden)

    def _cell(self, old: Any, new: Cell) -> None:
        if old.ctype == xlrd.XL_CELL_TEXT:
            put_text(new, old.value)
        elif old.ctype == xlrd.XL_CELL_ERROR:
            new.value = xlrd.error_text_from_code.get(old.value, "#VALUE!")
        elif old.ctype == xlrd.XL_CELL_BOOLEAN:
            new.value = bool(old.value)
        elif old.ctype in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
            new.value = int(old.value) if float(old.value).is_integer() else old.value
        quoted = new.quotePrefix
        new.font, new.alignment, new.border, new.fill, new.number_format = self.form(old.xf_index)
        new.quotePrefix = quoted

    def _form(self, index: int) -> tuple[Font, Alignment, Border, PatternFill, str]:
        form = self.source.xf_list[index]
        return (
            self._font(self.source.font_list[form.font_index]),
            Alignment(
                horizontal=_ACROSS[form.alignment.hor_align],
                vertical=_DOWN[form.alignment.vert_align],
                wrap_text=bool(form.alignment.text_wrapped),
            ),
            self._border(form.border),
            self._fill(form.background),
            self.source.format_map[form.format_key].format_str,
        )

    def _font(self, font: Any) -> Font:
        underline = "single" if font.underline_type else None
        return Font(
            name=font.name, size=font.height / 20, bold=bool(font.bold), italic=bool(font.italic),
            strike=bool(font.struck_out), underline=underline, color=self._colour(font.colour_index),
        )  # fmt: skip

    def _border(self, border: Any) -> Border:
        sides = {
            name: Side(
                style=_SIDES[getattr(border, f"{name}_line_style")],
                color=self._colour(getattr(border, f"{name}_colour_index")),
            )
            for name in ("left", "right", "top", "bottom")
        }
        return Border(**sides)

    def _fill(self, background: Any) -> PatternFill:
        colour = self._colour(background.pattern_colour_index)
        if background.fill_pattern != _SOLID or colour is None:
            return PatternFill()
        return PatternFill("solid", fgColor=colour)

    def _colour(self, index: int) -> str | None:
        rgb = None if index == _AUTOMATIC else self.source.colour_map.get(index)
        return None if rgb is None else "{:02X}{:02X}{:02X}".format(*rgb)
