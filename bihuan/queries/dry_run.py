"""What would change for the items under way if their register followed another version of its procedure today.

Nothing is written: each item is reckoned twice at the same instant, by the version that it follows and by the other one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db import connections

from bihuan.ledger import derive
from bihuan.ledger.fitting import misfit
from bihuan.ledger.rows import Rows
from bihuan.ledger.served import served
from bihuan.ledger.tables import Row, scan
from bihuan.rules.calendar import Calendar
from bihuan.rules.colours import colour, onsets
from bihuan.rules.ladder import next_rung
from bihuan.rules.procedure import Procedure
from bihuan.rules.procedure_types import COLOURS
from bihuan.rules.timers import WAITING_NAMES, steps_due

_PAGE = 500
#: So many items are listed with what would change; the others are counted.
_LISTED = 100
#: Somebody waits for the answer: of more items than this only every second, third … is looked at.
MOST_TRIED = 4_000


class Point(NamedTuple):
    """What stands at one side of a change: in words, and when it comes about (None: now)."""

    words: str
    at: datetime | None = None


class Change(NamedTuple):
    """One thing of an item that would be otherwise; None stands for nothing at all."""

    what: str
    before: Point | None
    after: Point | None


class Line(NamedTuple):
    """An item and its changes."""

    item: int
    number: str
    title: str
    owner: int
    changes: list[Change]


@dataclass
class DryRun:
    """How many items were looked at (every ``step``-th) and would change, by what; the first of them one by one.

    ``turns`` counts the colours (before, after), ``moved`` every other kind of change. ``left`` are the numbers of the items
    that could not follow the version, by the reason why; they are looked at and stay as they are.
    """

    step: int = 1
    looked: int = 0
    changed: int = 0
    turns: dict[tuple[str, str], int] = field(default_factory=dict)
    moved: dict[str, int] = field(default_factory=dict)
    left: dict[str, list[str]] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)

    @property
    def more(self) -> int:
        """How many items would change that are not listed."""
        return self.changed - len(self.lines)

    @property
    def stay(self) -> int:
        """How many items could not follow the version."""
        return sum(map(len, self.left.values()))

    def take(self, item: Row, changes: list[Change]) -> None:
        """Count what would change for ``item``."""
        self.changed += 1
        for change in changes:
            if change.what == _COLOUR and change.before and change.after:
                turn = change.before.words, change.after.words
                self.turns[turn] = self.turns.get(turn, 0) + 1
            else:
                self.moved[change.what] = self.moved.get(change.what, 0) + 1
        if len(self.lines) < _LISTED:
            self.lines.append(Line(item["id"], item["number"], item["title"], item["owner_id"], changes))


_COLOUR, _SLIP = "亮灯", "下一张单据"
_STEPS = {
    "accept-overdue": "签收时限",
    "plan-overdue": "定措施时限",
    "respond-overdue": "提级回应时限",
    "check-in": "反馈进展",
    "look-back": "回头看",
}


def dry_run(registers: Iterable[int], procedure: Procedure, now: datetime, using: str = "default") -> DryRun:
    """Reckon the items of ``registers`` that are under way, or closed and still to be looked back at, by ``procedure``."""
    rows, where = Rows(connections[using]), _under_way(registers)
    found = DryRun(step=-(-_count(rows, where) // MOST_TRIED) or 1)
    calendar = derive.calendar_of(rows)
    for item in _items(rows, where, found.step):
        found.looked += 1
        if why := misfit(rows, item, procedure):
            found.left.setdefault(why, []).append(item["number"])
        elif changes := _changes(rows, item, procedure, calendar, now):
            found.take(item, changes)
    return found


def _under_way(registers: Iterable[int]) -> str:
    listed = ",".join(str(int(r)) for r in sorted(registers)) or "NULL"
    return f'"register_id" IN ({listed}) AND {derive.TIMED_ITEMS}'


def _count(rows: Rows, where: str) -> int:
    with rows.connection.cursor() as cursor:
        cursor.execute(f'SELECT COUNT(*) FROM "item" WHERE {where}')  # noqa: S608 (numbers and our own states)
        return int(cursor.fetchone()[0])


def _items(rows: Rows, where: str, step: int) -> Iterator[Row]:
    """Yield every ``step``-th item: numbers within a register follow one another, those of the ledger do not."""
    every = f'{where} AND "no"/{step}*{step}="no"' if step > 1 else where
    for page in scan(rows.connection, rows.table("item"), every, page=_PAGE):
        rows.prefetch("slip", [slip for item in page for slip in item["slips"]])
        yield from page


def _changes(rows: Rows, item: Row, procedure: Procedure, calendar: Calendar, now: datetime) -> list[Change]:
    before = _points(rows, item, derive.procedure_of(rows, item), calendar, now)
    after = _points(rows, item, procedure, calendar, now)
    what = dict.fromkeys([*before, *after])
    return [Change(w, before.get(w), after.get(w)) for w in what if before.get(w) != after.get(w)]


def _points(
    rows: Rows, item: Row, procedure: Procedure, calendar: Calendar, now: datetime
) -> dict[str, Point]:
    """Return what a version makes of an item: its colour, what it waits for and until when, the next slip."""
    facts = derive.clocked(item)
    found = {_COLOUR: Point(COLOURS[colour(facts, procedure, calendar, now).name])}
    for timer in steps_due(facts, procedure, calendar):
        if timer.kind in _STEPS:
            found[_STEPS[timer.kind]] = Point(WAITING_NAMES[timer.kind], timer.due_at)
    coming = onsets(facts, procedure, calendar)
    rung = next_rung(facts, procedure, calendar, served(rows, item), coming, begun=item["begun"])
    if rung is not None:
        found[_SLIP] = Point(rung.rule.name, max(rung.at, now))
    return found
