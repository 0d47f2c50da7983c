"""Facts about one item, from its registration to its closure and beyond."""

from __future__ import annotations

from bihuan.rules.event import Event, Json, event


@event("item.registered")
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


@event("item.approved")
class ItemApproved(Event):
    """The registration is approved; the item may be assigned."""

    opinion: str = ""


@event("item.assigned")
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


@event("item.accepted")
class ItemAccepted(Event):
    """The owner signs for the item; ``handler`` names who will do it."""

    handler: str = ""


@event("item.returned")
class ItemReturned(Event):
    """The owner returns the item as not within its duties (非本级职责), with the ``ground``."""

    reason: str
    ground: str = ""


@event("item.planned")
class ItemPlanned(Event):
    """Measures are added (``measures``, numbered on from the last), changed (``changed``: no → new values) and cancelled
    (``cancelled``: no → why). ``meeting`` is the meeting that decided it, 0 if none did.
    """

    measures: list[Json] | None = None
    changed: Json | None = None
    cancelled: Json | None = None
    reason: str = ""
    meeting: int = 0


@event("item.progressed")
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


@event("item.attached")
class ItemAttached(Event):
    """Evidence: a file named by the hash of its content, tied to the item or to one of its measures."""

    digest: str
    name: str
    size: int
    media: str
    evidence: str = ""
    measure: int = 0
    note: str = ""


@event("item.submitted")
class ItemSubmitted(Event):
    """The owner applies for closure, with a summary of what was done; ``affirmed`` as in a closure."""

    text: str
    affirmed: list[str] | None = None


@event("item.reviewed")
class ItemReviewed(Event):
    """One level of review: passed, or sent back with a reason. ``last`` is set when the last level has passed.

    ``meeting`` is the meeting that decided it, 0 if a person did; ``answerable`` who answers for the verdict where that
    is not the person who entered it (谁验收谁负责).
    """

    level: int
    name: str
    passed: bool
    opinion: str = ""
    last: bool = False
    meeting: int = 0
    answerable: int = 0


@event("item.closed")
class ItemClosed(Event):
    """The closure is entered (销号); ``affirmed`` names the conditions that the person vouches for."""

    note: str = ""
    rating: str = ""
    affirmed: list[str] | None = None


@event("item.looked_back")
class ItemLookedBack(Event):
    """A look-back after closure: the result held, or the problem relapsed."""

    held: bool
    text: str = ""


@event("item.reopened")
class ItemReopened(Event):
    """The item is opened again under the same number; everything closing asks for is needed anew."""

    reason: str
    due: str = ""
    due_text: str = ""
    provisional: bool = False
    ongoing: bool = False
    cycle: str = ""


@event("item.extended")
class ItemExtended(Event):
    """The deadline is moved to ``due``, with the reason; the person who enters it approves it."""

    due: str
    reason: str
    due_text: str = ""
    provisional: bool = False


@event("item.rescheduled")
class ItemRescheduled(Event):
    """The calendar of a year was published or corrected, and the date that rested on it moved."""

    due: str
    provisional: bool = False
    reason: str = ""


@event("item.transferred")
class ItemTransferred(Event):
    """The item goes to another ``owner``."""

    owner: int
    reason: str
    helpers: list[int] | None = None
    handler: str | None = None
    state: str = "assigned"


@event("item.suspended")
class ItemSuspended(Event):
    """The item waits for something outside; its clock stands still. ``until`` is the expected date or empty."""

    reason: str
    until: str = ""


@event("item.resumed")
class ItemResumed(Event):
    """The item goes on where it stood (``state``); ``due`` is the deadline moved by the time it stood still.

    What else was still ahead is moved as well: ``answers`` are the limits of the slips that wait for an answer (the slip's id →
    the instant), ``milestones`` those of the target amount, all of them where one moved, ``measures`` the deadlines of the open
    measures (no → ``due``).
    """

    due: str = ""
    provisional: bool = False
    note: str = ""
    state: str = "working"
    answers: Json | None = None
    milestones: list[Json] | None = None
    measures: dict[str, Json] | None = None


@event("item.merged")
class ItemMerged(Event):
    """The item is merged into the item ``into``, which goes on for both."""

    into: int
    reason: str


@event("item.absorbed")
class ItemAbsorbed(Event):
    """The item ``item`` was merged into this one."""

    absorbed: int


@event("item.migrated")
class ItemMigrated(Event):
    """The item follows another version of its procedure from now on: ``procedure`` is its id, ``version`` its number."""

    procedure: int
    version: int
    reason: str = ""


@event("item.escalated")
class ItemEscalated(Event):
    """A higher ``unit`` takes the lead (提级); the owner keeps the work. ``helpers`` are the units that are called in to help."""

    unit: int
    reason: str
    lead: str = ""
    helpers: list[int] | None = None


@event("item.responded")
class ItemResponded(Event):
    """The higher unit answers an escalation: what it takes on."""

    text: str
    lead: str = ""


@event("item.handed_back")
class ItemHandedBack(Event):
    """The higher unit gives the lead back to the ``unit`` from which the item came, and to its ``lead`` of then."""

    unit: int
    reason: str
    lead: str = ""


@event("item.cancelled")
class ItemCancelled(Event):
    """The item is cancelled, with the reason; its number is never used again."""

    reason: str


@event("item.amended")
class ItemAmended(Event):
    """Values are corrected. ``changes`` maps a field to ``[old, new]``; ``origin`` is set by a re-import.

    ``measures`` maps a measure's no to ``{field: [old, new]}``; ``added`` are new measures.
    """

    changes: Json
    reason: str = ""
    measures: Json | None = None
    added: list[Json] | None = None
    origin: Json | None = None


@event("item.commented")
class ItemCommented(Event):
    """A remark."""

    text: str


@event("item.coloured")
class ItemColoured(Event):
    """The clock turned the item's colour; ``late`` is set when that was entered after the instant it fell due."""

    colour: str
    rule: str
    overdue: bool = False
    late: bool = False
