"""What each unit is asked for: slips, answers, items, inspections, meetings, in a period. Counted by unit alone, never by person, and not ranked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet, Sum

from bihuan.models import Entry, Inspection, Item, Meeting, Person, Slip, Tally, Unit
from bihuan.queries.past import unless
from bihuan.queries.people import directory
from bihuan.queries.scope import Scope
from bihuan.rules.clocked import CHINA, day_start
from bihuan.rules.errors import NotAllowed
from bihuan.rules.events import EVENTS
from bihuan.rules.inspection import STANDING
from bihuan.rules.meeting import MeetingState
from bihuan.rules.slips import LIVE, SlipState
from bihuan.rules.workflow import OPEN

#: Sent and not settled: what is only proposed was not sent yet.
_WAITING = LIVE - {SlipState.PROPOSED}
#: What touches no slip, and moves no item to another unit: most of what is entered in a day.
_IN_PLACE = frozenset(
    {"item.progressed", "item.attached", "item.coloured", "item.fell_due", "item.commented"}
)
_OF_SLIPS = frozenset(kind for kind in EVENTS if kind.startswith("slip."))


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
    held = None if units is None else frozenset(units)
    sent = unless(
        ("sent", since, held), _touching_slips, lambda: _by_kind(_sent(since, None, held, using)), using
    )
    ahead = _by_kind(_sent(until, None, held, using))
    kinds: dict[int, Counter[str]] = {}
    asked: Counter[int] = Counter()
    for (unit, kind), (times, answers) in sent.items():
        later, later_answers = ahead.get((unit, kind), (0, 0))
        if times > later:
            kinds.setdefault(unit, Counter())[kind] = times - later
        asked[unit] += answers - later_answers
    names = directory(using).labels
    waits = unless(
        ("waiting", held), _touching_slips, lambda: _waits(names if held is None else held, using), using
    )
    given, open_ = _items(since, until, held, using)
    inspected = Counter(u for _, u in _inspections(since, until, held, using))
    called = Counter(u for _, u in _meetings(since, until, held, using))
    return [
        UnitBurden(
            unit, name, sum(kinds.get(unit, Counter()).values()), dict(sorted(kinds.get(unit, Counter()).items())),
            asked[unit], given.get(unit, 0), open_.get(unit, 0), waits.get(unit, 0),
            inspected[unit], called[unit],
        )
        for unit, name in names.items()
        if any(unit in counted for counted in (kinds, given, open_, waits, inspected, called))
    ]  # fmt: skip


def _by_kind(sent: QuerySet[Slip]) -> dict[tuple[int, str], tuple[int, int]]:
    """How many slips there are of each unit and kind, and how many of them want an answer."""
    rows = (
        sent.values_list("unit_id", "kind").annotate(times=Count("*"), answers=Count("answer_due")).order_by()
    )
    return {(unit, kind): (times, answers) for unit, kind, times, answers in rows}


def _waits(units: Iterable[int], using: str) -> dict[int, int]:
    """How many slips of each of ``units`` wait: unit by unit, as an index has them; without them SQLite reads every slip that there ever was."""
    return dict(_waiting(units, using).values_list("unit_id").annotate(times=Count("*")).order_by())


def _touching_slips(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    return entries.exclude(kind__in=_IN_PLACE)


def _giving(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """Those after which an item may be another unit's, or given out at another time."""
    return entries.exclude(kind__in=_IN_PLACE | _OF_SLIPS)


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


def _sent(since: datetime, until: datetime | None, units: Iterable[int] | None, using: str) -> QuerySet[Slip]:
    """The slips of the period (``until`` None: for good) that were not taken back."""
    sent = Slip.objects.using(using).filter(issued_at__gte=since).exclude(state=SlipState.WITHDRAWN)
    sent = sent if until is None else sent.filter(issued_at__lt=until)
    return sent if units is None else sent.filter(unit_id__in=list(units))


def _waiting(units: Iterable[int], using: str) -> QuerySet[Slip]:
    """The slips that went out and are not settled yet."""
    return Slip.objects.using(using).filter(state__in=_WAITING, unit_id__in=list(units))


def _items(
    since: datetime, until: datetime, units: frozenset[int] | None, using: str
) -> tuple[dict[int, int], dict[int, int]]:
    """Return, by unit, the items given to it in the period and those it has to do now (by the counters)."""
    given = Counter(unless(("given", since, units), _giving, lambda: _given(since, units, using), using))
    given.subtract(_given(until, units, using))
    tallies = Tally.objects.using(using).filter(facet="unit", state__in=OPEN, items__gt=0).exclude(label="0")
    if units is not None:
        tallies = tallies.filter(label__in=[str(u) for u in units])
    open_ = tallies.values_list("label").annotate(Sum("items")).order_by()
    return {unit: n for unit, n in given.items() if n}, {int(unit): n for unit, n in open_}


def _given(since: datetime, units: frozenset[int] | None, using: str) -> dict[int, int]:
    """The items that each unit was given since a moment and still has."""
    items = Item.objects.using(using).filter(assigned_at__gte=since).exclude(owner_id=0)
    items = items if units is None else items.filter(owner_id__in=units)
    return dict(items.values_list("owner_id").annotate(times=Count("*")).order_by())


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
