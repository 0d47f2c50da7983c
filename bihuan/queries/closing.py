"""Institutions, case reviews and look-backs by lot, as people see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Q, QuerySet

from bihuan.ledger.facts import Fact, fact_of
from bihuan.ledger.reading import facts_of
from bihuan.models import CaseItem, CaseReview, Cause, Entry, Institution, Item
from bihuan.queries.items import seen_by
from bihuan.queries.people import directory, person_names, unit_paths
from bihuan.rules.errors import NotAllowed, NotFound
from bihuan.rules.events import EVENTS, KIND_NAMES, DeadlineFellDue, Event, InstitutionCaused
from bihuan.rules.institution import (
    INSTITUTION_STEPS,
    InstitutionState,
    InstitutionStep,
    institution_allowed,
)
from bihuan.rules.objection import DEADLINES
from bihuan.rules.permissions import DUTIES, Actor, Duty, Role


@dataclass(frozen=True)
class Linked:
    """What grew out of an item."""

    institutions: list[Institution]
    cases: list[CaseReview]


def linked(item: int, using: str = "default") -> Linked:
    """Return the institutions and the case reviews that ``item`` led to, oldest first."""
    causes = Cause.objects.using(using).filter(item_id=item).values("institution_id")
    cases = CaseItem.objects.using(using).filter(item_id=item).values("case_id")
    return Linked(
        list(Institution.objects.using(using).filter(pk__in=causes).order_by("id")),
        list(CaseReview.objects.using(using).filter(pk__in=cases).order_by("id")),
    )


@dataclass(frozen=True)
class Passage:
    """One entry of an institution's record: what happened, when, who did it, its hash (hex)."""

    seq: int
    name: str
    at: datetime
    person: str
    hash: str


@dataclass(frozen=True)
class InstitutionDetail:
    """An institution with the items that caused it (those that the reader may see; ``hidden`` more) and its record."""

    institution: Institution
    unit: str
    office: str
    items: list[Item]
    hidden: int
    passages: list[Passage]


def institutions(
    units: frozenset[int] | None,
    *,
    states: Iterable[str] = (),
    waiting: bool = False,
    using: str = "default",
) -> QuerySet[Institution]:
    """Return the institutions that somebody who sees ``units`` (None: all) may see, newest first.

    They are seen by who issues them, by who supervises, and by whose items caused them. ``waiting``: only those whose review is due.
    """
    found = Institution.objects.using(using).order_by("-id")
    if units is not None:
        items = Item.objects.using(using).filter(seen_by(units)).values("id")
        causes = Cause.objects.using(using).filter(item_id__in=items).values("institution_id")
        found = found.filter(Q(unit_id__in=units) | Q(office_id__in=units) | Q(pk__in=causes))
    wanted = list(states)
    if wanted:
        found = found.filter(state__in=wanted)
    return found.filter(review_waits=True) if waiting else found


def find_institution(reference: str, units: frozenset[int] | None, using: str = "default") -> Institution:
    """Return the institution with this number or id. Raises NotFound, or NotAllowed when it belongs to others."""
    number = Q(number=reference) if reference else Q(pk__in=[])
    found = Institution.objects.using(using).filter(
        number | Q(pk=int(reference)) if reference.isdecimal() else number
    )
    row = found.first()
    if row is None:
        raise NotFound(f"没有编号为“{reference}”的制度。", hint="可用 bihuan institution list 查看全部制度。")
    if not institutions(units, using=using).filter(pk=row.pk).exists():
        raise NotAllowed("这项制度不属于您的单位。")
    return row


def institution_detail(
    reference: str, units: frozenset[int] | None, using: str = "default"
) -> InstitutionDetail:
    """Return everything about an institution. Raises NotFound or NotAllowed."""
    found = find_institution(reference, units, using)
    causes = Cause.objects.using(using).filter(institution_id=found.pk).values("item_id")
    items = Item.objects.using(using).filter(pk__in=causes).order_by("id")
    shown = list(items if units is None else items.filter(seen_by(units)))
    names = directory(using).labels
    return InstitutionDetail(
        institution=found,
        unit=names[found.unit_id],
        office=names[found.office_id],
        items=shown,
        hidden=items.count() - len(shown),
        passages=_passages(found.pk, using),
    )


def institution_steps(
    institution: Institution, actor: Actor, using: str = "default"
) -> list[InstitutionStep]:
    """Return the steps that ``actor`` may take with an institution now."""
    return _steps(institution, actor, unit_paths(using))


def _steps(institution: Institution, actor: Actor, paths: Mapping[int, str]) -> list[InstitutionStep]:
    heads = actor.holds({Role.UNIT_HEAD}, paths[institution.unit_id])
    if not heads and not actor.holds(DUTIES[Duty.INSTITUTE], paths[institution.office_id]):
        return []
    state = InstitutionState(institution.state)
    return [s for s in INSTITUTION_STEPS.values() if institution_allowed(s.action, state) is None]


def to_review(actor: Actor, paths: Mapping[int, str], using: str = "default") -> list[Institution]:
    """Return the institutions whose review is due and that ``actor`` may review, the longest due first; ``paths`` are those of all units."""
    found = Institution.objects.using(using).filter(review_waits=True).order_by("review_on", "id")
    return [i for i in found if any(s.action == "keep" for s in _steps(i, actor, paths))]


def _passages(institution: int, using: str) -> list[Passage]:
    """The record: the draft, whatever names the institution since, and when its review fell due; in order."""
    seqs = list(Cause.objects.using(using).filter(institution_id=institution).values_list("seq", flat=True))
    later = Q(kind__in=_STEPS, pk__gt=institution)
    entries = Entry.objects.using(using).filter(Q(pk__in=[institution, *seqs]) | later).order_by("seq")
    facts = [(fact_of(e.body), bytes(e.hash).hex()) for e in entries]
    mine = [(f, digest) for f, digest in facts if f.seq == institution or _is_about(f.event, institution)]
    people = person_names({f.actor for f, _ in mine}, using)
    return [Passage(f.seq, _named(f), f.at, people.get(f.actor, ""), digest) for f, digest in mine]


_REVIEW = "institution-review"
_STEPS = [k for k in EVENTS if k.startswith("institution.") and k != "institution.caused"] + [
    "deadline.fell_due"
]


def _is_about(event: Event, institution: int) -> bool:
    if isinstance(event, DeadlineFellDue):
        return (event.what, event.ref) == (_REVIEW, institution)
    return getattr(event, "institution", 0) == institution


def _named(fact: Fact) -> str:
    if isinstance(fact.event, DeadlineFellDue):
        return DEADLINES[fact.event.what]
    return "列入起因事项" if isinstance(fact.event, InstitutionCaused) else KIND_NAMES[fact.kind]


@dataclass(frozen=True)
class Turn:
    """A turning point: what it was, its entry and when that held."""

    item: int
    number: str
    seq: int
    at: datetime
    hash: str
    text: str


@dataclass(frozen=True)
class CaseDetail:
    """A case review with its items and its turning points in the order of time."""

    case: CaseReview
    office: str
    items: list[Item]
    owners: list[str]
    turns: list[Turn]


def case_reviews(units: frozenset[int] | None, using: str = "default") -> list[CaseReview]:
    """Return the case reviews all of whose items somebody who sees ``units`` (None: all) may see, newest first."""
    found = list(CaseReview.objects.using(using).order_by("-id"))
    if units is None:
        return found
    wanted = {i for c in found for i in c.items}
    seen = set(
        Item.objects.using(using).filter(pk__in=wanted).filter(seen_by(units)).values_list("id", flat=True)
    )
    return [c for c in found if seen.issuperset(c.items)]


def case_detail(case: int, units: frozenset[int] | None, using: str = "default") -> CaseDetail:
    """Return a case review. Raises NotFound, also for one with items that belong to others."""
    found = next((c for c in case_reviews(units, using) if c.pk == case), None)
    if found is None:
        raise NotFound(f"没有编号为 {case} 的案例复盘，或它不属于您的单位。")
    items = Item.objects.using(using).in_bulk(found.items)
    names = directory(using).labels
    ats = {f.seq: f.at for i in found.items for f in facts_of(i, using)}
    return CaseDetail(
        case=found,
        office=names[found.office_id],
        items=[items[i] for i in found.items],
        owners=[names.get(items[i].owner_id, "") for i in found.items],
        turns=[
            Turn(t["item"], items[t["item"]].number, t["seq"], ats[t["seq"]], t["hash"], t["text"]) for t in found.turns
        ],
    )  # fmt: skip


@dataclass(frozen=True)
class LookBackTask:
    """An item that waits for a look-back: the day ``by`` which it is due (None: by the schedule, now), and the draw (0: none)."""

    item: Item
    unit: str
    by: date | None
    sample: int
    overdue: bool


#: What is read of an item for its task: all of its columns take several times as long.
_OF_TASK = (
    "id",
    "number",
    "title",
    "owner_id",
    "state",
    "waiting",
    "closed_at",
    "look_back_due",
    "look_back_sample",
)


def look_backs_due(
    registers: Iterable[int], units: frozenset[int] | None, using: str = "default"
) -> QuerySet[Item]:
    """Return the items of ``registers`` that are to be looked at again, what is due first before the rest."""
    found = Item.objects.using(using).filter(register_id__in=list(registers), waiting__gt="")
    found = found.filter(waiting__contains="look-back")
    if units is not None:
        found = found.filter(seen_by(units))
    return found.order_by(F("look_back_due").asc(nulls_last=True), "id")


def look_back_tasks(
    registers: Iterable[int],
    units: frozenset[int] | None,
    *,
    most: int | None = None,
    using: str = "default",
) -> list[LookBackTask]:
    """Return what is to be looked at again in ``registers``, at most the first ``most`` of it."""
    names = directory(using).labels
    return [
        LookBackTask(
            i,
            names.get(i.owner_id, ""),
            i.look_back_due,
            i.look_back_sample,
            "recheck-overdue" in i.waiting,
        )
        for i in look_backs_due(registers, units, using).only(*_OF_TASK)[:most]
    ]
