"""Every kind of fact, one frozen dataclass each.

Fields are JSON values (dates are ISO strings, quantities are integers), so that an event is its own canonical form: no
floats, no hidden conversions. A field that equals its default is left out of the entry; ``load`` puts it back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from typing import Any, ClassVar, TypeVar, dataclass_transform

Json = dict[str, Any]


@dataclass(frozen=True)
class Event:
    """A fact. ``kind`` names it in the ledger."""

    kind: ClassVar[str] = ""

    def to_data(self) -> Json:
        """Return the fields that differ from their defaults."""
        data = {}
        for name, default in _DEFAULTS[self.kind]:
            value = getattr(self, name)
            if default is MISSING or value != default:
                data[name] = value
        return data


E_ = TypeVar("E_", bound=Event)
EVENTS: dict[str, type[Event]] = {}
_DEFAULTS: dict[str, tuple[tuple[str, Any], ...]] = {}


@dataclass_transform(frozen_default=True)
def _event(kind: str) -> Callable[[type[E_]], type[E_]]:
    def register(cls: type[E_]) -> type[E_]:
        made = dataclass(frozen=True)(cls)
        made.kind = kind
        EVENTS[kind] = made
        _DEFAULTS[kind] = tuple((f.name, f.default) for f in fields(made))
        return made

    return register


def load(kind: str, data: Json) -> Event:
    """Return the event that an entry of ``kind`` with ``data`` holds. Raises KeyError for an unknown kind."""
    return EVENTS[kind](**data)


# ---- the house -------------------------------------------------------------------------------------------------


@_event("ledger.opened")
class LedgerOpened(Event):
    """The first entry: the ledger's ``name`` and the ``hash`` of its chain (sha256 or sm3)."""

    name: str
    hash: str
    version: int = 1


@_event("unit.created")
class UnitCreated(Event):
    """An organisation, below ``parent`` (0: a root). Its id is the entry's seq."""

    name: str
    parent: int = 0
    aliases: list[str] | None = None
    sort: int = 0


@_event("unit.changed")
class UnitChanged(Event):
    """New values of a unit; ``None`` leaves a value as it is. ``aliases`` is the whole new list."""

    unit: int
    name: str | None = None
    parent: int | None = None
    aliases: list[str] | None = None
    active: bool | None = None
    sort: int | None = None


@_event("person.created")
class PersonCreated(Event):
    """Somebody who works with the ledger, in ``unit``. Their id is the entry's seq; credentials are kept elsewhere."""

    name: str
    unit: int
    post: str = ""


@_event("person.changed")
class PersonChanged(Event):
    """New values of a person; ``None`` leaves a value as it is."""

    person: int
    name: str | None = None
    unit: int | None = None
    post: str | None = None
    active: bool | None = None


@_event("role.granted")
class RoleGranted(Event):
    """``person`` holds ``role`` for ``unit`` and all below it."""

    person: int
    role: str
    unit: int


@_event("role.revoked")
class RoleRevoked(Event):
    """``person`` no longer holds ``role`` for ``unit``."""

    person: int
    role: str
    unit: int
    reason: str = ""


@_event("procedure.published")
class ProcedurePublished(Event):
    """A version of a procedure: the TOML ``text`` itself. Its id is the entry's seq."""

    code: str
    name: str
    version: int
    text: str


@_event("calendar.published")
class CalendarPublished(Event):
    """The days off and the make-up days of one year, as a notice gives them (``CalendarYear.to_data``)."""

    year: int
    days: Json


@_event("campaign.created")
class CampaignCreated(Event):
    """A named effort, run by the supervising ``unit``. ``starts`` and ``ends`` are dates or empty."""

    name: str
    unit: int
    starts: str = ""
    ends: str = ""
    purpose: str = ""


@_event("campaign.changed")
class CampaignChanged(Event):
    """New values of a campaign; ``None`` leaves a value as it is."""

    campaign: int
    name: str | None = None
    starts: str | None = None
    ends: str | None = None
    purpose: str | None = None


@_event("register.created")
class RegisterCreated(Event):
    """A list of items within ``campaign`` that follow ``procedure`` (the id of one version)."""

    campaign: int
    name: str
    procedure: int
    unit: int


@_event("register.changed")
class RegisterChanged(Event):
    """New values of a register; items keep the procedure version under which they were registered."""

    register: int
    name: str | None = None
    procedure: int | None = None


@_event("import.committed")
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


@_event("mapping.kept")
class MappingKept(Event):
    """A clerk's correction of how a header is read; found again by the header's ``fingerprint``."""

    fingerprint: str
    columns: Json


# ---- the life of an item ---------------------------------------------------------------------------------------


@_event("item.registered")
class ItemRegistered(Event):
    """An item enters ``register`` with its ``number``, the ``no``-th of ``series``, without gaps. Its id is the entry's seq.

    ``measures`` are objects with ``text`` and optionally ``target, owner, due, due_text, state, progress``. ``state`` is
    where its life begins: ``registered`` or ``approved``; from a workbook that is already at work, ``working``, or
    ``closed`` when a supervisor accepts the closures of the old ledger. ``origin`` is its place in the imported file.
    """

    register: int
    no: int
    number: str
    series: str
    title: str
    state: str = "registered"
    klass: str = ""
    source: str = ""
    channel: str = ""
    target: str = ""
    lead: str = ""
    owner: int = 0
    helpers: list[int] | None = None
    handler: str = ""
    due: str = ""
    due_text: str = ""
    provisional: bool = False
    ongoing: bool = False
    cycle: str = ""
    percent: int = 0
    progress: str = ""
    claimed: str = ""
    measures: list[Json] | None = None
    quantity: Json | None = None
    extra: Json | None = None
    origin: Json | None = None


@_event("item.approved")
class ItemApproved(Event):
    """The registration is approved; the item may be assigned."""

    opinion: str = ""


@_event("item.assigned")
class ItemAssigned(Event):
    """The item is given to ``owner``, with the people who answer for it and the date by which it is due."""

    owner: int
    state: str = "assigned"
    helpers: list[int] | None = None
    lead: str | None = None
    handler: str | None = None
    due: str = ""
    due_text: str = ""
    provisional: bool = False
    ongoing: bool = False
    cycle: str = ""
    note: str = ""


@_event("item.accepted")
class ItemAccepted(Event):
    """The owner signs for the item; ``handler`` names who will do it."""

    handler: str = ""


@_event("item.returned")
class ItemReturned(Event):
    """The owner returns the item as not within its duties (非本级职责), with the ``ground``."""

    reason: str
    ground: str = ""


@_event("item.planned")
class ItemPlanned(Event):
    """Measures are added (``measures``, numbered on from the last) and changed (``changed``: no → new values)."""

    measures: list[Json] | None = None
    changed: Json | None = None


@_event("item.progressed")
class ItemProgressed(Event):
    """A report of progress. ``unchanged`` is the one-step report that nothing has moved.

    ``measures`` maps a measure's no to its new values: ``state`` (done, waived, open), ``progress``, ``reason``.
    ``amount`` is the quantity reached so far, where the item has one.
    """

    text: str = ""
    percent: int | None = None
    unchanged: bool = False
    measures: Json | None = None
    amount: int | None = None
    difficulty: str = ""


@_event("item.attached")
class ItemAttached(Event):
    """Evidence: a file named by the hash of its content, tied to the item or to one of its measures."""

    digest: str
    name: str
    size: int
    media: str
    evidence: str = ""
    measure: int = 0
    note: str = ""


@_event("item.submitted")
class ItemSubmitted(Event):
    """The owner applies for closure, with a summary of what was done; ``affirmed`` as in a closure."""

    text: str
    affirmed: list[str] | None = None


@_event("item.reviewed")
class ItemReviewed(Event):
    """One level of review: passed, or sent back with a reason. ``last`` is set when the last level has passed."""

    level: int
    name: str
    passed: bool
    opinion: str = ""
    last: bool = False


@_event("item.closed")
class ItemClosed(Event):
    """The closure is entered (销号); ``affirmed`` names the conditions that the person vouches for."""

    note: str = ""
    rating: str = ""
    affirmed: list[str] | None = None


@_event("item.looked_back")
class ItemLookedBack(Event):
    """A look-back after closure: the result held, or the problem relapsed."""

    held: bool
    text: str = ""


@_event("item.reopened")
class ItemReopened(Event):
    """The item is opened again under the same number; everything closing asks for is needed anew."""

    reason: str
    due: str = ""
    due_text: str = ""
    provisional: bool = False
    ongoing: bool = False
    cycle: str = ""


@_event("item.extended")
class ItemExtended(Event):
    """The deadline is moved to ``due``, with the reason; the person who enters it approves it."""

    due: str
    reason: str
    due_text: str = ""
    provisional: bool = False


@_event("item.rescheduled")
class ItemRescheduled(Event):
    """The calendar of a year was published or corrected, and the date that rested on it moved."""

    due: str
    provisional: bool = False
    reason: str = ""


@_event("item.transferred")
class ItemTransferred(Event):
    """The item goes to another ``owner``."""

    owner: int
    reason: str
    helpers: list[int] | None = None
    handler: str | None = None
    state: str = "assigned"


@_event("item.suspended")
class ItemSuspended(Event):
    """The item waits for something outside; its clock stands still. ``until`` is the expected date or empty."""

    reason: str
    until: str = ""


@_event("item.resumed")
class ItemResumed(Event):
    """The item goes on; ``due`` is the deadline moved by the time it stood still."""

    due: str = ""
    provisional: bool = False
    note: str = ""


@_event("item.merged")
class ItemMerged(Event):
    """The item is merged into the item ``into``, which goes on for both."""

    into: int
    reason: str


@_event("item.absorbed")
class ItemAbsorbed(Event):
    """The item ``item`` was merged into this one."""

    absorbed: int


@_event("item.escalated")
class ItemEscalated(Event):
    """A higher ``unit`` takes the lead (提级); the owner keeps the work."""

    unit: int
    reason: str
    lead: str = ""


@_event("item.cancelled")
class ItemCancelled(Event):
    """The item is cancelled, with the reason; its number is never used again."""

    reason: str


@_event("item.amended")
class ItemAmended(Event):
    """Values are corrected. ``changes`` maps a field to ``[old, new]``; ``origin`` is set by a re-import.

    ``measures`` maps a measure's no to ``{field: [old, new]}``; ``added`` are new measures.
    """

    changes: Json
    reason: str = ""
    measures: Json | None = None
    added: list[Json] | None = None
    origin: Json | None = None


@_event("item.commented")
class ItemCommented(Event):
    """A remark."""

    text: str


@_event("item.coloured")
class ItemColoured(Event):
    """The clock turned the item's colour; ``late`` is set when that was entered after the instant it fell due."""

    colour: str
    rule: str
    overdue: bool = False
    late: bool = False


#: What each kind is called in a timeline.
KIND_NAMES: dict[str, str] = {
    "ledger.opened": "建立台账库",
    "unit.created": "新增单位",
    "unit.changed": "变更单位",
    "person.created": "新增人员",
    "person.changed": "变更人员",
    "role.granted": "授予岗位",
    "role.revoked": "撤销岗位",
    "procedure.published": "发布规程",
    "calendar.published": "发布工作日历",
    "campaign.created": "设立专项工作",
    "campaign.changed": "变更专项工作",
    "register.created": "建立清单",
    "register.changed": "变更清单",
    "import.committed": "导入台账",
    "mapping.kept": "保存列对应关系",
    "item.registered": "立项登记",
    "item.approved": "审定",
    "item.assigned": "交办",
    "item.accepted": "签收",
    "item.returned": "退回",
    "item.planned": "制定措施",
    "item.progressed": "反馈进展",
    "item.attached": "上传佐证",
    "item.submitted": "申请销号",
    "item.reviewed": "审核",
    "item.closed": "销号",
    "item.looked_back": "回头看",
    "item.reopened": "回潮重办",
    "item.extended": "延期",
    "item.rescheduled": "按日历重排期限",
    "item.transferred": "转办",
    "item.suspended": "挂起",
    "item.resumed": "恢复办理",
    "item.merged": "并案",
    "item.absorbed": "并入他案",
    "item.escalated": "提级",
    "item.cancelled": "撤销",
    "item.amended": "更正",
    "item.commented": "批注",
    "item.coloured": "亮灯变化",
}
