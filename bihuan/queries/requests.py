"""Requests: lists of those that somebody may see, and of those that wait for them; items that were escalated to a unit."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connections
from django.db.models import F, Q, QuerySet

from bihuan.ledger import derive
from bihuan.ledger.rows import Rows
from bihuan.ledger.tables import Row
from bihuan.models import Item, Request
from bihuan.queries.item import Detail, place_of
from bihuan.rules.permissions import Actor
from bihuan.rules.requests import (
    STEP_OF,
    RequestKind,
    RequestState,
    may_ask,
    may_decide,
    needs_approval,
    permit_of,
)
from bihuan.rules.workflow import OPEN, STEPS, Place


def requests(
    units: frozenset[int] | None,
    *,
    item: int | None = None,
    kind: str = "",
    states: Iterable[str] = (),
    registers: Iterable[int] | None = None,
    using: str = "default",
) -> QuerySet[Request]:
    """Return the requests that somebody who sees ``units`` (None: all) may see, the newest first, narrowed by what is given."""
    found = Request.objects.using(using).order_by("-id")
    if units is not None:
        items = Item.objects.using(using).filter(office_id__in=units).values("id")
        found = found.filter(Q(unit_id__in=units) | Q(office_id__in=units) | Q(item_id__in=items))
    wanted = {
        "item_id": item,
        "kind": kind or None,
        "state__in": list(states) or None,
        "register_id__in": None if registers is None else list(registers),
    }
    return found.filter(**{k: v for k, v in wanted.items() if v is not None})


def to_decide(
    actor: Actor, units: frozenset[int] | None, *, item: int | None = None, using: str = "default"
) -> list[Request]:
    """Return the requests that wait for ``actor``, those with the nearest limit first."""
    rows = Rows(connections[using])
    waiting = list(requests(units, item=item, states=[RequestState.ASKED], using=using))
    rows.prefetch("item", [r.item_id for r in waiting])
    found = [r for r in waiting if _decides(actor, r, rows.get("item", r.item_id), rows)]
    return sorted(found, key=lambda r: (r.decide_due or derive.NEVER, r.pk))


def _decides(actor: Actor, request: Request, item: Row, rows: Rows) -> bool:
    permit = permit_of(derive.procedure_of(rows, item), request.kind)
    place = Place(rows.get("unit", item["office_id"])["path"])
    return actor.person != request.asked_by and may_decide(actor, request.kind, permit, place) is None


def askable(found: Detail, actor: Actor, using: str = "default") -> list[str]:
    """Return the kinds of requests that ``actor`` may make about an item now: what they may not decide themselves."""
    item = found.item
    place = place_of(item, Rows(connections[using]))
    waiting = set(
        requests(None, item=item.pk, states=[RequestState.ASKED], using=using).values_list("kind", flat=True)
    )
    return [
        kind.value
        for kind in RequestKind
        if kind not in waiting
        and item.state in STEPS[STEP_OF[kind]].frm
        and may_ask(actor, kind, place) is None
        and needs_approval(kind, permit_of(found.procedure, kind))
        and may_decide(actor, kind, permit_of(found.procedure, kind), place) is not None
    ]


def escalated(units: frozenset[int] | None, using: str = "default") -> QuerySet[Item]:
    """Return the open items that were escalated to one of ``units`` (None: any), those that owe a response first."""
    found = Item.objects.using(using).filter(escalated_at__isnull=False, state__in=sorted(OPEN))
    if units is not None:
        found = found.filter(office_id__in=units)
    return found.order_by(F("responded_at").asc(nulls_first=True), "escalated_at", "id")
