"""A request (申请): what is asked for and why, and its decision by whoever may decide it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from bihuan.actions.request import approve_request, refuse_request, withdraw_request
from bihuan.models import Item
from bihuan.models import Request as Asked
from bihuan.queries.people import directory, person_names
from bihuan.queries.requests import requests, to_decide
from bihuan.rules.errors import BihuanError, NotFound
from bihuan.rules.permissions import Duty
from bihuan.rules.requests import REQUEST_NAMES, REQUEST_STATES, RequestState
from bihuan.web import dates, words_meeting
from bihuan.web.access import Request, opens_to
from bihuan.web.errors import status_of
from bihuan.web.forms import fields as f

_TAKE = {"approve": approve_request, "refuse": refuse_request}
_DONE = {"approve": "已批准，并已办理。", "refuse": "未批准，已告知申请人。", "withdraw": "申请已撤回。"}


class OpinionForm(forms.Form):
    """The opinion with which a request is decided."""

    opinion = f.text("意见", rows=3, help_text="不批准的，须写明理由；会告知申请人，并记入台账。")


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
        try:
            _take(request, asked, action, form.cleaned_data["opinion"])
        except BihuanError as error:
            form.add_error(None, str(error))
            status = status_of(error)
        else:
            messages.success(request, _DONE[action])
            return redirect("requests-one", asked.pk)
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
