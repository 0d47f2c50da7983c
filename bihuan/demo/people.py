"""The county's people: who holds which role, with accounts for some of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bihuan.actions.accounts import create_account
from bihuan.actions.founding import Login
from bihuan.actions.house import create_person, create_unit, grant_role, publish_builtin
from bihuan.demo.county import COUNTY, OFFICE, UNITS
from bihuan.ledger.append import open_ledger
from bihuan.queries.people import actor_of
from bihuan.rules.permissions import ROLE_NAMES, SYSTEM, Actor, Role


@dataclass
class People:
    """The founded county: ids of the root unit, the office and the procedures, and who acts."""

    root: int
    office: int
    procedures: dict[str, int]
    staff: dict[str, Actor]
    handlers: dict[int, Actor]
    heads: dict[int, Actor]
    logins: list[Login]
    accounts: bool


#: Account → (name, role, whether for the whole county). Handler and head of one unit get accounts too.
_OFFICE_STAFF: dict[str, tuple[str, tuple[Role, ...]]] = {
    "duban": ("高峰", (Role.SUPERVISOR,)),
    "shenhe": ("许静", (Role.REVIEWER,)),
    "lingdao": ("王立新", (Role.LEAD,)),
    "jiancha": ("方圆", (Role.CHECKER,)),
    "shenji": ("陆平", (Role.AUDITOR,)),
    "admin": ("系统管理员", (Role.SYSTEM_ADMIN,)),
    "security": ("安全管理员", (Role.SECURITY_ADMIN,)),
    "audit": ("审计管理员", (Role.AUDIT_ADMIN,)),
}
_SHOWN_UNIT = "县住房和城乡建设局"


def found_county(now: datetime, *, accounts: bool = True) -> People:
    """Open the demonstration's ledger with its units, people and roles; accounts are left out where nobody logs in."""
    open_ledger(f"{COUNTY}督查督办台账", "sha256", now)
    procedures = publish_builtin(SYSTEM, now)
    root = create_unit(SYSTEM, now, COUNTY)
    office = create_unit(SYSTEM, now, OFFICE, parent=root, aliases=("县委县政府督查室", "县督查室", "督查室"))
    people = People(root, office, procedures, {}, {}, {}, [], accounts)
    for account, (name, roles) in _OFFICE_STAFF.items():
        people.staff[account] = _person(people, now, name, office, roles, root, account)
    for name, aliases in UNITS.items():
        _unit_people(people, now, name, aliases)
    return people


def _unit_people(people: People, now: datetime, name: str, aliases: tuple[str, ...]) -> None:
    unit = create_unit(SYSTEM, now, name, parent=people.root, aliases=aliases)
    shown = name == _SHOWN_UNIT
    short = aliases[0] if aliases else name
    handler = _person(people, now, f"{short}承办人", unit, (Role.HANDLER,), unit, "chengban" if shown else "")
    head = _person(people, now, f"{short}负责人", unit, (Role.UNIT_HEAD,), unit, "fuzeren" if shown else "")
    people.handlers[unit], people.heads[unit] = handler, head


def _person(
    people: People, now: datetime, name: str, unit: int, roles: tuple[Role, ...], over: int, account: str
) -> Actor:
    person = create_person(SYSTEM, now, name, unit)
    for role in roles:
        grant_role(SYSTEM, now, person, role, over)
    if account and people.accounts:
        password = create_account(account, person, must_change=False)
        words = "、".join(ROLE_NAMES[r] for r in roles)
        people.logins.append(Login(account, password, name, words))
    return actor_of(person)
