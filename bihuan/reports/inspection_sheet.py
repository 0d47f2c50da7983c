"""The inspection sheet: what the inspectors carry, with the approved plan and empty lines to fill in by hand.

What is written on it is entered later, under its own time (``bihuan inspection finding --happened``).
"""

from __future__ import annotations

from collections.abc import Iterable

from bihuan.queries.inspection import InspectionDetail
from bihuan.reports import layout
from bihuan.reports.wordfile import paragraph, row, table, word_file
from bihuan.rules.errors import Invalid
from bihuan.rules.inspection import MODE_NAMES, STANDING, InspectionMode

#: Empty lines on a unit's page.
LINES = 8
_FINDINGS = (("时间", 1500), ("督查内容", 1900), ("发现的问题", 3300), ("类别", 1000), ("编号", 1145))
_STEPS = (("步骤", 700), ("做了什么", 3400), ("用时（分钟）", 1300), ("堵点", 3445))


class NotApproved(Invalid):
    """督查方案还没有批准，不能打印用表。"""

    code = "not-approved"
    default_hint = "请先由牵头领导批准方案。"


def write_sheet(found: InspectionDetail) -> bytes:
    """Return a docx with a page for each inspected unit. Raises NotApproved while the plan waits, or is cancelled."""
    if found.inspection.state not in STANDING:
        raise NotApproved
    title = f"{MODE_NAMES[found.inspection.mode]}记录表"
    pages = (_page(found, title, unit, new_page=n > 0) for n, unit in enumerate(found.units))
    return word_file("".join(pages), title=f"{found.inspection.name}{title}", creator=found.office)


def _page(found: InspectionDetail, title: str, unit: str, *, new_page: bool) -> str:
    plan = found.inspection
    facts = (
        ("督查", f"{plan.name}（编号 {plan.pk}）"),
        ("单位", unit),
        ("时段", f"{_day(plan.starts)}至{_day(plan.ends)}"),
        ("内容", "；".join(plan.contents)),
        ("对象", plan.objects_text),
        ("范围", plan.scope),
        ("督查组", f"组长 {found.leader}" + (f"，组员 {'、'.join(found.members)}" if found.members else "")),
    )
    columns = _STEPS if plan.mode == InspectionMode.WALK else _FINDINGS
    return "".join(
        (
            paragraph("Title", title, new_page=new_page),
            paragraph("Normal", ""),
            _facts(facts),
            paragraph("Normal", ""),
            _blank(columns),
            paragraph("DataNote", "超出方案的单位、时段、内容不登记；确需扩大的，先调整方案并重新批准。"),
            paragraph("DataNote", "记录人：　　　　　　　　　　记录时间：　　　　年　　月　　日　　时"),
        )
    )


def _day(day: object) -> str:
    year, month, date = str(day).split("-")
    return f"{year}年{int(month)}月{int(date)}日"


def _facts(facts: Iterable[tuple[str, str]]) -> str:
    widths = (1200, layout.TEXT_WIDTH - 1200)
    rows = (row(((widths[0], name, "TableHead"), (widths[1], text, "TableText"))) for name, text in facts)
    return table(widths, "".join(rows))


def _blank(columns: tuple[tuple[str, int], ...]) -> str:
    head = row(((width, name, "TableHead") for name, width in columns), head=True)
    line = row((width, "", "Normal") for _, width in columns)
    return table(tuple(width for _, width in columns), head + line * LINES)
