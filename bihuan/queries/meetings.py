"""Meetings as people see them: those they may see, the agenda with its items, who came, and what was decided in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from bihuan.ledger.derive import parsed
from bihuan.ledger.reading import facts_of
from bihuan.models import Agenda, Decision, Item, Meeting, Procedure, Register
from bihuan.queries.decided import MEASURE, Change, changes_of
from bihuan.queries.people import directory, person_names, unit_paths
from bihuan.rules.errors import NotFound
from bihuan.rules.meeting import (
    DECIDABLE,
    MEETING_STEPS,
    MeetingState,
    MeetingStep,
    Presence,
    meeting_allowed,
)
from bihuan.rules.permissions import DUTIES, Actor, Duty
from bihuan.rules.workflow import State


@dataclass(frozen=True)
class Resolved:
    """A decision in words: on which item, what, why, and who took no part."""

    decision: Decision
    number: str
    step: str
    words: str
    recused: list[str]
    presider: str


@dataclass(frozen=True)
class Place:
    """A place of the agenda with its item and what was decided of it."""

    agenda: Agenda
    item: Item
    owner: str
    resolved: list[Resolved]


@dataclass(frozen=True)
class MeetingDetail:
    """A meeting with everything about it. ``present``, ``absent`` are names, one who was represented with who stood in."""

    meeting: Meeting
    office: str
    chair: str
    presider: str
    expected: list[str]
    present: list[str]
    absent: list[str]
    recorder: str
    confirmed_by: str
    places: list[Place]


def find_meeting(reference: str, actor: Actor, using: str = "default") -> Meeting:
    """Return the meeting with this number or id. Raises NotFound, also for one that ``actor`` must not see."""
    found = Meeting.objects.using(using).filter(number=reference).first() if reference else None
    if found is None and reference.isdigit():
        found = Meeting.objects.using(using).filter(pk=int(reference)).first()
    if found is None or not _may_see(found, actor, unit_paths(using)):
        raise NotFound(f"没有编号为“{reference}”的会议，或它不属于您的单位。")
    return found


def meetings(actor: Actor, using: str = "default") -> list[Meeting]:
    """Return the meetings that ``actor`` may see, the newest first."""
    found = list(Meeting.objects.using(using).order_by("-id"))
    paths = unit_paths(using)
    return [m for m in found if _may_see(m, actor, paths)]


def awaiting(
    actor: Actor, using: str = "default", *, paths: Mapping[int, str] | None = None
) -> QuerySet[Item]:
    """Return the items that only a meeting can move on and that are on no agenda yet, where ``actor`` calls meetings.

    The nearest deadline comes first. ``paths`` are those of all units, where they are known already.
    """
    levels = [
        Q(procedure_id=pk, level=no)
        for pk, text in Procedure.objects.using(using).order_by("id").values_list("id", "text")
        for no, level in enumerate(parsed(text).levels, start=1)
        if level.meeting
    ]
    found = Item.objects.using(using).filter(
        state=State.REVIEWING, office_id__in=_offices(actor, paths or unit_paths(using))
    )
    if not levels:
        return found.none()
    live = (
        Meeting.objects.using(using).filter(state__in=[MeetingState.CALLED, MeetingState.HELD]).values("id")
    )
    listed = Agenda.objects.using(using).filter(meeting_id__in=live).values("item_id")
    return found.filter(reduce(or_, levels)).exclude(pk__in=listed).order_by("due_order", "id")


def _offices(actor: Actor, paths: Mapping[int, str]) -> list[int]:
    """The units for which ``actor`` calls meetings."""
    if not actor.may(Duty.MEET):
        return []
    return [pk for pk, path in paths.items() if actor.holds(DUTIES[Duty.MEET], path)]


def meeting_steps(
    meeting: Meeting, actor: Actor, using: str = "default", *, paths: Mapping[int, str] | None = None
) -> list[MeetingStep]:
    """Return the steps that ``actor`` may take with a meeting now; ``paths`` as in ``awaiting``."""
    path = (paths or unit_paths(using))[meeting.office_id]
    chairs = {meeting.presider_id or meeting.chair_id}
    state = MeetingState(meeting.state)
    return [
        s for s in MEETING_STEPS.values() if meeting_allowed(s.action, state, actor, path, chairs) is None
    ]


def _may_see(meeting: Meeting, actor: Actor, paths: Mapping[int, str]) -> bool:
    """Those of the office, and who was called to it; others see on their items what was decided of these."""
    stood_in = {row.get("by", 0) for row in meeting.attendance}
    if actor.person in {meeting.chair_id, meeting.presider_id, *meeting.expected, *stood_in} - {0}:
        return True
    return actor.holds(DUTIES[Duty.READ], paths[meeting.office_id])


def meeting_detail(meeting: Meeting, using: str = "default") -> MeetingDetail:
    """Return everything about a meeting that was found for somebody who may see it."""
    names = person_names(_people(meeting), using) | {0: ""}  # 0 is nobody yet, not the system
    labels = directory(using).labels
    rows = meeting.attendance
    return MeetingDetail(
        meeting=meeting,
        office=labels[meeting.office_id],
        chair=names[meeting.chair_id],
        presider=names[meeting.presider_id],
        expected=[names[p] for p in meeting.expected],
        present=[_came(r, names) for r in rows if r["presence"] != Presence.ABSENT],
        absent=[names[r["person"]] for r in rows if r["presence"] == Presence.ABSENT],
        recorder=names[meeting.recorded_by],
        confirmed_by=names[meeting.confirmed_by],
        places=_places(meeting, labels, using),
    )


def _people(meeting: Meeting) -> set[int]:
    told = {p for row in meeting.attendance for p in (row["person"], row.get("by", 0))}
    return {
        meeting.chair_id,
        meeting.presider_id,
        meeting.recorded_by,
        meeting.confirmed_by,
        *meeting.expected,
        *told,
    }


def _came(row: dict[str, Any], names: dict[int, str]) -> str:
    name = names[row["person"]]
    return f"{names[row['by']]}（代{name}）" if row["presence"] == Presence.REPRESENTED else name


def _places(meeting: Meeting, labels: dict[int, str], using: str) -> list[Place]:
    agenda = list(Agenda.objects.using(using).filter(meeting_id=meeting.pk).order_by("no"))
    items = Item.objects.using(using).in_bulk([a.item_id for a in agenda])
    decisions = list(Decision.objects.using(using).filter(meeting_id=meeting.pk).order_by("id"))
    offices = dict(
        Register.objects.using(using)
        .filter(pk__in={i.register_id for i in items.values()})
        .values_list("id", "unit_id")
    )
    found = []
    for place in agenda:
        item = items[place.item_id]
        mine = [d for d in decisions if d.item_id == item.pk]
        resolved = _resolved(item, offices[item.register_id], mine, using) if mine else []
        found.append(Place(place, item, labels.get(item.owner_id, ""), resolved))
    return found


def _resolved(item: Item, office: int, decisions: list[Decision], using: str) -> list[Resolved]:
    facts = {f.seq: f for f in facts_of(item.pk, using)}
    order = sorted(facts)
    changes = changes_of(item.pk, office, using)
    names = person_names({p for d in decisions for p in (*d.recused, d.presider_id)}, using)
    found = []
    for decision in decisions:
        led_to = facts[order[order.index(decision.pk) + 1]]
        mine = [c for c in changes if c.decision == decision.pk]
        found.append(
            Resolved(
                decision=decision,
                number=item.number,
                step=DECIDABLE[decision.step],
                words=decision_words(decision.step, led_to.event, mine),
                recused=[names[p] for p in decision.recused],
                presider=names[decision.presider_id],
            )
        )
    return found


def decision_words(step: str, event: Any, changes: list[Change]) -> str:
    """Return what was decided, as minutes put it; ``event`` is the step's own, ``changes`` what it changed."""
    if step == "review":
        verdict = "审核通过" if event.passed else "退回修改"
        return f"“{event.name}”{verdict}"
    if step == "suspend":
        until = f"，预计至{_day(event.until)}恢复" if event.until else ""
        return f"挂起，暂停计时{until}"
    if step == "comment":
        return str(event.text).rstrip("。")
    told = [change_words(c) for c in changes]
    if step == "resume":
        told.insert(0, "恢复办理")
    if step == "escalate":
        told.append("原单位继续办理")
    return "；".join(told) or DECIDABLE[step]


def _day(text: str) -> str:
    year, month, day = text.split("-")
    return f"{year}年{int(month)}月{int(day)}日"


def change_words(change: Change) -> str:
    """Return a change in a clause: 时限由2026年3月5日调整为2026年5月5日."""
    if change.what.startswith(MEASURE):
        if not change.old:
            return f"新增{change.what}：{change.new}"
        if "取消" in change.new and "取消" not in change.old:
            return f"取消{change.what}：{change.old}"
    old = f"由{change.old}" if change.old else ""
    return f"{change.what}{old}调整为{change.new or '无'}"
