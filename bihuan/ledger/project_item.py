"""Projection of what concerns one item: how each event changes its row and what hangs on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from bihuan.ledger.deeds import count
from bihuan.ledger.facts import Fact, instant_text
from bihuan.ledger.rows import Rows
from bihuan.ledger.tables import Row
from bihuan.rules import events as ev
from bihuan.rules.workflow import State


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def registered(rows: Rows, fact: Fact, event: ev.ItemRegistered) -> Row:
    """Add the item with its measures; returns its row."""
    register = rows.get("register", event.register)
    item = rows.add("item", _new_item(fact, event, register))
    _set_helpers(rows, item, event.helpers or [])
    _add_measures(rows, item, event.measures or [], fact)
    if event.origin:
        rows.add("origin", {"item_id": item["id"], "register_id": event.register, **event.origin})
    rows.count_up(event.series)
    return item


def _new_item(fact: Fact, event: ev.ItemRegistered, register: Row) -> Row:
    begun = event.state not in {State.REGISTERED, State.APPROVED}
    return {
        "id": fact.seq, "register_id": event.register, "campaign_id": register["campaign_id"],
        "procedure_id": register["procedure_id"], "no": event.no, "number": event.number, "title": event.title,
        "klass": event.klass, "source": event.source, "channel": event.channel, "target": event.target,
        "lead": event.lead, "office_id": register["unit_id"], "owner_id": event.owner, "helpers": [],
        "handler": event.handler, "due": _date(event.due), "due_text": event.due_text,
        "provisional": event.provisional, "ongoing": event.ongoing, "cycle": event.cycle, "state": event.state,
        "level": 0, "round": 0, "colour": "none", "rule": "", "overdue": False, "waiting": "", "percent": event.percent,
        "progress": event.progress, "difficulty": "", "claimed": event.claimed, "quantity": event.quantity,
        "amount": (event.quantity or {}).get("done", 0), "extra": event.extra or {}, "measures": 0,
        "measures_done": 0, "evidence": 0, "returns": 0, "reopens": 0, "look_backs": 0, "looked_back": 0,
        "relapses": 0, "extensions": 0, "merged_into": 0, "handled_by": [], "affirmed": [], "begun": begun, "slips": [],
        "look_back_due": None, "look_back_sample": 0,
        "requests": [], "transfers": 0, "suspensions": 0, "escalations": 0, "pauses": [], "until": None, "below": [],
        "escalated_at": None, "responded_at": None, "decide_by": None,
        "registered_at": fact.at,
        "assigned_at": fact.at if begun else None, "accepted_at": fact.at if begun else None,
        "planned_at": fact.at if event.measures else None,
        "progressed_at": None, "submitted_at": None, "suspended_at": None, "resumed_at": None,
        "faulted_at": None,
        "closed_at": fact.at if event.state == State.CLOSED else None, "changed_at": fact.at, "due_at": None, "due_order": fact.at,
        "version": 0,
    }  # fmt: skip


def _set_helpers(rows: Rows, item: Row, helpers: list[int]) -> None:
    for unit in item["helpers"]:
        if unit not in helpers:
            rows.remove("helper", (item["id"], unit))
    for unit in helpers:
        if unit not in item["helpers"]:
            rows.add("helper", {"item_id": item["id"], "unit_id": unit})
    item["helpers"] = list(helpers)


def _add_measures(rows: Rows, item: Row, measures: list[ev.Json], fact: Fact) -> None:
    for plan in measures:
        item["measures"] += 1
        state = plan.get("state", "open")
        item["measures_done"] += state != "open"
        rows.add(
            "measure",
            {
                "item_id": item["id"], "no": item["measures"], "text": plan["text"], "target": plan.get("target", ""),
                "owner": plan.get("owner", ""), "due": _date(plan.get("due", "")), "due_text": plan.get("due_text", ""),
                "state": state, "progress": plan.get("progress", ""), "reason": plan.get("reason", ""),
                "ended_at": fact.at if state != "open" else None,
            },
        )  # fmt: skip


def _change_measure(rows: Rows, item: Row, no: int, values: ev.Json, fact: Fact) -> None:
    measure = rows.get("measure", (item["id"], no))
    for name, value in values.items():
        measure[name] = _date(value) if name == "due" else value
    was_done = measure["ended_at"] is not None
    is_done = measure["state"] != "open"
    if was_done != is_done:
        item["measures_done"] += 1 if is_done else -1
        measure["ended_at"] = fact.at if is_done else None


def _handled(item: Row, fact: Fact) -> None:
    if fact.actor and fact.actor not in item["handled_by"]:
        item["handled_by"] = [*item["handled_by"], fact.actor]


def approved(_rows: Rows, _fact: Fact, item: Row, _event: ev.ItemApproved) -> None:
    """Ready to be assigned."""
    item["state"] = State.APPROVED.value


def assigned(rows: Rows, fact: Fact, item: Row, event: ev.ItemAssigned) -> None:
    """Given to its owner, with the deadline."""
    item.update(
        state=event.state, owner_id=event.owner, due=_date(event.due), due_text=event.due_text,
        provisional=event.provisional, ongoing=event.ongoing, cycle=event.cycle, assigned_at=fact.at,
        accepted_at=fact.at if event.state == State.WORKING else None, pauses=[], faulted_at=None,
    )  # fmt: skip
    _give(rows, item, event.helpers, event.handler)
    if event.lead is not None:
        item["lead"] = event.lead


def _give(rows: Rows, item: Row, helpers: list[int] | None, handler: str | None) -> None:
    if helpers is not None:
        _set_helpers(rows, item, helpers)
    if handler is not None:
        item["handler"] = handler


def accepted(_rows: Rows, fact: Fact, item: Row, event: ev.ItemAccepted) -> None:
    """The owner is at work."""
    item.update(state=State.WORKING.value, accepted_at=fact.at)
    if event.handler:
        item["handler"] = event.handler


def returned(_rows: Rows, _fact: Fact, item: Row, _event: ev.ItemReturned) -> None:
    """Back with the supervising office."""
    item.update(state=State.RETURNED.value, returns=item["returns"] + 1)


def planned(rows: Rows, fact: Fact, item: Row, event: ev.ItemPlanned) -> None:
    """Measures added, changed and cancelled; whoever enters what a meeting decided has not planned it."""
    for no, values in (event.changed or {}).items():
        _change_measure(rows, item, int(no), values, fact)
    for no, why in (event.cancelled or {}).items():
        _change_measure(rows, item, int(no), {"state": "waived", "reason": why}, fact)
    _add_measures(rows, item, event.measures or [], fact)
    item["planned_at"] = fact.at
    if not event.meeting:
        _handled(item, fact)


def progressed(rows: Rows, fact: Fact, item: Row, event: ev.ItemProgressed) -> None:
    """A report of progress."""
    for no, values in (event.measures or {}).items():
        _change_measure(rows, item, int(no), values, fact)
    if event.text:
        item["progress"] = event.text
    if event.percent is not None:
        item["percent"] = event.percent
    if event.amount is not None:
        item["amount"] = event.amount
    item.update(difficulty=event.difficulty, progressed_at=fact.at, faulted_at=None)
    _handled(item, fact)


def attached(rows: Rows, fact: Fact, item: Row, event: ev.ItemAttached) -> None:
    """A file of evidence; whoever brings it for the unit at work has handled the item, whoever checks it there has not."""
    item["evidence"] += 1
    if fact.unit in {item["owner_id"], *item["helpers"]}:
        _handled(item, fact)
    rows.add(
        "evidence",
        {
            "id": fact.seq, "item_id": item["id"], "measure": event.measure, "life": item["reopens"],
            "digest": event.digest, "name": event.name, "size": event.size, "media": event.media,
            "kind": event.evidence, "note": event.note, "actor_id": fact.actor, "at": fact.at,
        },
    )  # fmt: skip


def submitted(_rows: Rows, fact: Fact, item: Row, event: ev.ItemSubmitted) -> None:
    """The first level of a new round of review is due."""
    item.update(
        state=State.REVIEWING.value,
        level=1,
        round=item["round"] + 1,
        submitted_at=fact.at,
        progress=event.text,
        affirmed=event.affirmed or [],
        faulted_at=None,
    )
    _handled(item, fact)


def reviewed(rows: Rows, fact: Fact, item: Row, event: ev.ItemReviewed) -> None:
    """Passed to the next level, to closing, or sent back to work."""
    rows.add(
        "review",
        {
            "id": fact.seq, "item_id": item["id"], "round": item["round"], "level": event.level, "name": event.name,
            "reviewer_id": fact.actor, "answerable_id": event.answerable or fact.actor, "meeting_id": event.meeting,
            "passed": event.passed, "opinion": event.opinion, "at": fact.at,
        },
    )  # fmt: skip
    count(rows, fact, item, "review-passed" if event.passed else "review-sent-back", event.name)
    if not event.passed:
        item.update(state=State.WORKING.value, level=0, submitted_at=None, faulted_at=fact.at)
    elif event.last:
        item.update(state=State.PASSED.value, level=0, submitted_at=None)
    else:
        item.update(level=event.level + 1, submitted_at=fact.at)


def closed(_rows: Rows, fact: Fact, item: Row, _event: ev.ItemClosed) -> None:
    """Closed, and done in full."""
    item.update(state=State.CLOSED.value, closed_at=fact.at, percent=100, looked_back=0)


def looked_back(_rows: Rows, _fact: Fact, item: Row, event: ev.ItemLookedBack) -> None:
    """Looked at again after closing."""
    item["look_backs"] += 1
    item["looked_back"] += 1
    item["relapses"] += not event.held
    item.update(look_back_due=None, look_back_sample=0)


def reopened(rows: Rows, fact: Fact, item: Row, event: ev.ItemReopened) -> None:
    """At work again under the same number; everything that closing asks for is needed anew."""
    item.update(
        state=State.WORKING.value, closed_at=None, percent=0, amount=0, progress="", difficulty="", evidence=0,
        affirmed=[], claimed="", reopens=item["reopens"] + 1, due=_date(event.due), due_text=event.due_text,
        provisional=event.provisional, ongoing=event.ongoing, cycle=event.cycle, assigned_at=fact.at,
        accepted_at=fact.at, progressed_at=None, planned_at=None, resumed_at=None, pauses=[], look_back_due=None,
        look_back_sample=0, faulted_at=None,
    )  # fmt: skip
    for no in range(1, item["measures"] + 1):
        _change_measure(rows, item, no, {"state": "open"}, fact)


def extended(_rows: Rows, _fact: Fact, item: Row, event: ev.ItemExtended) -> None:
    """A later deadline."""
    item.update(
        due=_date(event.due), due_text=event.due_text, provisional=event.provisional,
        extensions=item["extensions"] + 1,
    )  # fmt: skip


def rescheduled(_rows: Rows, _fact: Fact, item: Row, event: ev.ItemRescheduled) -> None:
    """The deadline follows the calendar that was published."""
    item.update(due=_date(event.due), provisional=event.provisional)


def transferred(rows: Rows, fact: Fact, item: Row, event: ev.ItemTransferred) -> None:
    """Another owner; the deadline stays."""
    item.update(
        owner_id=event.owner, state=event.state, assigned_at=fact.at, pauses=[], transfers=item["transfers"] + 1,
        faulted_at=None,
        accepted_at=fact.at if event.state == State.WORKING else None,
    )  # fmt: skip
    _give(rows, item, event.helpers, event.handler)


def suspended(_rows: Rows, fact: Fact, item: Row, event: ev.ItemSuspended) -> None:
    """The clock stands still."""
    item.update(
        state=State.SUSPENDED.value,
        suspended_at=fact.at,
        until=_date(event.until),
        suspensions=item["suspensions"] + 1,
    )


def resumed(rows: Rows, fact: Fact, item: Row, event: ev.ItemResumed) -> None:
    """The clock goes on where it stood, with every date that was still ahead moved; the pause moves the other limits."""
    pause = [instant_text(item["suspended_at"]), instant_text(fact.at)]
    item.update(
        state=event.state, suspended_at=None, resumed_at=fact.at, due=_date(event.due), provisional=event.provisional,
        until=None, pauses=[*item["pauses"], pause],
        accepted_at=item["accepted_at"] or (fact.at if event.state == State.WORKING else None),
    )  # fmt: skip
    for slip, at in (event.answers or {}).items():
        rows.get("slip", int(slip))["answer_due"] = datetime.fromisoformat(at)
    if event.milestones:
        item["quantity"] = {**item["quantity"], "milestones": event.milestones}
    for no, values in (event.measures or {}).items():
        _change_measure(rows, item, int(no), values, fact)


def merged(_rows: Rows, _fact: Fact, item: Row, event: ev.ItemMerged) -> None:
    """Goes on in another item."""
    item.update(state=State.MERGED.value, merged_into=event.into)


def migrated(_rows: Rows, _fact: Fact, item: Row, event: ev.ItemMigrated) -> None:
    """Follows another version of its procedure from now on."""
    item["procedure_id"] = event.procedure


def escalated(rows: Rows, fact: Fact, item: Row, event: ev.ItemEscalated) -> None:
    """A higher unit takes the lead and owes a response; the office below stays beside the owner."""
    item.update(
        below=[*item["below"], {"unit": item["office_id"], "lead": item["lead"]}], office_id=event.unit,
        escalations=item["escalations"] + 1, escalated_at=fact.at, responded_at=None,
    )  # fmt: skip
    if event.helpers is not None:
        _set_helpers(rows, item, event.helpers)
    if event.lead:
        item["lead"] = event.lead


def responded(_rows: Rows, fact: Fact, item: Row, event: ev.ItemResponded) -> None:
    """The higher unit has taken it on."""
    item["responded_at"] = fact.at
    if event.lead:
        item["lead"] = event.lead


def handed_back(_rows: Rows, _fact: Fact, item: Row, event: ev.ItemHandedBack) -> None:
    """The lead is again with the office below."""
    item.update(
        below=item["below"][:-1], office_id=event.unit, lead=event.lead, escalated_at=None, responded_at=None
    )


def cancelled(_rows: Rows, _fact: Fact, item: Row, _event: ev.ItemCancelled) -> None:
    """Ended without closure."""
    item["state"] = State.CANCELLED.value


def amended(rows: Rows, fact: Fact, item: Row, event: ev.ItemAmended) -> None:
    """Values corrected."""
    for name, (_, new) in event.changes.items():
        _amend(rows, item, name, new)
    for no, changes in (event.measures or {}).items():
        _change_measure(rows, item, int(no), {k: new for k, (_, new) in changes.items()}, fact)
    _add_measures(rows, item, event.added or [], fact)
    if event.origin:
        rows.get("origin", item["id"]).update(event.origin)


def _amend(rows: Rows, item: Row, name: str, value: Any) -> None:
    if name == "helpers":
        _set_helpers(rows, item, value)
    elif name == "owner":
        item["owner_id"] = value
    else:
        item[name] = _date(value) if name == "due" else value


def coloured(_rows: Rows, _fact: Fact, item: Row, event: ev.ItemColoured) -> None:
    """The clock turned the colour."""
    item.update(colour=event.colour, rule=event.rule, overdue=event.overdue)


def unchanged(_rows: Rows, _fact: Fact, _item: Row, _event: ev.Event) -> None:
    """Stands in the timeline and changes nothing else."""


HANDLERS: dict[str, Callable[[Rows, Fact, Row, Any], None]] = {
    "item.approved": approved,
    "item.assigned": assigned,
    "item.accepted": accepted,
    "item.returned": returned,
    "item.planned": planned,
    "item.progressed": progressed,
    "item.attached": attached,
    "item.submitted": submitted,
    "item.reviewed": reviewed,
    "item.closed": closed,
    "item.looked_back": looked_back,
    "item.reopened": reopened,
    "item.extended": extended,
    "item.rescheduled": rescheduled,
    "item.transferred": transferred,
    "item.suspended": suspended,
    "item.resumed": resumed,
    "item.merged": merged,
    "item.absorbed": unchanged,
    "item.migrated": migrated,
    "item.escalated": escalated,
    "item.responded": responded,
    "item.handed_back": handed_back,
    "item.cancelled": cancelled,
    "item.amended": amended,
    "item.commented": unchanged,
    "item.coloured": coloured,
    "item.fell_due": unchanged,
    "item.put_off": unchanged,
}
