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


#: Makes a named tuple of a tuple, in the order of its fields: its own constructor takes several times as long, which counts
#: where there is one for each entry of a rebuild.
make = tuple.__new__


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
    at = instant_text(fact.at)
    recorded = at if fact.recorded == fact.at else instant_text(fact.recorded)
    # the names in the order of canonical JSON; all but the data are integers and texts of ours, which stand for themselves
    stem = (
        f'{{"actor":{fact.actor},"at":"{at}","data":{canonical(fact.event.to_data())},"item":{fact.item or "null"},'
        f'"kind":"{fact.kind}","recorded":"{recorded}"'
    )
    if "\\u0000" in stem and _NUL.search(stem):
        raise NotCanonical("内容里有看不见的空字符（NUL），不能记录。", hint="请删去后再提交。")
    return stem


def with_seq(stem: str, fact: Fact) -> str:
    """Return the body that begins with ``stem``."""
    before, after = around_seq(stem, fact)
    return f"{before}{fact.seq}{after}"


def around_seq(stem: str, fact: Fact) -> tuple[str, str]:
    """Return what stands before and after the seq in the body: in canonical JSON ``seq`` and ``unit`` are the last names."""
    return f'{stem},"seq":', f',"unit":{fact.unit}}}'


def fact_of(body: str) -> Fact:
    """Return the fact that a canonical ``body`` holds."""
    found: dict[str, Any] = read_json(body)
    at = datetime.fromisoformat(found["at"])
    kind, recorded = found["kind"], found["recorded"]
    return make(
        Fact,
        (
            found["seq"],
            at,
            at if recorded == found["at"] else datetime.fromisoformat(recorded),
            found["actor"],
            found["unit"],
            kind,
            found["item"] or 0,
            load(kind, found["data"]),
        ),
    )
