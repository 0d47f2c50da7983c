"""How a campaign went on, week by week, and what falls due in the weeks to come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import pairwise

from django.db.models import Sum, Value

from bihuan.models import Tally, Transition
from bihuan.queries.items import Filter, falling_due, total_of
from bihuan.queries.past import remembered
from bihuan.rules.clocked import CHINA, day_end
from bihuan.rules.workflow import OPEN, State

_COUNTED = frozenset(State) - {State.MERGED, State.CANCELLED}
_STATES: dict[str, frozenset[State]] = {
    "registered": _COUNTED,
    "open": OPEN,
    "closed": frozenset({State.CLOSED}),
}


@dataclass(frozen=True)
class Week:
    """How many items there were at the end of ``day``: registered in all, still open, closed."""

    day: date
    registered: int
    open: int
    closed: int


@dataclass(frozen=True)
class Due:
    """What is open and falls due from ``first`` to ``last`` (inclusive); ``exact`` as in ``items.Page``."""

    first: date
    last: date
    count: int
    exact: bool


def trend(
    registers: Sequence[int],
    now: datetime,
    *,
    weeks: int = 12,
    units: Iterable[int] | None = None,
    using: str = "default",
) -> list[Week]:
    """Return the state at the end of each of the last ``weeks`` weeks (the last is today)."""
    today = now.astimezone(CHINA).date()
    days = tuple(today - timedelta(weeks=n) for n in reversed(range(weeks)))
    held = None if units is None else frozenset(units)
    found: list[Week] = []
    for part in (days[:-1], days[-1:]):
        if part:
            key = ("trend", tuple(registers), part, held)
            make = partial(_weeks, registers, part, held, using)
            found += remembered(key, day_end(part[-1]), make, using=using)
    return found


def _weeks(
    registers: Sequence[int], days: Sequence[date], units: frozenset[int] | None, using: str
) -> list[Week]:
    """Return the state at the end of each of ``days``.

    One statement reads how many there are by state, and what was added after each day, which is taken away again; what came
    between two days is a range of the index of its own: to group all of it by its day takes longer.
    """
    weeks = len(days)
    tallies = Tally.objects.using(using).filter(register_id__in=registers)
    added = Transition.objects.using(using).filter(register_id__in=registers)
    if units is None:
        tallies = tallies.filter(facet="all")
    else:
        tallies = tallies.filter(facet="unit", label__in=[str(u) for u in units])
        added = added.filter(unit_id__in=units)
    held = tallies.order_by().values_list("state", Value(weeks)).annotate(Sum("items"))
    ends = [*map(day_end, days)]
    between = [added.filter(at__gte=end, at__lt=following) for end, following in pairwise(ends)]
    taken = [
        part.order_by().values_list("state", Value(n)).annotate(less=-Sum("items"))
        for n, part in enumerate([*between, added.filter(at__gte=ends[-1])])
    ]
    rows = [*held.union(*taken, all=True)]
    return [
        Week(day, **{name: _at(rows, n, weeks, states) for name, states in _STATES.items()})
        for n, day in enumerate(days)
    ]


def _at(rows: list[tuple[str, int, int]], week: int, weeks: int, states: frozenset[State]) -> int:
    """What is held of ``states`` now, without what came after the end of ``week``."""
    return sum(items for state, after, items in rows if state in states and week <= after <= weeks)


def falls_due(found: Filter, now: datetime, *, weeks: int = 6, using: str = "default") -> list[Due]:
    """Return how much of ``found`` falls due in each of the next ``weeks`` weeks from today on."""
    today = now.astimezone(CHINA).date()
    spans = [(today + timedelta(weeks=n), today + timedelta(weeks=n, days=6)) for n in range(weeks)]
    return [
        Due(first, last, *total_of(falling_due(found, first, last), using=using)) for first, last in spans
    ]
