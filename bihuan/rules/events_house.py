"""Facts about the house: units, people, procedures, calendars, campaigns, registers and imports."""

from __future__ import annotations

from bihuan.rules.event import Event, Json, event


@event("ledger.opened")
class LedgerOpened(Event):
    """The first entry: the ledger's ``name`` and the ``hash`` of its chain (sha256 or sm3)."""

    name: str
    hash: str
    version: int = 1


@event("unit.created")
class UnitCreated(Event):
    """An organisation, below ``parent`` (0: a root). Its id is the entry's seq."""

    name: str
    parent: int = 0
    aliases: list[str] | None = None
    sort: int = 0


@event("unit.changed")
class UnitChanged(Event):
    """New values of a unit; ``None`` leaves a value as it is. ``aliases`` is the whole new list."""

    unit: int
    name: str | None = None
    parent: int | None = None
    aliases: list[str] | None = None
    active: bool | None = None
    sort: int | None = None


@event("unit.merged")
class UnitMerged(Event):
    """``unit`` is ``into`` from now on: its names, people, roles, lower units, open slips and inspections are the other's.

    The items follow by entries of their own.
    """

    unit: int
    into: int
    reason: str


@event("person.created")
class PersonCreated(Event):
    """Somebody who works with the ledger, in ``unit``. Their id is the entry's seq; credentials are kept elsewhere."""

    name: str
    unit: int
    post: str = ""


@event("person.changed")
class PersonChanged(Event):
    """New values of a person; ``None`` leaves a value as it is."""

    person: int
    name: str | None = None
    unit: int | None = None
    post: str | None = None
    active: bool | None = None


@event("role.granted")
class RoleGranted(Event):
    """``person`` holds ``role`` for ``unit`` and all below it."""

    person: int
    role: str
    unit: int


@event("role.revoked")
class RoleRevoked(Event):
    """``person`` no longer holds ``role`` for ``unit``."""

    person: int
    role: str
    unit: int
    reason: str = ""


@event("procedure.published")
class ProcedurePublished(Event):
    """A version of a procedure: the TOML ``text`` itself. Its id is the entry's seq."""

    code: str
    name: str
    version: int
    text: str


@event("calendar.published")
class CalendarPublished(Event):
    """The days off and the make-up days of one year, as a notice gives them (``CalendarYear.to_data``)."""

    year: int
    days: Json


@event("campaign.created")
class CampaignCreated(Event):
    """A named effort, run by the supervising ``unit``. ``starts`` and ``ends`` are dates or empty."""

    name: str
    unit: int
    starts: str = ""
    ends: str = ""
    purpose: str = ""


@event("campaign.changed")
class CampaignChanged(Event):
    """New values of a campaign; ``None`` leaves a value as it is."""

    campaign: int
    name: str | None = None
    starts: str | None = None
    ends: str | None = None
    purpose: str | None = None


@event("register.created")
class RegisterCreated(Event):
    """A list of items within ``campaign`` that follow ``procedure`` (the id of one version)."""

    campaign: int
    name: str
    procedure: int
    unit: int


@event("register.changed")
class RegisterChanged(Event):
    """New values of a register; items keep the procedure version under which they were registered."""

    register: int
    name: str | None = None
    procedure: int | None = None


@event("import.committed")
class ImportCommitted(Event):
    """A workbook was read into ``register``: ``sheets`` tells for each sheet what was made of its rows."""

    register: int
    file: str
    digest: str
    rows: int
    registered: int
    amended: int
    unchanged: int
    missing: list[Json] | None = None
    sheets: list[Json] | None = None


@event("mapping.kept")
class MappingKept(Event):
    """A clerk's correction of how a header is read; found again by the header's ``fingerprint``."""

    fingerprint: str
    columns: Json
