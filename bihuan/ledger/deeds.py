"""Counting what is done once and for all (``rules.figures.Deed``)."""

from __future__ import annotations

from bihuan.ledger.facts import Fact
from bihuan.ledger.rows import Rows
from bihuan.ledger.tables import Row


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
    """Add ``amount`` to the count of ``what``; an entry counts for each ``what`` once."""
    rows.add(
        "happening",
        {
            "seq": fact.seq, "what": what, "kind": kind, "at": fact.at, "item_id": item, "register_id": register,
            "unit_id": unit, "klass": klass, "channel": channel, "amount": amount,
        },
    )  # fmt: skip


def count(
    rows: Rows, fact: Fact, item: Row, what: str, kind: str, *, unit: int = -1, amount: int = 1
) -> None:
    """Add ``amount`` to the count of ``what`` of a ``kind`` done for ``item``, for ``unit`` (default: the item's owner)."""
    count_deed(
        rows, fact, what, unit=item["owner_id"] if unit < 0 else unit, register=item["register_id"], kind=kind,
        klass=item["klass"], channel=item["channel"], item=item["id"], amount=amount,
    )  # fmt: skip
