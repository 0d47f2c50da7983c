"""When something falls due for an item, if nothing else happens to it: pure functions of what is known of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from bihuan.rules import colours
from bihuan.rules.calendar import Calendar
from bihuan.rules.check_in import check_day
from bihuan.rules.clocked import CHINA, Clocked, day_end, day_start, due_at
from bihuan.rules.colours import OWNERS_TURN, Onset
from bihuan.rules.procedure_types import Procedure, Span
from bihuan.rules.spans import last_day, reach
from bihuan.rules.workflow import OPEN, State

__all__ = ["WAITING_NAMES", "Timer", "Turn", "causes", "due_at", "next_turn", "steps_due", "timers", "turns"]

WAITING_NAMES = {
    "accept-overdue": "逾期未签收",
    "plan-overdue": "逾期未定措施",
    "review-overdue": "审核超期",
    "check-in": "该报进展",
    "look-back": "该回头看",
    "recheck-overdue": "回头看超期",
    "request-overdue": "申请逾期未批",
    "respond-overdue": "提级后逾期未回应",
    "resume-due": "该恢复办理",
}
"""What an item waits for once it has fallen due → what people call it."""

WHOLE = 100
"""The percentage of the closures that are looked at when all are."""


class Turn(NamedTuple):
    """At ``at`` (UTC) the item takes ``colour`` because of the kind of ``rule``; at least one of them is new."""

    at: datetime
    colour: str
    rule: str


class Timer(NamedTuple):
    """At ``due_at`` (UTC) something of a ``kind`` falls due; ``detail`` names the level, slip or colour, else "".

    Kinds: colour, the keys of ``WAITING_NAMES``, and the kinds of slips.
    An item has at most one timer of a kind at an instant.
    """

    due_at: datetime
    kind: str
    detail: str


def turns(clocked: Clocked, procedure: Procedure, calendar: Calendar, after: datetime) -> list[Turn]:
    """Return every change of the colour, or of the rule behind it, later than ``after``, in order."""
    found = []
    onsets = colours.onsets(clocked, procedure, calendar)
    turn = next_turn(onsets, after)
    while turn is not None:
        found.append(turn)
        turn = next_turn(onsets, turn.at)
    return found


def next_turn(onsets: Iterable[Onset], after: datetime) -> Turn | None:
    """Return the first change of the colour, or of the rule behind it, later than ``after``, None if there is none.

    Of the rules (``onsets``), only one that outdoes all that hold by then turns the colour.
    """
    first: Onset | None = None
    for onset in onsets:
        if onset.at <= after:
            break
        if first is None or onset.at < first.at:
            first = onset
    return None if first is None else Turn(first.at, first.rule.colour, first.rule.kind)


def timers(clocked: Clocked, procedure: Procedure, calendar: Calendar) -> list[Timer]:
    """Return everything that falls due for the item in its present state, past or to come, in order of time."""
    found: dict[tuple[datetime, str], list[str]] = {}
    for timer in _all(clocked, procedure, calendar):
        details = found.setdefault((timer.due_at, timer.kind), [])
        if timer.detail:
            details.append(timer.detail)
    return [Timer(at, kind, "、".join(details)) for (at, kind), details in sorted(found.items())]


def _all(clocked: Clocked, procedure: Procedure, calendar: Calendar) -> Iterator[Timer]:
    for turn in turns(clocked, procedure, calendar, clocked.registered_at):
        yield Timer(turn.at, "colour", turn.colour)
    yield from _slips(clocked, procedure, calendar)
    yield from steps_due(clocked, procedure, calendar)


def steps_due(clocked: Clocked, procedure: Procedure, calendar: Calendar) -> list[Timer]:
    """Return when each thing that the item's state waits for falls due, past or to come; at most one of a kind."""
    step = _STEPS.get(clocked.state)
    found = [] if step is None else list(step(clocked, procedure, calendar))
    return [*found, *_owed_by_others(clocked, procedure, calendar)] if clocked.state in OPEN else found


def _owed_by_others(clocked: Clocked, procedure: Procedure, calendar: Calendar) -> Iterator[Timer]:
    """What those above the unit have to do; a suspension of the work does not stop their clock."""
    if clocked.decide_by is not None:
        yield Timer(clocked.decide_by, "request-overdue", "")
    limit = procedure.flow.escalations.respond
    if clocked.escalated_at is not None and limit is not None:
        yield Timer(_limit(clocked.escalated_at, limit, procedure, calendar), "respond-overdue", "")


def _limit(
    start: datetime,
    span: Span,
    procedure: Procedure,
    calendar: Calendar,
    pauses: tuple[tuple[datetime, datetime], ...] = (),
) -> datetime:
    return reach(start, span, calendar, roll=procedure.deadlines.roll, pauses=pauses)


def _assigned(clocked: Clocked, procedure: Procedure, calendar: Calendar) -> Iterator[Timer]:
    at = accept_by(clocked, procedure, calendar)
    if at is not None:
        yield Timer(at, "accept-overdue", "")


def _working(clocked: Clocked, procedure: Procedure, calendar: Calendar) -> Iterator[Timer]:
    at = plan_by(clocked, procedure, calendar)
    if at is not None:
        yield Timer(at, "plan-overdue", "")
    if clocked.ongoing:
        yield Timer(day_start(check_day(clocked, procedure, calendar)), "check-in", "")


def _reviewing(clocked: Clocked, procedure: Procedure, calendar: Calendar) -> Iterator[Timer]:
    level = procedure.levels[clocked.level - 1]
    if level.limit is not None and clocked.submitted_at is not None:
        yield Timer(
            _limit(clocked.submitted_at, level.limit, procedure, calendar, clocked.pauses),
            "review-overdue",
            level.name,
        )


def _suspended(clocked: Clocked, _procedure: Procedure, _calendar: Calendar) -> Iterator[Timer]:
    if clocked.until is not None:
        yield Timer(day_start(clocked.until), "resume-due", "")


def _closed(clocked: Clocked, procedure: Procedure, calendar: Calendar) -> Iterator[Timer]:
    """The look-back for which the item was drawn, else the next one of the schedule, from the start of its day.

    Where the procedure looks at a share of the closures, only what is drawn is looked at.
    """
    if clocked.look_back_due is not None and clocked.closed_at is not None:
        yield Timer(clocked.closed_at, "look-back", "抽中")
        yield Timer(day_end(clocked.look_back_due), "recheck-overdue", "")
        return
    rule = procedure.look_back
    after = rule.after if rule and rule.sample == WHOLE else ()
    if clocked.closed_at is not None and clocked.look_backs < len(after):
        closed_on = clocked.closed_at.astimezone(CHINA).date()
        span, roll = after[clocked.look_backs], procedure.deadlines.roll
        day = last_day(closed_on, span, calendar, roll=roll).date
        yield Timer(day_start(day), "look-back", f"销号后{span}")


_STEPS: dict[str, Callable[[Clocked, Procedure, Calendar], Iterator[Timer]]] = {
    State.ASSIGNED: _assigned,
    State.WORKING: _working,
    State.REVIEWING: _reviewing,
    State.SUSPENDED: _suspended,
    State.CLOSED: _closed,
}


def accept_by(clocked: Clocked, procedure: Procedure, calendar: Calendar) -> datetime | None:
    """Return the instant from which an item that waits for its owner's acceptance is late, None if there is none."""
    limit = procedure.flow.accept_limit
    if clocked.state != State.ASSIGNED or limit is None or clocked.assigned_at is None:
        return None
    return _limit(clocked.assigned_at, limit, procedure, calendar, clocked.pauses)


def plan_by(clocked: Clocked, procedure: Procedure, calendar: Calendar) -> datetime | None:
    """Return the instant from which an item at work without planned measures is late, None if there is none."""
    limit = procedure.flow.plan_limit
    if clocked.state != State.WORKING or limit is None or clocked.planned_at is not None:
        return None
    return _limit(clocked.accepted_at or clocked.started_at, limit, procedure, calendar, clocked.pauses)


def _slips(clocked: Clocked, procedure: Procedure, calendar: Calendar) -> Iterator[Timer]:
    """The slips that time calls for. They are sent to those at work, never while others have the item."""
    if clocked.state not in OWNERS_TURN:
        return
    known = causes(clocked, procedure, calendar, colours.onsets(clocked, procedure, calendar))
    for slip in procedure.slips:
        at = known.get(slip.on)
        if at is not None:
            due = _limit(at, slip.after, procedure, calendar) if slip.after else at
            yield Timer(due, slip.kind, slip.name)


def causes(
    clocked: Clocked, procedure: Procedure, calendar: Calendar, onsets: Iterable[Onset]
) -> dict[str, datetime | None]:
    """Return when each thing that may call for a slip happens; a missing answer is known to the slips alone.

    ``onsets`` are those of the rules of the colour.
    """
    found = {
        "assigned": clocked.assigned_at,
        "accept-overdue": accept_by(clocked, procedure, calendar),
        "plan-overdue": plan_by(clocked, procedure, calendar),
    }
    for onset in onsets:
        known = found.get(onset.rule.kind)
        if known is None or onset.at < known:
            found[onset.rule.kind] = onset.at
    return found
