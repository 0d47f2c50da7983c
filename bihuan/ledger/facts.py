"""An entry as code sees it, and its canonical body, which is hashed."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from bihuan.ledger.tables import read_json
from bihuan.rules.chain import NotCanonical, canonical
from bihuan.rules.events import Event, load

_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class Fact(NamedTuple):
    """One entry. ``at`` is when it holds, ``recorded`` when it was written (both aware, UTC); ``item`` 0 is none."""

    seq: int
    at: datetime
    recorded: datetime
    actor: int
    unit: int
    kind: str
    item: int
    event: Event


@lru_cache(maxsize=1 << 10)  # the entries of one action, or of one import, are of the same instant
def instant_text(value: datetime) -> str:
    """Return an aware instant in the form entries hold: ``2026-03-05T01:00:00.000000Z``."""
    return value.astimezone(UTC).isoformat(timespec="microseconds")[: -len("+00:00")] + "Z"


def stem_of(fact: Fact) -> str:
    """Return the canonical JSON of ``fact``, as it is hashed, up to where its seq comes, which is known last of all.

    Raises NotCanonical, also for what PostgreSQL cannot keep.
    """
    stem = canonical(
        {
            "actor": fact.actor,
            "at": instant_text(fact.at),
            "data": fact.event.to_data(),
            "item": fact.item or None,
            "kind": fact.kind,
            "recorded": instant_text(fact.recorded),
        }
    )[:-1]
    if "\\u0000" in stem and _NUL.search(stem):
        raise NotCanonical("内容里有看不见的空字符（NUL），不能记录。", hint="请删去后再提交。")
    return stem


def with_seq(stem: str, fact: Fact) -> str:
    """Return the body that begins with ``stem``: in canonical JSON ``seq`` and ``unit`` are the last names of all."""
    return f'{stem},"seq":{fact.seq},"unit":{fact.unit}}}'


def fact_of(body: str) -> Fact:
    """Return the fact that a canonical ``body`` holds."""
    found: dict[str, Any] = read_json(body)
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
