"""Projection of what concerns inspections. A finding's entry belongs to its item, whose row it settles like any other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from bihuan.ledger.deeds import count_deed
from bihuan.ledger.facts import Fact
from bihuan.ledger.project_closing import set_deadline
from bihuan.ledger.rows import Rows
from bihuan.ledger.tables import Row
from bihuan.rules import events as ev
from bihuan.rules.inspection import InspectionState

REEXAMINATION = "re-examination"


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
            "register_id": event.register,
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
    row = _under_way(rows, event.inspection, "findings")
    place: Row = {
        "unit": event.unit, "register": item["register_id"], "kind": row["mode"], "klass": event.category,
        "channel": item["channel"], "item": item["id"],
    }  # fmt: skip
    count_deed(rows, fact, "finding", **place)
    if event.registered:
        count_deed(rows, fact, "finding-registered", **place)


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
    row = _under_way(rows, event.inspection, "steps")
    if event.obstacle:
        count_deed(rows, fact, "obstacle", unit=event.unit, register=row["register_id"], kind=row["mode"])


def _under_way(rows: Rows, inspection: int, counter: str) -> Row:
    row = rows.get("inspection", inspection)
    row["state"] = InspectionState.UNDERWAY.value
    row[counter] += 1
    return row


def finished(rows: Rows, fact: Fact, event: ev.InspectionFinished) -> None:
    """Over, with its conclusion."""
    row = rows.get("inspection", event.inspection)
    row.update(state=InspectionState.FINISHED.value, conclusion=event.conclusion, ended_at=fact.at)
    count_deed(rows, fact, "inspection", unit=row["office_id"], register=row["register_id"], kind=row["mode"])


def told(rows: Rows, fact: Fact, event: ev.InspectionTold) -> None:
    """The unit knows the conclusion and may object."""
    row = rows.get("inspection", event.inspection)
    rows.add(
        "conclusion",
        {
            "id": fact.seq, "inspection_id": event.inspection, "unit_id": event.unit, "text": event.text, "at": fact.at,
            "object_by": date.fromisoformat(event.object_by),
        },
    )  # fmt: skip
    count_deed(rows, fact, "inspected", unit=event.unit, register=row["register_id"], kind=row["mode"])


def objected(rows: Rows, fact: Fact, event: ev.InspectionObjected) -> None:
    """Waits for a decision."""
    row, day = rows.get("inspection", event.inspection), date.fromisoformat(event.decide_by)
    rows.add(
        "objection",
        {
            "id": fact.seq, "inspection_id": event.inspection, "conclusion_id": event.conclusion, "unit_id": event.unit,
            "reason": event.reason, "person_id": fact.actor, "at": fact.at, "decide_by": day, "overdue": False,
            "outcome": "", "text": "", "decided_by": 0, "decided_at": None,
        },
    )  # fmt: skip
    set_deadline(rows, REEXAMINATION, fact.seq, day, at_end=True)
    count_deed(rows, fact, "objection", unit=event.unit, register=row["register_id"], kind=row["mode"])


def reexamined(rows: Rows, fact: Fact, event: ev.InspectionReexamined) -> None:
    """Decided."""
    rows.get("objection", event.objection).update(
        outcome=event.outcome, text=event.text, decided_by=fact.actor, decided_at=fact.at
    )
    rows.remove("deadline", (REEXAMINATION, event.objection))


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
    "inspection.told": told,
    "inspection.objected": objected,
    "inspection.reexamined": reexamined,
}
#: The kinds whose entries belong to an item.
ITEM_HANDLERS: dict[str, Callable[[Rows, Fact, Row, Any], None]] = {"inspection.found": found}
