"""For which units somebody acts: what a page asks only where there is a choice."""

from __future__ import annotations

from bihuan.models import Register, Unit
from bihuan.rules.permissions import DUTIES, Actor, Duty


def own_office(actor: Actor, duty: Duty) -> int:
    """Return the unit for which this person acts: their own if they hold the duty there, else the first for which they do."""
    if actor.holds(DUTIES[duty], Unit.objects.get(pk=actor.unit).path):
        return actor.unit
    return next(g.unit for g in actor.grants if g.role in DUTIES[duty])


def offices(actor: Actor, duty: Duty) -> dict[int, str]:
    """Return the units for which this person holds the duty among those that keep registers and those above: their own first."""
    own = own_office(actor, duty)
    running = Unit.objects.filter(pk__in=Register.objects.values("unit_id")).values_list("path", flat=True)
    ids = {own, *(int(pk) for path in running for pk in path.strip("/").split("/"))}
    rows = Unit.objects.filter(pk__in=ids, active=True).order_by("sort", "id")
    found = {u.pk: u.name for u in rows if actor.holds(DUTIES[duty], u.path)}
    return dict(sorted(found.items(), key=lambda pair: pair[0] != own))
