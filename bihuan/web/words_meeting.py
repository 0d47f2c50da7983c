"""What an entry about a request or a meeting's decision says, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from bihuan.rules.meeting import DECIDABLE
from bihuan.rules.permissions import ROLE_NAMES, Role
from bihuan.rules.requests import REQUEST_NAMES
from bihuan.rules.slip_words import day_words, instant_words

Words = Callable[[Any], str]
_WANTED = {
    "due": "新的时限", "until": "预计恢复", "owner": "新的责任单位", "unit": "提级到", "helpers": "配合单位", "handler": "责任人",
    "into": "并入", "lead": "牵头领导", "ground": "依据",
}  # fmt: skip

#: Field of an event → its label and how its value reads; a field that is not here is told by the entry itself.
FIELDS: dict[str, tuple[str, Words]] = {
    "request_kind": ("申请", lambda value: REQUEST_NAMES[value]),
    "reason": ("理由", str),
    "approver": ("由谁批复", lambda value: ROLE_NAMES[Role(value)] if value else ""),
    "decide_due": ("批复时限", lambda value: instant_words(datetime.fromisoformat(value)) if value else ""),
    "approved": ("批复", lambda value: "同意" if value else "不同意"),
    "opinion": ("意见", str),
    "step": ("议定", lambda value: DECIDABLE[value]),
    "recused": ("回避", lambda value: f"{len(value)}人办理过这一事项，没有参加决定"),
}


def lines(
    data: Mapping[str, Any], units: Mapping[int, str], items: Mapping[int, str]
) -> Iterator[tuple[str, str]]:
    """Yield each line of an entry: its label and what it says."""
    for name, (label, words) in FIELDS.items():
        if name in data and (text := words(data[name])):
            yield label, text
    for name, value in {**(data.get("wanted") or {}), **(data.get("granted") or {})}.items():
        yield _WANTED[name], _value(name, value, units, items)


def _value(name: str, value: Any, units: Mapping[int, str], items: Mapping[int, str]) -> str:
    if name in {"owner", "unit"}:
        return units.get(value, f"单位{value}")
    if name == "helpers":
        return "、".join(units.get(u, f"单位{u}") for u in value)
    if name == "into":
        return items.get(value, f"事项{value}")
    return day_words(date.fromisoformat(value)) if name in {"due", "until"} else str(value)
