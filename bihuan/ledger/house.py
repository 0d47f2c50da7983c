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
_LAST = '(SELECT e."hash" FROM "counter" c JOIN "entry" e ON e."seq"=c."value" WHERE c."name"=%s)'
#: Gives the hash of that entry. SQLite's transaction has the end of the chain from its beginning and tells it in passing; on
#: PostgreSQL it would not be the end any more once it is locked.
WHICH = {
    "sqlite": Query(f'SELECT {_LAST},"seq","hash","hash_name" FROM "head" WHERE "id"=1', [COUNTER]),  # noqa: S608
    "postgresql": Query(f"SELECT {_LAST}", [COUNTER]),
}
#: How many houses are kept, and how long (seconds): a table put right by a rebuild is not to be missed for ever.
_MOST, _SECONDS = 8, 60.0


@dataclass(eq=False)
class House:
    """Rows of units by id, procedures by the id of their version, the working calendar, and the name of the chain's hash.

    What nobody asked for is missing.
    """

    units: dict[int, dict[str, Any]] = field(default_factory=dict)
    procedures: dict[int, Procedure] = field(default_factory=dict)
    calendar: Calendar | None = None
    hash_name: str = ""
    since: float = field(default_factory=monotonic)


_kept: dict[bytes, House] = {}


def house_of(found: bytes | None) -> House:
    """Return the house that goes by the hash ``found``; in a ledger that has no house yet (None) one for the moment."""
    if found is None:
        return House()
    digest = bytes(found)
    house = _kept.get(digest)
    if house is None or monotonic() - house.since > _SECONDS:
        if len(_kept) >= _MOST:
            _kept.clear()
        house = _kept[digest] = House()
    return house
