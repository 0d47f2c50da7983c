"""Bringing documents into the library: many files with their progress, and a bundle looked at before it is split."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bihuan.excel.incoming import Incoming, keep, of_token
from bihuan.library import uploads
from bihuan.library.extract import Extracted, extract_one
from bihuan.library.intake import take_evidence
from bihuan.library.store import Ready, prepare, store
from bihuan.models import LibraryUpload
from bihuan.rules.errors import BihuanError, Invalid
from bihuan.rules.permissions import Duty
from bihuan.web import dates
from bihuan.web.access import Request, opens_to
from bihuan.web.views.item import visible
from bihuan.web.views.library_search import campaign_of

#: So many batches of the past are listed.
_BATCHES = 10
#: So much of each document is shown before it is split off.
_BEGINNING = 160


@opens_to(Duty.COLLECT, "GET", "POST")
def page(request: Request) -> HttpResponse:
    """Take one or many files; a single one can be looked at first."""
    context: dict[str, Any] = {}
    if request.method == "POST":
        try:
            return _taken(request)
        except BihuanError as error:
            context["refusal"] = error
    context |= {"campaigns": request.who.campaigns, "batches": _batches(request.who.actor.person)}
    return render(request, "library_add.html", context, status=422 if "refusal" in context else 200)


def _taken(request: Request) -> HttpResponse:
    given = request.FILES.getlist("file")
    if not given:
        raise Invalid("没有选择文件。", hint="可一次选多个文件，或选一个 zip。")
    person, campaign = request.who.actor.person, campaign_of(request)
    looking = "look" in request.POST
    if looking and len(given) > 1:
        raise Invalid("看怎么拆分时一次只看一个文件。", hint="多个文件请直接收入。")
    kept = [keep(file, person) for file in given]
    if looking:
        return redirect(f"{reverse('library-split', args=[kept[0].token()])}?campaign={campaign or ''}")
    return redirect(
        "library-batch", uploads.begin([(f.name, f.digest) for f in kept], person, dates.now, campaign)
    )


def _batches(person: int) -> list[dict[str, Any]]:
    rows = LibraryUpload.objects.filter(person_id=person).order_by("-id")[:500]
    found: dict[str, list[LibraryUpload]] = {}
    for row in rows:
        found.setdefault(row.batch, []).append(row)
    return [_summary(batch, files) for batch, files in list(found.items())[:_BATCHES]]


def _summary(batch: str, files: list[LibraryUpload]) -> dict[str, Any]:
    documents = [d for row in files for d in row.documents]
    return {
        "batch": batch,
        "at": files[0].at,
        "name": files[-1].name,
        "files": len(files),
        "new": sum(new for _, _, new in documents),
        "known": sum(not new for _, _, new in documents),
        "failed": [entry for row in files for entry in row.failed],
        "documents": documents,
        "finished": sum(row.finished for row in files),
        "waiting": sum(not row.finished for row in files),
        "seen": sum(row.done for row in files),
    }


@opens_to(Duty.COLLECT, "GET", "POST")
def batch(request: Request, name: str) -> HttpResponse:
    """Show how far a batch is; each POST goes on with it for a moment."""
    person = request.who.actor.person
    files = uploads.files_of(name, person)
    if request.method == "POST":
        uploads.step(files, lambda row: Incoming(row.digest, row.name, person).content(), dates.now)
        if not request.htmx:
            return redirect("library-batch", name)
    template = "library_batch.html#progress" if request.htmx else "library_batch.html"
    return render(request, template, {"batch": _summary(name, files)})


@opens_to(Duty.COLLECT, "GET", "POST")
def split(request: Request, token: str) -> HttpResponse:
    """Show into which documents a file would be split and what would be taken out; store those that are ticked."""
    file = of_token(token, request.who.actor.person)
    read = extract_one(file.content(), file.name)
    ready = prepare(read)
    if request.method == "POST":
        return _stored(request, read, ready)
    context = {
        "file": file,
        "token": token,
        "length": len(read.text),
        "parts": [(one, one.text[:_BEGINNING]) for one in ready],
        "removed": sum(len(one.part.removed) for one in ready),
        "campaigns": request.who.campaigns,
        "campaign": request.GET.get("campaign", ""),
    }
    return render(request, "library_split.html", context)


def _stored(request: Request, read: Extracted, ready: list[Ready]) -> HttpResponse:
    wanted = set(request.POST.getlist("part"))
    chosen = [one for no, one in enumerate(ready) if str(no) in wanted]
    if not chosen:
        raise Invalid("没有勾选要收入的文档。", hint="请返回勾选后再收入。")
    done = store(read, chosen, dates.now(), campaign=campaign_of(request))
    new = sum(one.new for one in done)
    messages.success(request, f"收入 {new} 份，库里已有 {len(done) - new} 份。")
    return redirect("library-one", done[0].document) if len(done) == 1 else redirect("library")


@opens_to(Duty.COLLECT, "POST")
def evidence(request: Request, item_id: int) -> HttpResponse:
    """File the evidence of a closed item in the library."""
    found = visible(request, item_id)
    taken = take_evidence(found.item, dates.now)
    stored = sum(len(one.stored) for one in taken)
    failed = [f"{one.path}：{one.message}" for one in taken if one.code]
    messages.success(request, f"归入资料库 {stored} 份。")
    if failed:
        messages.warning(request, "没有归入：" + "；".join(failed))
    return redirect("items-one", item_id)
