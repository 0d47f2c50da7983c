"""What an inspection finds: each finding becomes an item or is tied to one; walk-throughs leave their steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bihuan.actions.inspection import Inspected, guard_informant, inspecting, office_register
from bihuan.actions.register import enter_item
from bihuan.actions.register import register as register_item
from bihuan.actions.step import unit_row
from bihuan.actions.values import check_values
from bihuan.ledger.append import Ledger
from bihuan.ledger.due import catch_up
from bihuan.ledger.facts import instant_text
from bihuan.ledger.inspected import reach_of
from bihuan.ledger.tables import Row
from bihuan.rules import events as ev
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import Invalid, Needs
from bihuan.rules.inspection import MODE_NAMES, InspectionMode
from bihuan.rules.permissions import Actor

MINUTES = range(100_000)
_ONE_OF_TWO = "每个问题须立为事项，或并入已有事项，两者取一。"


class BeyondPlan(Invalid):
    """超出了批准的督查方案。"""

    code = "beyond-plan"
    default_hint = "确需扩大的，请先调整方案（bihuan inspection amend），重新批准后再登记。"


@dataclass(frozen=True)
class Found:
    """A finding: its id, the item that it became or is tied to, and the item's number."""

    finding: int
    item: int
    number: str


def record_finding(
    inspection: int,
    actor: Actor,
    now: datetime,
    *,
    unit: int,
    text: str,
    register: int = 0,
    item: int = 0,
    content: str = "",
    category: str = "",
    happened_at: datetime | None = None,
    using: str = "default",
    **values: Any,
) -> Found:
    """Enter a finding about ``unit``. It is registered in ``register`` (default: the plan's) with its source, or tied to ``item``.

    ``content`` is the content of the plan under which it falls (needed where there is more than one), ``category`` its
    class; ``happened_at`` is when it was seen (default: now), for sheets filled in offline. ``values`` are further fields
    of the registration (``actions.register``). Raises BeyondPlan when the plan does not cover it.
    """
    if register and item:
        raise Invalid(_ONE_OF_TWO, hint="请写清单，或写事项编号。")
    if not text.strip():
        raise Needs("登记发现的问题还缺：问题内容。")
    guard_informant(text)
    check_values("登记", register_item, values)
    with inspecting("finding", inspection, actor, now, using, item) as (ledger, row):
        register = 0 if item else register or row["register_id"]
        if not (register or item):
            raise Invalid(_ONE_OF_TWO, hint="请写清单，或写事项编号。")
        seen = _seen(ledger, row, unit, content, happened_at)
        event = ev.InspectionFound(
            inspection=inspection,
            text=text.strip(),
            category=category.strip(),
            registered=bool(register),
            **seen,
        )
        if register:
            item = _become_item(ledger, actor, row, register, {"title": text, **values, "owner": unit})
        else:
            _check_tie(ledger, row, item, unit, values)
        target = ledger.rows.get("item", item)
        seq = ledger.append(event, actor, item=item, at=max(ledger.now, target["changed_at"]))
        return Found(seq, item, target["number"])


def _seen(ledger: Ledger, row: Row, unit: int, content: str, happened_at: datetime | None) -> ev.Json:
    """Return where, under what and when something was seen. Raises BeyondPlan when the plan does not cover it."""
    at = happened_at or ledger.now
    if at > ledger.now:
        raise Invalid("发现的时间晚于现在。", hint="请核对日期。")
    place, contents = unit_row(ledger, unit), row["contents"]
    about = content.strip() or (contents[0] if len(contents) == 1 else "")
    if not about:
        raise Needs("还缺：属于哪一项督查内容。", hint=f"可选：{'、'.join(contents)}。")
    day = at.astimezone(CHINA).date()
    excess = reach_of(ledger.rows, row).excess(place["name"], place["path"], day, about)
    if excess:
        raise BeyondPlan(f"超出了批准的督查方案：{excess}。")
    return {"unit": unit, "content": about, "happened_at": instant_text(at)}


def _become_item(ledger: Ledger, actor: Actor, row: Row, register: int, values: ev.Json) -> int:
    """Register the finding; the approved inspection is the authority for it, so a member needs no other role."""
    target = office_register(ledger, ledger.rows.get("unit", row["office_id"]), register)
    return enter_item(ledger, actor, target, {"source": _source(row), **values}).item


def _source(row: Row) -> str:
    return f"督查：{row['name']}（{MODE_NAMES[row['mode']]}）"


def _check_tie(ledger: Ledger, row: Row, item: int, unit: int, values: ev.Json) -> None:
    if values:
        raise Invalid("并入已有事项的，不能再填登记内容。", hint=f"多出：{'、'.join(values)}。")
    found = ledger.rows.get("item", item)
    catch_up(ledger, found, ledger.now)
    if unit not in {found["owner_id"], *found["helpers"]}:
        raise Invalid(f"事项 {found['number']} 不是这个单位的。", hint="请核对单位和事项编号。")


def record_step(
    inspection: int,
    actor: Actor,
    now: datetime,
    *,
    unit: int,
    service: str,
    what: str,
    minutes: int,
    obstacle: str = "",
    content: str = "",
    happened_at: datetime | None = None,
    using: str = "default",
) -> Inspected:
    """Record one step of a walk-through: what was done, the minutes it took, and what stood in the way ("" if nothing did)."""
    if not (service.strip() and what.strip()):
        raise Needs("记录一步还缺：办理的事和这一步做了什么。")
    for said in (service, what, obstacle):
        guard_informant(said)
    if minutes not in MINUTES:
        raise Invalid(f"用时应是不小于 0 的整数（分钟），写的是 {minutes}。")
    with inspecting("step", inspection, actor, now, using) as (ledger, row):
        if row["mode"] != InspectionMode.WALK:
            raise Invalid("只有走流程才逐步记录；其他督查请登记发现的问题。")
        seen = _seen(ledger, row, unit, content or row["contents"][0], happened_at)
        del seen["content"]
        event = ev.InspectionStepped(
            inspection=inspection, service=service.strip(), what=what.strip(), minutes=minutes,
            obstacle=obstacle.strip(), **seen,
        )  # fmt: skip
        seq = ledger.append(event, actor)
        return Inspected(inspection, row["state"], seq)
