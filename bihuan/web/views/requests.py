"""Requests (申请): their list, how one is made, what is asked for and why, and its decision by whoever may decide it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from bihuan.actions.request import approve_request, ask, refuse_request, withdraw_request
from bihuan.models import Item
from bihuan.models import Request as Asked
from bihuan.queries.people import directory, person_names
from bihuan.queries.requests import askable, requests, to_decide
from bihuan.rules.errors import Invalid, NotFound, WrongState
from bihuan.rules.permissions import ROLE_NAMES, Duty, Role
from bihuan.rules.requests import (
    REQUEST_NAMES,
    REQUEST_STATES,
    STEP_OF,
    RequestState,
    deciders,
    permit_of,
)
from bihuan.web import dates, words_meeting
from bihuan.web.access import Request, opens_to
from bihuan.web.errors import refusals
from bihuan.web.forms import STEP_FORMS, About
from bihuan.web.forms import fields as f
from bihuan.web.views.item import visible

_PAGE = 50
_TAKE = {"approve": approve_request, "refuse": refuse_request}
_DONE = {"approve": "已批准，并已办理。", "refuse": "未批准，已告知申请人。", "withdraw": "申请已撤回。"}


class OpinionForm(forms.Form):
    """The opinion with which a request is decided."""

    opinion = f.text("意见", rows=3, help_text="不批准的，须写明理由；会告知申请人，并记入台账。")


@opens_to(Duty.READ)
def page(request: Request) -> HttpResponse:
    """List the requests that this person may see: those that wait first, or those in one state."""
    state, after = request.GET.get("state", ""), request.GET.get("after", "")
    if state and state not in REQUEST_STATES:
        raise Invalid("网址里的筛选条件读不懂。", hint="请从申请页面重新选择。")
    found = requests(request.who.units, states=[state] if state else ())
    if after.isascii() and after.isdigit():
        found = found.filter(pk__lt=int(after[:18]))
    rows = list(found[: _PAGE + 1])
    mine = {r.pk for r in to_decide(request.who.actor, request.who.units)}
    context = {
        "rows": rows[:_PAGE],
        "next": rows[_PAGE - 1].pk if len(rows) > _PAGE else 0,
        "after": after,
        "state": state,
        "states": REQUEST_STATES,
        "names": REQUEST_NAMES,
        "mine": mine,
        "items": Item.objects.in_bulk({r.item_id for r in rows}),
        "units": directory().labels,
        "now": dates.now(),
    }
    return render(request, "requests.html", context)


@opens_to(Duty.READ, "GET", "POST")
def ask_(request: Request, item_id: int, kind: str) -> HttpResponse:
    """Ask for what somebody else has to approve."""
    found = visible(request, item_id)
    if kind not in STEP_OF:
        raise NotFound("没有这种申请。", hint="请从事项页面选择。")
    if kind not in askable(found, request.who.actor):
        raise WrongState(
            f"您现在不能申请{REQUEST_NAMES[kind]}。", hint="请从事项页面选择；已有待批的申请，请等批复。"
        )
    data = request.POST if request.method == "POST" else None
    about = About(found, directory())
    form = STEP_FORMS[STEP_OF[kind]](about, data)
    del form.fields["version"]
    status = 422 if form.errors else 200
    if data is not None and form.is_valid():
        with refusals(form) as refusal:
            done = ask(item_id, kind, request.who.actor, dates.now(), **form.values())
            messages.success(request, f"{REQUEST_NAMES[kind]}申请已提出，等批复。批复前照常办理、照常计时。")
            return redirect("requests-one", done.request)
        status = refusal.status
    permit = permit_of(found.procedure, kind)
    context = {
        "item": found.item,
        "name": REQUEST_NAMES[kind],
        "kind": kind,
        "form": form,
        "permit": permit,
        "approvers": "、".join(ROLE_NAMES[r] for r in Role if r in deciders(kind, permit)),
        "office": found.office,
        "unit_names": list(about.units.units) if form.wants_units else [],
    }
    return render(request, "request_new.html", context, status=status)


@opens_to(Duty.READ)
def one(request: Request, request_id: int) -> HttpResponse:
    """Show a request, with the form of its decision to whoever may decide it."""
    return _page(request, _visible(request, request_id), OpinionForm())


@opens_to(Duty.READ, "POST")
def step(request: Request, request_id: int, action: str) -> HttpResponse:
    """Approve, refuse or withdraw a request."""
    asked, form = _visible(request, request_id), OpinionForm(request.POST)
    if action not in _DONE:
        raise NotFound("没有这一步。", hint="请从申请页面选择。")
    status = 422
    if form.is_valid():
        with refusals(form) as refusal:
            _take(request, asked, action, form.cleaned_data["opinion"])
            messages.success(request, _DONE[action])
            return redirect("requests-one", asked.pk)
        status = refusal.status
    return _page(request, asked, form, status)


def _take(request: Request, asked: Asked, action: str, opinion: str) -> None:
    actor, now = request.who.actor, dates.now()
    if action == "withdraw":
        withdraw_request(asked.pk, actor, now, reason=opinion)
    else:
        _TAKE[action](asked.pk, actor, now, opinion=opinion)


def _visible(request: Request, request_id: int) -> Asked:
    found = requests(request.who.units).filter(pk=request_id).first()
    if found is None:
        raise NotFound(f"没有编号为 {request_id} 的申请。", hint="请从待办或事项页面打开。")
    return found


def _page(request: Request, asked: Asked, form: OpinionForm, status: int = 200) -> HttpResponse:
    actor, units = request.who.actor, directory().labels
    waits = asked.state == RequestState.ASKED
    into = asked.wanted.get("into", 0)
    numbers = dict(Item.objects.filter(pk__in={asked.item_id, into}).values_list("id", "number"))
    told = {"reason": asked.reason, "wanted": asked.wanted, "approver": asked.approver}
    context = {
        "asked": asked,
        "name": REQUEST_NAMES[asked.kind],
        "state": REQUEST_STATES[asked.state],
        "item": Item.objects.get(pk=asked.item_id),
        "unit": units[asked.unit_id],
        "people": person_names({asked.asked_by, asked.decided_by}),
        "lines": list(words_meeting.lines(told, units, numbers)),
        "form": form,
        "decides": waits
        and any(r.pk == asked.pk for r in to_decide(actor, request.who.units, item=asked.item_id)),
        "mine": waits and asked.asked_by == actor.person,
        "late": waits and asked.decide_due is not None and asked.decide_due <= dates.now(),
    }
    return render(request, "request.html", context, status=status)
