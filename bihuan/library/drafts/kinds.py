"""The kinds of papers that are drafted here. The stage report is written by ``bihuan.reports`` in one go."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of paper: its name, how its title begins (with the campaign or the meeting), and what it needs.

    ``filed`` is its kind in the library; ``mark`` stands in red at its head; ``needs_campaign``: it tells of a campaign; ``of_meeting``: it can start from a meeting.
    """

    code: str
    name: str
    title: str
    what: str
    filed: str
    mark: str = ""
    needs_campaign: bool = False
    of_meeting: bool = False


KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("speech", "讲话（事实部分）", "在{0}推进会上的讲话（事实部分）", "总体数据、办成的事、没办成的事和原因、下一步", "讲话", needs_campaign=True),
        Kind("briefing", "工作简报", "{0}进展情况", "进展、办结事项、存在问题、下步工作，带期号", "简报", mark="工作简报", needs_campaign=True),
        Kind("notice", "会议通知", "关于召开{0}的通知", "时间、地点、参加人员、议题、要求", "通知", of_meeting=True),
        Kind("minutes", "会议纪要", "{0}纪要", "谁主持、议了什么、定了什么、谁参加", "纪要", mark="会议纪要", of_meeting=True),
    )
}  # fmt: skip
