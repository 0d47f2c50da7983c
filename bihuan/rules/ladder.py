"""The ladder: which slip is called for next, and when, from what is known of the item and of the slips it had."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple

from bihuan.rules.calendar import Calendar
from bihuan.rules.clocked import Clocked
from bihuan.rules.colours import OWNERS_TURN, Onset
from bihuan.rules.procedure_types import Procedure, SlipRule, Span
from bihuan.rules.spans import reach
from bihuan.rules.timers import causes


class Served(NamedTuple):
    """The last slip of a rung (``name``) that the item's present unit was given, or that waits to be signed.

    ``changed_at`` is when anything last happened to it. ``answer_due`` is set while it waits for an answer,
    ``waits`` while it waits for the unit's answer, a judgement or a signature.
    """

    name: str
    changed_at: datetime
    waits: bool = False
    answer_due: datetime | None = None


class Rung(NamedTuple):
    """The slip of ``rule`` is called for at ``at`` (UTC)."""

    at: datetime
    rule: SlipRule


def answer_by(start: datetime, span: Span, procedure: Procedure, calendar: Calendar) -> datetime:
    """Return the instant (UTC) by which a slip issued at ``start`` must be answered."""
    return reach(start, span, calendar, roll=procedure.deadlines.roll)


def next_rung(
    clocked: Clocked,
    procedure: Procedure,
    calendar: Calendar,
    served: Iterable[Served],
    onsets: Sequence[Onset],
    *,
    begun: bool = False,
) -> Rung | None:
    """Return the slip that is called for first, None if time calls for none.

    ``onsets`` are those of the rules of the colour. ``begun``: the item was already at work when it was registered, so that its
    unit needs no notice of it. A slip is called for again only when its cause came about after everything that happened to the
    last one of its rung, and never while that one waits. Slips go to those at work, so that there are none while others have
    the item.
    """
    if clocked.state not in OWNERS_TURN or not procedure.slips:
        return None
    last = {slip.name: slip for slip in served}
    known = _causes(clocked, procedure, calendar, onsets, begun=begun)
    called = [(cause, rule) for rule in procedure.slips if (cause := _cause(rule, last, known)) is not None]
    first: Rung | None = None
    for cause, rule in sorted(called, key=_when):
        if first is not None and cause >= first.at:
            break  # reckoning when a span after its cause ends costs more than all the rest
        at = answer_by(cause, rule.after, procedure, calendar) if rule.after else cause
        if first is None or at < first.at:
            first = Rung(at, rule)
    return first


#: The instant that a pair begins with.
_when = itemgetter(0)


def _causes(
    clocked: Clocked, procedure: Procedure, calendar: Calendar, onsets: Iterable[Onset], *, begun: bool
) -> dict[str, datetime]:
    """When each cause came about for the unit that has the item: never before it had it."""
    since = clocked.assigned_at or clocked.registered_at
    found = causes(clocked, procedure, calendar, onsets)
    known = {kind: max(at, since) for kind, at in found.items() if at is not None}
    if begun and clocked.assigned_at == clocked.registered_at:
        known.pop("assigned", None)
    if "near" in known and "overdue" in known and known["overdue"] <= known["near"]:
        known.pop("near")  # it is too late to say that the deadline is near
    return known


def _cause(rule: SlipRule, last: Mapping[str, Served], known: Mapping[str, datetime]) -> datetime | None:
    """When that came about for which the slip of ``rule`` is called for; None when there is nothing, or nothing new."""
    before = last.get(rule.name)
    if before is not None and before.waits:
        return None
    cause = _unanswered(rule, last) if rule.on == "unanswered" else known.get(rule.on)
    return None if cause is None or (before is not None and cause <= before.changed_at) else cause


def _unanswered(rule: SlipRule, last: Mapping[str, Served]) -> datetime | None:
    """When the limit of the slip that ``rule`` follows passes; pauses of the work have moved it already."""
    asked = last.get(rule.of)
    return None if asked is None else asked.answer_due
