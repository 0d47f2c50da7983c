"""Requests: those who may not decide ask for an extension, a transfer, a return …; the approver of the procedure decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bihuan.actions.limits import (
    higher_unit,
    later_due,
    merge_target,
    other_owner,
    pause_until,
    within_limits,
)
from bihuan.actions.step import Act, Mandate, check_step, place_of, refuse, require, take
from bihuan.ledger.append import Ledger, writing
from bihuan.ledger.due import catch_up
from bihuan.ledger.facts import instant_text
from bihuan.ledger.tables import Row
from bihuan.models import Request
from bihuan.rules import events as ev
from bihuan.rules.errors import Invalid, Needs, NotAllowed, NotFound, WrongState
from bihuan.rules.events import Json
from bihuan.rules.permissions import SYSTEM, Actor
from bihuan.rules.requests import (
    REQUEST_NAMES,
    REQUEST_STATES,
    STEP_OF,
    RequestKind,
    RequestState,
    may_ask,
    may_decide,
    needs_approval,
    permit_of,
)
from bihuan.rules.spans import reach
from bihuan.rules.workflow import STATE_NAMES, STEPS, State


@dataclass(frozen=True)
class Asked:
    """What a step led to: the request, its state, the item and its number, and the seq of the last entry."""

    request: int
    state: str
    item: int
    number: str
    seq: int


def ask(
    item_id: int,
    kind: str,
    actor: Actor,
    now: datetime,
    *,
    reason: str,
    using: str = "default",
    **wanted: Any,
) -> Asked:
    """Ask for ``kind`` (``rules.requests.RequestKind``); ``wanted`` are the values of the step that an approval leads to.

    A request pauses nothing. Raises NotFound, NotAllowed, WrongState, Needs, or Invalid beyond a limit of the procedure.
    """
    if kind not in STEP_OF:
        known = "、".join(f"{k}（{name}）" for k, name in REQUEST_NAMES.items())
        raise Invalid(f"没有“{kind}”这种申请。", hint=f"可用：{known}。")
    check_step(STEP_OF[kind], {**wanted, "reason": reason})
    with writing(now, using) as ledger:
        ledger.hold({item_id, wanted.get("into") or item_id})
        item = _item(ledger, item_id)
        catch_up(ledger, item, ledger.now)
        act = Act(ledger, item, actor, STEPS[STEP_OF[kind]])
        _may_be_asked(act, kind)
        require(act.step, {**wanted, "reason": reason})
        event = ev.RequestAsked(
            request_kind=kind,
            reason=reason.strip(),
            unit=item["owner_id"],
            wanted=_READ[RequestKind(kind)](act, wanted) or None,
            approver=permit_of(act.procedure, kind).approver,
            decide_due=_decide_due(act, kind),
        )
        return _asked(ledger, ledger.rows.get("request", act.enter(event)), item)


def _item(ledger: Ledger, item_id: int) -> Row:
    item = ledger.item(item_id)
    if item is None:
        raise NotFound(f"没有编号为 {item_id} 的事项。")
    return item


def _may_be_asked(act: Act, kind: str) -> None:
    """Raise when the step could not be taken, need not be asked for, or is asked for already."""
    name, place, permit = REQUEST_NAMES[kind], place_of(act.ledger, act.item), permit_of(act.procedure, kind)
    if State(act.item["state"]) not in act.step.frm:
        raise WrongState(f"事项现在是“{STATE_NAMES[act.item['state']]}”，不能申请{name}：{act.step.why}")
    refuse(may_ask(act.actor, kind, place))
    if not needs_approval(kind, permit) or may_decide(act.actor, kind, permit, place) is None:
        raise Invalid(f"{name}您可以直接办理，不必申请。", hint=f"请直接办理“{name}”。")
    for request in (act.ledger.rows.get("request", r) for r in act.item["requests"]):
        if request["kind"] == kind:
            raise Invalid(
                f"这一事项已有待批的{name}申请（{request['id']}）。", hint="请等批复，或先撤回再申请。"
            )


def _decide_due(act: Act, kind: str) -> str:
    limit = permit_of(act.procedure, kind).decide
    if limit is None:
        return ""
    return instant_text(reach(act.now, limit, act.calendar, roll=act.procedure.deadlines.roll))


def _extension(act: Act, wanted: Json) -> Json:
    """The new deadline as a day: words would be read against another day once they are approved."""
    return {"due": later_due(act, wanted["due"])["due"]}


def _transfer(act: Act, wanted: Json) -> Json:
    other_owner(act, wanted["owner"])
    for unit in wanted.get("helpers") or ():
        act.unit(unit)
    return _given(wanted, "owner", "helpers", "handler")


def _return(act: Act, wanted: Json) -> Json:
    within_limits(act, RequestKind.RETURN)
    return _given(wanted, "ground")


def _suspension(act: Act, wanted: Json) -> Json:
    until = pause_until(act, wanted.get("until", ""))
    return {"until": until} if until else {}


def _merge(act: Act, wanted: Json) -> Json:
    merge_target(act, wanted["into"])
    return _given(wanted, "into")


def _escalation(act: Act, wanted: Json) -> Json:
    higher_unit(act, wanted["unit"])
    for unit in wanted.get("helpers") or ():
        act.unit(unit)
    return _given(wanted, "unit", "lead", "helpers")


def _given(wanted: Json, *names: str) -> Json:
    return {n: list(v) if isinstance(v, tuple) else v for n in names if (v := wanted.get(n))}


#: Kind → how what is wanted is read and held against the limits.
_READ: dict[RequestKind, Callable[[Act, Json], Json]] = {
    RequestKind.EXTENSION: _extension,
    RequestKind.TRANSFER: _transfer,
    RequestKind.RETURN: _return,
    RequestKind.SUSPENSION: _suspension,
    RequestKind.MERGE: _merge,
    RequestKind.ESCALATION: _escalation,
}


@contextmanager
def _waiting(request: int, now: datetime, using: str) -> Iterator[tuple[Ledger, Row, Row]]:
    """Open a transaction with the request, which must wait for a decision, and its item, caught up with the clock."""
    found = Request.objects.using(using).filter(pk=request).first()
    if found is None:
        raise NotFound(f"没有编号为 {request} 的申请。", hint="可用 bihuan request list 查看全部申请。")
    with writing(now, using) as ledger:
        ledger.hold({found.item_id, found.wanted.get("into") or found.item_id})
        item = _item(ledger, found.item_id)
        catch_up(ledger, item, ledger.now)
        row = ledger.rows.get("request", request)
        if row["state"] != RequestState.ASKED:
            raise WrongState(f"这一申请{REQUEST_STATES[row['state']]}，不能再办理。", hint="请刷新后核对。")
        yield ledger, item, row


def _may_decide(ledger: Ledger, item: Row, row: Row, actor: Actor) -> None:
    permit = permit_of(Act(ledger, item, actor, STEPS["comment"]).procedure, row["kind"])
    refuse(may_decide(actor, row["kind"], permit, place_of(ledger, item)))
    if actor.person == row["asked_by"]:
        raise NotAllowed("不能批复自己提出的申请。")


def approve_request(
    request: int,
    actor: Actor,
    now: datetime,
    *,
    opinion: str = "",
    granted: Mapping[str, Any] | None = None,
    using: str = "default",
) -> Asked:
    """Approve a request: its step is taken at once, with ``granted`` in place of what was wanted (another deadline …).

    Raises NotAllowed, WrongState, or Invalid where the procedure's limits are reached meanwhile.
    """
    with _waiting(request, now, using) as (ledger, item, row):
        _may_decide(ledger, item, row, actor)
        values = {**row["wanted"], **(granted or {})}
        action = STEP_OF[row["kind"]]
        check_step(action, {**values, "reason": row["reason"]})
        word = ev.RequestDecided(
            request=request,
            approved=True,
            opinion=opinion.strip(),
            granted=dict(granted) if granted else None,
        )
        mandate = Mandate(word, SYSTEM, asked_at=row["asked_at"])
        take(ledger, item, action, actor, {**values, "reason": row["reason"]}, mandate=mandate)
        return _asked(ledger, row, item)


def refuse_request(
    request: int, actor: Actor, now: datetime, *, opinion: str, using: str = "default"
) -> Asked:
    """Refuse a request; ``opinion`` is the reason."""
    if not opinion.strip():
        raise Needs("不批准申请还缺：理由。")
    with _waiting(request, now, using) as (ledger, item, row):
        _may_decide(ledger, item, row, actor)
        event = ev.RequestDecided(request=request, approved=False, opinion=opinion.strip())
        return _entered(ledger, item, row, event, actor)


def withdraw_request(
    request: int, actor: Actor, now: datetime, *, reason: str = "", using: str = "default"
) -> Asked:
    """Take a request back: whoever asked, or somebody else of those who may ask for it."""
    with _waiting(request, now, using) as (ledger, item, row):
        if actor.person != row["asked_by"]:
            refuse(may_ask(actor, row["kind"], place_of(ledger, item)))
        event = ev.RequestWithdrawn(request=request, reason=reason.strip() or "申请人撤回。")
        return _entered(ledger, item, row, event, actor)


def _entered(ledger: Ledger, item: Row, row: Row, event: ev.Event, actor: Actor) -> Asked:
    ledger.append(event, actor, item=item["id"], at=max(ledger.now, item["changed_at"]))
    return _asked(ledger, row, item)


def _asked(ledger: Ledger, row: Row, item: Row) -> Asked:
    return Asked(row["id"], row["state"], item["id"], item["number"], ledger.last)
