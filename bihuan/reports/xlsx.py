"""Writing a stage report as a workbook that carries the same manifest as the Word file.

Whatever comes from the ledger is written as text, so that no spreadsheet runs it; figures are numbers, so that they can be
added up and charted.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from bihuan.cells import limited, put_text
from bihuan.reports import manifest, sheets
from bihuan.reports.context import SENTENCE_FIGURES, Breakdown, StageContext
from bihuan.reports.marks import one_line, printable
from bihuan.reports.reading import slot
from bihuan.reports.sentences import chinese_date, chinese_time

_CHUNK = 30_000
_SIDE = Side(style="thin", color="999999")
_GRID = Border(left=_SIDE, right=_SIDE, top=_SIDE, bottom=_SIDE)
_HEAD_FILL = PatternFill("solid", fgColor="E8EEF4")


@dataclass(frozen=True)
class FigureCell:
    """A cell that prints a figure."""

    ref: str


Value = str | FigureCell


@dataclass(frozen=True)
class Sheet:
    """A sheet: ``title`` lines above, then ``heads`` and ``rows``; ``widths`` in characters."""

    name: str
    heads: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[Value, ...], ...]
    title: tuple[str, ...] = ()

    @property
    def lines(self) -> Iterator[tuple[Value, ...]]:
        """Every line from the top."""
        yield from ((line,) for line in self.title)
        yield self.heads
        yield from self.rows


def write_xlsx(ctx: StageContext) -> bytes:
    """The report as a workbook."""
    book = Workbook()
    book.remove(book.active)
    book.properties.title = one_line(ctx.title)
    book.properties.creator = one_line(ctx.office)
    uses: list[manifest.Use] = []
    text: list[tuple[str, int]] = []
    for sheet in (kept for kept in _sheets(ctx) if kept.rows):
        _write(ctx, book.create_sheet(sheet.name), sheet)
        _remember(sheet, uses, text)
    _attach(book, manifest.dumps(manifest.make(ctx, uses, text)))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheets(ctx: StageContext) -> Iterator[Sheet]:
    """The sheets in the order of ``sheets.NAMES``."""
    yield _overview(ctx)
    yield _breakdown("分清单", "清单", ctx.by_register)
    yield _breakdown("分单位", "单位", ctx.by_unit)
    yield _breakdown("分类别", "类别", ctx.by_class)
    yield Sheet(
        "已销号事项",
        ("编号", "事项", "责任单位", "销号日期", "办理情况"),
        (16, 40, 20, 16, 60),
        tuple((i.number, i.title, i.owner, chinese_date(i.closed_on), i.done) for i in ctx.done),
    )
    yield Sheet(
        "未销号事项",
        ("编号", "事项", "责任单位", "办结时限", "亮灯", "状态", "是否逾期", "未销号原因"),
        (16, 40, 20, 16, 8, 10, 10, 50),
        tuple(
            (i.number, i.title, i.owner, i.due, i.colour, i.state, "是" if i.overdue else "否", i.reason)
            for i in ctx.open_items
        ),
    )
    yield Sheet(
        "近期到期",
        ("编号", "事项", "责任单位", "到期日", "措施"),
        (16, 40, 20, 16, 50),
        tuple(
            (i.number, i.title, i.owner, chinese_date(group.due), i.measure)
            for group in ctx.next_steps
            for i in group.items
        ),
    )
    yield Sheet(
        "事项进展情况表",
        ("编号", "事项", "类别", "责任单位", "办结时限", "状态", "亮灯", "进展情况及未销号原因"),
        (16, 40, 14, 20, 16, 10, 8, 50),
        tuple((r.number, r.title, r.klass, r.owner, r.due, r.state, r.colour, r.progress) for r in ctx.annex),
    )
    yield from _further(ctx)


def _further(ctx: StageContext) -> Iterator[Sheet]:
    """What was done around the items."""
    yield _breakdown("单据", "单据种类", ctx.by_slip)
    yield _breakdown("督查", "督查方式", ctx.by_mode)
    yield _breakdown("督查发现问题", "问题类别", ctx.by_finding)
    yield Sheet(
        "制度",
        ("编号", "名称", "印发单位", "印发日期", "复核日期"),
        (16, 40, 28, 16, 16),
        tuple(
            (
                r.number,
                r.title,
                r.unit,
                chinese_date(r.issued_on),
                chinese_date(r.review_on) if r.review_on else "",
            )
            for r in ctx.rules
        ),
    )
    yield _breakdown("单位负担", "单位", ctx.burden)


def _overview(ctx: StageContext) -> Sheet:
    cut_labels = {cut.ref: f"在办：{cut.label}" for cut in ctx.colours}
    rows: list[tuple[Value, ...]] = []
    for ref in (*SENTENCE_FIGURES, *cut_labels, *ctx.position.figures()):
        figure = ctx.figure(ref)
        rows.append((cut_labels.get(ref, figure.label), FigureCell(ref), figure.unit, figure.definition))
    sealed = f"；最近一次封存：{chinese_time(ctx.position.sealed_at)}" if ctx.position.sealed_at else ""
    return Sheet(
        "总览",
        ("数据项", "数值", "单位", "口径"),
        (22, 16, 8, 80),
        tuple(rows),
        (one_line(ctx.title), f"{one_line(ctx.office)}　数据时点：{chinese_time(ctx.as_of)}{sealed}"),
    )


def _breakdown(name: str, first: str, breakdown: Breakdown) -> Sheet:
    rows = tuple(
        (row.label, *(FigureCell(row.cells[c.key]) if c.key in row.cells else "—" for c in breakdown.columns))
        for row in breakdown.rows
    )
    heads = (first, *(column.heading for column in breakdown.columns))
    return Sheet(name, heads, (28, *(11 for _ in breakdown.columns)), rows)


def _remember(sheet: Sheet, uses: list[manifest.Use], text: list[tuple[str, int]]) -> None:
    """Add the sheet's figures and lines to what the manifest says."""
    for line in sheet.lines:
        words = []
        for number, value in enumerate(line):
            if isinstance(value, FigureCell):
                place = f"工作表“{sheet.name}”“{line[0]}”行“{sheet.heads[number]}”列"
                uses.append(manifest.Use(len(uses) + 1, value.ref, place))
                words.append(slot(len(uses)))
            else:
                words.append(sheets.shown(limited(printable(value))))
        text.append(("\x1f".join(words), sheets.number_of(sheet.name)))


def _write(ctx: StageContext, page: Worksheet, sheet: Sheet) -> None:
    for number, line in enumerate(sheet.lines, 1):
        for column, value in enumerate(line, 1):
            cell = page.cell(number, column)
            if isinstance(value, FigureCell):
                _put_figure(cell, ctx.figure(value.ref).value)
            else:
                put_text(cell, printable(value))
            _dress(cell, number, sheet)
    _arrange(page, sheet)


def _put_figure(cell: Cell, value: str) -> None:
    """A whole number or a rate as a number; anything else (—, a hash) as text."""
    rate = value.removesuffix("%")
    if value.isdecimal():
        cell.value = int(value)
    elif rate != value and rate.replace(".", "", 1).isdecimal():
        decimals = len(rate.partition(".")[2])
        cell.value = round(float(rate) / 100, decimals + 2)
        cell.number_format = f"0.{'0' * decimals}%" if decimals else "0%"
    else:
        put_text(cell, printable(value))


def _dress(cell: Cell, number: int, sheet: Sheet) -> None:
    head = len(sheet.title) + 1
    if number < head:
        cell.font = Font(name="黑体" if number == 1 else "宋体", size=16 if number == 1 else 11)
        return
    cell.border = _GRID
    cell.font = Font(name="黑体" if number == head else "宋体", size=11)
    centred = number == head or (
        cell.column > 1 and (cell.data_type == "n" or sheet.widths[cell.column - 1] <= 16)
    )
    cell.alignment = Alignment("center" if centred else "left", "center", wrap_text=True)
    if number == head:
        cell.fill = _HEAD_FILL


def _arrange(page: Worksheet, sheet: Sheet) -> None:
    head, last = len(sheet.title) + 1, get_column_letter(len(sheet.heads))
    for number, width in enumerate(sheet.widths, 1):
        page.column_dimensions[get_column_letter(number)].width = width
    page.freeze_panes = page.cell(head + 1, 1)
    page.auto_filter.ref = f"A{head}:{last}{head + len(sheet.rows)}"
    page.print_title_rows = f"{head}:{head}"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", page.PAPERSIZE_A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.oddFooter.center.text = "— &P —"


def _attach(book: Workbook, text: str) -> None:
    page = book.create_sheet(sheets.MANIFEST_SHEET)
    page.sheet_state = "veryHidden"
    for number, start in enumerate(range(0, len(text), _CHUNK), 1):
        cell = page.cell(number, 1, text[start : start + _CHUNK])
        cell.data_type = "s"
