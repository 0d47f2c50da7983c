"""Drafts of papers: begun from their template, changed, checked, made final, filed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http.response import HttpResponseBase
from ninja import Field, Router, Schema, Status

from bihuan.api.bodies import Body
from bihuan.api.call import Call, now
from bihuan.api.errors import Behind
from bihuan.api.parts import FILE, After, Id, Page, Size, demand, fill, handed, listed
from bihuan.api.steps import Version, version_of
from bihuan.library.drafts import keep
from bihuan.library.drafts.check import findings, problems
from bihuan.library.drafts.paper import Paper, read_paper
from bihuan.library.drafts.readers import readable
from bihuan.library.proofread.dismissals import dismiss
from bihuan.library.store import document_of
from bihuan.models import Draft
from bihuan.queries.meetings import meeting_detail, meetings
from bihuan.rules.errors import Invalid, NotAllowed, NotFound, Stale
from bihuan.rules.permissions import Duty

router = Router(tags=["起草"])


class DraftRow(Schema):
    """A draft as a list shows it."""

    id: int
    kind: str
    title: str
    campaign_id: int
    meeting_id: int
    final: bool
    version: int
    person_id: int
    changed_by: int
    changed_at: datetime


class HeadOut(Schema):
    """What stands around the body."""

    office: str = ""
    recipient: str = ""
    number: str = ""
    signed: str = ""


class InDraftOut(Schema):
    """A figure that stands in it."""

    ref: str
    label: str
    value: str
    unit: str
    definition: str


class DraftOut(DraftRow):
    """A draft as it is written (``body``, with 【数据项】 and 〔素材 …〕) and as it reads (``text``, a paragraph a line)."""

    head: HeadOut
    body: str
    since: date | None
    as_of: datetime | None
    text: list[str]
    figures: list[InDraftOut]


class BeginIn(Body):
    """Which paper, of what."""

    kind: str = Field(
        max_length=20, description="speech 讲话、briefing 简报、notice 会议通知、minutes 会议纪要"
    )
    campaign: int = Field(0, ge=0, le=2**53, description="专项工作的编号")
    meeting: int = Field(0, ge=0, le=2**53, description="会议的编号")
    as_of: datetime | None = Field(None, description="数据截至；不给为定稿那一刻")
    since: date | None = Field(None, description="已销号事项从哪天算起")


class ChangeIn(Body):
    """What it shall say; what is not named stays."""

    title: str | None = Field(None, max_length=300)
    office: str | None = Field(None, max_length=300)
    recipient: str | None = Field(None, max_length=300)
    number: str | None = Field(None, max_length=300)
    signed: str | None = Field(None, max_length=300)
    body: str | None = Field(None, max_length=keep.LONGEST)


class PutPassage(Body):
    """A passage of a document."""

    document: int = Field(ge=1, le=2**53)
    start: int = Field(ge=0, le=2**53)
    end: int = Field(ge=0, le=2**53)


class FaultOut(Schema):
    """What is wrong: ``finding`` is the number by which a finding of the proofreader can be put aside, 0 for none."""

    kind: str
    place: str
    text: str
    finding: int
    blocks: bool


class IgnoreIn(Body):
    """A finding that is none, and why."""

    finding: int = Field(ge=1, le=2**53)
    place: str = Field(max_length=1_000, description="这一处的 place，核对稿子没有变")
    reason: str = Field(min_length=1, max_length=500)


class FiledOut(Schema):
    """The documents of the library that it was filed as."""

    documents: list[int]


@router.get("/drafts", response=Page[DraftRow], summary="稿子")
def drafts(request: Call, after: After, size: Size) -> Any:
    """List the drafts that the caller may read, the newest first."""
    demand(request.who.actor, Duty.DRAFT)
    found = [d for d in Draft.objects.defer("body").order_by("-id") if readable(request.who, d)]
    return listed(DraftRow, found, after, size)


@router.post("/drafts", response={201: DraftOut}, summary="起草一份")
def begin(request: Call, payload: BeginIn) -> Any:
    """Begin a draft from its template with what the ledger says."""
    who = request.who
    demand(who.actor, Duty.DRAFT)
    campaign = next((c for c in who.whole if c.pk == payload.campaign), None)
    if payload.campaign and campaign is None:
        raise NotAllowed("没有这个专项工作，或您不能看到它的全部事项。")
    meeting = next((m for m in meetings(who.actor) if m.pk == payload.meeting), None)
    if payload.meeting and meeting is None:
        raise NotFound(f"没有编号为 {payload.meeting} 的会议。")
    if payload.as_of and (payload.as_of.tzinfo is None or payload.as_of > now()):
        raise Invalid("数据截至的时间须带时区，不能晚于现在。")
    made = keep.begin(
        payload.kind,
        who.actor.person,
        who.actor.unit,
        now(),
        campaign=campaign,
        meeting=meeting_detail(meeting) if meeting else None,
        as_of=payload.as_of,
        since=payload.since,
    )
    return Status(201, _shown(made))


@router.get("/drafts/{draft_id}", response=DraftOut, summary="一份稿子")
def draft(request: Call, draft_id: Id) -> DraftOut:
    """Show a draft."""
    return _shown(_draft(request, draft_id))


def _draft(request: Call, draft_id: int) -> Draft:
    demand(request.who.actor, Duty.DRAFT)
    found = Draft.objects.filter(pk=draft_id).first()
    if found is None:
        raise NotFound("没有这份稿子。", hint="可能已被删除。")
    if not readable(request.who, found):
        raise NotAllowed("这份稿子您不能看。")
    return found


def _shown(found: Draft) -> DraftOut:
    paper = read_paper(found, now())
    return fill(DraftOut, found, text=[line.text for line in paper.lines], figures=_figures(paper))


def _figures(paper: Paper) -> list[InDraftOut]:
    return [
        InDraftOut(ref=ref, label=label, value=value, unit=unit, definition=told)
        for ref, (label, value, unit, told) in paper.values.items()
    ]


def _at(found: Draft, if_match: str) -> int:
    """The version that the caller read; without one the present one."""
    version = version_of(if_match)
    return found.version if version is None else version


def _changed(found: Draft, change: Any) -> DraftOut:
    try:
        change()
    except Stale:
        raise Behind(Draft.objects.values_list("version", flat=True).get(pk=found.pk)) from None
    return _shown(found)


@router.post("/drafts/{draft_id}/actions/change", response=DraftOut, summary="改稿")
def change(request: Call, draft_id: Id, if_match: Version, payload: ChangeIn) -> DraftOut:
    """Change what a draft says."""
    found, given = _draft(request, draft_id), payload.given()
    values = {name: value for name, value in given.items() if value is not None}
    title, body = values.pop("title", found.title), values.pop("body", found.body)
    head = {**found.head, **values}
    version, person = _at(found, if_match), request.who.actor.person
    return _changed(
        found, lambda: keep.change(found, person, now(), version, title=title, head=head, body=body)
    )


@router.post("/drafts/{draft_id}/actions/put", response=DraftOut, summary="放入资料库的一段，带出处")
def put(request: Call, draft_id: Id, if_match: Version, payload: PutPassage) -> DraftOut:
    """Put a passage of the library behind the body."""
    found, source = _draft(request, draft_id), document_of(payload.document)
    version, person = _at(found, if_match), request.who.actor.person
    return _changed(
        found, lambda: keep.put_in(found, source, payload.start, payload.end, person, now(), version)
    )


@router.get("/drafts/{draft_id}/problems", response=list[FaultOut], summary="检查：还有什么问题")
def wrong(request: Call, draft_id: Id) -> list[FaultOut]:
    """Tell what is wrong with a draft."""
    return [fill(FaultOut, p) for p in problems(read_paper(_draft(request, draft_id), now()))]


@router.post("/drafts/{draft_id}/actions/ignore", response=list[FaultOut], summary="认定一处不是错误")
def ignore(request: Call, draft_id: Id, payload: IgnoreIn) -> list[FaultOut]:
    """Keep that a finding of the proofreader is none, and why."""
    found = _draft(request, draft_id)
    text, known = findings(read_paper(found, now()))
    chosen = known[payload.finding - 1 : payload.finding]
    if not chosen or chosen[0].context != payload.place:
        raise NotFound("这一处已经变了。", hint="请重新检查再看。")
    dismiss(text, chosen[0], payload.reason.strip(), now())
    return wrong(request, draft_id)


@router.post("/drafts/{draft_id}/actions/final", response=DraftOut, summary="定稿：全部检查通过才行")
def final(request: Call, draft_id: Id, if_match: Version) -> DraftOut:
    """Fix the figures and keep the file. Raises NotYetFinal."""
    found = _draft(request, draft_id)
    version, person = _at(found, if_match), request.who.actor.person
    return _changed(found, lambda: keep.make_final(found, person, now(), version))


@router.post("/drafts/{draft_id}/actions/back", response=DraftOut, summary="退回起草")
def back(request: Call, draft_id: Id) -> DraftOut:
    """Make a final paper a draft again."""
    found = _draft(request, draft_id)
    keep.take_back(found, request.who.actor.person, now())
    return _shown(found)


@router.post("/drafts/{draft_id}/actions/shelve", response=FiledOut, summary="归入资料库")
def shelve(request: Call, draft_id: Id) -> FiledOut:
    """File a final paper in the library."""
    found = _draft(request, draft_id)
    demand(request.who.actor, Duty.COLLECT)
    taken = keep.file_in_library(found, request.who.actor.person, now)
    return FiledOut(documents=[stored.document for stored in taken.stored])


@router.delete("/drafts/{draft_id}", response={204: None}, summary="删除草稿")
def throw_away(request: Call, draft_id: Id) -> Any:
    """Delete a draft."""
    keep.throw_away(_draft(request, draft_id))
    return Status(204, None)


@router.get("/drafts/{draft_id}/file", summary="稿子的 Word 文件", **FILE)
def paper(request: Call, draft_id: Id) -> HttpResponseBase:
    """Hand out the Word file: as it was made final, else as it reads now."""
    found = _draft(request, draft_id)
    state = "" if found.final else "（草稿）"
    return handed(f"{found.title}{state}.docx", keep.content_of(found, now()))
