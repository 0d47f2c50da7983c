"""Reports: choose, read it with each figure leading to its facts, download; and verify a report that somebody hands in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from io import BytesIO
from typing import Any

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from bihuan.models import Campaign
from bihuan.queries.counts import all_refs, figures
from bihuan.reports.check import verify_for
from bihuan.reports.context import StageContext
from bihuan.reports.preview import Part, Piece, preview
from bihuan.reports.stage import position_now, stage_context
from bihuan.reports.verdict import Checked, Verdict
from bihuan.reports.word import write_docx
from bihuan.reports.xlsx import write_xlsx
from bihuan.rules.errors import Invalid, NotFound
from bihuan.rules.figures import FIGURES
from bihuan.rules.permissions import Duty
from bihuan.web import later
from bihuan.web.access import Request, opens_to
from bihuan.web.facts import facts_address
from bihuan.web.forms.report import StageReport

Link = Callable[[str], str]
#: The text of a report names each item; of more than this nobody reads it in a page, and the file is handed out alone.
MOST_READ = 3_000


@opens_to(Duty.REPORT)
def page(request: Request) -> HttpResponse:
    """Show the form with the report as it will be handed out."""
    campaigns = request.who.whole
    form = StageReport(campaigns, request.GET if "campaign" in request.GET else None)
    context: dict[str, Any] = {"form": form, "campaigns": campaigns, "query": later.query_of(request)}
    if form.is_valid():
        registers = [r.pk for r in request.who.registers_in(form.chosen())]
        heavy = later.more_than(later.MANY_ITEMS, registers)
        context["campaign"] = form.chosen()
        context["later"] = later.put_off(request, heavy)
        if not context["later"]:
            context |= _preview(form, registers)
    template = "report.html#preview" if request.htmx else "report.html"
    return render(request, template, context, status=422 if form.errors else 200)


def _preview(form: StageReport, registers: list[int]) -> dict[str, Any]:
    """The report's own text, read back from the file that would be handed out, and every figure with its definition."""
    campaign, too_long = form.chosen(), later.more_than(MOST_READ, registers)
    report = None if too_long else _context(form)
    at = report.as_of if report else form.instant()
    seq = (report.position if report else position_now()).seq
    values = figures(all_refs(), registers, as_of=at, upto=seq)
    written = preview(write_docx(report, form.template())) if report else []
    return {
        "as_of": at,
        "since": form.cleaned_data["since"],
        "too_long": MOST_READ if too_long else 0,
        "parts": [_shown(part, _links(campaign, at, seq)) for part in written],
        "figures": [
            (FIGURES[ref], value, facts_address(campaign.pk, ref, at, seq)) for ref, value in values.items()
        ],
    }


def _shown(part: Part, link: Link) -> dict[str, Any]:
    """A part with the address behind each piece."""

    def shown(pieces: Iterable[Piece]) -> list[tuple[str, str]]:
        return [(piece.words, link(piece.ref)) for piece in pieces]

    rows = [[shown(cell) for cell in row] for row in part.rows]
    return {"pieces": shown(part.pieces), "rows": rows, "level": part.level}


def _links(campaign: Campaign, as_of: datetime, seq: int) -> Link:
    """What leads from the reference of a figure to its facts; those of the ledger's position are no figures of items."""

    def link(ref: str) -> str:
        return "" if not ref or ref.startswith("ledger.") else facts_address(campaign.pk, ref, as_of, seq)

    return link


def _context(form: StageReport) -> StageContext:
    return stage_context(
        form.chosen(), form.instant(), period_from=form.cleaned_data["since"], letterhead=form.letterhead()
    )


@opens_to(Duty.REPORT)
def file(request: Request, kind: str) -> HttpResponseBase:
    """Hand out the report as a Word or an Excel file."""
    if kind not in {"docx", "xlsx"}:
        raise NotFound("没有这种格式的报告。", hint="可下载 docx 或 xlsx。")
    form = StageReport(request.who.whole, request.GET)
    if not form.is_valid():
        raise Invalid("报告的选项有误：" + "".join(str(e) for errors in form.errors.values() for e in errors))
    context = _context(form)
    content = write_docx(context, form.template()) if kind == "docx" else write_xlsx(context)
    return FileResponse(BytesIO(content), as_attachment=True, filename=form.file_name(kind))


@opens_to(Duty.REPORT, "POST")
def check(request: Request) -> HttpResponse:
    """Verify an uploaded report against the ledger."""
    given = request.FILES.get("file")
    verdict = verify_for(request.who, given)
    context = {"verdict": verdict, "name": given.name if given else "", "listed": _listed(verdict)}
    return render(request, "report_check.html#verdict" if request.htmx else "report_check.html", context)


def _listed(verdict: Verdict) -> list[tuple[Checked, str]]:
    """Each figure of a report with its facts; what does not hold comes first."""
    claims = verdict.claims
    campaign = Campaign.objects.filter(name=claims.campaign).first() if claims else None
    if claims is None or campaign is None:
        return [(checked, "") for checked in verdict.listed]
    link = _links(campaign, claims.as_of, claims.position.seq)
    found = sorted(verdict.listed, key=lambda checked: checked.ok)
    return [(checked, link(checked.ref) if checked.recomputed else "") for checked in found]
