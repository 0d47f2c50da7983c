"""Objections to an inspection's conclusion: who may object to what, and who has to decide."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from bihuan.models import Conclusion, Finding, Inspection, Objection, Unit, WalkStep
from bihuan.queries.people import unit_paths
from bihuan.rules.inspection import may
from bihuan.rules.objection import hands
from bihuan.rules.permissions import Actor, Duty, Role

_DUTIES = (Duty.INSPECT, Duty.APPROVE_INSPECTION)


def may_object(
    conclusions: Iterable[Conclusion], actor: Actor, today: date, using: str = "default"
) -> set[int]:
    """Return those of ``conclusions`` (their ids) to which ``actor`` may object: told to their unit, in time, and not objected to."""
    mine = [
        c
        for c in conclusions
        if today <= c.object_by
        and actor.holds({Role.UNIT_HEAD}, Unit.objects.using(using).get(pk=c.unit_id).path)
    ]
    done = Objection.objects.using(using).filter(conclusion_id__in=[c.pk for c in mine])
    return {c.pk for c in mine} - set(done.values_list("conclusion_id", flat=True))


def to_reexamine(
    actor: Actor, using: str = "default", *, paths: Mapping[int, str] | None = None
) -> list[Objection]:
    """Return the objections that wait for ``actor``'s decision, the nearest limit first; nobody decides on what they inspected.

    ``paths`` are those of all units, where they are known already.
    """
    if not any(actor.may(duty) for duty in _DUTIES):
        return []
    waiting = list(Objection.objects.using(using).filter(outcome="").order_by("decide_by", "id"))
    found = Inspection.objects.using(using).in_bulk({o.inspection_id for o in waiting})
    paths, recorders = paths or unit_paths(using), _recorders(found, using)
    mine = {i.pk for i in found.values() if _decides(i, actor, paths[i.office_id], recorders.get(i.pk, ()))}
    return [o for o in waiting if o.inspection_id in mine]


def _recorders(inspections: Collection[int], using: str) -> dict[int, list[int]]:
    """Who recorded what was found in each of ``inspections``."""
    parts = [
        model._default_manager.using(using)
        .filter(inspection_id__in=inspections)
        .order_by()
        .values_list("inspection_id", "person_id")
        for model in (Finding, WalkStep)
    ]
    found: dict[int, list[int]] = {}
    for inspection, person in parts[0].union(parts[1]) if inspections else ():
        found.setdefault(inspection, []).append(person)
    return found


def _decides(inspection: Inspection, actor: Actor, path: str, recorders: Iterable[int]) -> bool:
    if not any(may(actor, duty, path) for duty in _DUTIES):
        return False
    return actor.person not in hands(
        inspection.leader_id, inspection.members, inspection.proposed_by, recorders
    )
