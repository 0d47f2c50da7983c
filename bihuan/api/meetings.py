"""Meetings (会审): agenda, attendance, decisions, minutes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http.response import HttpResponseBase
from ninja import Router, Schema

from bihuan.actions import meeting as meeting_actions
from bihuan.actions.decide import Decided, decide
from bihuan.api.call import Call
from bihuan.api.deeds import begin, deeds
from bihuan.api.parts import FILE, After, Id, Page, Size, demand, fill, handed, page_of_list
from bihuan.models import Meeting
from bihuan.queries.meetings import MeetingDetail, Place, find_meeting, meeting_detail
from bihuan.queries.meetings import meetings as meetings_seen
from bihuan.reports.minutes import write_minutes
from bihuan.rules.permissions import Duty

router = Router(tags=["会议"])


class MeetingRow(Schema):
    """A meeting as a list shows it."""

    id: int
    number: str
    title: str
    office_id: int
    starts_at: datetime
    place: str
    chair_id: int
    state: str
    items: int
    decisions: int


class DecisionOut(Schema):
    """A decision in words."""

    step: str
    words: str
    reason: str
    recused: list[str]
    presider: str


class PlaceOut(Schema):
    """A place of the agenda."""

    no: int
    item_id: int
    number: str
    title: str
    matter: str
    text: str
    owner: str
    decisions: list[DecisionOut]


class MeetingOut(MeetingRow):
    """A meeting with its agenda and what was decided."""

    office: str
    chair: str
    presider: str
    expected: list[str]
    present: list[str]
    absent: list[str]
    recorder: str
    confirmed_by: str
    text: str
    agenda: list[PlaceOut]


@router.get("/meetings", response=Page[MeetingRow], summary="会议")
def meetings(request: Call, after: After, size: Size) -> Any:
    """List the meetings that the caller may see, the newest first."""
    demand(request.who.actor, Duty.READ)
    rows, more = page_of_list(meetings_seen(request.who.actor), after, size)
    return Page[MeetingRow](rows=[fill(MeetingRow, row) for row in rows], next=more)


@router.get("/meetings/{meeting_id}", response=MeetingOut, summary="一次会议：议程、到会、议定事项")
def meeting(request: Call, meeting_id: Id) -> MeetingOut:
    """Show a meeting."""
    found = meeting_detail(_seen(request, meeting_id))
    names = {n: getattr(found, n) for n in ("office", "chair", "presider", "recorder", "confirmed_by")}
    people = {n: getattr(found, n) for n in ("expected", "present", "absent")}
    return fill(MeetingOut, found.meeting, **names, **people, agenda=[_place(p) for p in found.places])


def _place(place: Place) -> PlaceOut:
    told = [
        DecisionOut(
            step=r.step, words=r.words, reason=r.decision.reason, recused=r.recused, presider=r.presider
        )
        for r in place.resolved
    ]
    known = {"number": place.item.number, "title": place.item.title, "owner": place.owner}
    return fill(PlaceOut, place.agenda, decisions=told, **known)


def _seen(request: Call, meeting_id: int) -> Meeting:
    demand(request.who.actor, Duty.READ)
    return find_meeting(str(meeting_id), request.who.actor)


@router.get("/meetings/{meeting_id}/minutes", summary="会议纪要的 Word 文件", **FILE)
def minutes(request: Call, meeting_id: Id) -> HttpResponseBase:
    """Hand out the minutes."""
    found: MeetingDetail = meeting_detail(_seen(request, meeting_id))
    return handed(f"{found.meeting.title}纪要.docx", write_minutes(found))


begin(router, "/meetings", "召集会议", meeting_actions.call_meeting, answer=meeting_actions.Met)
deeds(
    router,
    "/meetings",
    _seen,
    {
        "agenda": ("拟定议程", meeting_actions.set_agenda),
        "attendance": ("登记到会", meeting_actions.attend),
        "minute": ("记录发言", meeting_actions.minute),
        "confirm": ("确认纪要", meeting_actions.confirm_minutes),
        "cancel": ("取消会议", meeting_actions.cancel_meeting),
    },
    answer=meeting_actions.Met,
    key="meeting",
)
deeds(router, "/meetings", _seen, {"decide": ("登记议定事项", decide)}, answer=Decided, key="meeting")
