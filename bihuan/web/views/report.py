"""Reports: choose, look at the figures, download; and verify a report that somebody hands in."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from bihuan.queries.counts import all_refs, figures
from bihuan.queries.scope import Scope
from bihuan.reports.check import verify_for
from bihuan.reports.stage import stage_context
from bihuan.reports.word import write_docx
from bihuan.reports.xlsx import write_xlsx
from bihuan.rules.errors import Invalid, NotFound
from bihuan.rules.figures import FIGURES, Ref
from bihuan.rules.permissions import Duty
from bihuan.web.access import Request, opens_to
from bihuan.web.forms.report import StageReport


@opens_to(Duty.REPORT)
def page(request: Request) -> HttpResponse:
    """Show the form with the figures that the report will print."""
    campaigns = request.who.whole
    form = StageReport(campaigns, request.GET if "campaign" in request.GET else None)
    context: dict[str, Any] = {"form": form, "campaigns": campaigns, "query": request.GET.urlencode()}
    if form.is_valid():
        context |= {
            "campaign": form.chosen(),
            "as_of": form.instant(),
            "figures": _figures(request.who, form),
        }
    template = "report.html#preview" if request.htmx else "report.html"
    return render(request, template, context, status=422 if form.errors else 200)


@opens_to(Duty.REPORT)
def file(request: Request, kind: str) -> HttpResponseBase:
    """Hand out the report as a Word or an Excel file."""
    if kind not in {"docx", "xlsx"}:
        raise NotFound("没有这种格式的报告。", hint="可下载 docx 或 xlsx。")
    form = StageReport(request.who.whole, request.GET)
    if not form.is_valid():
        raise Invalid("报告的选项有误：" + "".join(str(e) for errors in form.errors.values() for e in errors))
    period_from = form.cleaned_data["since"]
    context = stage_context(
        form.chosen(), form.instant(), period_from=period_from, letterhead=form.letterhead()
    )
    content = write_docx(context, form.template()) if kind == "docx" else write_xlsx(context)
    return FileResponse(BytesIO(content), as_attachment=True, filename=form.file_name(kind))


@opens_to(Duty.REPORT, "POST")
def check(request: Request) -> HttpResponse:
    """Verify an uploaded report against the ledger."""
    given = request.FILES.get("file")
    context = {"verdict": verify_for(request.who, given), "name": given.name if given else ""}
    return render(request, "report_check.html#verdict" if request.htmx else "report_check.html", context)


def _figures(who: Scope, form: StageReport) -> list[tuple[Any, str]]:
    """Return each figure's definition with its value."""
    registers = [r.pk for r in who.registers_in(form.chosen())]
    values = figures(all_refs(), registers, as_of=form.instant())
    return [(FIGURES[Ref.parse(ref).name], value) for ref, value in values.items()]
