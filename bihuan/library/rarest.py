"""A long string by its rarest pairs: SQLite follows every pair of a phrase, also those that stand in nearly every document.

A few rare pairs leave few candidates, whose texts decide. Which pairs are rare is guessed from some documents; a wrong guess
takes longer and finds the same.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from itertools import pairwise

from django.db import connections
from django.db.models import Max

from bihuan.models import Document
from bihuan.rules.pairs import phrase

_SHORTEST = 4
#: So many pairs, and one more for every ten characters: each leaves fewer candidates and has to be followed itself.
_LEAST = 3
#: To read so many texts takes about as long as to follow common pairs.
_MOST = 200
#: Of how many documents, at least half of it and no fewer unless there are fewer, it is guessed.
_SAMPLE = 512


def candidates(text: str, using: str) -> list[int] | None:
    """Return the ids of the few documents (200 at most) outside of which ``text`` (normalised) cannot be; None where there are
    more, and for a text of less than four characters. SQLite only.
    """
    if len(text) < _SHORTEST:
        return None
    wanted = " AND ".join(map(phrase, _rarest(text, using)))
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT rowid FROM library_index WHERE library_index MATCH %s ORDER BY rowid LIMIT %s",
            [f"{{text}} : ({wanted})", _MOST + 1],
        )
        found = [row[0] for row in cursor.fetchall()]
    return found if len(found) <= _MOST else None


def _rarest(text: str, using: str) -> list[str]:
    newest = Document.objects.using(using).aggregate(newest=Max("pk"))["newest"] or 0
    often = _frequencies(using, newest.bit_length())
    return sorted(_pairs(text), key=lambda pair: often.get(pair, 0))[: _LEAST + len(text) // 10]


@lru_cache(maxsize=4)
def _frequencies(using: str, doubled: int) -> dict[str, int]:
    """In how many of some documents each pair stands that stands in several; read anew each time the library has doubled."""
    beyond = 1 << doubled
    ids = range(0, beyond, max(1, beyond // _SAMPLE))
    found: Counter[str] = Counter()
    for text in Document.objects.using(using).filter(pk__in=list(ids)).values_list("text", flat=True):
        found.update(_pairs(text))
    return {pair: count for pair, count in found.items() if count > 1}


def _pairs(text: str) -> list[str]:
    """Each pair once, in order, so that the same is chosen every time."""
    return list(dict.fromkeys(map("".join, pairwise(text))))
