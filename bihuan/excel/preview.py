"""What a file would bring into the ledger: the mapping found, every row as it will be, every doubt at its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from pathlib import Path

from bihuan.excel.base_day import find_base
from bihuan.excel.book import Book, Problem, Severity, Sheet, letter, spans
from bihuan.excel.cells import Cells, Context
from bihuan.excel.column_fields import Columns
from bihuan.excel.columns import map_columns
from bihuan.excel.directory import UnitDirectory, UnitFinder, likely_same, likely_slips
from bihuan.excel.doubts import Doubts
from bihuan.excel.grid import Grid
from bihuan.excel.header import Header, find_header, later_headers
from bihuan.excel.items import read_items
from bihuan.excel.lines import Kind, Line, classify
from bihuan.excel.read import read
from bihuan.excel.rows import ItemRow
from bihuan.excel.words import EXTRA, FIELD_NAMES
from bihuan.rules.calendar import Calendar

Corrections = Mapping[str, Mapping[str, str | None]]
"""Fingerprint of a header → column letter → field; None or ``extra`` takes the column's field away."""


_MANY_UNITS = 300  # beyond, comparing each with each takes longer than it helps


@dataclass(slots=True)
class SheetPreview:
    """One sheet. ``refused`` says why it is no ledger, empty when it is one; ``kinds`` accounts for every row with content.

    ``base`` is the day from which deadlines without a year were read. ``unread``: its cells were not read at all.
    """

    name: str
    header: Header | None
    columns: Columns | None
    rows: list[ItemRow]
    problems: list[Problem]
    kinds: dict[int, Kind] = field(default_factory=dict)
    refused: str = ""
    hidden: bool = False
    base: date | None = None
    unread: bool = False

    @property
    def errors(self) -> list[Problem]:
        """What must be put right before the file can be imported: nothing in a total, a note, or a sheet that is no ledger."""
        if not (self.rows or self.unread):
            return []
        read = {None} | {row for item in self.rows for row in item.rows}
        errors = (problem for problem in self.problems if problem.severity == "error")
        return [problem for problem in errors if self.unread or problem.row in read]

    @property
    def fingerprint(self) -> str:
        """The key of corrections for this header; empty without a header."""
        return self.header.fingerprint if self.header else ""

    def to_json(self) -> dict[str, object]:
        """``name, header_rows, columns, letters, rows, problems`` in plain values.

        ``columns``: header path (joined by /) → field, None for what is kept as it is; ``letters``: header path → column.
        """
        fields = self.headed()
        return {
            "name": self.name,
            "header_rows": list(self.header.rows) if self.header else [],
            "columns": {path: name for path, (_, name) in fields.items()},
            "letters": {path: place for path, (place, _) in fields.items()},
            "rows": [row.to_json() for row in self.rows],
            "problems": [place for problem in self.problems for place in problem.to_json()],
        }

    def headed(self) -> dict[str, tuple[str, str | None]]:
        """Header path → (column letter, field or None), left to right; of equal paths the later ones name their column."""
        columns = self.columns
        found: dict[str, tuple[str, str | None]] = {}
        for column, name in sorted(columns.fields.items()) if columns else ():
            path = columns.head(column) if columns else ""
            path = f"{path}（{letter(column)}列）" if path in found else path
            found[path] = letter(column), None if self.refused or name == EXTRA else name
        return found


@dataclass(slots=True)
class Preview:
    """A whole file."""

    name: str
    sheets: list[SheetPreview]

    def to_json(self) -> dict[str, object]:
        """One object, ``sheets``, in plain values."""
        return {"sheets": [sheet.to_json() for sheet in self.sheets]}

    @property
    def errors(self) -> list[Problem]:
        """The errors of all sheets: while one stands, nothing is imported."""
        return [problem for sheet in self.sheets for problem in sheet.errors]

    @property
    def items(self) -> int:
        """How many items the file would bring."""
        return sum(len(sheet.rows) for sheet in self.sheets)


def header_fingerprint(sheet: Sheet) -> str:
    """The key under which a corrected mapping of this sheet's header is kept; empty when there is no header."""
    header = find_header(Grid(sheet))
    return header.fingerprint if header else ""


def preview(
    source: str | Path | bytes | Book,
    *,
    directory: UnitDirectory,
    today: date,
    base: date | None = None,
    corrections: Corrections | None = None,
    calendar: Calendar | None = None,
    name: str = "",
) -> Preview:
    """Read a file and say what it would bring; nothing is written.

    ``base`` is the day the ledger speaks from; without it, the day in its titles or names, else ``today``. ``name`` is
    the file's name when ``source`` is bytes. Raises FileRefused for a file that cannot be read.
    """
    book = source if isinstance(source, Book) else read(source, name)
    finder = UnitFinder(directory.names())
    reader = _Reader(book, finder, base, today, corrections or {}, calendar or Calendar.builtin())
    sheets = [table for sheet in book.sheets for table in reader.tables(sheet)]
    if sheets:
        sheets[0].problems[:0] = book.problems
    return Preview(book.name, sheets)


@dataclass(slots=True)
class _Reader:
    book: Book
    finder: UnitFinder
    base: date | None
    today: date
    corrections: Corrections
    calendar: Calendar

    def tables(self, sheet: Sheet) -> list[SheetPreview]:
        """One preview for each table of a sheet: nearly always one."""
        grid = Grid(sheet)
        header = find_header(grid)
        if header is None:
            return [self._refused(sheet, None, None, _why_no_header(sheet))]
        later = later_headers(grid, header)
        if not later:
            return [self._table(sheet, grid, header)]
        starts = [1, *(other.rows[0] for other in later), sheet.last_row + 1]
        parts = [_part(sheet, first, end) for first, end in pairwise(starts)]
        return [
            self._table(part, Grid(part), head) for part, head in zip(parts, [header, *later], strict=True)
        ]

    def _table(self, sheet: Sheet, grid: Grid, header: Header) -> SheetPreview:
        columns = map_columns(grid, header, self.finder.known, self.corrections.get(header.fingerprint))
        if columns.refused:
            return self._refused(sheet, header, columns, columns.refused)
        grid.note_hidden_values(header.rows[-1] + 1)
        doubts = Doubts(sheet.name)
        base = self._base(sheet, grid, header)
        context = Context(self.finder, base, self.calendar)
        lines = classify(grid, header, columns, doubts)
        rows = read_items(lines, Cells(grid, columns, doubts, context))
        _report_likely_same(doubts, context)
        _report_guesses(doubts, header, columns)
        problems = [*sheet.problems, *_visibility(sheet, lines), *doubts.all()]
        kinds = {line.row: line.kind for line in lines}
        return SheetPreview(sheet.name, header, columns, rows, problems, kinds, "", sheet.hidden, base)

    def _refused(
        self, sheet: Sheet, header: Header | None, columns: Columns | None, reason: str
    ) -> SheetPreview:
        problems = list(sheet.problems)
        if reason:
            message = f"这个工作表没有作为台账读取：{reason}。"
            severity: Severity = "hint" if any(other is not sheet for other in self.book.sheets) else "error"
            problems.append(Problem(sheet.name, None, None, "", message, severity))
        refused = reason or "空白"
        unread = not sheet.rows and bool(sheet.problems)
        return SheetPreview(
            sheet.name, header, columns, [], problems, {}, refused, sheet.hidden, unread=unread
        )

    def _base(self, sheet: Sheet, grid: Grid, header: Header) -> date:
        if self.base is not None:
            return self.base
        above = [text for row in sheet.rows if row < header.rows[0] for _, text in grid.own(row)]
        return find_base(above) or find_base([sheet.name, self.book.name]) or self.today


def _part(sheet: Sheet, first: int, end: int) -> Sheet:
    """The rows ``first`` to ``end`` - 1 of a sheet that holds several tables."""
    problems = [p for p in sheet.problems if (first == 1 if p.row is None else first <= p.row < end)]
    return replace(
        sheet,
        rows={row: cells for row, cells in sheet.rows.items() if first <= row < end},
        merges=[merge for merge in sheet.merges if first <= merge.top and merge.bottom < end],
        problems=problems,
    )


def _why_no_header(sheet: Sheet) -> str:
    if sheet.rows:
        return "没有找到表头"
    return "只有图片，没有表格内容" if sheet.has_picture else ""


def _report_likely_same(doubts: Doubts, context: Context) -> None:
    """New units of the file that look like one another: nothing is changed, only asked."""
    counts = {name: len(places) for name, places in context.new_units.items()}
    if len(counts) > _MANY_UNITS:
        return
    for name, other in likely_slips(counts):
        row, column = context.new_units[name][0]
        message = f"“{name}”疑为本表中多次出现的“{other}”之误，请核对。"
        doubts.at(row, column, name, message, "warning")
    for name, other in likely_same(counts):
        row, column = context.new_units[name][0]
        message = f"“{name}”可能是本表中“{other}”的简称；如是同一单位，请在单位名录中登记简称。"
        doubts.at(row, column, name, message, "hint")


def _report_guesses(doubts: Doubts, header: Header, columns: Columns) -> None:
    """A field given by content alone is told at its word."""
    for column, name in columns.guessed.items():
        head = columns.head(column)
        message = f"不认识表头“{head}”，已按内容作为“{FIELD_NAMES[name]}”读取，请核对。"
        doubts.at(header.rows[-1], column, head, message, "warning")


def _visibility(sheet: Sheet, lines: list[Line]) -> list[Problem]:
    """What is hidden is read, and said."""
    found: list[Problem] = []
    if sheet.hidden:
        found.append(
            Problem(sheet.name, None, None, "", "这是隐藏的工作表，也已读取，请核对是否需要。", "warning")
        )
    hidden = {line.row for line in lines if line.kind in ("item", "measure")} & sheet.hidden_rows
    for first, last in spans(hidden):
        rows = f"第 {first} 行" if first == last else f"第 {first}—{last} 行"
        message = f"{rows}是隐藏行，也已读取，请核对是否需要。"
        found.append(Problem(sheet.name, first, None, "", message, "warning"))
    for first, last in spans(column for column in sheet.hidden_columns if column < sheet.width):
        columns = letter(first) if first == last else f"{letter(first)}—{letter(last)}"
        message = f"{columns} 列是隐藏列，也已读取。"
        found.append(Problem(sheet.name, None, letter(first), "", message, "hint"))
    return found
