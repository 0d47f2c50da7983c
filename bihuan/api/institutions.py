"""Institutions (制度) that grew out of items, and case reviews."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http.response import HttpResponseBase
from ninja import Field, Router, Schema, Status

from bihuan.actions import institution as acts
from bihuan.actions.case import review_case
from bihuan.api.bodies import Body, body_of, taking
from bihuan.api.call import Call, now
from bihuan.api.deeds import begin, deeds
from bihuan.api.parts import FILE, After, Id, Page, Size, demand, fill, handed, listed, page_by_id
from bihuan.ledger import blobs
from bihuan.models import CaseReview, Institution
from bihuan.queries.closing import case_detail, case_reviews, find_institution, institution_detail
from bihuan.queries.closing import institutions as institutions_seen
from bihuan.queries.recurring import proposals
from bihuan.reports.case_paper import write_case
from bihuan.rules.errors import NotFound
from bihuan.rules.permissions import Duty

router = Router(tags=["制度和案例"])


class InstitutionRow(Schema):
    """An institution as a list shows it."""

    id: int
    number: str
    title: str
    unit_id: int
    office_id: int
    state: str
    basis: str
    issued_on: date | None
    revised_on: date | None
    repealed_on: date | None
    review_on: date | None
    review_waits: bool
    revisions: int
    file: str


class CauseOut(Schema):
    """An item that caused it."""

    id: int
    number: str
    title: str


class PassageOut(Schema):
    """One entry of its record."""

    seq: int
    name: str
    at: datetime
    person: str
    hash: str


class InstitutionOut(InstitutionRow):
    """An institution with what caused it (``hidden`` more items belong to others) and its record."""

    unit: str
    office: str
    items: list[CauseOut]
    hidden: int
    passages: list[PassageOut]


class CaseRow(Schema):
    """A case review as a list shows it."""

    id: int
    title: str
    office_id: int
    at: datetime


class TurnOut(Schema):
    """A turning point, with the entry that proves it."""

    item: int
    number: str
    seq: int
    at: datetime
    hash: str
    text: str


class CaseOut(CaseRow):
    """A case review."""

    office: str
    cause: str
    lesson: str
    items: list[CauseOut]
    turns: list[TurnOut]


class CaseMade(Schema):
    """The id of the new case review."""

    id: int


@router.get("/institutions", response=Page[InstitutionRow], summary="制度")
def institutions(request: Call, after: After, size: Size, waiting: bool = False) -> Any:
    """List the institutions that the caller may see; ``waiting``: those alone whose review is due."""
    demand(request.who.actor, Duty.READ)
    rows, more = page_by_id(institutions_seen(request.who.units, waiting=waiting), after, size)
    return Page[InstitutionRow](rows=[fill(InstitutionRow, row) for row in rows], next=more)


@router.get("/institutions/{institution_id}", response=InstitutionOut, summary="一项制度：起因和沿革")
def institution(request: Call, institution_id: Id) -> InstitutionOut:
    """Show an institution."""
    _seen(request, institution_id)
    found = institution_detail(str(institution_id), request.who.units)
    return fill(
        InstitutionOut,
        found.institution,
        unit=found.unit,
        office=found.office,
        items=[fill(CauseOut, row) for row in found.items],
        hidden=found.hidden,
        passages=[fill(PassageOut, row) for row in found.passages],
    )


@router.get("/institutions/{institution_id}/file", summary="制度的文本", **FILE)
def text(request: Call, institution_id: Id) -> HttpResponseBase:
    """Hand out the text of an institution."""
    row = _seen(request, institution_id)
    if not row.digest:
        raise NotFound("这项制度没有附文本。")
    return handed(row.file, blobs.opened(row.digest, "制度文本"))


class Recurring(Schema):
    """A class of problems in one register that came again; ``institutions`` were made because of its items."""

    register_id: int
    register_name: str
    klass: str
    times: int
    across: bool = Field(description="是否跨单位")
    units: list[str]
    items: list[int]
    institutions: list[int]
    since: date


@router.get("/recurring", response=list[Recurring], summary="反复出现的问题，建议建章立制")
def recurring(request: Call) -> Any:
    """Tell the problems that came again so often that a rule is proposed."""
    demand(request.who.actor, Duty.READ)
    found = proposals(request.who.registers, now(), request.who.units)
    return [fill(Recurring, p, register_id=p.register, items=[i.pk for i in p.items]) for p in found]


def _seen(request: Call, institution_id: int) -> Institution:
    demand(request.who.actor, Duty.READ)
    return find_institution(str(institution_id), request.who.units)


begin(router, "/institutions", "起草制度", acts.draft_institution, answer=acts.Instituted)
deeds(
    router,
    "/institutions",
    _seen,
    {
        "link": ("补充起因事项", acts.link_items),
        "issue": ("印发", acts.issue_institution),
        "revise": ("修订", acts.revise_institution),
        "keep": ("评估后继续有效", acts.keep_institution),
        "repeal": ("废止", acts.repeal_institution),
    },
    answer=acts.Instituted,
    key="institution",
)


@router.get("/cases", response=Page[CaseRow], summary="案例复盘")
def cases(request: Call, after: After, size: Size) -> Any:
    """List the case reviews that the caller may see, the newest first."""
    demand(request.who.actor, Duty.READ)
    return listed(CaseRow, case_reviews(request.who.units), after, size)


@router.get("/cases/{case_id}", response=CaseOut, summary="一个案例：成因、关键节点、经验教训")
def case(request: Call, case_id: Id) -> CaseOut:
    """Show a case review."""
    demand(request.who.actor, Duty.READ)
    found = case_detail(case_id, request.who.units)
    row: CaseReview = found.case
    items = [fill(CauseOut, i) for i in found.items]
    return fill(CaseOut, row, office=found.office, items=items, turns=[fill(TurnOut, t) for t in found.turns])


@router.get("/cases/{case_id}/paper", summary="案例的 Word 文件", **FILE)
def case_paper(request: Call, case_id: Id) -> HttpResponseBase:
    """Hand out a case review."""
    demand(request.who.actor, Duty.READ)
    found = case_detail(case_id, request.who.units)
    return handed(f"{found.case.title}.docx", write_case(found))


_Case = body_of(review_case, "ReviewCase")


@router.post("/cases", response={201: CaseMade}, summary="登记案例复盘")
@taking(_Case)
def new_case(request: Call, payload: Body) -> Any:
    """Enter a case review."""
    return Status(201, {"id": review_case(request.who.actor, now(), **payload.given())})
