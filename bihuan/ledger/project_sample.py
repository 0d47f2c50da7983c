"""Projection of what concerns random samples."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bihuan.ledger.facts import Fact
from bihuan.ledger.rows import Rows
from bihuan.rules import events as ev


def committed(rows: Rows, fact: Fact, event: ev.SampleCommitted) -> None:
    """Add the sample; nothing is drawn yet."""
    rows.add(
        "sample",
        {
            "id": fact.seq, "purpose": event.purpose, "of": event.of, "office_id": event.office,
            "criteria": event.criteria or {}, "strata": event.strata, "digest": event.digest, "seed": event.seed,
            "committed_at": fact.at, "chosen": [], "drawn": 0, "drawn_at": None,
        },
    )  # fmt: skip


def drawn(rows: Rows, fact: Fact, event: ev.SampleDrawn) -> None:
    """Keep what was drawn."""
    rows.get("sample", event.sample).update(chosen=event.chosen, drawn=fact.seq, drawn_at=fact.at)


HANDLERS: dict[str, Callable[[Rows, Fact, Any], None]] = {
    "sample.committed": committed,
    "sample.drawn": drawn,
}
