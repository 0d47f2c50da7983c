"""Projection of what concerns units, people, procedures, calendars, campaigns and registers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bihuan.ledger.facts import Fact
from bihuan.ledger.rows import Rows
from bihuan.ledger.tables import Row
from bihuan.rules import events as ev
from bihuan.rules.slips import LIVE


def _set(row: Row, **values: Any) -> None:
    """Set the values that are not None."""
    row.update({k: v for k, v in values.items() if v is not None})


def unit_created(rows: Rows, fact: Fact, event: ev.UnitCreated) -> None:
    """Add the unit below its parent, and its aliases."""
    parent = rows.get("unit", event.parent)["path"] if event.parent else "/"
    rows.add(
        "unit",
        {
            "id": fact.seq,
            "name": event.name,
            "parent_id": event.parent,
            "path": f"{parent}{fact.seq}/",
            "sort": event.sort,
            "active": True,
        },
    )
    for alias in event.aliases or ():
        rows.add("unit_alias", {"alias": alias, "unit_id": fact.seq})


def unit_changed(rows: Rows, _fact: Fact, event: ev.UnitChanged) -> None:
    """Change a unit; moving it moves the paths of all below it."""
    unit = rows.get("unit", event.unit)
    _set(unit, name=event.name, active=event.active, sort=event.sort)
    if event.parent is not None and event.parent != unit["parent_id"]:
        unit["parent_id"] = event.parent
        _move(rows, unit, rows.get("unit", event.parent)["path"] if event.parent else "/")
    if event.aliases is not None:
        _rename(rows, event.unit, event.aliases)


def _move(rows: Rows, unit: Row, parent_path: str) -> None:
    old, new = unit["path"], f"{parent_path}{unit['id']}/"
    for below in rows.where("unit", "path", old, prefix=True):
        below["path"] = new + below["path"][len(old) :]


def _rename(rows: Rows, unit: int, aliases: list[str]) -> None:
    for row in rows.where("unit_alias", "unit_id", unit):
        if row["alias"] not in aliases:
            rows.remove("unit_alias", row["alias"])
    for alias in aliases:
        if rows.find("unit_alias", alias) is None:
            rows.add("unit_alias", {"alias": alias, "unit_id": unit})
        rows.get("unit_alias", alias)["unit_id"] = unit


def unit_merged(rows: Rows, _fact: Fact, event: ev.UnitMerged) -> None:
    """Give the other unit what was this one's; the row stays for what was entered under its name."""
    unit, heir = rows.get("unit", event.unit), rows.get("unit", event.into)
    for below in rows.where("unit", "parent_id", event.unit):
        below["parent_id"] = event.into
        _move(rows, below, heir["path"])
    for alias in rows.where("unit_alias", "unit_id", event.unit):
        alias["unit_id"] = event.into
    rows.add("unit_alias", {"alias": unit["name"], "unit_id": event.into})
    unit["active"] = False
    for person in rows.where("person", "unit_id", event.unit):
        person["unit_id"] = event.into
    _merge_grants(rows, event.unit, event.into)
    for slip in rows.where("slip", "unit_id", event.unit):
        if slip["state"] in LIVE:
            slip["unit_id"] = event.into
    for inspection in rows.every("inspection"):
        if event.unit in inspection["units"] and inspection["ended_at"] is None:
            named = [event.into if u == event.unit else u for u in inspection["units"]]
            inspection["units"] = list(dict.fromkeys(named))


def _merge_grants(rows: Rows, unit: int, into: int) -> None:
    held = {(g["person_id"], g["role"]) for g in rows.where("role_grant", "unit_id", into)}
    for grant in rows.where("role_grant", "unit_id", unit):
        if (grant["person_id"], grant["role"]) in held:
            rows.remove("role_grant", grant["id"])
        else:
            grant["unit_id"] = into


def person_created(rows: Rows, fact: Fact, event: ev.PersonCreated) -> None:
    """Add the person."""
    rows.add(
        "person",
        {"id": fact.seq, "name": event.name, "unit_id": event.unit, "post": event.post, "active": True},
    )


def person_changed(rows: Rows, _fact: Fact, event: ev.PersonChanged) -> None:
    """Change the person."""
    person = rows.get("person", event.person)
    _set(person, name=event.name, unit_id=event.unit, post=event.post, active=event.active)


def role_granted(rows: Rows, fact: Fact, event: ev.RoleGranted) -> None:
    """Add the grant."""
    rows.add(
        "role_grant",
        {"id": fact.seq, "person_id": event.person, "role": event.role, "unit_id": event.unit},
    )


def role_revoked(rows: Rows, _fact: Fact, event: ev.RoleRevoked) -> None:
    """Remove the grant."""
    for row in rows.where("role_grant", "person_id", event.person):
        if (row["role"], row["unit_id"]) == (event.role, event.unit):
            rows.remove("role_grant", row["id"])


def procedure_published(rows: Rows, fact: Fact, event: ev.ProcedurePublished) -> None:
    """Add the version of the procedure."""
    rows.add(
        "procedure",
        {
            "id": fact.seq,
            "code": event.code,
            "name": event.name,
            "version": event.version,
            "text": event.text,
        },
    )


def calendar_published(rows: Rows, _fact: Fact, event: ev.CalendarPublished) -> None:
    """Set the year's days; the version counts all publications."""
    row = {"year": event.year, "version": rows.count_up("calendar"), "days": event.days}
    found = rows.find("calendar_year", event.year)
    if found is None:
        rows.add("calendar_year", row)
    else:
        found.update(row)


def campaign_created(rows: Rows, fact: Fact, event: ev.CampaignCreated) -> None:
    """Add the campaign."""
    rows.add(
        "campaign",
        {
            "id": fact.seq,
            "name": event.name,
            "unit_id": event.unit,
            "starts": event.starts,
            "ends": event.ends,
            "purpose": event.purpose,
        },
    )


def campaign_changed(rows: Rows, _fact: Fact, event: ev.CampaignChanged) -> None:
    """Change the campaign."""
    row = rows.get("campaign", event.campaign)
    _set(row, name=event.name, starts=event.starts, ends=event.ends, purpose=event.purpose)


def register_created(rows: Rows, fact: Fact, event: ev.RegisterCreated) -> None:
    """Add the register."""
    rows.add(
        "register",
        {
            "id": fact.seq,
            "campaign_id": event.campaign,
            "name": event.name,
            "procedure_id": event.procedure,
            "unit_id": event.unit,
        },
    )


def register_changed(rows: Rows, _fact: Fact, event: ev.RegisterChanged) -> None:
    """Change the register; items keep their procedure."""
    _set(rows.get("register", event.register), name=event.name, procedure_id=event.procedure)


def import_committed(rows: Rows, fact: Fact, event: ev.ImportCommitted) -> None:
    """Add the import to the history."""
    rows.add(
        "import",
        {
            "id": fact.seq,
            "register_id": event.register,
            "at": fact.at,
            "actor_id": fact.actor,
            "file": event.file,
            "digest": event.digest,
            "rows": event.rows,
            "registered": event.registered,
            "amended": event.amended,
            "unchanged": event.unchanged,
            "missing": event.missing or [],
            "sheets": event.sheets or [],
        },
    )


def mapping_kept(rows: Rows, _fact: Fact, event: ev.MappingKept) -> None:
    """Keep the correction of a header; a newer one replaces it."""
    found = rows.find("header_mapping", event.fingerprint)
    if found is None:
        rows.add("header_mapping", {"fingerprint": event.fingerprint, "columns": event.columns})
    else:
        found["columns"] = event.columns


HANDLERS: dict[str, Callable[[Rows, Fact, Any], None]] = {
    "unit.created": unit_created,
    "unit.changed": unit_changed,
    "unit.merged": unit_merged,
    "person.created": person_created,
    "person.changed": person_changed,
    "role.granted": role_granted,
    "role.revoked": role_revoked,
    "procedure.published": procedure_published,
    "calendar.published": calendar_published,
    "campaign.created": campaign_created,
    "campaign.changed": campaign_changed,
    "register.created": register_created,
    "register.changed": register_changed,
    "import.committed": import_committed,
    "mapping.kept": mapping_kept,
}
