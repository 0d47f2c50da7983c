"""Decomposition: the tasks that a document asks for, beside its text; those that a clerk accepts become items."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from bihuan.ledger.scan import scanned
from bihuan.library.extract import extract_one
from bihuan.library.intake import take
from bihuan.library.marking import paragraphs
from bihuan.library.store import document_of
from bihuan.library.tasks.accept import Accepted, Proposal, accept, corrected
from bihuan.library.tasks.decompose import Task, decompose
from bihuan.models import Document
from bihuan.queries.calendar import calendar_now
from bihuan.queries.people import Directory, directory
from bihuan.rules.errors import BihuanError, Invalid
from bihuan.rules.permissions import Duty
from bihuan.web import dates
from bihuan.web.access import Request, opens_to
from bihuan.web.views.items import own_registers
from bihuan.web.views.library_search import campaign_of

_RECENT = 12


@dataclass(frozen=True)
class Row:
    """A proposed task as its form shows it: with what was typed, or as it was read."""

    no: int
    task: Task
    take: bool
    text: str
    owner: str
    helpers: str
    due: str
    ongoing: bool
    unknown: str = ""


@opens_to(Duty.COLLECT, "GET", "POST")
def start(request: Request) -> HttpResponse:
    """Choose a document of the library, or bring one: it is taken into the library first, so that tasks can name their source."""
    context: dict[str, Any] = {}
    if request.method == "POST":
        try:
            return redirect("library-decompose-one", _brought(request))
        except BihuanError as error:
            context["refusal"] = error
    kinds = ("讲话", "方案", "报告", "意见", "通知", "决定", "纪要", "汇报")
    context["recent"] = (
        Document.objects.filter(kind__in=kinds).only("id", "title", "kind", "date").order_by("-id")[:_RECENT]
    )
    context["campaigns"] = request.who.campaigns
    return render(request, "library_decompose.html", context, status=422 if "refusal" in context else 200)


def _brought(request: Request) -> int:
    upload = request.FILES.get("file")
    if upload is None:
        raise Invalid("没有选择文件。", hint="请选择要分解的讲话、方案或报告。")
    scanned(upload)
    taken = take(extract_one(upload.read(), upload.name or "文件"), dates.now, campaign_of(request))
    if len(taken.stored) != 1:
        raise Invalid(
            f"这个文件里有 {len(taken.stored)} 份文档，都已收入资料库。",
            hint="请在资料库里打开要分解的那一份。",
        )
    return taken.stored[0].document


@opens_to(Duty.COLLECT, "GET", "POST")
def one(request: Request, document_id: int) -> HttpResponse:
    """Show the proposed tasks beside the text; register those that were accepted, all of them or none."""
    document = document_of(document_id)
    base = dates.read_day(request.GET.get("base", "")) or document.date or dates.today()
    tasks = decompose(document.text, base=base, calendar=calendar_now())
    units = directory()
    rows = [_row(n, t) for n, t in enumerate(tasks, 1)]
    context: dict[str, Any] = {"document": document, "base": base}
    status = 200
    if request.method == "POST":
        rows = [_given(n, t, request.POST) for n, t in enumerate(tasks, 1)]
        try:
            done = _accept(request, document, rows)
        except BihuanError as error:
            context["refusal"], status = error, 422
        else:
            return _told(request, done)
    spans = [(t.start, t.end) for t in tasks]
    context |= {
        "rows": [replace(row, unknown="、".join(_unknown(row, units))) for row in rows],
        "lines": list(paragraphs(document.text, spans, document.outline)),
        "registers": own_registers(request.who),
        "register": request.POST.get("register", ""),
        "units": units.units,
    }
    return render(request, "library_tasks.html", context, status=status)


def _row(no: int, task: Task) -> Row:
    due = task.due.isoformat() if task.due else ""
    return Row(no, task, True, task.text, task.owner, "、".join(task.helpers), due, task.ongoing)


def _given(no: int, task: Task, given: QueryDict) -> Row:
    def field(name: str) -> str:
        return given.get(f"{name}-{no}", "").strip()

    return Row(
        no,
        task,
        field("take") == "1",
        field("text"),
        field("owner"),
        field("helpers"),
        field("due"),
        field("ongoing") == "1",
    )


def _accept(request: Request, document: Document, rows: list[Row]) -> list[Accepted]:
    registers = {str(r.pk): r for r in own_registers(request.who)}
    register = registers.get(request.POST.get("register", ""))
    if register is None:
        raise Invalid("没有选择登记到哪个清单。", hint="请选择一个清单。")
    chosen = [row for row in rows if row.take]
    if not chosen:
        raise Invalid("没有采用任何任务。", hint="请至少勾选一条。")
    return accept(list(_proposals(chosen, document)), register.pk, request.who.actor, dates.now())


def _proposals(rows: list[Row], document: Document) -> Iterator[Proposal]:
    """The tasks as corrected. A unit that was typed must be one of the ledger's; one that was read stays empty and is told."""
    units = directory()
    for row in rows:
        task = row.task
        typed = set(_unknown(row, units)) - set(_unknown(_row(row.no, task), units))
        if typed:
            raise Invalid(
                f"第 {row.no} 条：台账里没有“{'、'.join(sorted(typed))}”。",
                hint="请从单位列表中选择，或清空。",
            )
        for name in ("text", "owner", "helpers", "due"):
            if getattr(row, name) != _as_read(row.task, name):
                task = corrected(task, name, getattr(row, name))
        if row.ongoing != row.task.ongoing:
            task = corrected(task, "ongoing", "是" if row.ongoing else "")
        yield Proposal(row.no, task, row.task, document.title, document.text, document.digest)


def _unknown(row: Row, units: Directory) -> list[str]:
    named = [row.owner, *row.helpers.replace("，", "、").split("、")]
    return [name for name in map(str.strip, named) if name and units.id_of(name) is None]


def _as_read(task: Task, name: str) -> str:
    plain = _row(0, task)
    return str(getattr(plain, name))


def _told(request: Request, done: list[Accepted]) -> HttpResponse:
    new = [one.number for one in done if not one.already]
    already = len(done) - len(new)
    said = f"已登记 {len(new)} 项：{'、'.join(new)}。" if new else "没有新登记。"
    messages.success(request, said + (f"原已登记 {already} 项。" if already else ""))
    unknown = sorted({name for one in done for name in one.unknown})
    if unknown:
        messages.warning(request, f"台账里没有这些单位，没有填，请在交办时指定：{'、'.join(unknown)}。")
    return redirect(f"{reverse('items')}?register={request.POST['register']}")
