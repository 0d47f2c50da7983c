"""What an entry about a slip says, in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bihuan.rules.permissions import ROLE_NAMES, Role
from bihuan.rules.slip_words import CAUSE_WORDS, instant_words

Words = Callable[[object], str]


def _roles(value: object) -> str:
    return "、".join(ROLE_NAMES[Role(role)] for role in value) if isinstance(value, list) else ""


def _instant(value: object) -> str:
    return instant_words(datetime.fromisoformat(str(value))) if value else ""


#: Field of a slip's events → its label and how its value reads; a field that is not here is told by the entry itself.
SLIP_FIELDS: dict[str, tuple[str, Words]] = {
    "rung": ("单据", str),
    "number": ("编号", str),
    "cause": ("缘由", lambda value: CAUSE_WORDS[str(value)]),
    "to": ("送", _roles),
    "copy": ("抄送", _roles),
    "text": ("内容", str),
    "answer_due": ("答复时限", _instant),
    "approver": ("签发人", lambda value: ROLE_NAMES[Role(str(value))]),
    "accepted": ("答复", lambda value: "认可" if value else "退回重报"),
    "opinion": ("意见", str),
    "despite": ("仍要发出的理由", str),
    "note": ("说明", str),
    "reason": ("理由", str),
}
