"""Whether an item under way could follow another version of its procedure."""

from __future__ import annotations

from bihuan.ledger.rows import Rows
from bihuan.ledger.tables import Row
from bihuan.rules.procedure import Procedure
from bihuan.rules.slips import LIVE
from bihuan.rules.workflow import State


def misfit(rows: Rows, item: Row, procedure: Procedure) -> str:
    """Return why ``item`` must stay with its version, "" if it need not."""
    if item["state"] == State.REVIEWING:
        return "正在审核"
    rungs = {slip.name for slip in procedure.slips}
    live = [s for s in (rows.get("slip", i) for i in item["slips"]) if s["state"] in LIVE]
    if any(s["rung"] not in rungs for s in live):
        return "有新规程里没有的单据尚未办结"
    return ""
