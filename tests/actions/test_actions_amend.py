"""Correcting: the old values stay beside the new, and a deadline is corrected as a whole."""

from datetime import date

import pytest

from bihuan.models import Helper, Tally
from bihuan.rules.errors import Invalid, Needs, NotAllowed


def amend(county, item, **changes):
    county.do("amend", item, "supervisor", changes=changes, reason="录入有误")
    return county.last(item).changes


def test_a_correction_keeps_the_old_value_beside_the_new(county):
    item = county.at("working", title="道路破损", target="修好")
    assert amend(county, item, title=" 道路严重破损 ", target=None, lead="", klass="立行立改") == {
        "title": ["道路破损", "道路严重破损"],
        "target": ["修好", ""],
        "klass": ["分阶段整改", "立行立改"],
    }
    row = county.row(item)
    assert (row.title, row.target, row.klass) == ("道路严重破损", "", "立行立改")
    assert county.last(item).reason == "录入有误"


def test_the_counters_follow_a_corrected_class(county):
    item = county.at("working")
    amend(county, item, klass="立行立改")
    labels = Tally.objects.filter(facet="class").values_list("label", "items")
    assert list(labels) == [("立行立改", 1)]


def test_helpers_are_corrected_without_the_owner(county):
    item = county.at("working")
    amend(county, item, helpers=[county.units["village"], county.units["town"]])
    assert county.row(item).helpers == [county.units["village"]]
    assert list(Helper.objects.values_list("unit_id", flat=True)) == [county.units["village"]]
    amend(county, item, helpers=None)
    assert county.row(item).helpers == []
    assert not Helper.objects.exists()


def test_a_corrected_deadline_brings_all_that_its_words_say(county):
    item = county.at("working", due="2026-12-31")
    assert amend(county, item, due="2026年9月底前，并长期坚持，每月报送") == {
        "due": ["2026-12-31", "2026-09-30"],
        "due_text": ["2026-12-31", "2026年9月底前，并长期坚持，每月报送"],
        "ongoing": [False, True],
        "cycle": ["", "month"],
    }
    row = county.row(item)
    assert (row.due, row.ongoing, row.cycle) == (date(2026, 9, 30), True, "month")


def test_a_deadline_corrected_to_a_day_leaves_nothing_of_the_old_words(county):
    item = county.at("working", due="2026年9月底前，并长期坚持")
    amend(county, item, due=date(2026, 10, 31))
    row = county.row(item)
    assert (row.due, row.due_text, row.ongoing, row.provisional) == (date(2026, 10, 31), "", False, False)


def test_a_correction_makes_a_date_provisional_and_certain_again(county):
    item = county.at("working")
    amend(county, item, due="300个工作日内")
    assert county.row(item).provisional
    amend(county, item, due="2026-12-31")
    assert not county.row(item).provisional


def test_ongoing_and_cycle_may_be_corrected_by_themselves(county):
    item = county.at("working")
    amend(county, item, ongoing=True, cycle="quarter")
    assert (county.row(item).ongoing, county.row(item).cycle, county.row(item).due) == (
        True,
        "quarter",
        date(2026, 12, 31),
    )
    amend(county, item, ongoing=False, cycle="")
    assert (county.row(item).ongoing, county.row(item).cycle) == (False, "")


def test_an_assigned_item_is_not_left_without_a_deadline(county):
    item = county.at("assigned")
    with pytest.raises(Needs, match="更正后没有办结时限"):
        amend(county, item, due="")
    early = county.at("approved")
    amend(county, early, due="")
    assert (county.row(early).due, county.row(early).due_text) == (None, "")


def test_a_target_amount_and_other_columns_are_corrected(county):
    item = county.at("working", procedure="livelihood")
    amend(county, item, quantity={"target": 1000, "unit": "户"}, extra={"place": "东镇"})
    assert (county.row(item).quantity, county.row(item).extra) == (
        {"target": 1000, "unit": "户"},
        {"place": "东镇"},
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"owner": 3}, "这些内容不能更正：owner。"),
        ({"state": "closed", "colour": "green"}, "这些内容不能更正：colour、state。"),
        ({"provisional": False}, "这些内容不能更正：provisional。"),
        ({"percent": 100}, "这些内容不能更正：percent。"),
        ({"title": "道路破损"}, "更正的内容与现在的完全相同。"),
        ({"title": " "}, "事项内容不能为空。"),
        ({"title": None}, "事项内容不能为空。"),
        ({"title": 5}, "事项内容不能为空。"),
        ({"lead": 5}, "更正的内容应是文字，给的是 5。"),
        ({"helpers": [999]}, "没有编号为 999 的在用单位。"),
        ({"helpers": "东镇"}, "配合单位应是一列单位编号，给的是 '东镇'。"),
        ({"ongoing": "是"}, "长期坚持应是“是”或“否”，给的是 '是'。"),
        ({"cycle": "often"}, "反馈周期“often”不认识。"),
        ({"cycle": ["month"]}, "反馈周期“['month']”不认识。"),
        ({"due": "2026-13-45"}, "时限“2026-13-45”读不懂"),
        ({"quantity": {"target": 5}}, "规程“问题整改”没有目标数量。"),
        ({"extra": ["x"]}, "其他内容应是一组名称和内容，给的是 ['x']。"),
        ({"extra": {1: "x"}}, "其他内容应是一组名称和内容，给的是 {1: 'x'}。"),
        ({"extra": {"x": 1.5}}, "x应是文字或整数，给的是 1.5。"),
        ({"klass": "长" * 201}, f"“{'长' * 20}…”太长：有201个字，最多200个字。"),
    ],
)
def test_a_correction_that_cannot_be_is_refused(county, changes, said):
    item = county.at("working", title="道路破损")
    before = county.row(item).version
    with pytest.raises(Invalid) as caught:
        amend(county, item, **changes)
    assert caught.value.message.startswith(said)
    assert county.row(item).version == before


def test_a_choice_is_corrected_only_to_another_choice(county):
    item = county.at("working", procedure="task")
    with pytest.raises(Invalid) as caught:
        amend(county, item, extra={"urgency": "火急"})
    assert (caught.value.message, caught.value.hint) == (
        "“火急”不是可选的紧急程度。",
        "可选：特急、急、一般。",
    )
    amend(county, item, extra={"urgency": "急"})


def test_a_closed_item_is_corrected_and_stays_closed(county):
    item = county.at("closed")
    amend(county, item, title="改名")
    assert (county.row(item).state, county.row(item).title) == ("closed", "改名")


@pytest.mark.parametrize("by", ["lead", "handler", "head", "checker"])
def test_only_the_supervisor_corrects(county, by):
    item = county.at("working")
    with pytest.raises(NotAllowed):
        county.do("amend", item, by, changes={"title": "改名"})
