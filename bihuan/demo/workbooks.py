"""The two messy workbooks of the demonstration, written as such offices write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from io import BytesIO
from string import ascii_uppercase
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.worksheet import Worksheet

from bihuan.demo.county import OFFICE, PROBLEMS, TASKS, Problem
from bihuan.reports.package import read_zip, write_zip

_THIN = Side(style="thin")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_WRAP = Alignment(wrap_text=True, vertical="center")
_CENTRE = Alignment(wrap_text=True, vertical="center", horizontal="center")
_GREY = PatternFill("solid", fgColor="D9D9D9")


def months_on(start: date, count: int) -> str:
    """Return the month ``count`` months after ``start`` as clerks write it: ``3``, with the year where it changed."""
    month = start.month - 1 + count
    year, month = start.year + month // 12, month % 12 + 1
    return f"{month}" if year == start.year else f"{year}年{month}"


def deadline(pattern: str, start: date) -> str:
    """Fill the places of a deadline's wording in ``county``."""
    return pattern.format(y=start.year, **{f"m{n}": months_on(start, n) for n in range(1, 11)})


def problems(start: date) -> bytes:
    """Return the ledger of problems: layout B, two header rows, problems merged down over their measures."""
    book = Workbook()
    sheet: Worksheet = book.active
    sheet.title = "问题整改台账"
    _title(sheet, "作风建设专项整治问题整改台账", 14)
    sheet["A2"] = f"填报单位：{OFFICE}"
    sheet["K2"] = f"填报日期：{start.year}年{start.month}月{start.day}日"
    _problem_head(sheet)
    row = 5
    for number, problem in enumerate(PROBLEMS, 1):
        if number == 10:
            row = _section(sheet, row)
        row = _problem(sheet, row, number, problem, start)
    sheet.cell(row, 1, "合计")
    sheet.cell(row, 3, f"{len(PROBLEMS)}个问题")
    sheet.cell(row + 2, 1, "注：1.整改时限写明到月的，按当月最后一日掌握。2.本表由各责任单位每月25日前更新。")
    _widths(sheet, (6, 10, 34, 34, 24, 9, 16, 18, 9, 16, 26, 12, 8, 8))
    sheet.freeze_panes = "A5"
    return _saved(book)


def _title(sheet: Worksheet, text: str, columns: int) -> None:
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=columns)
    sheet["A1"] = text
    sheet["A1"].font = Font(name="方正小标宋简体", size=20)
    sheet["A1"].alignment = _CENTRE
    sheet.row_dimensions[1].height = 36


_HEAD: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("序号", ()),
    ("反馈问题", ("类别", "具体问题")),
    ("整改措施", ()),
    ("整改目标", ()),
    ("整改责任", ("牵头领导", "责任单位", "配合单位", "责任人")),
    ("整改时限", ()),
    ("整改情况", ("进展", "整改状态")),
    ("销号", ("申请", "审核")),
)


def _problem_head(sheet: Worksheet) -> None:
    column = 1
    for name, below in _HEAD:
        width = max(1, len(below))
        _head_cell(sheet, 3, column, name)
        if below:
            sheet.merge_cells(start_row=3, start_column=column, end_row=3, end_column=column + width - 1)
        else:
            sheet.merge_cells(start_row=3, start_column=column, end_row=4, end_column=column)
        for offset, sub in enumerate(below):
            _head_cell(sheet, 4, column + offset, sub)
        column += width


def _head_cell(sheet: Worksheet, row: int, column: int, text: str) -> None:
    cell = sheet.cell(row, column, text)
    cell.font, cell.alignment, cell.border, cell.fill = Font(name="黑体", bold=True), _CENTRE, _BOX, _GREY


def _section(sheet: Worksheet, row: int) -> int:
    """An empty row, as offices leave them between what two people typed."""
    sheet.row_dimensions[row].height = 8
    return row + 1


def _problem(sheet: Worksheet, row: int, number: int, problem: Problem, start: date) -> int:
    count = len(problem.measures)
    item: dict[int, Any] = {
        1: number,
        2: problem.klass,
        3: problem.text if number % 7 else f"  {problem.text}",
        5: problem.target,
        6: problem.lead,
        7: _slip(problem.owner, number),
        8: problem.helpers.replace("、", "\n") if number % 5 == 0 else problem.helpers,
        9: problem.handler,
        10: _due(deadline(problem.due, start), number),
        11: problem.progress,
        12: problem.state,
    }
    for offset, measure in enumerate(problem.measures):
        for column in range(1, 15):
            value = measure if column == 4 else (item.get(column) if offset == 0 else None)
            cell = sheet.cell(row + offset, column, value)
            cell.alignment, cell.border = _WRAP, _BOX
            cell.font = Font(name="仿宋", size=11)
    if count > 1:
        for column in (1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14):
            sheet.merge_cells(start_row=row, start_column=column, end_row=row + count - 1, end_column=column)
    return row + count


def _slip(owner: str, number: int) -> str:
    """One unit is misspelt, as happens."""
    return {8: "县住建居"}.get(number, owner)


def _due(words: str, number: int) -> str:
    return words.replace("月", "月　", 1) if number == 13 else words


def tasks(start: date) -> bytes:
    """Return the list of inspection matters: layout C, one header row, percent in several spellings."""
    book = Workbook()
    sheet: Worksheet = book.active
    sheet.title = "督查事项"
    _title(sheet, f"{start.year}年重点督查事项台账", 9)
    heads = ("事项编号", "来源", "事项内容", "主办", "协办", "交办日期", "办结时限", "序时进度", "最新反馈")
    for column, name in enumerate(heads, 1):
        _head_cell(sheet, 2, column, name)
    for row, task in enumerate(TASKS, 3):
        values = (
            f"DC{start.year}-{row - 2:03d}", task.source, task.text, task.owner, task.helpers, start,
            deadline(task.due, start), task.progress, task.feedback,
        )  # fmt: skip
        for column, value in enumerate(values, 1):
            cell = sheet.cell(row, column, value)
            cell.alignment, cell.border = _WRAP, _BOX
        sheet.cell(row, 6).number_format = "yyyy/m/d"
    _widths(sheet, (12, 16, 36, 20, 20, 12, 16, 10, 30))
    return _saved(book)


def _widths(sheet: Worksheet, widths: Sequence[int]) -> None:
    for letter, width in zip(ascii_uppercase, widths, strict=False):
        sheet.column_dimensions[letter].width = width


def _saved(book: Workbook) -> bytes:
    out = BytesIO()
    book.save(out)
    parts = read_zip(out.getvalue())
    # openpyxl writes the time of saving; the same county must give the same ledger
    core = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"2026-01-05T01:00:00Z", parts["docProps/core.xml"])
    return write_zip({**parts, "docProps/core.xml": core})
