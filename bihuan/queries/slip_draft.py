"""A slip before it is issued: which there are for an item, what one would say, and what speaks against it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connections

from bihuan.ledger import derive
from bihuan.ledger.append import Ledger
from bihuan.ledger.due_slips import matter_of, unanswered
from bihuan.ledger.repeats import Repeats, repeated
from bihuan.rules.errors import NotFound
from bihuan.rules.procedure_types import SlipRule
from bihuan.rules.slip_words import slip_text


@dataclass(frozen=True)
class Draft:
    """What a slip of ``rule`` would say; ``against`` are the slips of its unit that speak against another one."""

    rule: SlipRule
    text: str
    against: Repeats


def slip_draft(item_id: int, rung: str, now: datetime, using: str = "default") -> Draft:
    """Return the draft of the slip called ``rung`` for an item. Raises NotFound for a rung that its procedure has not."""
    ledger = Ledger(connections[using], now)
    item = ledger.rows.get("item", item_id)
    rule = next((r for r in derive.procedure_of(ledger.rows, item).slips if r.name == rung), None)
    if rule is None:
        raise NotFound(f"这一事项的规程里没有“{rung}”。")
    text = slip_text(rule.kind, "", matter_of(ledger, item), of=unanswered(ledger, item, rule.of))
    return Draft(rule, text, repeated(item_id, item["owner_id"], rule.kind, now, using))
