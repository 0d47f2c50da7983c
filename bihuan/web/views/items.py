"""The register: a list of items, filtered, sorted and paged; the address says it all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bihuan.actions import register as register_item
from bihuan.models import Item, Register, Tally, Unit
from bihuan.queries.items import SORTS, page_of
from bihuan.queries.people import directory
from bihuan.queries.scope import Scope
from bihuan.rules.errors import BihuanError, NotAllowed
from bihuan.rules.permissions import Duty, Role
from bihuan.rules.timers import WAITING_NAMES
from bihuan.rules.workflow import STATE_NAMES
from bihuan.web import dates, filters
from bihuan.web.access import Request, opens_to
from bihuan.web.forms.register import NewItem
from bihuan.web.procedures import procedure_of_register, state_labels

PAGE = 50
#: More classes than this are not offered for choosing; they can be searched for.
MOST_CLASSES = 200


@opens_to(Duty.READ)
def page(request: Request) -> HttpResponse:
    """Show one page of the list; a fragment when only the rows are asked for."""
    who, chosen = request.who, filters.read(request.GET)
    registers = filters.registers_of(chosen, who)
    after = request.GET.get("after", "")
    wanted = filters.filter_of(chosen, registers, who)
    found = page_of(wanted, sort=chosen.sort, after=after, size=PAGE)
    context: dict[str, Any] = {
        "chosen": chosen,
        "page": found,
        "rows": found.rows,
        "owners": _owner_names(found.rows),
        "state_names": state_labels(found.rows),
        "query": chosen.query(),
        "after": after,
        "at": dates.now(),
        "many_registers": len(registers) > 1,
        "register_names": {r.pk: r.name for r in registers},
        "waiting_names": WAITING_NAMES,
    }
    if request.htmx:
        response = render(request, "items.html#list", context)
        response["HX-Push-Url"] = _address(chosen, after)
        return response
    parts = filters.PARTS if wanted.units is not None else {}
    return render(
        request, "items.html", context | _choices(who, chosen, registers) | {"parts": parts.items()}
    )


def _address(chosen: filters.Chosen, after: str) -> str:
    """Return the address of this page of the list, with nothing in it that was not chosen."""
    parts = [part for part in (chosen.query(), f"after={quote(after)}" if after else "") if part]
    return reverse("items") + (f"?{'&'.join(parts)}" if parts else "")


def _owner_names(rows: Sequence[Item]) -> dict[int, str]:
    return dict(Unit.objects.filter(pk__in={i.owner_id for i in rows}).values_list("id", "name"))


def _choices(who: Scope, chosen: filters.Chosen, registers: Sequence[Register]) -> dict[str, Any]:
    """Return what the fields of the filter offer: only what occurs in the registers at hand."""
    units, classes = _occurring([r.pk for r in registers])
    offered = who.registers if not chosen.campaign else registers_of_campaign(who, chosen)
    return {
        "campaigns": who.campaigns,
        "registers": offered,
        "states": list(STATE_NAMES.items()),
        "groups": [(key, name) for key, (name, _) in filters.GROUPS.items()],
        "colours": filters.COLOUR_CHOICES,
        "units": units,
        "classes": classes[:MOST_CLASSES],
        "sorts": [(key, name) for key, (name, _) in SORTS.items()],
        "may_register": bool(own_registers(who)),
    }


def registers_of_campaign(who: Scope, chosen: filters.Chosen) -> list[Register]:
    """Return the registers of the chosen campaign."""
    return who.registers_in(filters.campaign_of(chosen.campaign, who))


def _occurring(registers: list[int]) -> tuple[list[tuple[int, str]], list[str]]:
    """Return the owners (id, name) and the classes that occur in ``registers``, by the counters."""
    rows = Tally.objects.filter(register_id__in=registers, facet__in=("unit", "class"), items__gt=0)
    pairs = set(rows.order_by().values_list("facet", "label"))
    ids = {int(label) for facet, label in pairs if facet == "unit"}
    names = Unit.objects.filter(pk__in=ids).order_by("sort", "id").values_list("id", "name")
    return list(names), sorted(label for facet, label in pairs if facet == "class")


def own_registers(who: Scope) -> list[Register]:
    """Return the registers in which this person may register items."""
    held = {g.unit: g for g in who.actor.grants if g.role is Role.SUPERVISOR}
    if not held:
        return []
    paths = dict(Unit.objects.filter(pk__in={r.unit_id for r in who.registers}).values_list("id", "path"))
    return [r for r in who.registers if who.actor.holds({Role.SUPERVISOR}, paths[r.unit_id])]


@opens_to(Duty.READ, "GET", "POST")
def new(request: Request) -> HttpResponse:
    """Register one item by hand."""
    own = own_registers(request.who)
    if not own:
        raise NotAllowed("登记事项须由督办员办理，您没有这一岗位，或还没有清单。")
    wanted = filters.read(request.GET).register
    register = next((r for r in own if r.pk == wanted), own[0])
    units = directory()
    form = NewItem(procedure_of_register(register), units, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = register_item(register.pk, request.who.actor, dates.now(), **form.values())
        except BihuanError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"已登记：{done.number}。")
            return redirect("items-one", done.item)
    context = {"form": form, "register": register, "registers": own, "unit_names": list(units.units)}
    return render(request, "item_new.html", context, status=422 if form.errors else 200)
