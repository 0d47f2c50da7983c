"""The house of a measured ledger: 60 units, their people, and four registers, one for each built-in procedure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from bihuan.actions import house
from bihuan.actions.founding import prepare_database
from bihuan.ledger.append import open_ledger
from bihuan.models import Grant, Procedure, Register, Unit
from bihuan.queries.people import actor_of
from bihuan.rules import procedure
from bihuan.rules.permissions import SYSTEM, Actor, Role

#: When every measured ledger begins; nothing depends on the day of the measurement.
START = datetime(2025, 1, 6, 1, tzinfo=UTC)
UNITS = 60
CLASSES = (
    "交通",
    "水利",
    "教育",
    "医疗",
    "住房",
    "环保",
    "就业",
    "养老",
    "安全生产",
    "营商环境",
    "乡村振兴",
    "作风建设",
)
_ROLES = (Role.SUPERVISOR, Role.LEAD, Role.REVIEWER, Role.CHECKER)


@dataclass(frozen=True)
class House:
    """Who is there: the registers with their procedures, the units that own items, and who acts for each."""

    registers: tuple[Register, ...]
    procedures: dict[int, procedure.Procedure]
    units: tuple[int, ...]
    supervisor: Actor
    handlers: dict[int, Actor]


def found_house() -> None:
    """Create the tables and open a ledger with its house in the database of this process."""
    prepare_database()
    open_ledger("测速", "sha256", START)
    root = house.create_unit(SYSTEM, START, "某县")
    office = house.create_unit(SYSTEM, START, "县委督查室", parent=root)
    head = house.create_person(SYSTEM, START, "督办员", office)
    for role in _ROLES:
        house.grant_role(SYSTEM, START, head, role, root)
    for no in range(UNITS - 2):
        unit = house.create_unit(SYSTEM, START, f"第{no + 1}镇人民政府", parent=root)
        person = house.create_person(SYSTEM, START, f"承办人{no + 1}", unit)
        house.grant_role(SYSTEM, START, person, Role.HANDLER, unit)
    campaign = house.create_campaign(SYSTEM, START, "测速专项", root)
    for code, version in house.publish_builtin(SYSTEM, START).items():
        house.create_register(SYSTEM, START, campaign, f"清单{code}", version)


def read_house() -> House:
    """Return the house of the ledger in the database of this process."""
    registers = tuple(Register.objects.order_by("id"))
    texts = dict(Procedure.objects.values_list("id", "text"))
    handlers = {g.unit_id: actor_of(g.person_id) for g in Grant.objects.filter(role=Role.HANDLER)}
    supervisor = Grant.objects.get(role=Role.SUPERVISOR)
    return House(
        registers,
        {r.pk: procedure.load(texts[r.procedure_id], r.name) for r in registers},
        tuple(Unit.objects.filter(pk__in=handlers).order_by("id").values_list("id", flat=True)),
        actor_of(supervisor.person_id),
        handlers,
    )
