"""What is done once and for all and counted by the figures of deeds."""

from __future__ import annotations

from bihuan.ledger.facts import Fact
from bihuan.ledger.rows import Rows


def count_deed(
    rows: Rows,
    fact: Fact,
    what: str,
    *,
    unit: int,
    register: int,
    kind: str = "",
    klass: str = "",
    channel: str = "",
    item: int = 0,
    amount: int = 1,
) -> None:
    """Add ``amount`` to the count of ``what`` (``rules.figures.Deed``); an entry counts for each ``what`` once."""
    rows.add(
        "happening",
        {
            "seq": fact.seq, "what": what, "kind": kind, "at": fact.at, "item_id": item, "register_id": register,
            "unit_id": unit, "klass": klass, "channel": channel, "amount": amount,
        },
    )  # fmt: skip
