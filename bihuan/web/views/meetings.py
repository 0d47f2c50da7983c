"""Meetings (会审): the list, the call, one meeting with its agenda and steps, and its minutes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from bihuan.actions import meeting as actions
from bihuan.models import Item, Meeting
from bihuan.queries.items import may_see
from bihuan.queries.meetings import (
    MeetingDetail,
    awaiting,
    find_meeting,
    meeting_detail,
    meeting_steps,
    meetings,
)
from bihuan.queries.people import directory, person_names
from bihuan.reports.minutes import write_minutes
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import BihuanError, NotFound
from bihuan.rules.meeting import DECIDABLE, MEETING_STATES, MEETING_STEPS, MeetingState
from bihuan.rules.permissions import Actor, Duty
from bihuan.rules.workflow import STATE_NAMES
from bihuan.web import dates
from bihuan.web.access import Request, opens_to
from bihuan.web.errors import refusals
from bihuan.web.forms.meetings import (
    AgendaForm,
    AttendForm,
    CallForm,
    CancelForm,
    MinuteForm,
    agenda_lines,
)
from bihuan.web.forms.people import people_of
from bihuan.web.offices import offices
from bihuan.web.views.bulk import brought

_PAGE = 100
#: The step that has a page of its own.
_ELSEWHERE = "decide"


@opens_to(Duty.READ)
def page(request: Request) -> HttpResponse:
    """List the meetings that this person may see, and the items that wait for one."""
    actor = request.who.actor
    found = meetings(actor)
    context = {
        "rows": found if "all" in request.GET else found[:_PAGE],
        "more": 0 if "all" in request.GET else max(len(found) - _PAGE, 0),
        "states": MEETING_STATES,
        "offices": directory().labels,
        "may_call": actor.may(Duty.MEET),
        "waiting": list(awaiting(actor)) if actor.may(Duty.MEET) else [],
    }
    return render(request, "meetings.html", context)


@opens_to(Duty.MEET, "GET", "POST")
def new(request: Request) -> HttpResponse:
    """Call a meeting, with the items that were chosen on its agenda; or put them on that of one which is called already."""
    actor = request.who.actor
    people = people_of(directory())
    items = brought(request)
    places = offices(actor, Duty.MEET)
    form = CallForm(places, people, request.POST or None, initial=_first(items, places))
    if request.method == "POST" and form.is_valid():
        try:
            made = _call(actor, form)
        except BihuanError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{made.number}已召集。")
            return redirect("meetings-one", made.meeting)
    context = {
        "form": form,
        "people": list(people),
        "items": items,
        "called": [m for m in meetings(actor) if m.state in {MeetingState.CALLED, MeetingState.HELD}],
    }
    return render(request, "meeting_new.html", context, status=422 if form.errors else 200)


def _first(items: list[Item], places: dict[int, str]) -> dict[str, Any]:
    """Return what is filled in: tomorrow at three, the chosen items, and the unit that supervises them."""
    tomorrow = dates.now().astimezone(CHINA).replace(hour=15, minute=0) + timedelta(days=1)
    found = {"starts": tomorrow, "agenda": agenda_lines((i.number, _matter(i)) for i in items)}
    office = items[0].office_id if items else 0
    return found | ({"office": str(office)} if office in places else {})


def _matter(item: Item) -> str:
    return "是否同意销号" if item.state == "reviewing" else "研究办理"


def _call(actor: Actor, form: CallForm) -> actions.Met:
    """Call it with its agenda, or not at all."""
    with transaction.atomic():
        made = actions.call_meeting(actor, dates.now(), form.office(), form.call())
        agenda = form.cleaned_data["agenda"]
        return actions.set_agenda(made.meeting, actor, dates.now(), agenda) if agenda else made


@opens_to(Duty.READ)
def one(request: Request, meeting_id: int) -> HttpResponse:
    """Show a meeting, with the form of the step that was asked for, or of the one that comes next."""
    found = visible(request, meeting_id)
    may = [s.action for s in meeting_steps(found.meeting, request.who.actor)]
    wanted = request.GET.get("do", "")
    action = wanted if wanted in may and wanted != _ELSEWHERE else _next(found, may)
    more = ""
    if action == "agenda":
        standing = {p.item.pk for p in found.places}
        items = [i for i in brought(request) if i.pk not in standing]
        more = agenda_lines((i.number, _matter(i)) for i in items)
    return _page(request, found, action, _form(action, found, None, request.GET.get("no", "0"), more))


def _next(found: MeetingDetail, may: list[str]) -> str:
    """Return the step with which the page opens: the agenda first, then who came; "" once it is held."""
    if found.meeting.state != MeetingState.CALLED:
        return ""
    return next((s for s in ("attend" if found.places else "agenda",) if s in may), "")


def visible(request: Request, meeting_id: int) -> MeetingDetail:
    """Return the meeting if this person may see it. Raises NotFound."""
    return meeting_detail(find_meeting(str(meeting_id), request.who.actor))


def _form(action: str, found: MeetingDetail, data: Any, no: str = "0", more: str = "") -> forms.Form | None:
    made: dict[str, Callable[[], forms.Form]] = {
        "agenda": lambda: AgendaForm(found, data, more),
        "attend": lambda: AttendForm(found.meeting, _names(found.meeting), people_of(directory()), data),
        "minutes": lambda: MinuteForm(found, data, no),
        "confirm": lambda: forms.Form(data),
        "cancel": lambda: CancelForm(data),
    }
    return made[action]() if action in made else None


def _names(meeting: Meeting) -> dict[int, str]:
    return person_names({meeting.chair_id, *meeting.expected})


@opens_to(Duty.READ, "POST")
def step(request: Request, meeting_id: int, action: str) -> HttpResponse:
    """Take a step with a meeting."""
    found = visible(request, meeting_id)
    form = _form(action, found, request.POST)
    if form is None:
        raise NotFound("没有这一步。", hint="请从会议页面选择。")
    status = 422
    if form.is_valid():
        with refusals(form) as refusal:
            _take(action, meeting_id, request.who.actor, form)
            messages.success(request, f"{MEETING_STEPS[action].name}：已办理。")
            return redirect("meetings-one", meeting_id)
        status = refusal.status
    return _page(request, found, action, form, status)


def _take(action: str, meeting: int, actor: Actor, form: forms.Form) -> None:
    given, now = form.cleaned_data, dates.now()
    if isinstance(form, AgendaForm):
        actions.set_agenda(meeting, actor, now, given["agenda"], add=form.adds)
    elif isinstance(form, AttendForm):
        actions.attend(meeting, actor, now, **form.values())
    elif action == "minutes":
        actions.minute(meeting, actor, now, given["text"], no=int(given["no"]))
    elif action == "confirm":
        actions.confirm_minutes(meeting, actor, now)
    else:
        actions.cancel_meeting(meeting, actor, now, given["reason"])


def _page(
    request: Request, found: MeetingDetail, action: str, form: forms.Form | None, status: int = 200
) -> HttpResponse:
    meeting = found.meeting
    may = meeting_steps(meeting, request.who.actor)
    context: dict[str, Any] = {
        "found": found,
        "row": meeting,
        "state_name": MEETING_STATES[meeting.state],
        "steps": [s for s in may if s.action != _ELSEWHERE],
        "decides": any(s.action == _ELSEWHERE for s in may) and bool(found.places),
        "decisions": DECIDABLE.items(),
        "action": action,
        "form": form,
        "step_title": MEETING_STEPS[action].name if action else "",
        "held": meeting.state in {MeetingState.HELD, MeetingState.CONFIRMED},
        "open": {p.item.pk for p in found.places if may_see(p.item, request.who.units)},
        "state_names": STATE_NAMES,
    }
    if action == "attend":
        context["people"] = list(people_of(directory()))
    return render(request, "meeting.html", context, status=status)


@opens_to(Duty.READ)
def paper(request: Request, meeting_id: int) -> HttpResponseBase:
    """Hand out the minutes as a Word file."""
    found = visible(request, meeting_id)
    content = BytesIO(write_minutes(found))
    return FileResponse(content, as_attachment=True, filename=f"{found.meeting.number}纪要.docx")
