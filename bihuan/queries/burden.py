"""What each unit is asked for: slips, answers, items, inspections, meetings, in a period. Counted by unit alone, never by person, and not ranked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Sum

from bihuan.ledger.repeats import RECENT, repeated
from bihuan.models import Inspection, Item, Meeting, Person, Slip, Tally
from bihuan.queries.people import directory
from bihuan.rules.clocked import CHINA
from bihuan.rules.inspection import STANDING
from bihuan.rules.meeting import MeetingState
from bihuan.rules.slips import LIVE, SlipState
from bihuan.rules.workflow import OPEN

_STANDING = frozenset(SlipState) - {SlipState.WITHDRAWN}

__all__ = ["RECENT", "UnitBurden", "burden", "repeated"]


@dataclass(frozen=True)
class UnitBurden:
    """What a unit was asked for: ``slips`` of the period, by ``kinds``; ``asked`` of them want an answer; ``items`` it was given.

    ``open_items`` and ``waiting`` (slips not settled) are those of now. ``inspections`` were approved and took place, for a day at
    least, in the period; one of a unit above it counts for that unit alone. ``meetings`` were called by other units in the
    period, and somebody of this one was expected.
    """

    unit: int
    name: str
    slips: int
    kinds: dict[str, int]
    asked: int
    items: int
    open_items: int
    waiting: int
    inspections: int = 0
    meetings: int = 0


def burden(
    since: datetime, until: datetime, *, units: Iterable[int] | None = None, using: str = "default"
) -> list[UnitBurden]:
    """Return the burden of each unit that was asked for anything from ``since`` to before ``until``, in the units' own order."""
    wanted = {} if units is None else {"unit_id__in": list(units)}
    sent = Slip.objects.using(using).filter(
        issued_at__gte=since, issued_at__lt=until, state__in=_STANDING, **wanted
    )
    kinds: dict[int, Counter[str]] = {}
    asked: Counter[int] = Counter()
    counted = (
        sent.values_list("unit_id", "kind").annotate(times=Count("*"), answers=Count("answer_due")).order_by()
    )
    for unit, kind, times, answers in counted:
        kinds.setdefault(unit, Counter())[kind] = times
        asked[unit] += answers
    waiting = Slip.objects.using(using).filter(state__in=LIVE, issued_at__isnull=False, **wanted)
    waits = dict(waiting.values_list("unit_id").annotate(times=Count("*")).order_by())
    given, open_ = _items(since, until, units, using)
    inspected = _inspections(since, until, units, using)
    called = _meetings(since, until, units, using)
    names = directory(using).labels
    return [
        UnitBurden(
            unit, name, sum(kinds.get(unit, Counter()).values()), dict(sorted(kinds.get(unit, Counter()).items())),
            asked[unit], given.get(unit, 0), open_.get(unit, 0), waits.get(unit, 0),
            inspected[unit], called[unit],
        )
        for unit, name in names.items()
        if any(unit in counted for counted in (kinds, given, open_, waits, inspected, called))
    ]  # fmt: skip


def _items(
    since: datetime, until: datetime, units: Iterable[int] | None, using: str
) -> tuple[dict[int, int], dict[int, int]]:
    """Return, by unit, the items given to it in the period and those it has to do now (by the counters)."""
    items = (
        Item.objects.using(using).filter(assigned_at__gte=since, assigned_at__lt=until).exclude(owner_id=0)
    )
    tallies = Tally.objects.using(using).filter(facet="unit", state__in=OPEN, items__gt=0).exclude(label="0")
    if units is not None:
        units = list(units)
        items = items.filter(owner_id__in=units)
        tallies = tallies.filter(label__in=[str(u) for u in units])
    given = items.values_list("owner_id").annotate(times=Count("*")).order_by()
    open_ = tallies.values_list("label").annotate(Sum("items")).order_by()
    return dict(given), {int(unit): n for unit, n in open_}


def _inspections(since: datetime, until: datetime, units: Iterable[int] | None, using: str) -> Counter[int]:
    """Return, by inspected unit, the inspections of the period."""
    first = since.astimezone(CHINA).date()
    last = (until - timedelta(microseconds=1)).astimezone(CHINA).date()
    found = Inspection.objects.using(using).filter(state__in=STANDING, starts__lte=last, ends__gte=first)
    wanted = None if units is None else set(units)
    told = (u for reached in found.values_list("units", flat=True) for u in reached)
    return Counter(u for u in told if wanted is None or u in wanted)


def _meetings(since: datetime, until: datetime, units: Iterable[int] | None, using: str) -> Counter[int]:
    """Return, by unit, the meetings of others in the period to which somebody of it was called, however many they were."""
    found = Meeting.objects.using(using).filter(called_at__gte=since, called_at__lt=until)
    held = list(found.exclude(state=MeetingState.CANCELLED).values_list("office_id", "expected"))
    people = Person.objects.using(using).filter(pk__in={p for _, called in held for p in called})
    unit_of = dict(people.values_list("id", "unit_id"))
    wanted = None if units is None else set(units)
    told = (u for office, called in held for u in {unit_of[p] for p in called} - {office})
    return Counter(u for u in told if wanted is None or u in wanted)
