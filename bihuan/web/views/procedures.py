"""Procedures: the versions, one in words, a new version with what it would change, and which register follows it."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from bihuan.actions.adopt import Adopted, adopt_procedure
from bihuan.actions.house import publish_procedure
from bihuan.ledger.derive import parsed
from bihuan.models import Procedure, Register
from bihuan.queries.dry_run import DryRun, dry_run
from bihuan.queries.people import person_names, unit_labels
from bihuan.queries.procedure_words import differences, parts
from bihuan.queries.procedures import Version, campaign_names, run_by, version_of, versions
from bihuan.queries.scope import Scope
from bihuan.rules.errors import BihuanError
from bihuan.rules.permissions import Duty
from bihuan.rules.procedure import ProcedureFaults, load
from bihuan.web import dates
from bihuan.web.access import Request, opens_to
from bihuan.web.errors import refusals, status_of
from bihuan.web.forms.procedures import AdoptForm, ProcedureText

_VERSION = re.compile(r"^version\s*=\s*\d+", re.MULTILINE)


@opens_to(Duty.PROCEDURES)
def page(request: Request) -> HttpResponse:
    """List the versions of every procedure, and the registers that follow each."""
    found = versions()
    context = {
        "versions": found,
        "latest": _latest(found),
        "people": person_names({v.published_by for v in found}),
    }
    return render(request, "procedures.html", context)


def _latest(found: list[Version]) -> set[int]:
    newest: dict[str, int] = {}
    for version in found:
        newest.setdefault(version.row.code, version.row.pk)
    return set(newest.values())


@opens_to(Duty.PROCEDURES)
def one(request: Request, procedure_id: int) -> HttpResponse:
    """Show a version in words, what it says otherwise than the one before, and who may follow it."""
    return _one(request, version_of(procedure_id), None)


def _one(request: Request, version: Version, form: AdoptForm | None, **more: Any) -> HttpResponse:
    row, status = version.row, 200
    known = versions(row.code)
    older = next((v.row for v in known if v.row.version < row.version), None)
    others = _others(request.who, row)
    if others and form is None:
        form = AdoptForm(others, campaign_names(others))
    if form is not None and form.errors:
        status = 422
    context = {
        "version": version,
        "known": known,
        "parts": parts(parsed(row.text)),
        "older": older,
        "differences": differences(parsed(older.text), parsed(row.text)) if older else [],
        "people": person_names({version.published_by}),
        "form": form,
        "reads": request.who.actor.may(Duty.READ),
        **more,
    }
    return render(request, "procedure.html", context, status=status)


def _others(who: Scope, row: Procedure) -> list[Register]:
    """The registers of this procedure that follow another version, where this person may change that."""
    return [r for r in run_by(who, row.code) if r.procedure_id != row.pk]


@opens_to(Duty.PROCEDURES)
def file(request: Request, procedure_id: int) -> HttpResponse:
    """Hand out the version as it was published."""
    row = version_of(procedure_id).row
    response = HttpResponse(row.text, content_type="application/toml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{row.code}-{row.version}.toml"'
    return response


@opens_to(Duty.PROCEDURES, "GET", "POST")
def new(request: Request) -> HttpResponse:
    """Check the text of a version, show what it would change, and publish it."""
    if request.method == "GET":
        initial = {"text": _proposed(request.GET.get("from", ""))}
        return render(request, "procedure_new.html", {"form": ProcedureText(initial=initial)})
    form = ProcedureText(request.POST, request.FILES)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        text = form.cleaned_data["text"]
        form = context["form"] = ProcedureText({"text": text})
        form.is_valid()
        try:
            context |= _checked(request.who, text)
            if request.POST.get("do") == "publish":
                return _publish(request, text)
        except ProcedureFaults as faults:
            context["faults"], context["lines"] = faults.problems, dict(enumerate(text.splitlines(), 1))
            return render(request, "procedure_new.html", context, status=422)
        except BihuanError as error:
            form.add_error(None, str(error))
            return render(request, "procedure_new.html", context, status=status_of(error))
    return render(request, "procedure_new.html", context, status=422 if form.errors else 200)


def _proposed(origin: str) -> str:
    """Return the text to begin with: that of a version, with the next number."""
    if not (origin.isascii() and origin.isdigit()):
        return ""
    row = version_of(int(origin)).row
    following = versions(row.code)[0].row.version + 1
    return _VERSION.sub(f"version = {following}", row.text, count=1)


def _publish(request: Request, text: str) -> HttpResponse:
    made = publish_procedure(request.who.actor, dates.now(), text)
    row = Procedure.objects.get(pk=made)
    messages.success(
        request, f"已发布“{row.name}”第{row.version}版。各清单仍按原来的版本办理，要改用的请在下面选定。"
    )
    return redirect("procedures-one", made)


def _checked(who: Scope, text: str) -> dict[str, Any]:
    """Return what a sound text says, and what it would change. Raises ProcedureFaults."""
    procedure = load(text, "规程")
    known = versions(procedure.code)
    registers = run_by(who, procedure.code)
    return {
        "procedure": procedure,
        "parts": parts(procedure),
        "older": known[0].row if known else None,
        "differences": differences(parsed(known[0].row.text), procedure) if known else [],
        "registers": registers,
        **_tried(registers, procedure),
    }


def _tried(registers: list[Register], procedure: Any) -> dict[str, Any]:
    tried: DryRun | None = dry_run([r.pk for r in registers], procedure, dates.now()) if registers else None
    return {"tried": tried, "units": unit_labels() if tried else {}}


@opens_to(Duty.CAMPAIGNS, "POST")
def adopt(request: Request, procedure_id: int) -> HttpResponse:
    """Try a register with this version, or let it follow the version."""
    version = version_of(procedure_id)
    others = _others(request.who, version.row)
    form = AdoptForm(others, campaign_names(others), request.POST)
    if not form.is_valid():
        return _one(request, version, form)
    register = form.register()
    if request.POST.get("do") == "try":
        tried = _tried([register], parsed(version.row.text))
        return _one(request, version, form, registers=[register], **tried)
    with refusals(form):
        done = adopt_procedure(
            request.who.actor, dates.now(), register.pk, procedure_id,
            migrate=form.cleaned_data["migrate"], reason=form.cleaned_data["reason"],
        )  # fmt: skip
        messages.success(request, _told(register, version.row, done))
        return redirect("procedures-one", procedure_id)
    return _one(request, version, form)


def _told(register: Register, row: Procedure, done: Adopted) -> str:
    left = "；".join(
        f"{len(numbers)}个仍按原版（{why}）：{'、'.join(numbers)}" for why, numbers in done.left.items()
    )
    text = f"“{register.name}”改用第{row.version}版，{done.migrated}个事项随之改用。"
    return f"{text}{left}。" if left else text
