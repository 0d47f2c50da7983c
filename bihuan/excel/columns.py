"""Which column holds which field of an item, by the words above it, by its neighbours, and by what stands in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bihuan.excel import words
from bihuan.excel.book import letter
from bihuan.excel.column_fields import Columns
from bihuan.excel.column_values import ColumnValues, is_number, is_state
from bihuan.excel.grid import Grid
from bihuan.excel.guesses import fill_gaps, guess_fields
from bihuan.excel.header import Header, meaning, plain
from bihuan.excel.text import shown
from bihuan.excel.titles import Starts, choose_levels, settle_titles
from bihuan.excel.words import EXTRA, FIELDS

_MANY = ("helpers", "progress", "state")
_STRONG = frozenset({"measures", "owner", "lead", "handler", "due"})
_WEAK = frozenset({"progress", "state", "helpers", "target"})
_MEASURE_UNITS = frozenset(
    "人 元 万元 亿元 个 % 吨 公里 千米 平方米 亩 公顷 户 件 次 项 家 台 套 辆 千克 米".split()
)
_END = re.compile(r"(?:完成|办结|完结|销号)(?:情况|结果)$|整改状况$")
_ORDER = {word: index for index, word in enumerate(words.EXACT)}


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
    sample = ColumnValues(grid, header)
    fixed = {
        c: name or EXTRA for c in header.paths if (name := (corrections or {}).get(letter(c), "?")) != "?"
    }
    candidates = _candidates(header, sample, fixed)
    fields = dict.fromkeys((c for c in header.paths if header.paths[c] or sample.of(c)), EXTRA)
    fields.update(_assign(candidates, header))
    _settle_by_content(fields, header, sample)
    fill_gaps(fields, header, sample, frozenset(units))
    guessed = guess_fields(fields, header, sample, fixed)
    fields.update(guessed)
    fields.update(fixed)
    found = Columns({c: header.paths[c] for c in fields}, fields, guessed=guessed)
    ranks = {c.column: c.rank for c in candidates if c.field == "title"}
    choose_levels(found, ranks, Starts(grid, header), frozenset(fixed))
    found.refused = _refusal(found, candidates, sample)
    found.settle()
    return found


def _candidates(header: Header, sample: ColumnValues, fixed: Mapping[int, str]) -> list[_Candidate]:
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
    settle_titles(fields, header.paths)
    if "measures" not in fields.values():  # 整改事项 became the title, and left the measures to 整改举措
        others = (c for c in candidates if c.field == "measures" and c.column not in fields)
        best = max(others, key=lambda c: c.rank, default=None)
        fields.update({} if best is None else {best.column: "measures"})
    _keep_colour_apart(fields, header)
    return fields


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


def _settle_by_content(fields: dict[int, str], header: Header, sample: ColumnValues) -> None:
    """完成情况 may hold 已完成 or a long account; what stands below decides."""
    if "state" not in fields.values() and (column := _state_like(fields, header, sample)) is not None:
        fields[column] = "state"
    for column in [c for c, name in fields.items() if name == "state"]:
        if (
            sample.share(column, lambda v: len(shown(v)) > 20) > 0.5
            and "是否" not in header.paths[column][-1]
        ):
            fields[column] = "progress"


def _state_like(fields: Mapping[int, str], header: Header, sample: ColumnValues) -> int | None:
    """The column of progress that holds states; the only one must be called after an end (完成情况, 办结情况)."""
    accounts = [c for c, name in fields.items() if name == "progress"]
    ends = {c: bool(header.paths[c]) and bool(_END.search(header.paths[c][-1])) for c in accounts}
    fits = [
        c
        for c in accounts
        if (ends[c] or (len(accounts) > 1 and _is_open(header.paths[c])))
        and sample.share(c, is_state) >= 0.8
        and not _is_percent(sample, c)
    ]
    return max(fits, key=lambda c: (ends[c], sample.share(c, is_state)), default=None)


def _is_open(path: tuple[str, ...]) -> bool:
    """Whether a progress column's word leaves open that it holds a state: 完成情况 does, 3月 and 进度 do not."""
    return bool(path) and bool(re.search("情况|状况|结果|完成|反馈|进展", path[-1]))


def _is_percent(sample: ColumnValues, column: int) -> bool:
    return sample.share(column, lambda v: isinstance(v, int | float) or "%" in shown(v)) > 0.5


# --- is it a ledger? ---


def _refusal(found: Columns, candidates: list[_Candidate], sample: ColumnValues) -> str:
    title = found.first("title")
    present = {name for name in found.fields.values() if name != EXTRA}
    if title is None:
        return "没有找到写问题、事项或任务内容的列"
    if sample.share(title, is_number) > 0.5:
        return f"“{found.head(title)}”一列多是数字，像统计表而不是台账"
    rank = max((c.rank for c in candidates if c.column == title), default=3)
    weight = 2 * len(present & _STRONG) + len(present & _WEAK) + 0.5 * len(present & {"number", "class"})
    if weight < (2 if rank == 3 else 3):
        return f"除“{found.head(title)}”外，没有找到措施、责任单位、时限等列，不像台账"
    return ""
