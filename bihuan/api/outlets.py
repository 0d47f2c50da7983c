"""Outlets of messages: what waits and what failed in each, adding one, a trial, switching it off. Secrets are never shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Field, Router, Schema, Status

from bihuan.actions.outlets import add_outlet, remove_outlet
from bihuan.api.bodies import Body, body_of, taking
from bihuan.api.call import Call, now
from bihuan.api.parts import After, Id, Page, Size, demand, fill, page_by_id
from bihuan.models import Outlet
from bihuan.queries.messages import failed, outlet_of, outlets
from bihuan.rules.errors import BihuanError
from bihuan.rules.permissions import Duty
from bihuan.telling.outlet import try_out

router = Router(tags=["单位、人员和设置"])


class OutletOut(Schema):
    """An outlet of a person or of a unit (the other id is 0), how many messages are in which state, and why the last one failed."""

    id: int
    kind: str
    name: str
    person_id: int
    unit_id: int
    titles: bool = Field(description="汇总里写不写事项名称")
    made_at: datetime
    messages: dict[str, int] = Field(
        description="各状态的消息数：waiting 待发送、sending 发送中、sent 已送达、read 已阅看、given-up 不再发送"
    )
    failure: str = Field(description="最近一次没有送达的原因；没有为空")


class FailureOut(Schema):
    """A message that did not arrive; ``next_at`` is when it is tried again (null: no more)."""

    seq: int
    state: str
    attempts: int
    reason: str
    next_at: datetime | None


class TrialOut(Schema):
    """How a trial went; ``failure`` is why it was not taken, "" where it was."""

    taken: bool
    failure: str


class GivenUp(Schema):
    """How many messages that waited are not sent any more."""

    dropped: int


def _shown(outlet: Outlet, counts: dict[str, int], failure: str) -> OutletOut:
    return fill(OutletOut, outlet, messages=counts, failure=failure)


@router.get("/outlets", response=list[OutletOut], summary="消息通道：待发送、未送达和原因；不显示密钥")
def every(request: Call) -> Any:
    """List the outlets in use."""
    demand(request.who.actor, Duty.OUTLETS)
    return [_shown(*one) for one in outlets()]


_Add = body_of(add_outlet, "AddOutlet")


@router.post("/outlets", response={201: OutletOut}, summary="添加消息通道；地址或密钥加密存放，不再显示")
@taking(_Add)
def add(request: Call, payload: Body) -> Any:
    """Add an outlet."""
    demand(request.who.actor, Duty.OUTLETS)
    return Status(201, _shown(add_outlet(request.who.actor, now(), **payload.given()), {}, ""))


@router.get("/outlets/{outlet_id}/failures", response=Page[FailureOut], summary="没有送达的消息和原因")
def failures(request: Call, outlet_id: Id, after: After, size: Size) -> Any:
    """List the messages that did not arrive, the newest first."""
    rows, more = page_by_id(failed(_outlet(request, outlet_id).pk), after, size, column="seq")
    shown = [fill(FailureOut, row, next_at=row.next_at if row.state == "waiting" else None) for row in rows]
    return Page[FailureOut](rows=shown, next=more)


@router.post("/outlets/{outlet_id}/actions/try", response=TrialOut, summary="发一条测试消息")
def trial(request: Call, outlet_id: Id) -> TrialOut:
    """Send a message that says it is a trial."""
    outlet = _outlet(request, outlet_id)
    try:
        failure = try_out(outlet)
    except BihuanError as error:
        failure = str(error)
    return TrialOut(taken=not failure, failure=failure)


@router.post("/outlets/{outlet_id}/actions/remove", response=GivenUp, summary="停用消息通道，删去密钥")
def remove(request: Call, outlet_id: Id) -> GivenUp:
    """Switch an outlet off and forget its secret."""
    return GivenUp(dropped=remove_outlet(request.who.actor, now(), _outlet(request, outlet_id).pk))


def _outlet(request: Call, outlet_id: int) -> Outlet:
    demand(request.who.actor, Duty.OUTLETS)
    return outlet_of(outlet_id)
