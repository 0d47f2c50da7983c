"""The register: a list of items, filtered, sorted and paged; the address says it all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, quote

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from bihuan.actions import register as register_item
from bihuan.excel.register_out import write_register_back, write_register_plain
from bihuan.models import Item, Register, SavedView, Tally, Unit
from bihuan.queries.items import SORTS, Filter, occurring, page_of
from bihuan.queries.people import directory
from bihuan.queries.scope import Scope
from bihuan.rules.errors import BihuanError, Invalid, NotAllowed, NotFound
from bihuan.rules.figures import Sums
from bihuan.rules.permissions import DUTIES, Duty, Role
from bihuan.rules.procedure_types import Procedure
from bihuan.rules.timers import WAITING_NAMES
from bihuan.rules.workflow import STATE_NAMES, STEPS
from bihuan.web import dates, filters
from bihuan.web.access import Request, opens_to
from bihuan.web.columns import all_columns, fields_of, shown
from bihuan.web.forms.bulk import BULK_FORMS
from bihuan.web.forms.register import NewItem
from bihuan.web.procedures import procedure_of_register, state_labels
from bihuan.web.sheet import Sheet

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
    own = _procedure(registers)
    columns = all_columns(own)
    drawn = shown(columns, chosen.columns)
    found = page_of(wanted, sort=chosen.sort, after=after, size=PAGE, only=fields_of(drawn))
    more = _list_alone(who, found.rows) if request.htmx else _choices(who, chosen, wanted, found.rows)
    sheet = Sheet(
        drawn,
        more["owners"],
        state_labels(found.rows),
        {r.pk: r.name for r in registers} if len(registers) > 1 else {},
        more["may_act"],
        dates.now(),
        dates.today(),
    )
    context: dict[str, Any] = {
        "chosen": chosen,
        "page": found,
        "rows": found.rows,
        "lines": [sheet.row(item) for item in found.rows],
        "columns": drawn,
        "all_columns": columns,
        "measures": _share(found.sums),
        "actions": [(name, STEPS[name].name) for name in BULK_FORMS],
        "query": chosen.query(),
        "pairs": parse_qsl(chosen.query()),
        "after": after,
        "may_meet": who.actor.may(Duty.MEET),
        "may_case": who.actor.may(Duty.REVIEW_CASE),
        **more,
    }
    if request.htmx:
        response = render(request, "items.html#list", context)
        response["HX-Push-Url"] = _address(chosen, after)
        return response
    context["views"] = SavedView.objects.filter(person_id=who.actor.person).order_by("id")
    return render(request, "items.html", context)


def _list_alone(who: Scope, rows: Sequence[Item]) -> dict[str, Any]:
    """What the list needs where its filter stays as it is."""
    return {"may_act": bool(own_registers(who)), "owners": _units(_involved(rows)).names}


def _procedure(registers: list[Register]) -> Procedure | None:
    """Return the procedure whose own columns the list has: that of the only register."""
    return procedure_of_register(registers[0]) if len(registers) == 1 else None


def _share(sums: Sums | None) -> str:
    return f"{sums.measures_done}/{sums.measures}" if sums and sums.measures else ""


def _involved(rows: Sequence[Item]) -> set[int]:
    return {i.owner_id for i in rows} | {h for i in rows for h in i.helpers}


def _address(chosen: filters.Chosen, after: str) -> str:
    """Return the address of this page of the list, with nothing in it that was not chosen."""
    parts = [part for part in (chosen.query(), f"after={quote(after)}" if after else "") if part]
    return reverse("items") + (f"?{'&'.join(parts)}" if parts else "")


@dataclass(frozen=True)
class _Units:
    """Some units: their names in order, and their paths."""

    names: dict[int, str]
    paths: dict[int, str]


def _units(ids: set[int]) -> _Units:
    rows = list(Unit.objects.filter(pk__in=ids).order_by("sort", "id").values_list("id", "name", "path"))
    return _Units({pk: name for pk, name, _ in rows}, {pk: path for pk, _, path in rows})


def _choices(who: Scope, chosen: filters.Chosen, wanted: Filter, rows: Sequence[Item]) -> dict[str, Any]:
    """Return what the fields of the filter offer: only what occurs among the items that this person sees there."""
    owners, classes = _occurring(wanted)
    units = _units({*owners, *_involved(rows), *(r.unit_id for r in who.registers)})
    many = len({r.campaign_id for r in who.registers}) > 1
    return {
        "campaigns": who.campaigns if many else (),
        "registers": [r for r in who.registers if chosen.campaign in (0, r.campaign_id)],
        "states": list(STATE_NAMES.items()),
        "groups": [(key, name) for key, (name, _) in filters.GROUPS.items()],
        "colours": filters.COLOUR_CHOICES,
        "owners": units.names,
        "units": [(pk, name) for pk, name in units.names.items() if pk in owners],
        "classes": classes[:MOST_CLASSES],
        "more_classes": max(len(classes) - MOST_CLASSES, 0),
        "sorts": [(key, name) for key, (name, _) in SORTS.items()],
        "waits": WAITING_NAMES.items(),
        "parts": filters.PARTS.items() if wanted.units is not None else (),
        "may_register": bool(_supervised(who, units.paths)),
        "may_act": bool(_supervised(who, units.paths)),
        "may_export": who.actor.may(Duty.EXPORT) and len(wanted.registers) == 1,
    }


def _occurring(wanted: Filter) -> tuple[set[int], list[str]]:
    """Return the owners and the classes in the registers: by the counters, or among the items of ``wanted.units``."""
    if wanted.units is not None:
        pairs = occurring(wanted.registers, wanted.units)
        return {owner for owner, _ in pairs if owner}, sorted({klass for _, klass in pairs if klass})
    rows = Tally.objects.filter(register_id__in=wanted.registers, facet__in=("unit", "class"), items__gt=0)
    found = set(rows.order_by().values_list("facet", "label").distinct())
    return {int(v) for f, v in found if f == "unit"}, sorted(v for f, v in found if f == "class")


def own_registers(who: Scope) -> list[Register]:
    """Return the registers in which this person may register items."""
    return _supervised(who, _units({r.unit_id for r in who.registers}).paths)


def sampled_registers(who: Scope) -> list[Register]:
    """Return the registers from whose items this person may draw samples."""
    paths = _units({r.unit_id for r in who.registers}).paths
    return [r for r in who.registers if who.actor.holds(DUTIES[Duty.SAMPLE], paths[r.unit_id])]


def _supervised(who: Scope, paths: dict[int, str]) -> list[Register]:
    return [r for r in who.registers if who.actor.holds({Role.SUPERVISOR}, paths[r.unit_id])]


@opens_to(Duty.EXPORT)
def export(request: Request, layout: str) -> HttpResponseBase:
    """Hand out what the list shows as a workbook; what the layout has no place for is told in the file's name."""
    who, chosen = request.who, filters.read(request.GET)
    registers = filters.registers_of(chosen, who)
    if len(registers) != 1:
        raise Invalid("请先选择一个清单，再导出。")
    wanted = filters.filter_of(chosen, registers, who)
    if layout == "back":
        written = write_register_back(registers[0], wanted, dates.now())
    elif layout == "plain":
        written = write_register_plain(registers[0], wanted)
    else:
        raise NotFound("没有这种导出样式。")
    left = f"，另有{written.left_out}项原表里没有" if written.left_out else ""
    name = f"{registers[0].name}（{written.items}项{left}，{dates.today().isoformat()}）{written.suffix}"
    return FileResponse(BytesIO(written.content), as_attachment=True, filename=name)


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
