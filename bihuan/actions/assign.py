"""Approving, assigning, accepting, returning, transferring and escalating an item."""

from __future__ import annotations

from collections.abc import Sequence

from bihuan.actions.step import Act, handles
from bihuan.rules import events as ev
from bihuan.rules.errors import Invalid, Needs
from bihuan.rules.spans import reach
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
    rule, roll = act.procedure.flow.returns, act.procedure.deadlines.roll
    if act.item["returns"] >= rule.times:
        raise Invalid(
            f"这一事项最多可退回{rule.times}次，已退回{act.item['returns']}次。",
            hint="仍认为不属本级职责的，请与督办单位协商转办或提级。",
        )
    assigned = act.item["assigned_at"]
    if (
        rule.limit is not None
        and assigned is not None
        and act.now >= reach(assigned, rule.limit, act.calendar, roll=roll)
    ):
        raise Invalid(f"退回须在交办后{rule.limit}内提出，现已超过。", hint="请与督办单位协商转办。")
    act.enter(ev.ItemReturned(reason=reason, ground=ground))


@handles("transfer")
def transfer(
    act: Act, *, owner: int, reason: str, helpers: Sequence[int] | None = None, handler: str | None = None
) -> None:
    """Give the item to another owner; its deadline stays."""
    act.unit(owner)
    if owner == act.item["owner_id"]:
        raise Invalid("新的责任单位与现在的相同。")
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
def escalate(act: Act, *, unit: int, reason: str, lead: str = "") -> None:
    """A higher unit takes the lead; the owner keeps the work."""
    higher = act.unit(unit)
    office = act.ledger.rows.get("unit", act.item["office_id"])
    if unit == office["id"] or not office["path"].startswith(higher["path"]):
        raise Invalid(
            f"“{higher['name']}”不是督办单位“{office['name']}”的上级。", hint="提级只能提到上级单位。"
        )
    act.enter(ev.ItemEscalated(unit=unit, reason=reason, lead=lead))
