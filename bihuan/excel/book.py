"""What a file holds, before anybody asks what it means: sheets, cells, merges, and doubts about them.

Rows count from 1, as Excel shows them; columns count from 0 and are shown as letters.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple

Value = str | int | float | bool | date | datetime | time | timedelta
"""What a cell holds; an empty cell holds the empty string."""

Severity = Literal["error", "warning", "hint"]

EMPTY: Value = ""


def letter(column: int) -> str:
    """Excel's name of a column: 0 is ``A``, 26 is ``AA``."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_index(name: str) -> int:
    """The column that Excel calls ``name``, from 0."""
    index = 0
    for char in name:
        index = index * 26 + ord(char) - 64
    return index - 1


class Merge(NamedTuple):
    """A merged block; the ends belong to it. Its value stands in its top left cell."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Problem:
    """A doubt at its place. ``row`` is None for a whole sheet or column, ``column`` (a letter) for a whole row.

    ``also``: the further (row, column) at which the very same is doubtful.
    """

    sheet: str
    row: int | None
    column: str | None
    value: str
    message: str
    severity: Severity
    also: tuple[tuple[int | None, str | None], ...] = ()

    @property
    def told(self) -> str:
        """The message, with how often it holds: people read it once, a program at every place."""
        return f"{self.message}（同样情况共 {len(self.also) + 1} 处）" if self.also else self.message

    def places(self) -> list[str]:
        """Each place with its message, in words: 工作表“台账”B5“#REF!”：……"""
        value = f"“{self.value[:20]}”" if self.value else ""
        message = self.message.rstrip("。")
        places = ((self.row, self.column), *self.also)
        return [f"工作表“{self.sheet}”{column or ''}{row or ''}{value}：{message}" for row, column in places]

    def to_json(self) -> list[dict[str, object]]:
        """``sheet, row, column, value, message, severity``, once for each place."""
        return [
            {
                "sheet": self.sheet,
                "row": row,
                "column": column,
                "value": self.value,
                "message": self.message,
                "severity": self.severity,
            }
            for row, column in ((self.row, self.column), *self.also)
        ]


@dataclass(slots=True)
class Sheet:
    """One sheet. ``rows`` holds only rows with content; a row's list may be shorter than the sheet is wide.

    ``percents`` are the (row, column) of numbers shown as a percentage. ``lost_merges`` says that the format
    keeps no merges (csv).
    """

    name: str
    rows: dict[int, list[Value]]
    merges: list[Merge] = field(default_factory=list)
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    percents: frozenset[tuple[int, int]] = frozenset()
    problems: list[Problem] = field(default_factory=list)
    has_picture: bool = False

    @property
    def last_row(self) -> int:
        """The last row with content, 0 in an empty sheet."""
        return max(self.rows, default=0)

    @property
    def width(self) -> int:
        """How many columns the widest row has."""
        return max(map(len, self.rows.values()), default=0)

    def note(
        self, row: int | None, column: int | None, value: object, message: str, severity: Severity = "warning"
    ) -> None:
        """Add a doubt about this sheet."""
        place = None if column is None else letter(column)
        self.problems.append(Problem(self.name, row, place, str(value), message, severity))


@dataclass(slots=True)
class Book:
    """A file that was read. ``problems`` concern the whole file (macros, external links)."""

    name: str
    sheets: list[Sheet]
    problems: list[Problem] = field(default_factory=list)


def spans(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Ascending runs: {3, 4, 5, 9} gives (3, 5) and (9, 9)."""
    runs: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs
