"""Which column names the item, where several could: levels of a problem, a task and its contents, troubles told at the end."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bihuan.excel import words
from bihuan.excel.column_fields import Columns
from bihuan.excel.grid import Grid
from bihuan.excel.header import Header, plain
from bihuan.excel.words import EXTRA

_UNNAMED = 9


def settle_titles(fields: dict[int, str], paths: Mapping[int, tuple[str, ...]]) -> None:
    """Give the title to a stand-in where no column has it, and take it from those that only look like one."""
    if "title" not in fields.values():
        fields.update(_stand_in(paths))
    for later in ({"progress", "state"}, {"measures", "owner", "due"}):
        _drop_troubles(fields, later)
    if "measures" not in fields.values():
        _make_measures_of_contents(fields, paths)


def _stand_in(paths: Mapping[int, tuple[str, ...]]) -> dict[int, str]:
    """Without a column of problems, what is studied or to be done takes its place."""
    for column, path in paths.items():
        if path and plain(path[-1]) in words.STAND_IN_TITLES:
            return {column: "title"}
    return {}


def _drop_troubles(fields: dict[int, str], later: set[str]) -> None:
    """存在问题 behind the progress tells what hinders a task that is named on the left."""
    bound = min((column for column, name in fields.items() if name in later), default=None)
    titles = [column for column, name in fields.items() if name == "title"]
    if bound is not None and any(column < bound for column in titles):
        fields.update(dict.fromkeys((column for column in titles if column > bound), EXTRA))


def _make_measures_of_contents(fields: dict[int, str], paths: Mapping[int, tuple[str, ...]]) -> None:
    """重点任务 with 工作内容 beside it, and no measures: the contents are the steps."""
    titles = sorted(column for column, name in fields.items() if name == "title")
    for column in titles[1:]:
        if plain(paths[column][-1]) in words.CONTENTS:
            fields[column] = "measures"
            return


class Starts:
    """The rows at which a column holds a value of its own."""

    def __init__(self, grid: Grid, header: Header) -> None:
        self._grid = grid
        self._rows = [row for row in grid.sheet.rows if row > header.rows[-1]][:5_000]
        self._known: dict[int, frozenset[int]] = {}

    def of(self, column: int) -> frozenset[int]:
        """The rows (of the first 5,000) at which the column holds a value of its own."""
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
        """How many different values the column holds."""
        return len({self._grid.text(row, column) for row in self.of(column)})


def choose_levels(found: Columns, ranks: Mapping[int, int], starts: Starts, fixed: frozenset[int]) -> None:
    """Leave one column as the title; its upper levels become class or extra.

    The item is the lowest level that is described over several rows, or, where the lowest level changes with every
    row, the level that the numbers count; else the lowest.
    """
    titles = found.of("title")
    ranks = dict.fromkeys(titles, 3) | dict(ranks)
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
        titles = _from_the_widest([c for c in titles if c <= last], found.paths)
        chosen = _item_level(titles, found, starts)
    _demote(found, titles, chosen, starts, fixed)


def _from_the_widest(titles: list[int], paths: Mapping[int, tuple[str, ...]]) -> list[int]:
    """By the levels that their words name, where all do; else as they stand."""
    levels = {column: _level(paths[column]) for column in titles}
    return sorted(titles, key=lambda c: (levels[c], c)) if _UNNAMED not in levels.values() else sorted(titles)


def _level(path: tuple[str, ...]) -> int:
    return next((n for word, n in words.LEVELS.items() if word in path[-1]), _UNNAMED)


def _item_level(titles: list[int], found: Columns, starts: Starts) -> int:
    lowest = titles[-1]
    number = found.first("number")
    if len(titles) == 1 or number is None or starts.spread(lowest):
        return lowest
    counted = starts.of(number)
    if not counted or not starts.spread(number):
        return _named_alike(titles, found, starts)
    return max(titles, key=lambda c: (len(starts.of(c) & counted) / len(starts.of(c) | counted or {0}), c))


def _named_alike(titles: list[int], found: Columns, starts: Starts) -> int:
    """Where 问题名称 and 问题描述 go together row by row, neither is the other's class: the name is the title."""
    lowest = titles[-1]
    named = [c for c in titles[:-1] if re.search("名称|概述|简述|标题", found.paths[c][-1])]
    return named[0] if named and starts.distinct(named[0]) == starts.distinct(lowest) else lowest


def _demote(found: Columns, titles: list[int], chosen: int, starts: Starts, fixed: frozenset[int]) -> None:
    upper = [column for column in titles if column < chosen]
    for column in titles:
        if column not in fixed and column != chosen:
            found.fields[column] = EXTRA
    found.levels = [*upper, chosen]
    if upper and not found.of("class"):
        grouped = [
            c
            for c in upper
            if _level(found.paths[c]) < _UNNAMED
            or starts.spread(c)
            or starts.distinct(c) < starts.distinct(chosen)
        ]
        if grouped and grouped[0] not in fixed:
            found.fields[grouped[0]] = "class"
