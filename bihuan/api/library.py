"""The library: documents found, read, put right, taken away and compared."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http.response import HttpResponseBase
from ninja import Field, Query, Router, Schema

from bihuan.api.bodies import Body
from bihuan.api.call import Call, now
from bihuan.api.parts import FILE, After, Id, Page, Size, demand, fill, handed, number_of
from bihuan.library import kept
from bihuan.library.cited import cited_by
from bihuan.library.download import Form, file_of
from bihuan.library.intake import sources_of
from bihuan.library.kinds import KINDS
from bihuan.library.query import QueryInvalid
from bihuan.library.recognise import LEVELS
from bihuan.library.search import Filters, Hit, browse, search
from bihuan.library.similar import Similar
from bihuan.library.similar import similar as similar_to
from bihuan.library.store import correct as correct_field
from bihuan.library.store import document_of
from bihuan.models import Document, DocumentCorrection
from bihuan.rules.errors import Invalid
from bihuan.rules.permissions import Duty

router = Router(tags=["资料库"])
_LONGEST = 200_000


class DocumentRow(Schema):
    """A document as a list shows it."""

    id: int
    digest: str
    title: str
    kind: str
    body: str
    number: str
    date: date | None
    level: str
    campaign_id: int


class HitOut(DocumentRow):
    """A document that was found: ``count`` places in its text, the first at ``start``–``end``, under the headings ``path``."""

    count: int
    start: int | None
    end: int | None
    passage: str
    path: list[str]


class FoundOut(Page[HitOut]):
    """A page of what was found; ``total`` counts all, ``relaxed``: no document has all words, these have some."""

    total: int
    relaxed: bool


class HeadingOut(Schema):
    """A heading and where it begins in the text."""

    start: int
    level: int
    text: str


class RemovedOut(Schema):
    """What was taken out of a file, and why."""

    start: int
    end: int
    text: str
    why: str


class SourceOut(Schema):
    """A file from which the document came, and the stretch of its text."""

    original: str
    path: str
    start: int
    end: int
    removed: list[RemovedOut]
    added: datetime


class CorrectionOut(Schema):
    """What a person put right."""

    field: str
    was: str
    value: str
    person_id: int
    at: datetime


class CitingOut(Schema):
    """An item, an institution or a draft that speaks of the document."""

    id: int
    number: str
    title: str


class DocumentOut(DocumentRow):
    """A document: its text, what was recognised and how sure that is, where it came from, and what of the ledger cites it."""

    length: int
    sure: dict[str, float]
    headings: list[HeadingOut]
    sources: list[SourceOut]
    corrections: list[CorrectionOut]
    items: list[CitingOut]
    institutions: list[CitingOut]
    drafts: list[CitingOut]
    text: str


class CorrectIn(Body):
    """What was recognised wrongly, put right; what is not named stays."""

    title: str | None = Field(None, max_length=300)
    kind: str | None = Field(None, max_length=20)
    body: str | None = Field(None, max_length=200)
    number: str | None = Field(None, max_length=100)
    date: str | None = Field(None, max_length=10, description="如 2025-03-05；空为不明")
    level: str | None = Field(None, max_length=10)


class RunOut(Schema):
    """A stretch that both texts have."""

    start: int
    end: int
    other_start: int
    other_end: int


class SimilarOut(DocumentRow):
    """``share`` percent of the text stand in this document too, ``other_share`` percent of it in the text."""

    share: float
    other_share: float
    runs: list[RunOut]


class CompareIn(Body):
    """A text to be compared with the library."""

    text: str = Field(min_length=1, max_length=_LONGEST)
    least: int = Field(5, ge=1, le=100, description="百分之几以上才列出")
    limit: int = Field(20, ge=1, le=100)


Choice = Annotated[list[str], Query(default_factory=list)]
Least = Annotated[int, Query(5, ge=1, le=100, description="百分之几以上才列出")]
Most = Annotated[int, Query(20, ge=1, le=100, description="最多几份")]


@router.get("/library/documents", response=FoundOut, summary="查找资料")
def documents(
    request: Call,
    after: After,
    size: Size,
    q: Annotated[str, Query("", max_length=1_000, description="查找内容；不给则列出符合条件的全部")],
    exact: Annotated[bool, Query(False, description="整个内容原样查找（1～100字）")],
    kind: Choice,
    level: Choice,
    body: Annotated[str, Query("", max_length=200, description="发文机关含有这些字")],
    since: Annotated[date | None, Query(None, description="这天及以后的")],
    until: Annotated[date | None, Query(None, description="这天及以前的")],
    campaign: Annotated[int, Query(0, ge=0, le=2**53, description="专项工作的编号")],
    sort: Annotated[Literal["relevance", "date", "added"] | None, Query(None, description="排序")],
) -> FoundOut:
    """Find documents, page by page."""
    demand(request.who.actor, Duty.READ)
    offset = number_of(after) if after else 0
    filters = Filters(_known(kind, KINDS), _known(level, LEVELS), body, since, until, campaign)
    if q.strip():
        found = search(q, literal=exact, filters=filters, sort=sort, offset=offset, limit=size)
    elif sort == "relevance":
        raise Invalid("没有查找内容，不能按相关程度排序。", hint="可用 date 或 added。")
    else:
        found = browse(filters, sort=sort or "added", offset=offset, limit=size)
    upto = offset + len(found.hits)
    return FoundOut(
        rows=[_hit(hit) for hit in found.hits],
        next=str(upto) if found.hits and upto < found.total else "",
        total=found.total,
        relaxed=found.relaxed,
    )


def _known(given: list[str], known: dict[str, str]) -> tuple[str, ...]:
    if unknown := [one for one in given if one not in known]:
        raise Invalid(f"没有“{unknown[0]}”。", hint=f"可用：{'、'.join(known)}。")
    return tuple(given)


def _hit(hit: Hit) -> HitOut:
    return fill(
        HitOut, hit.document, count=hit.count, start=hit.start, end=hit.end, passage=hit.passage, path=list(hit.path)
    )  # fmt: skip


@router.get("/library/suggestions", response=list[str], summary="输入时的提示")
def suggestions(request: Call, q: Annotated[str, Query("", max_length=100)]) -> list[str]:
    """Tell what typed text may become; half of an expression is no mistake while it is being typed."""
    demand(request.who.actor, Duty.READ)
    try:
        return kept.suggestions(q, request.who.actor.person)
    except QueryInvalid:
        return []


@router.get("/library/documents/{document_id}", response=DocumentOut, summary="一份资料：全文、来源、引用")
def document(request: Call, document_id: Id) -> DocumentOut:
    """Show a document."""
    demand(request.who.actor, Duty.READ)
    return _shown(request, document_of(document_id))


def _shown(request: Call, found: Document) -> DocumentOut:
    cited = cited_by(request.who, found)
    corrections = DocumentCorrection.objects.filter(document_id=found.pk).order_by("id")
    return fill(
        DocumentOut,
        found,
        headings=[HeadingOut(start=s, level=n, text=t) for s, n, t in found.outline],
        sources=[fill(SourceOut, s, removed=removed_out(s.removed)) for s in sources_of(found.pk)],
        corrections=[fill(CorrectionOut, c) for c in corrections],
        items=[fill(CitingOut, i) for i in cited.items],
        institutions=[fill(CitingOut, i) for i in cited.institutions],
        drafts=[CitingOut(id=d.pk, number="", title=d.title) for d in cited.drafts],
    )


def removed_out(removed: Any) -> list[RemovedOut]:
    """Return what was taken out, from rows of start, end, text, why."""
    return [RemovedOut(start=s, end=e, text=t, why=w) for s, e, t, w in removed]


@router.get("/library/documents/{document_id}/files/{form}", summary="下载：原件、Word、纯文本", **FILE)
def file(request: Call, document_id: Id, form: Form) -> HttpResponseBase:
    """Hand out a document."""
    demand(request.who.actor, Duty.READ)
    name, content = file_of(document_of(document_id), form)
    return handed(name, content)


@router.post(
    "/library/documents/{document_id}/correct", response=DocumentOut, summary="更正识别错的；原来的留存"
)
def correct(request: Call, document_id: Id, payload: CorrectIn) -> DocumentOut:
    """Put right what was recognised."""
    demand(request.who.actor, Duty.COLLECT)
    found = document_of(document_id)
    for name, value in payload.given().items():
        was = getattr(found, name)
        if value is not None and value.strip() != ("" if was is None else str(was)):
            correct_field(found, name, value, request.who.actor.person, now())
    return _shown(request, found)


@router.get(
    "/library/documents/{document_id}/similar",
    response=list[SimilarOut],
    summary="与哪些资料雷同，占百分之几",
)
def similar(request: Call, document_id: Id, least: Least, limit: Most) -> list[SimilarOut]:
    """Tell which documents share passages with a document."""
    demand(request.who.actor, Duty.READ)
    found = document_of(document_id)
    return [_similar(one) for one in similar_to(found.text, but=found.pk, least=least, limit=limit)]


@router.post("/library/similar", response=list[SimilarOut], summary="一段文字与哪些资料雷同")
def compare(request: Call, payload: CompareIn) -> list[SimilarOut]:
    """Tell which documents share passages with a text; nothing is stored."""
    demand(request.who.actor, Duty.READ)
    return [_similar(one) for one in similar_to(payload.text, least=payload.least, limit=payload.limit)]


def _similar(one: Similar) -> SimilarOut:
    found = Document.objects.defer("text").get(pk=one.document.pk)
    runs = [fill(RunOut, run) for run in one.runs]
    return fill(SimilarOut, found, share=one.share, other_share=one.other_share, runs=runs)
