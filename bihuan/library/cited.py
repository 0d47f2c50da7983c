"""What of the ledger speaks of a document, and of what of the ledger a document speaks, as far as somebody may know of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bihuan.library.citing import drafts_citing, institutions_of, items_citing
from bihuan.library.drafts.readers import readable
from bihuan.models import Document, Draft, Institution, Item, Register
from bihuan.queries.closing import institutions
from bihuan.queries.items import may_see
from bihuan.queries.scope import Scope


@dataclass(frozen=True)
class Cited:
    """The items that come from a document or are proved by it, the institutions that it is, the drafts that quote it."""

    items: list[Item]
    institutions: list[Institution]
    drafts: list[Draft]


@dataclass(frozen=True)
class Named:
    """A place of a text in which an institution is named."""

    start: int
    end: int
    institution: Institution


def cited_by(who: Scope, document: Document) -> Cited:
    """Return what speaks of the document."""
    registers = {r.pk: r for r in who.registers}
    visible = set(institutions(who.units).values_list("id", flat=True))
    return Cited(
        [i for i in items_citing(document) if _seen(who, i, registers)],
        [i for i in institutions_of(document) if i.pk in visible],
        [d for d in drafts_citing(document) if readable(who, d)],
    )


def _seen(who: Scope, item: Item, registers: dict[int, Register]) -> bool:
    register = registers.get(item.register_id)
    return register is not None and may_see(item, who.units_in(register))


def institutions_named(who: Scope, text: str) -> list[Named]:
    """Return where ``text`` names the institutions of the ledger that somebody may see, by title or number, without overlaps."""
    known: dict[str, Institution] = {}
    for one in institutions(who.units):
        known |= {words: one for words in (one.title, one.number) if len(words) >= 4}
    return list(_places(text, known)) if known else []


def _places(text: str, known: dict[str, Institution]) -> Iterable[Named]:
    """Of names that begin together the longest counts."""
    names = sorted(known, key=len, reverse=True)
    for match in re.finditer("|".join(map(re.escape, names)), text):
        yield Named(match.start(), match.end(), known[match[0]])
