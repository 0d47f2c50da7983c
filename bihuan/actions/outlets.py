"""Outlets of digests: kept by the system administrator, beside the ledger; what they are secret about is never shown again."""

from __future__ import annotations

from datetime import datetime

from bihuan.models import Delivery, Outlet, Person, Unit
from bihuan.rules.errors import Invalid, NotAllowed, NotFound
from bihuan.rules.outlets import OUTLETS, check
from bihuan.rules.permissions import DUTIES, ROLE_NAMES, Actor, Duty, Role
from bihuan.secret import lock


def demand_outlets(actor: Actor) -> None:
    """Raise NotAllowed unless ``actor`` keeps the outlets."""
    if not actor.may(Duty.OUTLETS):
        raise NotAllowed(
            f"消息通道须由{'、'.join(ROLE_NAMES[r] for r in Role if r in DUTIES[Duty.OUTLETS])}设置。"
        )


def add_outlet(
    actor: Actor,
    now: datetime,
    kind: str,
    secret: str,
    *,
    person: int = 0,
    unit: int = 0,
    titles: bool | None = None,
    using: str = "default",
) -> Outlet:
    """Add an outlet of a person or of a unit; what is told from now on goes there.

    ``secret`` is what the other side gave: an address, a robot's webhook. ``titles`` (default: by e-mail alone) tells the
    titles of items outside of the house. Raises NotAllowed, NotFound, OutletInvalid, Invalid or Missing.
    """
    demand_outlets(actor)
    kept = check(kind, secret)
    if bool(person) == bool(unit):
        raise Invalid("消息通道要么属于一个人，要么属于一个单位。", hint="请用 --person 或 --unit 指明其一。")
    found = (
        Person.objects.using(using).filter(pk=person, active=True)
        if person
        else Unit.objects.using(using).filter(pk=unit, active=True)
    ).first()
    if found is None:
        raise NotFound("没有这个人员或单位，或已停用。")
    return Outlet.objects.using(using).create(
        kind=kind, name=f"{found.name}的{OUTLETS[kind]}"[:60], person_id=person, unit_id=unit, secret=lock(kept),
        titles=kind == "mail" if titles is None else titles, made_at=now,
    )  # fmt: skip


def remove_outlet(actor: Actor, now: datetime, outlet_id: int, *, using: str = "default") -> int:
    """Close an outlet and forget its secret; returns how many messages were given up. What was told stays in the inboxes."""
    demand_outlets(actor)
    changed = Outlet.objects.using(using).filter(pk=outlet_id, active=True).update(active=False, secret="")
    if not changed:
        raise NotFound(f"没有编号为 {outlet_id} 的消息通道，或已停用。")
    waiting = Delivery.objects.using(using).filter(outlet_id=outlet_id, state="waiting")
    return waiting.update(state="given-up", reason="消息通道已停用。", ended_at=now)
