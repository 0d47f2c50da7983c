"""The tasks of an office beyond its items' steps: escalations to respond to, meetings, objections, rules to review."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bihuan.models import Inspection, Meeting
from bihuan.queries.closing import to_review
from bihuan.queries.meetings import awaiting, meeting_steps
from bihuan.queries.objections import to_reexamine
from bihuan.queries.people import visible_units
from bihuan.queries.requests import escalated
from bihuan.queries.tasks import MOST, NOW, OF_ITEM, SOON, Task
from bihuan.rules.clocked import day_end, day_start
from bihuan.rules.meeting import MeetingState
from bihuan.rules.permissions import Actor, Duty, Role
from bihuan.rules.workflow import STEPS

#: More meetings than this are not under way at once.
_LOOKED_AT = 100


def office_tasks(
    actor: Actor, now: datetime, more: dict[str, int], paths: Mapping[int, str], using: str = "default"
) -> list[Task]:
    """Return them; of the items that wait for a meeting the first, and in ``more`` how many there are in all.

    ``paths`` are those of all units.
    """
    found = _to_respond(actor, paths, using) + _meetings(actor, now, paths, using)
    waiting = awaiting(actor, using, paths=paths)
    shown = list(waiting.only(*OF_ITEM)[:MOST])
    if len(shown) == MOST and (count := waiting.count()) > MOST:
        more["meeting"] = count
    found += [Task("meeting", NOW if i.overdue else SOON, i.due_at, item=i) for i in shown]
    return found + _objections(actor, now, paths, using) + _reviews(actor, paths, using)


def _to_respond(actor: Actor, paths: Mapping[int, str], using: str) -> list[Task]:
    """The items that were escalated to a unit of this person's and owe it a response."""
    step = STEPS["respond"]
    if not any(g.role in step.who for g in actor.grants):
        return []
    found = escalated(visible_units(actor, using), using).only(*OF_ITEM)
    found = found.filter(responded_at=None, state__in=list(step.frm))
    return [Task("respond", NOW, None, item=i) for i in found if actor.holds(step.who, paths[i.office_id])]


def _meetings(actor: Actor, now: datetime, paths: Mapping[int, str], using: str) -> list[Task]:
    """Meetings whose time has come, to be held; and the minutes that wait for who chaired."""
    if not actor.may(Duty.MEET) and not actor.may(Duty.CHAIR):
        return []
    live = Meeting.objects.using(using).filter(state__in=[MeetingState.CALLED, MeetingState.HELD])
    found: list[Task] = []
    for meeting in live.order_by("-id")[:_LOOKED_AT]:
        may = {s.action for s in meeting_steps(meeting, actor, using, paths=paths)}
        if meeting.state == MeetingState.CALLED and "attend" in may and meeting.starts_at <= now:
            found.append(Task("meeting-attend", NOW, meeting.starts_at, meeting=meeting))
        elif "confirm" in may:
            found.append(Task("meeting-confirm", SOON, None, meeting=meeting))
    return found


def _objections(actor: Actor, now: datetime, paths: Mapping[int, str], using: str) -> list[Task]:
    waiting = to_reexamine(actor, using, paths=paths)
    plans = Inspection.objects.using(using).in_bulk({o.inspection_id for o in waiting})
    return [
        Task(
            "objection",
            NOW if o.overdue or day_end(o.decide_by) <= now else SOON,
            day_end(o.decide_by),
            inspection=plans[o.inspection_id],
            objection=o,
        )
        for o in waiting
    ]


def _reviews(actor: Actor, paths: Mapping[int, str], using: str) -> list[Task]:
    if not actor.may(Duty.INSTITUTE) and not any(g.role is Role.UNIT_HEAD for g in actor.grants):
        return []
    found = to_review(actor, paths, using)
    return [
        Task("institution", SOON, day_start(i.review_on) if i.review_on else None, institution=i)
        for i in found
    ]
