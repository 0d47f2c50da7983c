"""How a draft begins: its Word template filled with the ledger's sentences and with the meeting's facts."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from docx import Document as WordFile

from bihuan.library.drafts.kinds import Kind
from bihuan.library.drafts.tokens import unmarked
from bihuan.queries.meetings import MeetingDetail, Place
from bihuan.reports.context import StageContext
from bihuan.reports.make_drafts import path_of
from bihuan.reports.marks import one_line
from bihuan.reports.sentences import chinese_date
from bihuan.reports.template import OfficeTemplate, TemplateFunction
from bihuan.reports.values import Numbering, template_values
from bihuan.rules.clocked import CHINA

#: What is to be filled in by hand where there is no meeting in the ledger.
GAP = "〔{}待填〕"
_LISTS = ("总体情况", "已办事项", "未完成事项", "下步工作")


def body_of(
    kind: Kind,
    office: str,
    ctx: StageContext | None,
    meeting: MeetingDetail | None,
    template: bytes | None = None,
) -> str:
    """Return the body with which a draft of this kind begins, by ``template`` or the built-in one. Raises what it raises."""
    filled = OfficeTemplate(template or path_of(kind.code)).fill(_values(office, ctx, meeting))
    lines = [paragraph.text for paragraph in WordFile(io.BytesIO(filled)).paragraphs]
    return "\n".join(unmarked(line) for line in lines if line.strip())


def _values(office: str, ctx: StageContext | None, meeting: MeetingDetail | None) -> dict[str, Any]:
    values = template_values(ctx) if ctx else {**dict.fromkeys(_LISTS, ()), **_functions()}
    return {"标题": "", **values, "单位": one_line(office), "会议": _meeting(meeting)}


def _functions() -> dict[str, Any]:
    numbering = Numbering()
    return {
        "一级": TemplateFunction(numbering.first),
        "二级": TemplateFunction(numbering.second),
        "三级": TemplateFunction(numbering.third),
    }


def _meeting(found: MeetingDetail | None) -> Mapping[str, Any]:
    if found is None:
        gaps = {name: GAP.format(name) for name in ("名称", "时间", "地点", "主持", "参会")}
        return {**gaps, "议题": (), "议定": ()}
    meeting = found.meeting
    at = meeting.starts_at.astimezone(CHINA)
    hour = f"{at.hour}时{at.minute}分" if at.minute else f"{at.hour}时"
    return {
        "名称": one_line(meeting.title),
        "时间": f"{chinese_date(at)}{hour}",
        "地点": one_line(meeting.place),
        "主持": found.presider or found.chair,
        "参会": "、".join(found.present or found.expected),
        "议题": tuple(_topic(place) for place in found.places),
        "议定": tuple(_resolved(place) for place in found.places),
    }


def _topic(place: Place) -> str:
    matter = one_line(place.agenda.matter).rstrip("。；;.")
    return f"{one_line(place.item.title).rstrip('。；;.')}{f'（{matter}）' if matter else ''}。"


def _resolved(place: Place) -> Mapping[str, Any]:
    said = [one_line(line) for line in place.agenda.text.splitlines() if line.strip()]
    decided = [f"会议决定：{one_line(r.words).rstrip('。')}。" for r in place.resolved]
    title = one_line(place.item.title).rstrip("。；;.")
    return {"名称": title, "段落": tuple(said + decided) or ("会议对这一事项未作决定。",)}
