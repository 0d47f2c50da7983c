"""Meetings in the browser: called with an agenda, attended, decided on many items at once, minuted, confirmed, printed."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.urls import reverse
from docx import Document

from bihuan.models import Agenda, Decision, Measure, Meeting
from tests.web.markup import faults
from tests.web.office import Office, in_days, notice_of, text_of

CALL = {
    "title": "专题会",
    "place": "一号会议室",
    "chair": "lead",
    "expected": "reviewer、checker",
    "agenda": "",
}


def call(office: Office, by="supervisor", **given):
    given = {**CALL, "starts": f"{in_days(0)}T09:00", "office": office.units["office"], **given}
    return office.as_(by).post("/meetings/new/?id=1", given)  # the page is opened with an item


def lines(office: Office, *items: int) -> str:
    return "\n".join(f"{office.row(i).number}：研究办理" for i in items)


def step(office: Office, by: str, meeting: int, action: str, **values):
    return office.as_(by).post(reverse("meetings-step", args=[meeting, action]), values)


def decide(office: Office, meeting: int, name: str, items: list[int], by="supervisor", **values):
    data = {"step": name, "item": items, **values}
    return office.as_(by).post(reverse("meetings-decide", args=[meeting]), data)


@pytest.fixture
def held(office: Office) -> tuple[int, int, int]:
    """A meeting that is held on two items: its id and theirs."""
    one, two = (office.at("working", title=t, due=in_days(90)) for t in ("修桥", "修路"))
    meeting = office.meet([one, two], expected=["reviewer"])
    return meeting, one, two


def test_it_is_called_with_its_agenda_or_not_at_all(office: Office):
    item = office.at("working", title="修桥")
    page = office.as_("supervisor").get("/meetings/new/", {"id": item})
    assert f"{office.row(item).number}：研究办理" in page.content.decode()
    bad = call(office, chair="handler", agenda=f"{lines(office, item)}\n无此编号：议")
    assert bad.status_code == 422
    assert "没有编号为“无此编号”的事项" in text_of(bad)
    assert "专题会" in bad.content.decode()
    bad = call(office, chair="handler", agenda=lines(office, item))
    assert "handler不能主持“督查室”的会议" in notice_of(bad)
    other = office.at("working", "task")
    office.do("escalate", other, "lead", unit=office.units["county"], reason="跨部门")
    bad = call(office, agenda=lines(office, other))
    assert "不由“督查室”督办" in notice_of(bad)
    assert not Meeting.objects.exists()
    made = call(office, agenda=lines(office, item))
    found = Meeting.objects.get()
    assert made["Location"] == reverse("meetings-one", args=[found.pk])
    assert (found.title, found.items, found.expected) == (
        "专题会",
        1,
        [office.people["reviewer"].person, office.people["checker"].person],
    )
    assert office.as_("handler").get("/meetings/new/").status_code == 403


def test_who_came_is_entered_by_name_and_a_mistake_keeps_what_was_typed(office: Office):
    item = office.at("working")
    meeting = int(call(office, agenda=lines(office, item))["Location"].strip("/").split("/")[-1])
    url = reverse("meetings-one", args=[meeting])
    opened = office.as_("supervisor").get(url).content.decode()
    assert faults(opened) == []
    assert "登记到会情况</h3>" in opened
    assert "主持</dt><dd>lead</dd>" in opened
    p = {n: office.people[n].person for n in ("lead", "reviewer", "checker")}
    values = {f"p{p['lead']}_0": "present", f"p{p['reviewer']}_0": "represented", f"p{p['reviewer']}_1": "没有这人",
              f"p{p['checker']}_0": "absent", "more": "", "observers": "张三、李四", "presider": ""}  # fmt: skip
    bad = step(office, "supervisor", meeting, "attend", **values)
    assert bad.status_code == 422
    assert "没有名为“没有这人”的人员" in text_of(bad)
    assert "张三、李四" in bad.content.decode()
    step(office, "supervisor", meeting, "attend", **{**values, f"p{p['reviewer']}_1": "supervisor"})
    found = Meeting.objects.get()
    assert (found.state, found.observers) == ("held", ["张三", "李四"])
    assert [r["presence"] for r in found.attendance] == ["present", "represented", "absent"]
    seen = text_of(office.as_("checker").get(url))
    assert "supervisor（代reviewer）" in seen
    again = office.as_("supervisor").get(url, {"do": "attend"}).content.decode()
    assert 'value="supervisor"' in again
    assert faults(again) == []


def test_many_items_are_decided_at_once_each_with_its_own_values(office: Office, held):
    meeting, one, two = held
    url = reverse("meetings-decide", args=[meeting])
    form = office.as_("supervisor").get(url, {"item": [one, two], "step": "extend"}).content.decode()
    assert faults(form) == []
    values = {
        f"i{one}-due": in_days(120),
        f"i{one}-reason": "汛期",
        f"i{two}-due": in_days(10),
        f"i{two}-reason": "汛期",
    }
    bad = decide(office, meeting, "extend", [one, two], **values)
    assert bad.status_code == 422
    assert f"{office.row(two).number}：新的时限应晚于原时限" in notice_of(bad)
    assert "什么都没有登记" in notice_of(bad)
    assert in_days(120) in bad.content.decode()
    assert not Decision.objects.exists()
    done = decide(office, meeting, "extend", [one, two], **{**values, f"i{two}-due": in_days(100)})
    assert done["Location"] == reverse("meetings-one", args=[meeting])
    assert [office.row(i).due.isoformat() for i in (one, two)] == [in_days(120), in_days(100)]
    plan = {f"i{one}-added": "加班加点\n增派人手", f"i{one}-m1_text": "修路", f"i{one}-m2_text": "绿化", f"i{one}-m1_due": "",
            f"i{one}-m2_due": "", f"i{one}-added_due": "", f"i{one}-cancelled": ["2"], f"i{one}-reason": "另有安排"}  # fmt: skip
    decide(office, meeting, "plan", [one], **plan)
    texts = list(Measure.objects.filter(item_id=one).order_by("no").values_list("text", "state", "reason"))
    assert texts == [
        ("修路", "open", ""),
        ("绿化", "waived", "另有安排"),
        ("加班加点", "open", ""),
        ("增派人手", "open", ""),
    ]
    page = text_of(office.as_("lead").get(done["Location"]))
    assert "延期： 时限由" in page
    assert "理由：汛期" in page


def test_a_target_and_an_earlier_deadline_are_changed_and_a_later_one_is_an_extension(office: Office, held):
    meeting, one, _ = held
    values = {f"i{one}-target": "月底通车", f"i{one}-due": in_days(95), f"i{one}-reason": "督导组要求"}
    assert "请按延期" in notice_of(decide(office, meeting, "amend", [one], **values))
    decide(office, meeting, "amend", [one], **{**values, f"i{one}-due": in_days(60)})
    row = office.row(one)
    assert (row.target, row.due.isoformat()) == ("月底通车", in_days(60))
    decide(office, meeting, "comment", [one], **{f"i{one}-text": "每周报送一次进展"})
    assert list(Decision.objects.order_by("id").values_list("step", "reason")) == [
        ("amend", "督导组要求"),
        ("comment", "每周报送一次进展"),
    ]


def test_closures_pass_the_level_that_a_meeting_decides_and_who_handled_an_item_is_recused(office: Office):
    items = [office.at("reviewing", "tough", title=t) for t in ("甲", "乙")]
    for item in items:
        while not office.procedure(item).levels[office.row(item).level - 1].meeting:
            office.review(item)
    seen = text_of(office.as_("supervisor").get("/meetings/"))
    assert "等会议决定的事项 2" in seen
    meeting = office.meet(items, expected=["reviewer"])
    assert "等会议决定的事项" not in text_of(office.as_("supervisor").get("/meetings/"))
    url = reverse("meetings-decide", args=[meeting])
    assert "议定 2 项：审核" in text_of(office.as_("supervisor").get(url, {"item": items}))
    values = {
        f"i{items[0]}-passed": "1",
        f"i{items[0]}-opinion": "同意",
        f"i{items[1]}-passed": "0",
        f"i{items[1]}-opinion": "再补",
    }
    decide(office, meeting, "review", items, **values)
    assert [office.row(i).state for i in items] == ["passed", "working"]


def test_a_decision_is_refused_to_others_before_the_meeting_and_for_items_that_are_elsewhere(
    office: Office, held
):
    meeting, one, two = held
    url = reverse("meetings-decide", args=[meeting])
    assert office.as_("lead").get(url, {"item": one}).status_code == 403
    assert office.as_("other_handler").get(url, {"item": one}).status_code == 404
    assert office.as_("supervisor").get(url).status_code == 422
    assert office.as_("supervisor").get(url, {"item": one, "step": "close"}).status_code == 422
    assert "这些事项现在不能恢复办理" in text_of(
        office.as_("supervisor").get(url, {"item": one, "step": "resume"})
    )
    assert decide(office, meeting, "resume", [one]).status_code == 422
    assert (
        decide(office, meeting, "extend", [one], **{f"i{one}-due": "", f"i{one}-reason": ""}).status_code
        == 422
    )
    called = int(call(office, agenda=lines(office, two))["Location"].strip("/").split("/")[-1])
    response = office.as_("supervisor").get(reverse("meetings-decide", args=[called]), {"item": two})
    assert response.status_code == 403
    assert "登记到会情况后才能登记" in text_of(response)


def test_what_was_said_goes_into_minutes_that_the_chair_confirms_and_anybody_called_downloads(
    office: Office, held
):
    meeting, one, _ = held
    decide(office, meeting, "comment", [one], **{f"i{one}-text": "月底前通车"})
    step(office, "supervisor", meeting, "minutes", no="1", text="交通局汇报了进度")
    assert Agenda.objects.get(meeting_id=meeting, no=1).text == "交通局汇报了进度"
    assert step(office, "supervisor", meeting, "minutes", no="1", text="").status_code == 422
    assert step(office, "supervisor", meeting, "confirm").status_code == 403
    assert step(office, "lead", meeting, "eat").status_code == 404
    assert "会议已召开，只能增加" in text_of(
        office.as_("supervisor").get(reverse("meetings-one", args=[meeting]), {"do": "agenda"})
    )
    step(office, "lead", meeting, "confirm")
    assert Meeting.objects.get().state == "confirmed"
    response = office.as_("reviewer").get(reverse("meetings-paper", args=[meeting]))
    told = "\n".join(p.text for p in Document(BytesIO(response.getvalue())).paragraphs)
    assert "交通局汇报了进度" in told
    assert "会议决定：月底前通车。" in told
    for name in ("meetings-one", "meetings-paper"):
        assert office.as_("other_head").get(reverse(name, args=[meeting])).status_code == 404
    assert "专题会" not in text_of(office.as_("other_head").get("/meetings/"))


def test_one_that_is_called_off_says_why_and_an_item_joins_one_that_is_called(office: Office):
    one, two = office.at("working"), office.at("working")
    meeting = int(call(office, agenda=lines(office, one))["Location"].strip("/").split("/")[-1])
    choose = office.as_("supervisor").get("/meetings/new/", {"id": two}).content.decode()
    join = f"{reverse('meetings-one', args=[meeting])}?do=agenda&amp;id={two}#step"
    assert join in choose
    form = office.as_("supervisor").get(reverse("meetings-one", args=[meeting]), {"do": "agenda", "id": two})
    assert lines(office, one, two) in form.content.decode()
    step(office, "supervisor", meeting, "agenda", agenda=lines(office, two, one))
    assert list(Agenda.objects.order_by("no").values_list("item_id", flat=True)) == [two, one]
    assert step(office, "supervisor", meeting, "cancel", reason="").status_code == 422
    step(office, "supervisor", meeting, "cancel", reason="主持人出差")
    assert "主持人出差" in text_of(office.as_("lead").get(reverse("meetings-one", args=[meeting])))


def test_the_pages_are_well_formed_and_an_empty_list_says_what_to_do(office: Office):
    assert "召集一次会议" in text_of(office.as_("supervisor").get("/meetings/"))
    assert "您参加的会议会列在这里" in text_of(office.as_("handler").get("/meetings/"))
    item = office.at("working")
    meeting = office.meet([item])
    one = reverse("meetings-one", args=[meeting])
    decide_ = f"{one}decide/?item={item}&step="
    urls = ["/meetings/", "/meetings/new/", one, *(f"{one}?do={d}" for d in ("agenda", "attend", "minutes")),
            *(f"{decide_}{s}" for s in ("plan", "amend", "transfer", "suspend", "escalate", "comment"))]  # fmt: skip
    bad = {u: found for u in urls if (found := faults(office.as_("supervisor").get(u).content.decode()))}
    assert bad == {}
