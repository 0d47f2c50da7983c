"""What stands below the words of a header: the first values of each column, and what they look like."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from itertools import pairwise

from bihuan.excel.book import Value
from bihuan.excel.grid import Grid
from bihuan.excel.header import Header
from bihuan.excel.states import is_colour, state_of
from bihuan.excel.text import PLACEHOLDERS, shown

_ROWS = 200
# 已印发文件3份，正在落实 tells what was done, though it is as short as a state and ends like one.
_COUNTED = re.compile(r"\d\s*(?:[余多]?[份个次件项处户人家台套辆座条场篇起名宗例批张亩吨米公万亿元])")


class ColumnValues:
    """The first values below the header, by column; what only fills a cell is left out."""

    def __init__(self, grid: Grid, header: Header) -> None:
        """``header``: the values of the first rows after it are taken."""
        after = header.rows[-1]
        rows = [row for row in grid.sheet.rows if row > after][:_ROWS]
        self.values: dict[int, list[Value]] = {}
        for row in rows:
            for column, text in grid.own(row):
                if text not in PLACEHOLDERS:
                    self.values.setdefault(column, []).append(grid.raw(row, column))

    def of(self, column: int) -> list[Value]:
        """The values of a column, downwards."""
        return self.values.get(column, [])

    def share(self, column: int, test: Callable[[Value], object]) -> float:
        """The part of a column's values that passes a test, 0 when it has none."""
        values = self.of(column)
        return sum(1 for value in values if test(value)) / len(values) if values else 0.0


def is_number(value: Value) -> bool:
    """Whether a value is a number or a percentage, typed or written."""
    if isinstance(value, int | float):
        return not isinstance(value, bool)
    return isinstance(value, str) and bool(re.fullmatch(r"-?[\d,.，\s]+[%％]?", shown(value)))


def is_state(value: Value) -> bool:
    """Whether a value is the wording of a state, or a colour; what counts things is an account."""
    text = shown(value)
    return len(text) <= 12 and not _COUNTED.search(text) and (state_of(text) is not None or is_colour(text))


def is_day(value: Value) -> bool:
    """Whether a value is a day, typed or written."""
    return isinstance(value, date) or bool(re.match(r"(?:19|20)\d\d\s*[年./-]\s*\d{1,2}", shown(value)))


def counts_up(values: list[Value]) -> bool:
    """Whether nearly all of several values are whole numbers that rise."""
    numbers = [int(text) for value in values if (text := shown(value)).isdigit()]
    return (
        len(numbers) >= 2
        and len(numbers) * 10 >= len(values) * 8
        and all(a < b for a, b in pairwise(numbers))
    )
