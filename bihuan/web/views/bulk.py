"""One step on many items: choose, see what each would get, then take it; what is refused is named and the others go on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from bihuan.actions.bulk import MOST, do_on_many
from bihuan.models import Item
from bihuan.queries.items import matching
from bihuan.queries.people import directory, unit_labels
from bihuan.rules.errors import Invalid, NotFound
from bihuan.rules.permissions import Duty
from bihuan.rules.workflow import STATE_NAMES, STEPS
from bihuan.web import dates, filters
from bihuan.web.access import Request, opens_to
from bihuan.web.forms.bulk import BULK_FORMS, BulkForm


@opens_to(Duty.READ, "GET", "POST")
def page(request: Request) -> HttpResponse:
    """Ask for the values, preview them, take the step."""
    given = request.POST if request.method == "POST" else request.GET
    action = given.get("do", "")
    if action not in BULK_FORMS:
        raise NotFound("没有这种批量办理。", hint="请从台账里勾选事项，再选择要办的事。")
    items = chosen_items(request)
    form = BULK_FORMS[action](directory(), request.POST or None)
    context: dict[str, Any] = {"action": action, "name": STEPS[action].name, "items": items, "form": form}
    status = 200
    if request.method == "POST":
        if form.is_valid():
            for_real = given.get("stage") == "commit"
            seen = _versions(request) if for_real else {}
            context["outcomes"] = _take(request, action, items, form, seen, for_real=for_real)
            context["typed"] = [(n, v) for n, v in request.POST.items() if n in form.fields]
            context |= {"done": for_real, "good": sum(not o.refused for o in context["outcomes"])}
        else:
            status = 422
    context["unit_names"] = list(directory().units) if "owner" in form.fields else []
    return render(request, "bulk.html", context, status=status)


def chosen_items(request: Request) -> list[Item]:
    """Return the chosen items that this person may see: those ticked, or all that the filter lets through."""
    given = request.POST if request.method == "POST" else request.GET
    chosen = filters.read(given)
    wanted = filters.filter_of(chosen, filters.registers_of(chosen, request.who), request.who)
    found = matching(wanted)
    if given.get("all") != "1":
        ticked = [int(i) for i in given.getlist("id") if i.isascii() and i.isdigit() and len(i) < 19]
        ids = ticked or list(_versions(request))
        found = matching(filters.filter_of(filters.Chosen(), request.who.registers, request.who)).filter(
            pk__in=ids
        )
    items = list(found.order_by("id")[: MOST + 1])
    if not items:
        raise Invalid("没有选择事项。", hint="请在台账里勾选，再办理。")
    if len(items) > MOST:
        raise Invalid(f"一次最多批量办理{MOST}项。", hint="请先用筛选缩小范围，分几次办理。")
    return items


def brought(request: Request) -> list[Item]:
    """Return the items with which a page is opened; none once its form was sent, which has them in a field."""
    return chosen_items(request) if request.method == "GET" and {"id", "all"} & request.GET.keys() else []


def _versions(request: Request) -> dict[int, int]:
    """Return the versions that were shown in the preview: what others changed since is refused."""
    pairs = (text.partition(":") for text in request.POST.getlist("seen"))
    return {int(i): int(v) for i, _, v in pairs if i.isdecimal() and v.isdecimal()}


@dataclass(frozen=True)
class Shown:
    """An outcome as the page shows it."""

    item: Item
    owner: str
    state: str
    due: str
    refused: str


def _take(
    request: Request,
    action: str,
    items: Iterable[Item],
    form: BulkForm,
    seen: dict[int, int],
    *,
    for_real: bool,
) -> list[Shown]:
    """Take the step on each item, or preview it."""
    names = unit_labels()
    found = do_on_many(action, items, request.who.actor, dates.now, form.values, seen=seen, for_real=for_real)
    return [
        Shown(
            o.item,
            names.get(o.item.owner_id, ""),
            STATE_NAMES[o.state] if o.state else "",
            "" if o.refused else dates.day_words(o.item.due),
            o.refused,
        )
        for o in found
    ]
