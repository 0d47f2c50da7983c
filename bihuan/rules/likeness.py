"""How much of one text stands in another: shingles to measure it, winnowed marks to find candidates among very many texts.

A text is compared by its letters and digits alone. Its shingles are all runs of ``GRAM`` characters; of every ``WINDOW``
consecutive ones the smallest hash is a mark (winnowing), so that two texts which share a run of ``GRAM + WINDOW − 1``
characters share a mark, wherever it stands.
"""

from __future__ import annotations

import hashlib
import unicodedata

GRAM = 5
WINDOW = 4
#: A text shorter than this says too little: stock phrases (已完成整改) are alike everywhere.
SHORTEST = 20
#: From this share on (percent) a text counts as copied.
COPIED = 70


def plain(text: str) -> str:
    """Return the letters and digits of ``text`` in one form: no blanks, no punctuation, no difference in width or case."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())


def is_telling(text: str) -> bool:
    """Whether ``text`` is long enough to be compared."""
    return len(plain(text)) >= SHORTEST


def hashed(text: str) -> int:
    """Return a hash of ``text`` in 63 bits, so that every database keeps it as an integer."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) >> 1


def shingles(text: str) -> list[int]:
    """Return the hashes of the runs of ``GRAM`` characters in ``text``, in order; none for a shorter text."""
    whole = plain(text)
    return [hashed(whole[i : i + GRAM]) for i in range(len(whole) - GRAM + 1)]


def marks(text: str) -> frozenset[int]:
    """Return the winnowed marks of ``text``."""
    found = shingles(text)
    return frozenset(
        min(found[i : i + WINDOW]) for i in range(max(len(found) - WINDOW + 1, min(len(found), 1)))
    )


def share(text: str, other: str) -> int:
    """Return how many percent of the shingles of ``text`` stand in ``other`` too, rounded down; 0 for a text without any."""
    mine = shingles(text)
    theirs = frozenset(shingles(other))
    return 100 * sum(s in theirs for s in mine) // len(mine) if mine else 0
