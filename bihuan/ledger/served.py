"""What the ladder needs to know of the slips that an item has had."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bihuan.ledger.rows import Rows
from bihuan.ledger.tables import Row
from bihuan.rules.ladder import Served
from bihuan.rules.slips import UNANSWERED, SlipState

_UNSETTLED = UNANSWERED | {SlipState.PROPOSED, SlipState.ANSWERED}


def served(rows: Rows, item: Row) -> list[Served]:
    """Return the slips that went, or are proposed to go, to the unit that has ``item`` now, in the order of their making."""
    if not item["slips"]:
        return []
    rows.prefetch("slip", item["slips"])
    slips = (rows.look("slip", i) for i in item["slips"])
    return [_served(slip) for slip in slips if slip["unit_id"] == item["owner_id"]]


def _served(slip: Mapping[str, Any]) -> Served:
    asked = slip["answer_due"] is not None
    return Served(
        name=slip["rung"],
        changed_at=slip["changed_at"],
        waits=slip["state"] == SlipState.PROPOSED or (asked and slip["state"] in _UNSETTLED),
        answer_due=slip["answer_due"] if slip["state"] in UNANSWERED else None,
    )
