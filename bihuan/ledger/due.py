"""What fell due for an item: entered before anything else happens to it, at the instant at which it was due.

So an item's entries are always in the order of their ``at``, whatever the clock missed while the system was down.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bihuan.ledger import derive
from bihuan.ledger.append import Ledger
from bihuan.ledger.tables import Row
from bihuan.rules.colours import colour
from bihuan.rules.events import ItemColoured

#: What is entered later than this after its instant is marked late.
PUNCTUAL = timedelta(minutes=10)


def catch_up(ledger: Ledger, item: Row, until: datetime) -> int:
    """Enter every turn of ``item`` due at or before ``until``, in order; returns how many."""
    entered = 0
    while (at := _next(ledger, item)) is not None and at <= until:
        found = colour(
            derive.clocked(item), derive.procedure_of(ledger.rows, item), derive.calendar_of(ledger.rows), at
        )
        event = ItemColoured(
            colour=found.name,
            rule=found.rule,
            overdue=derive.is_overdue(item, at),
            late=ledger.now - at > PUNCTUAL,
        )
        ledger.append(event, item=item["id"], at=at)
        entered += 1
    return entered


def _next(ledger: Ledger, item: Row) -> datetime | None:
    return min((t["due_at"] for t in derive.timers_of(ledger.rows, item)), default=None)
