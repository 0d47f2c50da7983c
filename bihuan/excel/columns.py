"""Which column holds which field of an item, by the words above it, by its neighbours, and by what stands in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from bihuan.excel import words
from bihuan.excel.book import Value, letter
from bihuan.excel.grid import Grid
from bihuan.excel.header import Header, meaning, plain
from bihuan.excel.states import is_colour, state_of
from bihuan.excel.text import PLACEHOLDERS, shown
from bihuan.excel.words import EXTRA, FIELDS

_SAMPLE = 200
_MANY = ("helpers", "progress", "state")
_STRONG = frozenset({"measures", "owner", "lead", "handler", "due"})
_WEAK = frozenset({"progress", "state", "helpers", "target"})
_MEASURE_UNITS = frozenset("人 元 万元 亿元 个 % 吨 公里 千米 平方米 亩 公顷 户 件 次 项 家 台 套 辆 千克 米".split())
_ORDER = {word: index for index, word in enumerate(words.EXACT)}


@dataclass(slots=True)
class Columns:
    """The columns of one ledger. ``fields``: column → field (``extra`` for the rest); a title may have upper levels.

    ``levels``: title columns from the widest to the item's own ones, left to right, where there are several.
    ``refused`` says why the sheet is no ledger; empty when it is one.
    """

    paths: dict[int, tuple[str, ...]]
    fields: dict[int, str]
    levels: list[int] = field(default_factory=list)
    refused: str = ""
    _of: dict[str, list[int]] | None = None

    def of(self, name: str) -> list[int]:
        """The columns of a field, left to right."""
        if self._of is not None:
            return self._of.get(name, [])
        return sorted(column for column, given in self.fields.items() if given == name)

    def first(self, name: str) -> int | None:
        """The first column of a field."""
        return next(iter(self.of(name)), None)

    def settle(self) -> None:
        """Remember the columns of each field: from here on ``fields`` does not change."""
        self._of = {name: self.of(name) for name in {*self.fields.values()}}

    def head(self, column: int) -> str:
        """What a column is called, on one line."""
        return "/".join(self.paths.get(column, ())) or f"{letter(column)}列"


@dataclass(frozen=True, slots=True)
class _Candidate:
    column: int
    field: str
    rank: int
    order: int


def map_columns(
    grid: Grid, header: Header, units: Iterable[str] = (), corrections: Mapping[str, str | None] | None = None
) -> Columns:
    """Give each column a field. ``corrections``: column letter → field (or None for extra); they win over all guesses."""
    sample = _Sample(grid, header)
    fixed = {c: name or EXTRA for c in header.paths if (name := (corrections or {}).get(letter(c), "?")) != "?"}
    candidates = _candidates(header, sample, fixed)
    fields = dict.fromkeys((c for c in header.paths if header.paths[c] or sample.of(c)), EXTRA)
    fields.update(_assign(candidates, header))
    _settle_by_content(fields, header, sample)
    _fill_gaps(fields, header, sample, frozenset(units))
    fields.update(fixed)
    found = Columns({c: header.paths[c] for c in fields}, fields)
    _choose_levels(found, candidates, grid, header, frozenset(fixed))
    found.refused = _refusal(found, candidates, sample)
    found.settle()
    return found


class _Sample:
    """The first values below the header, by column."""

    def __init__(self, grid: Grid, header: Header) -> None:
        after = header.rows[-1]
        rows = [row for row in grid.sheet.rows if row > after][:_SAMPLE]
        self.values: dict[int, list[Value]] = {}
        for row in rows:
            for column, text in grid.own(row):
                if text not in PLACEHOLDERS:
                    self.values.setdefault(column, []).append(grid.raw(row, column))

    def of(self, column: int) -> list[Value]:
        return self.values.get(column, [])

    def share(self, column: int, test: Callable[[Value], object]) -> float:
        """The part of a column's values that passes a test, 0 when it has none."""
        values = self.of(column)
        return sum(1 for value in values if test(value)) / len(values) if values else 0.0


def _is_number(value: Value) -> bool:
    if isinstance(value, int | float):
        return not isinstance(value, bool)
    return isinstance(value, str) and bool(re.fullmatch(r"-?[\d,.，\s]+[%％]?", shown(value)))


def _is_state(value: Value) -> bool:
    text = shown(value)
    return len(text) <= 12 and (state_of(text) is not None or is_colour(text))


def _is_day(value: Value) -> bool:
    return isinstance(value, date) or bool(re.match(r"(?:19|20)\d\d\s*[年./-]\s*\d{1,2}", shown(value)))


def _candidates(header: Header, sample: _Sample, fixed: Mapping[int, str]) -> list[_Candidate]:
    taken = set(fixed.values()) - {EXTRA, *_MANY, "title"}
    found: list[_Candidate] = []
    for column, path in header.paths.items():
        meant = None if column in fixed else meaning(path)
        if meant is None or meant.field in taken or meant.field == EXTRA:
            continue
        if meant.field == "owner" and sample.share(column, lambda v: shown(v) in _MEASURE_UNITS) > 0.5:
            continue  # 单位 also heads a column of 元 and 吨
        order = _ORDER.get(plain(path[-1]), len(_ORDER))
        found.append(_Candidate(column, meant.field, meant.rank, order))
    return found


def _assign(candidates: list[_Candidate], header: Header) -> dict[int, str]:
    fields: dict[int, str] = {}
    for name in FIELDS:
        mine = sorted((c for c in candidates if c.field == name), key=lambda c: (-c.rank, c.order, c.column))
        if name == "title":
            fields.update(dict.fromkeys((c.column for c in mine), name))
        elif name in _MANY:
            fields.update(dict.fromkeys((c.column for c in mine if c.rank >= 2 or len(mine) == 1), name))
        elif mine:
            fields[mine[0].column] = name
            fields.update(_left_over(name, mine, header))
    if "title" not in fields.values():
        fields.update(_stand_in_title(header))
    _keep_colour_apart(fields, header)
    return fields


def _stand_in_title(header: Header) -> dict[int, str]:
    """Without a column of problems, what is studied or to be done takes its place."""
    for column, path in header.paths.items():
        if path and plain(path[-1]) in words.STAND_IN_TITLES:
            return {column: "title"}
    return {}


def _left_over(name: str, mine: list[_Candidate], header: Header) -> dict[int, str]:
    """Second columns of one kind: a 责任单位 beside a 牵头单位 helps it; the first 编号 outranks a 序号."""
    if name == "owner":
        chosen = "".join(header.paths[mine[0].column])
        others = [c.column for c in mine[1:] if c.rank == 3]
        if re.search("牵头|主办|主责", chosen):
            return dict.fromkeys(others, "helpers")
        if leading := [c for c in others if re.search("牵头|主办|主责", "".join(header.paths[c]))]:
            return {leading[0]: "owner", mine[0].column: "helpers"}
    if name == "number" and len(mine) > 1:
        named = [c.column for c in mine if "编号" in "".join(header.paths[c.column])]
        if named and named[0] != mine[0].column:
            return {named[0]: "number", mine[0].column: EXTRA}
    return {}


def _keep_colour_apart(fields: dict[int, str], header: Header) -> None:
    states = [column for column, name in fields.items() if name == "state"]
    coloured = [c for c in states if re.search("灯|预警", "".join(header.paths[c]))]
    if len(coloured) < len(states):
        fields.update(dict.fromkeys(coloured, EXTRA))


def _settle_by_content(fields: dict[int, str], header: Header, sample: _Sample) -> None:
    """完成情况 may hold 已完成 or a long account; what stands below decides."""
    if "state" not in fields.values():
        for column in [c for c, name in fields.items() if name == "progress" and _is_open(header.paths[c])]:
            others = [c for c, name in fields.items() if name == "progress" and c != column]
            if others and sample.share(column, _is_state) >= 0.8 and not _has_percent(sample, column):
                fields[column] = "state"
                return
    for column in [c for c, name in fields.items() if name == "state"]:
        if sample.share(column, lambda v: len(shown(v)) > 20) > 0.5 and "是否" not in header.paths[column][-1]:
            fields[column] = "progress"


def _is_open(path: tuple[str, ...]) -> bool:
    """Whether a progress column's word leaves open that it holds a state: 完成情况 does, 3月 and 进度 do not."""
    return bool(path) and bool(re.search("情况|结果|完成|反馈|进展", path[-1]))


def _has_percent(sample: _Sample, column: int) -> bool:
    return sample.share(column, lambda v: isinstance(v, int | float) or "%" in shown(v)) > 0.2


def _fill_gaps(fields: dict[int, str], header: Header, sample: _Sample, units: frozenset[str]) -> None:
    """Columns without a word above them, by their content; never one that says what it is."""
    tests: tuple[tuple[str, Callable[[int], bool]], ...] = (
        ("number", lambda c: _counts_up(sample.of(c))),
        ("due", lambda c: sample.share(c, _is_day) >= 0.6),
        ("owner", lambda c: sample.share(c, lambda v: shown(v) in units) >= 0.6),
        ("state", lambda c: sample.share(c, _is_state) >= 0.8),
    )
    for column, path in header.paths.items():
        if path or fields.get(column) != EXTRA:
            continue
        for name, test in tests:
            if name not in fields.values() and test(column):
                fields[column] = name
                break


def _counts_up(values: list[Value]) -> bool:
    numbers = [int(text) for value in values if (text := shown(value)).isdigit()]
    return len(numbers) >= 2 and len(numbers) * 10 >= len(values) * 8 and all(a < b for a, b in pairwise(numbers))


# --- levels of the title ---


def _choose_levels(
    found: Columns, candidates: list[_Candidate], grid: Grid, header: Header, fixed: frozenset[int]
) -> None:
    """Leave one column as the title; its upper levels become class or extra.

    The item is the lowest level that is described over several rows, or, where the lowest level changes with every
    row, the level that the numbers count; else the lowest.
    """
    titles = found.of("title")
    ranks = dict.fromkeys(titles, 3) | {c.column: c.rank for c in candidates if c.field == "title"}
    fixed_titles = [column for column in titles if column in fixed]
    if fixed_titles:
        chosen = fixed_titles[-1]
    else:
        best = max((ranks[c] for c in titles), default=0)
        last = max((c for c in titles if ranks[c] == best), default=None)
        if last is None:
            return
        for column in [c for c in titles if c > last]:
            found.fields[column] = EXTRA
        titles = sorted((c for c in titles if c <= last), key=lambda c: (_level(found.paths[c]), c))
        chosen = _item_level(titles, found, _Starts(grid, header))
    _demote(found, titles, chosen, _Starts(grid, header), fixed)


def _level(path: tuple[str, ...]) -> int:
    return next((n for word, n in words.LEVELS.items() if word in path[-1]), 9)


class _Starts:
    """The rows at which a column holds a value of its own."""

    def __init__(self, grid: Grid, header: Header) -> None:
        self._grid = grid
        self._rows = [row for row in grid.sheet.rows if row > header.rows[-1]][:5_000]
        self._known: dict[int, frozenset[int]] = {}

    def of(self, column: int) -> frozenset[int]:
        if column not in self._known:
            grid = self._grid
            self._known[column] = frozenset(
                row for row in self._rows if not grid.is_covered(row, column) and grid.text(row, column)
            )
        return self._known[column]

    def spread(self, column: int) -> bool:
        """Whether values of the column stand for several rows: merged down, or blank below."""
        rows = [row for row in self._rows if len(self._grid.own(row)) > 1 or row in self.of(column)]
        return len(self.of(column)) * 10 < len(rows) * 9

    def distinct(self, column: int) -> int:
        return len({self._grid.text(row, column) for row in self.of(column)})


def _item_level(titles: list[int], found: Columns, starts: _Starts) -> int:
    lowest = titles[-1]
    number = found.first("number")
    if len(titles) == 1 or number is None or starts.spread(lowest):
        return lowest
    counted = starts.of(number)
    if not counted or not starts.spread(number):
        return _named_alike(titles, found, starts)
    return max(titles, key=lambda c: (len(starts.of(c) & counted) / len(starts.of(c) | counted or {0}), c))


def _named_alike(titles: list[int], found: Columns, starts: _Starts) -> int:
    """Where 问题名称 and 问题描述 go together row by row, neither is the other's class: the name is the title."""
    lowest = titles[-1]
    named = [c for c in titles[:-1] if re.search("名称|概述|简述|标题", found.paths[c][-1])]
    return named[0] if named and starts.distinct(named[0]) == starts.distinct(lowest) else lowest


def _demote(found: Columns, titles: list[int], chosen: int, starts: _Starts, fixed: frozenset[int]) -> None:
    upper = [column for column in titles if column < chosen]
    for column in titles:
        if column not in fixed and column != chosen:
            found.fields[column] = EXTRA
    found.levels = [*upper, chosen]
    if upper and not found.of("class"):
        grouped = [
            c
            for c in upper
            if _level(found.paths[c]) < 9 or starts.spread(c) or starts.distinct(c) < starts.distinct(chosen)
        ]
        if grouped and grouped[0] not in fixed:
            found.fields[grouped[0]] = "class"


# --- is it a ledger? ---


def _refusal(found: Columns, candidates: list[_Candidate], sample: _Sample) -> str:
    title = found.first("title")
    present = {name for name in found.fields.values() if name != EXTRA}
    if title is None:
        return "没有找到写问题、事项或任务内容的列"
    if sample.share(title, _is_number) > 0.5:
        return f"“{found.head(title)}”一列多是数字，像统计表而不是台账"
    rank = max((c.rank for c in candidates if c.column == title), default=3)
    weight = 2 * len(present & _STRONG) + len(present & _WEAK) + 0.5 * len(present & {"number", "class"})
    if weight < (2 if rank == 3 else 3):
        return f"除“{found.head(title)}”外，没有找到措施、责任单位、时限等列，不像台账"
    return ""
