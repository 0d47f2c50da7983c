"""Inspections with their findings and objections, and random samples."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, get_type_hints

from django.http.response import HttpResponseBase
from ninja import Router, Schema

from bihuan.actions import finding, inspection, objection, register, sample
from bihuan.api.call import Call
from bihuan.api.deeds import begin, deeds
from bihuan.api.parts import FILE, After, Id, Page, Size, demand, fill, handed, listed
from bihuan.models import Conclusion, Inspection, Objection, Sample
from bihuan.queries.inspection import demand_office, find_inspection, inspection_detail
from bihuan.queries.inspection import inspections as inspections_seen
from bihuan.queries.sample import find_sample, labels, replay
from bihuan.queries.sample import samples as samples_seen
from bihuan.reports.inspection_sheet import write_sheet
from bihuan.rules.errors import NotFound
from bihuan.rules.permissions import Duty

router = Router(tags=["督查检查"])


class InspectionRow(Schema):
    """An inspection as a list shows it; ``starts`` and ``ends`` are inclusive."""

    id: int
    name: str
    mode: str
    office_id: int
    units: list[int]
    starts: date
    ends: date
    state: str
    findings: int
    steps: int


class FindingOut(Schema):
    """A finding, and the item that it became or is tied to."""

    id: int
    item_id: int
    unit_id: int
    content: str
    category: str
    text: str
    happened_at: datetime


class WalkOut(Schema):
    """One step of a walk-through."""

    id: int
    unit_id: int
    service: str
    what: str
    minutes: int
    obstacle: str
    happened_at: datetime


class ConclusionOut(Schema):
    """What a unit was told at the end."""

    id: int
    unit_id: int
    text: str
    at: datetime
    object_by: date


class ObjectionOut(Schema):
    """An objection to a conclusion, and its decision."""

    id: int
    conclusion_id: int
    unit_id: int
    reason: str
    at: datetime
    decide_by: date
    outcome: str
    text: str


class InspectionOut(InspectionRow):
    """An inspection as far as the caller may see it."""

    office: str
    unit_names: list[str]
    leader: str
    members: list[str]
    contents: list[str]
    objects_text: str
    scope: str
    sample_id: int
    register_id: int
    conclusion: str
    finding_list: list[FindingOut]
    step_list: list[WalkOut]
    conclusions: list[ConclusionOut]
    objections: list[ObjectionOut]


class SampleRow(Schema):
    """A sample as a list shows it; ``drawn`` is the entry of the draw, 0 before."""

    id: int
    purpose: str
    of: str
    office_id: int
    digest: str
    committed_at: datetime
    drawn: int
    drawn_at: datetime | None


class SampleOut(SampleRow):
    """A sample with what was drawn, and whether the draw holds when it is repeated from the ledger."""

    criteria: dict[str, Any]
    population: int
    size: int
    chosen: list[str]
    holds: bool | None


@router.get("/inspections", response=Page[InspectionRow], summary="督查检查")
def inspections(request: Call, after: After, size: Size) -> Any:
    """List the inspections that the caller may see, the newest first."""
    demand(request.who.actor, Duty.READ)
    return listed(InspectionRow, inspections_seen(request.who.actor), after, size)


@router.get("/inspections/{inspection_id}", response=InspectionOut, summary="一次督查：发现、结论、异议")
def one_inspection(request: Call, inspection_id: Id) -> InspectionOut:
    """Show an inspection."""
    demand(request.who.actor, Duty.READ)
    found = inspection_detail(inspection_id, request.who.actor)
    return fill(
        InspectionOut,
        found.inspection,
        office=found.office,
        unit_names=found.units,
        leader=found.leader,
        members=found.members,
        findings=len(found.findings),
        steps=len(found.steps),
        finding_list=[fill(FindingOut, row) for row in found.findings],
        step_list=[fill(WalkOut, row) for row in found.steps],
        conclusions=[fill(ConclusionOut, row) for row in found.conclusions],
        objections=[fill(ObjectionOut, row) for row in found.objections],
    )


@router.get("/inspections/{inspection_id}/sheet", summary="检查表的 Word 文件", **FILE)
def sheet(request: Call, inspection_id: Id) -> HttpResponseBase:
    """Hand out the working paper."""
    demand(request.who.actor, Duty.READ)
    found = inspection_detail(inspection_id, request.who.actor)
    demand_office(found, request.who.actor)
    return handed(f"{found.inspection.name}检查表.docx", write_sheet(found))


def _seen(request: Call, inspection_id: int) -> Inspection:
    demand(request.who.actor, Duty.READ)
    return find_inspection(inspection_id, request.who.actor)


begin(router, "/inspections", "拟定督查方案", inspection.propose_inspection, answer=inspection.Inspected)
deeds(
    router,
    "/inspections",
    _seen,
    {
        "approve": ("批准方案", inspection.approve_inspection),
        "finish": ("结束督查", inspection.finish_inspection),
        "cancel": ("取消督查", inspection.cancel_inspection),
        "walk": ("记录走流程的一步", finding.record_step),
    },
    answer=inspection.Inspected,
    key="inspection",
)


_FIXED = {"mode", "sample", "register"}
deeds(
    router,
    "/inspections",
    _seen,
    {"amend": ("调整方案", inspection.amend_inspection)},
    answer=inspection.Inspected,
    key="inspection",
    also={name: hint for name, hint in get_type_hints(inspection.Plan).items() if name not in _FIXED},
)
_OURS = {"register_id", "actor", "now", "using", "return", "owner", "title", "source"}
deeds(
    router,
    "/inspections",
    _seen,
    {"finding": ("登记发现的问题", finding.record_finding)},
    answer=finding.Found,
    key="inspection",
    also={name: hint for name, hint in get_type_hints(register).items() if name not in _OURS},
)


def _told(request: Call, conclusion_id: int) -> Conclusion:
    found = Conclusion.objects.filter(pk=conclusion_id).first()
    if found is None:
        raise NotFound(f"没有编号为 {conclusion_id} 的督查结论反馈。")
    _seen(request, found.inspection_id)
    return found


def _objected(request: Call, objection_id: int) -> Objection:
    found = Objection.objects.filter(pk=objection_id).first()
    if found is None:
        raise NotFound(f"没有编号为 {objection_id} 的异议。")
    _seen(request, found.inspection_id)
    return found


deeds(
    router,
    "/conclusions",
    _told,
    {"object": ("对结论提出异议", objection.object_to)},
    answer=objection.Objected,
    key="conclusion",
)
deeds(
    router,
    "/objections",
    _objected,
    {"reexamine": ("复核异议", objection.reexamine)},
    answer=objection.Objected,
    key="objection",
)


@router.get("/samples", response=Page[SampleRow], summary="随机抽样")
def samples(request: Call, after: After, size: Size) -> Any:
    """List the samples that the caller may see, those never drawn too, the newest first."""
    demand(request.who.actor, Duty.SAMPLE)
    return listed(SampleRow, samples_seen(request.who.actor), after, size)


@router.get("/samples/{sample_id}", response=SampleOut, summary="一次抽样，以及按台账重新抽取是否一致")
def one_sample(request: Call, sample_id: Id) -> SampleOut:
    """Show a sample; one that was drawn is drawn again from the entries."""
    found = _sampled(request, sample_id)
    return fill(
        SampleOut,
        found,
        population=sum(len(part["ids"]) for part in found.strata),
        size=sum(part["size"] for part in found.strata),
        chosen=[*labels(found).values()] if found.drawn else [],
        holds=not replay(found).differences if found.drawn else None,
    )


def _sampled(request: Call, sample_id: int) -> Sample:
    demand(request.who.actor, Duty.SAMPLE)
    return find_sample(sample_id, request.who.actor)


begin(router, "/samples", "封定总体", sample.commit_sample, answer=sample.Sampled)
deeds(
    router, "/samples", _sampled, {"draw": ("抽取", sample.draw_sample)}, answer=sample.Sampled, key="sample"
)
