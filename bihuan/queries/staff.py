"""The people whom an administrator looks after, with their roles and accounts."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from bihuan.models import Account, Grant, Person, Unit
from bihuan.rules.errors import NotAllowed, NotFound
from bihuan.rules.permissions import DUTIES, ROLE_NAMES, Actor, Duty, Role


@dataclass(frozen=True)
class Held:
    """A role with the unit for which it is held."""

    role: str
    name: str
    unit: int
    unit_name: str


@dataclass(frozen=True)
class Line:
    """A person with their unit, roles and account (None: none)."""

    person: Person
    unit: str
    held: list[Held]
    account: Account | None
    account_state: str


def staff_member(actor: Actor, person_id: int) -> Line:
    """Return a person within the administrator's units. Raises NotFound or NotAllowed."""
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise NotFound("没有这个人员。")
    found = staff(actor, [person])
    if not found:
        raise NotAllowed("这个人员不属于您管理的单位。")
    return found[0]


def staff(actor: Actor, people: list[Person] | None = None) -> list[Line]:
    """Return the people (None: everybody) who belong to units that ``actor`` looks after."""
    units = {u.pk: u for u in Unit.objects.order_by("sort", "id")}
    everybody = list(Person.objects.order_by("id")) if people is None else people
    mine = [p for p in everybody if actor.holds(DUTIES[Duty.ROLES], units[p.unit_id].path)]
    ids = [p.pk for p in mine]
    accounts = {a.person_id: a for a in Account.objects.filter(person_id__in=ids)}
    held: dict[int, list[Held]] = {}
    for g in Grant.objects.filter(person_id__in=ids).order_by("id"):
        held.setdefault(g.person_id, []).append(
            Held(g.role, ROLE_NAMES[Role(g.role)], g.unit_id, units[g.unit_id].name)
        )
    return [
        Line(p, units[p.unit_id].name, held.get(p.pk, []), accounts.get(p.pk), _state(accounts.get(p.pk)))
        for p in mine
    ]


def _state(account: Account | None) -> str:
    """Say how it stands with an account; when somebody was last here is nobody's business."""
    if account is None:
        return "没有账号"
    if not account.is_active:
        return "已停用"
    if account.locked_until and account.locked_until > timezone.now():
        return "输错密码，暂时锁定"
    return "待改初始密码" if account.must_change else "正常"
