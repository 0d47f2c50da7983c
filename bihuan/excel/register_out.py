"""A register as a workbook: which items, in which layout."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bihuan.excel.commit import row_key
from bihuan.excel.files import preview_file
from bihuan.excel.matching import match
from bihuan.excel.write import Line, write_back, write_plain
from bihuan.ledger.blobs import read
from bihuan.models import Import, Item, Measure, Origin, Register
from bihuan.queries.item import procedure_of, state_name
from bihuan.queries.items import Filter, matching
from bihuan.queries.people import directory
from bihuan.rules.errors import NotFound
from bihuan.rules.procedure import Procedure
from bihuan.rules.procedure_types import COLOURS

#: The plain layout: name, heading, width in characters.
COLUMNS = (
    ("number", "编号", 18),
    ("klass", "类别", 12),
    ("title", "事项内容", 40),
    ("target", "目标", 24),
    ("measures", "措施", 40),
    ("lead", "牵头领导", 10),
    ("owner", "责任单位", 20),
    ("helpers", "配合单位", 20),
    ("handler", "责任人", 10),
    ("due", "时限", 16),
    ("percent", "完成比例", 9),
    ("progress", "进展情况", 36),
    ("difficulty", "困难和原因", 24),
    ("state", "状态", 10),
    ("colour", "亮灯", 8),
)
_MARKS = {"open": "", "done": "（已完成）", "waived": "（免办）"}


@dataclass(frozen=True)
class Written:
    """A file with how many items it holds, and how many of the register it does not hold; ``suffix`` says its kind."""

    content: bytes
    items: int
    left_out: int
    suffix: str = ".xlsx"


def write_register_plain(register: Register, found: Filter, *, using: str = "default") -> Written:
    """Write the items that ``found`` lets through, in the order of registration, as a plain table."""
    items = list(matching(found, using=using).order_by("id"))
    content = write_plain(register.name, COLUMNS, _lines(items, using))
    return Written(content, len(items), 0)


def write_register_back(
    register: Register, found: Filter, now: datetime, *, original: bytes | None = None, using: str = "default"
) -> Written:
    """Write progress, state and lamp into the file that was last imported into ``register`` (or ``original``).

    Raises NotFound when nothing was imported.
    """
    last = Import.objects.using(using).filter(register_id=register.pk).order_by("-id").first()
    if last is None:
        raise NotFound("这个清单没有导入过台账，没有原表样式。", hint="请导出通用样式。")
    source = original if original is not None else b"".join(read(last.digest))
    preview = preview_file(source, last.file, now, using=using)
    items = {i.pk: i for i in matching(found, using=using)}
    origins = list(Origin.objects.using(using).filter(register_id=register.pk).order_by("item_id"))
    rows = [(sheet.name, row) for sheet in preview.sheets for row in sheet.rows]
    pairs = match([o.values for o in origins], [row_key(sheet, row) for sheet, row in rows])
    wanted = {
        index: items[origins[old].item_id] for index, old in pairs.items() if origins[old].item_id in items
    }
    lines = dict(zip(wanted, _lines(wanted.values(), using), strict=True))
    places = {(rows[index][0], rows[index][1].row): line for index, line in lines.items()}
    content, filled, suffix = write_back(source, preview, places)
    return Written(content, filled, len(items) - filled, suffix)


def _lines(items: Iterable[Item], using: str) -> list[Line]:
    kept = list(items)
    names = directory(using).labels
    measures = _measures([i.pk for i in kept], using)
    procedures: dict[int, Procedure] = {}
    lines = []
    for item in kept:
        if item.procedure_id not in procedures:
            procedures[item.procedure_id] = procedure_of(item.procedure_id, using)
        lines.append(_line(item, names, measures.get(item.pk, []), procedures[item.procedure_id]))
    return lines


def _measures(ids: list[int], using: str) -> dict[int, list[Measure]]:
    found: dict[int, list[Measure]] = {}
    for start in range(0, len(ids), 500):
        part = (
            Measure.objects.using(using)
            .filter(item_id__in=ids[start : start + 500])
            .order_by("item_id", "no")
        )
        for measure in part:
            found.setdefault(measure.item_id, []).append(measure)
    return found


def _line(item: Item, names: Mapping[int, str], measures: list[Measure], procedure: Procedure) -> Line:
    state = state_name(item.state, procedure)
    word = COLOURS[item.colour] if item.colour != "none" else ""
    values = {
        "number": item.number,
        "klass": item.klass,
        "title": item.title,
        "target": item.target,
        "measures": "\n".join(f"{m.no}.{m.text}{_MARKS[m.state]}" for m in measures),
        "lead": item.lead,
        "owner": names.get(item.owner_id, ""),
        "helpers": "、".join(names[u] for u in item.helpers),
        "handler": item.handler,
        "due": _due(item),
        "percent": f"{item.percent}%",
        "progress": item.progress,
        "difficulty": item.difficulty,
        "state": state,
        "colour": word,
    }
    return Line(values, item.progress, state, item.colour, word)


def _due(item: Item) -> str:
    if item.due is None:
        return item.due_text or ("长期坚持" if item.ongoing else "")
    return f"{item.due.isoformat()}{'，并长期坚持' if item.ongoing else ''}"
