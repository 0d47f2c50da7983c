"""Institutions (制度): their states, which step leads where, and how they are numbered."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bihuan.rules.workflow import Refusal

#: How an institution is numbered: by the year in which it is issued, without gaps.
NUMBER = "制〔{year}〕{no}号"


class InstitutionState(StrEnum):
    """Where an institution is in its life."""

    DRAFTED = "drafted"
    ISSUED = "issued"
    REVISED = "revised"
    REPEALED = "repealed"


INSTITUTION_STATES: dict[str, str] = {
    InstitutionState.DRAFTED: "起草中",
    InstitutionState.ISSUED: "已印发",
    InstitutionState.REVISED: "已修订",
    InstitutionState.REPEALED: "已废止",
}

#: Somebody is bound by it.
IN_FORCE = frozenset({InstitutionState.ISSUED, InstitutionState.REVISED})


@dataclass(frozen=True)
class InstitutionStep:
    """One row: ``action`` can be taken in the states ``frm``; ``why`` says when."""

    action: str
    name: str
    frm: frozenset[InstitutionState]
    why: str


INSTITUTION_STEPS: dict[str, InstitutionStep] = {
    s.action: s
    for s in (
        InstitutionStep("link", "补充起因事项", frozenset(InstitutionState) - {InstitutionState.REPEALED},
                        "已废止的制度不再补充。"),
        InstitutionStep("issue", "印发", frozenset({InstitutionState.DRAFTED}), "只有起草中的制度需要印发。"),
        InstitutionStep("revise", "修订", IN_FORCE, "印发后、废止前才能修订。"),
        InstitutionStep("keep", "复核后继续执行", IN_FORCE, "印发后、废止前才需要复核。"),
        InstitutionStep("repeal", "废止", frozenset(InstitutionState) - {InstitutionState.REPEALED},
                        "已废止的制度不能再废止。"),
    )
}  # fmt: skip


def institution_allowed(action: str, state: InstitutionState) -> Refusal | None:
    """Return None when ``action`` can be taken in ``state``, else the refusal."""
    step = INSTITUTION_STEPS[action]
    if state in step.frm:
        return None
    return Refusal("wrong-state", f"这项制度是“{INSTITUTION_STATES[state]}”，不能{step.name}：{step.why}")
