"""The outbox: told in the transaction of the entry, to those who hold the role nearest to the unit, never twice."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection, transaction

from bihuan.actions import house
from bihuan.actions.meeting import confirm_minutes
from bihuan.actions.objection import object_to, reexamine
from bihuan.actions.request import approve_request
from bihuan.clock.tick import tick
from bihuan.ledger.reading import head
from bihuan.ledger.rebuild import digests, rebuild
from bihuan.models import Delivery, Message, Outlet
from bihuan.rules.errors import NotAllowed
from bihuan.rules.permissions import SYSTEM, Role


def told(person, county) -> list[tuple[str, str]]:
    rows = Message.objects.filter(person_id=county.people[person].person).order_by("seq")
    return [(m.kind, m.what) for m in rows]


def test_the_unit_hears_of_its_work_and_whoever_gave_it_does_not(county):
    item = county.at("assigned")
    what = "已交由你单位办理，办结时限为2026年12月31日，请签收"
    assert ("item.assigned", what) in told("handler", county)
    assert ("item.assigned", what) in told("head", county)
    assert "item.assigned" not in dict(told("supervisor", county))
    message = Message.objects.filter(kind="item.assigned").first()
    row = county.row(item)
    assert (message.number, message.title, message.item_id, message.unit_id) == (
        row.number, row.title, item, county.units["town"]
    )  # fmt: skip
    assert (message.at, message.told_at, message.read_at, message.urgent) == (
        row.assigned_at,
        county.now,
        None,
        False,
    )


def test_of_a_role_those_are_told_who_hold_it_nearest_to_the_unit(county):
    county.add_person("county_handler", "county", (Role.HANDLER,))
    station = house.create_unit(SYSTEM, county.now, "东镇供水站", parent=county.units["town"])
    county.at("approved")
    item = county.at("approved")
    county.do("assign", item, "supervisor", owner=station)
    hall = house.create_unit(SYSTEM, county.now, "政务大厅", parent=county.units["county"])
    other = county.at("approved")
    county.do("assign", other, "supervisor", owner=hall)
    by_item = {
        i: set(Message.objects.filter(item_id=i, kind="item.assigned").values_list("person_id", flat=True))
        for i in (item, other)
    }
    people = {name: county.people[name].person for name in ("handler", "head", "county_handler")}
    assert by_item == {item: {people["handler"], people["head"]}, other: {people["county_handler"]}}


def test_who_left_is_told_nothing(county):
    house.create_person(SYSTEM, county.now, "x", county.units["town"])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE person SET active=%s WHERE id=%s", [False, county.people["handler"].person])
    county.at("assigned")
    assert told("handler", county) == []


def test_a_step_that_is_refused_tells_nobody(county):
    item = county.at("registered")
    with pytest.raises(NotAllowed):
        county.do("approve", item, "handler")
    assert Message.objects.count() == 0


def test_a_transaction_that_is_undone_takes_its_messages_with_it(county):
    item = county.at("approved")
    before = Message.objects.count()
    mark = transaction.savepoint()
    county.do("assign", item, "supervisor", owner=county.units["town"])
    assert Message.objects.count() > before
    transaction.savepoint_rollback(mark)
    assert Message.objects.count() == before


def test_a_rebuild_and_a_second_tick_tell_nobody_anew(county):
    county.at("assigned")
    county.at("reviewing")
    county.later(days=400)
    assert tick(county.now) > 0
    before, tables = Message.objects.count(), digests()
    assert before > 0
    tick(county.now)
    rebuild()
    assert (Message.objects.count(), digests()) == (before, tables)


def test_what_the_clock_enters_late_is_told_with_the_moment_it_was_due(county):
    county.at("working", measures=[])
    county.later(days=300)
    tick(county.now)
    late = Message.objects.filter(kind="item.fell_due").first()
    assert late.at < late.told_at == county.now


def test_an_inspection_is_told_to_its_lead_and_its_members_alone(county):
    from bihuan.actions.inspection import Plan, approve_inspection, propose_inspection

    people = {name: actor.person for name, actor in county.people.items()}
    day = county.now.date()
    plan = Plan(
        "暗访",
        "covert",
        ["窗口"],
        "大厅",
        "作风",
        [county.units["town"]],
        day,
        day,
        people["checker"],
        [people["supervisor"]],
    )
    made = propose_inspection(county.people["checker"], county.now, county.units["office"], plan)
    assert [w for _, w in told("lead", county)] == ["督查方案待您批准"]
    approve_inspection(made.inspection, county.people["lead"], county.later(minutes=1))
    assert [w for _, w in told("supervisor", county)] == ["督查方案已批准，由您参加"]
    assert {m.about for m in Message.objects.all()} == {"inspection"}
    assert told("handler", county) == told("head", county) == []


def news(person, county, after) -> list[str]:
    rows = Message.objects.filter(person_id=county.people[person].person, seq__gt=after).order_by("seq")
    return [m.what for m in rows]


def test_a_request_is_told_to_its_approver_and_its_fate_to_who_asked(county):
    item = county.at("working", due="2026-06-30")
    start = head()[0]
    request = county.ask("extension", item, reason="汛期停工", due="2026-07-31")
    assert news("lead", county, start) == ["延期申请待您批复：汛期停工，请于2026年3月5日前批复"]
    assert news("supervisor", county, start) == news("handler", county, start) == []
    county.later(days=5)
    tick(county.now)
    assert "延期申请逾期未批，请尽快批复" in news("lead", county, start)
    middle = head()[0]
    approve_request(request, county.people["lead"], county.later(minutes=1), opinion="同意")
    assert news("handler", county, middle) == [
        "您提出的延期申请已批准：同意",
        "同意延期，办结时限为2026年7月31日",
    ]
    county.ask("merge", item, into=county.at("working"))
    county.do("cancel", item, "lead", reason="登记错误")
    withdrawn = Message.objects.get(kind="request.withdrawn", person_id=county.people["handler"].person)
    assert (withdrawn.what, withdrawn.item_id) == ("您提出的并案申请已撤回：事项已撤销。", item)


def test_an_escalation_its_answer_and_its_return_are_told_up_and_down(county):
    item = county.at("working")
    start = head()[0]
    county.do("escalate", item, "lead", unit=county.units["county"], reason="跨部门")
    county.do("respond", item, "chief", text="县里协调")
    county.do("hand_back", item, "chief", reason="已协调")
    assert news("chief", county, start) == ["提级由你单位牵头：跨部门，请在2个工作日内回应"]
    assert news("supervisor", county, start) == [
        "已提级，由上级单位牵头：跨部门", "上级单位回应提级：县里协调", "上级单位交回，由你单位继续牵头：已协调",
    ]  # fmt: skip
    assert news("head", county, start) == [
        "已提级督办：跨部门", "上级单位回应提级：县里协调", "提级事项已交回原级督办：已协调",
    ]  # fmt: skip


def test_a_meeting_is_told_to_those_expected_and_its_minutes_to_those_who_came(county):
    item = county.at("working")
    start = head()[0]
    people = county.people
    stood_in = [{"person": people["head"].person, "presence": "represented", "by": people["handler"].person}]
    meeting = county.meet([item], expected=["head", "reviewer"], attendance=stood_in)
    assert news("lead", county, start) == ["请您主持会议：2026年3月2日9时04分，一号会议室"]
    assert news("head", county, start) == ["请您参加会议：2026年3月2日9时04分，一号会议室"]
    assert news("supervisor", county, start) == news("handler", county, start) == []
    confirm_minutes(meeting, people["lead"], county.later(minutes=1))
    for who in ("head", "reviewer", "handler"):
        assert news(who, county, start)[-1] == "会议纪要已确认，请按议定事项落实"
    told_of = Message.objects.filter(about="meeting").last()
    assert (told_of.about_id, told_of.number, told_of.title) == (meeting, "督查室会〔2026〕1号", "专题会")


def test_an_objection_goes_to_those_who_did_not_inspect_and_its_decision_to_the_unit(county):
    from tests.actions.test_actions_objection import finished
    from tests.actions.test_actions_objection import told as conclusion

    start = head()[0]
    finished(county)
    limit = "（有异议的，由单位负责人于2026年4月1日前提出）"
    assert news("handler", county, start) == [f"督查结论反馈：东镇账目未公开{limit}"]
    made = object_to(
        conclusion(county), county.people["head"], county.later(minutes=1), "账目已公开"
    ).objection
    what = "被督查单位提出异议，请未参加督查的人员于2026年4月1日前复核：账目已公开"
    assert [news(who, county, start).count(what) for who in ("lead", "checker", "supervisor")] == [1, 0, 0]
    county.now = county.now.replace(month=4, day=2)
    tick(county.now)
    assert news("lead", county, start)[-1] == "异议复核超期"
    reexamine(made, county.people["lead"], county.later(minutes=1), "changed", "部分属实")
    assert news("head", county, start)[-1] == "异议复核结果：变更结论。部分属实"


def test_a_rule_is_told_to_its_unit_and_so_is_the_day_of_its_review(county):
    from tests.actions.test_actions_institution import draft, issue

    made = draft(county)
    issue(county, made, review_on=date(2026, 9, 1))
    county.now = county.now.replace(month=9, day=2)
    tick(county.now)
    found = Message.objects.filter(about="institution", person_id=county.people["head"].person).order_by(
        "seq"
    )
    assert [(m.title, m.number, m.what) for m in found] == [
        ("河道巡查办法", "", "请你单位起草制度，依据：水污染防治法"),
        ("河道巡查办法", "制〔2026〕1号", "制度已印发（制〔2026〕1号），2026年9月1日复核"),
        ("河道巡查办法", "制〔2026〕1号", "制度该复核"),
    ]


def test_what_a_sample_draws_is_told_to_who_looks_back(county):
    from tests.actions.test_actions_look_back import chosen, drawn_from

    county.add_person("second", "office", (Role.SUPERVISOR,))
    made, _ = drawn_from(county)
    found = Message.objects.filter(kind="item.chosen").order_by("item_id")
    what = "抽样抽中，请于2026年6月2日前回头看"
    second = county.people["second"].person  # the other supervisor drew
    assert [(m.item_id, m.person_id, m.what) for m in found] == [(i, second, what) for i in chosen(made)]


def test_nothing_waits_for_a_robot_that_nobody_has(county):
    county.at("closed")
    assert (Delivery.objects.count(), Outlet.objects.count()) == (0, 0)
