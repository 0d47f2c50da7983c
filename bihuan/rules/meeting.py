"""Meetings (会审): their states, who may take which step with one, what they can decide, and who takes no part."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from bihuan.rules.permissions import DUTIES, ROLE_NAMES, Actor, Duty, Role
from bihuan.rules.workflow import Refusal


class MeetingState(StrEnum):
    """Where a meeting is in its life; it is held once somebody's attendance was entered."""

    CALLED = "called"
    HELD = "held"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


MEETING_STATES: dict[str, str] = {
    MeetingState.CALLED: "已召集",
    MeetingState.HELD: "已召开",
    MeetingState.CONFIRMED: "纪要已确认",
    MeetingState.CANCELLED: "已取消",
}


class Presence(StrEnum):
    """Whether somebody who was expected came."""

    PRESENT = "present"
    ABSENT = "absent"
    REPRESENTED = "represented"


PRESENCE_NAMES: dict[str, str] = {
    Presence.PRESENT: "出席",
    Presence.ABSENT: "请假",
    Presence.REPRESENTED: "委托他人",
}

#: The steps of an item that a meeting can decide; ``comment`` is a decision in words alone.
DECIDABLE: dict[str, str] = {
    "plan": "调整措施",
    "amend": "调整目标、时限",
    "extend": "延期",
    "review": "审核",
    "transfer": "转办",
    "suspend": "挂起",
    "resume": "恢复办理",
    "escalate": "提级",
    "comment": "议定意见",
}
#: Step → the name of its value that says why, where it is not ``reason``.
REASONS = {"review": "opinion", "resume": "note", "comment": "text"}
#: What a meeting may change by ``amend``: the rest is a correction, which is the office's.
AMENDED = frozenset({"target", "due"})


@dataclass(frozen=True)
class MeetingStep:
    """One row: ``action`` can be taken in the states ``frm`` by who carries ``duty`` for the office; None: who chairs it alone.

    ``why`` says when it can be done.
    """

    action: str
    name: str
    frm: frozenset[MeetingState]
    duty: Duty | None
    why: str


_M = MeetingState
_OVER = "会议纪要确认后，只能由以后的会议变更。"

MEETING_STEPS: dict[str, MeetingStep] = {
    s.action: s
    for s in (
        MeetingStep("agenda", "确定议程", frozenset({_M.CALLED, _M.HELD}), Duty.MEET, _OVER),
        MeetingStep("attend", "登记到会情况", frozenset({_M.CALLED, _M.HELD}), Duty.MEET, _OVER),
        MeetingStep(
            "decide", "登记议定事项", frozenset({_M.HELD}), Duty.MEET, f"登记到会情况后才能登记；{_OVER}"
        ),
        MeetingStep("minutes", "记录", frozenset({_M.HELD}), Duty.MEET, f"登记到会情况后才能记录；{_OVER}"),
        MeetingStep("confirm", "确认纪要", frozenset({_M.HELD}), None, "会议召开后由主持人确认一次。"),
        MeetingStep("cancel", "取消会议", frozenset({_M.CALLED}), Duty.MEET, "召开前才能取消。"),
    )
}


def meeting_allowed(
    action: str, state: MeetingState, actor: Actor, path: str, chairs: Iterable[int]
) -> Refusal | None:
    """Return None when ``actor`` may take ``action``, else the refusal; ``path`` is the office's, ``chairs`` are people."""
    step = MEETING_STEPS[action]
    if state not in step.frm:
        return Refusal("wrong-state", f"会议现在是“{MEETING_STATES[state]}”，不能{step.name}：{step.why}")
    if step.duty is None:
        if actor.person in {0, *chairs}:
            return None
        return Refusal("not-allowed", f"{step.name}须由会议主持人办理。")
    if actor.holds(DUTIES[step.duty], path):
        return None
    return Refusal(
        "not-allowed", f"{step.name}须由召集单位的{_names(DUTIES[step.duty])}办理，您没有这一岗位。"
    )


def _names(roles: frozenset[Role]) -> str:
    return "、".join(ROLE_NAMES[r] for r in Role if r in roles)


def taking_part(attendance: Iterable[dict[str, object]]) -> list[int]:
    """Return the people in the room, in the order of ``attendance``: those present, and those who stood in for others."""
    found = []
    for row in attendance:
        if row["presence"] == Presence.PRESENT:
            found.append(row["person"])
        elif row["presence"] == Presence.REPRESENTED:
            found.append(row["by"])
    return [person for person in dict.fromkeys(found) if isinstance(person, int)]


def recused(present: Iterable[int], involved: Collection[int]) -> list[int]:
    """Return those of ``present`` who handled the item (``involved``) and so take no part in deciding on it."""
    return [person for person in present if person in involved]
