"""Extension, suspension, merging, cancelling and remarks."""

from __future__ import annotations

from datetime import date, datetime

from bihuan.actions.limits import approved, later_due, merge_target, pause_until
from bihuan.actions.step import Act, handles
from bihuan.ledger.due import catch_up
from bihuan.ledger.due_slips import moved_answers
from bihuan.rules import events as ev
from bihuan.rules.calendar import Due
from bihuan.rules.events import Json
from bihuan.rules.requests import RequestKind
from bihuan.rules.workflow import State


@handles("extend")
def extend(act: Act, *, due: object, reason: str) -> None:
    """Move the deadline, as often and as far as the procedure allows; who enters it approves it."""
    approved(act, RequestKind.EXTENSION)
    limit: Json = later_due(act, due)
    act.enter(
        ev.ItemExtended(
            due=limit["due"], reason=reason, due_text=limit["due_text"], provisional=limit["provisional"]
        )
    )


@handles("suspend")
def suspend(act: Act, *, reason: str, until: str = "") -> None:
    """Stop the clock while the item waits for something outside, as often and as long as the procedure allows."""
    approved(act, RequestKind.SUSPENSION)
    act.enter(ev.ItemSuspended(reason=reason, until=pause_until(act, until)))


@handles("resume")
def resume(act: Act, *, note: str = "") -> None:
    """Start the clock again where it stood; every limit that runs moves by the time that it stood still.

    The deadline, those of the measures and the milestones move by working days, another limit by what it is counted in.
    """
    item, due = act.item, ""
    provisional = item["provisional"]
    pause = (item["suspended_at"], act.now)
    if item["due"] is not None:
        moved = _after(act, item["due"], pause)
        due, provisional = moved.date.isoformat(), provisional or moved.provisional
    state = State.ASSIGNED if item["accepted_at"] is None else State.WORKING
    event = ev.ItemResumed(
        due=due, provisional=provisional, note=note, state=state.value,
        answers=moved_answers(act.ledger, item, pause) or None, milestones=_milestones(act, pause) or None,
        measures=_measures(act, pause) or None,
    )  # fmt: skip
    act.enter(event)


_Pause = tuple[datetime, datetime]


def _after(act: Act, day: date, pause: _Pause) -> Due:
    """The day up to which something lasts, moved by ``pause``; one that was over when it began stays."""
    return act.calendar.date_after_pauses(day, [pause], working=True)


def _milestones(act: Act, pause: _Pause) -> list[Json]:
    """The milestones of the target amount as they are after ``pause``; empty where none of them moves."""
    old = (act.item["quantity"] or {}).get("milestones", [])
    new = [{**m, "due": _after(act, date.fromisoformat(m["due"]), pause).date.isoformat()} for m in old]
    return new if new != old else []


def _measures(act: Act, pause: _Pause) -> dict[str, Json]:
    """The new deadline of each open measure whose deadline moves."""
    found = {}
    for measure in act.ledger.rows.where("measure", "item_id", act.item["id"]):
        if measure["state"] != "open" or measure["due"] is None:
            continue
        day = _after(act, measure["due"], pause).date
        if day != measure["due"]:
            found[str(measure["no"])] = {"due": day.isoformat()}
    return found


@handles("merge")
def merge(act: Act, *, into: int, reason: str) -> None:
    """Merge the item into another of the same register, which goes on for both."""
    approved(act, RequestKind.MERGE)
    other = merge_target(act, into)
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
