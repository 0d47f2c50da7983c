"""Read the cells of an item's rows: each kind of column in its own way, each doubt at its place.

Results are kept by what the cell holds: a ledger repeats its units, deadlines and states over thousands of rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from bihuan.excel.base_day import find_base
from bihuan.excel.book import Severity, Value
from bihuan.excel.column_fields import Columns
from bihuan.excel.directory import UnitFinder
from bihuan.excel.doubts import Doubts
from bihuan.excel.grid import Grid
from bihuan.excel.lines import DITTO
from bihuan.excel.split import split_steps
from bihuan.excel.states import is_colour, percent_of, percent_text, percent_value, state_of
from bihuan.excel.text import PLACEHOLDERS, shown, squeeze, unwrap
from bihuan.excel.unit_text import Named, Parties, parties, people
from bihuan.rules.calendar import Calendar
from bihuan.rules.deadlines import Deadline, parse

_PHONE = re.compile(r"[（(]?(?<!\d)((?:\+?86-?)?1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|(?<!\d)\d{7,8})(?!\d)[）)]?")
_MAX_UNITS, _MAX_UNIT = 1_000, 60
# Nothing is lost where a deadline is not understood: its words are kept, so it does not stop an import.
_SEVERITY: dict[str, Severity] = {"error": "warning", "warning": "warning", "info": "hint"}
_COUNTED = re.compile(r"[日天周月]内|工作日|小时|个月")
_START = re.compile(r"(?:交办|下达|收文|受理|签收|接收|通报|派单|登记|来文)(?:时间|日期)")
_NUMBER_END = re.compile(r"[.、．。，,]+$")


@dataclass(frozen=True, slots=True)
class Units:
    """Who answers: the leader of the cell and the others. ``unread`` is the cell's text where it is too long for names."""

    owner: str | None = None
    helpers: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    unread: str = ""


@dataclass(slots=True)
class Context:
    """What reading depends on: the directory, the day of the sheet, the working calendar."""

    finder: UnitFinder
    base: date
    calendar: Calendar
    new_units: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    """Each unit that is not in the directory → the (row, column) of its places."""


class Cells:
    """Reads the cells of one sheet."""

    def __init__(self, grid: Grid, columns: Columns, doubts: Doubts, context: Context) -> None:
        """``doubts`` receives what is unclear."""
        self.grid, self.columns, self.doubts, self.context = grid, columns, doubts, context
        self._deadlines: dict[tuple[type, Value, date], Deadline] = {}
        self._parties: dict[str, Parties] = {}
        self._clear_units: dict[str, Units] = {}
        self._title = columns.of("title")[0]
        self._above: dict[int, str] = {}
        self._filled: dict[tuple[int, int], str] = {}
        self._starts = [c for c in columns.of("extra") if _START.search(columns.head(c))]
        self._context = self._context_columns()
        self._fractions = {column: self._holds_fractions(column) for column in columns.of("progress")}

    # --- text ---

    def text(self, row: int, column: int) -> str:
        """The text that holds at a cell, merges filled down, 同上 resolved; empty for what another column's merge covers."""
        text = self.grid.cells(row).get(column, "")
        if not text and (block := self.grid.covered.get(row, {}).get(column)):
            if block.left != column and not self._is_heir(column, block.left, block.right):
                return ""
            text = self.grid.text(block.top, block.left)
        elif column < self._title and self._spreads_to_title(row, column):
            return ""
        if text in DITTO:
            text = self._ditto(row, column, text)
        if not text and self._filled:
            text = self._filled.get((row, column), "")
        if text:
            self._above[column] = text
        return text

    def _spreads_to_title(self, row: int, column: int) -> bool:
        block = self.grid.blocks.get((row, column))
        return block is not None and block.right >= self._title

    def _is_heir(self, column: int, left: int, right: int) -> bool:
        """A block across several columns gives its value to the title among them."""
        return self.columns.fields.get(column) == "title" and left < column <= right

    def _ditto(self, row: int, column: int, text: str) -> str:
        above = self._above.get(column, "")
        self.doubts.once("ditto", row, column, text, f"“{text}”已按上一行的内容读取。", "hint")
        return above

    def _context_columns(self) -> list[int]:
        """Columns left of the title that are not merged down anywhere: a blank there may mean "as above"."""
        merges = self.grid.sheet.merges
        merged = {c for m in merges if m.bottom > m.top for c in range(m.left, m.right + 1)}
        apart = {self.columns.first("number"), *self.columns.levels}
        return [
            c for c in sorted(self.columns.fields) if c < self._title and c not in merged and c not in apart
        ]

    def fill_context(self, row: int) -> None:
        """Where merges were lost, an item's blank class, subject or leader is that of the item above.

        Only when the outermost of them is blank: otherwise the row begins a group of its own.
        """
        if not self._context or self.grid.seen(row, self._context[0]):
            return
        for column in self._context:
            above = self._above.get(column, "")
            if above and above not in PLACEHOLDERS and not self.grid.seen(row, column):
                self._filled[row, column] = above
                message = f"“{self.columns.head(column)}”空白，已按上面的“{above[:20]}”读取，请核对。"
                self.doubts.once("context", row, column, above, message, "hint")

    def own(self, row: int, column: int) -> str:
        """The text that the row itself brings at a column: nothing when it is merged down from above."""
        return self.text(row, column) if column in self.grid.cells(row) else ""

    def prose(self, row: int, column: int) -> str:
        """Running text, lines that were broken to fit joined."""
        return unwrap(self.text(row, column))

    def number(self, row: int, column: int) -> str:
        """An item's number. A date there is what Excel made of 1-1 or 1.1."""
        value = self._value(row, column)
        if isinstance(value, date):
            text = f"{value.month}-{value.day}"
            message = f"序号被 Excel 变成了日期，已按“{text}”读取，请核对。"
            self.doubts.at(row, column, shown(value), message, "warning")
            return text
        text = _NUMBER_END.sub("", self.text(row, column))
        return "" if text in PLACEHOLDERS else text

    def _value(self, row: int, column: int) -> Value:
        block = self.grid.covered.get(row, {}).get(column)
        if block is None:
            return self.grid.raw(row, column)
        return self.grid.raw(block.top, block.left) if block.left == column else ""

    def _origin(self, row: int, column: int) -> int:
        """The row in which the value stands that holds at a cell."""
        block = self.grid.covered.get(row, {}).get(column)
        return block.top if block else row

    # --- people and units ---

    def people(self, row: int, column: int) -> tuple[str, str]:
        """Names of people, and the telephone numbers that stood among them."""
        text = self.text(row, column)
        if text in PLACEHOLDERS:
            return "", ""
        phones = _PHONE.findall(text)
        return people(_PHONE.sub("", text) if phones else text), "、".join(phones)

    def units(self, row: int, column: int) -> Units:
        """Who leads and who helps, doubts reported."""
        text = self.text(row, column)
        found = self._clear_units.get(text)
        return found if found is not None else self._read_units(self._origin(row, column), column, text)

    def _read_units(self, row: int, column: int, text: str) -> Units:
        found = self._parties.get(text)
        if found is None and len(text) > _MAX_UNITS:
            found = self._parties[text] = Parties([Named(text)])
        if found is None:
            mixed = "人" in self.columns.head(column)
            found = parties(_unnumbered(text), self.context.finder.known, mixed=mixed)
            self._parties[text] = found
        if any(len(unit.name) > _MAX_UNIT for unit in found.units):
            message = "这一格过长，不像单位名称，没有作为单位读取，原文保留在其他内容中，请改写。"
            self.doubts.at(row, column, text[:40], message, "warning")
            return Units(unread=text)
        named = [(self._unit(row, column, unit), unit.part) for unit in found.units]
        leading = [name for name, part in named if part == "lead"] or [
            name for name, part in named if not part
        ]
        owner = leading[0] if leading else None
        helpers = dict.fromkeys(name for name, _ in named if name != owner)
        units = Units(owner, tuple(helpers), tuple(found.people))
        if not any(unit.more or self.context.finder.find(unit.name).how != "known" for unit in found.units):
            self._clear_units[text] = units
        return units

    def _unit(self, row: int, column: int, named: Named) -> str:
        found = self.context.finder.find(named.name)
        if found.how != "known":
            self._doubt_unit(row, column, named.name, found.unit, found.how)
        if named.more:
            message = f"“{named.name}”后面的“等”没有写明其他单位，请补充。"
            self.doubts.once("more", row, column, named.name, message, "hint")
        return found.unit

    def _doubt_unit(self, row: int, column: int, name: str, unit: str, how: str) -> None:
        if how == "slip":
            message = f"单位名录中没有“{name}”，疑为“{unit}”之误，已按“{unit}”读取。"
            self.doubts.at(row, column, name, message, "warning")
        elif how == "shorter":
            message = f"“{name}”已按名录中的“{unit}”读取，请核对。"
            self.doubts.once("shorter", row, column, name, message, "hint")
        elif how == "collective":
            message = f"“{name}”不是一个具体单位，已原样保留，请明确到单位。"
            self.doubts.once("collective", row, column, name, message, "hint")
        else:
            self.context.new_units.setdefault(name, []).append((row, column))
            message = f"单位名录中没有“{name}”，将作为新单位。"
            self.doubts.once("new unit", row, column, name, message, "warning")

    # --- deadlines ---

    def deadline(self, row: int, column: int) -> Deadline:
        """The deadline of a cell, its doubts reported."""
        value = self._value(row, column)
        text = self.text(row, column)
        row = self._origin(row, column)
        if isinstance(value, str):
            value = text
        found = self.parse(value, self._start(row) if _COUNTED.search(text) else self.context.base)
        for doubt in found.doubts:
            self._doubt_deadline(row, column, text, doubt.code, doubt.message, _SEVERITY[doubt.severity])
        if found.provisional:
            message = "这个日期所在年份的放假安排尚未公布，日期为暂定。"
            self.doubts.once("provisional", row, column, text, message, "hint")
        return found

    def _doubt_deadline(
        self, row: int, column: int, text: str, code: str, message: str, severity: Severity
    ) -> None:
        if code == "past":  # a ledger is full of past days; one word for all of them
            message = "时限早于台账日期，已照原样读取。"
            self.doubts.once("past", row, column, "", message, "hint")
        else:
            self.doubts.at(row, column, text, message, severity)

    def _start(self, row: int) -> date:
        """The day from which 15个工作日内 counts: when the row's item was handed over, else the sheet's day."""
        for column in self._starts:
            if found := find_base([self.text(row, column)]):
                return found
        return self.context.base

    def parse(self, value: Value, base: date) -> Deadline:
        """A deadline by the sheet's calendar, with ``base`` for what it leaves out."""
        key = (type(value), value, base)
        found = self._deadlines.get(key)
        if found is None:
            plain = value if isinstance(value, str | date | int | float) else str(value)
            found = parse(plain, base=base, calendar=self.context.calendar)
            self._deadlines[key] = found
        return found

    # --- progress and state ---

    def _holds_fractions(self, column: int) -> bool:
        values = [cells[column] for cells in self.grid.sheet.rows.values() if column < len(cells)]
        numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
        return any(0 < v < 1 for v in numbers) and all(v <= 1 for v in numbers)

    def progress(self, row: int, column: int) -> tuple[str, int | None]:
        """What a progress cell says, and the percentage in it."""
        value = self._value(row, column)
        if isinstance(value, str):
            text = self.prose(row, column)
            return ("", None) if text in PLACEHOLDERS - {"无"} else (text, self._percent(row, column, text))
        place = (self._origin(row, column), column)
        points = percent_value(
            value, as_percent=place in self.grid.sheet.percents, fractions=self._fractions.get(column, False)
        )
        if points is None:
            return shown(value), None
        return percent_text(points), points

    def _percent(self, row: int, column: int, text: str) -> int | None:
        if "%" not in text and "百分之" not in text:
            return percent_value(text, as_percent=False, fractions=False) if text.isdigit() else None
        found = percent_of(text)
        if found is None and re.fullmatch(r"\s*\d+(?:\.\d+)?\s*%\s*", text):
            self.doubts.at(row, column, text, "进度超过 100%，没有采用，请核对。", "warning")
        return found

    def asks_for_closing(self, column: int) -> bool:
        """Whether 是 below a column's words means closed, not only done."""
        return "销号" in "".join(self.columns.paths[column])

    def state(self, row: int, column: int) -> tuple[str | None, str]:
        """The code of a state cell, and its text."""
        text = self.text(row, column)
        row = self._origin(row, column)
        if text in PLACEHOLDERS:
            return None, ""
        if is_colour(text):
            message = "亮灯由系统按时限和进展推算，这一列不作为完成状态导入。"
            self.doubts.once("colour", row, column, "", message, "hint")
            return None, text
        closing = self.asks_for_closing(column)
        code = state_of(text, closing=closing)
        if code is None and not (closing and re.match("[否未不×xXNn]", text)):
            message = (
                f"看不懂状态“{squeeze(text)[:20]}”，请改为：已完成、已销号、正在整改、长期坚持、尚未整改。"
            )
            self.doubts.once("state", row, column, text, message, "warning")
        return code, text


def _unnumbered(text: str) -> str:
    """1.县住建局 2.县财政局 without the numbers."""
    if text[:1] not in "1①(（⑴⒈一":
        return text
    steps = split_steps(text).texts
    return "、".join(steps) if len(steps) > 1 else text


def joined(texts: list[str], between: str = "\n") -> str | None:
    """Different texts in order, each once; None when there are none."""
    if len(texts) == 1:
        return texts[0] or None
    return between.join(dict.fromkeys(text for text in texts if text)) or None
