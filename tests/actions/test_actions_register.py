"""Registering: what is asked for, what is kept, and numbers without gaps."""

from datetime import UTC, date, datetime

import pytest
from django.db import transaction

from bihuan.actions import house, register
from bihuan.ledger.reading import head
from bihuan.models import Counter, Helper, Item, Measure
from bihuan.rules.errors import Invalid, Needs, NotAllowed, NotFound
from bihuan.rules.permissions import SYSTEM


def numbers(county, code="rectification"):
    found = Item.objects.filter(register_id=county.registers[code]).order_by("id")
    return list(found.values_list("number", flat=True))


@transaction.atomic
def register_and_fail(county):
    county.register()
    raise ZeroDivisionError


def test_an_item_is_kept_with_every_value_that_was_given(county):
    done = register(
        county.registers["rectification"],
        county.people["supervisor"],
        county.now,
        title=" 道路破损 ",
        klass="立行立改",
        source="巡察反馈",
        channel="热线",
        target="恢复通行",
        lead="张副县长",
        owner=county.units["town"],
        helpers=[county.units["village"], county.units["town"], county.units["village"]],
        handler="李四",
        due="2026年12月底前，并长期坚持",
        measures=["修路", {"text": " 绿化 ", "target": "两侧", "owner": "林业站", "due": "6月底前"}],
        extra={"checker": "纪委"},
    )
    row = county.row(done.item)
    assert (done.number, done.version, done.state, done.seq) == (
        "问改〔2026〕1号",
        1,
        "registered",
        done.item,
    )
    assert {
        k: getattr(row, k) for k in ("title", "klass", "source", "channel", "target", "lead", "handler")
    } == {
        "title": "道路破损",
        "klass": "立行立改",
        "source": "巡察反馈",
        "channel": "热线",
        "target": "恢复通行",
        "lead": "张副县长",
        "handler": "李四",
    }
    assert (row.due, row.due_text, row.ongoing) == (date(2026, 12, 31), "2026年12月底前，并长期坚持", True)
    assert (row.owner_id, row.helpers) == (county.units["town"], [county.units["village"]])
    assert list(Helper.objects.values_list("item_id", "unit_id")) == [(row.pk, county.units["village"])]
    assert row.extra == {"checker": "纪委"}
    assert (row.measures, row.measures_done) == (2, 0)
    measures = Measure.objects.filter(item_id=row.pk).order_by("no")
    assert [(m.no, m.text, m.target, m.owner, m.due, m.due_text, m.state) for m in measures] == [
        (1, "修路", "", "", None, "", "open"),
        (2, "绿化", "两侧", "林业站", date(2026, 6, 30), "6月底前", "open"),
    ]


def test_numbers_of_a_series_have_no_gaps_and_each_year_begins_anew(county):
    for _ in range(3):
        county.register()
    county.register("task")
    county.now = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    county.register()  # 23:59 or 00:00 in China
    county.register()
    county.now = datetime(2026, 12, 31, 16, 5, tzinfo=UTC)
    county.register(due="2027-06-30")
    assert numbers(county) == [
        "问改〔2026〕1号",
        "问改〔2026〕2号",
        "问改〔2026〕3号",
        "问改〔2027〕1号",
        "问改〔2027〕2号",
        "问改〔2027〕3号",
    ]
    assert numbers(county, "task") == ["督〔2026〕1号"]


def test_a_refused_or_broken_registration_uses_up_no_number(county):
    county.register()
    with pytest.raises(Needs):
        county.register(title="  ")
    with pytest.raises(ZeroDivisionError):
        register_and_fail(county)
    county.register()
    assert numbers(county) == ["问改〔2026〕1号", "问改〔2026〕2号"]
    assert Counter.objects.get(name="问改〔2026〕{no}号").value == 2


def test_a_cancelled_or_merged_item_keeps_its_number_for_ever(county):
    first, second = county.register(), county.register()
    county.do("cancel", second, "lead", reason="登记错误")
    third = county.register()
    county.do("merge", third, "supervisor", into=first, reason="重复")
    county.register()
    assert numbers(county) == [f"问改〔2026〕{no}号" for no in (1, 2, 3, 4)]


def test_registers_with_one_pattern_count_together(county):
    more = house.create_register(
        SYSTEM, county.now, county.campaign, "另一清单", county.procedures["rectification"]
    )
    county.register()
    county.registers["rectification"] = more
    county.register()
    assert list(Item.objects.order_by("id").values_list("number", flat=True)) == [
        "问改〔2026〕1号",
        "问改〔2026〕2号",
    ]


def test_a_procedure_without_approval_begins_approved(county):
    from bihuan.procedures import texts

    text = (
        texts()["task"].replace("approval = true", "approval = false").replace("version = 1", "version = 2")
    )
    procedure = house.publish_procedure(SYSTEM, county.now, text)
    county.registers["task"] = house.create_register(SYSTEM, county.now, county.campaign, "免审", procedure)
    assert county.row(county.register("task")).state == "approved"


@pytest.mark.parametrize("by", ["lead", "handler", "head", "checker", "admin", "auditor"])
def test_only_a_supervisor_of_the_office_registers(county, by):
    with pytest.raises(NotAllowed, match="登记事项须由督办单位的督办员办理"):
        county.register(by=by)


def test_a_supervisor_of_another_unit_does_not_register(county):
    from bihuan.rules.permissions import Role

    county.add_person("other", "town", (Role.SUPERVISOR,))
    with pytest.raises(NotAllowed):
        county.register(by="other")


@pytest.mark.parametrize(
    ("procedure", "values", "said"),
    [
        ("rectification", {"title": ""}, "登记还缺：事项内容。"),
        ("tough", {"target": "", "lead": " "}, "登记还缺：攻坚目标、包抓领导。"),
        ("livelihood", {"quantity": None}, "登记还缺：目标数量。"),
        ("rectification", {"measures": ["修路", " "]}, "措施还缺：内容。"),
        ("rectification", {"measures": [{"due": "6月底前"}]}, "措施还缺：内容。"),
    ],
)
def test_what_the_procedure_asks_for_is_needed(county, procedure, values, said):
    with pytest.raises(Needs) as caught:
        county.register(procedure, **values)
    assert caught.value.message == said


@pytest.mark.parametrize(
    ("procedure", "values", "said"),
    [
        ("rectification", {"owner": 999}, "没有编号为 999 的在用单位。"),
        ("rectification", {"helpers": [999]}, "没有编号为 999 的在用单位。"),
        ("rectification", {"due": "2026-13-45"}, "时限“2026-13-45”读不懂"),
        (
            "rectification",
            {"measures": [{"text": "修路", "due": "2026-13-45"}]},
            "措施时限“2026-13-45”读不懂。",
        ),
        ("rectification", {"measures": [{"text": "修路", "cost": "5"}]}, "措施没有这些内容：cost。"),
        ("rectification", {"measures": [3]}, "措施应是一组名称和文字，给的是 3。"),
        ("rectification", {"measures": "修路"}, "登记的 measures 应是一列内容，给的是 '修路'。"),
        ("rectification", {"quantity": {"target": 5}}, "规程“问题整改”没有目标数量。"),
        ("livelihood", {"quantity": {"target": "5"}}, "目标数量应写明 target（整数），给的是"),
        ("livelihood", {"quantity": {"target": -5}}, "目标数量应写明 target（整数），给的是"),
        ("livelihood", {"quantity": {"target": True}}, "目标数量应写明 target（整数），给的是"),
        ("livelihood", {"quantity": {"target": 5, "cost": 1}}, "目标数量应写明 target（整数），给的是"),
        ("livelihood", {"quantity": {"target": 5, "done": "x"}}, "目标数量的 done 应是整数，unit 应是文字。"),
        ("livelihood", {"quantity": {"target": 5, "unit": 7}}, "目标数量的 done 应是整数，unit 应是文字。"),
        (
            "livelihood",
            {"quantity": {"target": 5, "milestones": [{"due": "明天", "amount": 1}]}},
            "阶段目标应逐条写明",
        ),
        (
            "livelihood",
            {"quantity": {"target": 5, "milestones": [{"due": "20260630", "amount": 1}]}},
            "阶段目标应逐条写明",
        ),
        ("livelihood", {"quantity": {"target": 5, "milestones": [{"amount": 1}]}}, "阶段目标应逐条写明"),
        (
            "livelihood",
            {"quantity": {"target": 5, "milestones": [{"due": 5, "amount": 1}]}},
            "阶段目标应逐条写明",
        ),
        ("livelihood", {"quantity": {"target": 5, "milestones": "无"}}, "阶段目标应逐条写明"),
        ("task", {"extra": {"urgency": "火急"}}, "“火急”不是可选的紧急程度。"),
        ("task", {"extra": {"urgency": 2.5}}, "紧急程度应是文字或整数，给的是 2.5。"),
        ("task", {"extra": {"备注": None}}, "备注应是文字或整数，给的是 None。"),
        ("task", {"extra": ["急"]}, "登记的 extra 应是一组名称和内容，给的是 ['急']。"),
        ("task", {"owner": "东镇"}, "登记的 owner 应是整数，给的是 '东镇'。"),
        ("task", {"owner": True}, "登记的 owner 应是整数，给的是 True。"),
        ("rectification", {"klass": "长" * 201}, f"“{'长' * 20}…”太长：有201个字，最多200个字。"),
        ("rectification", {"title": "道路\x00破损"}, "内容里有看不见的空字符（NUL），不能记录。"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_reason(county, procedure, values, said):
    before = head()
    with pytest.raises(Invalid) as caught:
        county.register(procedure, **values)
    assert caught.value.message.startswith(said)
    assert head() == before


def test_a_unit_that_was_retired_gets_no_new_work(county):
    house.change_unit(SYSTEM, county.now, county.units["town"], active=False)
    with pytest.raises(Invalid, match="在用单位"):
        county.register()


def test_an_unknown_register_is_not_found(county):
    county.registers["task"] = 999
    with pytest.raises(NotFound, match="没有编号为 999 的清单"):
        county.register("task")


def test_text_that_looks_like_an_escaped_nul_is_kept(county):
    assert county.row(county.register(title="\\u0000 原文")).title == "\\u0000 原文"


def test_an_urgency_gives_the_default_deadline_when_the_item_is_assigned(county):
    item = county.register("task", due=None, extra={"urgency": "特急"})
    county.do("approve", item, "lead")
    county.do("assign", item, "supervisor", owner=county.units["town"])
    row = county.row(item)
    assert (row.due, row.due_text) == (date(2026, 3, 5), "交办之日起3个工作日")


def test_registering_needs_an_aware_instant(county):
    with pytest.raises(ValueError, match="aware"):
        register(county.registers["task"], county.people["supervisor"], datetime(2026, 3, 2), title="x")  # noqa: DTZ001


def test_a_date_out_of_all_reason_is_refused(county):
    with pytest.raises(Invalid, match="年份 2500 不合理"):
        county.register(due=date(2500, 1, 1))
