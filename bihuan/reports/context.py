"""What a stage report holds, as pure data. Whoever has a ledger fills it; ``word`` and ``xlsx`` write it.

Every number in here that counts something is a figure, named by its ref (``open[colour=red]``); the rows of the tables hold
refs, never values, so that each number printed can be traced to its definition.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from bihuan.rules.errors import Invalid

SENTENCE_FIGURES = (
    "registered", "measures", "measures_done", "measures_rate", "finished", "finishing_rate", "open", "overdue",
    "reviewing", "suspended", "claimed", "ongoing", "merged", "cancelled", "looked_back", "relapsed", "reopened",
    "extended", "chosen", "institutions", "institutions_revised", "slips", "slips_asked", "slips_answered",
    "slips_answered_in_time", "slips_in_time_rate", "inspections", "walk_throughs", "obstacles", "findings",
    "findings_registered", "objections",
    "reviews_passed", "reviews_sent_back", "meetings", "meeting_items", "requests", "requests_approved",
    "requests_refused",
)  # fmt: skip
"""The refs that the sentences of every stage report may print; a context must hold them all."""


class FigureMissing(Invalid):
    """报告要用的数据项没有给出。"""

    code = "figure-missing"
    default_hint = "可用 bihuan figures 查看全部数据项。"


@dataclass(frozen=True)
class FigureValue:
    """A figure as it is printed: ``value`` is the exact text (``128``, ``87.5%``, ``—``), ``unit`` 项, 条, 次 or empty."""

    ref: str
    label: str
    value: str
    unit: str
    definition: str


@dataclass(frozen=True)
class Cut:
    """One part of a figure with the word for it: 红灯 and ``open[colour=red]``."""

    label: str
    ref: str


@dataclass(frozen=True)
class Column:
    """A column of a breakdown: ``key`` finds a row's ref, ``heading`` is printed."""

    key: str
    heading: str


@dataclass(frozen=True)
class Row:
    """A line of a breakdown: a register, a unit, a class or 合计; ``cells`` maps a column's key to a ref."""

    label: str
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Breakdown:
    """Figures by register, unit, class or kind. A column that a row lacks is printed as “—”."""

    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True)
class DoneItem:
    """An item closed in the period; ``done`` says what was done, in the words of the ledger."""

    number: str
    title: str
    owner: str
    closed_on: date
    done: str


@dataclass(frozen=True)
class OpenItem:
    """An item not yet closed. ``due`` is a date or the wording (长期坚持); ``reason`` is empty where none was given."""

    number: str
    title: str
    owner: str
    due: str
    colour: str
    state: str
    overdue: bool
    reason: str


@dataclass(frozen=True)
class DueItem:
    """What falls due: an item, or one ``measure`` of it."""

    number: str
    title: str
    owner: str
    measure: str = ""


@dataclass(frozen=True)
class DueGroup:
    """What falls due on one day."""

    due: date
    items: tuple[DueItem, ...]


@dataclass(frozen=True)
class AnnexRow:
    """One item in the annex table; ``progress`` holds its progress and, where it is open, the reason given."""

    number: str
    title: str
    klass: str
    owner: str
    due: str
    state: str
    colour: str
    progress: str


@dataclass(frozen=True)
class IssuedRule:
    """An institution issued because of the campaign's items; ``review_on`` is None where it was repealed."""

    number: str
    title: str
    unit: str
    issued_on: date
    review_on: date | None


@dataclass(frozen=True)
class LedgerPosition:
    """Where the ledger stood: its last entry ``seq`` with hash ``head``; the last seal covers ``count`` entries.

    ``head`` and ``root`` are 64 hex digits; without a seal ``root`` is empty, ``count`` 0 and ``sealed_at`` None.
    """

    seq: int
    head: str
    root: str = ""
    count: int = 0
    sealed_at: datetime | None = None

    def figures(self) -> dict[str, FigureValue]:
        """The position as figures (``ledger.seq`` …), so that the note at a report's foot is verified like the rest."""
        listed = [
            FigureValue("ledger.seq", "台账留痕", str(self.seq), "条", "写报告时台账的留痕条数。"),
            FigureValue("ledger.head", "末条哈希值", self.head, "", "写报告时台账最后一条留痕的哈希值。"),
        ]
        if self.root:
            listed += [
                FigureValue(
                    "ledger.count", "封存留痕", str(self.count), "条", "最近一次封存涵盖的留痕条数。"
                ),
                FigureValue("ledger.root", "封存根值", self.root, "", "最近一次封存的默克尔根。"),
            ]
        return {f.ref: f for f in listed}


@dataclass(frozen=True)
class StageContext:
    """A stage report. ``as_of`` is aware, in the office's time zone; ``period_from`` limits only what was ``done``.

    ``colours`` cut ``open``; ``next_steps`` hold what falls due up to ``next_until``; ``annex`` lists every item. ``by_slip``,
    ``by_mode``, ``by_finding`` cut slips by kind, inspections by kind, findings by class; ``burden`` tells what each unit was asked for
    in the period, in the units' own order. Raises ``FigureMissing`` where a ref has no figure, ``Invalid`` where ``as_of`` has no time zone.
    """

    title: str
    office: str
    recipient: str
    document_number: str
    campaign: str
    period_from: date | None
    as_of: datetime
    figures: Mapping[str, FigureValue]
    position: LedgerPosition
    signed_on: date
    contact: str = ""
    colours: tuple[Cut, ...] = ()
    by_register: Breakdown = field(default_factory=Breakdown)
    by_unit: Breakdown = field(default_factory=Breakdown)
    by_class: Breakdown = field(default_factory=Breakdown)
    by_slip: Breakdown = field(default_factory=Breakdown)
    by_mode: Breakdown = field(default_factory=Breakdown)
    by_finding: Breakdown = field(default_factory=Breakdown)
    burden: Breakdown = field(default_factory=Breakdown)
    rules: tuple[IssuedRule, ...] = ()
    done: tuple[DoneItem, ...] = ()
    open_items: tuple[OpenItem, ...] = ()
    next_steps: tuple[DueGroup, ...] = ()
    next_until: date | None = None
    annex: tuple[AnnexRow, ...] = ()

    def __post_init__(self) -> None:
        if self.as_of.tzinfo is None:
            raise Invalid("报告的截止时间没有时区。")
        missing = sorted({ref for ref in self._refs() if ref not in self.figures})
        if missing:
            raise FigureMissing(f"报告要用的数据项没有给出：{'、'.join(missing)}。")

    def _refs(self) -> Iterator[str]:
        yield from SENTENCE_FIGURES
        yield from (cut.ref for cut in self.colours)
        for breakdown in self._breakdowns():
            for row in breakdown.rows:
                yield from row.cells.values()

    def _breakdowns(self) -> tuple[Breakdown, ...]:
        of_items = (self.by_register, self.by_unit, self.by_class)
        return (*of_items, self.by_slip, self.by_mode, self.by_finding, self.burden)

    def figure(self, ref: str) -> FigureValue:
        """The figure ``ref``, from the figures or the ledger's position. Raises ``FigureMissing``."""
        found = self.figures.get(ref) or self.position.figures().get(ref)
        if found is None:
            near = difflib.get_close_matches(ref, self.figures, n=1)
            raise FigureMissing(f"这份报告没有数据项“{ref}”。{f'是不是要写“{near[0]}”？' if near else ''}")
        return found
