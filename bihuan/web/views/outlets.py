"""Outlets of messages: add one, try it, see what waits and what failed, switch it off. Secrets and titles are never shown."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from bihuan.actions.outlets import add_outlet, remove_outlet
from bihuan.queries.messages import STATES, failures, outlet_of, outlets
from bihuan.queries.people import directory
from bihuan.rules.errors import BihuanError
from bihuan.rules.outlets import OUTLETS
from bihuan.rules.permissions import Duty
from bihuan.telling.outlet import try_out
from bihuan.web import dates
from bihuan.web.access import Request, opens_to
from bihuan.web.errors import refusals
from bihuan.web.forms.outlets import OutletForm
from bihuan.web.forms.people import people_of


@opens_to(Duty.OUTLETS, "GET", "POST")
def page(request: Request) -> HttpResponse:
    """List the outlets with what waits and why the last one failed; add one."""
    units = directory()
    people = people_of(units)
    form = OutletForm(units, people, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with refusals(form):
            made = add_outlet(
                request.who.actor, dates.now(), given["kind"], given["secret"],
                person=given["person"] or 0, unit=given["unit"] or 0, titles=form.titles(),
            )  # fmt: skip
            messages.success(request, f"已添加“{made.name}”。请接着发一条试试。")
            return redirect("outlets-one", made.pk)
    context = {
        "outlets": [(o, counts, failure) for o, counts, failure in outlets()],
        "form": form,
        "unit_names": list(units.units),
        "people": list(people),
        "mail": bool(settings.MAIL_SERVER),
    }
    return render(request, "outlets.html", context, status=422 if form.errors else 200)


@opens_to(Duty.OUTLETS, "GET", "POST")
def one(request: Request, outlet_id: int) -> HttpResponse:
    """Show how an outlet stands and what failed; send a trial, or switch it off."""
    outlet = outlet_of(outlet_id)
    if request.method == "POST" and request.POST.get("do") == "remove":
        dropped = remove_outlet(request.who.actor, dates.now(), outlet_id)
        messages.success(request, f"已停用“{outlet.name}”并删去密钥，{dropped}条待发送的消息不再发送。")
        return redirect("outlets")
    context: dict[str, Any] = {}
    if request.method == "POST":
        try:
            context["failed"] = try_out(outlet)
        except BihuanError as error:
            context["failed"] = str(error)
        context["tried"] = True
    counts = next((c for o, c, _ in outlets() if o.pk == outlet_id), {})
    found, more = failures(outlet_id)
    context |= {
        "outlet": outlet,
        "kind": OUTLETS[outlet.kind],
        "counts": [(STATES[state], n) for state, n in sorted(counts.items()) if state in STATES],
        "failures": found,
        "more": more,
    }
    return render(request, "outlet.html", context)
