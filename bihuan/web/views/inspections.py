"""Inspections: the list, a plan, one with its findings, each step with one, and its sheets."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from bihuan.actions import inspection as actions
from bihuan.models import Unit
from bihuan.queries.inspection import InspectionDetail, demand_office, inspection_detail, inspections
from bihuan.queries.objections import may_object, to_reexamine
from bihuan.queries.people import directory
from bihuan.queries.sample import samples
from bihuan.reports.inspection_sheet import write_sheet
from bihuan.rules.errors import BihuanError, NotAllowed, NotFound
from bihuan.rules.inspection import (
    INSPECTION_STATES,
    INSPECTION_STEPS,
    MODE_NAMES,
    STANDING,
    InspectionState,
    InspectionStep,
    inspection_allowed,
)
from bihuan.rules.objection import OUTCOMES
from bihuan.rules.permissions import Actor, Duty
from bihuan.web import dates
from bihuan.web.access import Request, opens_to
from bihuan.web.errors import refusals
from bihuan.web.forms.inspections import (
    AmendForm,
    ApproveForm,
    CancelForm,
    FinishForm,
    PlanForm,
    is_walk,
)
from bihuan.web.forms.people import people_of
from bihuan.web.offices import own_office

_PAGE = 100
#: Steps that have a page of their own.
_ELSEWHERE = frozenset({"finding", "step"})


@opens_to(Duty.READ)
def page(request: Request) -> HttpResponse:
    """List the inspections that this person may see."""
    actor = request.who.actor
    found = inspections(actor)
    context = {
        "rows": found if "all" in request.GET else found[:_PAGE],
        "more": 0 if "all" in request.GET else max(len(found) - _PAGE, 0),
        "modes": MODE_NAMES,
        "states": INSPECTION_STATES,
        "offices": dict(Unit.objects.filter(pk__in={i.office_id for i in found}).values_list("id", "name")),
        "may_propose": actor.may(Duty.INSPECT),
    }
    return render(request, "inspections.html", context)


@opens_to(Duty.INSPECT, "GET", "POST")
def new(request: Request) -> HttpResponse:
    """Propose a plan."""
    actor, units = request.who.actor, directory()
    people = people_of(units)
    drawn = [s for s in samples(actor) if s.drawn]
    wanted = {"sample": request.GET.get("sample", ""), "mode": "random" if request.GET.get("sample") else ""}
    form = PlanForm(units, drawn, people, request.POST or None, initial=wanted)
    if request.method == "POST" and form.is_valid():
        try:
            done = actions.propose_inspection(
                actor, dates.now(), own_office(actor, Duty.INSPECT), form.plan()
            )
        except BihuanError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "方案已提出，等牵头领导批准。")
            return redirect("inspections-one", done.inspection)
    context = {"form": form, "unit_names": list(units.units), "people": list(people)}
    return render(request, "inspection_new.html", context, status=422 if form.errors else 200)


@opens_to(Duty.READ)
def one(request: Request, inspection_id: int) -> HttpResponse:
    """Show an inspection, with the form of the step that comes next if this person may take it."""
    found = inspection_detail(inspection_id, request.who.actor)
    may = [s.action for s in steps(found, request.who.actor) if s.action not in _ELSEWHERE]
    wanted = request.GET.get("do", "")
    first = "approve" if "approve" in may else ""
    action = wanted if wanted in may else first
    form = _form(action, found, None) if action else None
    return _page(request, found, action, form)


def steps(found: InspectionDetail, actor: Actor) -> list[InspectionStep]:
    """Return the steps that ``actor`` may take now; whoever made the plan does not approve it."""
    row = found.inspection
    path = Unit.objects.get(pk=row.office_id).path
    group, state = (row.leader_id, *row.members), InspectionState(row.state)
    may = [
        s
        for s in INSPECTION_STEPS.values()
        if inspection_allowed(s.action, state, actor, path, group) is None
    ]
    may = [s for s in may if s.action != "approve" or actor.person != row.proposed_by]
    return [s for s in may if s.action != "step" or is_walk(row)]


def _form(action: str, found: InspectionDetail, data: Any) -> forms.Form:
    units = directory()
    made: dict[str, Callable[[], forms.Form]] = {
        "amend": lambda: AmendForm(found.inspection, units, people_of(units), data),
        "approve": lambda: ApproveForm(any(o.state in STANDING for o in found.overlapping), data),
        "finish": lambda: FinishForm(data),
        "cancel": lambda: CancelForm(data),
    }
    if action not in made:
        raise NotFound("没有这一步。", hint="请从督查页面选择。")
    return made[action]()


@opens_to(Duty.READ, "POST")
def step(request: Request, inspection_id: int, action: str) -> HttpResponse:
    """Take a step with an inspection."""
    found = inspection_detail(inspection_id, request.who.actor)
    form = _form(action, found, request.POST)
    status = 422
    if form.is_valid():
        with refusals(form) as refusal:
            _take(action, inspection_id, request.who.actor, form)
            messages.success(request, f"{INSPECTION_STEPS[action].name}：已办理。")
            return redirect("inspections-one", inspection_id)
        status = refusal.status
    return _page(request, found, action, form, status)


def _take(action: str, inspection_id: int, actor: Actor, form: forms.Form) -> None:
    given, now = form.cleaned_data, dates.now()
    if isinstance(form, AmendForm):
        actions.amend_inspection(inspection_id, actor, now, given["reason"], **form.changes())
    elif action == "approve":
        actions.approve_inspection(inspection_id, actor, now, **given)
    elif action == "finish":
        actions.finish_inspection(inspection_id, actor, now, given["conclusion"])
    else:
        actions.cancel_inspection(inspection_id, actor, now, given["reason"])


def _page(
    request: Request, found: InspectionDetail, action: str, form: forms.Form | None, status: int = 200
) -> HttpResponse:
    row, actor = found.inspection, request.who.actor
    units = directory()
    may = steps(found, actor)
    context: dict[str, Any] = {
        "found": found,
        "row": row,
        "mode": MODE_NAMES[row.mode],
        "state_name": INSPECTION_STATES[row.state],
        "states": INSPECTION_STATES,
        "outcomes": OUTCOMES,
        "units": units.labels,
        "steps": [s for s in may if s.action not in _ELSEWHERE],
        "records": [s for s in may if s.action in _ELSEWHERE],
        "may_print": row.state in STANDING and _inside(found, actor),
        "action": action,
        "form": form,
        "step_title": INSPECTION_STEPS[action].name if action else "",
        "walk": is_walk(row),
        "objectable": may_object(found.conclusions, actor, dates.today()),
        "decidable": {o.pk for o in to_reexamine(actor)} if found.objections else set(),
        "minutes": sum(s.minutes for s in found.steps),
    }
    if action == "amend":
        context |= {"unit_names": list(units.units), "people": list(people_of(units))}
    return render(request, "inspection.html", context, status=status)


def _inside(found: InspectionDetail, actor: Actor) -> bool:
    try:
        demand_office(found, actor)
    except NotAllowed:
        return False
    return True


@opens_to(Duty.READ)
def sheet(request: Request, inspection_id: int) -> HttpResponseBase:
    """Hand out the sheets that the inspectors carry."""
    found = inspection_detail(inspection_id, request.who.actor)
    demand_office(found, request.who.actor)
    content = BytesIO(write_sheet(found))
    return FileResponse(content, as_attachment=True, filename=f"{found.inspection.name}记录表.docx")
