"""Slips, and requests for a decision."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http.response import HttpResponseBase
from ninja import Query, Router, Schema, Status

from bihuan.actions import request as asking
from bihuan.actions import slip as handing
from bihuan.actions.step import handler_of
from bihuan.api.bodies import Body, body_of, taking
from bihuan.api.call import Call, now
from bihuan.api.deeds import answer_of, deeds
from bihuan.api.items import StepOut
from bihuan.api.parts import FILE, After, Id, Page, Size, demand, fill, handed, page_by_id
from bihuan.models import Request, Slip
from bihuan.queries.item import detail_for
from bihuan.queries.requests import requests as requests_seen
from bihuan.queries.slips import slip_detail
from bihuan.queries.slips import slips as slips_seen
from bihuan.reports.slip_paper import MOST_PRINTED, papers, write_slips
from bihuan.rules.errors import Invalid, NotAllowed, NotFound
from bihuan.rules.permissions import Duty
from bihuan.rules.procedure_slips import KINDS
from bihuan.rules.requests import REQUEST_NAMES, REQUEST_STATES, STEP_OF
from bihuan.rules.slips import SLIP_STATES
from bihuan.rules.workflow import STEPS

router = Router(tags=["督办"])


class SlipRow(Schema):
    """A slip as a list shows it."""

    id: int
    number: str
    kind: str
    rung: str
    cause: str
    state: str
    state_name: str
    item_id: int
    register_id: int
    unit_id: int
    office_id: int
    text: str
    issued_at: datetime | None
    answer_due: datetime | None
    answered_at: datetime | None
    in_time: bool


class MarkOut(Schema):
    """One step with a slip, with the entry that proves it."""

    seq: int
    name: str
    step: str
    person: str
    unit: str
    at: datetime
    text: str
    hash: str


class SlipOut(SlipRow):
    """A slip with its receipts, and the steps that the caller may take now."""

    unit: str
    office: str
    marks: list[MarkOut]
    steps: list[StepOut]


class RequestOut(Schema):
    """A request: what is asked for (``wanted``), why, and what was decided."""

    id: int
    item_id: int
    kind: str
    kind_name: str
    reason: str
    wanted: dict[str, Any]
    state: str
    state_name: str
    approver: str
    unit_id: int
    office_id: int
    asked_by: int
    asked_at: datetime
    decide_due: datetime | None
    decided_by: int
    decided_at: datetime | None
    opinion: str


def _known(value: str, known: dict[str, str], what: str) -> list[str]:
    if value and value not in known:
        raise Invalid(f"没有“{value}”这种{what}。", hint=f"可用：{'、'.join(known)}。")
    return [value] if value else []


State = Annotated[str, Query("", description="状态")]
Kind = Annotated[str, Query("", description="种类")]
OfItem = Annotated[int, Query(0, ge=0, le=2**53, alias="item", description="只看这一事项的")]


@router.get("/slips", response=Page[SlipRow], summary="通知单、提示单等")
def slips(request: Call, after: After, size: Size, state: State, kind: Kind, item: OfItem) -> Any:
    """List the slips that the caller may see, the newest first."""
    demand(request.who.actor, Duty.READ)
    _known(kind, KINDS, "单据")
    found = slips_seen(
        request.who.units, kind=kind, states=_known(state, dict(SLIP_STATES), "状态"), item=item or None
    )
    rows, more = page_by_id(found, after, size)
    return Page[SlipRow](rows=[_slip(SlipRow, row) for row in rows], next=more)


def _slip(kind: type[Any], slip: Slip, **more: Any) -> Any:
    return fill(kind, slip, state_name=SLIP_STATES[slip.state], **more)


@router.get("/slips/{slip_id}", response=SlipOut, summary="一张单据和它的回执")
def slip(request: Call, slip_id: Id) -> Any:
    """Show a slip."""
    demand(request.who.actor, Duty.READ)
    found = slip_detail(slip_id, request.who.actor, request.who.units)
    marks = [fill(MarkOut, m) for m in found.marks]
    steps = [fill(StepOut, s) for s in found.steps]
    return _slip(SlipOut, found.slip, unit=found.unit, office=found.office, marks=marks, steps=steps)


@router.get("/slips/{slip_id}/paper", summary="单据的 Word 文件", **FILE)
def paper(request: Call, slip_id: Id) -> HttpResponseBase:
    """Hand out the slip as a Word file."""
    demand(request.who.actor, Duty.READ)
    found = slip_detail(slip_id, request.who.actor, request.who.units).slip
    return handed(f"{found.number or found.rung}.docx", write_slips(papers([found])))


@router.get("/slip-papers", summary="几张单据合成一个 Word 文件", **FILE)
def several_papers(
    request: Call, ids: Annotated[list[Id], Query(alias="slip", min_length=1, max_length=MOST_PRINTED)]
) -> HttpResponseBase:
    """Hand out several slips as one Word file, a page each."""
    demand(request.who.actor, Duty.READ)
    chosen = list(slips_seen(request.who.units).filter(pk__in=ids).order_by("id"))
    if len(chosen) < len(set(ids)):
        raise NotAllowed("所选的单据里有的不存在，或不属于您的单位。")
    name = f"{chosen[0].number or chosen[0].rung}等{len(chosen)}份.docx"
    return handed(name, write_slips(papers(chosen)))


_Issue = body_of(handing.issue_slip, "IssueSlip", skip={"item_id"})


@router.post("/items/{item_id}/slips", response={201: answer_of(handing.Handed)}, summary="发出单据")
@taking(_Issue)
def issue(request: Call, item_id: Id, payload: Body) -> Any:
    """Issue a slip by hand."""
    detail_for(request.who, item_id)
    return Status(201, handing.issue_slip(item_id, actor=request.who.actor, now=now(), **payload.given()))


deeds(
    router,
    "/slips",
    lambda request, slip_id: slip_detail(slip_id, request.who.actor, request.who.units),
    {
        "approve": ("签批发出", handing.approve_slip),
        "deliver": ("送达", handing.deliver_slip),
        "read": ("阅看", handing.read_slip),
        "acknowledge": ("签收", handing.acknowledge_slip),
        "answer": ("答复", handing.answer_slip),
        "judge": ("认可或退回答复", handing.judge_slip),
        "close": ("了结", handing.close_slip),
        "withdraw": ("撤回", handing.withdraw_slip),
    },
    answer=handing.Handed,
    key="slip_id",
)


@router.get("/requests", response=Page[RequestOut], summary="申请")
def requests(request: Call, after: After, size: Size, state: State, kind: Kind, item: OfItem) -> Any:
    """List the requests that the caller may see, the newest first."""
    demand(request.who.actor, Duty.READ)
    _known(kind, REQUEST_NAMES, "申请")
    states = _known(state, dict(REQUEST_STATES), "状态")
    found = requests_seen(request.who.units, item=item or None, kind=kind, states=states)
    rows, more = page_by_id(found, after, size)
    return Page[RequestOut](rows=[_request(row) for row in rows], next=more)


def _request(row: Request) -> RequestOut:
    names = {"kind_name": REQUEST_NAMES[row.kind], "state_name": REQUEST_STATES[row.state]}
    return fill(RequestOut, row, wanted=row.wanted or {}, **names)


@router.get("/requests/{request_id}", response=RequestOut, summary="一项申请")
def one_request(request: Call, request_id: Id) -> RequestOut:
    """Show a request."""
    demand(request.who.actor, Duty.READ)
    return _request(_asked(request, request_id))


def _asked(request: Call, request_id: int) -> Request:
    found = requests_seen(request.who.units).filter(pk=request_id).first()
    if found is None:
        raise NotFound(f"没有编号为 {request_id} 的申请。")
    return found


deeds(
    router,
    "/requests",
    _asked,
    {
        "approve": ("批准申请", asking.approve_request),
        "refuse": ("不批准申请", asking.refuse_request),
        "withdraw": ("撤回申请", asking.withdraw_request),
    },
    answer=asking.Asked,
    key="request",
)


def _ask(kind: str, body: type[Body]) -> Any:
    @taking(body)
    def ask(request: Call, item_id: Id, payload: Body) -> Any:
        detail_for(request.who, item_id)
        return Status(201, asking.ask(item_id, kind, request.who.actor, now(), **payload.given()))

    ask.__name__ = f"ask_{kind}"
    return ask


for _kind, _name in REQUEST_NAMES.items():
    _step = STEPS[STEP_OF[_kind]]
    _body = body_of(
        handler_of(_step.action), f"Ask{_kind.title()}", needs={**dict(_step.needs), "reason": "理由"}
    )
    router.post(
        f"/items/{{item_id}}/requests/{_kind}",
        response={201: answer_of(asking.Asked)},
        summary=f"申请{_name}",
    )(_ask(_kind, _body))
