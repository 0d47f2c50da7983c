"""What inspectors enter on the spot, mostly on a phone: findings, and the steps of a walk-through."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from bihuan.actions.finding import record_finding, record_step
from bihuan.models import Inspection, Register, Unit
from bihuan.queries.inspection import InspectionDetail, inspection_detail
from bihuan.queries.item import find_item
from bihuan.rules.errors import WrongState
from bihuan.rules.inspection import INSPECTION_STEPS
from bihuan.rules.permissions import Duty
from bihuan.web import dates
from bihuan.web.access import Request, opens_to
from bihuan.web.errors import refusals
from bihuan.web.forms.inspections import FindingForm, WalkForm
from bihuan.web.views.inspections import steps


@opens_to(Duty.READ, "GET", "POST")
def finding(request: Request, inspection_id: int) -> HttpResponse:
    """Enter a finding; it becomes an item, or is tied to one."""
    found = _open(request, inspection_id, "finding")
    row = found.inspection
    form = FindingForm(row, _places(row), _registers(row), request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        with refusals(form) as refusal:
            made = record_finding(inspection_id, request.who.actor, dates.now(), **_values(form))
            messages.success(request, f"已登记：{made.number}。可以接着登记下一个。")
            return redirect("inspections-finding", inspection_id)
        status = refusal.status
    return _page(request, found, form, "finding", status)


def _values(form: FindingForm) -> dict[str, Any]:
    """Return the values for ``record_finding``. Raises NotFound for a number that no item has."""
    given = form.cleaned_data
    values = {k: given[k] for k in ("unit", "text", "category", "happened_at")}
    values["content"] = given.get("content", "")
    register = int(given["register"])
    if not register:
        return values | {"item": find_item(given["item"]).pk}
    return values | {"register": register} | {k: given[k] for k in ("due", "klass") if given[k]}


@opens_to(Duty.READ, "GET", "POST")
def walk(request: Request, inspection_id: int) -> HttpResponse:
    """Enter one step of a walk-through."""
    found = _open(request, inspection_id, "step")
    form = WalkForm(_places(found.inspection), request.POST or None, initial=_last(found))
    status = 200
    if request.method == "POST" and form.is_valid():
        with refusals(form) as refusal:
            record_step(inspection_id, request.who.actor, dates.now(), **form.cleaned_data)
            messages.success(request, "已记下这一步。可以接着记下一步。")
            return redirect("inspections-walk", inspection_id)
        status = refusal.status
    return _page(request, found, form, "step", status)


def _last(found: InspectionDetail) -> dict[str, Any]:
    """Begin where the last step left off: the same matter at the same unit."""
    last = found.steps[-1] if found.steps else None
    return {"unit": str(last.unit_id), "service": last.service} if last else {}


def _open(request: Request, inspection_id: int, action: str) -> InspectionDetail:
    """Return the inspection if this person may take the step now. Raises WrongState."""
    found = inspection_detail(inspection_id, request.who.actor)
    if action not in {s.action for s in steps(found, request.who.actor)}:
        step = INSPECTION_STEPS[action]
        raise WrongState(f"您现在不能{step.name}：{step.why}")
    return found


def _places(row: Inspection) -> dict[int, str]:
    """Return the units that the plan covers, with those below them."""
    paths = Unit.objects.filter(pk__in=row.units).values_list("path", flat=True)
    every = Unit.objects.filter(active=True).order_by("sort", "id").values_list("id", "name", "path")
    return {pk: name for pk, name, path in every if any(path.startswith(p) for p in paths)}


def _registers(row: Inspection) -> list[Register]:
    """Return the registers of the inspecting unit and those below it, the newest first."""
    path = Unit.objects.get(pk=row.office_id).path
    below = Unit.objects.filter(path__startswith=path).values("id")
    return list(Register.objects.filter(unit_id__in=below).order_by("-id"))


def _page(request: Request, found: InspectionDetail, form: Any, action: str, status: int) -> HttpResponse:
    context = {
        "found": found,
        "row": found.inspection,
        "form": form,
        "title": INSPECTION_STEPS[action].name,
        "done": len(found.findings if action == "finding" else found.steps),
    }
    return render(request, "finding.html", context, status=max(status, 422) if form.errors else 200)
