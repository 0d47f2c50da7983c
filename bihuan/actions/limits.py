"""The limits of extension, transfer, return, suspension, merger and escalation: the same for a step and for a request."""

from __future__ import annotations

from datetime import date

from bihuan.actions.step import Act, place_of, refuse
from bihuan.ledger import derive
from bihuan.ledger.tables import Row
from bihuan.rules.errors import Invalid, NotAllowed, NotFound, WrongState
from bihuan.rules.requests import (
    REQUEST_NAMES,
    Case,
    RequestKind,
    excess,
    may_decide,
    needs_approval,
    permit_of,
)
from bihuan.rules.workflow import STATE_NAMES, STEPS

#: Kind → the column of an item that counts how often it was done.
_USED = {
    RequestKind.EXTENSION: "extensions",
    RequestKind.TRANSFER: "transfers",
    RequestKind.RETURN: "returns",
    RequestKind.SUSPENSION: "suspensions",
    RequestKind.ESCALATION: "escalations",
}


def within_limits(act: Act, kind: str, wanted: date | None = None) -> None:
    """Raise Invalid, with the reason, when the procedure does not allow another of ``kind`` (up to the day ``wanted``)."""
    item = act.item
    case = Case(
        kind=kind,
        used=item[_USED[RequestKind(kind)]] if kind in _USED else 0,
        at=act.asked_at,
        assigned_at=item["assigned_at"],
        due=item["due"],
        wanted=wanted,
        pauses=derive.pauses_of(item),
    )
    permit, roll = permit_of(act.procedure, kind), act.procedure.deadlines.roll
    beyond = excess(case, permit, act.calendar, roll=roll)
    if beyond is not None:
        raise Invalid(beyond.what, hint=beyond.hint)


def approved(act: Act, kind: str) -> None:
    """Raise NotAllowed unless whoever takes the step may decide it by the procedure, or it was decided already."""
    permit = permit_of(act.procedure, kind)
    if act.mandate is not None and not act.meeting:
        return  # a request that its approver granted
    if not permit.approver:
        return
    if kind == RequestKind.RETURN and needs_approval(kind, permit):
        raise NotAllowed(
            f"{REQUEST_NAMES[kind]}须经批准，不能直接办理。", hint="请提出申请（bihuan request ask）。"
        )
    refuse(may_decide(act.authority, kind, permit, place_of(act.ledger, act.item)))


def later_due(act: Act, due: object) -> dict[str, object]:
    """Read the new deadline of an extension; raises Invalid unless it is later than the old and within the limits."""
    limit = act.deadline(due)
    new, old = limit.get("due", ""), act.item["due"]
    if not new or (old is not None and date.fromisoformat(new) <= old):
        raise Invalid(f"新的时限应晚于原时限{old or '（未定）'}。")
    within_limits(act, RequestKind.EXTENSION, date.fromisoformat(new))
    return limit


def other_owner(act: Act, owner: int) -> None:
    """Raise Invalid unless ``owner`` is another unit that can take the item, and another transfer is allowed."""
    act.unit(owner)
    if owner == act.item["owner_id"]:
        raise Invalid("新的责任单位与现在的相同。")
    within_limits(act, RequestKind.TRANSFER)


def pause_until(act: Act, until: str) -> str:
    """Read until when an item shall stand still ("" if nobody knows); raises Invalid beyond the limits."""
    day = act.deadline(until).get("due", "")
    if day and date.fromisoformat(day) <= act.today:
        raise Invalid(f"预计恢复的日期 {day} 应晚于今天。")
    within_limits(act, RequestKind.SUSPENSION, date.fromisoformat(day) if day else None)
    return str(day)


def higher_unit(act: Act, unit: int) -> None:
    """Raise Invalid unless ``unit`` is above the supervising office, and another escalation is allowed."""
    higher, office = act.unit(unit), act.ledger.rows.get("unit", act.item["office_id"])
    if unit == office["id"] or not office["path"].startswith(higher["path"]):
        raise Invalid(
            f"“{higher['name']}”不是督办单位“{office['name']}”的上级。", hint="提级只能提到上级单位。"
        )
    within_limits(act, RequestKind.ESCALATION)


def merge_target(act: Act, into: int) -> Row:
    """Return the item ``into`` which the item can be merged. Raises NotFound or WrongState."""
    other = act.ledger.item(into)
    if other is None or into == act.item["id"] or other["register_id"] != act.item["register_id"]:
        raise NotFound("没有找到可并入的事项。", hint="只能并入同一清单的另一事项。")
    if other["state"] not in STEPS["merge"].frm:
        raise WrongState(f"要并入的事项是“{STATE_NAMES[other['state']]}”，不能再并入。")
    return other
