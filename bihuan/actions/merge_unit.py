"""Merging a unit into another: the same body under two names, or one that was dissolved into the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bihuan.actions.house import demand_unit
from bihuan.ledger.append import Ledger, writing
from bihuan.ledger.due import catch_up
from bihuan.ledger.tables import Row
from bihuan.models import Campaign, Helper, Item, Person, Register
from bihuan.rules import events as ev
from bihuan.rules.errors import Invalid, Needs
from bihuan.rules.permissions import Actor

#: So many items are held and written at a time, to keep memory flat.
_BATCH = 500


@dataclass(frozen=True)
class UnitsMerged:
    """What followed the unit: how many items and people; ``seq`` is the entry."""

    seq: int
    items: int
    people: int


def merge_unit(
    actor: Actor, now: datetime, unit: int, into: int, *, reason: str, using: str = "default"
) -> UnitsMerged:
    """Merge ``unit`` into the unit ``into``: what it answers for, its people, roles, slips and names follow.

    Its items are amended one by one, so that each keeps the trace; what was entered before stays as it was. Raises Needs
    (no reason), NotFound, NotAllowed, or Invalid: the same unit, one below it, or one that supervises.
    """
    if not reason.strip():
        raise Needs("并入单位须写明理由。")
    with writing(now, using) as ledger:
        ledger.lock_all()
        gone, heir = (demand_unit(ledger, actor, u) for u in (unit, into))
        _demand_apart(gone, heir)
        _demand_no_office(gone, using)
        items = _items_of(unit, using)
        for part in _parts(items):
            for item in _held(ledger, part):
                catch_up(
                    ledger, item, ledger.now
                )  # first: a slip that falls due now still goes to the old name
            ledger.checkpoint()
        people = Person.objects.using(using).filter(unit_id=unit).count()
        seq = ledger.append(ev.UnitMerged(unit=unit, into=into, reason=reason.strip()), actor)
        why = f"“{gone['name']}”并入“{heir['name']}”：{reason.strip()}"
        for part in _parts(items):
            for item in _held(ledger, part):
                _hand_over(ledger, actor, item, unit, into, why)
            ledger.checkpoint()
    return UnitsMerged(seq, len(items), people)


def _demand_apart(gone: Row, heir: Row) -> None:
    if gone["id"] == heir["id"]:
        raise Invalid("单位不能并入自己。")
    if heir["path"].startswith(gone["path"]):
        raise Invalid(
            f"“{heir['name']}”是“{gone['name']}”的下级，上级不能并入下级。",
            hint="请先调整上下级关系，或反过来并入。",
        )


def _demand_no_office(gone: Row, using: str) -> None:
    """What an office supervises does not change hands by the way."""
    kept = [
        *Campaign.objects.using(using).filter(unit_id=gone["id"]).values_list("name", flat=True),
        *Register.objects.using(using).filter(unit_id=gone["id"]).values_list("name", flat=True),
    ]
    if kept or Item.objects.using(using).filter(office_id=gone["id"]).exists():
        named = f"（{'、'.join(dict.fromkeys(kept))}）" if kept else ""
        raise Invalid(
            f"“{gone['name']}”是督办单位{named}，不能并入别的单位。",
            hint="反过来把另一个单位并入它，再改名。",
        )


def _items_of(unit: int, using: str) -> list[int]:
    """The items that the unit owns or helps with, closed ones too: its figures go with it."""
    owned = Item.objects.using(using).filter(owner_id=unit).values_list("id", flat=True)
    helped = Helper.objects.using(using).filter(unit_id=unit).values_list("item_id", flat=True)
    return sorted({*owned, *helped})


def _parts(items: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]


def _held(ledger: Ledger, items: Sequence[int]) -> Iterator[Row]:
    ledger.hold(items)
    for item in items:
        yield ledger.rows.get("item", item)


def _hand_over(ledger: Ledger, actor: Actor, item: Row, unit: int, into: int, why: str) -> None:
    owner = into if item["owner_id"] == unit else item["owner_id"]
    named = dict.fromkeys(into if helper == unit else helper for helper in item["helpers"])
    helpers = [helper for helper in named if helper != owner]
    changes: dict[str, list[object]] = {}
    if owner != item["owner_id"]:
        changes["owner"] = [item["owner_id"], owner]
    if helpers != item["helpers"]:
        changes["helpers"] = [item["helpers"], helpers]
    at = max(ledger.now, item["changed_at"])
    ledger.append(ev.ItemAmended(changes=changes, reason=why), actor, item=item["id"], at=at)
