"""What is the caller's own in the library: saved searches and the basket."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from django.http.response import HttpResponseBase
from ninja import Field, Query, Router, Schema, Status

from bihuan.api.bodies import Body
from bihuan.api.call import Call, now
from bihuan.api.library import DocumentRow
from bihuan.api.parts import FILE, Id, demand, fill, handed
from bihuan.library import basket as baskets
from bihuan.library import kept
from bihuan.library.download import Form, zip_of
from bihuan.models import KeptSearch
from bihuan.rules.errors import Invalid, NotFound
from bihuan.rules.permissions import Duty

router = Router(tags=["资料库"])


class SearchOut(Schema):
    """A search that was kept under ``name``, "" for a recent one; ``query`` is what /library/documents takes."""

    id: int
    name: str
    q: str
    query: str
    at: datetime


class SearchIn(Body):
    """A search to be kept: the name and what /library/documents takes."""

    name: str = Field(min_length=1, max_length=40)
    q: str = Field("", max_length=1_000)
    exact: bool = False
    kind: list[str] = Field(default_factory=list)
    level: list[str] = Field(default_factory=list)
    body: str = Field("", max_length=200)
    since: date | None = None
    until: date | None = None
    campaign: int = Field(0, ge=0, le=2**53)
    sort: Literal["relevance", "date", "added"] | None = None


class PutIn(Body):
    """Documents for the basket."""

    documents: list[Annotated[int, Field(ge=1, le=2**53)]] = Field(max_length=500)


class PutOut(Schema):
    """How many are new in the basket."""

    added: int


@router.get("/library/searches", response=list[SearchOut], summary="我存好的和最近的查找")
def searches(request: Call) -> list[SearchOut]:
    """List the caller's searches."""
    demand(request.who.actor, Duty.READ)
    return [_search(row) for row in kept.searches(request.who.actor.person)]


def _search(row: KeptSearch) -> SearchOut:
    return fill(SearchOut, row, q=row.query, query=row.options.get("query", ""))


@router.post("/library/searches", response={201: SearchOut}, summary="存一个查找；同名的被替换")
def keep(request: Call, payload: SearchIn) -> Any:
    """Keep a search under a name."""
    demand(request.who.actor, Duty.READ)
    person = request.who.actor.person
    kept.save(person, payload.name, payload.q, {"query": _query(payload)}, now())
    return Status(201, _search(kept.saved(person, payload.name.strip())))


def _query(wanted: SearchIn) -> str:
    """The search as an address carries it, for the page as for this API; what was not chosen is left out."""
    days = [(n, d.isoformat()) for n, d in (("since", wanted.since), ("until", wanted.until)) if d]
    plain = [("q", wanted.q), ("exact", "1" if wanted.exact else ""), ("body", wanted.body),
             ("campaign", str(wanted.campaign or "")), ("sort", wanted.sort or "")]  # fmt: skip
    several = [*(("kind", k) for k in wanted.kind), *(("level", n) for n in wanted.level)]
    return urlencode([*((n, v) for n, v in plain if v), *several, *days])


@router.delete("/library/searches/{search_id}", response={204: None}, summary="删去一个查找")
def drop(request: Call, search_id: Id) -> Any:
    """Delete one of the caller's searches."""
    demand(request.who.actor, Duty.READ)
    gone, _ = KeptSearch.objects.filter(pk=search_id, person_id=request.who.actor.person).delete()
    if not gone:
        raise NotFound("没有这个查找条件。")
    return Status(204, None)


@router.get("/library/basket", response=list[DocumentRow], summary="我的资料篮")
def basket(request: Call) -> list[DocumentRow]:
    """List what is in the caller's basket."""
    demand(request.who.actor, Duty.READ)
    return [fill(DocumentRow, d) for d in baskets.documents(request.who.actor.person)]


@router.post("/library/basket", response=PutOut, summary="放入资料篮")
def put(request: Call, payload: PutIn) -> PutOut:
    """Put documents into the basket."""
    demand(request.who.actor, Duty.READ)
    return PutOut(added=baskets.put(request.who.actor.person, payload.documents))


@router.get("/library/basket/zip", summary="资料篮打成一个 zip", **FILE)
def basket_zip(
    request: Call, form: Annotated[Form, Query("original", alias="as", description="下载成什么")]
) -> HttpResponseBase:
    """Hand out the basket."""
    demand(request.who.actor, Duty.READ)
    found = baskets.documents(request.who.actor.person)
    if not found:
        raise Invalid("资料篮是空的。", hint="请先把要带走的文档放进来。")
    return handed(f"资料（{len(found)}份）.zip", zip_of(found, form))


@router.delete("/library/basket/{document_id}", response={204: None}, summary="从资料篮取出一份")
def take_out(request: Call, document_id: Id) -> Any:
    """Take a document out of the basket."""
    demand(request.who.actor, Duty.READ)
    baskets.take_out(request.who.actor.person, document_id)
    return Status(204, None)
