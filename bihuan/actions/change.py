"""Extension, suspension, merging, cancelling and remarks."""

from __future__ import annotations

from datetime import date

from bihuan.actions.step import Act, handles, place_of
from bihuan.ledger.due import catch_up
from bihuan.rules import events as ev
from bihuan.rules.errors import Invalid, NotAllowed, NotFound, WrongState
from bihuan.rules.permissions import ROLE_NAMES, Role
from bihuan.rules.workflow import STATE_NAMES, STEPS


@handles("extend")
def extend(act: Act, *, due: object, reason: str) -> None:
    """Move the deadline, as often and as far as the procedure allows; who enters it approves it."""
    rule = act.procedure.flow.extensions
    if act.item["extensions"] >= rule.times:
        raise Invalid(f"这一事项最多可延期{rule.times}次，已延期{act.item['extensions']}次。")
    _approver(act, rule.approver)
    limit = act.deadline(due)
    new, old = limit.get("due", ""), act.item["due"]
    if not new or (old is not None and date.fromisoformat(new) <= old):
        raise Invalid(f"新的时限应晚于原时限{old or '（未定）'}。")
    if rule.length is not None and old is not None:
        latest = act.add_span(rule.length, start=old).date
        if date.fromisoformat(new) > latest:
            raise Invalid(f"每次最多延期{rule.length}，最晚到 {latest}。")
    act.enter(
        ev.ItemExtended(due=new, reason=reason, due_text=limit["due_text"], provisional=limit["provisional"])
    )


def _approver(act: Act, role: str) -> None:
    path = place_of(act.ledger, act.item).office
    if role and not act.actor.holds({Role(role)}, path):
        raise NotAllowed(f"延期须由{ROLE_NAMES[Role(role)]}批准，您没有这一岗位。")


@handles("suspend")
def suspend(act: Act, *, reason: str, until: str = "") -> None:
    """Stop the clock while the item waits for something outside."""
    limit = act.deadline(until)
    act.enter(ev.ItemSuspended(reason=reason, until=limit.get("due", "")))


@handles("resume")
def resume(act: Act, *, note: str = "") -> None:
    """Start the clock again; the deadline moves by the working days that it stood still."""
    item, due = act.item, ""
    provisional = item["provisional"]
    if item["due"] is not None:
        moved = act.calendar.date_after_pauses(item["due"], [(item["suspended_at"], act.now)], working=True)
        due, provisional = moved.date.isoformat(), provisional or moved.provisional
    act.enter(ev.ItemResumed(due=due, provisional=provisional, note=note))


@handles("merge")
def merge(act: Act, *, into: int, reason: str) -> None:
    """Merge the item into another of the same register, which goes on for both."""
    other = act.ledger.item(into)
    if other is None or into == act.item["id"] or other["register_id"] != act.item["register_id"]:
        raise NotFound("没有找到可并入的事项。", hint="只能并入同一清单的另一事项。")
    if other["state"] not in STEPS["merge"].frm:
        raise WrongState(f"要并入的事项是“{STATE_NAMES[other['state']]}”，不能再并入。")
    at = max(act.now, other["changed_at"])
    catch_up(act.ledger, other, at)
    act.enter(ev.ItemMerged(into=into, reason=reason))
    act.ledger.append(ev.ItemAbsorbed(absorbed=act.item["id"]), act.actor, item=into, at=at)


@handles("cancel")
def cancel(act: Act, *, reason: str) -> None:
    """End the item without closure; its number is never used again."""
    act.enter(ev.ItemCancelled(reason=reason))


@handles("comment")
def comment(act: Act, *, text: str) -> None:
    """Leave a remark."""
    act.enter(ev.ItemCommented(text=text.strip()))
