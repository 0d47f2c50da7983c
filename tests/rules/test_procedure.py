import hashlib

import pytest
from procedure_texts import FULL, SMALL

from bihuan.rules.procedure import load
from bihuan.rules.procedure_types import (
    ColourRule,
    ColourScheme,
    Column,
    Condition,
    Deadlines,
    DefaultLimit,
    Flow,
    Level,
    LookBacks,
    Permit,
    Procedure,
    Quantity,
    Recurring,
    SlipRule,
    Span,
    Urgent,
)


def slip(kind, name, number, on, to, **more):
    rest = {"of": "", "after": None, "copy": (), "answer": None, "approver": ""} | more
    return SlipRule(kind=kind, name=name, number=number, on=on, to=to, **rest)


def test_a_small_text_gives_a_procedure_with_the_defaults():
    assert load(SMALL, "small.toml") == Procedure(
        code="small",
        name="小规程",
        version=1,
        item_word="事项",
        number="小〔{year}〕{no}号",
        description="",
        digest=hashlib.sha256(SMALL.encode()).hexdigest(),
        columns=(Column("title", "标题", True, "", (), False),),
        evidence=(),
        flow=Flow(
            approval=False,
            acceptance=False,
            accept_limit=None,
            plan=False,
            plan_limit=None,
            returns=Permit(times=0),
            extensions=Permit(times=0, approver="supervisor"),
        ),
        levels=(Level("审核", "reviewer", "register", None, False),),
        closing=(
            Condition("measures", "", "submit", "还有措施没有完成，也没有注明不再实施的理由。", 0, (), ""),
        ),
        deadlines=Deadlines(
            required=False, roll=True, immediate=Span(5, "workday"), cycle="month", defaults=()
        ),
        colours=ColourScheme(
            "green-yellow-red", (ColourRule("overdue", "超期", "red", "已过办理时限", None, 0, 0),)
        ),
        slips=(),
        look_back=None,
        recurring=Recurring(Span(12, "month"), 3, 3, "class"),
        quantity=None,
        urgent=Urgent(),
        state_labels={},
        action_labels={},
    )


def test_every_key_of_a_full_text_is_read():
    full = load(FULL, "full.toml")
    assert (full.code, full.version, full.description, full.evidence) == (
        "full-2",
        12,
        "样样都有",
        ("照片", "报告"),
    )
    assert full.columns == (
        Column("title", "标题", True, "", (), False),
        Column("class", "类别", False, "", ("甲", "乙"), False),
        Column("source", "来源", False, "", ("会议",), True),
        Column("urgency", "缓急", True, "choice", ("急", "缓"), False),
        Column("quantity", "目标", False, "", (), False),
        Column("amount", "完成", False, "", (), False),
    )
    assert full.levels == (
        Level("自查", "unit_head", "owner", Span(16, "workhour"), False),
        Level("会审", "lead", "register", None, True),
    )
    assert full.flow == Flow(
        approval=True,
        acceptance=True,
        accept_limit=Span(24, "hour"),
        plan=True,
        plan_limit=Span(1, "month"),
        returns=Permit(times=2, within=Span(2, "workday"), approver="lead", decide=Span(8, "workhour")),
        extensions=Permit(
            times=3, length=Span(30, "day"), notice=Span(3, "workday"), approver="lead", decide=Span(1, "day")
        ),
        transfers=Permit(times=2, approver="lead", decide=Span(1, "workday")),
        suspensions=Permit(
            times=1, length=Span(2, "month"), approver="supervisor", decide=Span(2, "workday")
        ),
        merges=Permit(approver="supervisor", decide=Span(3, "workday")),
        escalations=Permit(times=4, approver="lead", decide=Span(4, "workday"), respond=Span(5, "workday")),
    )
    assert full.closing == (
        Condition("measures", "", "submit", "措施未完。", 0, (), ""),
        Condition("progress", "", "submit", "还没有反馈过办理进展。", 0, (), ""),
        Condition("percent", "", "submit", "完成进度还没有到 100%。", 0, (), ""),
        Condition("target", "", "submit", "还没有达到目标数量。", 0, (), ""),
        Condition("rating", "", "close", "还没有评价办理成效。", 0, (), ""),
        Condition("evidence", "照片", "submit", "缺照片。", 2, ("照片",), "验收办法第三条"),
        Condition("evidence", "随便", "close", "缺材料。", 1, (), "办法"),
        Condition("statement", "公示", "close", "没有公示。", 0, (), ""),
    )
    assert full.deadlines == Deadlines(
        required=True,
        roll=False,
        immediate=Span(3, "day"),
        cycle="half-year",
        defaults=(
            DefaultLimit("甲", "急", Span(1, "workday")),
            DefaultLimit("", "急", Span(2, "day")),
            DefaultLimit("甲", "", Span(1, "month")),
            DefaultLimit("", "", Span(2, "month")),
        ),
    )
    assert full.colours == ColourScheme(
        "green-blue-yellow-red",
        (
            ColourRule("overdue", "超期", "red", "超了", None, 0, 0),
            ColourRule("near", "临期", "blue", "临近办理时限", Span(5, "workday"), 25, 0),
            ColourRule("near", "很近", "yellow", "临近办理时限", Span(12, "hour"), 100, 0),
            ColourRule("behind", "滞后", "yellow", "进度落后于序时要求", None, 0, 20),
            ColourRule("milestone", "节点未达", "blue", "到期的阶段目标没有完成", None, 0, 0),
            ColourRule("stale", "久无进展", "blue", "较长时间没有反馈进展", Span(10, "workday"), 0, 0),
            ColourRule("check-in", "未按期反馈", "blue", "长期坚持事项没有按周期反馈", None, 0, 0),
        ),
    )
    assert full.slips == (
        slip("notice", "通知单", "通{year}-{no}", "assigned", ("handler",)),
        slip(
            "feedback",
            "催签",
            "签{year}-{no}",
            "accept-overdue",
            ("unit_head",),
            after=Span(1, "day"),
            copy=("lead", "supervisor"),
            answer=Span(8, "workhour"),
            approver="supervisor",
        ),
        slip("warning", "预警单", "警{no}-{year}", "plan-overdue", ("unit_head",)),
        slip(
            "interview", "约谈单", "谈{year}-{no}", "unanswered", ("unit_head",), of="催签", approver="lead"
        ),
        slip("prompt", "提示单", "提{year}-{no}", "behind", ("handler",)),
    )
    assert full.look_back == LookBacks(
        (Span(60, "workday"), Span(3, "month"), Span(120, "day")), 20, "checker"
    )
    assert full.recurring == Recurring(Span(6, "month"), 2, 4, "urgency")
    assert full.quantity == Quantity("户数", "户", False, True)
    assert full.urgent == Urgent(always=True, values=("急",))
    assert (full.state_labels, full.action_labels) == ({"working": "建设中"}, {"close": "办结"})


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm():
    marked = "\ufeff" + SMALL.replace("\n", "\r\n")
    assert load(marked, "x").columns == load(SMALL, "x").columns
    assert load(marked, "x").digest == hashlib.sha256(marked.encode()).hexdigest()


def test_a_procedure_is_hashed_by_its_text_and_its_labels_cannot_be_changed():
    one, same, other = load(FULL, "a"), load(FULL, "b"), load(SMALL, "a")
    assert {one, same, other} == {one, other}
    with pytest.raises(TypeError):
        one.state_labels["working"] = "x"


def test_numbers_are_counted_by_year_and_by_register_where_the_pattern_says_so():
    full, small = load(FULL, "a"), load(SMALL, "a")
    assert full.number_text(2026, 7, "城建") == "城建〔2026〕7号"
    assert full.series(2026, "城建") == "城建〔2026〕{no}号"
    assert small.number_text(2026, 1, "城建") == "小〔2026〕1号"
    assert small.series(2026, "城建") == small.series(2026, "民政") != small.series(2027, "城建")


def test_a_column_knows_what_it_allows():
    full = load(FULL, "a")
    found = {
        (field, value): full.column(field).allows(value)
        for field, value in [
            *(("title", "x"), ("class", "甲"), ("class", "丙"), ("class", "")),
            *(("source", "信访"), ("urgency", "急"), ("urgency", "特急")),
        ]
    }
    assert found == {
        ("title", "x"): True,
        ("class", "甲"): True,
        ("class", "丙"): False,
        ("class", ""): True,
        ("source", "信访"): True,
        ("urgency", "急"): True,
        ("urgency", "特急"): False,
    }
    assert [full.column(field).extra for field in ("title", "urgency")] == [False, True]
    assert full.column("lead") is None


@pytest.mark.parametrize(
    ("item_class", "urgency", "limit"),
    [
        ("甲", "急", Span(1, "workday")),
        ("乙", "急", Span(2, "day")),
        ("甲", "缓", Span(1, "month")),
        ("", "", Span(2, "month")),
    ],
)
def test_the_first_default_limit_that_fits_is_taken(item_class, urgency, limit):
    assert load(FULL, "a").deadlines.default(item_class, urgency) == limit


def test_without_default_limits_there_is_none():
    assert load(SMALL, "a").deadlines.default("甲", "急") is None


def test_conditions_are_told_by_the_step_that_checks_them():
    full = load(FULL, "a")
    assert [condition.name or condition.kind for condition in full.conditions("close")] == [
        "rating",
        "随便",
        "公示",
    ]
    assert [condition.kind for condition in full.conditions("submit")] == [
        *("measures", "progress", "percent", "target", "evidence")
    ]


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (Span(5, "workday"), "5个工作日"),
        (Span(30, "day"), "30天"),
        (Span(4, "workhour"), "4个工作小时"),
        (Span(24, "hour"), "24小时"),
        (Span(3, "month"), "3个月"),
    ],
)
def test_a_span_is_told_in_chinese(span, text):
    assert str(span) == text
