"""Case reviews (典型案例复盘): chosen items, their cause, the turning points of their timelines, and the lesson."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from bihuan.actions.case import TITLE_LENGTH, review_case
from bihuan.models import Item
from bihuan.queries.closing import case_detail, case_reviews
from bihuan.queries.people import directory
from bihuan.reports.case_paper import write_case
from bihuan.rules.permissions import Duty
from bihuan.web import dates, item_page
from bihuan.web.access import Request, opens_to
from bihuan.web.errors import refusals
from bihuan.web.forms import fields as f
from bihuan.web.views.bulk import chosen_items
from bihuan.web.views.item import visible

_PAGE = 100
#: What the clock entered by itself turns nothing and is not offered.
_BY_ITSELF = frozenset({"item.coloured"})


class ChooseForm(forms.Form):
    """The items to be looked at together."""

    items = f.ItemsField("事项编号", required=True, help_text="一个，或几个同类的；用顿号或换行隔开。")


class CaseForm(forms.Form):
    """What is to be learnt."""

    title = f.line("标题", required=True, most=TITLE_LENGTH, help_text="如“东街路灯反复不亮案例复盘”。")
    cause = f.text("问题成因", required=True, rows=5, help_text="表面的、深层的原因；对事不对人。")
    lesson = f.text("经验教训", required=True, rows=5, help_text="以后怎样做；可以推广的、应当避免的。")


@dataclass(frozen=True)
class Moment:
    """An entry that may be a turning point; ``words`` is what was written beside it."""

    told: item_page.Told
    chosen: bool
    words: str


@opens_to(Duty.READ)
def page(request: Request) -> HttpResponse:
    """List the case reviews that this person may see."""
    found = case_reviews(request.who.units)
    context = {
        "rows": found if "all" in request.GET else found[:_PAGE],
        "more": 0 if "all" in request.GET else max(len(found) - _PAGE, 0),
        "offices": directory().labels,
        "may_review": request.who.actor.may(Duty.REVIEW_CASE),
    }
    return render(request, "cases.html", context)


@opens_to(Duty.REVIEW_CASE, "GET", "POST")
def new(request: Request) -> HttpResponse:
    """Choose items, then write the review beside their timelines."""
    if request.method == "GET" and "id" not in request.GET and "all" not in request.GET:
        return _choose(request)
    items = chosen_items(request)
    form = CaseForm(request.POST if request.method == "POST" else None)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        ids = [i.pk for i in items]
        with refusals(form) as refusal:
            made = review_case(
                request.who.actor, dates.now(), items=ids, turns=_turns(request.POST), **form.cleaned_data
            )
            messages.success(request, "案例复盘已记入台账，可以下载 Word 材料。")
            return redirect("cases-one", made)
        status = refusal.status
    context = {"form": form, "parts": [(i, _moments(request, i)) for i in items], "items": items}
    return render(request, "case_new.html", context, status=status)


def _choose(request: Request) -> HttpResponse:
    """Ask which items; once they are known, go on with them."""
    form = ChooseForm(request.GET or None)
    if form.is_bound and form.is_valid():
        query = "&".join(f"id={pk}" for pk in form.cleaned_data["items"])
        return redirect(f"{request.path}?{query}")
    return render(request, "case_choose.html", {"form": form}, status=422 if form.errors else 200)


def _turns(given: Mapping[str, Any]) -> dict[int, str]:
    """Return the chosen turning points: seq → what it turned."""
    prefix = "turn-"
    seqs = [n.removeprefix(prefix) for n in given if n.startswith(prefix)]
    return {
        int(s): str(given.get(f"words-{s}", "")) for s in seqs if s.isascii() and s.isdigit() and len(s) < 19
    }


def _moments(request: Request, item: Item) -> Sequence[Moment]:
    """Return the entries of an item, the oldest first."""
    found = visible(request, item.pk)
    told = item_page.timeline(found, directory().labels)
    given = request.POST
    return [
        Moment(t, f"turn-{t.moment.seq}" in given, given.get(f"words-{t.moment.seq}", ""))
        for t in reversed(told)
        if t.moment.kind not in _BY_ITSELF
    ]


@opens_to(Duty.READ)
def one(request: Request, case_id: int) -> HttpResponse:
    """Show a case review."""
    found = case_detail(case_id, request.who.units)
    pairs = list(zip(found.items, found.owners, strict=True))
    return render(request, "case.html", {"found": found, "row": found.case, "pairs": pairs})


@opens_to(Duty.READ)
def paper(request: Request, case_id: int) -> HttpResponseBase:
    """Hand out a case review as a Word file."""
    found = case_detail(case_id, request.who.units)
    name = f"{found.case.title[:60]}.docx"
    return FileResponse(BytesIO(write_case(found)), as_attachment=True, filename=name)
