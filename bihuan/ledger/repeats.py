"""What speaks against another slip: one like it that is not settled, or a request that the unit got a short time ago."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from bihuan.models import Slip
from bihuan.rules.slips import LIVE, SlipState

#: A request to a unit younger than this is shown before another one is sent to it.
RECENT = timedelta(days=3)


def repeated(item: int, unit: int, kind: str, now: datetime, using: str = "default") -> list[Slip]:
    """Return the slips that speak against another of ``kind`` for ``item`` to ``unit``, oldest first.

    They are the unsettled ones of that kind for the item, and any sent to the unit in the days before (``RECENT``).
    """
    slips = Slip.objects.using(using).filter(unit_id=unit).exclude(state=SlipState.WITHDRAWN)
    same = Q(item_id=item, kind=kind, state__in=LIVE)
    recent = Q(issued_at__gt=now - RECENT)
    return list(slips.filter(same | recent).order_by("id"))
