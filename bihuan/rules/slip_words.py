"""What a slip says, in a clerk's words: what the matter is, what is asked, by when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bihuan.rules.clocked import CHINA

CAUSE_WORDS = {
    "": "",
    "assigned": "现交由你单位办理",
    "accept-overdue": "交办后已过签收时限，尚未签收",
    "plan-overdue": "已过制定措施的时限，尚未报送措施",
    "near": "办结时限临近",
    "behind": "办理进度落后于时序",
    "milestone": "阶段目标到期未完成",
    "stale": "已较长时间没有反馈进展",
    "check-in": "未按周期反馈进展",
    "poor": "此前的反馈已被退回，尚未重新反馈",
    "overdue": "已超过办结时限，尚未办结",
    "unanswered": "此前发出的单据逾期未答复",
}
"""What a slip is issued on (``SlipRule.on``; "" by hand) → how the paper puts it."""

_ASKS = {
    "notice": "请按时限要求抓好落实，明确责任人，定期反馈进展",
    "prompt": "请抓紧办理，确保按期办结",
    "feedback": "请将办理进展、存在困难和下步打算如实反馈；没有进展的，说明原因即可",
    "warning": "请查明原因，采取有效措施，尽快办结",
    "interview": "现就有关情况约谈你单位，请做好准备，说明原因、责任和整改打算；时间、地点另行通知",
}


@dataclass(frozen=True)
class Matter:
    """What a slip is about: the item as it stands. ``due_text`` is its deadline as it was written."""

    number: str
    title: str
    item_word: str
    due: date | None
    due_text: str
    progress: str = ""


def day_words(day: date) -> str:
    """Return a day as official papers write it: 2026年3月5日."""
    return f"{day.year}年{day.month}月{day.day}日"


def instant_words(at: datetime) -> str:
    """Return a limit as papers write it: the end of a day is that day, an hour is told with its minutes."""
    local = at.astimezone(CHINA)
    if local.hour == local.minute == 0:
        return f"{day_words(local.date() - timedelta(days=1))}前"
    return f"{day_words(local.date())}{local.hour}时{local.minute:02d}分前"


def slip_text(kind: str, cause: str, matter: Matter, *, of: str = "") -> str:
    """Return the body of a slip of ``kind`` issued on ``cause``: one sentence on the matter, one on what is asked.

    ``of`` names the slips that were not answered, with their numbers.
    """
    why = f"{of}逾期未答复" if of else CAUSE_WORDS[cause]
    told = f"{matter.item_word}“{matter.title.rstrip('。；;.')}”（{matter.number}）"
    return f"{'，'.join(part for part in (told, _due(matter), why) if part)}。{_ASKS[kind]}。"


def _due(matter: Matter) -> str:
    if matter.due is not None:
        return f"办结时限为{day_words(matter.due)}"
    return f"办结时限为“{matter.due_text}”" if matter.due_text else ""


TITLES: Mapping[str, str] = {
    "handler": "承办人",
    "unit_head": "主要负责人",
    "lead": "牵头领导",
    "supervisor": "督办员",
}
"""Role → how a paper addresses it."""
