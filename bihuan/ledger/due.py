"""What fell due for an item: entered before anything else happens to it, at the instant at which it was due.

So an item's entries are always in the order of their ``at``, whatever the clock missed while the system was down.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bihuan.ledger import derive
from bihuan.ledger.append import Ledger
from bihuan.ledger.due_slips import enter_slip
from bihuan.ledger.tables import Row
from bihuan.rules.colours import Colour, colour
from bihuan.rules.events import ItemColoured, ItemFellDue, ItemPutOff

#: What is entered later than this after its instant is marked late.
PUNCTUAL = timedelta(minutes=10)


def catch_up(ledger: Ledger, item: Row, until: datetime) -> int:
    """Enter everything of ``item`` due at or before ``until``, in order; returns how many entries."""
    return 0 if ledger.is_quiet(item, until) else _catch_up(ledger, item, until)


def _catch_up(ledger: Ledger, item: Row, until: datetime) -> int:
    entered = 0
    ledger.retime(
        item["id"]
    )  # timers that another calendar or version of the rules set would stay due for ever
    while (at := next_due(ledger, item)) is not None and at <= until:
        entered += enter_due(ledger, item, at)
    return entered


def next_due(ledger: Ledger, item: Row) -> datetime | None:
    """Return the next instant at which something falls due for ``item``, None if there is none."""
    return min((t["due_at"] for t in ledger.timers_of(item)), default=None)


def enter_due(ledger: Ledger, item: Row, at: datetime) -> int:
    """Enter all that falls due for ``item`` at ``at``, its ``next_due``; returns how many entries.

    The first entry moves the item's timers beyond ``at``, so that all are taken down beforehand.
    """
    due = [t for t in ledger.timers_of(item) if t["due_at"] == at]
    steps = [t for t in due if t["kind"] not in derive.TURNS | {derive.SLIP}]
    turned = any(t["kind"] in derive.TURNS for t in due)
    if turned:
        _enter_colour(ledger, item, at)
    for timer in steps:
        event = ItemFellDue(what=timer["kind"], detail=timer["detail"], late=_late(ledger, at))
        ledger.append(event, item=item["id"], at=at)
    slipped = len(steps) + turned < len(due)
    return len(steps) + turned + (enter_slip(ledger, item, at, late=_late(ledger, at)) if slipped else 0)


def bring_up(ledger: Ledger, item: Row, at: datetime, reason: str) -> None:
    """Enter what is different for ``item`` at ``at`` because the calendar has changed: its colour, what it waits for."""
    _catch_up(ledger, item, at)  # the timers kept are those of the calendar as it was
    before, now = set(item["waiting"].split()), set(derive.waiting(ledger.rows, item, at).split())
    found = _colour(ledger, item, at)
    if (found.name, found.rule, derive.is_overdue(item, at)) != (
        item["colour"],
        item["rule"],
        item["overdue"],
    ):
        _enter_colour(ledger, item, at)
    for kind in sorted(now - before):
        ledger.append(ItemFellDue(what=kind), item=item["id"], at=at)
    for kind in sorted(before - now):
        ledger.append(ItemPutOff(what=kind, reason=reason), item=item["id"], at=at)


def _enter_colour(ledger: Ledger, item: Row, at: datetime) -> None:
    found = _colour(ledger, item, at)
    event = ItemColoured(
        colour=found.name,
        rule=found.rule,
        overdue=derive.is_overdue(item, at),
        late=_late(ledger, at),
    )
    ledger.append(event, item=item["id"], at=at)


def _late(ledger: Ledger, at: datetime) -> bool:
    return ledger.now - at > PUNCTUAL


def _colour(ledger: Ledger, item: Row, at: datetime) -> Colour:
    procedure, calendar = derive.procedure_of(ledger.rows, item), derive.calendar_of(ledger.rows)
    return colour(derive.clocked(item), procedure, calendar, at)
