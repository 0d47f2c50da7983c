"""Objections (异议): a unit objects to what an inspection concluded of it, and somebody who did not inspect decides."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from bihuan.actions.objection import object_to, reexamine
from bihuan.models import Conclusion, Objection
from bihuan.queries.inspection import InspectionDetail, inspection_detail
from bihuan.queries.objections import may_object, to_reexamine
from bihuan.queries.people import unit_labels
from bihuan.rules.errors import NotFound, WrongState
from bihuan.rules.objection import OUTCOMES
from bihuan.rules.permissions import Duty
from bihuan.web import dates
from bihuan.web.access import Request, opens_to
from bihuan.web.errors import refusals
from bihuan.web.forms import fields as f


class ObjectForm(forms.Form):
    """Why the unit objects."""

    reason = f.text(
        "异议和理由", required=True, rows=5, help_text="哪些事实不符、依据是什么；材料可以当面交给复核的人。"
    )


class DecideForm(forms.Form):
    """How the objection ends."""

    outcome = f.Radios("复核结果", list(OUTCOMES.items()))
    text = f.text(
        "复核意见", required=True, rows=5, help_text="查明了什么、为什么这样决定；会告知提出异议的单位。"
    )


@opens_to(Duty.READ, "GET", "POST")
def object_(request: Request, inspection_id: int, conclusion_id: int) -> HttpResponse:
    """Object to what the unit was told."""
    found = inspection_detail(inspection_id, request.who.actor)
    told = next((c for c in found.conclusions if c.pk == conclusion_id), None)
    if told is None:
        raise NotFound("没有这份督查结论反馈，或它不属于您的单位。")
    if told.pk not in may_object([told], request.who.actor, dates.today()):
        raise WrongState(
            "您现在不能对这份结论提出异议。", hint="由单位负责人在期限内提出，一份结论只提一次。"
        )
    form = ObjectForm(request.POST or None)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        with refusals(form) as refusal:
            done = object_to(conclusion_id, request.who.actor, dates.now(), form.cleaned_data["reason"])
            messages.success(request, f"异议已提出，{done.decide_by} 前由未参加这次督查的人员复核。")
            return redirect("inspections-one", inspection_id)
        status = refusal.status
    return _page(request, found, form, told, None, status)


@opens_to(Duty.READ, "GET", "POST")
def decide(request: Request, objection_id: int) -> HttpResponse:
    """Decide an objection."""
    objection = next((o for o in to_reexamine(request.who.actor) if o.pk == objection_id), None)
    if objection is None:
        raise NotFound("没有等您复核的这项异议。", hint="参加这次督查的人员应当回避；已复核的见督查页面。")
    found = inspection_detail(objection.inspection_id, request.who.actor)
    told = Conclusion.objects.get(pk=objection.conclusion_id)
    form = DecideForm(request.POST or None)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        with refusals(form) as refusal:
            reexamine(objection_id, request.who.actor, dates.now(), **form.cleaned_data)
            messages.success(request, "复核决定已记入台账，并反馈给提出异议的单位。")
            return redirect("inspections-one", found.inspection.pk)
        status = refusal.status
    return _page(request, found, form, told, objection, status)


def _page(
    request: Request,
    found: InspectionDetail,
    form: forms.Form,
    told: Conclusion,
    objection: Objection | None,
    status: int,
) -> HttpResponse:
    context: dict[str, Any] = {
        "row": found.inspection,
        "form": form,
        "told": told,
        "objection": objection,
        "title": "复核异议" if objection else "提出异议",
        "unit": unit_labels().get(told.unit_id, ""),
    }
    return render(request, "objection.html", context, status=status)
