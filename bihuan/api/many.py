"""One step on many items, with a preview of what each would get; and look-backs that are due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from ninja import Field, Router, Schema
from pydantic import create_model

from bihuan.actions.bulk import BULK, MOST, do_on_many, values_for
from bihuan.actions.step import handler_of
from bihuan.api.bodies import Body, body_of, taking
from bihuan.api.call import Call, now
from bihuan.api.parts import Id, demand, fill
from bihuan.models import Item
from bihuan.queries.chosen import Chosen, filter_of
from bihuan.queries.closing import look_back_tasks
from bihuan.queries.item import state_name
from bihuan.queries.items import Filter, matching
from bihuan.queries.people import unit_labels
from bihuan.rules.errors import NotFound
from bihuan.rules.permissions import Duty
from bihuan.rules.workflow import STEPS

router = Router(tags=["批量办理"])


class One(Body):
    """An item, and the version of it that was read; what others changed since is refused."""

    id: Id
    version: int = Field(ge=1, le=2**31, description="读到的版本")


class OutcomeOut(Schema):
    """What the step does, or did, to one item: its state and deadline afterwards, or why it is refused."""

    item: int
    number: str
    title: str
    owner: str
    state: str
    state_name: str
    due: date | None
    version: int
    refused: str


class Outcomes(Schema):
    """What became, or would become, of each item, in the order of their ids."""

    done: bool = Field(description="已经办理；为 false 时只是预览，什么都没有写")
    good: int = Field(description="办了（或可以办）的有多少项")
    outcomes: list[OutcomeOut]


def _items(request: Call, wanted: list[One]) -> list[Item]:
    """Return the items, all of which the caller may see. Raises NotFound and names those that are not."""
    demand(request.who.actor, Duty.READ)
    seen: Filter = filter_of(Chosen(), request.who.registers, request.who)
    found = list(matching(seen).filter(pk__in=[one.id for one in wanted]).order_by("id"))
    if missing := sorted({one.id for one in wanted} - {item.pk for item in found}):
        raise NotFound(f"没有编号为 {'、'.join(map(str, missing))} 的事项，或不属于您的单位。")
    return found


def _many(action: str, body: type[Body]) -> Callable[..., Any]:
    @taking(body)
    def many(request: Call, payload: Any) -> Outcomes:
        given = payload.values.given()
        found = do_on_many(
            action,
            _items(request, payload.items),
            request.who.actor,
            now,
            lambda item: values_for(action, item, given),
            seen={one.id: one.version for one in payload.items},
            for_real=not payload.preview,
        )
        names = unit_labels()
        outcomes = [
            fill(
                OutcomeOut,
                o.item,
                item=o.item.pk,
                owner=names.get(o.item.owner_id, ""),
                state_name=state_name(o.item.state),
                refused=o.refused,
            )
            for o in found
        ]
        return Outcomes(done=not payload.preview, good=sum(not o.refused for o in found), outcomes=outcomes)

    many.__name__ = f"many_{action}"
    return many


#: Step → what each item may have of its own, so that it need not be given for all, by type.
_OF_EACH: dict[str, dict[str, Any]] = {"assign": {"owner": int}}

for _action in BULK:
    _step = STEPS[_action]
    _own = _OF_EACH.get(_action, {})
    _values = body_of(
        handler_of(_action),
        f"Many{_action.title()}Values",
        needs={name: label for name, label in _step.needs if name not in _own},
        skip=_own,
        also=_own,
    )
    _body: Any = create_model(
        f"Many{_action.title()}",
        __base__=Body,
        items=(list[One], Field(..., min_length=1, max_length=MOST, title="事项")),
        values=(_values, Field(..., title="每一项都一样的内容")),
        preview=(bool, Field(..., title="只预览，不办理")),
    )
    router.post(
        f"/many/{_action}", response=Outcomes, summary=f"批量{_step.name}（先预览）", description=_step.why
    )(_many(_action, _body))


class LookBackOut(Schema):
    """An item that waits for a look-back; ``by`` none: by the schedule, now. ``sample`` 0: not by lot."""

    item: int
    number: str
    title: str
    unit: str
    by: date | None
    sample: int
    overdue: bool


@router.get("/look-backs", response=list[LookBackOut], summary="该回头看的事项")
def look_backs(request: Call) -> Any:
    """Tell what is to be looked at again, what is due first before the rest."""
    demand(request.who.actor, Duty.SAMPLE)
    found = look_back_tasks([r.pk for r in request.who.registers], request.who.units)
    return [fill(LookBackOut, t, item=t.item.pk, number=t.item.number, title=t.item.title) for t in found]
