"""Projection of what concerns slips. Their entries belong to the item, whose row they settle like any other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bihuan.ledger import deeds
from bihuan.ledger.facts import Fact
from bihuan.ledger.rows import Rows
from bihuan.ledger.tables import Row
from bihuan.rules import events as ev
from bihuan.rules.slips import SlipState


def _instant(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def count(rows: Rows, fact: Fact, item: Row, slip: Row, what: str, amount: int = 1) -> None:
    """Add ``amount`` to the count of ``what`` for the unit that the slip is addressed to."""
    deeds.count(rows, fact, item, what, slip["kind"], unit=slip["unit_id"], amount=amount)


def _receipt(rows: Rows, fact: Fact, slip: int, step: str, text: str = "") -> None:
    rows.add(
        "receipt",
        {
            "id": fact.seq, "slip_id": slip, "step": step, "person_id": fact.actor, "unit_id": fact.unit, "at": fact.at,
            "text": text,
        },
    )  # fmt: skip


def _step(rows: Rows, fact: Fact, slip_id: int, state: SlipState, step: str, text: str = "") -> Row:
    slip = rows.get("slip", slip_id)
    slip.update(state=state.value, changed_at=fact.at)
    _receipt(rows, fact, slip_id, step, text)
    return slip


def _new(rows: Rows, fact: Fact, item: Row, event: ev.SlipProposed | ev.SlipIssued) -> Row:
    item["slips"] = [*item["slips"], fact.seq]
    return rows.add(
        "slip",
        {
            "id": fact.seq, "item_id": item["id"], "register_id": item["register_id"], "office_id": item["office_id"],
            "unit_id": event.unit, "kind": event.slip_kind, "rung": event.rung, "cause": event.cause, "no": 0,
            "number": "", "series": "", "to": event.to, "copy": event.copy or [], "approver": "", "text": event.text,
            "despite": event.despite, "state": SlipState.PROPOSED.value, "late": event.late, "called_at": fact.at,
            "issued_at": None, "answer_due": None, "answered_at": None, "in_time": False, "changed_at": fact.at,
        },
    )  # fmt: skip


def proposed(rows: Rows, fact: Fact, item: Row, event: ev.SlipProposed) -> None:
    """Waits to be signed."""
    _new(rows, fact, item, event)["approver"] = event.approver
    _receipt(rows, fact, fact.seq, "propose", event.despite)


def issued(rows: Rows, fact: Fact, item: Row, event: ev.SlipIssued) -> None:
    """Goes out under its number; what went out late went out when it was entered."""
    slip = rows.get("slip", event.slip) if event.slip else _new(rows, fact, item, event)
    slip.update(
        no=event.no, number=event.number, series=event.series, text=event.text, state=SlipState.ISSUED.value,
        issued_at=max(fact.at, fact.recorded), answer_due=_instant(event.answer_due), changed_at=fact.at,
    )  # fmt: skip
    _receipt(rows, fact, slip["id"], "approve" if event.slip else "issue", event.despite)
    if event.no:  # else ledger.ahead counts it once it has its number
        rows.count_up(event.series)
    count(rows, fact, item, slip, "slip-issued")
    if slip["answer_due"] is not None:
        count(rows, fact, item, slip, "slip-asked")


def delivered(rows: Rows, fact: Fact, _item: Row, event: ev.SlipDelivered) -> None:
    """Handed over."""
    _step(rows, fact, event.slip, SlipState.DELIVERED, "deliver", event.note)


def read(rows: Rows, fact: Fact, _item: Row, event: ev.SlipRead) -> None:
    """Opened."""
    _step(rows, fact, event.slip, SlipState.READ, "read")


def acknowledged(rows: Rows, fact: Fact, _item: Row, event: ev.SlipAcknowledged) -> None:
    """Signed for; where no answer is asked for, that is all there is to do."""
    slip = _step(rows, fact, event.slip, SlipState.ACKNOWLEDGED, "acknowledge", event.note)
    if slip["answer_due"] is None:
        slip["state"] = SlipState.CLOSED.value


def answered(rows: Rows, fact: Fact, item: Row, event: ev.SlipAnswered) -> None:
    """Answered; the first answer counts, also when it is sent back later. While the item is suspended no limit passes."""
    slip = _step(rows, fact, event.slip, SlipState.ANSWERED, "answer", event.text)
    item["faulted_at"] = None
    due = slip["answer_due"]
    if slip["answered_at"] is not None or due is None:
        return
    slip.update(answered_at=fact.at, in_time=(item["suspended_at"] or fact.at) < due)
    count(rows, fact, item, slip, "slip-answered")
    if slip["in_time"]:
        count(rows, fact, item, slip, "slip-answered-in-time")


def judged(rows: Rows, fact: Fact, item: Row, event: ev.SlipJudged) -> None:
    """Accepted, or with the unit again."""
    if event.accepted:
        _step(rows, fact, event.slip, SlipState.CLOSED, "accept", event.opinion)
        return
    slip = _step(rows, fact, event.slip, SlipState.SENT_BACK, "send-back", event.opinion)
    slip["answer_due"] = _instant(event.answer_due)
    item["faulted_at"] = fact.at


def _ask_no_more(rows: Rows, item: Row, slip: int) -> None:
    """The answer that was sent back is not asked for any more."""
    if rows.get("slip", slip)["state"] == SlipState.SENT_BACK:
        item["faulted_at"] = None


def closed(rows: Rows, fact: Fact, item: Row, event: ev.SlipClosed) -> None:
    """Nothing more is asked."""
    _ask_no_more(rows, item, event.slip)
    _step(rows, fact, event.slip, SlipState.CLOSED, "close", event.note)


def withdrawn(rows: Rows, fact: Fact, item: Row, event: ev.SlipWithdrawn) -> None:
    """Taken back: it no longer counts, nor does the answer that it asked for."""
    _ask_no_more(rows, item, event.slip)
    slip = _step(rows, fact, event.slip, SlipState.WITHDRAWN, "withdraw", event.reason)
    if slip["issued_at"] is None:
        return
    count(rows, fact, item, slip, "slip-issued", -1)
    if slip["answer_due"] is not None:
        count(rows, fact, item, slip, "slip-asked", -1)
    if slip["answered_at"] is not None:
        count(rows, fact, item, slip, "slip-answered", -1)
        if slip["in_time"]:
            count(rows, fact, item, slip, "slip-answered-in-time", -1)


HANDLERS: dict[str, Callable[[Rows, Fact, Row, Any], None]] = {
    "slip.proposed": proposed,
    "slip.issued": issued,
    "slip.delivered": delivered,
    "slip.read": read,
    "slip.acknowledged": acknowledged,
    "slip.answered": answered,
    "slip.judged": judged,
    "slip.closed": closed,
    "slip.withdrawn": withdrawn,
}
