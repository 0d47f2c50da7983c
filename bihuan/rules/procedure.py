"""Procedures are data: a TOML text becomes a checked :class:`Procedure`, or an error that names every faulty line.

Every key is described in ``docs/reference/procedure.md``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from types import MappingProxyType

from bihuan.rules.procedure_clock import colours, deadlines, look_back, recurring
from bihuan.rules.procedure_flow import flow as read_flow
from bihuan.rules.procedure_reader import HOURS, Problem, ProcedureFaults, Reader, parse, similar
from bihuan.rules.procedure_slips import slips
from bihuan.rules.procedure_types import (
    Column,
    Condition,
    Level,
    Procedure,
    Quantity,
    Span,
    Urgent,
)
from bihuan.rules.workflow import STATE_NAMES, STEPS

__all__ = ["FIELDS", "Problem", "Procedure", "ProcedureFaults", "Span", "load"]

DERIVED = ("number", "state", "colour", "overdue")
"""Columns that the ledger fills in itself."""

FIELDS = (
    *("title", "class", "source", "channel", "target", "measures", "lead", "owner", "helpers", "handler"),
    *("due", "cycle", "percent", "progress", "difficulty", "quantity", "amount", "evidence"),
    *DERIVED,
)
"""The built-in fields that a column may show; any other column is the procedure's own and names its type."""

CHOOSABLE = ("class", "source", "channel")
"""The built-in fields whose values a procedure may list."""

COLUMN_TYPES = ("text", "date", "number", "choice")
LEVEL_ROLES = ("unit_head", "supervisor", "lead", "reviewer", "checker")
CHAIRS = ("lead", "reviewer", "supervisor")
"""The roles that may chair a meeting, and so stand for a level that a meeting decides."""

SCOPES = ("owner", "register")
MOMENTS = ("submit", "close")

CONDITIONS = {
    "measures": ("submit", "还有措施没有完成，也没有注明不再实施的理由。"),
    "progress": ("submit", "还没有反馈过办理进展。"),
    "evidence": ("submit", ""),
    "percent": ("submit", "完成进度还没有到 100%。"),
    "target": ("submit", "还没有达到目标数量。"),
    "rating": ("close", "还没有评价办理成效。"),
    "statement": ("", ""),
}
"""Kind of closing condition → the step that checks it and the reason shown, "" where the file must say."""


def load(text: str, source: str) -> Procedure:
    """Return the procedure that a TOML ``text`` describes; ``source`` names the file in errors.

    Raises :class:`ProcedureFaults` (a ``ProcedureInvalid``) with all problems of the text at once.
    """
    reader = parse(text, source)
    procedure = _procedure(reader, hashlib.sha256(text.encode()).hexdigest())
    reader.done()
    reader.notes.close()
    return procedure


def _procedure(reader: Reader, digest: str) -> Procedure:
    code = reader.text("code")
    if code and not re.fullmatch(r"[a-z][a-z0-9-]{0,31}", code):
        reader.complain("code", "code 只能用小写英文字母、数字和连字符，以字母开头，不超过 32 个。")
    quantity = _quantity(reader) if "quantity" in reader else None
    columns = _columns(reader, quantity)
    evidence = reader.texts("evidence")
    flow = read_flow(reader.table("flow", required=True))
    states, actions = _labels(reader.table("labels"))
    rules = colours(reader.table("colours", required=True), quantity)
    return Procedure(
        code=code,
        name=reader.text("name"),
        version=reader.whole("version", 1, 9999),
        item_word=reader.text("item_word"),
        number=reader.number("number", "{register}"),
        description=reader.text("description", ""),
        digest=digest,
        columns=columns,
        evidence=evidence,
        flow=flow,
        levels=_levels(reader),
        closing=_closing(reader, evidence, quantity),
        deadlines=deadlines(reader.table("deadlines", required=True), columns),
        colours=rules,
        slips=slips(reader, flow, rules),
        look_back=look_back(reader.table("look_back")) if "look_back" in reader else None,
        recurring=recurring(reader.table("recurring"), columns),
        quantity=quantity,
        urgent=_urgent(reader.table("messages"), columns),
        state_labels=states,
        action_labels=actions,
    )


def _quantity(parent: Reader) -> Quantity:
    reader = parent.table("quantity")
    found = Quantity(
        label=reader.text("label", "目标数量"),
        unit=reader.text("unit"),
        required=reader.flag("required", True),
        milestones=reader.flag("milestones", False),
    )
    reader.done()
    return found


def _urgent(reader: Reader, columns: tuple[Column, ...]) -> Urgent:
    """Read the table ``[messages]``; a value that no item can have would silently never be urgent."""
    found = Urgent(always=reader.flag("always", False), values=reader.texts("urgent"))
    reader.done()
    column = next((c for c in columns if c.field == "urgency"), None)
    if found.values and (column is None or not all(map(column.allows, found.values))):
        listed = f"可以写：{'、'.join(column.choices)}。" if column else ""
        reader.complain("urgent", "清单的 urgency 列没有这样的紧急程度。", listed)
    return found


def _columns(parent: Reader, quantity: Quantity | None) -> tuple[Column, ...]:
    found: list[Column] = []
    for reader in parent.tables("columns", required=True):
        column = _column(reader)
        for key in ("field", "label"):
            value = getattr(column, key)
            if value and value in (getattr(other, key) for other in found):
                reader.complain(key, f"列的 {key} “{value}”写了两次。")
        if column.field in ("quantity", "amount") and quantity is None:
            reader.complain("field", f"列 {column.field} 需要有 [quantity] 表。")
        found.append(column)
    if "columns" in parent and not any(column.field == "title" and column.required for column in found):
        parent.complain("columns", "缺少必填的 title 列。", '请写 field = "title" 和 required = true。')
    return tuple(found)


def _column(reader: Reader) -> Column:
    kind = reader.choice("type", COLUMN_TYPES, "")
    column = Column(
        field=reader.text("field"),
        label=reader.text("label"),
        required=reader.flag("required", False),
        type=kind,
        choices=reader.texts("choices", required=kind == "choice"),
        open=reader.flag("open", False),
    )
    reader.done()
    _check_field(reader, column)
    if column.choices and kind != "choice" and column.field not in CHOOSABLE:
        reader.complain("choices", f'choices 只用于 type = "choice" 的附加列和 {"、".join(CHOOSABLE)} 列。')
    if column.open and not column.choices:
        reader.complain("open", "open 只在列出 choices 时才写。")
    return column


def _check_field(reader: Reader, column: Column) -> None:
    field = column.field
    if field in DERIVED and column.required:
        reader.complain("required", f"{field} 由系统生成，不能要求填写。")
    if field in FIELDS and column.type:
        reader.complain("type", f"{field} 是固有列，不能改变类型。")
    elif field and field not in FIELDS and "type" not in reader:
        types = "、".join(COLUMN_TYPES)
        reader.complain(
            "field",
            f"没有固有列 {field}。",
            f"{similar(field, FIELDS)}如果是附加列，请写明 type（{types}）。",
        )
    elif field and not re.fullmatch(r"[a-z][a-z0-9_]{0,31}", field):
        reader.complain(
            "field", f"附加列的 field “{field}”只能用小写英文字母、数字和下划线，以字母开头，不超过 32 个。"
        )


def _levels(parent: Reader) -> tuple[Level, ...]:
    found: list[Level] = []
    for reader in parent.tables("levels", required=True):
        level = Level(
            name=reader.text("name"),
            role=reader.choice("role", LEVEL_ROLES),
            scope=reader.choice("scope", SCOPES),
            limit=reader.span("limit", HOURS),
            meeting=reader.flag("meeting", False),
        )
        reader.done()
        if level.name and level.name in (other.name for other in found):
            reader.complain("name", f"两级审核都叫“{level.name}”。")
        if (level.role, level.scope) == ("supervisor", "owner"):
            hint = '请写 scope = "register"，或换一个 role。'
            reader.complain("scope", "督办员属于督办单位，不能在责任单位一侧审核，这一级会无人可审。", hint)
        _check_meeting(reader, level)
        found.append(level)
    if "levels" in parent and not found:
        parent.complain("levels", "至少要有一级审核。")
    return tuple(found)


def _check_meeting(reader: Reader, level: Level) -> None:
    """A meeting is called by the office and chaired by somebody of it, who speaks for the level."""
    if not level.meeting:
        return
    if level.scope == "owner":
        hint = '请写 scope = "register"。'
        reader.complain("meeting", "会审由督办单位召集，不能放在责任单位一侧。", hint)
    if level.role in LEVEL_ROLES and level.role not in CHAIRS:
        hint = f"可以写：{'、'.join(CHAIRS)}。"
        reader.complain("role", f"会审的一级由会议决定，{level.role} 不能主持会议。", hint)


def _closing(parent: Reader, evidence: tuple[str, ...], quantity: Quantity | None) -> tuple[Condition, ...]:
    found: list[Condition] = []
    for reader in parent.tables("closing", required=True):
        condition = _condition(reader, evidence)
        if (condition.kind, condition.name) in ((other.kind, other.name) for other in found):
            reader.complain(
                "kind", f"销号条件 {condition.kind} 写了两次。", "佐证和确认事项可以有多条，name 要不同。"
            )
        if condition.kind == "target" and quantity is None:
            reader.complain("kind", "条件 target 需要有 [quantity] 表。")
        found.append(condition)
    if "closing" in parent and not any(condition.kind == "measures" for condition in found):
        parent.complain(
            "closing", '缺少 kind = "measures" 的条件。', "措施都完成或注明理由不再实施，是销号的底线。"
        )
    return tuple(found)


def _condition(reader: Reader, evidence: tuple[str, ...]) -> Condition:
    kind = reader.choice("kind", tuple(CONDITIONS))
    at, reason = CONDITIONS.get(kind, ("submit", "-"))
    named, files = kind in ("evidence", "statement"), kind == "evidence"
    condition = Condition(
        kind=kind,
        name=reader.text("name") if named else "",
        at=reader.choice("at", MOMENTS, at or None) if named else at,
        reason=reader.text("reason", reason or None),
        count=reader.whole("count", 1, 99, 1) if files else 0,
        of=reader.texts("of", evidence) if files else (),
        basis=reader.text("basis") if files else "",
    )
    if kind in CONDITIONS:
        reader.done()
    return condition


def _labels(reader: Reader) -> tuple[Mapping[str, str], Mapping[str, str]]:
    states = _names(reader.table("states"), tuple(STATE_NAMES))
    actions = _names(reader.table("actions"), tuple(STEPS))
    reader.done()
    return states, actions


def _names(reader: Reader, keys: tuple[str, ...]) -> Mapping[str, str]:
    found = {key: reader.text(key, "") for key in keys}
    reader.done()
    names = [name for name in found.values() if name]
    for key, name in found.items():
        if name and names.count(name) > 1:
            reader.complain(key, f"“{name}”用作了两个名称。")
        if key in reader and not name:
            reader.complain(key, f"{key} 不能为空。")
    return MappingProxyType({key: name for key, name in found.items() if name})
