"""What each unit is asked for: slips, answers, items, inspections, meetings, in a period. Counted by unit alone, never by person, and not ranked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet, Sum

from bihuan.models import Inspection, Item, Meeting, Person, Slip, Tally, Unit
from bihuan.queries.people import directory
from bihuan.queries.scope import Scope
from bihuan.rules.clocked import CHINA, day_start
from bihuan.rules.errors import NotAllowed
from bihuan.rules.inspection import STANDING
from bihuan.rules.meeting import MeetingState
from bihuan.rules.slips import LIVE, SlipState
from bihuan.rules.workflow import OPEN

#: Sent and not settled: what is only proposed was not sent yet.
_WAITING = LIVE - {SlipState.PROPOSED}


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


def this_year(now: datetime) -> tuple[datetime, datetime]:
    """Return the period over which burdens are counted: since the first of January in China, up to and including ``now``."""
    return day_start(now.astimezone(CHINA).date().replace(month=1, day=1)), now + timedelta(seconds=1)


def burden(
    since: datetime, until: datetime, *, units: Iterable[int] | None = None, using: str = "default"
) -> list[UnitBurden]:
    """Return the burden of each unit that was asked for anything from ``since`` to before ``until``, in the units' own order."""
    kinds: dict[int, Counter[str]] = {}
    asked: Counter[int] = Counter()
    sent = _sent(since, until, units, using).values_list("unit_id", "kind")
    for unit, kind, times, answers in sent.annotate(times=Count("*"), answers=Count("answer_due")).order_by():
        kinds.setdefault(unit, Counter())[kind] = times
        asked[unit] += answers
    names = directory(using).labels
    # unit by unit, as an index has them: without them SQLite reads every slip that there ever was
    waits = dict(
        _waiting(names if units is None else units, using)
        .values_list("unit_id")
        .annotate(times=Count("*"))
        .order_by()
    )
    given, open_ = _items(since, until, units, using)
    inspected = Counter(u for _, u in _inspections(since, until, units, using))
    called = Counter(u for _, u in _meetings(since, until, units, using))
    return [
        UnitBurden(
            unit, name, sum(kinds.get(unit, Counter()).values()), dict(sorted(kinds.get(unit, Counter()).items())),
            asked[unit], given.get(unit, 0), open_.get(unit, 0), waits.get(unit, 0),
            inspected[unit], called[unit],
        )
        for unit, name in names.items()
        if any(unit in counted for counted in (kinds, given, open_, waits, inspected, called))
    ]  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What one unit was asked for, thing by thing: of each list as many as ``UnitBurden`` counts."""

    slips: QuerySet[Slip]
    waiting: QuerySet[Slip]
    items: QuerySet[Item]
    inspections: list[Inspection]
    meetings: list[Meeting]


def burdened(who: Scope, unit_id: int, using: str = "default") -> Unit:
    """Return a unit whose burden ``who`` may look at: their own, or any where they see a whole campaign. Raises NotAllowed."""
    unit = Unit.objects.using(using).filter(pk=unit_id).first()
    if unit is None or not (who.units is None or unit_id in who.units or who.whole):
        raise NotAllowed("没有这个单位，或您看不到它的情况。")
    return unit


def asked_of(unit: int, since: datetime, until: datetime, using: str = "default") -> Asked:
    """Return what ``unit`` was asked for from ``since`` to before ``until``, in the order in which it came."""
    own = Item.objects.using(using).filter(owner_id=unit)
    return Asked(
        _sent(since, until, [unit], using).order_by("id"),
        _waiting([unit], using).order_by("id"),
        own.filter(assigned_at__gte=since, assigned_at__lt=until).order_by("id"),
        [inspection for inspection, _ in _inspections(since, until, [unit], using)],
        [meeting for meeting, _ in _meetings(since, until, [unit], using)],
    )


def _sent(since: datetime, until: datetime, units: Iterable[int] | None, using: str) -> QuerySet[Slip]:
    """The slips of the period that were not taken back."""
    sent = Slip.objects.using(using).filter(issued_at__gte=since, issued_at__lt=until)
    sent = sent.exclude(state=SlipState.WITHDRAWN)
    return sent if units is None else sent.filter(unit_id__in=list(units))


def _waiting(units: Iterable[int], using: str) -> QuerySet[Slip]:
    """The slips that went out and are not settled yet."""
    return Slip.objects.using(using).filter(state__in=_WAITING, unit_id__in=list(units))


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


def _inspections(
    since: datetime, until: datetime, units: Iterable[int] | None, using: str
) -> Iterator[tuple[Inspection, int]]:
    """Yield the inspections of the period with each unit that they inspected."""
    first = since.astimezone(CHINA).date()
    last = (until - timedelta(microseconds=1)).astimezone(CHINA).date()
    found = Inspection.objects.using(using).filter(state__in=STANDING, starts__lte=last, ends__gte=first)
    wanted = None if units is None else set(units)
    for inspection in found.order_by("id"):
        yield from ((inspection, u) for u in inspection.units if wanted is None or u in wanted)


def _meetings(
    since: datetime, until: datetime, units: Iterable[int] | None, using: str
) -> Iterator[tuple[Meeting, int]]:
    """Yield the meetings of others in the period with each unit of which somebody was called, however many they were."""
    found = Meeting.objects.using(using).filter(called_at__gte=since, called_at__lt=until)
    held = list(found.exclude(state=MeetingState.CANCELLED).order_by("id"))
    people = Person.objects.using(using).filter(pk__in={p for m in held for p in m.expected})
    unit_of = dict(people.values_list("id", "unit_id"))
    wanted = None if units is None else set(units)
    for meeting in held:
        told = {unit_of[p] for p in meeting.expected} - {meeting.office_id}
        yield from ((meeting, u) for u in sorted(told) if wanted is None or u in wanted)
