"""What speaks against another slip: one like it that is not settled, or a request that the unit got a short time ago."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bihuan.models import Slip
from bihuan.rules.slips import LIVE, SlipState

#: A request to a unit younger than this is shown before another one is sent to it.
RECENT = timedelta(days=3)


#: So many of the slips are named; how many there are in all is told.
NAMED = 10
_OF_SLIP = ("id", "number", "rung", "state", "issued_at")


@dataclass(frozen=True)
class Repeats:
    """The slips that speak against another one: the first ``NAMED`` of the ``count`` that there are, oldest first."""

    slips: list[Slip]
    count: int

    @property
    def unnamed(self) -> int:
        """How many are not among ``slips``."""
        return self.count - len(self.slips)


def repeated(item: int, unit: int, kind: str, now: datetime, using: str = "default") -> Repeats:
    """Return the slips that speak against another of ``kind`` for ``item`` to ``unit``.

    They are the unsettled ones of that kind for the item, and any sent to the unit in the days before (``RECENT``).
    """
    slips = Slip.objects.using(using).filter(unit_id=unit).exclude(state=SlipState.WITHDRAWN).order_by()
    same = slips.filter(item_id=item, kind=kind, state__in=LIVE).values_list("id", flat=True)
    recent = slips.filter(issued_at__gt=now - RECENT).values_list("id", flat=True)
    ids = sorted({*same, *recent})
    named = Slip.objects.using(using).only(*_OF_SLIP).filter(pk__in=ids[:NAMED])
    return Repeats(list(named.order_by("id")), len(ids))
