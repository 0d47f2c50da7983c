"""The tree of units, and what would go with a unit that is moved, or merged into another."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from bihuan.models import Grant, Helper, Item, Person, Slip, Unit, UnitAlias
from bihuan.queries.people import person_names
from bihuan.rules.errors import NotAllowed, NotFound
from bihuan.rules.permissions import DUTIES, ROLE_NAMES, Actor, Duty, Role
from bihuan.rules.slips import LIVE
from bihuan.rules.workflow import OPEN


@dataclass(frozen=True)
class Branch:
    """A unit in its place: its other names, whether ``actor`` keeps it, and the units below it."""

    unit: Unit
    aliases: list[str]
    mine: bool
    below: list[Branch] = field(default_factory=list)


def tree(actor: Actor, using: str = "default") -> list[Branch]:
    """Return the units at the top, each with all below it."""
    aliases: dict[int, list[str]] = {}
    for alias, unit in UnitAlias.objects.using(using).order_by("alias").values_list("alias", "unit_id"):
        aliases.setdefault(unit, []).append(alias)
    found = {
        u.pk: Branch(u, aliases.get(u.pk, []), actor.holds(DUTIES[Duty.UNITS], u.path))
        for u in Unit.objects.using(using).order_by("sort", "id")
    }
    for branch in found.values():
        above = found.get(branch.unit.parent_id)
        if above is not None:
            above.below.append(branch)
    return [branch for branch in found.values() if branch.unit.parent_id not in found]


@dataclass(frozen=True)
class Named:
    """A role somebody holds, and for which unit."""

    person: str
    role: str
    unit: str


def kept_unit(actor: Actor, unit_id: int, using: str = "default") -> Unit:
    """Return the unit where ``actor`` keeps it. Raises NotFound or NotAllowed."""
    unit = Unit.objects.using(using).filter(pk=unit_id).first()
    if unit is None:
        raise NotFound("没有这个单位。")
    if not actor.holds(DUTIES[Duty.UNITS], unit.path):
        raise NotAllowed(f"“{unit.name}”不在您管理的单位之内。")
    return unit


def why_not_below(unit: Unit, above: Unit | None) -> str:
    """Return why ``unit`` cannot move below ``above`` (None: to the top); "" where it can."""
    if above is not None and above.path.startswith(unit.path):
        return "单位不能移到自己或自己的下级之下。"
    return "它现在就在这里。" if (above.pk if above else 0) == unit.parent_id else ""


def why_not_into(unit: Unit, heir: Unit) -> str:
    """Return why ``unit`` cannot be merged into ``heir``; "" where their places do not forbid it."""
    return "单位不能并入自己或自己的下级。" if heir.path.startswith(unit.path) else ""


@dataclass(frozen=True)
class Load:
    """What belongs to units: items that they own (``open_items`` of them to be done), items they help with, open slips, people."""

    items: int
    open_items: int
    helped: int
    slips: int
    people: int


def load_of(units: Collection[int], using: str = "default") -> Load:
    """Return what belongs to ``units``."""
    owned = Item.objects.using(using).filter(owner_id__in=units)
    return Load(
        items=owned.count(),
        open_items=owned.filter(state__in=OPEN).count(),
        helped=Helper.objects.using(using).filter(unit_id__in=units).count(),
        slips=Slip.objects.using(using).filter(unit_id__in=units, state__in=LIVE).count(),
        people=Person.objects.using(using).filter(unit_id__in=units).count(),
    )


@dataclass(frozen=True)
class Move:
    """What goes with a unit that moves: the units below it, what belongs to all of them, and whose roles reach them or no longer do."""

    below: list[str]
    load: Load
    gains: list[Named]
    loses: list[Named]


def move_of(unit: Unit, above: Unit | None, using: str = "default") -> Move:
    """Return what would follow if ``unit`` moved below ``above`` (None: to the top)."""
    inside = Unit.objects.using(using).filter(path__startswith=unit.path)
    old, new = _above(unit.path) - {unit.pk}, _above(above.path if above else "/")
    below = list(inside.exclude(pk=unit.pk).order_by("path").values_list("name", flat=True))
    load = load_of(list(inside.values_list("id", flat=True)), using)
    return Move(below, load, _held(new - old, using), _held(old - new, using))


def _above(path: str) -> set[int]:
    return {int(part) for part in path.split("/") if part}


def _held(units: Collection[int], using: str) -> list[Named]:
    """Return the roles that are held for ``units``."""
    grants = list(Grant.objects.using(using).filter(unit_id__in=units).order_by("id"))
    people = person_names({g.person_id for g in grants}, using)
    names = dict(Unit.objects.using(using).filter(pk__in=units).values_list("id", "name"))
    return [Named(people[g.person_id], ROLE_NAMES[Role(g.role)], names[g.unit_id]) for g in grants]


@dataclass(frozen=True)
class Merge:
    """What goes over when a unit is merged into another: what belongs to it, and by name its people, roles, units below and names."""

    load: Load
    people: list[str]
    roles: list[Named]
    below: list[str]
    names: list[str]


def merge_of(unit: Unit, using: str = "default") -> Merge:
    """Return what ``unit`` would hand over to the unit into which it is merged."""
    people = Person.objects.using(using).filter(unit_id=unit.pk).order_by("id")
    below = Unit.objects.using(using).filter(parent_id=unit.pk).order_by("sort", "id")
    aliases = UnitAlias.objects.using(using).filter(unit_id=unit.pk).order_by("alias")
    return Merge(
        load=load_of([unit.pk], using),
        people=list(people.values_list("name", flat=True)),
        roles=_held([unit.pk], using),
        below=list(below.values_list("name", flat=True)),
        names=[unit.name, *aliases.values_list("alias", flat=True)],
    )
