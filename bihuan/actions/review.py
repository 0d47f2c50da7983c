"""Review, closing, looking back and reopening."""

from __future__ import annotations

from collections.abc import Sequence

from bihuan.actions.closing import unmet
from bihuan.actions.step import Act, due_level, handles
from bihuan.rules import events as ev
from bihuan.rules.errors import Needs, NotAllowed
from bihuan.rules.procedure_types import Level


@handles("review")
def review(act: Act, *, passed: bool, opinion: str = "") -> None:
    """Pass the level that is due, or send the item back with a reason. Nobody reviews what they handled, and a level that a
    meeting decides (会审) is decided by nobody else.
    """
    level = due_level(act.item, act.procedure)
    assert level is not None  # a procedure has at least one level, and reviewing items stand at one
    _by_whom_it_must(act, level)
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
            meeting=act.meeting,
            answerable=act.mandate.answerable if act.mandate else 0,
        )
    )


def _by_whom_it_must(act: Act, level: Level) -> None:
    if act.actor.person in act.item["handled_by"]:
        raise NotAllowed("您办理过这一事项，不能审核自己办理的结果。", hint="请由其他审核人员审核。")
    if level.meeting and not act.meeting:
        raise NotAllowed(
            f"“{level.name}”须由会议决定，不能由个人审核。", hint="请把事项列入会议议程，在会上决定。"
        )


@handles("close")
def close(act: Act, *, note: str = "", rating: str = "", affirmed: Sequence[str] = ()) -> None:
    """Enter the closure once every condition of the procedure holds; ``affirmed`` names what the person vouches for."""
    missing = unmet(act, "submit", affirmed=act.item["affirmed"])
    missing += unmet(act, "close", rating=rating, affirmed=affirmed)
    if missing:
        raise Needs("还不能销号：" + "；".join(missing) + "。", hint="补齐后再销号。")
    act.enter(ev.ItemClosed(note=note, rating=rating, affirmed=list(affirmed) or None))


@handles("look_back")
def look_back(act: Act, *, held: bool, text: str, due: object = None) -> None:
    """Record a look-back; a relapse opens the item again under the same number, due as in ``reopen``."""
    if act.actor.person in act.item["handled_by"]:
        raise NotAllowed("您办理过这一事项，不能由您回头看。", hint="请由其他督办员、检查人或审核人回头看。")
    limit = {} if held else _anew(act, due)
    act.enter(ev.ItemLookedBack(held=held, text=text.strip()))
    if not held:
        act.enter(ev.ItemReopened(reason=text.strip(), **limit))


@handles("reopen")
def reopen(act: Act, *, reason: str, due: object = None) -> None:
    """Open a closed item again; everything closing asks for is needed anew.

    Without ``due`` an ongoing item stays ongoing; another gets the procedure's limit for its class, else the one for 立行立改.
    """
    act.enter(ev.ItemReopened(reason=reason.strip(), **_anew(act, due)))


def _anew(act: Act, due: object) -> ev.Json:
    """Return the deadline of an item that is opened again; the old one has passed and would be no deadline."""
    limit = act.deadline(due)
    if limit.get("due") or limit.get("ongoing"):
        return limit
    item, rules = act.item, act.procedure.deadlines
    if item["ongoing"]:
        return {"ongoing": True, "cycle": item["cycle"], "due_text": limit.get("due_text", "")}
    span = rules.default(item["klass"], item["extra"].get("urgency", "")) or rules.immediate
    found = act.add_span(span)
    return {"due": found.date.isoformat(), "provisional": found.provisional, "due_text": f"重办之日起{span}"}
