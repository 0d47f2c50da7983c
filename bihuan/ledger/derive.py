"""What follows from an item's row: its due instant, colour, tallies, transitions and timers. Never typed in.

Each is a pure function of the row, its procedure and the calendar, so a rebuild gives the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from functools import lru_cache
from operator import add, itemgetter
from typing import Any, NamedTuple

from bihuan.ledger.facts import Fact, make
from bihuan.ledger.rows import Rows
from bihuan.ledger.served import served
from bihuan.ledger.tables import Row
from bihuan.rules.calendar import Calendar, CalendarYear
from bihuan.rules.clocked import Clocked
from bihuan.rules.colours import Colour, colour, onsets
from bihuan.rules.figures import SUM_NAMES
from bihuan.rules.ladder import Rung, next_rung
from bihuan.rules.procedure import Procedure, load
from bihuan.rules.timers import Timer, due_at, next_turn, steps_due
from bihuan.rules.workflow import OPEN, RUNNING, State

#: Where items without a due date stand in a list sorted by it: last.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def _in_states(states: Iterable[str]) -> str:
    return '"state" IN (' + ",".join(f"'{s}'" for s in sorted(states)) + ")"


#: SQL for the items on which time acts.
OPEN_ITEMS = _in_states(OPEN)
_TIMED = frozenset({*OPEN, State.CLOSED})
#: SQL for the items that may have timers: of the closed ones the look-backs.
TIMED_ITEMS = _in_states(_TIMED)
#: The kinds of timers that turn the colour; every other kind enters that something fell due.
TURNS = frozenset({"colour", "overdue"})
#: The kind of timer that issues or proposes a slip.
SLIP = "slip"
#: The steps with a slip that tell of the quality of feedback; the others move nothing in the item that the clock goes by.
_FEEDBACK = frozenset({"slip.answered", "slip.judged", "slip.closed", "slip.withdrawn"})
#: What an item waits for until ``wait`` works it out, in a long fold: only what it waited for last matters.
UNKNOWN = "?"


@lru_cache(maxsize=256)
def parsed(text: str) -> Procedure:
    """Return the procedure that ``text`` says (kept: parsing TOML costs more than an action)."""
    return load(text, "台账中的规程")


def procedure_of(rows: Rows, item: Row) -> Procedure:
    """Return the procedure version that ``item`` follows; the text of a version never changes."""
    version = item["procedure_id"]
    found = rows.house.procedures.get(version)
    if found is None:
        found = rows.house.procedures[version] = parsed(rows.look("procedure", version)["text"])
    return found


def calendar_of(rows: Rows) -> Calendar:
    """Return the working calendar: the built-in one with every year that the ledger has published."""
    calendar = rows.house.calendar
    if calendar is None:
        years = sorted(rows.every("calendar_year"), key=lambda r: r["version"])
        calendar = _calendar(tuple(json.dumps(r["days"], sort_keys=True) for r in years))
        rows.house.calendar = calendar
    return calendar


@lru_cache(maxsize=64)
def _calendar(years: tuple[str, ...]) -> Calendar:
    calendar = Calendar.builtin()
    for days in years:
        calendar = calendar.with_year(CalendarYear.from_data(json.loads(days)))
    return calendar


#: The columns of an item that are what the clock knows under the same place of ``Clocked``, up to ``milestones``.
_PLAIN = itemgetter(
    "state", "due", "ongoing", "cycle", "percent", "registered_at", "assigned_at", "accepted_at", "planned_at",
    "submitted_at", "closed_at", "progressed_at", "resumed_at", "faulted_at", "level", "looked_back",
)  # fmt: skip


def clocked(item: Row) -> Clocked:
    """Return what the clock needs to know of ``item``."""
    state, due, ongoing, cycle, *others = _PLAIN(item)
    quantity = item["quantity"]
    return make(
        Clocked,
        (
            state,
            due,
            ongoing,
            cycle or None,
            *others,
            _milestones(quantity) if quantity else (),
            item["amount"],
            quantity.get("target") if quantity else None,
            item["look_back_due"],
            pauses_of(item) if item["pauses"] else (),
            item["until"],
            item["decide_by"],
            None if item["responded_at"] else item["escalated_at"],
        ),
    )


def _milestones(quantity: Row) -> tuple[tuple[date, int], ...]:
    return tuple([(date.fromisoformat(m["due"]), m["amount"]) for m in quantity.get("milestones", ())])


def pauses_of(item: Row) -> tuple[tuple[datetime, datetime], ...]:
    """Return the suspensions of ``item`` that are over, since its unit has it."""
    return tuple([(datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in item["pauses"]])


def is_overdue(item: Row, at: datetime) -> bool:
    """Whether the due instant has passed and the item is still to be done; a suspended item's clock stands still."""
    due = item["due_at"]
    return due is not None and due <= at and item["state"] in RUNNING


def settle(rows: Rows, fact: Fact, item: Row, before: Standing | None) -> None:
    """Bring everything derived from ``item`` up to date after ``fact``; ``before`` is its ``standing`` until then."""
    item["version"] += 1
    item["changed_at"] = fact.at
    moves = fact.kind != "item.coloured" and (not fact.kind.startswith("slip.") or fact.kind in _FEEDBACK)
    if moves or rows.exact:
        facts, procedure, calendar = clocked(item), procedure_of(rows, item), calendar_of(rows)
        if moves:
            _colour(item, facts, colour(facts, procedure, calendar, fact.at), fact.at)
        if rows.exact:
            item["waiting"] = _waited(steps_due(facts, procedure, calendar), fact.at)
    if not rows.exact:
        item["waiting"] = _waits_later(item)
    after = standing(item)
    if before != after:
        _transit(rows, fact, before, after)


def _colour(item: Row, facts: Clocked, found: Colour, at: datetime) -> None:
    item["due_at"] = due = due_at(facts)
    item["due_order"] = due or NEVER
    item["colour"], item["rule"] = found.name, found.rule
    item["overdue"] = is_overdue(item, at)


#: What decides where an item is counted and what for, as ``_moved`` takes it.
Standing = tuple[Any, ...]
standing: Callable[[Row], Standing] = itemgetter(
    "register_id", "owner_id", "klass", "channel", "state", "colour", "measures", "measures_done", "overdue", "ongoing",
    "claimed", "reopens", "look_backs", "relapses", "extensions",
)  # fmt: skip


class Moved(NamedTuple):
    """A transition: what an entry takes from where an item is counted (``sign`` −1), or adds there (+1).

    From ``register_id`` to ``colour`` it is the place, from ``items`` on the sums, in the order of ``SUM_NAMES``.
    """

    seq: int
    sign: int
    at: datetime
    item_id: int
    register_id: int
    unit_id: int
    klass: str
    channel: str
    state: str
    colour: str
    items: int
    measures: int
    measures_done: int
    overdue: int
    ongoing: int
    claimed: int
    reopens: int
    look_backs: int
    relapses: int
    extensions: int


_place_of: Callable[[Moved], tuple[Any, ...]] = itemgetter(slice(4, 10))
_sums_of: Callable[[Moved], tuple[int, ...]] = itemgetter(slice(10, None))


def _moved(fact: Fact, sign: int, found: Standing) -> Moved:
    register, unit, klass, channel, state, name, measures, done, overdue, ongoing, claimed, *times = found
    reopens, look_backs, relapses, extensions = times
    return make(Moved, (
        fact.seq, sign, fact.at, fact.item or fact.seq, register, unit, klass, channel, state, name, sign,
        sign * measures, sign * done, sign * overdue, sign * ongoing, sign if claimed else 0, sign * reopens,
        sign * look_backs, sign * relapses, sign * extensions,
    ))  # fmt: skip


def _transit(rows: Rows, fact: Fact, before: Standing | None, after: Standing) -> None:
    gained = _moved(fact, 1, after)
    lost = None if before is None else _moved(fact, -1, before)
    if lost is not None:
        rows.log("transition", lost)
    rows.log("transition", gained)
    if rows.exact:
        _recount(rows, lost, gained)


def _recount(rows: Rows, lost: Moved | None, gained: Moved) -> None:
    if lost is None:
        _count(rows, gained, _sums_of(gained))
    elif _place_of(lost) == _place_of(gained):
        _count(rows, gained, map(add, _sums_of(gained), _sums_of(lost)))
    else:
        _count(rows, lost, _sums_of(lost))
        _count(rows, gained, _sums_of(gained))


def _count(rows: Rows, place: Moved, sums: Iterable[int]) -> None:
    """Add ``sums`` to the counters of ``place``."""
    amounts = {n: v for n, v in zip(SUM_NAMES, sums, strict=True) if v}
    for facet, label in _facets(place):
        rows.add_up("tally", (place.register_id, facet, label, place.state, place.colour), amounts)


def _facets(place: Moved) -> list[tuple[str, str]]:
    """Return the facets under which an item is counted, each with its label; an empty value has no facet."""
    found = [("all", "")]
    if place.unit_id:
        found.append(("unit", str(place.unit_id)))
    if place.klass:
        found.append(("class", place.klass))
    if place.channel:
        found.append(("channel", place.channel))
    return found


def timers_of(rows: Rows, item: Row) -> list[Row]:
    """Return the timers of ``item``, all after its last entry: what had fallen due by then is in its row.

    They are the next turn of its colour, the instant at which it becomes overdue, what its state waits for, and the next
    slip: that one may have been called for by the last entry itself.
    """
    facts, procedure, calendar = clocked(item), procedure_of(rows, item), calendar_of(rows)
    after = item["changed_at"]
    coming = onsets(facts, procedure, calendar)
    found = []
    turn = next_turn(coming, after)
    if turn is not None:
        found.append(_timer(item, "colour", turn.at, turn.rule))
    due = item["due_at"]
    if due is not None and not item["overdue"] and is_overdue(item, due) and due > after:
        found.append(_timer(item, "overdue", due, ""))
    steps = steps_due(facts, procedure, calendar)
    found += [_timer(item, t.kind, t.due_at, t.detail) for t in steps if t.due_at > after]
    rung = next_rung(facts, procedure, calendar, served(rows, item), coming, begun=item["begun"])
    return found if rung is None else [*found, _timer(item, SLIP, max(rung.at, after), rung.rule.name)]


def rung_of(rows: Rows, item: Row) -> Rung | None:
    """Return the slip that the ladder calls for next, None if time calls for none."""
    facts, procedure, calendar = clocked(item), procedure_of(rows, item), calendar_of(rows)
    coming = onsets(facts, procedure, calendar)
    return next_rung(facts, procedure, calendar, served(rows, item), coming, begun=item["begun"])


def waiting(rows: Rows, item: Row, at: datetime) -> str:
    """Return the kinds of what ``item`` has been waiting for at ``at``, sorted, with spaces."""
    return _waited(steps_due(clocked(item), procedure_of(rows, item), calendar_of(rows)), at)


def wait(rows: Rows, item: Row) -> None:
    """Work out what ``item`` has waited for since its last entry, which a long fold leaves unknown."""
    item["waiting"] = waiting(rows, item, item["changed_at"])


def _waits_later(item: Row) -> str:
    return UNKNOWN if item["state"] in _TIMED else ""


def _waited(steps: list[Timer], at: datetime) -> str:
    return " ".join(sorted([t.kind for t in steps if t.due_at <= at])) if steps else ""


def _timer(item: Row, kind: str, at: datetime, detail: str) -> Row:
    return {"item_id": item["id"], "kind": kind, "due_at": at, "detail": detail}
