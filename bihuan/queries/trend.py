"""How a campaign went on, week by week, and what falls due in the weeks to come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Case, Q, Sum, When

from bihuan.models import Transition
from bihuan.queries.items import Filter, total_of
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
    """Return the state at the end of each of the last ``weeks`` weeks (the last is today), in one reading of the transitions."""
    today = now.astimezone(CHINA).date()
    days = [today - timedelta(weeks=n) for n in reversed(range(weeks))]
    rows = Transition.objects.using(using).filter(register_id__in=registers)
    if units is not None:
        rows = rows.filter(unit_id__in=list(units))
    sums = {
        f"{name}_{n}": Sum(Case(When(Q(at__lt=day_end(day), state__in=states), then="items"), default=0))
        for n, day in enumerate(days)
        for name, states in _STATES.items()
    }
    found = rows.aggregate(**sums)
    return [Week(day, *(found[f"{name}_{n}"] or 0 for name in _STATES)) for n, day in enumerate(days)]


def falls_due(found: Filter, now: datetime, *, weeks: int = 6, using: str = "default") -> list[Due]:
    """Return how much of ``found`` falls due in each of the next ``weeks`` weeks from today on."""
    today = now.astimezone(CHINA).date()
    spans = [(today + timedelta(weeks=n), today + timedelta(weeks=n, days=6)) for n in range(weeks)]
    return [Due(first, last, *total_of(_within(found, first, last), using=using)) for first, last in spans]


def _within(found: Filter, first: date, last: date) -> Filter:
    return replace(found, due_from=first, due_until=last)
