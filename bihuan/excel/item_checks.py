"""What is missing or twice among the items of a sheet."""

from __future__ import annotations

from bihuan.excel.cells import Cells
from bihuan.excel.groups import SECTION
from bihuan.excel.rows import ItemRow


def report_missing(items: list[ItemRow], cells: Cells) -> None:
    """Items without a title (an error), a number or a responsible unit."""
    columns, doubts = cells.columns, cells.doubts
    number, title, owner = (columns.first(name) for name in ("number", "title", "owner"))
    for item in items:
        if item.title is None:
            message = "这一行有内容，但没有问题（事项）内容，请补充或并入上一项。"
            doubts.at(item.row, title, "", message, "error")
        if number is not None and item.number is None:
            doubts.once("number", item.row, number, "", "没有序号。", "hint")
        if owner is not None and item.owner is None and not any(m.owner for m in item.measures):
            doubts.once("owner", item.row, owner, "", "没有责任单位。", "warning")


def report_doubles(items: list[ItemRow], cells: Cells) -> None:
    """The same number or title twice; numbers that begin anew in each section are only mentioned."""
    numbers: dict[str, ItemRow] = {}
    titles: dict[str, ItemRow] = {}
    columns, doubts = cells.columns, cells.doubts
    for item in items:
        other = numbers.setdefault(item.number or "", item)
        if item.number and other is not item:
            if _section_of(item) != _section_of(other):
                message = "各部分的序号分别编排，序号有重复。"
                doubts.once("sections", item.row, columns.first("number"), "", message, "hint")
            else:
                message = f"序号“{item.number}”与第 {other.row} 行重复。"
                doubts.at(item.row, columns.first("number"), item.number, message, "warning")
        same = titles.setdefault(item.title or "", item)
        if item.title and same is not item:
            message = f"内容与第 {same.row} 行完全相同，可能重复。"
            doubts.at(item.row, columns.first("title"), item.title[:60], message, "warning")


def _section_of(item: ItemRow) -> tuple[str | None, str | None]:
    return item.class_, item.extra.get(SECTION)
