"""Projection of what concerns meetings. A decision's entry belongs to its item, whose row it settles like any other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bihuan.ledger.deeds import count
from bihuan.ledger.facts import Fact
from bihuan.ledger.rows import Rows
from bihuan.ledger.tables import Row
from bihuan.rules import events as ev
from bihuan.rules.meeting import MeetingState


def called(rows: Rows, fact: Fact, event: ev.MeetingCalled) -> None:
    """Called under its number."""
    rows.add(
        "meeting",
        {
            "id": fact.seq, "office_id": event.office, "no": event.no, "number": event.number, "title": event.title,
            "starts_at": datetime.fromisoformat(event.starts), "place": event.place, "chair_id": event.chair,
            "expected": event.expected or [], "state": MeetingState.CALLED.value, "items": 0, "decisions": 0,
            "attendance": [], "observers": [], "presider_id": 0, "text": "", "called_by": fact.actor, "called_at": fact.at,
            "recorded_by": 0, "confirmed_by": 0, "confirmed_at": None,
        },
    )  # fmt: skip
    rows.count_up(event.series)


def agenda_set(rows: Rows, _fact: Fact, event: ev.MeetingAgendaSet) -> None:
    """The agenda is another from its ``first`` place on."""
    meeting = rows.get("meeting", event.meeting)
    for no in range(event.first, meeting["items"] + 1):
        rows.remove("agenda", (event.meeting, no))
    for no, place in enumerate(event.items, event.first):
        rows.add(
            "agenda",
            {
                "meeting_id": event.meeting, "no": no, "item_id": place["item"], "matter": place.get("matter", ""), "text": "",
                "decisions": 0,
            },
        )  # fmt: skip
    meeting["items"] = event.first - 1 + len(event.items)


def attended(rows: Rows, fact: Fact, event: ev.MeetingAttended) -> None:
    """It is held."""
    rows.get("meeting", event.meeting).update(
        state=MeetingState.HELD.value, attendance=event.attendance, observers=event.observers or [],
        presider_id=event.presider, recorded_by=fact.actor,
    )  # fmt: skip


def decided(rows: Rows, fact: Fact, item: Row, event: ev.MeetingDecided) -> None:
    """Add the decision; the step that it leads to is entered next."""
    rows.add(
        "decision",
        {
            "id": fact.seq, "meeting_id": event.meeting, "no": event.no, "item_id": item["id"], "step": event.step,
            "reason": event.reason, "recused": event.recused or [], "presider_id": event.presider, "recorder_id": fact.actor,
            "at": fact.at,
        },
    )  # fmt: skip
    meeting, place = rows.get("meeting", event.meeting), rows.get("agenda", (event.meeting, event.no))
    if not place["decisions"]:
        count(rows, fact, item, "meeting-item", str(event.meeting))
    meeting["decisions"] += 1
    place["decisions"] += 1


def minuted(rows: Rows, _fact: Fact, event: ev.MeetingMinuted) -> None:
    """What was said."""
    row = rows.get("agenda", (event.meeting, event.no)) if event.no else rows.get("meeting", event.meeting)
    row["text"] = event.text


def confirmed(rows: Rows, fact: Fact, event: ev.MeetingConfirmed) -> None:
    """Only a later meeting changes anything."""
    rows.get("meeting", event.meeting).update(
        state=MeetingState.CONFIRMED.value, confirmed_by=fact.actor, confirmed_at=fact.at
    )


def cancelled(rows: Rows, _fact: Fact, event: ev.MeetingCancelled) -> None:
    """Does not take place; the text says why."""
    rows.get("meeting", event.meeting).update(state=MeetingState.CANCELLED.value, text=event.reason)


HANDLERS: dict[str, Callable[[Rows, Fact, Any], None]] = {
    "meeting.called": called,
    "meeting.agenda_set": agenda_set,
    "meeting.attended": attended,
    "meeting.minuted": minuted,
    "meeting.confirmed": confirmed,
    "meeting.cancelled": cancelled,
}
#: The kinds whose entries belong to an item.
ITEM_HANDLERS: dict[str, Callable[[Rows, Fact, Row, Any], None]] = {"meeting.decided": decided}
