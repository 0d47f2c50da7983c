"""Projection of what follows closures: look-backs by lot, signs set aside, institutions, case reviews, deadlines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from bihuan.ledger.deeds import count_deed
from bihuan.ledger.facts import Fact
from bihuan.ledger.rows import Rows
from bihuan.ledger.tables import Row
from bihuan.rules import events as ev
from bihuan.rules.clocked import day_end, day_start
from bihuan.rules.institution import InstitutionState

REVIEW = "institution-review"


def chosen(rows: Rows, fact: Fact, item: Row, event: ev.ItemChosen) -> None:
    """To be looked at by the day that the draw set."""
    item.update(look_back_due=date.fromisoformat(event.due), look_back_sample=event.sample)
    count_deed(
        rows, fact, "chosen", unit=item["owner_id"], register=item["register_id"], klass=item["klass"],
        channel=item["channel"], item=item["id"],
    )  # fmt: skip


def sign_dismissed(rows: Rows, fact: Fact, item: Row, event: ev.ItemSignDismissed) -> None:
    """Looked into and explained."""
    rows.add(
        "dismissal",
        {
            "id": fact.seq, "item_id": item["id"], "sign": event.sign, "key": event.key, "reason": event.reason,
            "person_id": fact.actor, "at": fact.at,
        },
    )  # fmt: skip


def caused(rows: Rows, fact: Fact, item: Row, event: ev.InstitutionCaused) -> None:
    """One of the items because of which the rule is made."""
    rows.add("cause", {"institution_id": event.institution, "item_id": item["id"], "seq": fact.seq})


def drafted(rows: Rows, fact: Fact, event: ev.InstitutionDrafted) -> None:
    """In the making; counted where its first item belongs."""
    first = rows.get("item", event.items[0])
    rows.add(
        "institution",
        {
            "id": fact.seq, "title": event.title, "unit_id": event.unit, "office_id": event.office,
            "register_id": first["register_id"], "klass": first["klass"], "basis": event.basis,
            "state": InstitutionState.DRAFTED.value, "no": 0, "number": "", "drafted_at": fact.at, "issued_on": None,
            "revised_on": None, "repealed_on": None, "review_on": None, "review_waits": False, "revisions": 0, "reason": "",
            "digest": "", "file": "",
        },
    )  # fmt: skip


def issued(rows: Rows, fact: Fact, event: ev.InstitutionIssued) -> None:
    """In force under its number."""
    row = rows.get("institution", event.institution)
    row.update(
        state=InstitutionState.ISSUED.value, no=event.no, number=event.number, issued_on=date.fromisoformat(event.issued_on),
        digest=event.digest, file=event.file,
    )  # fmt: skip
    rows.count_up(event.series)
    _review_by(rows, row, event.review_on)
    _count(rows, fact, row, "institution-issued")


def revised(rows: Rows, fact: Fact, event: ev.InstitutionRevised) -> None:
    """In force as it is now; a text that was not given anew stays."""
    row = rows.get("institution", event.institution)
    row.update(
        state=InstitutionState.REVISED.value, title=event.title, basis=event.basis, reason=event.reason,
        revised_on=date.fromisoformat(event.revised_on), revisions=row["revisions"] + 1,
    )  # fmt: skip
    if event.digest:
        row.update(digest=event.digest, file=event.file)
    _review_by(rows, row, event.review_on)
    _count(rows, fact, row, "institution-revised")


def kept(rows: Rows, _fact: Fact, event: ev.InstitutionKept) -> None:
    """Stays in force until the next review."""
    _review_by(rows, rows.get("institution", event.institution), event.review_on)


def repealed(rows: Rows, _fact: Fact, event: ev.InstitutionRepealed) -> None:
    """No longer in force; its number is never used again."""
    rows.get("institution", event.institution).update(
        state=InstitutionState.REPEALED.value, repealed_on=date.fromisoformat(event.repealed_on), reason=event.reason,
        review_on=None, review_waits=False,
    )  # fmt: skip
    rows.remove("deadline", (REVIEW, event.institution))


def _review_by(rows: Rows, row: Row, review_on: str) -> None:
    row.update(review_on=date.fromisoformat(review_on), review_waits=False)
    set_deadline(rows, REVIEW, row["id"], row["review_on"], at_end=False)


def _count(rows: Rows, fact: Fact, row: Row, what: str) -> None:
    count_deed(rows, fact, what, unit=row["unit_id"], register=row["register_id"], klass=row["klass"])


def set_deadline(rows: Rows, what: str, ref: int, day: date, *, at_end: bool) -> None:
    """Let ``what`` fall due for ``ref`` at the beginning of ``day``, or ``at_end`` when it has passed; in place of an earlier one."""
    due = day_end(day) if at_end else day_start(day)
    found = rows.find("deadline", (what, ref))
    if found is None:
        rows.add("deadline", {"what": what, "ref": ref, "due_at": due})
    else:
        found["due_at"] = due


def case_reviewed(rows: Rows, fact: Fact, event: ev.CaseReviewed) -> None:
    """Add the review and what it is about."""
    rows.add(
        "case_review",
        {
            "id": fact.seq, "title": event.title, "office_id": event.office, "items": event.items, "cause": event.cause,
            "turns": event.turns, "lesson": event.lesson, "person_id": fact.actor, "at": fact.at,
        },
    )  # fmt: skip
    for item in event.items:
        rows.add("case_item", {"case_id": fact.seq, "item_id": item})


def fell_due(rows: Rows, _fact: Fact, event: ev.DeadlineFellDue) -> None:
    """Whatever it is about waits from now on."""
    rows.remove("deadline", (event.what, event.ref))
    table, column = _WAITS[event.what]
    rows.get(table, event.ref)[column] = True


_WAITS = {REVIEW: ("institution", "review_waits"), "re-examination": ("objection", "overdue")}

HANDLERS: dict[str, Callable[[Rows, Fact, Any], None]] = {
    "institution.drafted": drafted,
    "institution.issued": issued,
    "institution.revised": revised,
    "institution.kept": kept,
    "institution.repealed": repealed,
    "case.reviewed": case_reviewed,
    "deadline.fell_due": fell_due,
}
#: The kinds whose entries belong to an item.
ITEM_HANDLERS: dict[str, Callable[[Rows, Fact, Row, Any], None]] = {
    "item.chosen": chosen,
    "item.sign_dismissed": sign_dismissed,
    "institution.caused": caused,
}
