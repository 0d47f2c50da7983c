"""What fell due for an item: entered before anything else happens to it, at the instant at which it was due.

So an item's entries are always in the order of their ``at``, whatever the clock missed while the system was down.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bihuan.ledger import derive
from bihuan.ledger.append import Ledger
from bihuan.ledger.tables import Row
from bihuan.rules.colours import Colour, colour
from bihuan.rules.events import ItemColoured

#: What is entered later than this after its instant is marked late.
PUNCTUAL = timedelta(minutes=10)


def catch_up(ledger: Ledger, item: Row, until: datetime) -> int:
    """Enter every turn of ``item`` due at or before ``until``, in order; returns how many."""
    entered = 0
    ledger.retime(
        item["id"]
    )  # timers that another calendar or version of the rules set would stay due for ever
    while (at := _next(ledger, item)) is not None and at <= until:
        _enter(ledger, item, at)
        entered += 1
    return entered


def recolour(ledger: Ledger, item: Row, at: datetime) -> None:
    """Enter the colour that ``item`` has at ``at`` where it is not the one that it shows: the calendar has changed."""
    catch_up(ledger, item, at)
    found = _colour(ledger, item, at)
    if (found.name, found.rule, derive.is_overdue(item, at)) != (
        item["colour"],
        item["rule"],
        item["overdue"],
    ):
        _enter(ledger, item, at)


def _enter(ledger: Ledger, item: Row, at: datetime) -> None:
    found = _colour(ledger, item, at)
    event = ItemColoured(
        colour=found.name,
        rule=found.rule,
        overdue=derive.is_overdue(item, at),
        late=ledger.now - at > PUNCTUAL,
    )
    ledger.append(event, item=item["id"], at=at)


def _colour(ledger: Ledger, item: Row, at: datetime) -> Colour:
    procedure, calendar = derive.procedure_of(ledger.rows, item), derive.calendar_of(ledger.rows)
    return colour(derive.clocked(item), procedure, calendar, at)


def _next(ledger: Ledger, item: Row) -> datetime | None:
    return min((t["due_at"] for t in derive.timers_of(ledger.rows, item)), default=None)
