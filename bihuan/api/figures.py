"""Campaigns with their figures and reports, and registers."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from django.http.response import HttpResponseBase
from ninja import Field, File, Query, Router, Schema, Status
from ninja.files import UploadedFile

from bihuan.actions.house import create_campaign, create_register
from bihuan.api.bodies import Body, body_of, taking
from bihuan.api.call import Call, now
from bihuan.api.items import ItemRow, row_of
from bihuan.api.parts import FILE, Id, demand, fill, handed
from bihuan.models import Campaign
from bihuan.queries.chosen import campaign_of
from bihuan.queries.counts import CUT_BY
from bihuan.queries.item import detail_for
from bihuan.queries.overview import overview
from bihuan.queries.people import unit_labels
from bihuan.queries.picture import campaign_picture, item_picture
from bihuan.queries.templates import STAGE, content_of, usual_content
from bihuan.reports.check import verify_for
from bihuan.reports.picture import WRITERS, Sheet, draw_campaign, draw_item
from bihuan.reports.stage import Letterhead, stage_context
from bihuan.reports.word import write_docx
from bihuan.reports.xlsx import write_xlsx
from bihuan.rules.clocked import day_end
from bihuan.rules.errors import Invalid, NotAllowed
from bihuan.rules.permissions import Duty

router = Router(tags=["专项工作和数据"])
Drawn = Literal["svg", "png"]
AsOf = Annotated[date | None, Query(None, description="截至哪一天 24 时；不给为现在")]


class CampaignOut(Schema):
    """A campaign."""

    id: int
    name: str
    unit_id: int
    starts: str
    ends: str
    purpose: str


class RegisterOut(Schema):
    """A register with the version of the procedure that it follows."""

    id: int
    campaign_id: int
    name: str
    procedure_id: int
    unit_id: int


class Made(Schema):
    """The id of what was made."""

    id: int


class TileOut(Schema):
    """A number with its name, its unit and its definition."""

    ref: str
    label: str
    value: str
    unit: str
    definition: str


class LineOut(Schema):
    """One register, unit or class with its figures by name, and its open items by colour."""

    id: str
    label: str
    figures: dict[str, str]
    colours: dict[str, int]


class OverviewOut(Schema):
    """The figures of a campaign, as far as the caller sees it; ``as_of`` null is now."""

    tiles: list[TileOut]
    colours: dict[str, int]
    states: dict[str, int]
    registers: list[LineOut]
    units: list[LineOut]
    classes: list[LineOut]
    due_soon: list[ItemRow] = Field(
        description="两周内到期的在办事项（不含已挂起的），最急的在前；走势里按周计数的是同一口径"
    )
    more_soon: bool = Field(description="两周内到期的是否不止这些；其余的用 GET /items?state=running 查")
    as_of: datetime | None


class ProblemOut(Schema):
    """One thing that does not hold in a report, or that a person should look at (``severity`` hint)."""

    kind: str
    severity: str
    message: str
    ref: str
    label: str
    stated: str
    printed: str
    recomputed: str
    place: str


class CheckedOut(Schema):
    """One figure of a report: stated there, recomputed from the ledger, and whether it holds wherever it is printed."""

    ref: str
    label: str
    stated: str
    recomputed: str
    places: int
    printed: str
    ok: bool


class ReportVerdict(Schema):
    """Whether a report holds."""

    ok: bool
    summary: str
    checked: int
    figures: int
    problems: list[ProblemOut]
    listed: list[CheckedOut]


class Head(Schema):
    """What stands around a report."""

    as_of: date | None = None
    since: date | None = None
    title: str = ""
    office: str = ""
    recipient: str = ""
    document_number: str = ""
    contact: str = ""
    template: int | None = Field(
        None, ge=0, le=2**53, description="这一次用哪个模板，0 为内置模板；不给为选定的默认模板"
    )


@router.get("/campaigns", response=list[CampaignOut], summary="专项工作")
def campaigns(request: Call) -> Any:
    """List the campaigns that the caller may see, the newest first."""
    demand(request.who.actor, Duty.READ)
    return [fill(CampaignOut, row) for row in request.who.campaigns]


@router.get("/registers", response=list[RegisterOut], summary="清单")
def registers(request: Call) -> Any:
    """List the registers that the caller may see."""
    demand(request.who.actor, Duty.READ)
    return [fill(RegisterOut, row) for row in request.who.registers]


_Campaign = body_of(create_campaign, "CreateCampaign")
_Register = body_of(create_register, "CreateRegister")


@router.post("/campaigns", response={201: Made}, summary="设立专项工作")
@taking(_Campaign)
def new_campaign(request: Call, payload: Body) -> Any:
    """Found a campaign."""
    demand(request.who.actor, Duty.CAMPAIGNS)
    return Status(201, {"id": create_campaign(request.who.actor, now(), **payload.given())})


@router.post("/registers", response={201: Made}, summary="设立清单")
@taking(_Register)
def new_register(request: Call, payload: Body) -> Any:
    """Open a register."""
    demand(request.who.actor, Duty.CAMPAIGNS)
    return Status(201, {"id": create_register(request.who.actor, now(), **payload.given())})


def instant_of(day: date | None) -> datetime | None:
    """The end of ``day`` (a figure as of a day includes all of it); None for today, which is not over. Raises Invalid."""
    if day is None or day_end(day) > now():
        if day is not None and day_end(day) - timedelta(days=1) > now():
            raise Invalid("截至日期不能晚于今天。")
        return None
    return day_end(day) - timedelta(microseconds=1)


@router.get("/campaigns/{campaign_id}/overview", response=OverviewOut, summary="总览数据，可看任一天的")
def one_overview(request: Call, campaign_id: Id, as_of: AsOf) -> OverviewOut:
    """Tell the figures of a campaign."""
    demand(request.who.actor, Duty.READ)
    who = request.who
    mine, units = who.within(campaign_of(campaign_id, who))
    by = CUT_BY if units is None else [cut for cut in CUT_BY if cut != "class"]
    found = overview(mine, now(), as_of=instant_of(as_of), units=units, by=by)
    names = unit_labels()
    parts: dict[str, Any] = {"tiles": [fill(TileOut, t) for t in found.tiles]}
    for cut in ("registers", "units", "classes"):
        parts[cut] = [fill(LineOut, line) for line in getattr(found, cut)]
    return fill(OverviewOut, found, **parts, due_soon=[row_of(i, names) for i in found.due_soon])


@router.get("/campaigns/{campaign_id}/report.{kind}", summary="阶段报告（docx 或 xlsx）", **FILE)
def report(
    request: Call, campaign_id: Id, kind: Literal["docx", "xlsx"], head: Query[Head]
) -> HttpResponseBase:
    """Hand out the stage report of a campaign that the caller sees as a whole."""
    demand(request.who.actor, Duty.REPORT)
    campaign = _whole(request, campaign_id)
    instant = instant_of(head.as_of) or now()
    letterhead = Letterhead(**head.dict(exclude={"as_of", "since", "template"}))
    context = stage_context(campaign, instant, period_from=head.since, letterhead=letterhead)
    name = f"{head.title or f'{campaign.name}阶段报告'}.{kind}"
    content = write_xlsx(context) if kind == "xlsx" else write_docx(context, _template(campaign, head))
    return handed(name, content)


def _template(campaign: Campaign, head: Head) -> bytes | None:
    if head.template is None:
        return usual_content(STAGE, campaign.pk)
    return content_of(STAGE, head.template)


@router.get(
    "/campaigns/{campaign_id}/picture.{kind}", summary="专项工作的一图读懂（SVG 或 PNG，A3 一页）", **FILE
)
def campaign_in_a_picture(
    request: Call, campaign_id: Id, kind: Drawn, as_of: AsOf, by: Literal["register", "unit"] = "register"
) -> HttpResponseBase:
    """Hand out a campaign on one page, as far as the caller sees it."""
    demand(request.who.actor, Duty.READ)
    who = request.who
    campaign = campaign_of(campaign_id, who)
    mine, units = who.within(campaign)
    found = campaign_picture(campaign, mine, now(), as_of=instant_of(as_of), units=units, by=by)
    return _picture(draw_campaign(found), kind, campaign.name)


@router.get("/items/{item_id}/picture.{kind}", summary="事项的一图读懂（SVG 或 PNG，A3 一页）", **FILE)
def item_in_a_picture(request: Call, item_id: Id, kind: Drawn, as_of: AsOf) -> HttpResponseBase:
    """Hand out an item on one page."""
    demand(request.who.actor, Duty.READ)
    found = detail_for(request.who, item_id)
    name = Campaign.objects.get(pk=found.item.campaign_id).name
    sheet = draw_item(item_picture(found, name, now(), as_of=instant_of(as_of)))
    return _picture(sheet, kind, found.item.number)


def _picture(sheet: Sheet, kind: Drawn, name: str) -> HttpResponseBase:
    return handed(f"{name}一图读懂.{kind}", WRITERS[kind](sheet))


def _whole(request: Call, campaign_id: int) -> Campaign:
    found = next((c for c in request.who.whole if c.pk == campaign_id), None)
    if found is None:
        raise NotAllowed("没有这项专项工作，或您看不到它的全部事项，不能出报告。")
    return found


@router.post("/reports/verify", response=ReportVerdict, summary="核对一份报告")
def verify(request: Call, file: Annotated[UploadedFile, File(...)]) -> ReportVerdict:
    """Verify a report against the ledger."""
    demand(request.who.actor, Duty.REPORT)
    verdict = verify_for(request.who, file)
    problems = [fill(ProblemOut, p) for p in verdict.problems]
    listed = [fill(CheckedOut, c) for c in verdict.listed]
    return fill(ReportVerdict, verdict, problems=problems, listed=listed)
