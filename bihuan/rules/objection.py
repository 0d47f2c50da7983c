"""Objections to an inspection's conclusion, and what falls due outside items.

政府督查工作条例: a unit may object within 30 days of being told; within 30 days it is decided by people who did not inspect.
"""

from __future__ import annotations

from collections.abc import Iterable

from bihuan.rules.procedure_types import Span

OBJECT_WITHIN = Span(30, "day")
DECIDE_WITHIN = Span(30, "day")


def hands(leader: int, members: Iterable[int], proposed_by: int, recorders: Iterable[int]) -> set[int]:
    """Return everybody who had a hand in an inspection: its group, who recorded for it, and who made the plan."""
    return {leader, *members, proposed_by, *recorders} - {0}


#: How a re-examination ends → what it is called.
OUTCOMES = {"upheld": "维持原结论", "changed": "变更结论", "revoked": "撤销结论"}

#: What falls due and concerns no item → what it is called.
DEADLINES = {"institution-review": "制度该复核", "re-examination": "异议复核超期"}
