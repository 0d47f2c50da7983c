"""Import: bring a file, look at what it would become, correct the mapping, commit; and what was imported before."""

from __future__ import annotations

from datetime import date
from typing import Any, cast
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bihuan.actions.house import create_campaign, create_register, keep_mapping
from bihuan.excel.commit import Closed, Committed
from bihuan.excel.files import import_file
from bihuan.excel.incoming import Incoming, keep, of_token
from bihuan.excel.preview import Preview
from bihuan.ledger.append import alone
from bihuan.models import Campaign, Import, Register
from bihuan.queries.people import person_names
from bihuan.queries.scope import Scope
from bihuan.rules.errors import BihuanError, Invalid, NotFound
from bihuan.rules.permissions import Duty
from bihuan.web import dates, import_done, import_page
from bihuan.web.access import Request, opens_to
from bihuan.web.errors import status_of
from bihuan.web.forms.imports import NEW, TakeIn, latest_procedures
from bihuan.web.views.items import own_registers

_HISTORY = 20


@opens_to(Duty.IMPORT, "GET", "POST")
def page(request: Request) -> HttpResponse:
    """Take a file in, and show what was imported before."""
    context: dict[str, Any] = {}
    if request.method == "POST":
        try:
            file = _taken(request)
        except BihuanError as error:
            context["refusal"] = error
        else:
            return redirect("import-preview", file.token())
    context |= _history(request.who, request.GET.get("before", ""))
    return render(request, "import.html", context, status=422 if "refusal" in context else 200)


def _taken(request: Request) -> Incoming:
    """Keep the uploaded file once it can be read. Raises FileRefused and the like."""
    upload = request.FILES.get("file")
    if upload is None:
        raise Invalid("没有选择文件。", hint="请选择 Excel 或 CSV 台账。")
    file = keep(upload, request.who.actor.person)
    import_page.read(file, None, {})
    return file


def _history(who: Scope, before: str) -> dict[str, Any]:
    found = Import.objects.filter(register_id__in=[r.pk for r in who.registers]).order_by("-id")
    if before.isascii() and before.isdigit():
        found = found.filter(pk__lt=int(before))
    rows = list(found[: _HISTORY + 1])
    return {
        "history": rows[:_HISTORY],
        "older": rows[_HISTORY - 1].pk if len(rows) > _HISTORY else 0,
        "register_names": {r.pk: r.name for r in who.registers},
        "own": {r.pk for r in own_registers(who)},
        "people": person_names({i.actor_id for i in rows}),
    }


@opens_to(Duty.IMPORT)
def one(request: Request, import_id: int) -> HttpResponse:
    """Show what an earlier import changed."""
    registers = {r.pk: r for r in own_registers(request.who)}
    found = Import.objects.filter(pk=import_id, register_id__in=list(registers)).first()
    if found is None:
        raise NotFound("没有这次导入，或它写入的清单不归您督办。")
    register = registers[found.register_id]
    context = {"found": found, "register": register, "person": person_names({found.actor_id})[found.actor_id]}
    return render(request, "import_one.html", context | import_done.changed(found, register))


@opens_to(Duty.IMPORT, "GET", "POST")
def preview(request: Request, token: str) -> HttpResponse:
    """Show what the file would become; commit it when it is sent."""
    file = of_token(token, request.who.actor.person)
    given = request.POST if request.method == "POST" else request.GET
    mapped, base = import_page.wanted(given.getlist("map")), dates.read_day(given.get("base", ""))
    plain = import_page.read(file, base, {})
    chosen = import_page.corrections(plain, mapped)
    found = import_page.read(file, base, chosen)
    registers = own_registers(request.who)
    closed = sum(row.state == "closed" for sheet in found.sheets for row in sheet.rows)
    form = TakeIn(registers, closed, request.POST or None, initial=_proposed(registers, file))
    if request.method == "POST" and form.is_valid():
        try:
            register, done = _commit(request, file, base, chosen, form)
        except BihuanError as error:
            form.add_error(None, str(error))
            status = status_of(error)
        else:
            return render(request, "import_done.html", {"register": register, "done": done, "file": file})
    else:
        status = 422 if form.errors else 200
    context = _context(request, plain, found, mapped) | {
        "file": file,
        "token": token,
        "form": form,
        "base": base,
        "seconds": import_page.seconds(found),
    }
    template = "import_preview.html#preview" if request.htmx else "import_preview.html"
    response = render(request, template, context, status=status)
    if request.htmx:
        response["HX-Push-Url"] = reverse("import-preview", args=[token]) + _query(
            request, plain, mapped, base
        )
    return response


def _context(request: Request, plain: Preview, found: Preview, mapped: import_page.Mapped) -> dict[str, Any]:
    tabs = import_page.tabs(found)
    fullest = max(tabs, key=lambda tab: (tab.items, -tab.number)).number if tabs else 0
    number = min(_index(request, "sheet", fullest), max(len(tabs) - 1, 0))
    doubtful = request.GET.get("doubts") == "1"
    return {
        "found": found,
        "tabs": tabs,
        "counts": import_page.counts(found),
        "errors": sum(len(problem.also) + 1 for problem in found.errors),
        "severities": import_page.SEVERITIES,
        "shown": import_page.shown(plain, found, number, _index(request, "from", 0), doubtful=doubtful)
        if tabs
        else None,
        "doubtful": doubtful,
        "choices": import_page.choices(),
        "pairs": import_page.pairs_of(mapped),
        "other_pairs": import_page.pairs_of({n: c for n, c in mapped.items() if n != number}),
    }


def _index(request: Request, name: str, default: int) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else default


def _query(request: Request, plain: Preview, mapped: import_page.Mapped, base: date | None) -> str:
    """Return the query that opens the same preview again, with nothing in it that was not chosen."""
    wrong = import_page.corrections(plain, mapped)
    kept = {
        number: wrong[sheet.fingerprint]
        for number, sheet in enumerate(plain.sheets)
        if sheet.fingerprint in wrong
    }
    pairs = [("map", pair) for pair in import_page.pairs_of(kept)]
    pairs += [(name, request.GET[name]) for name in ("sheet", "from", "doubts") if request.GET.get(name)]
    pairs += [("base", base.isoformat())] if base else []
    return f"?{urlencode(pairs)}" if pairs else ""


def _proposed(registers: list[Register], file: Incoming) -> dict[str, Any]:
    """Propose the register that a file of this name went to last; a new one where there is none."""
    last = (
        Import.objects.filter(file=file.name, register_id__in=[r.pk for r in registers])
        .order_by("-id")
        .first()
    )
    stem = file.name.rpartition(".")[0] or file.name
    register = str(last.register_id) if last else ("" if registers else NEW)
    usual = next((p.pk for p in latest_procedures() if p.code == "rectification"), None)
    return {"register": register, "campaign": stem, "name": stem, "procedure": usual, "closed": "reprove"}


def _commit(
    request: Request, file: Incoming, base: date | None, chosen: dict[str, dict[str, str]], form: TakeIn
) -> tuple[Register, Committed]:
    """Open the register if it is new, keep the corrections, and enter the rows: all of it, or nothing."""
    actor, now = request.who.actor, dates.now()
    with alone():
        register = _register(request, form)
        for fingerprint, columns in chosen.items():
            keep_mapping(actor, now, fingerprint, columns)
        closed = cast(Closed, form.cleaned_data.get("closed") or "reprove")
        _, done = import_file(file.content(), file.name, register.pk, actor, now, base=base, closed=closed)
    return register, done


def _register(request: Request, form: TakeIn) -> Register:
    given, actor, now = form.cleaned_data, request.who.actor, dates.now()
    if given["register"] != NEW:
        return form.registers[given["register"]]
    campaign = Campaign.objects.filter(name=given["campaign"]).first()
    campaign_id = campaign.pk if campaign else create_campaign(actor, now, given["campaign"], actor.unit)
    register_id = create_register(actor, now, campaign_id, given["name"], int(given["procedure"]))
    return Register.objects.get(pk=register_id)
