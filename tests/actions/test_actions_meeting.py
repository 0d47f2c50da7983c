"""Meetings: called under gap-free numbers, decisions on many items at once, recusal, minutes that nobody changes."""

from datetime import UTC, date, datetime

import pytest

from bihuan.actions.decide import Resolution
from bihuan.actions.meeting import (
    Call,
    attend,
    call_meeting,
    cancel_meeting,
    confirm_minutes,
    minute,
    set_agenda,
)
from bihuan.ledger.reading import facts_of, head
from bihuan.ledger.rebuild import digests, rebuild
from bihuan.models import Agenda, Decision, Item, Measure, Meeting, Review
from bihuan.queries.burden import burden
from bihuan.queries.counts import figures
from bihuan.queries.decided import changes_of
from bihuan.queries.meetings import find_meeting, meeting_detail, meetings
from bihuan.rules import events as ev
from bihuan.rules.errors import Invalid, Needs, NotAllowed, NotFound, WrongState
from bihuan.rules.figures import Ref
from bihuan.rules.permissions import Role


def call(county, by="supervisor", office="office", **given):
    people = county.people
    standard = {
        "title": "专题会",
        "starts": county.now,
        "place": "一号会议室",
        "chair": people["lead"].person,
    }
    return call_meeting(people[by], county.now, county.units[office], Call(**{**standard, **given}))


def same_after_rebuild():
    before = digests()
    rebuild()
    return digests() == before


def due_for_meeting(county, procedure="tough"):
    """An item at the level that a meeting decides."""
    item = county.at("reviewing", procedure=procedure)
    while not county.procedure(item).levels[county.row(item).level - 1].meeting:
        county.review(item)
    return item


def test_meetings_are_numbered_without_gaps_by_office_and_year(county):
    numbers = [call(county).number, call(county).number]
    numbers.append(call(county, by="chief", office="county", chair=county.people["chief"].person).number)
    numbers.append(call(county, starts=datetime(2027, 1, 4, 1, tzinfo=UTC)).number)
    with pytest.raises(Needs, match="召集会议还缺：名称、地点"):
        call(county, title=" ", place="")
    numbers.append(call(county).number)
    assert numbers == [
        "督查室会〔2026〕1号",
        "督查室会〔2026〕2号",
        "某县会〔2026〕1号",
        "督查室会〔2027〕1号",
        "督查室会〔2026〕3号",
    ]


def test_a_meeting_is_called_by_a_supervisor_and_chaired_by_somebody_of_the_office(county):
    for by in ("lead", "handler", "auditor"):
        with pytest.raises(NotAllowed, match="召集会议须由“督查室”的督办员办理"):
            call(county, by=by)
    with pytest.raises(Invalid, match="head不能主持“督查室”的会议"):
        call(county, chair=county.people["head"].person)
    with pytest.raises(NotFound, match="没有编号为 999 的在用人员"):
        call(county, expected=[999])


def test_the_agenda_holds_items_of_several_registers_of_the_office(county):
    first, second = county.at("working"), county.at("working", procedure="task")
    meeting = call(county).meeting
    supervisor = county.people["supervisor"]
    set_agenda(meeting, supervisor, county.now, [{"item": first, "matter": "延期"}, {"item": second}])
    set_agenda(meeting, supervisor, county.now, [{"item": second, "matter": "销号"}])
    set_agenda(meeting, supervisor, county.now, [{"item": first}], add=True)
    found = [(a.no, a.item_id, a.matter) for a in Agenda.objects.filter(meeting_id=meeting).order_by("no")]
    assert found == [(1, second, "销号"), (2, first, "")]
    away = county.at("working")
    county.do("escalate", away, "lead", unit=county.units["county"], reason="跨部门")
    closed = county.at("closed")
    for items, add, message in (
        ([], False, "议程还缺：事项"),
        ([{"item": first}, {"item": first}], False, "同一事项在议程上写了两次"),
        ([{"item": first}], True, "已在议程上"),
        ([{"item": away}], False, "不由“督查室”督办"),
        ([{"item": closed}], False, "已销号，不必上会"),
        ([{"item": 999}], False, "没有编号为 999 的事项"),
        ([{"matter": "x"}], False, "议程的每一项应写明 item"),
    ):
        with pytest.raises((Invalid, Needs, NotFound), match=message):
            set_agenda(meeting, supervisor, county.now, items, add=add)
    attend(meeting, supervisor, county.now, [])
    with pytest.raises(Invalid, match="议程只能增加"):
        set_agenda(meeting, supervisor, county.now, [{"item": first}])
    assert same_after_rebuild()


def test_who_came_who_did_not_and_who_stood_in_is_entered(county):
    people = county.people
    meeting = county.meet(
        [county.at("working")],
        expected=["reviewer", "checker", "head"],
        attendance=[
            {"person": people["checker"].person, "presence": "absent"},
            {"person": people["head"].person, "presence": "represented", "by": people["handler"].person},
            {"person": people["auditor"].person},
        ],
        observers=[" 县财政局李四 ", ""],
    )
    found = meeting_detail(Meeting.objects.get(pk=meeting))
    assert (found.present, found.absent) == (
        ["lead", "reviewer", "handler（代head）", "auditor"],
        ["checker"],
    )
    assert (found.meeting.observers, found.presider, found.recorder) == (
        ["县财政局李四"],
        "lead",
        "supervisor",
    )
    attendance = [{"person": people["lead"].person, "presence": "absent"}]
    with pytest.raises(Invalid, match="主持人没有出席"):
        attend(meeting, people["supervisor"], county.now, attendance)
    attend(meeting, people["supervisor"], county.now, attendance, presider=people["reviewer"].person)
    assert Meeting.objects.get(pk=meeting).presider_id == people["reviewer"].person
    for row, message in (
        ({"person": people["head"].person, "presence": "late"}, "到会情况“late”不认识"),
        ({"person": people["head"].person, "presence": "represented"}, "须写明由谁代为出席"),
        (
            {"person": people["head"].person, "presence": "absent", "by": people["handler"].person},
            "须写明由谁代为出席",
        ),
        ({"person": 999}, "没有编号为 999"),
    ):
        with pytest.raises((Invalid, NotFound), match=message):
            attend(meeting, people["supervisor"], county.now, [row])


def test_only_a_meeting_passes_the_level_of_a_meeting_and_who_chairs_answers_for_it(county):
    items = [due_for_meeting(county), due_for_meeting(county, "livelihood")]
    for item in items:
        for by in ("lead", "reviewer", "supervisor", "chief"):
            with pytest.raises(NotAllowed):
                county.do("review", item, by, passed=True)
    meeting = county.meet(items)
    done = county.decide(meeting, *(Resolution(i, "review", {"passed": True}, "同意销号") for i in items))
    assert [d.state for d in done.done] == ["passed", "passed"]
    for item in items:
        decided, reviewed = facts_of(item)[-2:]
        lead = county.people["lead"].person
        assert decided.event == ev.MeetingDecided(meeting=meeting, no=items.index(item) + 1, step="review", presider=lead,
                                                  reason="同意销号")  # fmt: skip
        assert (reviewed.event.meeting, reviewed.event.answerable, reviewed.event.opinion) == (
            meeting,
            lead,
            "同意销号",
        )
        assert reviewed.actor == county.people["supervisor"].person
        review = Review.objects.filter(item_id=item).order_by("-id")[0]
        assert (review.meeting_id, review.answerable_id, review.reviewer_id) == (
            meeting,
            lead,
            reviewed.actor,
        )
        first = Review.objects.filter(item_id=item).order_by("id")[0]
        assert (first.meeting_id, first.answerable_id) == (0, first.reviewer_id)
    assert same_after_rebuild()


def test_a_meeting_does_not_decide_the_levels_of_persons(county):
    item = county.at("reviewing", procedure="tough")
    meeting = county.meet([item])
    with pytest.raises(WrongState, match="“牵头单位自评”一级审核，这一级不由会议决定"):
        county.decide(meeting, Resolution(item, "review", {"passed": True}, "同意"))
    county.review(item)


def test_a_meeting_sends_back_with_a_reason(county):
    item = due_for_meeting(county)
    meeting = county.meet([item])
    with pytest.raises(Needs, match="退回修改还缺：理由"):
        county.decide(meeting, Resolution(item, "review", {"passed": False}))
    county.decide(meeting, Resolution(item, "review", {"passed": False}, "机制不实"))
    assert county.row(item).state == "working"


def test_decisions_on_many_items_apply_all_or_none(county):
    first, second = county.at("working", due="2026-06-30"), county.at("working", procedure="task")
    meeting = county.meet([first, second])
    before = head(), digests()
    with pytest.raises(Invalid) as caught:
        county.decide(
            meeting,
            Resolution(first, "extend", {"due": "2026-07-31"}, "汛期停工"),
            Resolution(second, "extend", {"due": "2027-12-31"}, "复杂"),
        )
    assert caught.value.message == f"{county.row(second).number}：每次最多延期15个工作日，最晚到 2027-01-22。"
    assert (head(), digests()) == before
    county.decide(
        meeting,
        Resolution(first, "extend", {"due": "2026-07-31"}, "汛期停工"),
        Resolution(
            first,
            "plan",
            {"measures": ["建泵站"], "changed": {"1": {"due": "2026-05-29"}}, "cancelled": {"2": "不再需要"}},
        ),
        Resolution(first, "amend", {"changes": {"target": "雨后两小时退水"}}, "目标不具体"),
        Resolution(second, "transfer", {"owner": county.units["village"]}, "职责调整"),
    )
    row = county.row(first)
    assert (row.due, row.target, row.measures, row.measures_done) == (
        date(2026, 7, 31),
        "雨后两小时退水",
        3,
        1,
    )
    assert county.row(second).owner_id == county.units["village"]
    cancelled = Measure.objects.get(item_id=first, no=2)
    assert (cancelled.state, cancelled.reason) == ("waived", "不再需要")
    assert row.handled_by == []  # whoever records what a meeting decided has not planned it
    assert Meeting.objects.get(pk=meeting).decisions == 4
    assert same_after_rebuild()


def test_suspension_escalation_resumption_and_words_are_decided_too(county):
    items = [county.at("working"), county.at("suspended"), county.at("working"), county.at("working")]
    meeting = county.meet(items)
    county.decide(
        meeting,
        Resolution(items[0], "suspend", {"until": "2026-05-29"}, "待批复"),
        Resolution(items[1], "resume", {}, "批复已到"),
        Resolution(items[2], "comment", {}, "继续推进，月底再议"),
        Resolution(items[3], "escalate", {"unit": county.units["county"]}, "跨部门"),
    )
    assert [county.row(i).state for i in items] == ["suspended", "working", "working", "working"]
    found = meeting_detail(Meeting.objects.get(pk=meeting))
    assert [r.words for p in found.places for r in p.resolved] == [
        "挂起，暂停计时，预计至2026年5月29日恢复",
        "恢复办理；时限由2026年12月31日调整为2027年1月4日",
        "继续推进，月底再议",
        "牵头单位由督查室调整为某县；原单位继续办理",
    ]
    with pytest.raises(Invalid, match="已不由这个单位督办"):
        county.decide(meeting, Resolution(items[3], "comment", {}, "再议"))


@pytest.mark.parametrize(
    ("resolution", "message"),
    [
        (("close", {}), "会议不能决定“close”"),
        (("amend", {"changes": {"title": "改名"}}), "会议只能调整目标和时限"),
        (("amend", {"changes": {"due": "2026-07-31"}}), "新的时限晚于原时限 2026-06-30，请按延期"),
        (("amend", {"changes": {"due": "长期坚持"}}), "请按延期"),
        (("extend", {"day": "2026-07-31"}), "延期没有这些内容：day"),
        (("plan", {"cancelled": {"2": " "}}), "取消第 2 条措施还缺：理由"),
        (("plan", {"cancelled": {"9": "x"}}), "没有第 9 条措施"),
        (("plan", {"cancelled": {"1": "x"}}), "第 1 条措施已完成，不能取消"),
    ],
)
def test_what_a_meeting_cannot_decide_is_refused(county, resolution, message):
    item = county.at("working", due="2026-06-30")
    county.do("report", item, "handler", measures={"1": {"state": "done"}})
    meeting = county.meet([item])
    with pytest.raises((Invalid, Needs), match=message):
        county.decide(meeting, Resolution(item, *resolution, "理由"))
    county.decide(meeting, Resolution(item, "amend", {"changes": {"due": "2026-05-29"}}, "提前"))
    assert county.row(item).due == date(2026, 5, 29)


def test_only_what_is_on_the_agenda_is_decided(county):
    item, other = county.at("working"), county.at("working")
    meeting = county.meet([item])
    with pytest.raises(Invalid, match="不在这次会议的议程上"):
        county.decide(meeting, Resolution(other, "comment", {}, "继续"))
    with pytest.raises(Needs, match="还缺：议定事项"):
        county.decide(meeting)
    set_agenda(meeting, county.people["supervisor"], county.now, [{"item": other}], add=True)
    county.decide(meeting, Resolution(other, "comment", {}, "继续"))


def test_those_who_handled_an_item_are_recorded_as_recused(county):
    item = due_for_meeting(county)
    meeting = county.meet([item], expected=["handler", "reviewer"])
    county.decide(meeting, Resolution(item, "review", {"passed": True}, "同意"))
    decision = Decision.objects.get(item_id=item)
    assert decision.recused == [county.people["handler"].person]
    [place] = meeting_detail(Meeting.objects.get(pk=meeting)).places
    assert [(r.recused, r.words, r.presider) for r in place.resolved] == [
        (["handler"], "“领导小组会审”审核通过", "lead")
    ]


def test_who_handled_an_item_neither_chairs_nor_records_its_decision(county):
    county.add_person("busy", "office", (Role.LEAD, Role.SUPERVISOR))
    item = county.at("working", procedure="tough")
    county.do("report", item, "busy", text="代填")
    county.prove(item)
    county.submit(item)
    while county.procedure(item).levels[county.row(item).level - 1].name != "领导小组会审":
        county.review(item)
    meeting = county.meet([item], chair="busy", expected=["lead", "reviewer"])
    verdict = {"passed": True}
    with pytest.raises(NotAllowed, match="主持人办理过这一事项，应当回避"):
        county.decide(meeting, Resolution(item, "review", verdict, "同意"))
    for presider, message in (("checker", "主持人没有出席这次会议"), ("reviewer", "审核须由督办单位")):
        with pytest.raises((Invalid, NotAllowed), match=message):
            county.decide(
                meeting, Resolution(item, "review", verdict, "同意", county.people[presider].person)
            )
    lead = county.people["lead"].person
    with pytest.raises(NotAllowed, match="记录人办理过这一事项，应当回避"):
        county.decide(meeting, Resolution(item, "review", verdict, "同意", lead), by="busy")
    county.decide(meeting, Resolution(item, "review", verdict, "同意", lead))
    assert Review.objects.filter(item_id=item).order_by("-id")[0].answerable_id == lead


def test_confirmed_minutes_are_changed_by_a_later_meeting_alone(county):
    item = county.at("working", due="2026-06-30")
    meeting = county.meet([item])
    people = county.people
    county.decide(meeting, Resolution(item, "extend", {"due": "2026-07-31"}, "汛期停工"))
    minute(meeting, people["supervisor"], county.now, "会议认为要抓紧。")
    minute(meeting, people["supervisor"], county.now, "泵站已立项。", no=1)
    with pytest.raises(NotFound, match="议程没有第 2 项，共有 1 项"):
        minute(meeting, people["supervisor"], county.now, "x", no=2)
    with pytest.raises(NotAllowed, match="确认纪要须由会议主持人办理"):
        confirm_minutes(meeting, people["supervisor"], county.now)
    confirm_minutes(meeting, people["lead"], county.later(minutes=1))
    row = Meeting.objects.get(pk=meeting)
    assert (row.state, row.confirmed_by, row.confirmed_at) == ("confirmed", people["lead"].person, county.now)
    for change in (
        lambda: county.decide(meeting, Resolution(item, "comment", {}, "再议")),
        lambda: minute(meeting, people["supervisor"], county.now, "x"),
        lambda: attend(meeting, people["supervisor"], county.now, []),
        lambda: set_agenda(meeting, people["supervisor"], county.now, [{"item": item}], add=True),
        lambda: confirm_minutes(meeting, people["lead"], county.now),
        lambda: cancel_meeting(meeting, people["supervisor"], county.now, "x"),
    ):
        with pytest.raises(WrongState, match="会议现在是“纪要已确认”"):
            change()
    later = county.meet([item])
    county.decide(later, Resolution(item, "amend", {"changes": {"due": "2026-07-15"}}, "提前"))
    first, second = (Meeting.objects.get(pk=m).number for m in (meeting, later))
    told = [(c.what, c.old, c.new, c.reason, c.meeting) for c in changes_of(item, county.units["office"])]
    assert told == [
        ("时限", "2026年6月30日", "2026年7月31日", "汛期停工", first),
        ("时限", "2026年7月31日", "2026年7月15日", "提前", second),
    ]
    assert same_after_rebuild()


def test_a_meeting_that_does_not_take_place_keeps_its_number(county):
    meeting = call(county).meeting
    with pytest.raises(Needs, match="取消会议还缺：理由"):
        cancel_meeting(meeting, county.people["supervisor"], county.now, " ")
    cancel_meeting(meeting, county.people["supervisor"], county.now, "改期")
    assert (Meeting.objects.get(pk=meeting).state, call(county).number) == (
        "cancelled",
        "督查室会〔2026〕2号",
    )
    with pytest.raises(NotFound, match="没有编号为 999 的会议"):
        cancel_meeting(999, county.people["supervisor"], county.now, "x")


def test_the_history_tells_every_change_with_its_old_and_new_value(county):
    item = county.at("working", due="2026-06-30", target="退水")
    county.do("plan", item, "handler", measures=[{"text": "清淤", "due": "2026-04-30"}], reason="补充")
    county.do("report", item, "handler", measures={"1": {"state": "waived", "reason": "已并入清淤"}})
    county.do("amend", item, "supervisor", changes={"target": "两小时退水"}, reason="写错")
    county.do("suspend", item, "lead", reason="待批复")
    county.later(days=7)
    county.do("resume", item, "lead")
    county.do("transfer", item, "supervisor", owner=county.units["village"], reason="职责调整")
    county.do("escalate", item, "lead", unit=county.units["county"], reason="跨部门")
    told = [(c.what, c.old, c.new, c.reason) for c in changes_of(item, county.units["office"])]
    assert told == [
        ("措施3", "", "清淤（2026年4月30日）", "补充"),
        ("措施1", "修路", "修路（取消）", "已并入清淤"),
        ("目标", "退水", "两小时退水", "写错"),
        ("时限", "2026年6月30日", "2026年7月8日", "挂起后顺延"),
        ("措施3", "清淤（2026年4月30日）", "清淤（2026年5月12日）", "挂起后顺延"),
        ("责任单位", "东镇", "西乡", "职责调整"),
        ("牵头单位", "督查室", "某县", "跨部门"),
    ]


def test_a_meeting_is_seen_by_the_office_and_by_whom_it_called(county):
    meeting = Meeting.objects.get(pk=county.meet([county.at("working")], expected=["head"]))
    seen = {name for name, actor in county.people.items() if meetings(actor)}
    assert seen == {"supervisor", "lead", "reviewer", "checker", "auditor", "chief", "head"}
    assert find_meeting(meeting.number, county.people["head"]) == meeting
    with pytest.raises(NotFound, match="没有编号为“督查室会〔2026〕1号”的会议"):
        find_meeting(meeting.number, county.people["handler"])


def test_meetings_and_reviews_are_figures_of_now_and_of_any_moment(county):
    items = [due_for_meeting(county), due_for_meeting(county, "livelihood")]
    before = county.now
    meeting = county.meet(items)
    county.decide(meeting, *(Resolution(i, "review", {"passed": i == items[0]}, "议定") for i in items))
    county.decide(meeting, Resolution(items[0], "comment", {}, "抓紧销号"))
    refs = [Ref.parse(r) for r in ("meetings", "meeting_items", "reviews_passed", "reviews_sent_back",
                                   "reviews_passed[kind=领导小组会审]")]  # fmt: skip
    registers = list(county.registers.values())
    assert list(figures(refs, registers).values()) == ["1", "2", "5", "1", "1"]
    assert list(figures(refs, registers, as_of=before).values()) == ["0", "0", "4", "0", "0"]
    register = Item.objects.get(pk=items[1]).register_id
    assert list(figures(refs, [register], as_of=county.now).values()) == ["1", "1", "2", "1", "0"]


def test_the_burden_counts_a_unit_once_for_each_meeting_to_which_its_people_are_called(county):
    expected = [county.people[p].person for p in ("head", "handler", "other_head", "reviewer")]
    since = county.now
    call(county, expected=expected)
    call(county, expected=expected[:1])
    off = call(county, expected=expected).meeting
    cancel_meeting(off, county.people["supervisor"], county.later(minutes=1), "改期")
    until = county.later(minutes=1)
    assert [(u.name, u.meetings) for u in burden(since, until)] == [("东镇", 2), ("西乡", 1)]
    assert [u.name for u in burden(since, until, units=[county.units["village"]])] == ["西乡"]
    assert burden(until, county.later(days=1)) == []
