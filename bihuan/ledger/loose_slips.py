"""Slips that an item leaves behind: it has ended, or another unit has it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bihuan.ledger.append import Ledger
from bihuan.ledger.tables import Row
from bihuan.rules.events import Event, SlipClosed, SlipWithdrawn
from bihuan.rules.permissions import SYSTEM
from bihuan.rules.slips import LIVE, SlipState
from bihuan.rules.workflow import ENDED, STATE_NAMES


def tidy(ledger: Ledger, item: Row, at: datetime) -> None:
    """Close or withdraw what nobody can settle any more, by an entry for each slip: nothing is closed in silence."""
    ledger.rows.prefetch("slip", item["slips"])
    for slip in [ledger.rows.look("slip", i) for i in item["slips"]]:
        event = _end(slip, item) if slip["state"] in LIVE else None
        if event is not None:
            ledger.append(event, SYSTEM, item=item["id"], at=at)


def _end(slip: Mapping[str, Any], item: Row) -> Event | None:
    if item["state"] in ENDED:
        why = f"事项{STATE_NAMES[item['state']]}。"
        if slip["state"] == SlipState.PROPOSED:
            return SlipWithdrawn(slip=slip["id"], reason=why)
        return SlipClosed(slip=slip["id"], note=why)
    if slip["unit_id"] != item["owner_id"]:
        return SlipWithdrawn(slip=slip["id"], reason="事项已转给其他单位。")
    return None
