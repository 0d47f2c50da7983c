"""Problems that come again: of one class in one unit, or across units, often enough to ask for a rule (建章立制)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

#: What tells how something is put right, not what is wrong: no class of problems.
RESULT_CLASSES = frozenset({"立行立改", "分阶段整改", "持续整改"})


@dataclass(frozen=True)
class Case:
    """What happened in ``unit`` in ``klass``: so many ``times`` (each item once, and once more for each of its relapses), to so many ``items``."""

    unit: int
    klass: str
    times: int = 1
    items: int = 1


@dataclass(frozen=True)
class Recurrence:
    """A class of problems that came ``times`` times, in ``units`` (ids, rising), to so many ``items``.

    ``across``: the units together reach the threshold for several units; else it is one unit's own.
    """

    klass: str
    units: tuple[int, ...]
    items: int
    times: int
    across: bool


def recurrences(cases: Iterable[Case], *, times: int, units: int) -> list[Recurrence]:
    """Return the classes that came at least ``times`` times in one unit, or in at least ``units`` units; classes in order.

    A class that reaches both is told once for each of its units and once across.
    """
    classes: dict[str, dict[int, list[Case]]] = {}
    for case in cases:
        if case.klass and case.klass not in RESULT_CLASSES:
            classes.setdefault(case.klass, {}).setdefault(case.unit, []).append(case)
    found: list[Recurrence] = []
    for klass in sorted(classes):
        by_unit = classes[klass]
        alone = (_recurrence(klass, by_unit[u], across=False) for u in sorted(by_unit))
        found += [r for r in alone if r.times >= times]
        if len(by_unit) >= units:
            found.append(_recurrence(klass, [c for cases in by_unit.values() for c in cases], across=True))
    return found


def _recurrence(klass: str, cases: list[Case], *, across: bool) -> Recurrence:
    return Recurrence(
        klass,
        tuple(sorted({c.unit for c in cases})),
        sum(c.items for c in cases),
        sum(c.times for c in cases),
        across,
    )
