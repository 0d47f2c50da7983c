"""Units: the tree, the ways in which each is written, moving one to another place, merging one into another."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from bihuan.actions.house import change_unit, create_unit
from bihuan.actions.merge_unit import merge_unit
from bihuan.models import Unit, UnitAlias
from bihuan.queries.people import directory
from bihuan.queries.units import kept_unit, load_of, merge_of, move_of, tree, why_not_below, why_not_into
from bihuan.rules.errors import NotFound
from bihuan.rules.permissions import DUTIES, Duty, Role
from bihuan.web import dates
from bihuan.web.access import Request, opens_to
from bihuan.web.errors import refusals
from bihuan.web.forms.house import MergeForm, MoveForm, UnitForm


@opens_to(Duty.UNITS, "GET", "POST")
def page(request: Request) -> HttpResponse:
    """Show the tree of units; add one."""
    units = directory()
    form = UnitForm(units, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with refusals(form):
            create_unit(
                request.who.actor,
                dates.now(),
                given["name"],
                parent=given["parent"] or 0,
                aliases=given["aliases"],
            )
            messages.success(request, f"已新增单位“{given['name']}”。")
            return redirect("units")
    context = {
        "tree": tree(request.who.actor),
        "count": len(units.labels),
        "form": form,
        "unit_names": list(units.units),
        "at_top": any(g.role is Role.SYSTEM_ADMIN for g in request.who.actor.grants),
    }
    return render(request, "units.html", context, status=422 if form.errors else 200)


@opens_to(Duty.UNITS, "GET", "POST")
def one(request: Request, unit_id: int) -> HttpResponse:
    """Rename or retire a unit, or set its aliases."""
    unit, units = _unit(unit_id), directory()
    aliases = list(
        UnitAlias.objects.filter(unit_id=unit_id).order_by("alias").values_list("alias", flat=True)
    )
    form = UnitForm(
        units, request.POST or None, placed=True, initial={"name": unit.name, "aliases": "、".join(aliases)}
    )
    if request.method == "POST" and form.is_valid():
        given, active = form.cleaned_data, "retire" not in request.POST
        with refusals(form):
            change_unit(
                request.who.actor,
                dates.now(),
                unit_id,
                name=given["name"] if given["name"] != unit.name else None,
                aliases=given["aliases"] if given["aliases"] != aliases else None,
                active=active if active != unit.active else None,
            )
            messages.success(request, f"“{given['name']}”已保存。")
            return redirect("units")
    context = {
        "unit": unit,
        "above": units.labels.get(unit.parent_id, ""),
        "form": form,
        "load": load_of([unit_id]),
        "mine": request.who.actor.holds(DUTIES[Duty.UNITS], unit.path),
    }
    return render(request, "unit.html", context, status=422 if form.errors else 200)


@opens_to(Duty.UNITS, "GET", "POST")
def move(request: Request, unit_id: int) -> HttpResponse:
    """Choose where a unit is to stand, see what goes with it, and move it."""
    unit = kept_unit(request.who.actor, unit_id)
    form = MoveForm(directory(), _given(request))
    if form.is_valid():
        above = Unit.objects.filter(pk=form.cleaned_data["parent"] or 0).first()
        if request.method == "POST":
            with refusals(form):
                change_unit(request.who.actor, dates.now(), unit_id, parent=above.pk if above else 0)
                place = f"“{above.name}”之下" if above else "顶级"
                messages.success(request, f"“{unit.name}”已移到{place}。")
                return redirect("units")
        elif why := why_not_below(unit, above):
            form.add_error("parent", why)
        if not form.errors:
            return _asked(request, unit, form, move=move_of(unit, above), above=above)
    return _asked(request, unit, form)


def _given(request: Request) -> Any:
    """Return what was chosen: sent, or in the address (after a drag, or the first step of the form)."""
    if request.method == "POST":
        return request.POST
    return request.GET if "parent" in request.GET or "into" in request.GET else None


def _asked(request: Request, unit: Unit, form: forms.Form, **more: Any) -> HttpResponse:
    units = directory()
    context = {"unit": unit, "form": form, "unit_names": list(units.units), "labels": units.labels, **more}
    template = "unit_merge.html" if isinstance(form, MergeForm) else "unit_move.html"
    return render(request, template, context, status=422 if form.errors else 200)


@opens_to(Duty.UNITS, "GET", "POST")
def merge(request: Request, unit_id: int) -> HttpResponse:
    """Choose the unit into which this one is merged, see what goes over, and merge it."""
    unit = kept_unit(request.who.actor, unit_id)
    form = MergeForm(directory(), _given(request), sure=request.method == "POST")
    if not form.is_valid():
        return _asked(request, unit, form, merge=merge_of(unit) if form.heir() else None, heir=form.heir())
    heir = form.heir()
    assert heir is not None
    if request.method == "POST":
        with refusals(form):
            done = merge_unit(
                request.who.actor, dates.now(), unit_id, heir.pk, reason=form.cleaned_data["reason"]
            )
            messages.success(
                request,
                f"已把“{unit.name}”并入“{heir.name}”：转入事项{done.items}个、人员{done.people}名（留痕 #{done.seq}）。",
            )
            return redirect("units-one", heir.pk)
    elif why := why_not_into(unit, heir):
        form.add_error("into", why)
    return _asked(request, unit, form, merge=merge_of(unit), heir=heir)


def _unit(unit_id: int) -> Unit:
    unit = Unit.objects.filter(pk=unit_id).first()
    if unit is None:
        raise NotFound("没有这个单位。")
    return unit
