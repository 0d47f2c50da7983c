"""Who somebody is, what they may do, and how units are called."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connections
from django.db.models import Q

from bihuan.models import Person, Unit
from bihuan.rules import permissions
from bihuan.rules.errors import NotFound
from bihuan.rules.permissions import Actor, Role


def actor_of(person_id: int, using: str = "default") -> Actor:
    """Return the person as an actor with every role they hold. Raises NotFound for nobody, or one no longer active."""
    with connections[using].cursor() as cursor:
        cursor.execute(_HELD, [person_id])
        rows = cursor.fetchall()
    if not rows:
        raise NotFound("没有这个人员，或已停用。", hint="请联系系统管理员。")
    grants = tuple(permissions.Grant(Role(role), unit, path) for _, _, role, unit, path in rows if role)
    return Actor(person_id, rows[0][0], rows[0][1], grants)


#: Everything about an actor in one query: it is asked for on every page.
_HELD = (
    'SELECT p."name",p."unit_id",g."role",g."unit_id",u."path" FROM "person" p '
    'LEFT JOIN "role_grant" g ON g."person_id"=p."id" LEFT JOIN "unit" u ON u."id"=g."unit_id" '
    'WHERE p."id"=%s AND p."active" ORDER BY g."id"'
)


def visible_units(actor: Actor, using: str = "default") -> frozenset[int] | None:
    """Return the ids of the units whose items ``actor`` may read; None means all of them.

    Somebody whose roles cover a root unit sees everything below it; only when that is every root is it None.
    """
    paths = actor.read_paths()
    if paths == ("/",):
        return None
    units = Unit.objects.using(using)
    if any(path.count("/") == 2 for path in paths):  # a root: perhaps the only one
        roots = set(units.filter(parent_id=0).values_list("path", flat=True))
        if roots <= set(paths):
            return None
    query = Q(pk__in=[])
    for path in paths:
        query |= Q(path__startswith=path)
    return frozenset(units.filter(query).values_list("id", flat=True))


@dataclass(frozen=True)
class Directory:
    """Every active unit: ``units`` name → id, ``aliases`` other name → id, ``labels`` id → name (also retired ones)."""

    units: dict[str, int]
    aliases: dict[str, int]
    labels: dict[int, str]

    def names(self) -> dict[str, str]:
        """Return every name and alias with the name of the unit that it stands for."""
        return {n: n for n in self.units} | {a: self.labels[u] for a, u in self.aliases.items()}

    def id_of(self, name: str) -> int | None:
        """Return the id of the unit with this name or alias, or None."""
        return self.units.get(name) or self.aliases.get(name)


def directory(using: str = "default") -> Directory:
    """Return the names of all units."""
    with connections[using].cursor() as cursor:
        cursor.execute(_UNITS)
        rows = cursor.fetchall()
        cursor.execute(_ALIASES)
        aliases = dict(cursor.fetchall())
    return Directory(
        {name: pk for pk, name, active in rows if active}, aliases, {pk: name for pk, name, _ in rows}
    )


#: What units are called, which nearly every page asks, some of them several times.
_UNITS = 'SELECT "id","name","active" FROM "unit" ORDER BY "sort","id"'
_ALIASES = 'SELECT "alias","unit_id" FROM "unit_alias" ORDER BY "alias"'


def unit_paths(using: str = "default") -> dict[int, str]:
    """Return the place of every unit in the tree, by id."""
    with connections[using].cursor() as cursor:
        cursor.execute('SELECT "id","path" FROM "unit" ORDER BY "id"')
        return dict(cursor.fetchall())


def unit_labels(using: str = "default") -> dict[int, str]:
    """Return the name of every unit, retired ones too, by id, in their order."""
    with connections[using].cursor() as cursor:
        cursor.execute(_UNITS)
        return {pk: name for pk, name, _ in cursor.fetchall()}


def person_names(ids: set[int], using: str = "default") -> dict[int, str]:
    """Return the names of the people with these ids; 0 is the system."""
    found = dict(Person.objects.using(using).filter(pk__in=ids).values_list("id", "name"))
    return {0: "系统", **found}
