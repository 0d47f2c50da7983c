"""Keeping the house: units, people, roles, procedures, calendars, campaigns and registers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bihuan.actions.reschedule import reschedule
from bihuan.actions.step import unit_row
from bihuan.ledger import derive
from bihuan.ledger.append import Ledger, writing
from bihuan.ledger.tables import Row
from bihuan.procedures import texts
from bihuan.rules import events as ev
from bihuan.rules.calendar import CalendarYear
from bihuan.rules.errors import Invalid, Needs, NotAllowed, NotFound
from bihuan.rules.permissions import ADMINISTRATORS, DUTIES, ROLE_NAMES, Actor, Duty, Role
from bihuan.rules.procedure import Procedure, load


def _demand(actor: Actor, duty: Duty, unit: Row | None = None) -> None:
    """Raise NotAllowed unless ``actor`` has ``duty``: for ``unit``, or anywhere where no unit is concerned."""
    if not (actor.may(duty) if unit is None else actor.holds(DUTIES[duty], unit["path"])):
        where = f"管理“{unit['name']}”的" if unit else ""
        raise NotAllowed(
            f"此项须由{where}{'、'.join(ROLE_NAMES[r] for r in Role if r in DUTIES[duty])}办理。"
        )


def _named(text: str, what: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise Needs(f"还缺：{what}。")
    return name


def create_unit(
    actor: Actor,
    now: datetime,
    name: str,
    *,
    parent: int = 0,
    aliases: Sequence[str] = (),
    using: str = "default",
) -> int:
    """Add a unit below ``parent`` and return its id. Raises Invalid when a unit or alias has that name already."""
    _demand(actor, Duty.UNITS)
    with writing(now, using) as ledger:
        ledger.lock()
        _demand_place(ledger, actor, parent)
        return add_unit(ledger, actor, name, parent=parent, aliases=aliases)


def add_unit(ledger: Ledger, actor: Actor, name: str, *, parent: int = 0, aliases: Sequence[str] = ()) -> int:
    """Add a unit inside an open transaction; see ``create_unit``."""
    ledger.lock()
    name, others = _named(name, "单位名称"), [_named(a, "单位别名") for a in aliases]
    if parent:
        unit_row(ledger, parent)
    for given in (name, *others):
        _free(ledger, given)
    return ledger.append(ev.UnitCreated(name=name, parent=parent, aliases=others or None), actor)


def _free(ledger: Ledger, name: str, unit: int = 0) -> None:
    alias = ledger.rows.find("unit_alias", name)
    taken = [r["id"] for r in ledger.rows.where("unit", "name", name)] + ([alias["unit_id"]] if alias else [])
    if any(u != unit for u in taken):
        raise Invalid(f"已有名为“{name}”的单位或别名。", hint="同一单位的不同写法，请加为它的别名。")


def change_unit(
    actor: Actor,
    now: datetime,
    unit: int,
    *,
    name: str | None = None,
    parent: int | None = None,
    aliases: Sequence[str] | None = None,
    active: bool | None = None,
    using: str = "default",
) -> None:
    """Rename, move, retire a unit or set its aliases. Raises Invalid for a taken name or a move below itself."""
    _demand(actor, Duty.UNITS)
    with writing(now, using) as ledger:
        ledger.lock()
        row = demand_unit(ledger, actor, unit)
        if active:
            _free(ledger, row["name"], unit)  # the name of a unit that was merged is another's by now
        if parent is not None:
            _demand_place(ledger, actor, parent)
        if parent and unit_row(ledger, parent)["path"].startswith(row["path"]):
            raise Invalid("单位不能移到自己的下级之下。")
        name = None if name is None else _named(name, "单位名称")
        others = None if aliases is None else [_named(a, "单位别名") for a in aliases]
        for given in (*((name,) if name else ()), *(others or ())):
            _free(ledger, given, unit)
        ledger.append(
            ev.UnitChanged(unit=unit, name=name, parent=parent, active=active, aliases=others), actor
        )


def demand_unit(ledger: Ledger, actor: Actor, unit: int) -> Row:
    """Return the unit's row. Raises NotFound, or NotAllowed unless ``actor`` keeps it."""
    _demand(actor, Duty.UNITS)
    row = ledger.rows.find("unit", unit)
    if row is None:
        raise NotFound(f"没有编号为 {unit} 的单位。")
    _demand(actor, Duty.UNITS, row)
    return row


def _demand_place(ledger: Ledger, actor: Actor, parent: int) -> None:
    """Raise NotAllowed unless ``actor`` may place a unit below ``parent``; the top belongs to nobody's subtree."""
    if parent:
        _demand(actor, Duty.UNITS, unit_row(ledger, parent))
    elif actor.person and all(g.role is not Role.SYSTEM_ADMIN for g in actor.grants):
        raise NotAllowed("顶级单位须由系统管理员设置。")


def create_person(
    actor: Actor, now: datetime, name: str, unit: int, *, post: str = "", using: str = "default"
) -> int:
    """Add a person of ``unit`` and return their id; an account is made apart."""
    _demand(actor, Duty.PEOPLE)
    with writing(now, using) as ledger:
        ledger.lock()
        _demand(actor, Duty.PEOPLE, unit_row(ledger, unit))
        return ledger.append(ev.PersonCreated(name=_named(name, "姓名"), unit=unit, post=post), actor)


def grant_role(
    actor: Actor, now: datetime, person: int, role: Role, unit: int, *, using: str = "default"
) -> None:
    """Give ``person`` a role for ``unit`` and all below it.

    The three administrators are separate people: who holds one of these roles gets no other (三权分立).
    """
    _demand(actor, Duty.ROLES)
    with writing(now, using) as ledger:
        ledger.lock()
        if ledger.rows.find("person", person) is None:
            raise NotFound(f"没有编号为 {person} 的人员。")
        _demand(actor, Duty.ROLES, unit_row(ledger, unit))
        held = ledger.rows.where("role_grant", "person_id", person)
        if any((g["role"], g["unit_id"]) == (role, unit) for g in held):
            raise Invalid("已有这一岗位。")
        others = {Role(g["role"]) for g in held} - {role}
        if others and (role in ADMINISTRATORS or others & ADMINISTRATORS):
            raise Invalid("系统、安全、审计管理员须各设专人，不得兼任其他岗位。")
        ledger.append(ev.RoleGranted(person=person, role=role.value, unit=unit), actor)


def revoke_role(
    actor: Actor,
    now: datetime,
    person: int,
    role: Role,
    unit: int,
    *,
    reason: str = "",
    using: str = "default",
) -> None:
    """Take a role away. Raises NotFound when it is not held."""
    _demand(actor, Duty.ROLES)
    with writing(now, using) as ledger:
        ledger.lock()
        held = ledger.rows.where("role_grant", "person_id", person)
        if not any((g["role"], g["unit_id"]) == (role, unit) for g in held):
            raise NotFound("该人员没有这一岗位。")
        _demand(actor, Duty.ROLES, ledger.rows.get("unit", unit))
        ledger.append(ev.RoleRevoked(person=person, role=role.value, unit=unit, reason=reason), actor)


def publish_procedure(
    actor: Actor, now: datetime, text: str, *, source: str = "规程", using: str = "default"
) -> int:
    """Publish a version of a procedure and return its id; the same text again returns the version that is there.

    Raises ProcedureInvalid with line and hint, or Invalid when the version number does not rise.
    """
    _demand(actor, Duty.PROCEDURES)
    procedure = load(text, source)
    with writing(now, using) as ledger:
        ledger.lock()
        return publish(ledger, actor, procedure, text)


def publish(ledger: Ledger, actor: Actor, procedure: Procedure, text: str) -> int:
    """Publish a checked procedure inside an open transaction; see ``publish_procedure``."""
    versions = ledger.rows.where("procedure", "code", procedure.code)
    for row in versions:
        if row["text"] == text:
            return int(row["id"])
    latest = max((r["version"] for r in versions), default=0)
    if procedure.version <= latest:
        raise Invalid(
            f"规程“{procedure.name}”已有第{latest}版，新内容的版本号须大于它。",
            hint=f"请把 version 改为 {latest + 1}。",
        )
    event = ev.ProcedurePublished(
        code=procedure.code, name=procedure.name, version=procedure.version, text=text
    )
    return ledger.append(event, actor)


def publish_builtin(actor: Actor, now: datetime, *, using: str = "default") -> dict[str, int]:
    """Publish the built-in procedures that are not there yet; returns code → id."""
    _demand(actor, Duty.PROCEDURES)
    with writing(now, using) as ledger:
        ledger.lock()
        loaded = {code: (load(text, code), text) for code, text in sorted(texts().items())}
        return {code: publish(ledger, actor, procedure, text) for code, (procedure, text) in loaded.items()}


def publish_calendar(actor: Actor, now: datetime, year: CalendarYear, *, using: str = "default") -> int:
    """Publish the days of a year, and put right whatever rested on the old ones. Returns how many deadlines moved."""
    _demand(actor, Duty.CALENDAR)
    with writing(now, using) as ledger:
        ledger.lock_all()
        old = derive.calendar_of(ledger.rows)
        ledger.append(ev.CalendarPublished(year=year.year, days=year.to_data()), actor)
        return reschedule(ledger, actor, old, f"{year.year}年放假安排已发布")


def create_campaign(
    actor: Actor,
    now: datetime,
    name: str,
    unit: int,
    *,
    starts: str = "",
    ends: str = "",
    purpose: str = "",
    using: str = "default",
) -> int:
    """Found a campaign run by ``unit`` and return its id."""
    _demand(actor, Duty.CAMPAIGNS)
    with writing(now, using) as ledger:
        ledger.lock()
        _demand(actor, Duty.CAMPAIGNS, unit_row(ledger, unit))
        name = _named(name, "专项工作名称")
        if ledger.rows.where("campaign", "name", name):
            raise Invalid(f"已有名为“{name}”的专项工作。")
        event = ev.CampaignCreated(name=name, unit=unit, starts=starts, ends=ends, purpose=purpose)
        return ledger.append(event, actor)


def create_register(
    actor: Actor, now: datetime, campaign: int, name: str, procedure: int, *, using: str = "default"
) -> int:
    """Open a register of ``campaign`` that follows ``procedure`` (a version's id) and return its id."""
    _demand(actor, Duty.CAMPAIGNS)
    with writing(now, using) as ledger:
        ledger.lock()
        row = ledger.rows.find("campaign", campaign)
        if row is None:
            raise NotFound(f"没有编号为 {campaign} 的专项工作。")
        _demand(actor, Duty.CAMPAIGNS, ledger.rows.get("unit", row["unit_id"]))
        if ledger.rows.find("procedure", procedure) is None:
            raise NotFound(f"没有编号为 {procedure} 的规程。")
        name = _named(name, "清单名称")
        if any(r["name"] == name for r in ledger.rows.where("register", "campaign_id", campaign)):
            raise Invalid(f"该专项工作已有名为“{name}”的清单。")
        event = ev.RegisterCreated(campaign=campaign, name=name, procedure=procedure, unit=row["unit_id"])
        return ledger.append(event, actor)


def keep_mapping(
    actor: Actor, now: datetime, fingerprint: str, columns: dict[str, str], *, using: str = "default"
) -> None:
    """Keep a correction of how a header is read, so that the next file with that header is read the same way."""
    _demand(actor, Duty.IMPORT)
    with writing(now, using) as ledger:
        ledger.append(ev.MappingKept(fingerprint=fingerprint, columns=dict(columns)), actor)
