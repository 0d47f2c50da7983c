"""Units by tier (分档): from the figures of now or of an earlier moment, by what the setting says; never persons, never ranks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings

from bihuan.queries.counts import cuts_of
from bihuan.queries.people import unit_labels
from bihuan.rules.figures import Cells, Ref, percent, value
from bihuan.rules.tiers import Tier, Tiers


@dataclass(frozen=True)
class Standing:
    """A unit: how many of its items are registered, finished and overdue, and the two shares as they are printed."""

    unit: int
    name: str
    registered: int
    finished: int
    overdue: int

    @property
    def finishing_rate(self) -> str:
        """销号率."""
        return percent(self.finished, self.registered)

    @property
    def overdue_rate(self) -> str:
        """逾期率: of all that is registered."""
        return percent(self.overdue, self.registered)


@dataclass(frozen=True)
class Group:
    """A tier and the units in it, in the units' own order."""

    tier: Tier
    units: list[Standing] = field(default_factory=list)


def tiers(
    registers: Sequence[int],
    *,
    as_of: datetime | None = None,
    units: Iterable[int] | None = None,
    using: str = "default",
) -> list[Group]:
    """Return every tier with its units over ``registers``, for somebody who sees ``units`` (None: all); [] where there are none.

    A unit without a registered item is in no tier.
    """
    known: Tiers = settings.TIERS
    groups = {tier.name: Group(tier) for tier in known.tiers}
    if groups:
        found = cuts_of(registers, by=["unit"], as_of=as_of, units=units, lit=False, using=using)
        for unit in _standings(found.sums["unit"], unit_labels(using)):
            groups[known.of(unit.registered, unit.finished, unit.overdue).name].units.append(unit)
    return [*groups.values()]


def _standings(found: Mapping[str, Cells], labels: dict[int, str]) -> Iterable[Standing]:
    for unit, name in labels.items():
        mine = found.get(str(unit), {})
        registered, finished, overdue = (
            int(value(Ref(n), mine)) for n in ("registered", "finished", "overdue")
        )
        if registered:
            yield Standing(unit, name, registered, finished, overdue)
