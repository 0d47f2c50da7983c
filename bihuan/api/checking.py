"""Signs of false closure: hints where to look again, and why one was set aside."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Query, Router, Schema

from bihuan.actions.sign import dismiss_sign
from bihuan.api.bodies import Body, body_of, taking
from bihuan.api.call import Call, now
from bihuan.api.items import SignOut
from bihuan.api.parts import Id, demand, fill
from bihuan.queries.item import detail_for
from bihuan.queries.signs import signs as signs_seen
from bihuan.rules.permissions import Duty

router = Router(tags=["督查检查"])


class ProofOut(Schema):
    """One entry that proves it; ``item`` 0 where the caller may not see the item."""

    item: int
    number: str
    title: str
    seq: int
    hash: str
    note: str


class ItemSign(SignOut):
    """A sign with its item and its proofs."""

    item: int
    number: str
    title: str
    unit: int
    proofs: list[ProofOut]


class Entered(Schema):
    """The entry by which it was said."""

    seq: int


@router.get("/registers/{register_id}/signs", response=list[ItemSign], summary="虚假销号的迹象")
def signs(
    request: Call, register_id: Id, dismissed: Annotated[bool, Query(False, description="连同已排除的")]
) -> Any:
    """Tell the signs on the items of a register that are in review or closed."""
    demand(request.who.actor, Duty.SIGNS)
    register = request.who.register(register_id)
    units = request.who.units_in(register)
    found = signs_seen([register.pk], request.who.actor, dismissed=dismissed)
    shown = [s for s in found if units is None or s.unit in units]
    return [fill(ItemSign, sign, proofs=[fill(ProofOut, p) for p in sign.proofs]) for sign in shown]


_Dismiss = body_of(dismiss_sign, "DismissSign", skip={"item"})


@router.post("/items/{item_id}/signs/dismiss", response=Entered, summary="排除一处迹象，写明理由")
@taking(_Dismiss)
def dismiss(request: Call, item_id: Id, payload: Body) -> Entered:
    """Set a sign aside."""
    detail_for(request.who, item_id)
    return Entered(seq=dismiss_sign(item_id, request.who.actor, now(), **payload.given()))
