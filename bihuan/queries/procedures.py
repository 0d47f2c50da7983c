"""The versions of the procedures, and which registers follow each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from bihuan.models import Campaign, Entry, Procedure, Register
from bihuan.queries.scope import Scope
from bihuan.rules.errors import NotFound
from bihuan.rules.permissions import Duty


@dataclass(frozen=True)
class Version:
    """A published version, when and by whom (0: the system) it was published, and the registers whose new items follow it."""

    row: Procedure
    published_at: datetime
    published_by: int
    registers: list[Register]


def versions(code: str | None = None, using: str = "default") -> list[Version]:
    """Return the versions of every procedure, or of the one called ``code``: by code, the newest first."""
    used: dict[int, list[Register]] = defaultdict(list)
    for register in Register.objects.using(using).order_by("id"):
        used[register.procedure_id].append(register)
    rows = Procedure.objects.using(using).order_by("code", "-version")
    found = list(rows if code is None else rows.filter(code=code))
    entries = Entry.objects.using(using).in_bulk([row.pk for row in found])
    return [Version(row, entries[row.pk].at, entries[row.pk].actor_id, used[row.pk]) for row in found]


def version_of(procedure_id: int, using: str = "default") -> Version:
    """Return one version. Raises NotFound."""
    row = Procedure.objects.using(using).filter(pk=procedure_id).first()
    if row is None:
        raise NotFound("没有这个版本的规程。", hint="请从规程列表打开。")
    return next(v for v in versions(row.code, using) if v.row.pk == procedure_id)


def run_by(who: Scope, code: str) -> list[Register]:
    """Return the registers that ``who`` runs and that follow a version of the procedure called ``code``."""
    if not who.actor.may(Duty.CAMPAIGNS):
        return []
    known = {version.row.pk for version in versions(code)}
    return [r for r in who.registers if who.units_in(r) is None and r.procedure_id in known]


def campaign_names(registers: list[Register], using: str = "default") -> dict[int, str]:
    """Return the name of the campaign of each register, by the register's id."""
    names = dict(Campaign.objects.using(using).values_list("id", "name"))
    return {r.pk: names.get(r.campaign_id, "") for r in registers}
