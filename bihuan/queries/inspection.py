"""Inspections as people see them: those they may see, what each found, and what stays veiled until a covert visit is over."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db import connections

from bihuan.ledger.inspected import meeting
from bihuan.ledger.rows import Rows
from bihuan.models import Finding, Inspection, Item, Unit, WalkStep
from bihuan.queries.people import directory, person_names
from bihuan.rules.errors import NotAllowed, NotFound
from bihuan.rules.inspection import ENDED, STANDING, InspectionMode, may
from bihuan.rules.permissions import Actor, Duty

#: What a unit reads in place of the names of those who visit it covertly.
VEILED = "暗访人员"


@dataclass(frozen=True)
class InspectionDetail:
    """An inspection as one person sees it. ``overlapping`` are other inspections of one of its units at the same time, to be
    seen before approval; ``people`` are names by id; ``categories`` counts the findings by class.
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


def find_inspection(inspection: int, actor: Actor, using: str = "default") -> Inspection:
    """Return an inspection. Raises NotFound, also for one that ``actor`` must not know of."""
    found = Inspection.objects.using(using).filter(pk=inspection).first()
    if found is None or not _may_see(found, actor, using):
        raise NotFound(f"没有编号为 {inspection} 的督查，或它不属于您的单位。")
    return found


def inspections(actor: Actor, using: str = "default") -> list[Inspection]:
    """Return the inspections that ``actor`` may see, newest first."""
    return [i for i in Inspection.objects.using(using).order_by("-id") if _may_see(i, actor, using)]


def _of_office(inspection: Inspection, actor: Actor, using: str) -> bool:
    """Whether ``actor`` belongs to those who inspect: a member, or somebody who reads the inspecting unit."""
    if actor.person in {inspection.leader_id, *inspection.members}:
        return True
    return may(actor, Duty.READ, Unit.objects.using(using).get(pk=inspection.office_id).path)


def _may_see(inspection: Inspection, actor: Actor, using: str) -> bool:
    """A unit sees an approved inspection of itself; a covert one when it is over, or has found something about the unit."""
    if _of_office(inspection, actor, using):
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
    inside = _of_office(found, actor, using)
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
    others = [r["id"] for r in meeting(rows, rows.get("inspection", found.pk))] if inside else []
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
    )


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
        if _veiled(inspection) and not _of_office(inspection, actor, using):
            found = Finding.objects.using(using).filter(inspection_id=inspection.pk)
            hidden |= {inspection.leader_id, *inspection.members, *found.values_list("person_id", flat=True)}
    return dict.fromkeys(hidden, VEILED)


def demand_office(detail: InspectionDetail, actor: Actor, using: str = "default") -> None:
    """Raise NotAllowed unless ``actor`` belongs to those who inspect: for their working papers."""
    if not _of_office(detail.inspection, actor, using):
        raise NotAllowed("督查用表只供督查组使用。")
