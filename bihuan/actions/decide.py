"""What a meeting decides: many items at once, all or nothing, through the same steps as ever."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bihuan.actions.meeting import agenda_of, authority_of, meeting_step
from bihuan.actions.step import Act, Done, Mandate, check_step, take
from bihuan.ledger.append import Ledger
from bihuan.ledger.tables import Row
from bihuan.rules import events as ev
from bihuan.rules.errors import BihuanError, Invalid, Needs, NotAllowed
from bihuan.rules.meeting import AMENDED, DECIDABLE, REASONS, recused, taking_part
from bihuan.rules.permissions import Actor
from bihuan.rules.workflow import STEPS


@dataclass(frozen=True)
class Resolution:
    """A decision on ``item``: the ``step`` (``rules.meeting.DECIDABLE``) with its ``values``, and why.

    ``presider`` chairs for this item in place of who chairs the meeting, where that person handled it.
    """

    item: int
    step: str
    values: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    presider: int = 0


@dataclass(frozen=True)
class Decided:
    """What a meeting's decisions led to, in their order."""

    meeting: int
    number: str
    done: list[Done]


def decide(
    meeting: int, actor: Actor, now: datetime, resolutions: Sequence[Resolution], *, using: str = "default"
) -> Decided:
    """Enter what a meeting decided; one that is refused takes all of them back, and the error names its item.

    ``actor`` records; whose roles count are those of who chairs, beside the recorder's. Those present who handled an item are
    recorded as recused. Raises NotFound, WrongState, NotAllowed, Needs or Invalid.
    """
    if not resolutions:
        raise Needs("还缺：议定事项。")
    for resolution in resolutions:
        _check(resolution)
    with meeting_step("decide", meeting, actor, now, using, [r.item for r in resolutions]) as (ledger, row):
        places = {a["item_id"]: a["no"] for a in agenda_of(ledger, row)}
        done = [_decide(ledger, row, places, actor, r) for r in resolutions]
        return Decided(meeting, row["number"], done)


def _check(resolution: Resolution) -> None:
    step, values = resolution.step, resolution.values
    if step not in DECIDABLE:
        known = "、".join(f"{s}（{name}）" for s, name in DECIDABLE.items())
        raise Invalid(f"会议不能决定“{step}”。", hint=f"可用：{known}。")
    if step == "amend" and set(values.get("changes") or {}) - AMENDED:
        raise Invalid("会议只能调整目标和时限；其他内容请由督办员更正。")
    check_step(step, _values(resolution))


def _values(resolution: Resolution) -> dict[str, Any]:
    """The values of the step; the reason of the decision is that of the step, where it takes one."""
    values = dict(resolution.values)
    if resolution.reason.strip():
        values.setdefault(REASONS.get(resolution.step, "reason"), resolution.reason.strip())
    return values


def _decide(
    ledger: Ledger, meeting: Row, places: Mapping[int, int], actor: Actor, resolution: Resolution
) -> Done:
    item = ledger.rows.get("item", resolution.item)
    try:
        return _take(ledger, meeting, places.get(item["id"], 0), actor, item, resolution)
    except BihuanError as error:
        raise type(error)(f"{item['number']}：{error.message}", hint=error.hint) from None


def _take(ledger: Ledger, meeting: Row, no: int, actor: Actor, item: Row, resolution: Resolution) -> Done:
    if not no:
        raise Invalid("事项不在这次会议的议程上。", hint="请先列入议程（bihuan meeting agenda --add）。")
    if item["office_id"] != meeting["office_id"]:
        raise Invalid("事项已不由这个单位督办，不能再在这次会议上决定。")
    values, presider = _values(resolution), resolution.presider or meeting["presider_id"]
    if resolution.step == "amend":
        _not_later(ledger, item, actor, values)
    away = _recused(meeting, item, presider, actor)
    word = ev.MeetingDecided(
        meeting=meeting["id"], no=no, step=resolution.step, presider=presider, reason=resolution.reason.strip(),
        recused=away or None,
    )  # fmt: skip
    chair = authority_of(ledger, presider)
    joint = Actor(actor.person, actor.name, actor.unit, (*chair.grants, *actor.grants))
    mandate = Mandate(word, joint, meeting=meeting["id"], answerable=presider)
    return take(ledger, item, resolution.step, actor, values, mandate=mandate)


def _recused(meeting: Row, item: Row, presider: int, recorder: Actor) -> list[int]:
    """Return who of those present takes no part; raises NotAllowed where that leaves nobody to chair or to record."""
    present = taking_part(meeting["attendance"])
    away = recused(present, item["handled_by"])
    if presider not in present:
        raise Invalid("主持人没有出席这次会议。", hint="请由出席人员主持。")
    if presider in away:
        raise NotAllowed(
            "主持人办理过这一事项，应当回避。", hint="请写明由出席人员中的哪一位主持这一项（presider）。"
        )
    if recorder.person in item["handled_by"]:
        raise NotAllowed("记录人办理过这一事项，应当回避。", hint="请由其他督办员登记这一项。")
    return away


def _not_later(ledger: Ledger, item: Row, actor: Actor, values: Mapping[str, Any]) -> None:
    """A later deadline is an extension, which has its limits; a change of the deadline must not go around them."""
    due, old = values["changes"].get("due"), item["due"]
    if due in (None, "") or old is None:
        return
    new = Act(ledger, item, actor, STEPS["amend"]).deadline(due)
    if new["ongoing"] or (new["due"] and date.fromisoformat(new["due"]) > old):
        raise Invalid(f"新的时限晚于原时限 {old}，请按延期（extend）决定。")
