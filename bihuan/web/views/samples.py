"""Random samples: commit what will be drawn from, draw it, and repeat the draw to see that it holds."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from bihuan.actions.sample import commit_sample, draw_sample
from bihuan.models import Unit
from bihuan.queries.people import directory
from bihuan.queries.sample import find_sample, labels, replay, samples
from bihuan.rules.errors import BihuanError
from bihuan.rules.permissions import DUTIES, Duty
from bihuan.web import dates
from bihuan.web.access import Request, opens_to
from bihuan.web.forms.samples import SampleForm
from bihuan.web.views.items import sampled_registers

_PAGE = 100


@opens_to(Duty.SAMPLE, "GET", "POST")
def page(request: Request) -> HttpResponse:
    """List the samples, also those never drawn; commit another one."""
    actor, units = request.who.actor, directory()
    registers = sampled_registers(request.who)
    form = SampleForm(units, registers, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = commit_sample(
                actor,
                dates.now(),
                form.population(),
                form.cleaned_data["purpose"],
                size=form.number("size"),
                each=form.number("each"),
            )
        except BihuanError as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, f"已封定总体 {done.population} 个，将抽取 {done.size} 个。现在可以抽取。"
            )
            return redirect("samples-one", done.sample)
    found = samples(actor)
    context = {
        "form": form,
        "rows": found if "all" in request.GET else found[:_PAGE],
        "more": 0 if "all" in request.GET else max(len(found) - _PAGE, 0),
        "offices": dict(Unit.objects.filter(pk__in={s.office_id for s in found}).values_list("id", "name")),
        "unit_names": list(units.units),
    }
    return render(request, "samples.html", context, status=422 if form.errors else 200)


@opens_to(Duty.SAMPLE)
def one(request: Request, sample_id: int) -> HttpResponse:
    """Show a sample; one that was drawn is drawn again from the entries, and what differs is told."""
    found = find_sample(sample_id, request.who.actor)
    office = Unit.objects.get(pk=found.office_id)
    context: dict[str, Any] = {
        "sample": found,
        "office": office.name,
        "total": sum(len(s["ids"]) for s in found.strata),
        "size": sum(s["size"] for s in found.strata),
        "replay": replay(found) if found.drawn else None,
        "labels": labels(found) if found.drawn else {},
        "may_draw": not found.drawn and request.who.actor.holds(DUTIES[Duty.SAMPLE], office.path),
        "may_inspect": bool(found.drawn) and request.who.actor.may(Duty.INSPECT),
    }
    return render(request, "sample.html", context)


@opens_to(Duty.SAMPLE, "POST")
def draw(request: Request, sample_id: int) -> HttpResponse:
    """Draw what was committed; once."""
    find_sample(sample_id, request.who.actor)
    done = draw_sample(sample_id, request.who.actor, dates.now())
    messages.success(request, f"已抽取 {done.size} 个。")
    return redirect("samples-one", sample_id)
