"""Put the rows of a ledger together into items with their measures."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bihuan.excel.cells import Cells, Units, joined
from bihuan.excel.column_fields import Columns
from bihuan.excel.doubts import Doubts
from bihuan.excel.groups import SECTION, Group, group_rows, section_name, standing
from bihuan.excel.item_checks import report_doubles, report_missing
from bihuan.excel.lines import Line
from bihuan.excel.rows import ItemRow, MeasureRow
from bihuan.excel.split import split_steps
from bihuan.excel.states import YES_NO, leading_state, percent_of, percent_text, state_of
from bihuan.excel.text import PLACEHOLDERS, unwrap
from bihuan.excel.unit_text import parties
from bihuan.rules.deadlines import Deadline

PHONE = "联系电话"
_TITLE_NUMBER = re.compile(r"(\d{1,3})\s*[.．、](?!\d)\s*")


def read_items(lines: Iterable[Line], cells: Cells) -> list[ItemRow]:
    """The items of a sheet in order, every doubt reported through ``cells.doubts``."""
    groups = group_rows(lines)
    builder = _Builder(cells, groups)
    items = [builder.build(group) for group in groups]
    report_missing(items, cells)
    report_doubles(items, cells)
    return items


class _Builder:
    def __init__(self, cells: Cells, groups: list[Group]) -> None:
        self.cells = cells
        # A column that speaks of single measures in one item does so in all, even where only the first has a word.
        self._by_measure = {c for group in groups for row in group.rows[1:] for c in cells.grid.cells(row)}
        self.columns: Columns = cells.columns
        self.doubts: Doubts = cells.doubts
        self.title = self.columns.of("title")[0]
        self.uppers = [column for column in self.columns.levels if column != self.title]
        self._carried: dict[int, str] = {}
        merges = cells.grid.sheet.merges
        self._merged = {c for m in merges if m.bottom > m.top for c in range(m.left, m.right + 1)}
        self._closing = self._closing_columns()

    def build(self, group: Group) -> ItemRow:
        item = ItemRow(group.rows[0], group.rows)
        self.cells.fill_context(item.row)
        uppers = self._levels(item.row)
        self._name(item, uppers)
        self._sort(item, group, uppers)
        item.target = self._joined("target", group.rows)
        item.measures = self._measures(group)
        self._deadline(item, group)
        self._people(item, group)
        self._units(item, group)
        self._progress(item, group)
        self._state(item, group)
        self._extra(item, group, uppers)
        return item

    # --- what it is ---

    def _levels(self, row: int) -> dict[int, str]:
        """The texts of the levels above the title; a blank one stands for what was said above it."""
        texts: dict[int, str] = {}
        for index, column in enumerate(self.uppers):
            text = unwrap(self.cells.text(row, column))
            if text:
                for lower in self.uppers[index + 1 :]:
                    self._carried.pop(lower, None)
                self._carried[column] = text
            elif column not in self._merged:
                text = self._carried.get(column, "")
            texts[column] = text
        return texts

    def _name(self, item: ItemRow, uppers: dict[int, str]) -> None:
        number = self.columns.first("number")
        if number is not None:
            item.number = self.cells.number(item.row, number) or None
        title = self.cells.prose(item.row, self.title)
        if not title or title in PLACEHOLDERS:
            title = next((text for text in reversed(uppers.values()) if text), "")
        if number is None and (mark := _TITLE_NUMBER.match(title)) and mark.end() < len(title):
            item.number, title = mark[1], title[mark.end() :]
        item.title = title or None

    def _sort(self, item: ItemRow, group: Group, uppers: dict[int, str]) -> None:
        column = self.columns.first("class")
        if column in uppers:
            item.class_ = uppers[column] or None
        elif column is not None:
            text = self.cells.prose(item.row, column)
            item.class_ = None if text in PLACEHOLDERS else text
        sections = [section_name(text) for text in group.sections]
        if sections and item.class_ is None:
            item.class_ = sections.pop(0)
        if sections:
            item.extra[SECTION] = "/".join(sections)

    def _joined(self, name: str, rows: list[int]) -> str | None:
        texts = [unwrap(text) for column in self.columns.of(name) for text in self._texts(rows, column)]
        return joined([text for text in texts if text not in PLACEHOLDERS])

    def _texts(self, rows: list[int], column: int) -> list[str]:
        """What a column says over the rows of an item: what holds at the first, and what later rows bring."""
        return [self.cells.text(rows[0], column), *(self.cells.own(row, column) for row in rows[1:])]

    # --- measures ---

    def _measures(self, group: Group) -> list[MeasureRow]:
        column = self.columns.first("measures")
        if column is None:
            return []
        for row, text in zip(group.rows, self._texts(group.rows, column), strict=True):
            if text in PLACEHOLDERS:
                continue
            steps = split_steps(text)
            if steps.skips:
                self.doubts.at(row, column, text[:40], "措施编号不连续，请核对是否有遗漏。", "hint")
            group.by_row[row] = [MeasureRow(step, row) for step in steps.texts]
            group.measures += group.by_row[row]
        return group.measures

    def _varies(self, group: Group, columns: Iterable[int]) -> bool:
        """Whether the columns speak of single measures of the item."""
        if len(group.rows) == 1:
            return False
        first, last = group.rows[0], group.rows[-1]
        merged = self._spans(first, self.title, last)
        return any((merged or c in self._by_measure) and not self._spans(first, c, last) for c in columns)

    def _holds(self, group: Group, row: int, column: int) -> bool:
        """Whether a row has a word in a column, its own or one merged down from another row of the item."""
        block = self.cells.grid.covered.get(row, {}).get(column)
        return self._says(group, row, column) or (block is not None and block.left == column)

    def _spans(self, row: int, column: int, last: int) -> bool:
        """Whether a cell is merged down over all rows of the item."""
        block = self.cells.grid.block(row, column)
        return block is not None and block.bottom >= last

    def _says(self, group: Group, row: int, column: int) -> bool:
        """Whether a row of the item has a word of its own in a column; the first always counts."""
        return row == group.rows[0] or column in self.cells.grid.cells(row)

    def _aligned(self, group: Group, column: int) -> list[str]:
        """A cell 1.… 2.… beside measures 1.… 2.… of the same row, when they are as many."""
        if len(group.rows) > 1 or len(group.measures) < 2:
            return []
        steps = split_steps(self.cells.text(group.rows[0], column)).texts
        return list(steps) if len(steps) == len(group.measures) else []

    # --- when ---

    def _deadline(self, item: ItemRow, group: Group) -> None:
        column = self.columns.first("due")
        if column is None:
            return
        found = {
            row: self.cells.deadline(row, column) for row in group.rows if self._says(group, row, column)
        }
        _apply_deadlines(item, list(found.values()))
        if len(found) > 1:
            for measure, deadline in standing(group, list(found.items())):
                _apply_deadlines(measure, [deadline])
        for measure, text in zip(group.measures, self._aligned(group, column), strict=False):
            _apply_deadlines(measure, [self.cells.parse(text, self.cells.context.base)])

    # --- who ---

    def _people(self, item: ItemRow, group: Group) -> None:
        for name in ("lead", "handler"):
            column = self.columns.first(name)
            if column is None:
                continue
            rows = [row for row in group.rows if self._says(group, row, column)]
            found = [(row, *self.cells.people(row, column)) for row in rows]
            named = [(row, names) for row, names, _ in found if names]
            of_item = [names for row, names in named[1:] if row not in group.by_row]
            setattr(item, name, joined([*(names for _, names in named[:1]), *of_item], "、"))
            self._add_extra(item, PHONE, joined([phones for _, _, phones in found], "、"))
            if len(rows) > 1:
                for measure, names in standing(group, named):
                    setattr(measure, name, names)

    def _units(self, item: ItemRow, group: Group) -> None:
        column = self.columns.first("owner")
        helpers: list[str] = []
        if column is not None:
            rows = [row for row in group.rows if self._says(group, row, column)]
            found = [(row, self.cells.units(row, column)) for row in rows]
            item.owner = next((units.owner for _, units in found if units.owner), None)
            helpers += found[0][1].helpers
            self._keep_unread(item, column, [units for _, units in found])
            for row, units in found[1:]:  # a row without a measure speaks for the whole item
                if row not in group.by_row:
                    helpers += [name for name in (units.owner, *units.helpers) if name]
            if item.handler is None:
                item.handler = joined([name for _, units in found for name in units.people], "、")
            if len(found) > 1:
                for measure, units in standing(group, [entry for entry in found if entry[1].owner]):
                    measure.owner, measure.helpers = units.owner, list(units.helpers)
            self._report_several(group.rows[0], column, found[0][1])
            self._align_owners(group, column)
        helpers += self._helper_columns(item, group)
        item.helpers = [name for name in dict.fromkeys(helpers) if name != item.owner]

    def _report_several(self, row: int, column: int, units: Units) -> None:
        if units.helpers and not re.search("牵头|主办|主责|配合|协办", self.cells.text(row, column)):
            message = f"一格里有多个责任单位，已把第一个“{units.owner}”作为牵头，其余作为配合。"
            self.doubts.once("several owners", row, column, "", message, "hint")

    def _align_owners(self, group: Group, column: int) -> None:
        for measure, text in zip(group.measures, self._aligned(group, column), strict=False):
            names = parties(text, self.cells.context.finder.known).units
            found = [self.cells.context.finder.find(unit.name).unit for unit in names]
            measure.owner, measure.helpers = (found[0] if found else None), found[1:]

    def _keep_unread(self, item: ItemRow, column: int, found: list[Units]) -> None:
        for units in found:
            self._add_extra(item, self.columns.head(column), units.unread)

    def _helper_columns(self, item: ItemRow, group: Group) -> list[str]:
        names: list[str] = []
        for column in self.columns.of("helpers"):
            rows = [row for row in group.rows if self._says(group, row, column)]
            for row in rows:
                units = self.cells.units(row, column)
                self._keep_unread(item, column, [units])
                here = [*([units.owner] if units.owner else []), *units.helpers]
                names += here
                for measure in group.by_row.get(row, ()) if len(rows) > 1 else ():
                    measure.helpers = list(dict.fromkeys([*measure.helpers, *here]))
        return names

    # --- how far ---

    def _progress(self, item: ItemRow, group: Group) -> None:
        columns = self.columns.of("progress")
        varies = self._varies(group, columns)
        said: list[tuple[int, str, int | None]] = []
        for row in group.rows if varies else group.rows[:1]:
            parts = [
                self._labelled(column, *self.cells.progress(row, column))
                for column in columns
                if self._holds(group, row, column)
            ]
            text = joined([text for text, _ in parts], "；") or ""
            said.append((row, text, next((points for _, points in parts if points is not None), None)))
        item.progress = joined([text for _, text, _ in said])
        shares = {points for _, text, points in said if text}
        item.percent = shares.pop() if len(shares) == 1 else None
        if varies:
            _spread_progress(group, said)
        for column in columns:
            for measure, text in zip(group.measures, self._aligned(group, column), strict=False):
                measure.progress, measure.percent = text, percent_of(text)

    def _labelled(self, column: int, text: str, points: int | None) -> tuple[str, int | None]:
        """Under 进展情况 the months 3月, 4月, 5月 each keep their word."""
        path = self.columns.paths[column]
        if (
            text
            and len(path) > 1
            and len(self.columns.of("progress")) > 1
            and re.fullmatch(r".*\d+(?:月|季度|日|年)?.*", path[-1])
        ):
            return f"{path[-1]}：{text}", points
        return text, points

    def _state(self, item: ItemRow, group: Group) -> None:
        columns = self.columns.of("state")
        varies = self._varies(group, columns)
        codes: list[str] = []
        texts: list[str] = []
        for row in group.rows if varies else group.rows[:1]:
            found = [self.cells.state(row, c) for c in columns if self._holds(group, row, c)]
            code = _strongest([code for code, _ in found if code])
            text = _wording([text for _, text in found])
            codes += [code] if code else []
            texts += [text] if text else []
            for measure in group.by_row.get(row, ()) if varies else ():
                measure.state, measure.state_text = code, text
        item.state, item.state_text = _together(codes), joined(texts, "；")
        if item.percent is None and len(texts) == 1:
            item.percent = percent_of(texts[0])
        if item.state is None:
            item.state = self._implied_state(item, group)
        for column in columns[:1]:
            for measure, text in zip(group.measures, self._aligned(group, column), strict=False):
                measure.state, measure.state_text = (
                    state_of(text, closing=self.cells.asks_for_closing(column)),
                    text,
                )

    def _implied_state(self, item: ItemRow, group: Group) -> str | None:
        """The state where no column gives one: a closing date or approval, what the progress begins with, 100 %."""
        for column in self._closing:
            text = self.cells.text(group.rows[0], column)
            if re.match(r"(?:19|20)\d\d", text) or (text and state_of(text, closing=True) == "closed"):
                message = f"“{self.columns.head(column)}”已填写，按已销号读取，请核对。"
                self.doubts.once("closing", item.row, column, "", message, "warning")
                return "closed"
        found = leading_state(item.progress) if item.progress else None
        if item.percent is None or (found not in (None, "done") and item.percent < 100):
            return found
        return state_of(percent_text(item.percent))

    def _closing_columns(self) -> list[int]:
        if self.columns.of("state"):
            return []
        paths = self.columns.paths.items()
        return [
            column
            for column, path in paths
            if len(path) > 1 and "销号" in path[0] and re.search("审核|日期|时间|结果|意见", path[-1])
        ]

    # --- the rest ---

    def _extra(self, item: ItemRow, group: Group, uppers: dict[int, str]) -> None:
        for column in self.columns.of("extra"):
            if column in uppers:
                text: str | None = uppers[column]
            else:
                text = joined([unwrap(text) for text in self._texts(group.rows, column)])
            self._add_extra(item, self.columns.head(column), text)
        self._keep_left_over(item, group)

    def _keep_left_over(self, item: ItemRow, group: Group) -> None:
        """What a later row says of number, title or class belongs to no measure: it is kept, and asked about."""
        columns = [self.columns.first("number"), self.title, self.columns.first("class")]
        for row in group.rows[1:]:
            for column in columns:
                text = self.cells.own(row, column) if column is not None else ""
                if text and text not in (item.number, item.title, item.class_):
                    message = "这一行没有自成一项，这一格的内容已并入上一项的其他内容，请核对。"
                    self.doubts.at(row, column, text[:40], message, "hint")
                    self._add_extra(item, self.columns.head(column or 0), unwrap(text))

    def _add_extra(self, item: ItemRow, name: str, text: str | None) -> None:
        if text:
            item.extra[name] = joined([item.extra.get(name, ""), text]) or text


def _apply_deadlines(target: ItemRow | MeasureRow, found: list[Deadline]) -> None:
    """An item is due when its last step is."""
    target.due = max((deadline.due for deadline in found if deadline.due), default=None)
    target.ongoing = any(deadline.ongoing for deadline in found)
    target.immediate = any(deadline.immediate for deadline in found)
    target.cycle = next((deadline.cycle for deadline in found if deadline.cycle), None)
    target.due_text = joined([deadline.text for deadline in found], "；")


def _spread_progress(group: Group, said: list[tuple[int, str, int | None]]) -> None:
    """What a row says belongs to its measures; a row without one goes on with the measure above."""
    last: list[MeasureRow] = []
    for row, text, points in said:
        mine = group.by_row.get(row) or last[-1:]
        last = mine
        for measure in mine if text else ():
            measure.progress = joined([*(measure.progress or "").split("\n"), text])
            measure.percent = points if points is not None else measure.percent


def _strongest(codes: list[str]) -> str | None:
    """已完成 and 已销号 side by side mean closed."""
    return "closed" if "closed" in codes else next(iter(codes), None)


def _wording(texts: list[str]) -> str | None:
    """The wording beside a mere yes or no says more than that."""
    telling = [text for text in texts if text not in YES_NO]
    return joined(telling or texts, "；")


def _together(codes: list[str]) -> str | None:
    """The state of an item from those of its rows: done only when all are."""
    kinds = set(codes)
    if len(kinds) <= 1:
        return next(iter(kinds), None)
    if kinds <= {"done", "closed"}:
        return "done"
    return "ongoing" if kinds <= {"done", "closed", "ongoing"} else "working"
