"""What every step asks of the house: its units, procedures and calendar, kept in the process while they are the same.

The counter ``house`` holds the seq of the entry that touched them last. The hash of that entry stands for all that was entered
up to it, in whatever database, so that what is kept under the hash is what a database has that gives it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from bihuan.ledger.trips import Query
from bihuan.rules.calendar import Calendar
from bihuan.rules.procedure import Procedure

#: The counter that names the last entry of one of the ``KINDS``.
COUNTER = "house"
#: The kinds of facts that touch what is kept.
KINDS = frozenset(
    {"unit.created", "unit.changed", "unit.merged", "procedure.published", "calendar.published"}
)
#: Gives the hash of that entry.
WHICH = Query(
    'SELECT e."hash" FROM "counter" c JOIN "entry" e ON e."seq"=c."value" WHERE c."name"=%s', [COUNTER]
)
#: How many houses are kept, and how long (seconds): a table put right by a rebuild is not to be missed for ever.
_MOST, _SECONDS = 8, 60.0


@dataclass(eq=False)
class House:
    """Rows of units by id, procedures by the id of their version, and the working calendar; what nobody asked for is missing."""

    units: dict[int, dict[str, Any]] = field(default_factory=dict)
    procedures: dict[int, Procedure] = field(default_factory=dict)
    calendar: Calendar | None = None
    since: float = field(default_factory=monotonic)


_kept: dict[bytes, House] = {}


def house_of(found: list[tuple[Any, ...]]) -> House:
    """Return the house that goes by what ``WHICH`` has ``found``; in a ledger that has no house yet one for the moment."""
    if not found:
        return House()
    digest = bytes(found[0][0])
    house = _kept.get(digest)
    if house is None or monotonic() - house.since > _SECONDS:
        if len(_kept) >= _MOST:
            _kept.clear()
        house = _kept[digest] = House()
    return house
