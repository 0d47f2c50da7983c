"""What was ever decided of an item's target, deadline, measures and owner: each change with its old and its new value.

It is told from the item's own entries, so that whatever changed since stands beside what was decided before (动态调).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bihuan.ledger.facts import Fact
from bihuan.ledger.reading import facts_of
from bihuan.models import Meeting
from bihuan.queries.people import directory

MEASURE = "措施"


@dataclass(frozen=True)
class Change:
    """One value that an entry (``seq``) changed. ``what`` is 目标, 时限, 责任单位, 牵头单位 or 措施N; ``meeting`` is the number of the
    meeting that decided it ("" if none did), ``decision`` the seq of its decision (0).
    """

    seq: int
    at: datetime
    kind: str
    what: str
    old: str
    new: str
    reason: str
    meeting: str
    decision: int


@dataclass
class _Story:
    """The item as far as it was told; ``decision`` is that of a meeting, right before the step that it leads to."""

    units: dict[int, str]
    numbers: dict[int, str]
    target: str = ""
    due: str = ""
    owner: int = 0
    office: int = 0
    below: list[int] = field(default_factory=list)
    measures: dict[int, dict[str, str]] = field(default_factory=dict)
    decision: Fact | None = None
    changes: list[Change] = field(default_factory=list)

    def say(self, fact: Fact, what: str, old: str, new: str, reason: str = "") -> None:
        """Note a change; what was not there and is not there is none."""
        if old == new:
            return
        word: Any = self.decision.event if self.decision else None
        self.changes.append(
            Change(
                fact.seq, fact.at, fact.kind, what, old, new, reason or (word.reason if word else ""),
                self.numbers.get(word.meeting, "") if word else "", self.decision.seq if self.decision else 0,
            )
        )  # fmt: skip

    def set_due(self, fact: Fact, event: Any, reason: str = "") -> None:
        new = due_text(event.due, getattr(event, "due_text", ""), ongoing=getattr(event, "ongoing", False))
        self.say(fact, "时限", self.due, new, reason)
        self.due = new

    def set_owner(self, fact: Fact, owner: int, reason: str = "") -> None:
        self.say(fact, "责任单位", self._unit(self.owner), self._unit(owner), reason)
        self.owner = owner

    def set_office(self, fact: Fact, unit: int, reason: str) -> None:
        self.say(fact, "牵头单位", self._unit(self.office), self._unit(unit), reason)
        self.office = unit

    def _unit(self, unit: int) -> str:
        return self.units.get(unit, f"单位{unit}") if unit else ""

    def add_measures(self, fact: Fact, measures: list[dict[str, Any]] | None, reason: str = "") -> None:
        for given in measures or ():
            no = len(self.measures) + 1
            self.measures[no] = {k: str(v) for k, v in given.items()}
            self.say(fact, f"{MEASURE}{no}", "", measure_text(self.measures[no]), reason)

    def change_measure(self, fact: Fact, no: int, values: dict[str, Any], reason: str = "") -> None:
        old = measure_text(self.measures[no])
        self.measures[no] = {**self.measures[no], **{k: str(v) for k, v in values.items()}}
        self.say(fact, f"{MEASURE}{no}", old, measure_text(self.measures[no]), reason)


def due_text(day: str, words: str, *, ongoing: bool = False) -> str:
    """Return a deadline as people read it: 2026年3月5日, with 长期坚持 where the work goes on."""
    found = date.fromisoformat(day) if day else None
    text = f"{found.year}年{found.month}月{found.day}日" if found else ""
    if ongoing:
        return f"{text}，并长期坚持" if text else "长期坚持"
    return text or words


def measure_text(measure: dict[str, str]) -> str:
    """Return a measure in a line: what, its target, by whom, by when, and that it is cancelled or done."""
    notes = [measure.get("target", ""), measure.get("owner", ""), due_text(measure.get("due", ""), "")]
    notes += {"waived": ["取消"], "done": ["已完成"]}.get(measure.get("state", ""), [])
    noted = "，".join(n for n in notes if n)
    return f"{measure.get('text', '').rstrip('。；;')}{f'（{noted}）' if noted else ''}"


def _registered(story: _Story, fact: Fact, event: Any) -> None:
    story.target, story.owner = event.target, event.owner
    story.due = due_text(event.due, event.due_text, ongoing=event.ongoing)
    for no, given in enumerate(event.measures or (), 1):
        story.measures[no] = {k: str(v) for k, v in given.items()}


def _assigned(story: _Story, fact: Fact, event: Any) -> None:
    story.set_owner(fact, event.owner, event.note)
    story.set_due(fact, event, event.note)


def _planned(story: _Story, fact: Fact, event: Any) -> None:
    for no, values in (event.changed or {}).items():
        story.change_measure(fact, int(no), values, event.reason)
    for no, why in (event.cancelled or {}).items():
        story.change_measure(fact, int(no), {"state": "waived"}, why)
    story.add_measures(fact, event.measures, event.reason)


def _progressed(story: _Story, fact: Fact, event: Any) -> None:
    """Progress is no decision, but for a measure that is waived or taken up again."""
    for no, values in (event.measures or {}).items():
        if values.get("state") == "done":
            story.measures[int(no)]["state"] = "done"
        elif "state" in values:
            story.change_measure(fact, int(no), {"state": values["state"]}, values.get("reason", ""))


def _amended(story: _Story, fact: Fact, event: Any) -> None:
    changes = event.changes
    if "target" in changes:
        old, story.target = story.target, changes["target"][1] or ""
        story.say(fact, "目标", old, story.target, event.reason)
    if changes.keys() & {"due", "due_text", "ongoing"}:
        new = due_text(
            changes.get("due", ["", ""])[1] or "",
            changes.get("due_text", ["", ""])[1] or "",
            ongoing=changes.get("ongoing", [False, "长期坚持" in story.due])[1],
        )
        story.say(fact, "时限", story.due, new, event.reason)
        story.due = new
    for no, values in (event.measures or {}).items():
        story.change_measure(fact, int(no), {k: new for k, (_, new) in values.items()}, event.reason)
    story.add_measures(fact, event.added, event.reason)
    if "owner" in changes:
        story.set_owner(fact, changes["owner"][1], event.reason)


def _reopened(story: _Story, fact: Fact, event: Any) -> None:
    story.set_due(fact, event, event.reason)
    story.measures = {no: {**m, "state": "open"} for no, m in story.measures.items()}


_AFTER_PAUSE = "挂起后顺延"


def _resumed(story: _Story, fact: Fact, event: Any) -> None:
    if event.due:
        story.set_due(fact, event, _AFTER_PAUSE)
    for no, values in (event.measures or {}).items():
        story.change_measure(fact, int(no), values, _AFTER_PAUSE)


def _escalated(story: _Story, fact: Fact, event: Any) -> None:
    story.set_office(fact, event.unit, event.reason)


_TELL: dict[str, Callable[[_Story, Fact, Any], None]] = {
    "item.registered": _registered,
    "item.assigned": _assigned,
    "item.planned": _planned,
    "item.progressed": _progressed,
    "item.amended": _amended,
    "item.extended": lambda story, fact, event: story.set_due(fact, event, event.reason),
    "item.rescheduled": lambda story, fact, event: story.set_due(fact, event, event.reason),
    "item.transferred": lambda story, fact, event: story.set_owner(fact, event.owner, event.reason),
    "item.reopened": _reopened,
    "item.resumed": _resumed,
    "item.escalated": _escalated,
    "item.handed_back": _escalated,
}


def changes_of(item: int, office: int, using: str = "default") -> list[Change]:
    """Return what was ever decided of an item, in order; ``office`` is the unit that runs its register."""
    facts = facts_of(item, using)
    met = {f.event.meeting for f in facts if f.kind == "meeting.decided"}  # type: ignore[attr-defined]
    numbers = dict(Meeting.objects.using(using).filter(pk__in=met).values_list("id", "number"))
    story = _Story(directory(using).labels, numbers, office=office)
    for fact in facts:
        tell = _TELL.get(fact.kind)
        if tell is not None:
            tell(story, fact, fact.event)
        story.decision = fact if fact.kind == "meeting.decided" else None
    return story.changes
