"""An entry as code sees it, and its canonical body."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bihuan.rules.chain import canonical
from bihuan.rules.events import Event, load


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry. ``at`` is when it holds, ``recorded`` when it was written (both aware, UTC); ``item`` 0 is none."""

    seq: int
    at: datetime
    recorded: datetime
    actor: int
    unit: int
    kind: str
    item: int
    event: Event


def instant_text(value: datetime) -> str:
    """Return an aware UTC instant in the form entries hold: ``2026-03-05T01:00:00.000000Z``."""
    return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def body_of(fact: Fact) -> str:
    """Return the canonical JSON of ``fact``, as it is hashed."""
    return canonical(
        {
            "actor": fact.actor,
            "at": instant_text(fact.at),
            "data": fact.event.to_data(),
            "item": fact.item or None,
            "kind": fact.kind,
            "recorded": instant_text(fact.recorded),
            "seq": fact.seq,
            "unit": fact.unit,
        }
    )


def fact_of(body: str) -> Fact:
    """Return the fact that a canonical ``body`` holds."""
    found: dict[str, Any] = json.loads(body)
    return Fact(
        found["seq"],
        datetime.fromisoformat(found["at"]),
        datetime.fromisoformat(found["recorded"]),
        found["actor"],
        found["unit"],
        found["kind"],
        found["item"] or 0,
        load(found["kind"], found["data"]),
    )
