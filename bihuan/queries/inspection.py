"""Inspections as people see them: those they may see, what each found, and what stays veiled until a covert visit is over."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import connections

from bihuan.ledger.inspected import earlier, meeting, reach_of
from bihuan.ledger.rows import Rows
from bihuan.models import Conclusion, Finding, Inspection, Item, Objection, Register, Unit, WalkStep
from bihuan.queries.people import directory, person_names, unit_paths
from bihuan.rules.errors import NotAllowed, NotFound, WrongState
from bihuan.rules.inspection import ENDED, STANDING, InspectionMode, InspectionState, inspection_allowed, may
from bihuan.rules.permissions import Actor, Duty
from bihuan.rules.workflow import OPEN

#: What a unit reads in place of the names of those who visit it covertly.
VEILED = "暗访人员"
#: Inspections of the same unit that ended this long before are shown before another is approved.
FREQUENCY = timedelta(days=90)


@dataclass(frozen=True)
class InspectionDetail:
    """An inspection as one person sees it. ``overlapping`` are other inspections of one of its units at the same time, to be
    seen before approval, and ``earlier`` those that ended there within the ``FREQUENCY`` before; ``people`` are names by id; ``categories`` counts the findings by class.
    """

    inspection: Inspection
    office: str
    units: list[str]
    leader: str
    members: list[str]
    findings: list[Finding]
    steps: list[WalkStep]
    categories: dict[str, int]
    overlapping: list[Inspection]
    people: dict[int, str]
    numbers: dict[int, str]
    conclusions: list[Conclusion] = field(default_factory=list)
    objections: list[Objection] = field(default_factory=list)
    earlier: list[Inspection] = field(default_factory=list)


def find_inspection(inspection: int, actor: Actor, using: str = "default") -> Inspection:
    """Return an inspection. Raises NotFound, also for one that ``actor`` must not know of."""
    found = Inspection.objects.using(using).filter(pk=inspection).first()
    if found is None or not _may_see(found, actor, _path(found, using), using):
        raise NotFound(f"没有编号为 {inspection} 的督查，或它不属于您的单位。")
    return found


def inspections(actor: Actor, using: str = "default") -> list[Inspection]:
    """Return the inspections that ``actor`` may see, newest first."""
    paths = unit_paths(using)
    found = Inspection.objects.using(using).order_by("-id")
    return [i for i in found if _may_see(i, actor, paths[i.office_id], using)]


def _of_office(inspection: Inspection, actor: Actor, path: str) -> bool:
    """Whether ``actor`` belongs to those who inspect: a member, or somebody who reads the inspecting unit, whose ``path`` this is."""
    if actor.person in {inspection.leader_id, *inspection.members}:
        return True
    return may(actor, Duty.READ, path)


def _path(inspection: Inspection, using: str) -> str:
    return Unit.objects.using(using).get(pk=inspection.office_id).path


def _may_see(inspection: Inspection, actor: Actor, path: str, using: str) -> bool:
    """A unit sees an approved inspection of itself; a covert one when it is over, or has found something about the unit."""
    if _of_office(inspection, actor, path):
        return True
    if inspection.state not in STANDING or not _inspected(inspection.units, actor, using):
        return False
    if inspection.mode != InspectionMode.COVERT or inspection.state in ENDED:
        return True
    return _inspected(_found_at(inspection, using), actor, using)


def _found_at(inspection: Inspection, using: str) -> list[int]:
    findings = Finding.objects.using(using).filter(inspection_id=inspection.pk)
    return list(findings.values_list("unit_id", flat=True))


def _inspected(units: list[int], actor: Actor, using: str) -> bool:
    """Whether ``actor`` reads one of ``units``, or a unit below one of them."""
    paths = Unit.objects.using(using).filter(pk__in=units).values_list("path", flat=True)
    return any(p.startswith(r) or r.startswith(p) for p in paths for r in actor.read_paths())


def inspection_detail(inspection: int, actor: Actor, using: str = "default") -> InspectionDetail:
    """Return everything about an inspection that ``actor`` may see. Raises NotFound.

    The inspected see the findings about their own units alone, and no other inspections.
    """
    found = find_inspection(inspection, actor, using)
    inside = _of_office(found, actor, _path(found, using))
    rows = Rows(connections[using])
    findings = list(Finding.objects.using(using).filter(inspection_id=found.pk).order_by("id"))
    steps = list(WalkStep.objects.using(using).filter(inspection_id=found.pk).order_by("id"))
    if not inside:
        findings = [f for f in findings if _inspected([f.unit_id], actor, using)]
        steps = [s for s in steps if _inspected([s.unit_id], actor, using)]
    group = {found.leader_id, *found.members, *(f.person_id for f in findings), *(s.person_id for s in steps)}
    people = person_names(group, using)
    if not inside and _veiled(found):
        people = dict.fromkeys(people, VEILED)
    units = directory(using).labels
    mine = rows.get("inspection", found.pk)
    others = [r["id"] for r in meeting(rows, mine)] if inside else []
    before = [r["id"] for r in earlier(rows, mine, FREQUENCY)] if inside else []
    told, objected = _answers(found, actor, inside, using)
    return InspectionDetail(
        inspection=found,
        office=units[found.office_id],
        units=[units[u] for u in found.units],
        leader=people[found.leader_id],
        members=[people[m] for m in found.members],
        findings=findings,
        steps=steps,
        categories=dict(sorted(Counter(f.category or "（未分类）" for f in findings).items())),
        overlapping=list(Inspection.objects.using(using).filter(pk__in=others).order_by("id")),
        people=people,
        numbers=_numbers(findings, using),
        conclusions=told,
        objections=objected,
        earlier=list(Inspection.objects.using(using).filter(pk__in=before).order_by("id")),
    )


def _answers(
    inspection: Inspection, actor: Actor, inside: bool, using: str
) -> tuple[list[Conclusion], list[Objection]]:
    """Return what the units were told and what they object to; an inspected unit sees its own."""
    told = list(Conclusion.objects.using(using).filter(inspection_id=inspection.pk).order_by("id"))
    objected = list(Objection.objects.using(using).filter(inspection_id=inspection.pk).order_by("id"))
    if inside:
        return told, objected
    mine = {c.unit_id for c in told if _inspected([c.unit_id], actor, using)}
    return [c for c in told if c.unit_id in mine], [o for o in objected if o.unit_id in mine]


def _numbers(findings: list[Finding], using: str) -> dict[int, str]:
    items = Item.objects.using(using).filter(pk__in={f.item_id for f in findings})
    return dict(items.values_list("id", "number"))


def _veiled(inspection: Inspection) -> bool:
    return inspection.mode == InspectionMode.COVERT and inspection.state not in ENDED


def veil(item: int, actor: Actor, using: str = "default") -> dict[int, str]:
    """Return the people whose names ``actor`` must not read on this item yet, with what stands in their place."""
    covert = Finding.objects.using(using).filter(item_id=item).values("inspection_id")
    hidden: set[int] = set()
    for inspection in Inspection.objects.using(using).filter(pk__in=covert):
        if _veiled(inspection) and not _of_office(inspection, actor, _path(inspection, using)):
            found = Finding.objects.using(using).filter(inspection_id=inspection.pk)
            hidden |= {inspection.leader_id, *inspection.members, *found.values_list("person_id", flat=True)}
    return dict.fromkeys(hidden, VEILED)


def demand_office(detail: InspectionDetail, actor: Actor, using: str = "default") -> None:
    """Raise NotAllowed unless ``actor`` belongs to those who inspect: for their working papers."""
    if not _of_office(detail.inspection, actor, _path(detail.inspection, using)):
        raise NotAllowed("督查用表只供督查组使用。")


@dataclass(frozen=True)
class RecordForm:
    """What somebody who records in the field may choose from, all within the plan: units by id, contents, days, registers by id.

    ``register`` is where a finding goes by default (0: none); ``items`` are the open items of these units, to tie a finding to.
    """

    inspection: Inspection
    walk: bool
    units: dict[int, str]
    contents: list[str]
    first: date
    last: date
    registers: dict[int, str]
    register: int
    items: list[Item]


def record_form(inspection: int, actor: Actor, using: str = "default") -> RecordForm:
    """Return the form for recording findings and steps. Raises NotFound, NotAllowed, or WrongState before approval and after the end."""
    found = find_inspection(inspection, actor, using)
    units = unit_paths(using)
    group = (found.leader_id, *found.members)
    refused = inspection_allowed(
        "finding", InspectionState(found.state), actor, units[found.office_id], group
    )
    if refused is not None:
        raise (WrongState if refused.code == "wrong-state" else NotAllowed)(refused.why)
    rows = Rows(connections[using])
    reach = reach_of(rows, rows.get("inspection", found.pk))
    active = Unit.objects.using(using).filter(active=True).order_by("sort", "id")
    covered = {u.pk: u.name for u in active if reach.covers(u.path)}
    registers = Register.objects.using(using).order_by("id")
    items = Item.objects.using(using).filter(owner_id__in=covered, state__in=OPEN)
    return RecordForm(
        inspection=found,
        walk=found.mode == InspectionMode.WALK,
        units=covered,
        contents=list(found.contents),
        first=found.starts,
        last=found.ends,
        registers={r.pk: r.name for r in registers if units[r.unit_id].startswith(units[found.office_id])},
        register=found.register_id,
        items=list(items.order_by("id")),
    )
