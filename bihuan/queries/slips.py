"""Slips: lists, one with its receipts and their proof, what it looks like on paper, and what speaks against another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from bihuan.models import Entry, Item, Receipt, Slip, Unit
from bihuan.queries.people import directory, person_names
from bihuan.rules.errors import NotAllowed, NotFound
from bihuan.rules.permissions import Actor
from bihuan.rules.slips import LIVE, SLIP_STEPS, Address, SlipState, SlipStep, slip_allowed
from bihuan.rules.workflow import Place

#: With more units than this their slips are not gathered: a page of the newest is full after a few of all.
_FEW = 10
#: What each step is called in a slip's record.
RECEIPT_NAMES = {
    "propose": "拟发",
    "issue": "发出",
    "approve": "签批发出",
    "deliver": "送达",
    "read": "阅看",
    "acknowledge": "签收",
    "answer": "答复",
    "accept": "认可答复",
    "send-back": "退回答复",
    "close": "了结",
    "withdraw": "撤回",
}


@dataclass(frozen=True)
class Mark:
    """One step with a slip: who took it, when, with which words, and the entry (seq, hash in hex) that proves it."""

    seq: int
    name: str
    step: str
    person: str
    unit: str
    at: datetime
    text: str
    hash: str


@dataclass(frozen=True)
class SlipDetail:
    """A slip with its item, its people, its receipts in order, and the steps that this person may take now."""

    slip: Slip
    item: Item
    unit: str
    office: str
    marks: list[Mark]
    steps: list[SlipStep]


def slips(
    units: frozenset[int] | None,
    *,
    item: int | None = None,
    registers: Iterable[int] | None = None,
    kind: str = "",
    states: Iterable[str] = (),
    unit: int | None = None,
    gathered: bool = False,
    using: str = "default",
) -> QuerySet[Slip]:
    """Return the slips that somebody who sees ``units`` (None: all) may see, the newest first, narrowed by what is given.

    A unit sees a slip once it is issued; a proposal is seen by the office alone. ``gathered``: what few units see is brought together by
    their own indexes first, which is quicker where much of it is wanted (a list), and slower for one slip.
    """
    found = Slip.objects.using(using).order_by("-id")
    if units is not None:
        issued, own = Q(unit_id__in=units, issued_at__isnull=False), Q(office_id__in=units)
        if gathered and len(units) <= _FEW:
            parts = (Slip.objects.using(using).filter(q).values_list("id") for q in (issued, own))
            found = found.filter(pk__in=next(parts).union(next(parts)))
        else:
            found = found.filter(issued | own)
    wanted = {
        "item_id": item,
        "register_id__in": None if registers is None else list(registers),
        "kind": kind or None,
        "state__in": list(states) or None,
        "unit_id": unit,
    }
    return found.filter(**{k: v for k, v in wanted.items() if v is not None})


def find_slip(reference: str, using: str = "default") -> Slip:
    """Return the slip with this number or id. Raises NotFound."""
    found = Slip.objects.using(using).filter(number=reference).first() if reference else None
    if found is None and reference.isdigit():
        found = Slip.objects.using(using).filter(pk=int(reference)).first()
    if found is None:
        raise NotFound(f"没有编号为“{reference}”的单据。", hint="可用 bihuan slip list 查看全部单据。")
    return found


def slip_detail(
    slip_id: int, actor: Actor, units: frozenset[int] | None, *, using: str = "default"
) -> SlipDetail:
    """Return everything about a slip. Raises NotFound, or NotAllowed when it belongs to others."""
    slip = find_slip(str(slip_id), using)
    if not slips(units, using=using).filter(pk=slip.pk).exists():
        raise NotAllowed("这张单据不属于您的单位。")
    item = Item.objects.using(using).get(pk=slip.item_id)
    names = directory(using)
    return SlipDetail(
        slip=slip,
        item=item,
        unit=names.labels[slip.unit_id],
        office=names.labels[slip.office_id],
        marks=marks(slip.pk, using),
        steps=_steps(slip, item, actor, using),
    )


def marks(slip_id: int, using: str = "default") -> list[Mark]:
    """Return the receipts of a slip in order, each with the hash of the entry that proves it."""
    receipts = list(Receipt.objects.using(using).filter(slip_id=slip_id).order_by("id"))
    entries = Entry.objects.using(using).filter(seq__in=[r.pk for r in receipts])
    hashes = {seq: bytes(digest).hex() for seq, digest in entries.values_list("seq", "hash")}
    people = person_names({r.person_id for r in receipts}, using)
    labels = directory(using).labels
    return [
        Mark(
            seq=r.pk, name=RECEIPT_NAMES[r.step], step=r.step, person=people.get(r.person_id, ""),
            unit=labels.get(r.unit_id, ""), at=r.at, text=r.text, hash=hashes[r.pk],
        )
        for r in receipts
    ]  # fmt: skip


def _steps(slip: Slip, item: Item, actor: Actor, using: str) -> list[SlipStep]:
    units = Unit.objects.using(using).filter(pk__in={slip.unit_id, item.office_id})
    return [*steps_of(slip, item.office_id, actor, dict(units.values_list("id", "path")))]


def steps_of(
    slip: Slip,
    office: int,
    actor: Actor,
    paths: Mapping[int, str],
    among: Iterable[str] = SLIP_STEPS,
) -> Iterator[SlipStep]:
    """Yield the steps ``among`` these that ``actor`` may take now; ``office`` supervises the item, ``paths`` are those of both units by id."""
    place, address = Place(paths[office]), Address(paths[slip.unit_id], tuple(slip.to), slip.approver)
    state = SlipState(slip.state)
    for name in among:
        if name == "answer" and slip.answer_due is None:
            continue
        if slip_allowed(name, state, actor, place, address) is None:
            yield SLIP_STEPS[name]


def unsettled(units: frozenset[int] | None, most: int, using: str = "default") -> int:
    """Return how many slips wait for somebody (a signature, an answer, a receipt, a judgement), counted up to ``most``."""
    return slips(units, states=LIVE, gathered=True, using=using).order_by()[:most].count()
