"""The rows of one item, the sections it stands in, and which row speaks for which measure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from bihuan.excel.lines import Line
from bihuan.excel.rows import MeasureRow
from bihuan.excel.text import unwrap

T = TypeVar("T")

SECTION = "所属部分"
_SECTION_MARK = re.compile(
    r"(?:[（(][一二三四五六七八九十]{1,3}[）)]|[一二三四五六七八九十]{1,3}|第[一二三四五六七八九十\d]{1,3}(?:部分|类|批次?|项|章|节))[、.．：:\s]*"
)
_SECTION_COUNT = re.compile(r"[（(]共?\d+[个项条件]?(?:问题|事项|任务)?[）)]$|[：:]$")


@dataclass(slots=True)
class Group:
    """The rows of one item, and the sections they stand in (outermost first)."""

    rows: list[int]
    sections: tuple[str, ...] = ()
    measures: list[MeasureRow] = field(default_factory=list)
    by_row: dict[int, list[MeasureRow]] = field(default_factory=dict)


def group_rows(lines: Iterable[Line]) -> list[Group]:
    """The rows of each item together, in order."""
    groups: list[Group] = []
    sections: tuple[str, ...] = ()
    for line in lines:
        if line.kind == "section":
            inner = line.text.lstrip().startswith(("（", "("))
            sections = (*sections[:1], line.text) if inner and sections else (line.text,)
        elif line.kind == "item":
            groups.append(Group([line.row], sections))
        elif line.kind == "measure":
            groups[-1].rows.append(line.row)
    return groups


def section_name(text: str) -> str:
    """一、党的建设方面（5个） is the class 党的建设方面."""
    name = _SECTION_MARK.sub("", unwrap(text), count=1) if _SECTION_MARK.match(text) else unwrap(text)
    return _SECTION_COUNT.sub("", name).strip() or text


def standing(group: Group, found: list[tuple[int, T]]) -> Iterator[tuple[MeasureRow, T]]:
    """Each measure with the last word at or above its row; measures above the first word are left out."""
    rows = [row for row, _ in found]
    for measure in group.measures:
        if at := bisect_right(rows, measure.row):
            yield measure, found[at - 1][1]
