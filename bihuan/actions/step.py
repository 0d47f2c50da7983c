"""How every step of an item is taken: lock, catch up the clock, ask the workflow table, enter the events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bihuan.actions.values import check_values
from bihuan.ledger import derive
from bihuan.ledger.append import Ledger, writing
from bihuan.ledger.due import catch_up
from bihuan.ledger.loose_requests import withdraw_pointless
from bihuan.ledger.loose_slips import tidy
from bihuan.ledger.tables import Row
from bihuan.rules import deadlines
from bihuan.rules.calendar import Calendar, Due
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import Invalid, Needs, NotAllowed, NotFound, Stale, WrongState
from bihuan.rules.events import Event, Json
from bihuan.rules.permissions import Actor, Role
from bihuan.rules.procedure import Procedure
from bihuan.rules.procedure_types import Level, Span
from bihuan.rules.slips import SlipStep
from bihuan.rules.spans import last_day
from bihuan.rules.workflow import STEPS, Place, Refusal, Side, State, Step, allowed

REFUSALS: dict[str, type[WrongState] | type[NotAllowed]] = {
    "wrong-state": WrongState,
    "not-allowed": NotAllowed,
}


#: Years that a deadline may lie in; anything else is a slip of the keyboard.
YEARS = range(1990, 2200)


@dataclass(frozen=True)
class Done:
    """What a step led to: the item, its new version and state, and the seq of the last entry."""

    item: int
    number: str
    version: int
    state: str
    seq: int


@dataclass(frozen=True)
class Mandate:
    """On whose word somebody enters a step: a decision on a request, or of a meeting.

    ``word`` is the event that says so, entered right before the step's own. ``authority`` is whose roles count;
    ``asked_at`` when the step was asked for, if that was earlier. ``meeting`` is the meeting (0: none), ``answerable`` who
    answers for its decision.
    """

    word: Event
    authority: Actor
    asked_at: datetime | None = None
    meeting: int = 0
    answerable: int = 0


@dataclass
class Act:
    """One step on one item, while its transaction is open."""

    ledger: Ledger
    item: Row
    actor: Actor
    step: Step
    mandate: Mandate | None = None

    @property
    def authority(self) -> Actor:
        """Whose roles count: those of whoever takes the step, or of whoever decided it."""
        return self.mandate.authority if self.mandate else self.actor

    @property
    def meeting(self) -> int:
        """The meeting that decided the step, 0 if none did."""
        return self.mandate.meeting if self.mandate else 0

    @property
    def asked_at(self) -> datetime:
        """When the step was asked for: limits of asking count up to then."""
        return (self.mandate.asked_at if self.mandate else None) or self.now

    @property
    def procedure(self) -> Procedure:
        """The procedure version under which the item was registered."""
        return derive.procedure_of(self.ledger.rows, self.item)

    @property
    def calendar(self) -> Calendar:
        """The working calendar."""
        return derive.calendar_of(self.ledger.rows)

    @property
    def now(self) -> datetime:
        """When the step holds: now, but never before the item's last entry (clocks of two hosts may differ)."""
        changed: datetime = self.item["changed_at"]
        return max(self.ledger.now, changed)

    @property
    def today(self) -> date:
        """The day of ``now`` in China."""
        return self.now.astimezone(CHINA).date()

    def enter(self, event: Event) -> int:
        """Append ``event`` to the item."""
        return self.ledger.append(event, self.actor, item=self.item["id"], at=self.now)

    def unit(self, unit_id: int) -> Row:
        """Return the active unit with ``unit_id``. Raises Invalid if there is none."""
        return unit_row(self.ledger, unit_id)

    def add_span(self, span: Span, start: date | None = None) -> Due:
        """Return the last day of ``span`` counted from ``start`` (default: today), as the procedure counts."""
        return last_day(start or self.today, span, self.calendar, roll=self.procedure.deadlines.roll)

    def deadline(self, words: object) -> Json:
        """Read a deadline as a person writes it; returns ``due, due_text, provisional, ongoing, cycle`` for an event."""
        return read_deadline(words, self.today, self.calendar, self.procedure)


Handler = Callable[..., None]
_HANDLERS: dict[str, Handler] = {}


def handles(action: str) -> Callable[[Handler], Handler]:
    """Register the function that enters the events of ``action``."""

    def register(function: Handler) -> Handler:
        _HANDLERS[action] = function
        return function

    return register


def handler_of(action: str) -> Handler:
    """Return the function that enters the events of ``action``: its keywords are the values that the step takes."""
    return _HANDLERS[action]


def do(
    action: str,
    item_id: int,
    actor: Actor,
    now: datetime,
    *,
    version: int | None = None,
    using: str = "default",
    **values: Any,
) -> Done:
    """Take the step ``action`` on an item.

    ``values`` are the step's fields (docs/reference/actions.md). ``version`` is the version that the person saw; a step
    on an item that has moved on since is refused. Raises NotFound, Stale, WrongState, NotAllowed, Needs or Invalid.
    """
    if action not in _HANDLERS:
        raise NotFound(f"没有“{action}”这一步。", hint=f"可用：{'、'.join(sorted(_HANDLERS))}。")
    check_step(action, values)
    with writing(now, using) as ledger:
        ledger.hold({item_id, values.get("into") or item_id})
        item = ledger.rows.find("item", item_id)
        if item is None:
            raise NotFound(f"没有编号为 {item_id} 的事项。")
        ledger.work_ahead()
        _take(ledger, item, action, actor, values, version)
    return _done(ledger, item)


def take(
    ledger: Ledger,
    item: Row,
    action: str,
    actor: Actor,
    values: Json,
    version: int | None = None,
    mandate: Mandate | None = None,
) -> Done:
    """Take a step inside an open transaction (for steps on many items at once); ``item`` is held already.

    ``mandate`` is set where somebody else decided it than ``actor``, who enters it.
    """
    _take(ledger, item, action, actor, values, version, mandate)
    return _done(ledger, item)


def _take(
    ledger: Ledger,
    item: Row,
    action: str,
    actor: Actor,
    values: Json,
    version: int | None,
    mandate: Mandate | None = None,
) -> None:
    if version is not None and version != item["version"]:
        raise Stale
    catch_up(ledger, item, ledger.now)
    act = Act(ledger, item, actor, STEPS[action], mandate)
    refuse(refusal(act, action))
    require(act.step, values)
    if mandate is not None:
        act.enter(mandate.word)
    _HANDLERS[action](act, **values)
    tidy(ledger, item, act.now)
    withdraw_pointless(ledger, item, act.now, action)


def _done(ledger: Ledger, item: Row) -> Done:
    return Done(item["id"], item["number"], item["version"], item["state"], ledger.last)


def check_step(action: str, values: Json) -> None:
    """Raise Invalid unless the step ``action`` takes ``values``."""
    check_values(STEPS[action].name, _HANDLERS[action], values)


def refuse(refusal: Refusal | None) -> None:
    """Raise what ``refusal`` says, if there is one."""
    if refusal is not None:
        raise REFUSALS[refusal.code](refusal.why)


def refusal(act: Act, action: str) -> Refusal | None:
    """Return why ``action`` may not be taken now, or None. In a meeting a lead speaks for any level."""
    level = due_level(act.item, act.procedure)
    if action == "review" and act.meeting and level and not level.meeting:
        why = f"事项正在“{level.name}”一级审核，这一级不由会议决定，请先由这一级的审核人审核。"
        return Refusal("wrong-state", why)
    roles = {Role(level.role)} if level else set()
    return allowed(
        action,
        State(act.item["state"]),
        act.authority,
        place_of(act.ledger, act.item),
        level_roles=frozenset(roles | ({Role.LEAD} if act.meeting else set())),
        level_side=Side.OWNER if level and level.scope == "owner" else Side.OFFICE,
    )


def due_level(item: Row, procedure: Procedure) -> Level | None:
    """Return the level of review that is due, or None when none is."""
    level = item["level"]
    return procedure.levels[level - 1] if 0 < level <= len(procedure.levels) else None


def place_of(ledger: Ledger, item: Row) -> Place:
    """Return the unit paths that decide who may act on ``item``."""
    owners = [item["owner_id"], *item["helpers"]] if item["owner_id"] else []
    return Place(
        ledger.rows.look("unit", item["office_id"])["path"],
        tuple([ledger.rows.look("unit", u)["path"] for u in owners]),
        tuple([ledger.rows.look("unit", b["unit"])["path"] for b in item["below"]]),
    )


def require(step: Step | SlipStep, values: Json) -> None:
    """Raise Needs and name the fields that the step must have and that ``values`` leaves empty."""
    missing = [label for name, label in step.needs if _is_empty(values.get(name))]
    if missing:
        raise Needs(f"{step.name}还缺：{'、'.join(missing)}。")


def _is_empty(value: object) -> bool:
    return value.strip() == "" if isinstance(value, str) else value in (None, (), [], {})


def unit_row(ledger: Ledger, unit_id: int) -> Row:
    """Return the active unit with ``unit_id``. Raises Invalid if there is none."""
    found = ledger.rows.find("unit", unit_id)
    if found is None or not found["active"]:
        raise Invalid(f"没有编号为 {unit_id} 的在用单位。", hint="请在单位列表中选择。")
    return found


def read_deadline(words: object, base: date, calendar: Calendar, procedure: Procedure) -> Json:
    """Read a deadline's wording (or a date) against ``base``. Raises Invalid when it cannot be understood."""
    if words in (None, ""):
        return {}
    read = deadlines.parse(words, base=base, calendar=calendar)  # type: ignore[arg-type]
    error = next((d for d in read.doubts if d.severity == "error"), None)
    if error is not None:
        raise Invalid(
            f"时限“{words}”读不懂：{error.message}",
            hint="可写 2026-12-31、2026年12月底前、立行立改、长期坚持 等。",
        )
    due, provisional = read.due, read.provisional
    if due is None and read.immediate:
        found = last_day(base, procedure.deadlines.immediate, calendar, roll=procedure.deadlines.roll)
        due, provisional = found.date, found.provisional
    if due is not None and due.year not in YEARS:
        raise Invalid(f"时限“{words}”的年份 {due.year} 不合理。", hint="请核对年份。")
    return {
        "due": due.isoformat() if due else "",
        "due_text": read.text if isinstance(words, str) else "",
        "provisional": provisional,
        "ongoing": read.ongoing,
        "cycle": read.cycle or "",
    }
