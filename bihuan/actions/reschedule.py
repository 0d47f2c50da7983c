"""A calendar is published: dates that rested on a guess are computed again, and colours and timers follow."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connections

from bihuan.actions.step import read_deadline
from bihuan.ledger import derive
from bihuan.ledger.append import Ledger
from bihuan.ledger.due import bring_up
from bihuan.ledger.facts import Fact
from bihuan.ledger.reading import facts_of
from bihuan.ledger.rows import Rows
from bihuan.ledger.tables import Row, scan
from bihuan.rules.calendar import Calendar, CalendarYear, Due
from bihuan.rules.clocked import CHINA
from bihuan.rules.events import ItemRescheduled
from bihuan.rules.permissions import Actor
from bihuan.rules.procedure import Procedure

_PAGE = 500
#: SQL for the items that a calendar may concern: the open ones, and the closed ones that have look-backs before them.
_CONCERNED = f'({derive.OPEN_ITEMS} OR "waiting"<>\'\' OR "id" IN (SELECT "item_id" FROM "timer"))'  # noqa: S608


def reschedule(ledger: Ledger, actor: Actor, old: Calendar, reason: str) -> int:
    """Bring every item that has something before it up to date with the calendar that has taken the place of ``old``.

    Returns how many deadlines moved. The whole ledger must be locked.
    """
    moved = 0
    table = ledger.rows.table("item")
    for page in scan(ledger.connection, table, _CONCERNED, page=_PAGE):
        ledger.hold(row["id"] for row in page)
        for row in page:
            item = ledger.rows.get("item", row["id"])
            moved += _reschedule(ledger, actor, item, old, reason)
            bring_up(ledger, item, max(ledger.now, item["changed_at"]), reason)
        ledger.checkpoint()
    return moved


@dataclass(frozen=True)
class Foreseen:
    """A deadline that a calendar would move (or make certain, where ``before`` is ``after``)."""

    item: int
    number: str
    title: str
    register: int
    owner: int
    before: date
    after: date


def foresee(year: CalendarYear, using: str = "default") -> list[Foreseen]:
    """Return the deadlines that publishing ``year`` would settle, by the same reckoning; nothing is written."""
    connection = connections[using]
    rows = Rows(connection)
    old = derive.calendar_of(rows)
    new, found = old.with_year(year), []
    where = f'{_CONCERNED} AND "provisional" AND "due" IS NOT NULL'
    for page in scan(connection, rows.table("item"), where, page=_PAGE):
        for item in page:
            due = _settled(item, facts_of(item["id"], using), derive.procedure_of(rows, item), old, new)
            if due is not None:
                found.append(
                    Foreseen(
                        item["id"],
                        item["number"],
                        item["title"],
                        item["register_id"],
                        item["owner_id"],
                        item["due"],
                        due.date,
                    )
                )
    return found


def _settled(item: Row, facts: list[Fact], procedure: Procedure, old: Calendar, new: Calendar) -> Due | None:
    """Return the deadline that a provisional item comes to on the ``new`` calendar, None where nothing is to be entered."""
    if due_of(facts, procedure, old).date != item["due"]:
        return None  # it was not computed as we know how; it stays provisional, and a person decides
    due = due_of(facts, procedure, new)
    return None if due == Due(item["due"], provisional=True) else due


def _reschedule(ledger: Ledger, actor: Actor, item: Row, old: Calendar, reason: str) -> bool:
    """Compute the deadline of a provisional item again; returns whether it moved."""
    if not item["provisional"] or item["due"] is None:
        return False
    facts = facts_of(item["id"], str(ledger.connection.alias))
    procedure = derive.procedure_of(ledger.rows, item)
    due = _settled(item, facts, procedure, old, derive.calendar_of(ledger.rows))
    if due is None:
        return False
    moved: bool = due.date != item["due"]
    event = ItemRescheduled(due=due.date.isoformat(), provisional=due.provisional, reason=reason)
    ledger.append(event, actor, item=item["id"], at=max(ledger.now, item["changed_at"]))
    return moved


@dataclass
class _Said:
    """The last deadline that was set: its day, the words it was read from and on which day, and the pauses since."""

    due: str = ""
    words: str = ""
    provisional: bool = False
    base: date = date.min
    pauses: list[tuple[datetime, datetime]] = field(default_factory=list)
    suspended: datetime | None = None


def due_of(facts: list[Fact], procedure: Procedure, calendar: Calendar) -> Due:
    """Return the deadline that an item's ``facts`` come to on ``calendar``; the item must have one."""
    said = _Said()
    for fact in facts:
        _follow(said, fact)
    due = _read(said, procedure, calendar)
    for pause in said.pauses:
        moved = calendar.date_after_pauses(due.date, [pause], working=True)
        due = Due(moved.date, due.provisional or moved.provisional)
    return due


def _follow(said: _Said, fact: Fact) -> None:
    event: Any = fact.event
    if fact.kind == "item.suspended":
        said.suspended = fact.at
    elif fact.kind == "item.resumed" and said.suspended is not None:
        said.pauses.append((said.suspended, fact.at))
    elif fact.kind == "item.amended":
        changes: dict[str, list[Any]] = event.changes
        if changes.keys() & {"due", "due_text"}:
            due, words = changes.get("due", [0, said.due])[1], changes.get("due_text", [0, said.words])[1]
            _set(said, fact, due or "", words, changes.get("provisional", [0, said.provisional])[1])
    elif fact.kind in _SETTING:
        kept = fact.kind == "item.assigned" and (event.due, event.due_text) == (said.due, said.words)
        if not kept:
            _set(said, fact, event.due, event.due_text, event.provisional)


_SETTING = frozenset({"item.registered", "item.assigned", "item.extended", "item.reopened"})


def _set(said: _Said, fact: Fact, due: str, words: str, provisional: bool) -> None:
    said.due, said.words, said.provisional, said.pauses = due, words, provisional, []
    said.base = fact.at.astimezone(CHINA).date()


def _read(said: _Said, procedure: Procedure, calendar: Calendar) -> Due:
    read = read_deadline(said.words, said.base, calendar, procedure) if said.provisional else {}
    if not read.get("due"):
        return Due(date.fromisoformat(said.due), said.provisional)
    return Due(date.fromisoformat(read["due"]), read["provisional"])
