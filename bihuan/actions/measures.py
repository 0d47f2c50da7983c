"""Reading measures and target amounts as people give them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bihuan.actions.values import check_texts, is_count
from bihuan.rules import deadlines
from bihuan.rules.calendar import Calendar
from bihuan.rules.errors import Invalid, Needs
from bihuan.rules.events import Json
from bihuan.rules.procedure import Procedure

MEASURE_STATES = {"open": "未完成", "done": "已完成", "waived": "免办"}
_PLAN_FIELDS = frozenset({"text", "target", "owner", "due"})
_REPORT_FIELDS = frozenset({"state", "progress", "reason"})
_QUANTITY_FIELDS = frozenset({"target", "done", "unit", "milestones"})


def new_measure(given: object, base: date, calendar: Calendar) -> Json:
    """Read a new measure: its text, or an object with ``text, target, owner, due``. Raises Needs or Invalid."""
    return planned({"text": given} if isinstance(given, str) else given, base, calendar, new=True)


def planned(given: object, base: date, calendar: Calendar, *, new: bool = False) -> Json:
    """Read what is planned of a measure; its deadline counts from ``base``. Raises Needs or Invalid."""
    values = check_texts("措施", given, _PLAN_FIELDS)
    if (new or "text" in values) and not values.get("text", "").strip():
        raise Needs("措施还缺：内容。")
    found: Json = {k: v.strip() for k, v in values.items() if k != "due"}
    return found | (_due(values["due"], base, calendar) if "due" in values else {})


def _due(words: str, base: date, calendar: Calendar) -> Json:
    if not words:
        return {"due": "", "due_text": ""}
    read = deadlines.parse(words, base=base, calendar=calendar)
    if any(d.severity == "error" for d in read.doubts):
        raise Invalid(f"措施时限“{words}”读不懂。", hint="可写 2026-12-31、2026年12月底前 等。")
    return {"due": read.due.isoformat() if read.due else "", "due_text": read.text}


def reported(given: object) -> Json:
    """Read what is reported of a measure: its ``state``, ``progress`` and ``reason``. Raises Needs or Invalid."""
    values = check_texts("措施", given, _REPORT_FIELDS)
    if values.get("state") not in {None, *MEASURE_STATES}:
        raise Invalid(f"措施状态“{values['state']}”不认识。", hint=f"可用：{'、'.join(MEASURE_STATES)}。")
    if values.get("state") == "waived" and not values.get("reason", "").strip():
        raise Needs("措施免办还缺：理由。")
    return {k: v.strip() for k, v in values.items()}


def read_quantity(given: object, procedure: Procedure) -> Json:
    """Read a target amount: ``target`` and ``done``, ``unit``, ``milestones`` of ``{due, amount}``. Raises Invalid."""
    if procedure.quantity is None:
        raise Invalid(f"规程“{procedure.name}”没有目标数量。")
    if not isinstance(given, Mapping) or set(given) - _QUANTITY_FIELDS or not is_count(given.get("target")):
        raise Invalid(f"{procedure.quantity.label}应写明 target（整数），给的是 {given!r}。")
    if not is_count(given.get("done", 0)) or not isinstance(given.get("unit", ""), str):
        raise Invalid(f"{procedure.quantity.label}的 done 应是整数，unit 应是文字。")
    stages = given.get("milestones", [])
    if not isinstance(stages, list | tuple) or not all(_is_stage(s) for s in stages):
        raise Invalid("阶段目标应逐条写明 due（日期，如 2026-12-31）和 amount（整数）。")
    return dict(given) | ({"milestones": [dict(s) for s in stages]} if stages else {})


def _is_stage(stage: object) -> bool:
    if not isinstance(stage, Mapping) or set(stage) != {"due", "amount"} or not is_count(stage["amount"]):
        return False
    try:
        return bool(stage["due"] == date.fromisoformat(stage["due"]).isoformat())
    except (TypeError, ValueError):
        return False
