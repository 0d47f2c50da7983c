"""One item: everything its page shows, and what this person may do with it now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import connections

from bihuan.ledger import derive
from bihuan.ledger.facts import Fact, fact_of
from bihuan.ledger.rows import Rows
from bihuan.models import Evidence, Item, Measure, Register, Review
from bihuan.queries.closing import Linked, linked
from bihuan.queries.inspection import veil
from bihuan.queries.items import may_see
from bihuan.queries.people import Directory, directory, person_names
from bihuan.queries.scope import Scope
from bihuan.queries.signs import Sign, signs_of
from bihuan.rules.errors import NotAllowed, NotFound
from bihuan.rules.events import KIND_NAMES
from bihuan.rules.permissions import Actor, Role
from bihuan.rules.procedure import Procedure
from bihuan.rules.procedure_types import Level
from bihuan.rules.requests import KIND_OF, RequestKind, may_decide, permit_of
from bihuan.rules.workflow import STATE_NAMES, STEPS, Place, Side, State, Step, allowed


@dataclass(frozen=True)
class Moment:
    """One entry of the timeline: what happened, when, who did it, and the hash under which it stands (hex)."""

    seq: int
    at: datetime
    recorded: datetime
    kind: str
    name: str
    person: str
    unit: str
    hash: str
    fact: Fact


@dataclass(frozen=True)
class Detail:
    """Everything about one item. ``steps`` are those this person may take now; ``state_name`` as its procedure calls it.

    ``signs`` are hints where to look before and after closing, for those who check; ``linked`` are the institutions and case reviews.
    Both are read when they are asked for: few pages show them.
    """

    item: Item
    register: Register
    procedure: Procedure
    state_name: str
    owner: str
    helpers: list[str]
    office: str
    measures: list[Measure]
    evidence: list[Evidence]
    reviews: list[Review]
    timeline: list[Moment]
    steps: list[Step]
    people: dict[int, str]
    actor: Actor
    using: str

    @cached_property
    def signs(self) -> list[Sign]:
        """The signs on the item that its reader may look at."""
        return signs_of(self.item, self.actor, using=self.using)

    @cached_property
    def linked(self) -> Linked:
        """What the item led to."""
        return linked(self.item.pk, self.using)


def find_item(reference: str, using: str = "default") -> Item:
    """Return the item with this number or id. Raises NotFound."""
    items = Item.objects.using(using)
    found = items.filter(number=reference).first()
    if found is None and reference.isdigit():
        found = items.filter(pk=int(reference)).first()
    if found is None:
        raise NotFound(f"没有编号为“{reference}”的事项。")
    return found


def procedure_of(procedure_id: int, using: str = "default") -> Procedure:
    """Return the procedure version with this id."""
    return derive.parsed(Rows(connections[using]).get("procedure", procedure_id)["text"])


def detail(item_id: int, actor: Actor, units: frozenset[int] | None, *, using: str = "default") -> Detail:
    """Return everything about an item. Raises NotFound, or NotAllowed when it belongs to others."""
    item = Item.objects.using(using).filter(pk=item_id).first()
    if item is None:
        raise NotFound(f"没有编号为 {item_id} 的事项。")
    if not may_see(item, units):
        raise NotAllowed("这一事项不属于您的单位。")
    rows = Rows(connections[using])
    procedure = derive.parsed(rows.get("procedure", item.procedure_id)["text"])
    names = directory(using)
    timeline, people = _timeline(item.pk, names, using, veil(item.pk, actor, using))
    return Detail(
        item=item,
        register=Register.objects.using(using).get(pk=item.register_id),
        procedure=procedure,
        state_name=state_name(item.state, procedure),
        owner=names.labels.get(item.owner_id, ""),
        helpers=[names.labels[u] for u in item.helpers],
        office=names.labels[item.office_id],
        measures=list(Measure.objects.using(using).filter(item_id=item.pk).order_by("no")),
        evidence=list(Evidence.objects.using(using).filter(item_id=item.pk).order_by("id")),
        reviews=list(Review.objects.using(using).filter(item_id=item.pk).order_by("id")),
        timeline=timeline,
        steps=_steps(item, procedure, actor, rows),
        people=people,
        actor=actor,
        using=using,
    )


def detail_for(who: Scope, item_id: int, *, using: str = "default") -> Detail:
    """Return everything about an item for somebody with this reach. Raises NotFound or NotAllowed."""
    item = Item.objects.using(using).filter(pk=item_id).first()
    if item is None:
        raise NotFound(f"没有编号为 {item_id} 的事项。")
    register = Register.objects.using(using).get(pk=item.register_id)
    return detail(item_id, who.actor, who.units_in(register), using=using)


def state_name(state: str, procedure: Procedure | None = None) -> str:
    """Return what the state is called, in the procedure's own words where it has them."""
    if procedure is not None and state in procedure.state_labels:
        return procedure.state_labels[state]
    return STATE_NAMES[state]


def _timeline(
    item_id: int, names: Directory, using: str, veiled: dict[int, str]
) -> tuple[list[Moment], dict[int, str]]:
    with connections[using].cursor() as cursor:
        cursor.execute('SELECT "body","hash" FROM "entry" WHERE "item_id"=%s ORDER BY "seq"', [item_id])
        found = [(fact_of(body), bytes(digest).hex()) for body, digest in cursor.fetchall()]
    people = person_names({fact.actor for fact, _ in found}, using) | veiled
    return [_moment(fact, digest, names, people) for fact, digest in found], people


def _moment(fact: Fact, digest: str, names: Directory, people: dict[int, str]) -> Moment:
    return Moment(
        seq=fact.seq,
        at=fact.at,
        recorded=fact.recorded,
        kind=fact.kind,
        name=KIND_NAMES[fact.kind],
        person=people.get(fact.actor, f"人员{fact.actor}"),
        unit=names.labels.get(fact.unit, ""),
        hash=digest,
        fact=fact,
    )


def place_of(item: Item, rows: Rows) -> Place:
    """Return the unit paths that decide who may act on ``item``."""
    owners = [item.owner_id, *item.helpers] if item.owner_id else []
    return Place(
        rows.get("unit", item.office_id)["path"],
        tuple(rows.get("unit", u)["path"] for u in owners),
        tuple(rows.get("unit", b["unit"])["path"] for b in item.below),
    )


def _steps(item: Item, procedure: Procedure, actor: Actor, rows: Rows) -> list[Step]:
    place = place_of(item, rows)
    level = procedure.levels[item.level - 1] if item.level else None
    asked: dict[str, Any] = {
        "level_roles": frozenset({Role(level.role)}) if level else frozenset(),
        "level_side": Side.OWNER if level and level.scope == "owner" else Side.OFFICE,
    }
    found = [s for s in STEPS.values() if allowed(s.action, State(item.state), actor, place, **asked) is None]
    return [
        s
        for s in found
        if not _pointless(s.action, item, level, actor) and _decides(s.action, procedure, actor, place)
    ]


def _decides(action: str, procedure: Procedure, actor: Actor, place: Place) -> bool:
    """Whether a step needs no approval by somebody else (``rules.requests``)."""
    kind = KIND_OF.get(action, "")
    permit = permit_of(procedure, kind) if kind else None
    if permit is None or not permit.approver:
        return True
    return kind != RequestKind.RETURN and may_decide(actor, kind, permit, place) is None


def _pointless(action: str, item: Item, level: Level | None, actor: Actor) -> bool:
    """Whether a step that the table allows would be refused whatever was filled in."""
    if action == "review":
        return actor.person in item.handled_by or (level is not None and level.meeting)
    if action == "respond":
        return not item.below or item.responded_at is not None
    return action == "hand_back" and not item.below
