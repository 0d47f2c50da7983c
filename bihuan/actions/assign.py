"""Approving, assigning, accepting, returning, transferring and escalating an item."""

from __future__ import annotations

from collections.abc import Sequence

from bihuan.actions.limits import approved, higher_unit, other_owner, within_limits
from bihuan.actions.step import Act, handles
from bihuan.rules import events as ev
from bihuan.rules.errors import Needs, WrongState
from bihuan.rules.requests import RequestKind
from bihuan.rules.workflow import State


@handles("approve")
def approve(act: Act, *, opinion: str = "") -> None:
    """Approve the registration."""
    act.enter(ev.ItemApproved(opinion=opinion))


@handles("assign")
def assign(
    act: Act,
    *,
    owner: int,
    helpers: Sequence[int] | None = None,
    lead: str | None = None,
    handler: str | None = None,
    due: object = None,
    note: str = "",
) -> None:
    """Give the item to ``owner``; ``due`` is a date or the words of one, else what the procedure says."""
    act.unit(owner)
    event = ev.ItemAssigned(
        owner=owner,
        state=_begin(act),
        helpers=_helpers(act, owner, helpers),
        lead=lead,
        handler=handler,
        note=note,
        **_limit(act, due),
    )
    if act.procedure.deadlines.required and not event.due and not event.ongoing:
        raise Needs("交办还缺：办结时限。", hint="请填写时限；长期工作请写“长期坚持”。")
    act.enter(event)


def _begin(act: Act) -> str:
    return (State.ASSIGNED if act.procedure.flow.acceptance else State.WORKING).value


def _helpers(act: Act, owner: int, helpers: Sequence[int] | None) -> list[int] | None:
    """Return the new helping units, None where they stay; the owner itself is none of them."""
    if helpers is None:
        kept = act.item["helpers"]
        return [u for u in kept if u != owner] if owner in kept else None
    for unit in helpers:
        act.unit(unit)
    return [u for u in dict.fromkeys(helpers) if u != owner]


def _limit(act: Act, due: object) -> ev.Json:
    if due not in (None, ""):
        return act.deadline(due)
    item = act.item
    if item["due"] or item["ongoing"]:
        kept = item["due"]
        return {
            "due": kept.isoformat() if kept else "",
            "due_text": item["due_text"],
            "provisional": item["provisional"],
            "ongoing": item["ongoing"],
            "cycle": item["cycle"],
        }
    span = act.procedure.deadlines.default(item["klass"], item["extra"].get("urgency", ""))
    if span is None:
        return {}
    found = act.add_span(span)
    return {"due": found.date.isoformat(), "provisional": found.provisional, "due_text": f"交办之日起{span}"}


@handles("accept")
def accept(act: Act, *, handler: str = "") -> None:
    """Sign for the item."""
    act.enter(ev.ItemAccepted(handler=handler))


@handles("return")
def return_(act: Act, *, reason: str, ground: str = "") -> None:
    """Return the item as not within the unit's duties, within the limits that the procedure sets."""
    approved(act, RequestKind.RETURN)
    within_limits(act, RequestKind.RETURN)
    act.enter(ev.ItemReturned(reason=reason, ground=ground))


@handles("transfer")
def transfer(
    act: Act, *, owner: int, reason: str, helpers: Sequence[int] | None = None, handler: str | None = None
) -> None:
    """Give the item to another owner; its deadline stays."""
    approved(act, RequestKind.TRANSFER)
    other_owner(act, owner)
    act.enter(
        ev.ItemTransferred(
            owner=owner,
            reason=reason,
            helpers=_helpers(act, owner, helpers),
            handler=handler,
            state=_begin(act),
        )
    )


@handles("escalate")
def escalate(
    act: Act, *, unit: int, reason: str, lead: str = "", helpers: Sequence[int] | None = None
) -> None:
    """A higher unit takes the lead (提级); the owner keeps the work, the office below stays beside it.

    ``helpers`` are the units that are called in to help (吹哨报到), in place of those that help now.
    """
    approved(act, RequestKind.ESCALATION)
    higher_unit(act, unit)
    called = _helpers(act, act.item["owner_id"], helpers)
    act.enter(ev.ItemEscalated(unit=unit, reason=reason, lead=lead, helpers=called))


@handles("respond")
def respond(act: Act, *, text: str, lead: str = "") -> None:
    """Answer an escalation for the higher unit: what it takes on, and who leads."""
    _must_be_escalated(act)
    if act.item["responded_at"] is not None:
        raise WrongState("这次提级已经回应过。", hint="后续情况请在批注或进展里写明。")
    act.enter(ev.ItemResponded(text=text.strip(), lead=lead))


@handles("hand_back")
def hand_back(act: Act, *, reason: str) -> None:
    """Give the lead back to the office from which the item was escalated last."""
    _must_be_escalated(act)
    last = act.item["below"][-1]
    act.unit(last["unit"])
    act.enter(ev.ItemHandedBack(unit=last["unit"], reason=reason.strip(), lead=last["lead"]))


def _must_be_escalated(act: Act) -> None:
    if not act.item["below"]:
        raise WrongState("事项没有提级，仍由原督办单位牵头。", hint="需要上级牵头的，请先提级。")
