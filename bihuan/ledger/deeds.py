"""Counting what is done once and for all (``rules.figures.Deed``)."""

from __future__ import annotations

from bihuan.ledger.facts import Fact
from bihuan.ledger.rows import Rows
from bihuan.ledger.tables import Row


def count(
    rows: Rows, fact: Fact, item: Row, what: str, kind: str, *, unit: int = -1, amount: int = 1
) -> None:
    """Add ``amount`` to the count of ``what`` of a ``kind`` for ``unit`` (default: the item's owner)."""
    place = {name: item[name] for name in ("register_id", "klass", "channel")}
    rows.add(
        "happening",
        {
            **place, "seq": fact.seq, "what": what, "kind": kind, "at": fact.at, "item_id": item["id"],
            "unit_id": item["owner_id"] if unit < 0 else unit, "amount": amount,
        },
    )  # fmt: skip
