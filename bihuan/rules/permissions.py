"""Who may do what: roles, and the unit subtree each is held for. Denied by default."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """A role; a person holds it for a unit and all below that unit."""

    SUPERVISOR = "supervisor"
    HANDLER = "handler"
    UNIT_HEAD = "unit_head"
    LEAD = "lead"
    REVIEWER = "reviewer"
    CHECKER = "checker"
    AUDITOR = "auditor"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"


ROLE_NAMES: dict[Role, str] = {
    Role.SUPERVISOR: "督办员",
    Role.HANDLER: "承办人",
    Role.UNIT_HEAD: "单位负责人",
    Role.LEAD: "牵头领导",
    Role.REVIEWER: "审核人",
    Role.CHECKER: "检查人",
    Role.AUDITOR: "审计员",
    Role.SYSTEM_ADMIN: "系统管理员",
    Role.SECURITY_ADMIN: "安全管理员",
    Role.AUDIT_ADMIN: "审计管理员",
}

#: The three administrators see no business content, and nobody holds two of them (等保 三权分立).
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
BUSINESS = frozenset(Role) - ADMINISTRATORS


class Duty(StrEnum):
    """What is not a step of an item: looking, and keeping the house."""

    READ = "read"
    IMPORT = "import"
    EXPORT = "export"
    REPORT = "report"
    CAMPAIGNS = "campaigns"
    AUDIT = "audit"
    UNITS = "units"
    PEOPLE = "people"
    ROLES = "roles"
    PROCEDURES = "procedures"
    CALENDAR = "calendar"
    SEAL = "seal"
    SAMPLE = "sample"
    INSPECT = "inspect"
    APPROVE_INSPECTION = "approve_inspection"
    SIGNS = "signs"
    DISMISS_SIGN = "dismiss_sign"
    INSTITUTE = "institute"
    REVIEW_CASE = "review_case"
    MEET = "meet"
    CHAIR = "chair"
    OUTLETS = "outlets"
    COLLECT = "collect"
    DRAFT = "draft"
    TEMPLATES = "templates"
    BACKUP = "backup"


DUTIES: dict[Duty, frozenset[Role]] = {
    Duty.READ: BUSINESS,
    Duty.IMPORT: frozenset({Role.SUPERVISOR}),
    Duty.EXPORT: frozenset({Role.SUPERVISOR, Role.LEAD, Role.AUDITOR, Role.UNIT_HEAD, Role.HANDLER}),
    Duty.REPORT: frozenset({Role.SUPERVISOR, Role.LEAD, Role.AUDITOR}),
    Duty.CAMPAIGNS: frozenset({Role.SUPERVISOR}),
    Duty.AUDIT: frozenset({Role.AUDITOR, Role.SUPERVISOR, Role.AUDIT_ADMIN}),
    Duty.UNITS: frozenset({Role.SYSTEM_ADMIN, Role.SUPERVISOR}),
    Duty.PEOPLE: frozenset({Role.SYSTEM_ADMIN}),
    Duty.ROLES: frozenset({Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN}),
    Duty.PROCEDURES: frozenset({Role.SYSTEM_ADMIN, Role.SUPERVISOR}),
    Duty.CALENDAR: frozenset({Role.SYSTEM_ADMIN, Role.SUPERVISOR}),
    Duty.SEAL: frozenset({Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN, Role.AUDITOR, Role.SUPERVISOR}),
    Duty.SAMPLE: frozenset({Role.SUPERVISOR, Role.CHECKER, Role.AUDITOR}),
    Duty.INSPECT: frozenset({Role.SUPERVISOR, Role.CHECKER}),
    Duty.APPROVE_INSPECTION: frozenset({Role.LEAD}),
    Duty.SIGNS: frozenset({Role.SUPERVISOR, Role.LEAD, Role.REVIEWER, Role.CHECKER, Role.AUDITOR}),
    Duty.DISMISS_SIGN: frozenset({Role.SUPERVISOR, Role.CHECKER}),
    Duty.INSTITUTE: frozenset({Role.SUPERVISOR, Role.LEAD}),
    Duty.REVIEW_CASE: frozenset({Role.SUPERVISOR, Role.LEAD, Role.CHECKER}),
    Duty.MEET: frozenset({Role.SUPERVISOR}),
    Duty.CHAIR: frozenset({Role.LEAD, Role.REVIEWER, Role.SUPERVISOR}),
    Duty.OUTLETS: frozenset({Role.SYSTEM_ADMIN}),
    Duty.COLLECT: frozenset({Role.SUPERVISOR}),
    Duty.DRAFT: frozenset({Role.SUPERVISOR, Role.LEAD}),
    Duty.TEMPLATES: frozenset({Role.SUPERVISOR}),
    Duty.BACKUP: frozenset({Role.SYSTEM_ADMIN}),
}


@dataclass(frozen=True)
class Grant:
    """A role held for the unit with ``path`` (``/1/5/``: the ids from the root down) and all below it."""

    role: Role
    unit: int
    path: str

    def covers(self, path: str) -> bool:
        """Whether the unit with ``path`` lies in this grant's subtree."""
        return path.startswith(self.path)


@dataclass(frozen=True)
class Actor:
    """A person acting for a unit, with every role they hold. ``person`` 0 is the system itself."""

    person: int
    name: str
    unit: int
    grants: tuple[Grant, ...] = ()

    def holds(self, roles: Iterable[Role], path: str) -> bool:
        """Whether one of ``roles`` is held for the unit with ``path``."""
        return self.holds_for_any(frozenset(roles), (path,))

    def holds_for_any(self, roles: frozenset[Role], paths: Sequence[str]) -> bool:
        """Whether one of ``roles`` is held for one of the units with ``paths``."""
        if self.person == 0:
            return bool(paths)
        return any(g.role in roles and any(map(g.covers, paths)) for g in self.grants)

    def may(self, duty: Duty) -> bool:
        """Whether a role that carries ``duty`` is held anywhere."""
        return self.person == 0 or any(g.role in DUTIES[duty] for g in self.grants)

    def read_paths(self) -> tuple[str, ...]:
        """The subtrees whose items may be read; empty for administrators."""
        if self.person == 0:
            return ("/",)
        return tuple(sorted({g.path for g in self.grants if g.role in DUTIES[Duty.READ]}))


#: The clock, ``init`` and other acts of the system; it is recorded as person 0.
SYSTEM = Actor(0, "系统", 0)
