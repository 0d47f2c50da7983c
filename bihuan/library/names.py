"""Full and short names of one thing: who searches for the one also finds the other."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from bihuan.models import Unit, UnitAlias

_BUILT_IN = Path(__file__).with_name("names.txt")


@lru_cache(maxsize=1)
def _groups() -> dict[str, tuple[str, ...]]:
    groups = [tuple(line.split("|")) for line in _BUILT_IN.read_text("utf-8").split("\n") if "|" in line]
    return {name: group for group in groups for name in group}


def names_of(term: str, using: str = "default") -> tuple[str, ...]:
    """Return ``term`` and its other names: of the built-in list, and of the ledger's units."""
    found = {term, *_groups().get(term, ()), *_unit_names(term, using)}
    # A name inside another one finds that one too.
    return tuple(sorted(name for name in found if not any(o != name and o in name for o in found)))


def _unit_names(term: str, using: str) -> list[str]:
    ids = set(Unit.objects.using(using).filter(name=term).values_list("id", flat=True))
    ids |= set(UnitAlias.objects.using(using).filter(alias=term).values_list("unit_id", flat=True))
    if not ids:
        return []
    return [
        *Unit.objects.using(using).filter(id__in=ids).values_list("name", flat=True),
        *UnitAlias.objects.using(using).filter(unit_id__in=ids).values_list("alias", flat=True),
    ]
