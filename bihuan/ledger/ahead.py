"""Work ahead of the end of the chain: what is entered before it is locked has provisional seqs, exchanged once it is.

The end of the chain is what all writers wait for. A transaction that holds its items knows everything else that it needs, so
that it works out and projects its entries first; the lock is then held only while they are numbered, hashed and written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import cast

from bihuan.ledger.facts import Fact
from bihuan.ledger.rows import Rows
from bihuan.ledger.trips import Write
from bihuan.rules import events as ev

#: Seqs above are provisional; JSON keeps them exactly, and no chain grows so long.
PROVISIONAL = 1 << 48
#: The columns of the tables whose rows an entry adds that hold its seq, or that of an earlier one.
SEQS = {
    "evidence": ("id",),
    "happening": ("seq",),
    "receipt": ("id", "slip_id"),
    "review": ("id",),
    "slip": ("id",),
    "transition": ("seq",),
}


def unnumbered(rows: Rows, facts: Iterable[Fact]) -> list[Write]:
    """Return the statements that have nothing to do with the seqs of ``facts``: they need not wait for the end of the chain.

    They are about the items that are held, so that nobody waits for them either.
    """
    if any(fact.kind.startswith("slip.") for fact in facts):  # items name their slips
        return []
    return rows.writes(SEQS.keys())


def number(rows: Rows, facts: Iterable[Fact], start: int) -> list[Fact]:
    """Give ``facts`` and their ``rows`` the seqs that follow on ``start``, and the slips among them their numbers.

    The end of the chain must be locked: the counters of numbers are read now.
    """
    shift = PROVISIONAL - start
    for name, columns in SEQS.items():
        rows.renumber(name, columns, PROVISIONAL, shift)
    for item in rows.changed("item"):
        item["slips"] = [_lowered(slip, shift) for slip in item["slips"]]
    return [_numbered(rows, fact, shift) for fact in facts]


def _numbered(rows: Rows, fact: Fact, shift: int) -> Fact:
    event = fact.event
    if fact.kind.startswith("slip.") and getattr(event, "slip", 0) > PROVISIONAL:
        event = replace(event, slip=event.slip - shift)  # type: ignore[call-arg, attr-defined]
    fact = Fact(fact.seq - shift, *fact[1:-1], event)
    return _given_number(rows, fact, cast(ev.SlipIssued, event)) if fact.kind == "slip.issued" else fact


def _given_number(rows: Rows, fact: Fact, event: ev.SlipIssued) -> Fact:
    no = rows.count_up(event.series)
    found = number_of(event.series, no)
    rows.get("slip", event.slip or fact.seq).update(no=no, number=found)
    return fact._replace(event=replace(event, no=no, number=found))


def number_of(series: str, no: int) -> str:
    """Return the number ``no`` of ``series``; "" while it is not known (0)."""
    return series.replace("{no}", str(no)) if no else ""


def _lowered(seq: int, shift: int) -> int:
    return seq - shift if seq > PROVISIONAL else seq
