"""What an import changed, read back from its entries: what was corrected, what was registered, what the file no longer had."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bihuan.ledger.facts import fact_of
from bihuan.models import Entry, Import, Item, Register
from bihuan.queries.people import directory
from bihuan.web import words
from bihuan.web.procedures import procedures_of

#: So many of each are listed.
MOST = 100


@dataclass(frozen=True)
class Change:
    """What the import did to one item; ``lines`` say what was corrected."""

    item: Item
    place: str
    lines: list[words.Said]


def changed(found: Import, register: Register) -> dict[str, Any]:
    """Return the changes of an import for its page, the first ``MOST`` of each kind."""
    procedure = procedures_of([register.procedure_id])[register.procedure_id]
    names = words.Names(directory().labels, procedure)
    numbers = Item.objects.in_bulk([m["item"] for m in found.missing[:MOST]])
    return {
        "amended": list(_changes(found, "item.amended", found.amended, names)),
        "registered": list(_changes(found, "item.registered", found.registered, names)),
        "missing": [(numbers[m["item"]], f"{m['sheet']} 第 {m['row']} 行") for m in found.missing[:MOST]],
        "most": MOST,
    }


def _changes(found: Import, kind: str, count: int, names: words.Names) -> Iterator[Change]:
    """Yield the changes of a kind: an import enters everything in one piece, so they are the next ones behind its own entry."""
    entries = Entry.objects.filter(pk__gt=found.pk, kind=kind).order_by("pk")[: min(count, MOST)]
    facts = [(item, fact_of(body)) for item, body in entries.values_list("item_id", "body")]
    items = Item.objects.in_bulk([item for item, _ in facts])
    for item, fact in facts:
        origin = fact.event.to_data()["origin"]
        told = words.said_of(fact, names) if kind == "item.amended" else []
        yield Change(items[item], f"{origin['sheet']} 第 {origin['row']} 行", told)
