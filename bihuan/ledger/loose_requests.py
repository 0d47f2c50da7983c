"""Requests that have become pointless: the item has ended, another unit has it, or what they ask for was done directly."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bihuan.ledger.append import Ledger
from bihuan.ledger.tables import Row
from bihuan.rules.events import RequestWithdrawn
from bihuan.rules.permissions import SYSTEM
from bihuan.rules.requests import KIND_OF
from bihuan.rules.workflow import ENDED, STATE_NAMES, STEPS


def withdraw_pointless(ledger: Ledger, item: Row, at: datetime, action: str) -> None:
    """Withdraw, by an entry for each, what nobody needs to decide any more after ``action``."""
    ledger.rows.prefetch("request", item["requests"])
    for request in [ledger.rows.look("request", r) for r in item["requests"]]:
        why = _pointless(request, item, action)
        if why:
            ledger.append(RequestWithdrawn(request=request["id"], reason=why), SYSTEM, item=item["id"], at=at)


def _pointless(request: Mapping[str, Any], item: Row, action: str) -> str:
    if item["state"] in ENDED:
        return f"事项{STATE_NAMES[item['state']]}。"
    if KIND_OF.get(action) == request["kind"]:
        return f"已直接办理{STEPS[action].name}。"
    if request["unit_id"] != item["owner_id"]:
        return "事项已转给其他单位。"
    return ""
