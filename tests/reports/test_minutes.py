"""Minutes on paper: the red mark, what was decided of each item, who was there, and whether they are confirmed."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from docx import Document
from docx.shared import RGBColor

from bihuan.models import Agenda, Decision, Item, Meeting
from bihuan.queries.meetings import MeetingDetail, Place, Resolved
from bihuan.reports.minutes import NotHeld, write_minutes

AT = datetime(2026, 3, 20, 7, 30, tzinfo=UTC)


def resolved(words: str, reason: str = "", recused: tuple[str, ...] = ()) -> Resolved:
    return Resolved(
        Decision(step="extend", reason=reason), "攻坚〔2026〕1号", "延期", words, list(recused), "王立新"
    )


def place(*decisions: Resolved, matter: str = "延期", text: str = "") -> Place:
    item = Item(number="攻坚〔2026〕1号", title="管网“带病”运行。")
    return Place(Agenda(no=1, matter=matter, text=text), item, "县住建局", list(decisions))


def found(*places: Place, **more: object) -> MeetingDetail:
    meeting = Meeting(
        number="督查室会〔2026〕1号", title="排水专题会", starts_at=AT, place="三楼会议室", state="held", text="会议强调要抓紧。",
        observers=["李四"], confirmed_at=None,
    )  # fmt: skip
    for name, value in more.items():
        setattr(meeting, name, value)
    return MeetingDetail(
        meeting,
        "督查室",
        "王立新",
        "王立新",
        [],
        ["王立新", "陆平（代许静）"],
        ["方圆"],
        "高峰",
        "王立新",
        list(places),
    )


def lines(content: bytes) -> list[tuple[str, str]]:
    return [(p.style.style_id, p.text) for p in Document(io.BytesIO(content)).paragraphs]  # type: ignore[union-attr]


def test_minutes_say_when_where_what_and_who():
    told = place(resolved("时限由A调整为B", "汛期停工", ("赵六",)), text="会议听取了汇报。\n\n有两种意见。")
    empty = place(matter="")
    assert lines(write_minutes(found(told, empty))) == [
        ("Mark", "督查室会议纪要"),
        ("DocumentNumber", "督查室会〔2026〕1号"),
        ("Normal", ""),
        ("Title", "排水专题会纪要（待主持人确认）"),
        ("Normal", ""),
        (
            "Body",
            "2026年3月20日15时30分，王立新在三楼会议室主持召开排水专题会，研究2个事项。现将议定事项纪要如下：",
        ),
        ("Body", "会议强调要抓紧。"),
        ("Heading1", "一、关于“管网‘带病’运行”"),
        ("Body", "事项编号攻坚〔2026〕1号，责任单位县住建局。议题：延期。"),
        ("Body", "会议听取了汇报。"),
        ("Body", "有两种意见。"),
        ("Body", "会议决定：时限由A调整为B。理由：汛期停工。"),
        ("Body", "赵六办理过这一事项，已回避。"),
        ("Heading1", "二、关于“管网‘带病’运行”"),
        ("Body", "事项编号攻坚〔2026〕1号，责任单位县住建局。"),
        ("Body", "会议对这一事项未作决定。"),
        ("Normal", ""),
        ("Attendance", "出席：王立新　陆平（代许静）"),
        ("Attendance", "请假：方圆"),
        ("Attendance", "列席：李四"),
        ("Attendance", "记录：高峰"),
        ("Signature", "督查室"),
        ("SignedOn", "2026年3月20日"),
        ("Contact", "（本纪要尚未经主持人确认，不作为依据。）"),
    ]


def test_confirmed_minutes_say_by_whom_and_when():
    made = found(
        place(resolved("抓紧", "抓紧")), state="confirmed", confirmed_at=datetime(2026, 3, 23, 1, tzinfo=UTC)
    )
    texts = [text for _, text in lines(write_minutes(made))]
    assert texts[3] == "排水专题会纪要"
    assert "会议决定：抓紧。" in texts
    assert texts[-2:] == [
        "2026年3月23日",
        "（本纪要由王立新于2026年3月23日确认；此后如有变更，以以后的会议为准。）",
    ]


def test_the_mark_is_red_and_the_same_meeting_gives_the_same_bytes():
    content = write_minutes(found(place()))
    document = Document(io.BytesIO(content))
    assert document.styles["纪要标志"].font.color.rgb == RGBColor(0xFF, 0, 0)  # type: ignore[attr-defined]
    assert content == write_minutes(found(place()))


@pytest.mark.parametrize("state", ["called", "cancelled"])
def test_a_meeting_that_was_not_held_has_no_minutes(state: str):
    with pytest.raises(NotHeld):
        write_minutes(found(place(), state=state))
