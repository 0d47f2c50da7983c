"""The office's own Word templates: bring one, try it with today's figures, choose where it is used, go back to the built-in one."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from bihuan.actions.templates import choose_template, follow_general, keep_template, retire_template
from bihuan.library.drafts.trial import KINDS, file_of, written
from bihuan.models import Campaign
from bihuan.queries.people import person_names
from bihuan.queries.templates import STAGE, content_of, offered, own, places_of
from bihuan.rules.errors import NotFound
from bihuan.rules.permissions import Duty
from bihuan.web import dates
from bihuan.web.access import Request, opens_to
from bihuan.web.errors import refusals
from bihuan.web.forms.templates import GENERAL, ChoiceForm, TemplateForm


@opens_to(Duty.TEMPLATES, "GET", "POST")
def page(request: Request, kind: str = STAGE) -> HttpResponse:
    """List the templates of a kind with where each is used; take a new one, which is tried first."""
    _known(kind)
    campaigns = request.who.whole
    form = TemplateForm(campaigns, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with refusals(form):
            content = form.cleaned_data["file"].read()
            written(kind, form.campaign(), content, dates.now())
            made = keep_template(request.who.actor, dates.now(), kind, form.title(), content)
            messages.success(request, f"试写成功，已保存模板“{made.name}”。要默认使用的，请在下面选定。")
            return redirect("templates-kind", kind)
    return _page(request, kind, form, ChoiceForm(campaigns, offered(kind)))


def _known(kind: str) -> None:
    if kind not in KINDS:
        raise NotFound("没有这种文稿的模板。")


def _page(request: Request, kind: str, form: TemplateForm, choice: ChoiceForm) -> HttpResponse:
    rows = own(kind)
    names = dict(Campaign.objects.values_list("id", "name"))
    context = {
        "kind": kind,
        "kinds": KINDS,
        "rows": rows,
        "used": {
            template: [names.get(campaign, "") if campaign else "所有专项工作" for campaign in places]
            for template, places in places_of(kind).items()
        },
        "people": person_names({row.person_id for row in rows}),
        "form": form,
        "choice": choice,
        "campaigns": request.who.whole,
    }
    status = 422 if form.errors or choice.errors else 200
    return render(request, "templates.html", context, status=status)


@opens_to(Duty.TEMPLATES)
def file(request: Request, kind: str, template_id: int) -> HttpResponseBase:
    """Hand out a template as it was brought, or the built-in one."""
    _known(kind)
    name, content = file_of(kind, template_id)
    return FileResponse(BytesIO(content), as_attachment=True, filename=name)


@opens_to(Duty.TEMPLATES)
def preview(request: Request, kind: str, template_id: int) -> HttpResponseBase:
    """Hand out a paper written from a template with today's figures."""
    _known(kind)
    wanted = request.GET.get("campaign", "")
    campaign = next((c for c in request.who.whole if str(c.pk) == wanted), None)
    if campaign is None:
        raise NotFound("没有这个专项工作，或您不能看到它的全部事项。")
    name, content = written(kind, campaign, content_of(kind, template_id), dates.now())
    return FileResponse(BytesIO(content), as_attachment=True, filename=name)


@opens_to(Duty.TEMPLATES, "POST")
def choose(request: Request, kind: str) -> HttpResponse:
    """Choose the template that is used for a campaign, or for all."""
    _known(kind)
    campaigns = request.who.whole
    choice = ChoiceForm(campaigns, offered(kind), request.POST)
    if choice.is_valid():
        campaign, template = int(choice.cleaned_data["campaign"]), choice.cleaned_data["template"]
        with refusals(choice):
            if template == GENERAL:
                follow_general(request.who.actor, kind, campaign)
            else:
                choose_template(request.who.actor, kind, int(template), campaign=campaign)
            messages.success(request, f"{KINDS[kind]}的默认模板已选定。")
            return redirect("templates-kind", kind)
    return _page(request, kind, TemplateForm(campaigns), choice)


@opens_to(Duty.TEMPLATES, "POST")
def retire(request: Request, kind: str, template_id: int) -> HttpResponse:
    """Offer a template no more."""
    _known(kind)
    places: list[Any] = retire_template(request.who.actor, dates.now(), kind, template_id)
    also = f"原来默认用它的{len(places)}处改用通用的默认模板或内置模板。" if places else ""
    messages.success(request, f"模板已停用，用它写成的文稿不受影响。{also}")
    return redirect("templates-kind", kind)
