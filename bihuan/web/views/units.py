"""Units: the tree, and the ways in which each is written."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from bihuan.actions.house import change_unit, create_unit
from bihuan.models import Unit, UnitAlias
from bihuan.queries.people import directory
from bihuan.rules.errors import BihuanError, NotFound
from bihuan.rules.permissions import DUTIES, Actor, Duty
from bihuan.web import dates
from bihuan.web.access import Request, opens_to
from bihuan.web.forms.house import UnitForm


@dataclass(frozen=True)
class Branch:
    """A unit in its place: how deep it lies, and its other names."""

    unit: Unit
    depth: int
    aliases: list[str]
    mine: bool


@opens_to(Duty.UNITS, "GET", "POST")
def page(request: Request) -> HttpResponse:
    """Show the tree of units; add one."""
    units = directory()
    form = UnitForm(units, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            create_unit(
                request.who.actor,
                dates.now(),
                given["name"],
                parent=given["parent"] or 0,
                aliases=given["aliases"],
            )
        except BihuanError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"已新增单位“{given['name']}”。")
            return redirect("units")
    context = {"tree": _tree(request.who.actor), "form": form, "unit_names": list(units.units)}
    return render(request, "units.html", context, status=422 if form.errors else 200)


@opens_to(Duty.UNITS, "GET", "POST")
def one(request: Request, unit_id: int) -> HttpResponse:
    """Rename, move or retire a unit, or set its aliases."""
    branch = next((b for b in _tree(request.who.actor) if b.unit.pk == unit_id), None)
    if branch is None:
        raise NotFound("没有这个单位。")
    units = directory()
    known = {"name": branch.unit.name, "aliases": "、".join(branch.aliases)}
    known["parent"] = units.labels.get(branch.unit.parent_id, "")
    form = UnitForm(units, request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            _change(request, branch, form)
        except BihuanError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"“{form.cleaned_data['name']}”已保存。")
            return redirect("units")
    context = {"branch": branch, "form": form, "unit_names": list(units.units)}
    return render(request, "unit.html", context, status=422 if form.errors else 200)


def _change(request: Request, branch: Branch, form: UnitForm) -> None:
    given, unit = form.cleaned_data, branch.unit
    active = "retire" not in request.POST
    change_unit(
        request.who.actor,
        dates.now(),
        unit.pk,
        name=given["name"] if given["name"] != unit.name else None,
        parent=(given["parent"] or 0) if (given["parent"] or 0) != unit.parent_id else None,
        aliases=given["aliases"] if given["aliases"] != branch.aliases else None,
        active=active if active != unit.active else None,
    )


def _tree(actor: Actor) -> list[Branch]:
    """Return every unit below its parent; ``mine`` are those that this person looks after."""
    aliases: dict[int, list[str]] = {}
    for alias, unit in UnitAlias.objects.order_by("alias").values_list("alias", "unit_id"):
        aliases.setdefault(unit, []).append(alias)
    units = sorted(Unit.objects.all(), key=lambda u: [int(part) for part in u.path.strip("/").split("/")])
    return [
        Branch(u, u.path.count("/") - 2, aliases.get(u.pk, []), actor.holds(DUTIES[Duty.UNITS], u.path))
        for u in units
    ]
