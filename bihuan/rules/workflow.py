"""The workflow: one table of who may take which step from which state, what it needs, and why it is refused.

The table is the only place that decides; doors ask ``allowed`` and show ``Refusal.why``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from bihuan.rules.permissions import ROLE_NAMES, Actor, Role


class State(StrEnum):
    """Where an item is in its life."""

    REGISTERED = "registered"
    APPROVED = "approved"
    ASSIGNED = "assigned"
    RETURNED = "returned"
    WORKING = "working"
    REVIEWING = "reviewing"
    PASSED = "passed"
    CLOSED = "closed"
    SUSPENDED = "suspended"
    MERGED = "merged"
    CANCELLED = "cancelled"


STATE_NAMES: dict[str, str] = {
    State.REGISTERED: "待审定",
    State.APPROVED: "待交办",
    State.ASSIGNED: "待签收",
    State.RETURNED: "已退回",
    State.WORKING: "办理中",
    State.REVIEWING: "审核中",
    State.PASSED: "待销号",
    State.CLOSED: "已销号",
    State.SUSPENDED: "已挂起",
    State.MERGED: "已并案",
    State.CANCELLED: "已撤销",
}

#: Still to be done: everything that is neither closed, merged nor cancelled.
OPEN = frozenset(
    {
        State.REGISTERED,
        State.APPROVED,
        State.ASSIGNED,
        State.RETURNED,
        State.WORKING,
        State.REVIEWING,
        State.PASSED,
        State.SUSPENDED,
    }
)
ENDED = frozenset(State) - OPEN
#: Open, with time running: what can fall due. While an item is suspended its time stands still.
RUNNING = OPEN - {State.SUSPENDED}
#: The unit is at work: progress may be reported and the clock runs.
ACTIVE = frozenset({State.ASSIGNED, State.WORKING, State.REVIEWING, State.PASSED})


class Side(StrEnum):
    """For which unit the role must be held."""

    OWNER = "owner"
    OFFICE = "office"
    EITHER = "either"
    LEVEL = "level"


@dataclass(frozen=True)
class Step:
    """One row: ``action`` leads from one of ``frm`` to ``to`` (None: the state stays).

    ``who`` are the roles, held on ``side``: the owner's unit (or a helper's), the supervising office's, either, or as the
    review level says. ``needs`` are the fields that must be filled in, with their Chinese names. ``why`` says when it can be done.
    """

    action: str
    name: str
    frm: frozenset[State]
    to: State | None
    who: frozenset[Role]
    side: Side
    needs: tuple[tuple[str, str], ...]
    why: str


_S = State
_WORK = frozenset({Role.HANDLER, Role.UNIT_HEAD})
_OFFICE = frozenset({Role.SUPERVISOR})
_DECIDE = frozenset({Role.SUPERVISOR, Role.LEAD})
_REASON = (("reason", "理由"),)
_HELD = frozenset({_S.ASSIGNED, _S.WORKING, _S.RETURNED, _S.SUSPENDED})


def _step(
    action: str,
    name: str,
    frm: set[State] | frozenset[State],
    to: State | None,
    who: frozenset[Role],
    side: Side,
    needs: tuple[tuple[str, str], ...],
    why: str,
) -> Step:
    return Step(action, name, frozenset(frm), to, who, side, needs, why)


STEPS: dict[str, Step] = {
    s.action: s
    for s in (
        _step("approve", "审定", {_S.REGISTERED}, _S.APPROVED, _DECIDE, Side.OFFICE, (),
              "只有待审定的事项需要审定。"),
        _step("assign", "交办", {_S.APPROVED, _S.RETURNED}, _S.ASSIGNED, _OFFICE, Side.OFFICE,
              (("owner", "责任单位"),), "审定后或被退回后才能交办。"),
        _step("accept", "签收", {_S.ASSIGNED}, _S.WORKING, _WORK, Side.OWNER, (),
              "只有已交办、尚未签收的事项可以签收。"),
        _step("return", "退回", {_S.ASSIGNED, _S.WORKING}, _S.RETURNED, _WORK, Side.OWNER, _REASON,
              "交办后、申请销号前，非本级职责的事项可以退回。"),
        _step("plan", "制定措施", {_S.APPROVED, _S.ASSIGNED, _S.WORKING}, None,
              _WORK | _OFFICE, Side.EITHER, (), "申请销号前才能制定或调整措施。"),
        _step("report", "反馈进展", {_S.WORKING}, None, _WORK | _OFFICE, Side.EITHER, (),
              "签收后、申请销号前才能反馈进展。"),
        _step("attach", "上传佐证", {_S.ASSIGNED, _S.WORKING, _S.REVIEWING, _S.PASSED, _S.SUSPENDED}, None,
              _WORK | _OFFICE | {Role.CHECKER}, Side.EITHER, (("file", "佐证文件"),), "交办后、销号前才能上传佐证。"),
        _step("submit", "申请销号", {_S.WORKING}, _S.REVIEWING, _WORK, Side.OWNER, (("text", "完成情况"),),
              "办理中的事项才能申请销号。"),
        _step("review", "审核", {_S.REVIEWING}, None,
              frozenset({Role.UNIT_HEAD, Role.SUPERVISOR, Role.LEAD, Role.REVIEWER, Role.CHECKER}), Side.LEVEL,
              (("passed", "是否通过"),), "申请销号后才能审核。"),
        _step("close", "销号", {_S.PASSED}, _S.CLOSED, _OFFICE, Side.OFFICE, (),
              "各级审核都通过后才能销号。"),
        _step("look_back", "回头看", {_S.CLOSED}, None, _OFFICE | {Role.CHECKER, Role.REVIEWER}, Side.OFFICE,
              (("held", "成果是否巩固"), ("text", "核查情况")), "只有已销号的事项可以回头看。"),
        _step("reopen", "回潮重办", {_S.CLOSED}, _S.WORKING, _DECIDE, Side.OFFICE, _REASON,
              "只有已销号的事项可以重办。"),
        _step("extend", "延期", {_S.ASSIGNED, _S.WORKING}, None, _DECIDE, Side.OFFICE,
              (("due", "新的时限"), ("reason", "理由")), "交办后、申请销号前才能延期。"),
        _step("transfer", "转办", {_S.ASSIGNED, _S.WORKING, _S.RETURNED}, _S.ASSIGNED, _OFFICE, Side.OFFICE,
              (("owner", "新的责任单位"), ("reason", "理由")), "交办后、申请销号前才能转办。"),
        _step("suspend", "挂起", {_S.ASSIGNED, _S.WORKING}, _S.SUSPENDED, _DECIDE, Side.OFFICE, _REASON,
              "交办后、申请销号前才能挂起。"),
        _step("resume", "恢复办理", {_S.SUSPENDED}, _S.WORKING, _DECIDE, Side.OFFICE, (),
              "只有已挂起的事项可以恢复。"),
        _step("merge", "并案", {_S.REGISTERED, _S.APPROVED, _S.ASSIGNED, _S.RETURNED, _S.WORKING}, _S.MERGED,
              _OFFICE, Side.OFFICE, (("into", "并入的事项"), ("reason", "理由")), "申请销号前才能并案。"),
        _step("escalate", "提级", _HELD, None, _DECIDE, Side.OFFICE,
              (("unit", "提级到的单位"), ("reason", "理由")), "交办后、申请销号前才能提级。"),
        _step("respond", "提级回应", _HELD | {_S.REVIEWING, _S.PASSED}, None, _DECIDE, Side.OFFICE,
              (("text", "回应内容"),), "提级后由上级单位回应。"),
        _step("hand_back", "交回原级", _HELD, None, _DECIDE, Side.OFFICE, _REASON, "提级后、申请销号前才能交回原级。"),
        _step("cancel", "撤销", OPEN - {_S.REVIEWING, _S.PASSED}, _S.CANCELLED, _DECIDE, Side.OFFICE, _REASON,
              "审核中和已办结的事项不能撤销。"),
        _step("amend", "更正", OPEN | {_S.CLOSED}, None, _OFFICE, Side.OFFICE, (("changes", "更正内容"),),
              "已并案、已撤销的事项不再更正。"),
        _step("comment", "批注", frozenset(_S), None,
              frozenset(Role) - {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}, Side.EITHER,
              (("text", "批注内容"),), "随时可以批注。"),
    )
}  # fmt: skip


class Place(NamedTuple):
    """The unit paths that decide on whose side a person stands: ``office`` supervises, ``owners`` do the work.

    ``owners`` holds the path of the owner first, then those of the helping units; ``below`` those of the offices from which the
    item was escalated: they keep the work, beside the owner, and decide nothing.
    """

    office: str
    owners: tuple[str, ...] = ()
    below: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """Why a step is refused: ``code`` is ``wrong-state`` or ``not-allowed``; ``why`` is shown to the person."""

    code: str
    why: str


#: Steps that the owner itself must take; a helping unit may only plan, report, attach and comment.
_OWNER_ONLY = frozenset({"accept", "return", "submit"})


def allowed(
    action: str,
    state: State,
    actor: Actor,
    place: Place,
    *,
    level_roles: frozenset[Role] = frozenset(),
    level_side: Side = Side.OFFICE,
) -> Refusal | None:
    """Return None when ``actor`` may take ``action`` from ``state``, else the refusal.

    ``level_roles`` and ``level_side`` are those of the review level that is due; they matter for ``review`` alone.
    """
    step = STEPS[action]
    if state not in step.frm:
        return Refusal("wrong-state", f"事项现在是“{STATE_NAMES[state]}”，不能{step.name}：{step.why}")
    roles, side = (level_roles, level_side) if step.side is Side.LEVEL else (step.who, step.side)
    if _stands(actor, roles, side, place, owner_only=action in _OWNER_ONLY):
        return None
    return Refusal("not-allowed", f"{step.name}须由{_where(side)}的{_names(roles)}办理，您没有这一岗位。")


def _stands(actor: Actor, roles: frozenset[Role], side: Side, place: Place, *, owner_only: bool) -> bool:
    if side is Side.OFFICE:
        return actor.holds(roles, place.office)
    owners = place.owners[:1] if owner_only or side is Side.OWNER else place.owners
    if actor.holds_for_any(roles - _OFFICE, owners):
        return True
    return side is Side.EITHER and actor.holds_for_any(roles - _WORK, (place.office, *place.below))


_WHERE = {Side.OWNER: "责任单位", Side.OFFICE: "督办单位", Side.EITHER: "责任单位或督办单位"}


def _where(side: Side) -> str:
    return _WHERE[side]


def _names(roles: frozenset[Role]) -> str:
    return "、".join(ROLE_NAMES[r] for r in Role if r in roles)
