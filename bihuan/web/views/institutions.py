"""Institutions (建章立制): problems that come again, the rules made because of them, and each step with one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from bihuan.actions import institution as actions
from bihuan.ledger import blobs
from bihuan.models import Institution
from bihuan.queries.closing import (
    InstitutionDetail,
    institution_detail,
    institution_steps,
    institutions,
)
from bihuan.queries.people import directory
from bihuan.queries.recurring import first_proposals
from bihuan.rules.errors import BihuanError, NotAllowed, NotFound
from bihuan.rules.institution import INSTITUTION_STATES, INSTITUTION_STEPS
from bihuan.rules.permissions import Actor, Duty, Role
from bihuan.web import dates
from bihuan.web.access import Request, opens_to
from bihuan.web.errors import refusals
from bihuan.web.forms.institutions import INSTITUTION_FORMS, DraftForm, InstitutionForm
from bihuan.web.views.bulk import brought
from bihuan.web.views.item import MOST_UNITS

_PAGE = 100
_TAKE: dict[str, Callable[..., actions.Instituted]] = {
    "link": actions.link_items,
    "issue": actions.issue_institution,
    "revise": actions.revise_institution,
    "keep": actions.keep_institution,
    "repeal": actions.repeal_institution,
}


@opens_to(Duty.READ)
def page(request: Request) -> HttpResponse:
    """List the institutions that this person may see."""
    waiting = request.GET.get("waiting") == "1"
    found = list(institutions(request.who.units, waiting=waiting))
    context = {
        "rows": found if "all" in request.GET else found[:_PAGE],
        "more": 0 if "all" in request.GET else max(len(found) - _PAGE, 0),
        "waiting": waiting,
        "states": INSTITUTION_STATES,
        "units": directory().labels,
        "may_draft": may_draft(request.who.actor),
    }
    return render(request, "institutions.html", context)


#: So many classes of problems are shown at first, and so many items of each.
MOST_CLASSES, MOST_ITEMS = 10, 10


def may_draft(actor: Actor) -> bool:
    """Whether this person may begin a rule because of some item: its office's people, or the head of its owner."""
    return actor.may(Duty.INSTITUTE) or any(g.role is Role.UNIT_HEAD for g in actor.grants)


@opens_to(Duty.READ)
def recurring(request: Request) -> HttpResponse:
    """Show the problems that came again so often that a rule is proposed."""
    who = request.who
    most = None if "all" in request.GET else MOST_CLASSES
    found, more = first_proposals(who.registers, dates.now(), who.units, most=most, items=MOST_ITEMS)
    made = Institution.objects.in_bulk({i for p in found for i in p.institutions})
    context = {
        "rows": [(p, [made[i] for i in p.institutions], p.count - len(p.items)) for p in found],
        "more": more,
        "may_draft": may_draft(request.who.actor),
    }
    return render(request, "recurring.html", context)


@opens_to(Duty.READ, "GET", "POST")
def new(request: Request) -> HttpResponse:
    """Begin a rule because of some items."""
    actor, units = request.who.actor, directory()
    if not may_draft(actor):
        raise NotAllowed("起草制度须由督办单位的督办员、牵头领导，或责任单位负责人办理，您没有这一岗位。")
    items = brought(request)
    owners = {i.owner_id for i in items if i.owner_id}
    initial = {"items": "、".join(i.number for i in items)}
    if len(owners) == 1:
        initial["unit"] = units.labels[owners.pop()]
    form = DraftForm(units, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.draft_institution(actor, dates.now(), **form.cleaned_data)
        except BihuanError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "已起草。文本定稿后，在这里登记印发。")
            return redirect("institutions-one", made.institution)
    names = list(units.units)
    context = {"form": form, "items": items, "unit_names": names if len(names) <= MOST_UNITS else []}
    return render(request, "institution_new.html", context, status=422 if form.errors else 200)


@opens_to(Duty.READ)
def one(request: Request, institution_id: int) -> HttpResponse:
    """Show an institution, with the form of the step that was asked for, or of the one that is due."""
    found = _visible(request, institution_id)
    may = [s.action for s in institution_steps(found.institution, request.who.actor)]
    wanted = request.GET.get("do", "")
    action = wanted if wanted in may else _next(found.institution, may)
    form = INSTITUTION_FORMS[action](found.institution) if action else None
    return _page(request, found, action, form)


def _next(row: Institution, may: list[str]) -> str:
    if row.review_waits:
        return "keep" if "keep" in may else ""
    return "issue" if "issue" in may else ""


def _visible(request: Request, institution_id: int) -> InstitutionDetail:
    """Return the institution if this person may see it. Raises NotFound, also where it belongs to others."""
    try:
        return institution_detail(str(institution_id), request.who.units)
    except NotAllowed as error:
        raise NotFound("没有这项制度，或它不属于您的单位。", hint="请从建章立制页面打开。") from error


@opens_to(Duty.READ, "POST")
def step(request: Request, institution_id: int, action: str) -> HttpResponse:
    """Take a step with an institution."""
    found = _visible(request, institution_id)
    if action not in INSTITUTION_FORMS:
        raise NotFound("没有这一步。", hint="请从制度页面选择。")
    form = INSTITUTION_FORMS[action](found.institution, request.POST, request.FILES)
    status = 422
    if form.is_valid():
        with refusals(form) as refusal:
            done = _TAKE[action](institution_id, request.who.actor, dates.now(), **form.values())
            messages.success(request, f"{done.number or '草案'}：{INSTITUTION_STEPS[action].name}已登记。")
            return redirect("institutions-one", institution_id)
        status = refusal.status
    return _page(request, found, action, form, status)


def _page(
    request: Request,
    found: InstitutionDetail,
    action: str,
    form: InstitutionForm | None,
    status: int = 200,
) -> HttpResponse:
    row = found.institution
    context: dict[str, Any] = {
        "found": found,
        "row": row,
        "state_name": INSTITUTION_STATES[row.state],
        "steps": institution_steps(row, request.who.actor),
        "action": action,
        "form": form,
        "step_title": INSTITUTION_STEPS[action].name if action else "",
    }
    return render(request, "institution.html", context, status=status)


@opens_to(Duty.READ)
def file(request: Request, institution_id: int) -> HttpResponseBase:
    """Hand out the text of an institution."""
    row = _visible(request, institution_id).institution
    if not row.digest:
        raise NotFound("这项制度没有附文本。")
    stored = blobs.opened(row.digest, "制度文本")
    return FileResponse(
        stored, as_attachment=True, filename=row.file, content_type="application/octet-stream"
    )
