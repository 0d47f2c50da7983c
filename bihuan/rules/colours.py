"""The colour of an item: derived from what is known of it, its procedure, the calendar and the time. Never typed in.

Each rule of a procedure holds from some instant on, if nothing else happens to the item. The colour at a moment is
the worst among the rules that hold by then, so the instants at which it turns are known in advance.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from bihuan.rules.calendar import Calendar
from bihuan.rules.check_in import check_day
from bihuan.rules.clocked import Clocked, day_end, day_start, due_at
from bihuan.rules.procedure_types import COLOURS, ColourRule, Procedure, Span
from bihuan.rules.schedule import MICROSECOND, behind_at, missed_at
from bihuan.rules.spans import reach
from bihuan.rules.workflow import STATE_NAMES, State

UNLIT = frozenset({State.CLOSED, State.MERGED, State.CANCELLED, State.SUSPENDED})
"""States without a colour: nothing is asked of anybody, or the clock stands still."""

OWNERS_TURN = frozenset({State.ASSIGNED, State.WORKING})
"""States in which the owner can move the work on; waiting for others is no slowness of its own."""

_DAY = timedelta(days=1)


class Colour(NamedTuple):
    """A colour's ``name`` (a key of ``COLOURS``), the kind of the ``rule`` behind it ("" if none), and why."""

    name: str
    rule: str
    reason: str

    @property
    def label(self) -> str:
        """What people call it."""
        return COLOURS[self.name]


class Onset(NamedTuple):
    """The instant from which a rule holds."""

    at: datetime
    rule: ColourRule


def colour(clocked: Clocked, procedure: Procedure, calendar: Calendar, now: datetime) -> Colour:
    """Return the colour at ``now`` (aware)."""
    if clocked.state in UNLIT:
        return Colour("none", "", STATE_NAMES[clocked.state])
    end = due_at(clocked)
    for rule in procedure.colours.worst_first:
        at = _HOLDS[rule.kind](clocked, rule, procedure, calendar, end)
        if at is not None and at <= now:
            return Colour(rule.colour, rule.kind, rule.reason)
    return Colour(procedure.colours.normal, "", "正常推进")


def onsets(clocked: Clocked, procedure: Procedure, calendar: Calendar) -> list[Onset]:
    """Return when each rule comes to hold, without those that never do; the one that outdoes the others comes first."""
    if clocked.state in UNLIT:
        return []
    found = []
    end = due_at(clocked)
    for rule in procedure.colours.worst_first:
        at = _HOLDS[rule.kind](clocked, rule, procedure, calendar, end)
        if at is not None:
            found.append(Onset(at, rule))
    return found


def _overdue(
    _clocked: Clocked, _rule: ColourRule, _procedure: Procedure, _calendar: Calendar, end: datetime | None
) -> datetime | None:
    return end


def _near(
    clocked: Clocked, rule: ColourRule, _procedure: Procedure, calendar: Calendar, end: datetime | None
) -> datetime | None:
    """Some time before the due day ends, but for a short task not from its first day on."""
    if end is None or clocked.due is None or rule.span is None:
        return None
    at = _before(clocked.due, end, rule.span, calendar)
    started = clocked.started_at
    if started >= end:
        return at
    allowed = (end - started) // MICROSECOND
    return max(at, end - allowed * rule.share // 100 * MICROSECOND)


@lru_cache(maxsize=8_192)  # many items fall due on the same day
def _before(due: date, end: datetime, span: Span, calendar: Calendar) -> datetime:
    """The start of the first day after which at most ``span`` is left (for hours, that instant)."""
    if span.unit == "hour":
        return end - timedelta(hours=span.count)
    if span.unit == "workday":
        return day_start(calendar.add_workdays(due + _DAY, -span.count - 1).date)
    return day_start(due - span.count * _DAY)


def _behind(
    clocked: Clocked, rule: ColourRule, _procedure: Procedure, _calendar: Calendar, end: datetime | None
) -> datetime | None:
    return behind_at(clocked, rule.points, end) if clocked.state in OWNERS_TURN else None


def _milestone(
    clocked: Clocked, _rule: ColourRule, _procedure: Procedure, _calendar: Calendar, _end: datetime | None
) -> datetime | None:
    return missed_at(clocked) if clocked.state in OWNERS_TURN else None


def _stale(
    clocked: Clocked, rule: ColourRule, _procedure: Procedure, calendar: Calendar, _end: datetime | None
) -> datetime | None:
    """Ongoing work is asked for its check-ins alone."""
    if clocked.state not in OWNERS_TURN or clocked.steady or rule.span is None:
        return None
    return reach(clocked.moved_at, rule.span, calendar, roll=False)


def _check_in(
    clocked: Clocked, _rule: ColourRule, procedure: Procedure, calendar: Calendar, _end: datetime | None
) -> datetime | None:
    if not clocked.ongoing or clocked.state != State.WORKING:
        return None
    return day_end(check_day(clocked, procedure, calendar))


def _poor(
    clocked: Clocked, rule: ColourRule, procedure: Procedure, calendar: Calendar, _end: datetime | None
) -> datetime | None:
    """Feedback that was sent back is with the owner until it is given anew."""
    if clocked.state not in OWNERS_TURN or clocked.faulted_at is None:
        return None
    if rule.span is None:
        return clocked.faulted_at
    return reach(clocked.faulted_at, rule.span, calendar, roll=procedure.deadlines.roll)


#: Kind of rule → from when it holds; the last argument is the instant from which the item is overdue.
_HOLDS: dict[str, Callable[[Clocked, ColourRule, Procedure, Calendar, datetime | None], datetime | None]] = {
    "overdue": _overdue,
    "near": _near,
    "behind": _behind,
    "milestone": _milestone,
    "stale": _stale,
    "check-in": _check_in,
    "poor": _poor,
}
