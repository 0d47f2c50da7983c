"""Review, closing, looking back and reopening."""

from __future__ import annotations

from collections.abc import Sequence

from bihuan.actions.closing import unmet
from bihuan.actions.step import Act, due_level, handles
from bihuan.rules import events as ev
from bihuan.rules.errors import Needs, NotAllowed


@handles("review")
def review(act: Act, *, passed: bool, opinion: str = "") -> None:
    """Pass the level that is due, or send the item back with a reason. Nobody reviews what they handled."""
    level = due_level(act.item, act.procedure)
    assert level is not None  # a procedure has at least one level, and reviewing items stand at one
    if act.actor.person in act.item["handled_by"]:
        raise NotAllowed("您办理过这一事项，不能审核自己办理的结果。", hint="请由其他审核人员审核。")
    if not passed and not opinion.strip():
        raise Needs("退回修改还缺：理由。")
    number = act.item["level"]
    act.enter(
        ev.ItemReviewed(
            level=number,
            name=level.name,
            passed=passed,
            opinion=opinion.strip(),
            last=passed and number == len(act.procedure.levels),
        )
    )


@handles("close")
def close(act: Act, *, note: str = "", rating: str = "", affirmed: Sequence[str] = ()) -> None:
    """Enter the closure once every condition of the procedure holds; ``affirmed`` names what the person vouches for."""
    missing = unmet(act, "submit") + unmet(act, "close", rating=rating, affirmed=affirmed)
    if missing:
        raise Needs("还不能销号：" + "；".join(missing) + "。", hint="补齐后再销号。")
    act.enter(ev.ItemClosed(note=note, rating=rating, affirmed=list(affirmed) or None))


@handles("look_back")
def look_back(act: Act, *, held: bool, text: str) -> None:
    """Record a look-back; a relapse opens the item again under the same number."""
    act.enter(ev.ItemLookedBack(held=held, text=text))
    if not held:
        act.enter(ev.ItemReopened(reason=text))


@handles("reopen")
def reopen(act: Act, *, reason: str, due: object = None) -> None:
    """Open a closed item again; everything closing asks for is needed anew."""
    limit = act.deadline(due)
    act.enter(
        ev.ItemReopened(
            reason=reason,
            due=limit.get("due", ""),
            due_text=limit.get("due_text", ""),
            provisional=limit.get("provisional", False),
        )
    )
