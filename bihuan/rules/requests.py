"""Requests (申请): what can be asked for, who may ask and who decides, and the limits that a procedure sets.

A step that is taken directly by whoever may take it keeps the same limits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from bihuan.rules.calendar import Calendar
from bihuan.rules.clocked import CHINA, day_end
from bihuan.rules.permissions import ROLE_NAMES, Actor, Role
from bihuan.rules.procedure_types import Permit, Procedure, Span
from bihuan.rules.spans import last_day, reach
from bihuan.rules.workflow import STEPS, Place, Refusal


class RequestKind(StrEnum):
    """What is asked for."""

    EXTENSION = "extension"
    TRANSFER = "transfer"
    RETURN = "return"
    SUSPENSION = "suspension"
    MERGE = "merge"
    ESCALATION = "escalation"


#: Kind → the step that an approval leads to.
STEP_OF: dict[str, str] = {
    RequestKind.EXTENSION: "extend",
    RequestKind.TRANSFER: "transfer",
    RequestKind.RETURN: "return",
    RequestKind.SUSPENSION: "suspend",
    RequestKind.MERGE: "merge",
    RequestKind.ESCALATION: "escalate",
}
KIND_OF: dict[str, str] = {step: kind for kind, step in STEP_OF.items()}
REQUEST_NAMES: dict[str, str] = {kind: STEPS[step].name for kind, step in STEP_OF.items()}


class RequestState(StrEnum):
    """Where a request is in its life."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


REQUEST_STATES: dict[str, str] = {
    RequestState.ASKED: "待批复",
    RequestState.APPROVED: "已批准",
    RequestState.REFUSED: "未批准",
    RequestState.WITHDRAWN: "已撤回",
}

_OF_UNIT = frozenset({Role.HANDLER, Role.UNIT_HEAD})
_OF_OFFICE = frozenset({Role.SUPERVISOR})


def permit_of(procedure: Procedure, kind: str) -> Permit:
    """Return what ``procedure`` says about ``kind``."""
    flow = procedure.flow
    return {
        RequestKind.EXTENSION: flow.extensions,
        RequestKind.TRANSFER: flow.transfers,
        RequestKind.RETURN: flow.returns,
        RequestKind.SUSPENSION: flow.suspensions,
        RequestKind.MERGE: flow.merges,
        RequestKind.ESCALATION: flow.escalations,
    }[RequestKind(kind)]


def deciders(kind: str, permit: Permit) -> frozenset[Role]:
    """Return the roles that decide, held for the office: the approver, else those that take the step."""
    return frozenset({Role(permit.approver)}) if permit.approver else STEPS[STEP_OF[kind]].who


def needs_approval(kind: str, permit: Permit) -> bool:
    """Whether the unit must ask: a return that nobody has to approve is one step of its own."""
    return bool(permit.approver) or kind != RequestKind.RETURN


def may_decide(actor: Actor, kind: str, permit: Permit, place: Place) -> Refusal | None:
    """Return None when ``actor`` may decide a request of ``kind`` (and take the step directly), else the refusal."""
    roles = deciders(kind, permit)
    if actor.holds(roles, place.office):
        return None
    names = "、".join(ROLE_NAMES[r] for r in Role if r in roles)
    return Refusal("not-allowed", f"{REQUEST_NAMES[kind]}须由{names}批准，您没有这一岗位。")


def may_ask(actor: Actor, kind: str, place: Place) -> Refusal | None:
    """Return None when ``actor`` may ask: somebody of the owner, or a supervisor of the office where another decides."""
    offices = (place.office, *place.below)
    if any(actor.holds(_OF_UNIT, path) for path in place.owners[:1]):
        return None
    if kind != RequestKind.RETURN and any(actor.holds(_OF_OFFICE, path) for path in offices):
        return None
    return Refusal(
        "not-allowed", f"申请{REQUEST_NAMES[kind]}须由责任单位的承办人、单位负责人提出，您没有这一岗位。"
    )


class Excess(NamedTuple):
    """What goes beyond a limit, and what to do instead."""

    what: str
    hint: str


@dataclass(frozen=True)
class Case:
    """What is held against the limits: how often it was ``used``, when it is asked for, and what for.

    ``assigned_at`` and ``pauses`` are the item's, ``due`` is its deadline; ``wanted`` the new one, or the day up to which it shall
    stand still.
    """

    kind: str
    used: int
    at: datetime
    assigned_at: datetime | None = None
    due: date | None = None
    wanted: date | None = None
    pauses: tuple[tuple[datetime, datetime], ...] = ()


def excess(case: Case, permit: Permit, calendar: Calendar, *, roll: bool) -> Excess | None:
    """Return how ``case`` goes beyond ``permit``, None if it does not."""
    name = REQUEST_NAMES[case.kind]
    if permit.times is not None and case.used >= permit.times:
        return Excess(f"这一事项最多可{name}{permit.times}次，已{name}{case.used}次。", _INSTEAD[case.kind])
    if permit.within is not None and case.assigned_at is not None:
        last = reach(case.assigned_at, permit.within, calendar, roll=roll, pauses=case.pauses)
        if case.at >= last:
            return Excess(f"{name}须在交办后{permit.within}内提出，现已超过。", _INSTEAD[case.kind])
    if permit.notice is not None and case.due is not None:
        latest = _latest_asking(case.due, permit.notice, calendar)
        if case.at >= day_end(latest):
            return Excess(
                f"{name}须在时限前{permit.notice}提出，最迟 {latest}，现已超过。", _INSTEAD[case.kind]
            )
    return _too_long(case, permit, calendar, roll=roll)


def _latest_asking(due: date, notice: Span, calendar: Calendar) -> date:
    """The last day on which at least ``notice`` (working or natural days) is left up to the due day."""
    if notice.unit == "workday":
        return calendar.add_workdays(due + timedelta(days=1), -notice.count - 1).date
    return due - timedelta(days=notice.count)


def _too_long(case: Case, permit: Permit, calendar: Calendar, *, roll: bool) -> Excess | None:
    start = case.due if case.kind == RequestKind.EXTENSION else case.at.astimezone(CHINA).date()
    if permit.length is None or start is None:
        return None
    name, latest = REQUEST_NAMES[case.kind], last_day(start, permit.length, calendar, roll=roll).date
    if case.wanted is None:
        return Excess(f"{name}每次最多{permit.length}，须写明预计到哪一天。", f"最晚到 {latest}。")
    if case.wanted > latest:
        return Excess(f"每次最多{name}{permit.length}，最晚到 {latest}。", "")
    return None


_INSTEAD: dict[str, str] = {
    RequestKind.EXTENSION: "请按现有时限办理；确有困难的，在反馈进展时说明，或提请上会研究。",
    RequestKind.TRANSFER: "请与督办单位协商，或提请上会研究。",
    RequestKind.RETURN: "仍认为不属本级职责的，请与督办单位协商转办或提级。",
    RequestKind.SUSPENSION: "请继续办理；确有困难的，提请上会研究。",
    RequestKind.MERGE: "",
    RequestKind.ESCALATION: "请由现在的牵头单位继续办理。",
}
