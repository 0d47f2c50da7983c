"""The table of all rules, in the order of their numbers."""

from __future__ import annotations

from bihuan.library.proofread import (
    agreement,
    bodies,
    headings,
    leftovers,
    marks,
    numbers,
    people,
    repeats,
    structure,
    sums,
    units,
)
from bihuan.library.proofread.base import Rule

_FAMILIES = (
    headings,
    marks,
    numbers,
    sums,
    leftovers,
    bodies,
    people,
    repeats,
    structure,
    units,
    agreement,
)


def _sorted() -> dict[str, Rule]:
    rules = [rule for family in _FAMILIES for rule in family.RULES]
    return {rule.id: rule for rule in sorted(rules, key=lambda rule: rule.number or 99)}


RULES: dict[str, Rule] = _sorted()
"""Every mechanical rule by its id."""
