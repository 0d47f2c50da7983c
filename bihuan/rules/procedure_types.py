"""What a procedure says, as frozen data: see ``docs/reference/procedure.md`` for every key of the TOML file.

``bihuan.rules.procedure.load`` is the only maker of these objects; it has checked all that is said here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

COLOURS = {
    "none": "不亮灯",
    "green": "绿灯",
    "blue": "蓝灯",
    "yellow": "黄灯",
    "orange": "橙灯",
    "red": "红灯",
}
"""Colour name → what people call it."""

WORST_FIRST = ("red", "orange", "yellow", "blue", "green", "none")
"""The order in which lists and tiles show colours."""

SCHEMES = {
    "green-yellow-red": ("green", "yellow", "red"),
    "blue-orange-red": ("blue", "orange", "red"),
    "green-blue-yellow-red": ("green", "blue", "yellow", "red"),
}
"""Scheme → its colours from the normal one to the worst."""

UNITS = {"workday": "个工作日", "day": "天", "workhour": "个工作小时", "hour": "小时", "month": "个月"}
"""Unit of a :class:`Span` → what follows its count in Chinese."""

CYCLES = {
    "day": "每日",
    "week": "每周",
    "month": "每月",
    "quarter": "每季度",
    "half-year": "每半年",
    "year": "每年",
}
"""Cycle of check-ins → what people call it."""


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time: ``count`` (≥ 1) of ``unit`` (a key of ``UNITS``). In TOML: ``"5 workdays"``."""

    count: int
    unit: str

    def __str__(self) -> str:
        return f"{self.count}{UNITS[self.unit]}"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the register; extra columns have a ``type`` (text, date, number, choice), built-in ones "".

    ``choices`` are the values that may be entered, ``open`` allows others too; no choices: any value.
    """

    field: str
    label: str
    required: bool
    type: str
    choices: tuple[str, ...]
    open: bool

    @property
    def extra(self) -> bool:
        """Whether the column is the procedure's own, kept beside the item's built-in fields."""
        return bool(self.type)

    def allows(self, value: str) -> bool:
        """Whether ``value`` is among the choices; the empty value is (a required column forbids it)."""
        return not value or self.open or not self.choices or value in self.choices


@dataclass(frozen=True, slots=True)
class Permit:
    """Within which limits an item may leave its way (延期、转办、退回、挂起、并案、提级), and who decides.

    ``times``: how often for one item; None: as often as needed, 0 never. ``length``: by how much at most, each time.
    ``within``: until how long after the assignment it may be asked for; ``notice``: how long before the deadline at the latest.
    ``approver``: the role that decides, "" whoever may take the step. ``decide``: how long a request may wait; ``respond``:
    how long the higher unit may take to respond to an escalation. None: no limit.
    """

    times: int | None = None
    length: Span | None = None
    within: Span | None = None
    notice: Span | None = None
    approver: str = ""
    decide: Span | None = None
    respond: Span | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """Which steps are needed before the work, and the ways off it. A limit is None where the step has none."""

    approval: bool
    acceptance: bool
    accept_limit: Span | None
    plan: bool
    plan_limit: Span | None
    returns: Permit
    extensions: Permit
    transfers: Permit = Permit()
    suspensions: Permit = Permit()
    merges: Permit = Permit()
    escalations: Permit = Permit()


@dataclass(frozen=True, slots=True)
class Level:
    """One level of review, in order.

    ``role``: unit_head, supervisor, lead, reviewer or checker. ``scope``: "owner" (the reviewer's unit
    subtree includes the owner) or "register" (the reviewer belongs to the office that supervises it).
    ``meeting``: only a meeting's decision passes it or sends it back (上会审).
    """

    name: str
    role: str
    scope: str
    limit: Span | None
    meeting: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must hold before closure, with the ``reason`` shown when it does not.

    ``kind``: measures (all done or waived), progress (a progress text), evidence (``count`` files, of one
    of the kinds ``of`` unless empty), percent (100), target (the target amount reached), rating, or
    statement (a person affirms ``name``, such as 公示期满). ``at``: "submit" or "close", which checks it.
    ``basis``: the rule that justifies asking for evidence; only evidence has it.
    """

    kind: str
    name: str
    at: str
    reason: str
    count: int
    of: tuple[str, ...]
    basis: str


@dataclass(frozen=True, slots=True)
class DefaultLimit:
    """The deadline proposed for a class and an urgency (the extra column "urgency"); "" stands for any."""

    item_class: str
    urgency: str
    limit: Span


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How due dates come about.

    ``roll``: a last day on a holiday rolls to the next working day. ``immediate``: what 立行立改 means.
    ``cycle``: the check-in of ongoing items that name none (a key of ``CYCLES``).
    ``required``: an item must have a due date, or be ongoing, before it is assigned.
    """

    required: bool
    roll: bool
    immediate: Span
    cycle: str
    defaults: tuple[DefaultLimit, ...]

    def default(self, item_class: str, urgency: str) -> Span | None:
        """The first default limit that fits, or None."""
        for row in self.defaults:
            if row.item_class in ("", item_class) and row.urgency in ("", urgency):
                return row.limit
        return None


@dataclass(frozen=True, slots=True)
class ColourRule:
    """When an item leaves the normal colour.

    ``kind``: overdue; near (``span`` before the due day, but at most ``share`` percent of the time
    allowed); behind (``points`` percent below schedule); milestone (missed); stale (no progress for
    ``span``); check-in (missed by an ongoing item); poor (feedback was sent back and not given anew, since ``span`` or at
    once). Fields that the kind does not use are None or 0.
    """

    kind: str
    name: str
    colour: str
    reason: str
    span: Span | None
    share: int
    points: int


@dataclass(frozen=True, slots=True)
class ColourScheme:
    """The colours of a procedure and its rules; the worst that applies wins, then the first: ``worst_first`` is in that order."""

    scheme: str
    rules: tuple[ColourRule, ...]
    worst_first: tuple[ColourRule, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ordered = sorted(self.rules, key=lambda rule: WORST_FIRST.index(rule.colour))
        object.__setattr__(self, "worst_first", tuple(ordered))

    @property
    def normal(self) -> str:
        """The colour when no rule applies."""
        return SCHEMES[self.scheme][0]


@dataclass(frozen=True, slots=True)
class SlipRule:
    """One rung of the ladder of slips.

    ``kind``: notice, prompt, feedback, warning or interview. ``on``: what calls for it: assigned,
    accept-overdue, plan-overdue, near, behind, milestone, stale, check-in, poor, overdue, unanswered (the slip
    named ``of`` was not answered in time). ``after``: how long after that; None at once. ``to`` and
    ``copy``: roles. ``answer``: the limit for the answer, None if none is due. ``approver``: the role that
    signs, "" if none.
    """

    kind: str
    name: str
    number: str
    on: str
    of: str
    after: Span | None
    to: tuple[str, ...]
    copy: tuple[str, ...]
    answer: Span | None
    approver: str


@dataclass(frozen=True, slots=True)
class LookBacks:
    """How long after closure each look-back falls due, on what percentage of items, and by which role."""

    after: tuple[Span, ...]
    sample: int
    role: str


@dataclass(frozen=True, slots=True)
class Recurring:
    """When a class of problems asks for a rule: ``times`` in one unit, or ``units`` units, within a length of time.

    ``by`` is what tells problems apart: "class", or the field of an extra column.
    """

    within: Span
    times: int
    units: int
    by: str


@dataclass(frozen=True, slots=True)
class Urgent:
    """Which items are told at any hour, also at night and on days off.

    ``always``: all of them; else those whose extra column "urgency" has one of ``values``.
    """

    always: bool = False
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Quantity:
    """Items carry a target amount in ``unit`` (户, 公里 …), with or without milestones."""

    label: str
    unit: str
    required: bool
    milestones: bool


@dataclass(frozen=True, slots=True)
class Procedure:
    """A checked procedure. ``digest`` is the SHA-256 of its TOML text, in hex."""

    code: str
    name: str
    version: int
    item_word: str
    number: str
    description: str
    digest: str
    columns: tuple[Column, ...]
    evidence: tuple[str, ...]
    flow: Flow
    levels: tuple[Level, ...]
    closing: tuple[Condition, ...]
    deadlines: Deadlines
    colours: ColourScheme
    slips: tuple[SlipRule, ...]
    look_back: LookBacks | None
    recurring: Recurring
    quantity: Quantity | None
    urgent: Urgent
    state_labels: Mapping[str, str]
    action_labels: Mapping[str, str]

    def __hash__(self) -> int:
        return hash(self.digest)

    def number_text(self, year: int, no: int, register: str = "") -> str:
        """The number of an item: ``no`` counts from 1 without gaps within :meth:`series`."""
        return self.number.format(year=year, no=no, register=register)

    def series(self, year: int, register: str = "") -> str:
        """The numbers counted together: registers share them unless the pattern tells registers apart."""
        return self.number.format(year=year, no="{no}", register=register)

    def is_urgent(self, urgency: str) -> bool:
        """Whether an item of this ``urgency`` ("" if it has none) is told at any hour."""
        return self.urgent.always or (urgency != "" and urgency in self.urgent.values)

    def column(self, field: str) -> Column | None:
        """The column of a field, or None if the procedure does not show it."""
        return next((column for column in self.columns if column.field == field), None)

    def conditions(self, at: str) -> tuple[Condition, ...]:
        """The closing conditions checked at "submit" or at "close"."""
        return tuple(condition for condition in self.closing if condition.at == at)
