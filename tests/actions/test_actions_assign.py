"""Approving, assigning, accepting, returning, transferring, escalating."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bihuan.actions import house
from bihuan.models import Helper
from bihuan.procedures import texts
from bihuan.rules import events as ev
from bihuan.rules.errors import Invalid, Needs, NotAllowed, WrongState
from bihuan.rules.permissions import SYSTEM


def published(county, code, *changes):
    """A register that follows a changed version of a built-in procedure."""
    text = texts()[code].replace("version = 1", "version = 2")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    procedure = house.publish_procedure(SYSTEM, county.now, text)
    county.registers[code] = house.create_register(SYSTEM, county.now, county.campaign, "改版", procedure)


def test_approval_keeps_its_opinion(county):
    item = county.register()
    done = county.do("approve", item, "lead", opinion="同意立项")
    assert (done.item, done.number, done.version, done.state) == (item, "问改〔2026〕1号", 2, "approved")
    assert county.last(item) == ev.ItemApproved(opinion="同意立项")


def test_assigning_gives_the_item_to_its_owner_with_everybody_who_answers(county):
    item = county.at("approved", owner=0)
    county.do(
        "assign",
        item,
        "supervisor",
        owner=county.units["town"],
        helpers=[county.units["village"], county.units["town"]],
        lead="王县长",
        handler="李四",
        due="9月底前",
        note="请抓紧",
    )
    row = county.row(item)
    assert (row.state, row.owner_id, row.helpers, row.lead, row.handler) == (
        "assigned",
        county.units["town"],
        [county.units["village"]],
        "王县长",
        "李四",
    )
    assert (row.due, row.due_text, row.assigned_at, row.accepted_at) == (
        date(2026, 9, 30),
        "9月底前",
        county.now,
        None,
    )
    assert county.last(item).note == "请抓紧"


def test_assigning_without_a_deadline_keeps_the_registered_one(county):
    item = county.at("approved", due="2026年10月中旬")
    county.do("assign", item, "supervisor", owner=county.units["town"])
    assert (county.row(item).due, county.row(item).due_text) == (date(2026, 10, 20), "2026年10月中旬")


def test_assigning_without_any_deadline_takes_the_limit_of_its_class(county):
    item = county.at("approved", due=None, klass="分阶段整改")
    county.do("assign", item, "supervisor", owner=county.units["town"])
    assert (county.row(item).due, county.row(item).due_text) == (date(2026, 6, 2), "交办之日起3个月")


def test_assigning_ongoing_work_needs_no_date(county):
    item = county.at("approved", due=None, klass="其他")
    county.do("assign", item, "supervisor", owner=county.units["town"], due="长期坚持")
    row = county.row(item)
    assert (row.due, row.ongoing, row.due_text) == (None, True, "长期坚持")


def test_immediate_work_is_due_after_the_procedures_few_days(county):
    item = county.at("approved", due=None)
    county.do("assign", item, "supervisor", owner=county.units["town"], due="立行立改")
    assert (county.row(item).due, county.row(item).due_text) == (date(2026, 3, 9), "立行立改")


def test_assigning_without_a_deadline_that_the_procedure_requires_is_refused(county):
    item = county.at("approved", due=None, klass="其他")
    with pytest.raises(Needs) as caught:
        county.do("assign", item, "supervisor", owner=county.units["town"])
    assert caught.value.message == "交办还缺：办结时限。"
    with pytest.raises(Needs, match="办结时限"):
        county.do("assign", item, "supervisor", owner=county.units["town"], due="尽快")


def test_where_no_deadline_is_required_an_item_may_go_without(county):
    published(county, "rectification", ("required = true\nroll", "required = false\nroll"))
    item = county.at("approved", due=None, klass="其他")
    county.do("assign", item, "supervisor", owner=county.units["town"])
    assert (county.row(item).due, county.row(item).due_at) == (None, None)


def test_where_no_signature_is_asked_for_work_begins_at_once(county):
    published(county, "task", ('acceptance = true\naccept_limit = "1 workday"', "acceptance = false"))
    item = county.at("approved", procedure="task")
    county.do("assign", item, "supervisor", owner=county.units["town"])
    assert (county.row(item).state, county.row(item).accepted_at) == ("working", county.now)
    county.do("transfer", item, "supervisor", owner=county.units["village"], reason="职责调整")
    assert (county.row(item).state, county.row(item).accepted_at) == ("working", county.now)


def test_the_new_owner_is_no_longer_a_helper(county):
    item = county.at("assigned", helpers=[county.units["village"]])
    county.do("transfer", item, "supervisor", owner=county.units["village"], reason="职责调整")
    assert (county.row(item).owner_id, county.row(item).helpers) == (county.units["village"], [])
    assert not Helper.objects.exists()


def test_helpers_stay_unless_others_are_named(county):
    item = county.at("assigned", helpers=[county.units["village"]])
    county.do("transfer", item, "supervisor", owner=county.units["office"], reason="上收")
    assert county.row(item).helpers == [county.units["village"]]
    county.do(
        "transfer", item, "supervisor", owner=county.units["town"], reason="下放", helpers=[], handler="赵六"
    )
    assert (county.row(item).helpers, county.row(item).handler) == ([], "赵六")


def test_an_unknown_unit_is_refused(county):
    item = county.at("approved")
    with pytest.raises(Invalid, match="没有编号为 999 的在用单位"):
        county.do("assign", item, "supervisor", owner=999)
    with pytest.raises(Invalid, match="没有编号为 998 的在用单位"):
        county.do("assign", item, "supervisor", owner=county.units["town"], helpers=[998])


def test_accepting_names_who_will_do_it(county):
    item = county.at("assigned", handler="李四")
    county.do("accept", item, "head", handler="赵六")
    assert (county.row(item).state, county.row(item).handler, county.row(item).accepted_at) == (
        "working",
        "赵六",
        county.now,
    )
    other = county.at("assigned", handler="李四")
    county.do("accept", other, "handler")
    assert county.row(other).handler == "李四"


@pytest.mark.parametrize("by", ["other_handler", "supervisor", "checker", "chief"])
def test_only_the_owner_signs(county, by):
    item = county.at("assigned", helpers=[county.units["village"]])
    with pytest.raises(NotAllowed, match="签收须由责任单位的承办人、单位负责人办理"):
        county.do("accept", item, by)


def test_an_item_is_returned_once_and_then_no_more(county):
    item = county.at("assigned")
    county.do("return", item, "handler", reason="非本级职责", ground="三定规定")
    assert (county.row(item).state, county.row(item).returns) == ("returned", 1)
    assert county.last(item) == ev.ItemReturned(reason="非本级职责", ground="三定规定")
    county.to_assigned(item)
    with pytest.raises(Invalid) as caught:
        county.do("return", item, "handler", reason="还是不归我管")
    assert caught.value.message == "这一事项最多可退回1次，已退回1次。"


def test_an_item_can_be_returned_until_the_limit_has_passed(county):
    item = county.at("assigned")
    limit = datetime(
        2026, 3, 4, 16, tzinfo=UTC
    )  # two working days after Monday: the end of Wednesday in China
    county.now = limit - timedelta(minutes=1, microseconds=1)
    county.do("return", item, "handler", reason="非本级职责")
    assert county.row(item).state == "returned"


def test_after_the_limit_an_item_is_not_returned(county):
    item = county.at("working")
    county.now = datetime(2026, 3, 4, 16, tzinfo=UTC) - timedelta(minutes=1)
    with pytest.raises(Invalid) as caught:
        county.do("return", item, "handler", reason="非本级职责")
    assert caught.value.message == "退回须在交办后2个工作日内提出，现已超过。"


def test_where_returns_are_not_provided_for_none_is_possible(county):
    published(county, "task", ('[flow.returns]\ntimes = 1\nlimit = "1 workday"\n', ""))
    item = county.at("assigned", procedure="task")
    with pytest.raises(Invalid, match="最多可退回0次"):
        county.do("return", item, "handler", reason="非本级职责")


def test_a_transfer_keeps_the_deadline_and_asks_for_a_new_signature(county):
    item = county.at("working")
    due = county.row(item).due
    county.do("transfer", item, "supervisor", owner=county.units["village"], reason="职责调整")
    row = county.row(item)
    assert (row.state, row.owner_id, row.due, row.assigned_at, row.accepted_at) == (
        "assigned",
        county.units["village"],
        due,
        county.now,
        None,
    )
    with pytest.raises(NotAllowed):
        county.do("accept", item, "handler")
    county.do("accept", item, "other_handler")


def test_a_transfer_to_the_same_unit_is_refused(county):
    item = county.at("working")
    with pytest.raises(Invalid, match="新的责任单位与现在的相同"):
        county.do("transfer", item, "supervisor", owner=county.units["town"], reason="职责调整")


def test_escalation_hands_the_lead_to_a_unit_above(county):
    item = county.at("working")
    county.do("escalate", item, "supervisor", unit=county.units["county"], reason="跨部门", lead="县长")
    row = county.row(item)
    assert (row.office_id, row.lead, row.owner_id, row.state) == (
        county.units["county"],
        "县长",
        county.units["town"],
        "working",
    )
    with pytest.raises(NotAllowed):
        county.do("extend", item, "lead", due="2027-01-31", reason="x")
    county.do("extend", item, "chief", due="2027-01-31", reason="复杂")


def test_escalation_without_a_name_keeps_the_leader(county):
    item = county.at("working", lead="张三")
    county.do("escalate", item, "lead", unit=county.units["county"], reason="跨部门")
    assert county.row(item).lead == "张三"


@pytest.mark.parametrize("unit", ["office", "town", "village"])
def test_escalation_goes_only_upward(county, unit):
    item = county.at("working")
    with pytest.raises(Invalid, match="不是督办单位“督查室”的上级"):
        county.do("escalate", item, "lead", unit=county.units[unit], reason="跨部门")


def test_escalation_out_of_a_retired_office_is_possible(county):
    item = county.at("working")
    house.change_unit(SYSTEM, county.now, county.units["office"], active=False)
    county.do("escalate", item, "chief", unit=county.units["county"], reason="机构撤并")
    assert county.row(item).office_id == county.units["county"]


def test_an_assigned_item_is_not_assigned_again(county):
    item = county.at("assigned")
    with pytest.raises(WrongState):
        county.to_assigned(item)
