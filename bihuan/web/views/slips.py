"""Slips: the list, one with its receipts, each step with one, issue by hand, print."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from bihuan.actions import slip as actions
from bihuan.models import Item, Slip, Unit
from bihuan.queries.scope import Scope
from bihuan.queries.slip_draft import slip_draft
from bihuan.queries.slips import SlipDetail, slip_detail, slips
from bihuan.reports.slip_paper import MOST_PRINTED, papers, write_slips
from bihuan.rules.errors import BihuanError, Invalid, NotAllowed, NotFound
from bihuan.rules.permissions import Duty, Role
from bihuan.rules.procedure_slips import KINDS
from bihuan.rules.slip_words import CAUSE_WORDS
from bihuan.rules.slips import LIVE, SLIP_STATES, SLIP_STEPS, UNANSWERED, SlipState
from bihuan.web import dates
from bihuan.web.access import Request, opens_to
from bihuan.web.errors import refusals, status_of
from bihuan.web.filters import campaign_of
from bihuan.web.forms.slips import SLIP_FORMS, IssueSlip, SlipForm
from bihuan.web.procedures import procedures_of
from bihuan.web.views.item import visible

PAGE = 50
#: Choices of the state field that stand for several states.
_GROUPS: dict[str, tuple[str, frozenset[SlipState]]] = {
    "out": ("发出过的", frozenset(SlipState) - {SlipState.PROPOSED, SlipState.WITHDRAWN}),
    "live": ("没有了结的", LIVE),
    "unanswered": ("已发出，还没有答复的", UNANSWERED),
}
#: What takes each step.
_ACTIONS: dict[str, Callable[..., actions.Handed]] = {
    "approve": actions.approve_slip,
    "deliver": actions.deliver_slip,
    "read": actions.read_slip,
    "acknowledge": actions.acknowledge_slip,
    "answer": actions.answer_slip,
    "judge": actions.judge_slip,
    "close": actions.close_slip,
    "withdraw": actions.withdraw_slip,
}


@dataclass(frozen=True)
class Chosen:
    """The filter of the list; "" and 0 choose nothing."""

    state: str = ""
    kind: str = ""
    unit: int = 0
    overdue: bool = False
    campaign: int = 0

    def query(self) -> str:
        """Return the part of the address that says the same."""
        pairs = {"state": self.state, "kind": self.kind, "unit": self.unit, "overdue": int(self.overdue)}
        pairs |= {"campaign": self.campaign}
        return urlencode({name: value for name, value in pairs.items() if value})


def _read(given: Mapping[str, str]) -> Chosen:
    """Read an address. Raises Invalid for a value that is none."""
    state, kind, unit = given.get("state", ""), given.get("kind", ""), given.get("unit", "") or "0"
    if state not in {"", *SLIP_STATES, *_GROUPS} or kind not in {"", *KINDS} or not unit.isdecimal():
        raise Invalid("网址里的筛选条件读不懂。", hint="请从单据页面重新选择。")
    campaign = given.get("campaign", "") or "0"
    return Chosen(
        state,
        kind,
        int(unit[:18]),
        given.get("overdue") == "1",
        int(campaign[:18]) if campaign.isdecimal() else 0,
    )


@opens_to(Duty.READ)
def page(request: Request) -> HttpResponse:
    """Show one page of the list, the newest first."""
    chosen, after = _read(request.GET), request.GET.get("after", "")
    states = _GROUPS[chosen.state][1] if chosen.state in _GROUPS else {chosen.state} - {""}
    registers = _registers(request.who, chosen.campaign) if chosen.campaign else None
    found = slips(
        request.who.units,
        kind=chosen.kind,
        states=states,
        unit=chosen.unit or None,
        registers=registers,
        gathered=True,
    )
    if chosen.overdue:
        found = found.filter(answer_due__lt=dates.now(), state__in=list(UNANSWERED))
    if after.isascii() and after.isdigit():
        found = found.filter(pk__lt=int(after))
    rows = list(found[: PAGE + 1])
    shown = rows[:PAGE]
    context = {
        "chosen": chosen,
        "query": chosen.query(),
        "after": after,
        "rows": shown,
        "next": shown[-1].pk if len(rows) > PAGE else 0,
        "items": Item.objects.in_bulk({s.item_id for s in shown}),
        "state_names": SLIP_STATES,
        "unanswered": UNANSWERED,
        "now": dates.now(),
        "units": _units({s.unit_id for s in shown}),
    }
    if request.htmx:
        return render(request, "slips.html#list", context)
    context |= {"groups": [(k, n) for k, (n, _) in _GROUPS.items()], "states": SLIP_STATES.items()}
    context |= {"kinds": KINDS.items(), "receivers": _receivers(request.who)}
    return render(request, "slips.html", context)


def _registers(who: Scope, campaign: int) -> list[int]:
    return [r.pk for r in who.registers_in(campaign_of(campaign, who))]


def _units(ids: set[int]) -> dict[int, str]:
    return dict(Unit.objects.filter(pk__in=ids).order_by("sort", "id").values_list("id", "name"))


def _receivers(who: Scope) -> dict[int, str]:
    """Return the units that were ever sent a slip, as far as this person sees them."""
    sent = Slip.objects.order_by().values_list("unit_id", flat=True).distinct()
    if who.units is None:
        return _units(set(sent))
    found = set(sent.filter(unit_id__in=who.units, issued_at__isnull=False))
    supervised = sent.filter(office_id__in=who.units)
    # asked first: for the units of an office SQLite reads every slip, also where it has none
    return _units(found | set(supervised) if Slip.objects.filter(office_id__in=who.units).exists() else found)


@opens_to(Duty.READ)
def one(request: Request, slip_id: int) -> HttpResponse:
    """Show a slip, with the form of the step that comes next if this person may take it."""
    found = _visible(request, slip_id)
    wanted = request.GET.get("do", "")
    may = [s.action for s in found.steps if s.action != "read"]
    action = wanted if wanted in may else next(iter(may), "")
    return _page(request, found, action)


def _visible(request: Request, slip_id: int) -> SlipDetail:
    return slip_detail(slip_id, request.who.actor, request.who.units)


@opens_to(Duty.READ, "POST")
def step(request: Request, slip_id: int, action: str) -> HttpResponse:
    """Take a step with a slip."""
    found = _visible(request, slip_id)
    if action not in SLIP_FORMS:
        raise NotFound("没有这一步。", hint="请从单据页面选择。")
    form = SLIP_FORMS[action](found.slip, request.POST)
    status = 422
    if form.is_valid():
        try:
            done = _ACTIONS[action](slip_id, request.who.actor, dates.now(), **form.values())
        except BihuanError as error:
            form.add_error(None, str(error))
            found, status = _visible(request, slip_id), status_of(error)
        else:
            return _done(request, action, done, found)
    return _page(request, found, action, form, status)


def _done(request: Request, action: str, done: actions.Handed, found: SlipDetail) -> HttpResponse:
    if action == "read":
        return HttpResponse(status=204)
    messages.success(request, f"{done.number or found.slip.rung}：{SLIP_STEPS[action].name}已办理。")
    return redirect("todo") if request.POST.get("back") == "todo" else redirect("slips-one", done.slip)


def _page(
    request: Request, found: SlipDetail, action: str, form: SlipForm | None = None, status: int = 200
) -> HttpResponse:
    slip, item = found.slip, found.item
    steps = [s for s in found.steps if s.action != "read"]
    procedure = procedures_of({item.procedure_id})[item.procedure_id]
    others = slips(request.who.units, item=item.pk).exclude(pk=slip.pk).order_by("id")
    context: dict[str, Any] = {
        "found": found,
        "slip": slip,
        "item": item,
        "state_name": SLIP_STATES[slip.state],
        "state_names": SLIP_STATES,
        "cause": CAUSE_WORDS[slip.cause],
        "late": slip.state in UNANSWERED and slip.answer_due is not None and slip.answer_due < dates.now(),
        "steps": steps,
        "reads": any(s.action == "read" for s in found.steps),
        "others": others,
        "rungs": procedure.slips,
        "form": form or (SLIP_FORMS[action](slip) if action else None),
        "action": action,
        "step_title": SLIP_STEPS[action].name if action else "",
        "open_to_me": action in {s.action for s in steps},
    }
    return render(request, "slip.html", context, status=status)


@opens_to(Duty.READ)
def print_(request: Request) -> HttpResponseBase:
    """Hand out the chosen slips as one Word file, a page each."""
    ids = [int(i) for i in request.GET.getlist("id") if i.isascii() and i.isdigit() and len(i) < 19]
    if not ids:
        raise Invalid("没有选择要打印的单据。", hint="请在单据列表里勾选，再打印。")
    if len(ids) > MOST_PRINTED:
        raise Invalid(f"一次最多打印{MOST_PRINTED}张单据，选了{len(ids)}张。", hint="请分几次打印。")
    found: list[Slip] = list(slips(request.who.units).filter(pk__in=ids).order_by("id"))
    if len(found) < len(set(ids)):
        raise NotAllowed("所选的单据里有的不存在，或不属于您的单位。")
    name = f"{found[0].number or found[0].rung}{f'等{len(found)}份' if len(found) > 1 else ''}.docx"
    return FileResponse(BytesIO(write_slips(papers(found))), as_attachment=True, filename=name)


@opens_to(Duty.READ, "GET", "POST")
def issue(request: Request, item_id: int) -> HttpResponse:
    """Issue a slip by hand: first choose which, then see what it says and what speaks against it."""
    found = visible(request, item_id)
    rungs = found.procedure.slips
    office = Unit.objects.get(pk=found.item.office_id)
    if not request.who.actor.holds({Role.SUPERVISOR}, office.path):
        raise NotAllowed("发出单据须由督办单位的督办员办理，您没有这一岗位。")
    rung = request.POST.get("rung") or request.GET.get("rung", "")
    context: dict[str, Any] = {"found": found, "item": found.item, "rungs": rungs, "rung": rung}
    status = 200
    if rung:
        draft = slip_draft(item_id, rung, dates.now())
        form = IssueSlip(draft, request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            with refusals(form) as refusal:
                done = actions.issue_slip(item_id, rung, request.who.actor, dates.now(), **form.values())
                said = f"{done.number}已发出。" if done.number else f"“{rung}”已拟好，等签批后发出。"
                messages.success(request, said)
                return redirect("slips-one", done.slip)
            status = refusal.status
        status = max(status, 422) if form.errors else 200
        context |= {"form": form, "draft": draft, "state_names": SLIP_STATES}
    return render(request, "slip_issue.html", context, status=status)
