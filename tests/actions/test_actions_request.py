"""Requests: asked by those who may not decide, decided by the approver of the procedure, within its limits."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bihuan.actions.request import approve_request, ask, refuse_request, withdraw_request
from bihuan.clock.tick import tick
from bihuan.ledger.rebuild import digests, rebuild
from bihuan.models import Request
from bihuan.queries.counts import figures
from bihuan.queries.people import visible_units
from bihuan.queries.requests import requests, to_decide
from bihuan.rules.errors import Invalid, Needs, NotAllowed, NotFound, WrongState
from bihuan.rules.figures import Ref
from bihuan.rules.permissions import Actor


def approve(county, request, by="lead", **more):
    return approve_request(request, county.people[by], county.later(minutes=1), **more)


def refuse(county, request, by="lead", opinion="按期完成"):
    return refuse_request(request, county.people[by], county.later(minutes=1), opinion=opinion)


def state(request):
    return Request.objects.get(pk=request).state


def same_after_rebuild():
    before = digests()
    rebuild()
    return digests() == before


def test_an_extension_is_asked_for_by_the_unit_and_granted_by_the_approver(county):
    item = county.at("working", due="2026-06-30")
    request = county.ask("extension", item, reason=" 汛期停工 ", due="2026年7月底前")
    row = county.row(item)
    assert (row.due, row.state, row.requests, row.extensions) == (date(2026, 6, 30), "working", [request], 0)
    found = Request.objects.get(pk=request)
    assert (found.kind, found.reason, found.wanted, found.approver, found.state) == (
        "extension",
        "汛期停工",
        {"due": "2026-07-31"},
        "lead",
        "asked",
    )
    assert found.decide_due == datetime(2026, 3, 5, 16, tzinfo=UTC)  # three working days
    approve(county, request, opinion="同意")
    row = county.row(item)
    assert (row.due, row.requests, row.extensions, row.decide_by) == (date(2026, 7, 31), [], 1, None)
    assert county.kinds(item)[-3:] == ["request.asked", "request.decided", "item.extended"]
    assert (county.last(item).reason, state(request)) == ("汛期停工", "approved")
    assert same_after_rebuild()


def test_a_request_that_is_refused_leaves_everything_as_it_was(county):
    item = county.at("working", due="2026-06-30")
    request = county.ask("extension", item, due="2026-07-31")
    with pytest.raises(Needs, match="不批准申请还缺：理由"):
        refuse(county, request, opinion=" ")
    refuse(county, request)
    row = county.row(item)
    assert (row.due, row.requests, row.extensions, state(request)) == (date(2026, 6, 30), [], 0, "refused")
    with pytest.raises(WrongState, match="这一申请未批准，不能再办理"):
        approve(county, request)
    assert county.ask("extension", item, due="2026-07-31") > request
    assert same_after_rebuild()


def test_only_the_approver_decides_and_never_what_they_asked_for_themselves(county):
    item = county.at("working", due="2026-06-30")
    request = county.ask("extension", item, due="2026-07-31")
    for by in ("supervisor", "handler", "head", "reviewer"):
        with pytest.raises(NotAllowed, match="延期须由牵头领导批准"):
            approve(county, request, by=by)
        with pytest.raises(NotAllowed, match="延期须由牵头领导批准"):
            refuse(county, request, by=by)
    own = Actor(county.people["handler"].person, "两岗", 1, county.people["chief"].grants)
    with pytest.raises(NotAllowed, match="不能批复自己提出的申请"):
        approve_request(request, own, county.now)
    second = county.ask("suspension", item, by="supervisor", until="2026-05-29")
    approve(county, second)
    assert county.row(item).state == "suspended"


@pytest.mark.parametrize(
    ("kind", "wanted", "message"),
    [
        ("extension", {"due": "2026-10-09"}, "每次最多延期3个月，最晚到 2026-09-30。"),
        ("extension", {"due": "2026-06-30"}, "新的时限应晚于原时限2026-06-30。"),
        ("transfer", {"owner": 4}, "新的责任单位与现在的相同。"),
        ("transfer", {"owner": 999}, "没有编号为 999 的在用单位。"),
        ("suspension", {"until": "2026-03-01"}, "预计恢复的日期 2026-03-01 应晚于今天。"),
        ("escalation", {"unit": 4}, "“东镇”不是督办单位“督查室”的上级。"),
        ("merge", {"into": 999}, "没有找到可并入的事项。"),
        ("holiday", {}, "没有“holiday”这种申请。"),
        ("extension", {"until": "2026-07-31"}, "延期没有这些内容：until。"),
    ],
)
def test_what_could_not_be_granted_is_refused_when_it_is_asked(county, kind, wanted, message):
    item = county.at("working", due="2026-06-30")
    assert county.units["town"] == 4
    with pytest.raises((Invalid, NotFound)) as caught:
        county.ask(kind, item, **wanted)
    assert caught.value.message == message
    assert county.row(item).requests == []


def test_what_is_missing_is_told(county):
    item = county.at("working")
    with pytest.raises(Needs, match="延期还缺：新的时限"):
        county.ask("extension", item)
    with pytest.raises(Needs, match="转办还缺：理由"):
        county.ask("transfer", item, reason=" ", owner=county.units["village"])


def test_who_may_take_the_step_need_not_ask_and_others_may_not(county):
    item = county.at("working")
    with pytest.raises(Invalid, match="转办您可以直接办理，不必申请"):
        county.ask("transfer", item, by="supervisor", owner=county.units["village"])
    with pytest.raises(Invalid, match="退回您可以直接办理，不必申请"):
        county.ask("return", item)
    with pytest.raises(NotAllowed, match="须由责任单位的承办人、单位负责人提出"):
        county.ask("transfer", item, by="other_handler", owner=county.units["village"])
    with pytest.raises(WrongState, match="不能申请延期"):
        county.ask("extension", county.at("reviewing"), due="2027-01-29")
    county.ask("transfer", item, owner=county.units["village"])
    with pytest.raises(Invalid, match="已有待批的转办申请"):
        county.ask("transfer", item, by="head", owner=county.units["village"])
    with pytest.raises(NotFound, match="没有编号为 999 的事项"):
        ask(999, "return", county.people["handler"], county.now, reason="x")
    with pytest.raises(NotFound, match="没有编号为 999 的申请"):
        approve(county, 999)


def test_a_return_that_must_be_approved_is_no_step_of_the_unit(county):
    item = county.at("working", procedure="livelihood")
    with pytest.raises(NotAllowed) as caught:
        county.do("return", item, "handler", reason="非本级职责")
    assert caught.value.message == "退回须经批准，不能直接办理。"
    request = county.ask("return", item, ground="三定规定")
    approve(county, request, by="supervisor")
    row = county.row(item)
    assert (row.state, row.returns, county.last(item).ground) == ("returned", 1, "三定规定")
    assert same_after_rebuild()


def test_a_return_is_asked_for_within_its_days_and_may_be_granted_later(county):
    item = county.at("working", procedure="livelihood")
    request = county.ask("return", item)
    county.later(days=5)
    approve(county, request, by="supervisor")
    assert county.row(item).state == "returned"
    late = county.at("working", procedure="livelihood")
    county.later(days=5)
    with pytest.raises(Invalid, match="退回须在交办后3个工作日内提出，现已超过"):
        county.ask("return", late)


def test_an_extension_is_asked_for_before_the_last_days(county):
    item = county.at("working", procedure="task", due="2026-03-06")  # a Friday
    county.now = datetime(2026, 3, 5, 15, 50, tzinfo=UTC)  # Thursday in China
    county.ask("extension", item, due="2026-03-20")
    other = county.at("working", procedure="task", due="2026-03-06")
    county.now = datetime(2026, 3, 5, 16, tzinfo=UTC)
    with pytest.raises(Invalid, match="延期须在时限前1个工作日提出，最迟 2026-03-05"):
        county.ask("extension", other, due="2026-03-20")
    with pytest.raises(Invalid, match="延期须在时限前1个工作日提出"):
        county.do("extend", other, "lead", due="2026-03-20", reason="复杂")


def test_the_steps_of_those_who_decide_keep_the_same_limits(county):
    item = county.at("working", procedure="task")
    with pytest.raises(Invalid, match="挂起每次最多3个月，须写明预计到哪一天"):
        county.do("suspend", item, "lead", reason="待批复")
    with pytest.raises(NotAllowed, match="挂起须由牵头领导批准"):
        county.do("suspend", item, "supervisor", reason="待批复", until="2026-04-30")
    for _ in range(2):
        county.do("suspend", item, "lead", reason="待批复", until="2026-04-30")
        county.do("resume", item, "lead")
    with pytest.raises(Invalid, match="最多可挂起2次，已挂起2次"):
        county.do("suspend", item, "lead", reason="待批复", until="2026-04-30")
    with pytest.raises(Invalid, match="最多可挂起2次，已挂起2次"):
        county.ask("suspension", item, until="2026-04-30")


def test_the_approver_may_grant_less_than_was_wanted(county):
    item = county.at("working", due="2026-06-30")
    request = county.ask("extension", item, due="2026-09-30")
    approve(county, request, granted={"due": "2026-07-31"}, opinion="先延一个月")
    assert county.row(item).due == date(2026, 7, 31)
    assert Request.objects.get(pk=request).wanted == {"due": "2026-07-31"}


def test_requests_are_granted_only_as_often_as_the_procedure_says(county):
    item = county.at("working", due="2026-06-30")
    for due in ("2026-07-31", "2026-08-31"):
        approve(county, county.ask("extension", item, due=due))
    with pytest.raises(Invalid, match="最多可延期2次，已延期2次"):
        county.ask("extension", item, due="2026-09-30")


def test_what_has_become_pointless_is_withdrawn_by_an_entry(county):
    item = county.at("working", due="2026-06-30")
    extension = county.ask("extension", item, due="2026-07-31")
    transfer = county.ask("transfer", item, owner=county.units["village"])
    county.do("extend", item, "lead", due="2026-07-31", reason="已知情况")
    assert (state(extension), state(transfer)) == ("withdrawn", "asked")
    again = county.ask("suspension", item)
    approve(county, transfer, by="supervisor")
    assert county.row(item).owner_id == county.units["village"]
    assert [(state(r), Request.objects.get(pk=r).opinion) for r in (extension, again)] == [
        ("withdrawn", "已直接办理延期。"),
        ("withdrawn", "事项已转给其他单位。"),
    ]
    last = county.ask("suspension", item, by="other_handler")
    county.do("cancel", item, "lead", reason="登记错误")
    assert Request.objects.get(pk=last).opinion == "事项已撤销。"
    assert same_after_rebuild()


def test_a_request_is_taken_back_by_those_who_may_ask(county):
    item = county.at("working")
    request = county.ask("suspension", item)
    with pytest.raises(NotAllowed):
        withdraw_request(request, county.people["other_handler"], county.now)
    withdraw_request(request, county.people["head"], county.later(minutes=1), reason="已解决")
    assert (state(request), county.row(item).requests) == ("withdrawn", [])


def test_a_request_pauses_nothing_and_waits_for_whom_it_must(county):
    item = county.at("working", due="2026-03-06")
    request = county.ask("suspension", item)
    second = county.ask("transfer", item, owner=county.units["village"])
    assert county.row(item).decide_by == datetime(2026, 3, 4, 16, tzinfo=UTC)  # the earlier of two
    tick(datetime(2026, 3, 6, 17, tzinfo=UTC))
    row = county.row(item)
    assert (row.overdue, row.waiting) == (True, "request-overdue")
    county.now = datetime(2026, 3, 7, 1, tzinfo=UTC)
    lead, supervisor = county.people["lead"], county.people["supervisor"]
    assert [r.pk for r in to_decide(lead, visible_units(lead))] == [request]
    assert [r.pk for r in to_decide(supervisor, visible_units(supervisor))] == [second]
    assert list(requests(visible_units(county.people["other_head"]))) == []
    assert [r.pk for r in requests(visible_units(county.people["head"]), item=item, kind="transfer")] == [
        second
    ]
    refuse(county, second, by="supervisor")
    assert county.row(item).waiting == "request-overdue"
    refuse(county, request)
    assert (county.row(item).waiting, county.row(item).decide_by) == ("", None)


def test_requests_are_figures_of_now_and_of_any_moment(county):
    item = county.at("working", due="2026-06-30")
    before = county.now
    approve(county, county.ask("extension", item, due="2026-07-31"))
    refuse(county, county.ask("transfer", item, owner=county.units["village"]), by="supervisor")
    refs = [
        Ref.parse(r) for r in ("requests", "requests[kind=transfer]", "requests_approved", "requests_refused")
    ]
    registers = list(county.registers.values())
    assert list(figures(refs, registers).values()) == ["2", "1", "1", "1"]
    assert list(figures(refs, registers, as_of=before).values()) == ["0"] * 4
    assert list(figures(refs, registers, as_of=county.now + timedelta(days=1)).values()) == [
        "2",
        "1",
        "1",
        "1",
    ]
