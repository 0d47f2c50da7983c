"""Which row of a corrected file is which item: by what it says, then by its number. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

from rapidfuzz.fuzz import ratio

#: How alike two titles with the same number must be (0 … 100) to be the same problem, reworded. Below, a row was
#: inserted or the list was renumbered, and taking it for the old one would overwrite somebody else's item.
ALIKE = 50

T = TypeVar("T")
Values = dict[str, Any]


def squeezed(text: str) -> str:
    """Return ``text`` without white space and end marks: what stays the same when somebody retypes a title."""
    return re.sub(r"[\s。；;，,.]+", "", text)


def match(old: Sequence[Values], new: Sequence[Values]) -> dict[int, int]:
    """Return index in ``new`` → index in ``old`` for the rows that are the same item.

    A row is known again by sheet, number and title; else by title; else by number when the titles are alike. Values hold
    ``sheet``, ``number`` and ``title``. Each row is used once.
    """
    pairs: dict[int, int] = {}
    free = set(range(len(old)))
    for key in (_whole, _title):
        _pair(old, new, key, free, pairs)
    _pair_alike(old, new, free, pairs)
    return pairs


def _whole(row: Values) -> Hashable:
    return row["sheet"], row["number"], squeezed(row["title"])


def _title(row: Values) -> Hashable:
    return squeezed(row["title"])


def _pair(
    old: Sequence[Values],
    new: Sequence[Values],
    key: Callable[[Values], Hashable],
    free: set[int],
    pairs: dict[int, int],
) -> None:
    """Pair rows with equal keys, in order where several have the same."""
    waiting: dict[Hashable, list[int]] = defaultdict(list)
    for index in sorted(free, reverse=True):
        waiting[key(old[index])].append(index)
    for index, row in enumerate(new):
        if index not in pairs and (found := waiting.get(key(row))):
            pairs[index] = found.pop()
            free.discard(pairs[index])


def _pair_alike(old: Sequence[Values], new: Sequence[Values], free: set[int], pairs: dict[int, int]) -> None:
    numbered: dict[Hashable, list[int]] = defaultdict(list)
    for index in free:
        if old[index]["number"]:
            numbered[old[index]["sheet"], old[index]["number"]].append(index)
    for index, row in enumerate(new):
        found = numbered.get((row["sheet"], row["number"]), []) if index not in pairs else []
        if len(found) == 1 and ratio(squeezed(old[found[0]]["title"]), squeezed(row["title"])) >= ALIKE:
            pairs[index] = found[0]
            free.discard(found[0])
            numbered.pop((row["sheet"], row["number"]))


def match_measures(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """Return index in ``new`` → index in ``old`` for measures: equal texts first, then those at the same place and alike."""
    pairs: dict[int, int] = {}
    free: dict[str, list[int]] = defaultdict(list)
    for index in reversed(range(len(old))):
        free[squeezed(old[index])].append(index)
    for index, text in enumerate(new):
        if found := free.get(squeezed(text)):
            pairs[index] = found.pop()
    taken = set(pairs.values())
    for index, text in enumerate(new):
        if (
            index not in pairs
            and index < len(old)
            and index not in taken
            and ratio(old[index], text) >= ALIKE
        ):
            pairs[index] = index
    return pairs
