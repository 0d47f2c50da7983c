"""Correcting what was entered; the entry keeps the old values beside the new."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from bihuan.actions.columns import check_choices, read_extra
from bihuan.actions.measures import read_quantity
from bihuan.actions.step import Act, handles
from bihuan.rules import events as ev
from bihuan.rules.errors import Invalid, Needs
from bihuan.rules.procedure_types import CYCLES

#: What may be corrected, and what it is called.
AMENDABLE = {
    "title": "事项内容",
    "klass": "类别",
    "source": "来源",
    "target": "目标",
    "lead": "牵头领导",
    "handler": "责任人",
    "helpers": "配合单位",
    "due": "时限",
    "due_text": "时限原文",
    "ongoing": "长期坚持",
    "cycle": "反馈周期",
    "quantity": "目标数量",
    "extra": "其他内容",
}


@handles("amend")
def amend(act: Act, *, changes: Mapping[str, Any], reason: str = "") -> None:
    """Correct values: ``changes`` maps fields to what they should be. A changed owner is a transfer, not a correction."""
    unknown = sorted(set(changes) - set(AMENDABLE))
    if unknown:
        raise Invalid(
            f"这些内容不能更正：{'、'.join(unknown)}。", hint=f"可更正：{'、'.join(AMENDABLE.values())}。"
        )
    found = amendments(act, changes)
    if not found:
        raise Invalid("更正的内容与现在的完全相同。")
    act.enter(ev.ItemAmended(changes=found, reason=reason))


def amendments(act: Act, changes: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return ``field → [old, new]`` for the values of ``changes`` that differ from the item's."""
    wanted = {name: _READ[name](act, value) for name, value in changes.items() if name != "due"}
    if "due" in changes:
        wanted = _deadline(act, changes["due"]) | wanted
    check_choices(act.procedure, wanted)
    found = {}
    for name, new in wanted.items():
        old = act.item[name]
        old = old.isoformat() if isinstance(old, date) else old
        if (old or "") != (new or ""):
            found[name] = [old, new]
    return found


def _deadline(act: Act, due: object) -> ev.Json:
    """All that a deadline says changes with it; without one nothing of the old wording may stay."""
    empty = {"due": "", "due_text": "", "provisional": False, "ongoing": False, "cycle": ""}
    found = empty | act.deadline(due)
    began = act.item["assigned_at"] is not None
    if began and act.procedure.deadlines.required and not found["due"] and not found["ongoing"]:
        raise Needs("更正后没有办结时限。", hint="请填写时限；长期工作请写“长期坚持”。")
    return found


def _title(_act: Act, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Invalid("事项内容不能为空。")
    return value.strip()


def _text(_act: Act, value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Invalid(f"更正的内容应是文字，给的是 {value!r}。")
    return value.strip()


def _helpers(act: Act, value: object) -> list[int]:
    units = [] if value is None else value
    if not isinstance(units, Sequence) or not all(isinstance(u, int) for u in units):
        raise Invalid(f"配合单位应是一列单位编号，给的是 {value!r}。")
    for unit in units:
        act.unit(unit)
    return [u for u in dict.fromkeys(units) if u != act.item["owner_id"]]


def _ongoing(_act: Act, value: object) -> bool:
    if not isinstance(value, bool):
        raise Invalid(f"长期坚持应是“是”或“否”，给的是 {value!r}。")
    return value


def _cycle(_act: Act, value: object) -> str:
    if not isinstance(value, str) or value not in {"", *CYCLES}:
        raise Invalid(f"反馈周期“{value}”不认识。", hint=f"可用：{'、'.join(CYCLES)}。")
    return value


def _quantity(act: Act, value: object) -> ev.Json:
    return read_quantity(value, act.procedure)


def _extra(act: Act, value: object) -> dict[str, Any]:
    return read_extra(value, act.procedure)


_READ: dict[str, Callable[[Act, object], Any]] = {
    **dict.fromkeys(("klass", "source", "target", "lead", "handler", "due_text"), _text),
    "title": _title,
    "helpers": _helpers,
    "ongoing": _ongoing,
    "cycle": _cycle,
    "quantity": _quantity,
    "extra": _extra,
}
