"""Projection of what concerns requests. Their entries belong to the item, whose row they settle like any other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bihuan.ledger.deeds import count
from bihuan.ledger.facts import Fact
from bihuan.ledger.rows import Rows
from bihuan.ledger.tables import Row
from bihuan.rules import events as ev
from bihuan.rules.requests import RequestState


def asked(rows: Rows, fact: Fact, item: Row, event: ev.RequestAsked) -> None:
    """Waits to be decided; the item goes on as before."""
    rows.add(
        "request",
        {
            "id": fact.seq, "item_id": item["id"], "register_id": item["register_id"], "office_id": item["office_id"],
            "unit_id": event.unit, "kind": event.request_kind, "reason": event.reason, "wanted": event.wanted or {},
            "state": RequestState.ASKED.value, "approver": event.approver, "asked_by": fact.actor, "asked_at": fact.at,
            "decide_due": datetime.fromisoformat(event.decide_due) if event.decide_due else None, "decided_by": 0,
            "decided_at": None, "opinion": "",
        },
    )  # fmt: skip
    item["requests"] = [*item["requests"], fact.seq]
    _wait(rows, item)
    count(rows, fact, item, "request-asked", event.request_kind, unit=event.unit)


def decided(rows: Rows, fact: Fact, item: Row, event: ev.RequestDecided) -> None:
    """Approved or refused."""
    state = RequestState.APPROVED if event.approved else RequestState.REFUSED
    row = _end(rows, fact, item, event.request, state, event.opinion)
    row["wanted"] = {**row["wanted"], **(event.granted or {})}
    what = "request-approved" if event.approved else "request-refused"
    count(rows, fact, item, what, row["kind"], unit=row["unit_id"])


def withdrawn(rows: Rows, fact: Fact, item: Row, event: ev.RequestWithdrawn) -> None:
    """Nobody decides it any more."""
    _end(rows, fact, item, event.request, RequestState.WITHDRAWN, event.reason)


def _end(rows: Rows, fact: Fact, item: Row, request: int, state: RequestState, words: str) -> Row:
    row = rows.get("request", request)
    row.update(state=state.value, decided_by=fact.actor, decided_at=fact.at, opinion=words)
    item["requests"] = [r for r in item["requests"] if r != request]
    _wait(rows, item)
    return row


def _wait(rows: Rows, item: Row) -> None:
    """The item shows by when the first of its requests is to be decided."""
    limits = [rows.get("request", r)["decide_due"] for r in item["requests"]]
    item["decide_by"] = min((at for at in limits if at is not None), default=None)


HANDLERS: dict[str, Callable[[Rows, Fact, Row, Any], None]] = {
    "request.asked": asked,
    "request.decided": decided,
    "request.withdrawn": withdrawn,
}
