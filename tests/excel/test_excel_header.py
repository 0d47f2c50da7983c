"""Which words above a column mean which field, and where the header stands."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ledger_maker import look, look_at, mapping, saved, text, xlsx
from openpyxl import Workbook

from bihuan.excel import vocabulary
from bihuan.excel.header import Header, meaning
from tests.support.depth import often

WORDS = {
    "number": "序号 编号 事项编号 问题编号 序　号 NO. № 督办编号 工单编号 序号*",
    "title": "问题 问题表现 具体问题 反馈问题 存在问题 存在的主要问题 事项内容 主要任务 目标任务 一级问题 问题描述 督查事项 民生实事项目 攻坚难题 诉求内容 隐患描述 "
    "发现问题 巡察反馈的具体问题 具体表现 问题及表现 重点工作任务 检查发现的问题 议定事项",
    "class": "类别 问题类型 分类 领域 问题类别 诉求类型 所属领域 隐患等级 问题大类",
    "target": "整改目标 预期目标 目标 年度目标 2024年目标 目标要求 完成标准 预期成效 工作目标",
    "measures": "整改措施 工作措施 对策建议 具体举措 措施 整改举措 主要措施 解决办法 攻坚举措 整改措施及要求 具体整改措施 推进举措",
    "lead": "责任领导 牵头领导 包联领导 分管领导 责任县领导 包保县级领导 领办领导 牵头县领导 县级责任领导 第一责任人",
    "owner": "责任单位 牵头单位 主办单位 承办单位 主办 牵头部门 责任科室 整改责任单位 牵头单位（部门） 责任单位（牵头） 整改主体 承办部门",
    "helpers": "配合单位 协办单位 协办 配合部门 协同单位 参与单位 责任单位（配合） 配合责任单位 会办单位",
    "handler": "责任人 具体责任人 联系人 经办人 直接责任人 具体承办人 整改责任人 联络员",
    "due": "整改时限 完成时限 办结时限 时间节点 计划完成时间 时限 整改期限 截止日期 完成时限（年月日） 整改完成时限 要求完成时间 限期 预计完成时间",
    "progress": "进展情况 整改情况 整改进展 最新反馈 序时进度 工作进展 完成情况 落实情况 目前进展情况 整改进展情况（截至6月底） 完成比例 形象进度 工作进展及成效 截至9月30日进展情况",
    "state": "完成状态 整改状态 是否完成 是否销号 亮灯 是否已整改到位 办理状态 亮灯情况 状态 是否办结",
    "extra": "来源 交办日期 备注 成效 佐证材料 课题 转化形式 回访 联系电话 销号时间 下一步打算 存在困难 检查主体 督办单位 问题来源 发现时间 实际完成时间 整改成效 "
    "反馈时间 下步工作措施 原因分析 验收意见 是否延期 长效机制 措施序号 存在困难及建议 责任单位数量 需协调解决的问题",
}


@pytest.mark.parametrize(
    ("field", "word"), [(field, word) for field, words in WORDS.items() for word in words.split(" ")]
)
def test_a_word_above_a_column_has_its_field(field, word):
    found = meaning((word,))
    assert found is not None
    assert found.field == field


PATHS = {
    ("整改责任", "牵头领导"): "lead",
    ("整改责任", "领导"): "lead",
    ("整改责任", "牵头单位"): "owner",
    ("整改责任", "牵头"): "owner",
    ("整改责任", "单位"): "owner",
    ("整改责任", "配合"): "helpers",
    ("整改责任", "配合单位"): "helpers",
    ("整改责任", "责任人"): "handler",
    ("责任领导", "姓名"): "lead",
    ("责任领导", "职务"): "extra",
    ("责任人", "姓名"): "handler",
    ("责任人", "联系电话"): "extra",
    ("责任单位", "主办"): "owner",
    ("责任单位", "协办"): "helpers",
    ("反馈问题", "类别"): "class",
    ("反馈问题", "具体问题"): "title",
    ("问题清单", "内容"): "title",
    ("任务清单", "整改措施"): "measures",
    ("整改时限", "开始时间"): "extra",
    ("整改时限", "结束时间"): "due",
    ("时限", "完成"): "due",
    ("整改情况", "进展"): "progress",
    ("整改情况", "成效"): "extra",
    ("整改情况", "佐证"): "extra",
    ("进展情况", "3月"): "progress",
    ("进展情况", "是否完成"): "state",
    ("销号", "申请"): "extra",
    ("销号", "审核"): "extra",
    ("销号", "日期"): "extra",
    ("督办", "领导"): "extra",
}


@pytest.mark.parametrize("path", PATHS, ids="/".join)
def test_a_vague_word_means_what_stands_above_it(path):
    found = meaning(path)
    assert found is not None
    assert found.field == PATHS[path]


@pytest.mark.parametrize(
    "word",
    ["2024年", "产品名称", "涨跌幅（%）", "问题（个）", "问题数", "期末余额", "完成数", "责任单位数量", ""],
)
def test_words_of_statistics_are_not_those_of_a_ledger(word):
    found = meaning((word,))
    assert found is None or found.field not in ("title", "measures", "owner", "due")


SHOWN = {
    "number": 1, "class": "党建", "title": "甲问题", "target": "达到要求", "measures": "1.甲；2.乙", "lead": "张三", "owner": "县财政局", "helpers": "县教育局",
    "handler": "李四", "due": "2024年6月底前", "progress": "已印发文件3份，正在落实", "state": "整改中", "extra": "随便写",
}  # fmt: skip


@settings(max_examples=often(50, 1000), deadline=None)
@given(st.permutations(sorted(SHOWN)), st.data())
def test_any_words_of_the_vocabulary_in_any_order_find_their_fields(order, data):
    fields = [name for name in order if name in ("title", "measures", "owner") or data.draw(st.booleans())]
    head = [data.draw(st.sampled_from(vocabulary.CERTAIN[name].split())) for name in fields]
    assume(len(set(head)) == len(head))
    sheet = look_at([head, [SHOWN[name] for name in fields]])
    assert [name or "extra" for name in mapping(sheet).values()] == fields


@pytest.mark.parametrize("word", ["办结情况", "完成情况", "整改完成情况"])
def test_a_short_account_that_counts_what_was_done_is_progress_even_under_the_word_for_an_end(word):
    """Found by the property above, once in many runs: no state beside it, and an account as short as a state."""
    fields = ["extra", "handler", "progress", "measures", "owner", "title"]
    head = ["备注", "责任人", word, "整改措施", "责任单位", "问题"]
    assert mapping(look_at([head, [SHOWN[name] for name in fields]]))[word] == "progress"
    stated = [SHOWN[name] if name != "progress" else "已完成" for name in fields]
    assert mapping(look_at([head, stated]))[word] == "state"


HEAD = ["序号", "问题", "整改措施", "责任单位", "整改时限"]
ITEM = [1, "甲问题", "甲措施", "县财政局", "2024年6月底前"]


@pytest.mark.parametrize(
    "above",
    [
        [],
        [["关于问题整改的台账"]],
        [
            ["附件1"],
            ["问题整改台账"],
            ["填报单位：县委办", None, "填报日期：2024年3月5日"],
            ["说明：本表由责任单位填报，每月底前报送。"],
        ],
        [["整改台账"], [], ["单位：县委办", None, None, "2024年3月"]],
        [["项目", "总数", "完成"], ["甲", 10, 5]],
    ],
)
def test_the_header_is_found_below_whatever_stands_above_it(above):
    sheet = look_at([*above, HEAD, ITEM])
    assert sheet.header is not None
    assert (sheet.header.rows, [row.title for row in sheet.rows]) == ((len(above) + 1,), ["甲问题"])


def test_three_header_rows_and_a_row_that_numbers_the_columns():
    rows = [
        ["序号", "问题清单", None, "整改清单", None, None, None, "备注"],
        [None, "问题", "类别", "措施", "责任", None, "时限", None],
        [None, None, None, None, "单位", "人员", None, None],
        ["1", "2", "3", "4", "5", "6", "7", "8"],
        [1, "甲问题", "党建", "甲措施", "县财政局", "张三", "2024年6月底前", "无"],
    ]
    merges = ["A1:A3", "B1:C1", "D1:G1", "H1:H3", "B2:B3", "C2:C3", "D2:D3", "E2:F2", "G2:G3"]
    sheet = look_at(rows, merges)
    assert sheet.header == Header((1, 2, 3, 4), sheet.header.paths if sheet.header else {})
    assert mapping(sheet) == {
        "序号": "number",
        "问题清单/问题": "title",
        "问题清单/类别": "class",
        "整改清单/措施": "measures",
        "整改清单/责任/单位": "owner",
        "整改清单/责任/人员": "handler",
        "整改清单/时限": "due",
        "备注": None,
    }
    assert [(row.row, row.title, row.owner) for row in sheet.rows] == [(5, "甲问题", "县财政局")]


@pytest.mark.parametrize("merged", [True, False])
def test_two_header_rows_are_read_with_merges_and_without(merged):
    rows = [
        ["序号", "反馈问题", None, "整改措施", "整改责任", None, None, "整改时限"],
        [None, "类别", "具体问题", None, "牵头领导", "牵头单位", "配合单位", None],
        [1, "党建", "甲问题", "甲措施", "张三", "县财政局", "县教育局", "6月底"],
    ]
    merges = ["A1:A2", "B1:C1", "D1:D2", "E1:G1", "H1:H2"] if merged else []
    sheet = look_at(rows, merges)
    assert mapping(sheet) == {
        "序号": "number",
        "反馈问题/类别": "class",
        "反馈问题/具体问题": "title",
        "整改措施": "measures",
        "整改责任/牵头领导": "lead",
        "整改责任/牵头单位": "owner",
        "整改责任/配合单位": "helpers",
        "整改时限": "due",
    }
    assert [row.row for row in sheet.rows] == [3]


def test_header_words_may_be_spaced_wrapped_starred_and_annotated():
    rows = [
        [
            "序 号",
            "问 题\n表 现*",
            "整改措施（逐条填写）",
            "责任单位：",
            "整改\n时限",
            "进展情况（截至3月31日）",
        ],
        [1, "甲", "乙", "县委办", "6月", "已完成"],
    ]
    assert list(mapping(look_at(rows)).values()) == [
        "number",
        "title",
        "measures",
        "owner",
        "due",
        "progress",
    ]
    assert list(mapping(look_at(rows))) == [
        "序号",
        "问题表现*",
        "整改措施（逐条填写）",
        "责任单位：",
        "整改时限",
        "进展情况（截至3月31日）",
    ]


def test_a_column_without_a_word_is_known_by_its_content():
    rows = [
        [None, "问题", "整改措施", None, "整改时限"],
        *[[n, f"问题{n}", "措施", "县财政局", "6月"] for n in range(1, 5)],
    ]
    sheet = look_at(rows)
    assert [row.number for row in sheet.rows] == ["1", "2", "3", "4"]
    assert [row.owner for row in sheet.rows] == ["县财政局"] * 4


def test_an_account_that_holds_only_states_beside_another_is_the_state():
    rows = [
        [*HEAD, "进展情况", "完成情况"],
        *[[n, f"问题{n}", "措施", "县委办", "6月", "召开会议", s] for n, s in ((1, "已完成"), (2, "整改中"))],
    ]
    assert list(mapping(look_at(rows)).values())[-2:] == ["progress", "state"]


def test_of_two_units_the_leading_one_owns_and_the_other_helps():
    rows = [["序号", "任务", "责任单位", "牵头单位", "时限"], [1, "甲", "县教育局", "县财政局", "6月"]]
    sheet = look_at(rows)
    assert (sheet.rows[0].owner, sheet.rows[0].helpers) == ("县财政局", ["县教育局"])


def test_a_unit_of_measure_is_no_responsible_unit():
    rows = [
        ["序号", "任务", "单位", "目标", "牵头单位", "时限"],
        [1, "修路", "公里", "30", "县财政局", "6月"],
        [2, "改厕", "户", "400", "县教育局", "7月"],
    ]
    assert mapping(look_at(rows))["单位"] is None


@pytest.mark.parametrize(
    "rows",
    [
        [["指标", "2023年", "2024年"], ["产值", 1, 2]],
        [["责任单位", "问题数", "已完成", "完成率"], ["县财政局", 10, 5, "50%"]],
        [["项目", "单位", "问题（个）"], ["甲", "个", 3]],
        [["序号", "问题", "责任单位"], [1, 12, 3], [2, 5, 6]],
        [["这是一段说明文字"], ["没有表格"]],
        [["序号", "项目", "金额"], [1, "甲", 3.5], [2, "乙", 4]],
    ],
)
def test_a_sheet_that_is_no_ledger_is_said_to_be_none(rows):
    sheet = look_at(rows)
    assert (sheet.rows, bool(sheet.refused)) == ([], True)
    assert [(p.severity, sheet.refused in p.message) for p in sheet.problems] == [("error", True)]
    assert set(mapping(sheet).values()) <= {None}


def test_a_cover_beside_a_ledger_is_only_a_hint():

    book = Workbook()
    book.active["B3"] = "整改台账"
    ledger = book.create_sheet("台账")
    ledger.append(HEAD)
    ledger.append(ITEM)
    cover, sheet = look(saved(book)).sheets
    assert ([p.severity for p in cover.problems], [row.title for row in sheet.rows]) == (["hint"], ["甲问题"])


def test_headers_of_statistics_are_read_though_they_are_no_ledger():
    rows = [
        ["行业", "四季度", None, "全年", None],
        [None, "利用率(%)", "增减", "利用率(%)", "增减"],
        ["工业", 75.9, 0.2, 75.1, -0.5],
    ]
    sheet = look_at(rows, ["A1:A2", "B1:C1", "D1:E1"])
    assert list(mapping(sheet)) == ["行业", "四季度/利用率(%)", "四季度/增减", "全年/利用率(%)", "全年/增减"]


def test_a_header_is_known_again_by_its_fingerprint_wherever_it_stands():
    first, moved = look_at([HEAD, ITEM]), look_at([["标题"], [], HEAD, [2, "乙", "c", "县委办", "7月"]])
    other = look_at([[*HEAD, "备注"], [*ITEM, ""]])
    from_text = look(text([HEAD, ITEM]), name="a.csv").sheets[0]
    assert first.fingerprint == moved.fingerprint == from_text.fingerprint != other.fingerprint


def test_corrections_win_and_are_found_again_by_the_fingerprint():
    rows = [
        ["序号", "问题", "措施", "甲方", "何时", "备注"],
        [1, "甲", "乙", "县财政局", "2024年6月", "说明"],
    ]
    data = xlsx(rows)
    plain = look(data).sheets[0]
    fixed = look(data, corrections={plain.fingerprint: {"D": "helpers", "C": None}}).sheets[0]
    assert (plain.rows[0].owner, str(plain.rows[0].due)) == ("县财政局", "2024-06-30")
    assert (fixed.rows[0].owner, fixed.rows[0].helpers, fixed.rows[0].measures) == (None, ["县财政局"], [])
    assert fixed.rows[0].extra == {"措施": "乙", "备注": "说明"}


def test_a_correction_can_make_a_ledger_of_a_sheet_that_was_none():
    data = xlsx(
        [
            ["编码", "事由", "由谁办", "何时"],
            ["a1", "修路灯", "老王", "看情况"],
            ["a2", "补路面", "老李", "再说"],
        ]
    )
    plain = look(data).sheets[0]
    fixed = look(
        data, corrections={plain.fingerprint: {"A": "number", "B": "title", "C": "handler", "D": "due"}}
    ).sheets[0]
    assert (bool(plain.refused), [row.title for row in fixed.rows]) == (True, ["修路灯", "补路面"])
