"""The page of an item, the forms of its steps, and its evidence."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from bihuan.actions import do
from bihuan.ledger import blobs
from bihuan.library.citing import cited
from bihuan.models import Campaign, Evidence
from bihuan.queries.item import Detail, detail_for
from bihuan.queries.people import directory, person_names
from bihuan.rules.errors import BihuanError, NotFound, Stale, WrongState
from bihuan.rules.permissions import Duty
from bihuan.rules.timers import WAITING_NAMES
from bihuan.rules.workflow import STEPS
from bihuan.web import dates, item_more, item_page, words
from bihuan.web.access import Request, opens_to
from bihuan.web.forms import STEP_FORMS, About, StepForm
from bihuan.web.forms.steps import Attach
from bihuan.web.forms.work import MeasureDone, Unchanged

#: Beyond so many units no list is offered while typing; names are still understood.
MOST_UNITS = 600
#: So many entries of the timeline are shown at first.
NEWEST = 60


@opens_to(Duty.READ)
def page(request: Request, item_id: int) -> HttpResponse:
    """Show the item, with the form of the step that comes next if this person may take it."""
    found = visible(request, item_id)
    first = item_page.first_step(found, item_page.checks(found, request.who.actor))
    return _page(request, found, first)


@opens_to(Duty.READ, "GET", "POST")
def step(request: Request, item_id: int, action: str) -> HttpResponse:
    """Show the form of a step, or take it."""
    found = visible(request, item_id)
    if action not in STEP_FORMS:
        raise NotFound("没有这一步。", hint="请从事项页面选择要办理的步骤。")
    if request.method == "POST":
        return _take(request, found, action)
    if action not in {s.action for s in found.steps}:
        raise WrongState(f"您现在不能办理“{STEPS[action].name}”：{STEPS[action].why}")
    if request.htmx:
        form = STEP_FORMS[action](About(found, directory()))
        return render(request, "item.html#step", _step_context(found, action, form))
    return _page(request, found, action)


def visible(request: Request, item_id: int) -> Detail:
    """Return the item if this person may see it. Raises NotFound or NotAllowed."""
    return detail_for(request.who, item_id)


def _take(request: Request, found: Detail, action: str) -> HttpResponse:
    about = About(found, directory())
    form = _form_kind(action, request)(about, request.POST, request.FILES)
    status = 422
    if form.is_valid():
        try:
            said = _do(request, found, action, form)
        except BihuanError as error:
            status = 409 if isinstance(error, Stale) else 422
            found = _refused(request, found, form, error)
        else:
            messages.success(request, said)
            return _back(request, found.item.pk)
    context = _step_context(found, action, form)
    if request.htmx:
        return render(request, "item.html#step", context, status=status)
    return _page(request, found, action, form, status)


def _form_kind(action: str, request: Request) -> type[StepForm]:
    """Return the form that was sent: a report may also be one click on a button of its own."""
    quick = {"unchanged": Unchanged, "done": MeasureDone} if action == "report" else {}
    return next((form for name, form in quick.items() if name in request.POST), STEP_FORMS[action])


def _do(request: Request, found: Detail, action: str, form: StepForm) -> str:
    """Take the step and return what is said of it."""
    actor, version = request.who.actor, form.cleaned_data["version"]
    name = item_page.step_name(STEPS[action], found)
    if not isinstance(form, Attach):
        do(action, found.item.pk, actor, dates.now(), version=version, **form.values())
        return f"{found.item.number}：{name}已办理。"
    return _attach(request, found, form)


def _attach(request: Request, found: Detail, form: Attach) -> str:
    """Attach file by file; those before one that is refused stay, and that is said."""
    version = form.cleaned_data["version"]
    for number, upload in enumerate(form.uploads()):
        try:
            done = do(
                "attach",
                found.item.pk,
                request.who.actor,
                dates.now(),
                version=version,
                file=upload,
                **form.values(),
            )
        except BihuanError as error:
            kept = f"前面的{number}个文件已上传，不必重传。" if number else ""
            raise type(error)(f"“{upload.name}”没有上传：{error.message}{kept}", hint=error.hint) from error
        version = done.version
    return f"已上传{len(form.uploads())}个佐证文件。"


def _refused(request: Request, found: Detail, form: StepForm, error: BihuanError) -> Detail:
    """Put the refusal on the form and read the item again: what others did since is shown, what was typed stays."""
    seen = form.cleaned_data["version"]
    found = visible(request, found.item.pk)
    told = item_page.timeline(found, form.about.units.labels)
    form.refuse(str(error), found.item.version, told[: max(found.item.version - seen, 0)])
    return found


def _back(request: Request, item_id: int) -> HttpResponse:
    """Go where the person came from: their tasks, else the item."""
    to_tasks = request.POST.get("back") == "todo"
    url = reverse("todo") if to_tasks else reverse("items-one", args=[item_id])
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)


def _step_context(found: Detail, action: str, form: StepForm) -> dict[str, Any]:
    offer = next((o for o in item_page.offers(found) if o.action == action), None)
    units = form.about.units.units if form.wants_units else {}
    return {
        "item": found.item,
        "action": action,
        "step_title": offer.name if offer else STEPS[action].name,
        "step_why": offer.why if offer else STEPS[action].why,
        "form": form,
        "open_to_me": offer is not None,
        "unit_names": list(units) if len(units) <= MOST_UNITS else [],
        "conditions": form.about.detail.procedure.conditions("submit") if action == "submit" else (),
    }


def _page(
    request: Request, found: Detail, action: str, form: StepForm | None = None, status: int = 200
) -> HttpResponse:
    """Render the whole page, with the form of ``action`` ("" for none)."""
    units = directory()
    item, actor = found.item, request.who.actor
    may = {s.action for s in found.steps}
    offers = item_page.offers(found)
    told = item_page.timeline(found, units.labels)
    columns = {c.field: c.label for c in found.procedure.columns}
    sources = item_more.sources(item, actor)
    context: dict[str, Any] = {
        "found": found,
        "item": item,
        "campaign": Campaign.objects.get(pk=item.campaign_id),
        "stages": item_page.stages(found),
        "waiting_for": item_page.waiting_for(found),
        "reason": words.colour_reason(item.colour, item.rule, found.procedure),
        "due_words": item_page.due_words(item),
        "columns": columns,
        "extra": [(columns.get(name, name), value) for name, value in item.extra.items() if value],
        "checks": item_page.checks(found, actor),
        "ahead": item_more.ahead(found, dates.now()),
        "due_story": item_more.due_story(found),
        "pictures": item_more.pictures(found.evidence),
        "papers": item_more.papers(found, request.who.units),
        "may_issue": item_more.may_issue(found, actor),
        "asked": item_more.asked(item, request.who.units),
        "documents": cited(item.source),
        "may_file_evidence": bool(found.evidence) and item.state == "closed" and actor.may(Duty.COLLECT),
        "sources": sources,
        "related": item_more.related(found, sources, request.who),
        "same_source": item_more.same_source(item),
        "asks": item_more.asks(found, actor),
        "beyond": item_more.beyond(found, actor),
        "may_dismiss": bool(found.signs) and actor.may(Duty.DISMISS_SIGN),
        "waiting_names": WAITING_NAMES,
        "timeline": told if "all" in request.GET else told[:NEWEST],
        "older": 0 if "all" in request.GET else max(len(told) - NEWEST, 0),
        "people": person_names({e.actor_id for e in found.evidence} | {r.reviewer_id for r in found.reviews}),
        "forward": [o for o in offers if o.forward],
        "others": [o for o in offers if not o.forward],
        "may_report": "report" in may,
        "may_attach": "attach" in may,
    }
    if action:
        form = form or STEP_FORMS[action](About(found, units))
        context |= _step_context(found, action, form)
    return render(request, "item.html", context, status=status)


@opens_to(Duty.READ)
def evidence(request: Request, item_id: int, evidence_id: int) -> HttpResponseBase:
    """Hand out a file; pictures may be looked at in the browser."""
    visible(request, item_id)
    found = Evidence.objects.filter(pk=evidence_id, item_id=item_id).first()
    if found is None:
        raise NotFound("没有这份佐证。")
    looked_at = "view" in request.GET and found.media in item_more.PICTURES
    file = blobs.opened(found.digest)
    media = found.media if looked_at else "application/octet-stream"
    return FileResponse(file, as_attachment=not looked_at, filename=found.name, content_type=media)
