"""Case reviews (典型案例复盘): cause, turning points and lesson of an item or a group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bihuan.ledger.append import Ledger, writing
from bihuan.ledger.tables import Row
from bihuan.models import Entry
from bihuan.rules import events as ev
from bihuan.rules.errors import Invalid, Needs, NotAllowed, NotFound
from bihuan.rules.events import KIND_NAMES
from bihuan.rules.permissions import DUTIES, ROLE_NAMES, Actor, Duty, Role

TITLE_LENGTH = 300


def review_case(
    actor: Actor,
    now: datetime,
    title: str,
    items: Sequence[int],
    cause: str,
    turns: Mapping[int, str],
    lesson: str,
    *,
    using: str = "default",
) -> int:
    """Enter a case review of ``items`` and return its id.

    ``turns`` are the turning points: the seq of an entry of one of the items → what it turned ("" for the name of the step).
    Raises Needs, NotFound, NotAllowed or Invalid.
    """
    given = {
        "标题": title.strip(),
        "事项": items,
        "成因": cause.strip(),
        "关键节点": turns,
        "经验教训": lesson.strip(),
    }
    missing = [label for label, value in given.items() if not value]
    if missing:
        raise Needs(f"案例复盘还缺：{'、'.join(missing)}。")
    with writing(now, using) as ledger:
        ledger.lock()
        rows = [_item(ledger, actor, i) for i in dict.fromkeys(items)]
        ids = [r["id"] for r in rows]
        event = ev.CaseReviewed(
            title=title.strip(), office=rows[0]["office_id"], items=ids, cause=cause.strip(),
            turns=_turns(turns, ids, using), lesson=lesson.strip(),
        )  # fmt: skip
        return ledger.append(event, actor)


def _item(ledger: Ledger, actor: Actor, item: int) -> Row:
    row = ledger.rows.find("item", item)
    if row is None:
        raise NotFound(f"没有编号为 {item} 的事项。")
    if not actor.holds(DUTIES[Duty.REVIEW_CASE], ledger.rows.get("unit", row["office_id"])["path"]):
        names = "、".join(ROLE_NAMES[r] for r in Role if r in DUTIES[Duty.REVIEW_CASE])
        raise NotAllowed(f"案例复盘须由督办单位的{names}办理。")
    return row


def _turns(turns: Mapping[int, str], items: Sequence[int], using: str) -> list[ev.Json]:
    entries = list(
        Entry.objects.using(using).filter(seq__in=[*turns], item_id__in=items).order_by("at", "seq")
    )
    strange = sorted({*turns} - {e.seq for e in entries})
    if strange:
        raise Invalid(f"留痕 #{strange[0]} 不在这些事项的办理过程中。", hint="请从事项的留痕中选择。")
    return [
        {
            "item": e.item_id,
            "seq": e.seq,
            "hash": bytes(e.hash).hex(),
            "text": turns[e.seq].strip() or KIND_NAMES[e.kind],
        }
        for e in entries
    ]
