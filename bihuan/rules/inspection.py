"""Inspections: their kinds and states, who may take which step, what a plan covers, and which plans meet at one unit.

政府督查工作条例: an inspection needs an approved plan that fixes content, objects and scope (内容、对象、范围), and does not
exceed it; repeated and overlapping inspections are forbidden.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bihuan.rules.permissions import DUTIES, ROLE_NAMES, Actor, Duty, Role
from bihuan.rules.workflow import Refusal


class InspectionMode(StrEnum):
    """How it is inspected."""

    PLANNED = "planned"
    SPECIAL = "special"
    RANDOM = "random"
    COVERT = "covert"
    WALK = "walk"


MODE_NAMES: dict[str, str] = {
    InspectionMode.PLANNED: "计划督查",
    InspectionMode.SPECIAL: "专项督查",
    InspectionMode.RANDOM: "随机抽查",
    InspectionMode.COVERT: "暗访",
    InspectionMode.WALK: "走流程",
}


class InspectionState(StrEnum):
    """Where an inspection is; it is under way from its first record on. An amended plan waits for approval anew."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    UNDERWAY = "underway"
    FINISHED = "finished"
    CANCELLED = "cancelled"


INSPECTION_STATES: dict[str, str] = {
    InspectionState.PROPOSED: "待批准",
    InspectionState.APPROVED: "已批准",
    InspectionState.UNDERWAY: "进行中",
    InspectionState.FINISHED: "已结束",
    InspectionState.CANCELLED: "已取消",
}

#: A plan that somebody approved; another one at the same unit at the same time needs a reason.
STANDING = frozenset({InspectionState.APPROVED, InspectionState.UNDERWAY, InspectionState.FINISHED})
ENDED = frozenset({InspectionState.FINISHED, InspectionState.CANCELLED})


@dataclass(frozen=True)
class InspectionStep:
    """One row: ``action`` can be taken in the states ``frm`` by who has one of ``duties`` for the inspecting unit; with
    ``group`` also by the leader and the members, whatever their roles. ``why`` says when it can be done.
    """

    action: str
    name: str
    frm: frozenset[InspectionState]
    duties: tuple[Duty, ...]
    group: bool
    why: str


_I = InspectionState

INSPECTION_STEPS: dict[str, InspectionStep] = {
    s.action: s
    for s in (
        InspectionStep("amend", "调整方案", frozenset({_I.PROPOSED, _I.APPROVED, _I.UNDERWAY}), (Duty.INSPECT,), False,
                       "结束前才能调整方案。"),
        InspectionStep("approve", "批准方案", frozenset({_I.PROPOSED}), (Duty.APPROVE_INSPECTION,), False,
                       "只有待批准的方案需要批准。"),
        InspectionStep("finding", "登记发现的问题", frozenset({_I.APPROVED, _I.UNDERWAY}), (Duty.INSPECT,), True,
                       "方案批准后、结束前才能登记；方案调整后须重新批准。"),
        InspectionStep("step", "记录一步", frozenset({_I.APPROVED, _I.UNDERWAY}), (Duty.INSPECT,), True,
                       "方案批准后、结束前才能记录；方案调整后须重新批准。"),
        InspectionStep("finish", "结束督查", frozenset({_I.APPROVED, _I.UNDERWAY}), (Duty.INSPECT,), True,
                       "方案批准后才能结束。"),
        InspectionStep("cancel", "取消督查", frozenset({_I.PROPOSED, _I.APPROVED}),
                       (Duty.INSPECT, Duty.APPROVE_INSPECTION), False, "开始前才能取消。"),
    )
}  # fmt: skip


def inspection_allowed(
    action: str, state: InspectionState, actor: Actor, path: str, group: Iterable[int]
) -> Refusal | None:
    """Return None when ``actor`` may take ``action``, else the refusal; ``path`` is that of the inspecting unit."""
    step = INSPECTION_STEPS[action]
    if state not in step.frm:
        return Refusal("wrong-state", f"督查现在是“{INSPECTION_STATES[state]}”，不能{step.name}：{step.why}")
    if any(may(actor, duty, path) for duty in step.duties) or (step.group and actor.person in set(group)):
        return None
    names = "、".join(carriers(duty) for duty in step.duties)
    more = "，或由督查组成员" if step.group else ""
    return Refusal("not-allowed", f"{step.name}须由督查单位的{names}{more}办理，您没有这一岗位。")


def may(actor: Actor, duty: Duty, path: str) -> bool:
    """Whether ``actor`` has ``duty`` for the unit with ``path``."""
    return actor.holds(DUTIES[duty], path)


def carriers(duty: Duty) -> str:
    """Return the names of the roles that carry ``duty``."""
    return "、".join(ROLE_NAMES[r] for r in Role if r in DUTIES[duty])


@dataclass(frozen=True)
class Reach:
    """What the plan of the inspection ``id`` covers: the units with ``paths`` and all below them, from ``starts`` to ``ends``
    (inclusive), and the ``contents`` it looks at.
    """

    id: int
    paths: tuple[str, ...]
    starts: date
    ends: date
    contents: tuple[str, ...] = ()

    def covers(self, path: str) -> bool:
        """Whether the unit with ``path`` is inspected."""
        return any(path.startswith(p) for p in self.paths)

    def meets(self, other: Reach) -> bool:
        """Whether both inspect one unit on one day."""
        at_one_time = self.starts <= other.ends and other.starts <= self.ends
        return at_one_time and any(self.covers(p) or other.covers(q) for p in other.paths for q in self.paths)

    def excess(self, unit: str, path: str, day: date, content: str) -> str:
        """Return in Chinese what goes beyond the plan in a record about the unit (called ``unit``, with ``path``), or ""."""
        if not self.covers(path):
            return f"“{unit}”不在批准的督查对象内"
        if not self.starts <= day <= self.ends:
            return f"{day} 不在批准的督查时段（{self.starts} 至 {self.ends}）内"
        if content not in self.contents:
            return f"“{content}”不在批准的督查内容（{'、'.join(self.contents)}）内"
        return ""
