"""Projection of what concerns inspections. A finding's entry belongs to its item, whose row it settles like any other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from bihuan.ledger.facts import Fact
from bihuan.ledger.rows import Rows
from bihuan.ledger.tables import Row
from bihuan.rules import events as ev
from bihuan.rules.inspection import InspectionState


def _plan(event: ev.InspectionProposed | ev.InspectionAmended) -> Row:
    return {
        "name": event.name, "contents": event.contents, "objects_text": event.objects, "scope": event.scope,
        "units": event.units, "starts": date.fromisoformat(event.starts), "ends": date.fromisoformat(event.ends),
        "leader_id": event.leader, "members": event.members or [],
    }  # fmt: skip


def proposed(rows: Rows, fact: Fact, event: ev.InspectionProposed) -> None:
    """Waits for approval."""
    rows.add(
        "inspection",
        {
            **_plan(event), "id": fact.seq, "mode": event.mode, "office_id": event.office, "sample_id": event.sample,
            "state": InspectionState.PROPOSED.value, "proposed_by": fact.actor, "proposed_at": fact.at,
            "approved_by": 0, "approved_at": None, "despite": "", "findings": 0, "steps": 0, "conclusion": "",
            "ended_at": None,
        },
    )  # fmt: skip


def amended(rows: Rows, fact: Fact, event: ev.InspectionAmended) -> None:
    """Another plan, which waits for approval."""
    rows.get("inspection", event.inspection).update(
        _plan(event), state=InspectionState.PROPOSED.value, proposed_by=fact.actor, approved_by=0, approved_at=None,
        despite="",
    )  # fmt: skip


def approved(rows: Rows, fact: Fact, event: ev.InspectionApproved) -> None:
    """May begin, or go on."""
    row = rows.get("inspection", event.inspection)
    begun = row["findings"] or row["steps"]
    row.update(
        state=(InspectionState.UNDERWAY if begun else InspectionState.APPROVED).value,
        approved_by=fact.actor, approved_at=fact.at, despite=event.despite,
    )  # fmt: skip


def found(rows: Rows, fact: Fact, item: Row, event: ev.InspectionFound) -> None:
    """Add the finding; the inspection is under way."""
    rows.add(
        "finding",
        {
            "id": fact.seq, "inspection_id": event.inspection, "item_id": item["id"], "registered": event.registered,
            "unit_id": event.unit, "content": event.content, "category": event.category, "text": event.text,
            "person_id": fact.actor, "happened_at": datetime.fromisoformat(event.happened_at),
            "entered_at": fact.recorded,
        },
    )  # fmt: skip
    _under_way(rows, event.inspection, "findings")


def stepped(rows: Rows, fact: Fact, event: ev.InspectionStepped) -> None:
    """Add the step; the inspection is under way."""
    rows.add(
        "walk_step",
        {
            "id": fact.seq, "inspection_id": event.inspection, "unit_id": event.unit, "service": event.service,
            "what": event.what, "minutes": event.minutes, "obstacle": event.obstacle, "person_id": fact.actor,
            "happened_at": datetime.fromisoformat(event.happened_at), "entered_at": fact.recorded,
        },
    )  # fmt: skip
    _under_way(rows, event.inspection, "steps")


def _under_way(rows: Rows, inspection: int, counter: str) -> None:
    row = rows.get("inspection", inspection)
    row["state"] = InspectionState.UNDERWAY.value
    row[counter] += 1


def finished(rows: Rows, fact: Fact, event: ev.InspectionFinished) -> None:
    """Over, with its conclusion."""
    rows.get("inspection", event.inspection).update(
        state=InspectionState.FINISHED.value, conclusion=event.conclusion, ended_at=fact.at
    )


def cancelled(rows: Rows, fact: Fact, event: ev.InspectionCancelled) -> None:
    """Does not take place; the conclusion says why."""
    rows.get("inspection", event.inspection).update(
        state=InspectionState.CANCELLED.value, conclusion=event.reason, ended_at=fact.at
    )


HANDLERS: dict[str, Callable[[Rows, Fact, Any], None]] = {
    "inspection.proposed": proposed,
    "inspection.amended": amended,
    "inspection.approved": approved,
    "inspection.stepped": stepped,
    "inspection.finished": finished,
    "inspection.cancelled": cancelled,
}
#: The kinds whose entries belong to an item.
ITEM_HANDLERS: dict[str, Callable[[Rows, Fact, Row, Any], None]] = {"inspection.found": found}
