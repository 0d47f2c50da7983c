from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.excel.split import split_steps

NUMBERED = {
    "1.加强学习；2.强化监督；3.完善制度。": ["加强学习", "强化监督", "完善制度"],
    "1.加强学习2.强化监督3.完善制度": ["加强学习", "强化监督", "完善制度"],
    "1、加强学习，2、强化监督，3、完善制度": ["加强学习", "强化监督", "完善制度"],
    "1，加强学习\n2，强化监督": ["加强学习", "强化监督"],
    "①加强学习②强化监督": ["加强学习", "强化监督"],
    "①加强学习；\n②强化监督": ["加强学习", "强化监督"],
    "⑴加强学习⑵强化监督": ["加强学习", "强化监督"],
    "⒈加强学习⒉强化监督": ["加强学习", "强化监督"],
    "❶加强学习❷强化监督": ["加强学习", "强化监督"],
    "（1）加强学习。（2）强化监督。": ["加强学习", "强化监督"],
    "(1)加强学习\n(2)强化监督": ["加强学习", "强化监督"],
    "1) 加强学习\n2) 强化监督": ["加强学习", "强化监督"],
    "（一）加强学习（二）强化监督": ["加强学习", "强化监督"],
    "一是加强学习；二是强化监督；三是完善制度。": ["加强学习", "强化监督", "完善制度"],
    "一要加强学习；二要强化监督": ["加强学习", "强化监督"],
    "第一，加强学习；第二，强化监督": ["加强学习", "强化监督"],
    "措施1：加强学习；措施2：强化监督": ["加强学习", "强化监督"],
    "措施一：加强学习\n措施二：强化监督": ["加强学习", "强化监督"],
    "1．加强学习 2．强化监督": ["加强学习", "强化监督"],
    "１．加强学习\n２．强化监督": ["加强学习", "强化监督"],
    "1 加强学习\n2 强化监督": ["加强学习", "强化监督"],
    "- 加强学习\n- 强化监督": ["加强学习", "强化监督"],
    "●加强学习\n●强化监督": ["加强学习", "强化监督"],
    "加强学习。\n强化监督。\n完善制度。": ["加强学习", "强化监督", "完善制度"],
    "加强学习\n强化监督检查\n完善制度": ["加强学习", "强化监督检查", "完善制度"],
    "1.加强学习\n\n\n2.强化监督\r\n": ["加强学习", "强化监督"],
    "1.2024年底前完成甲；2.2025年底前完成乙": ["2024年底前完成甲", "2025年底前完成乙"],
    "1.10月底前完成方案；2.12月底前完成验收": ["10月底前完成方案", "12月底前完成验收"],
    "1.完成投资1.5亿元。2.新增2.5万户。": ["完成投资1.5亿元", "新增2.5万户"],
    "1、涉及2、3号楼的整改；2、验收": ["涉及2、3号楼的整改", "验收"],
    "1.落实《条例》第3.2条；2.落实第1、2款": ["落实《条例》第3.2条", "落实第1、2款"],
    "强化责任落实：一是加强学习；二是强化监督。": ["强化责任落实：加强学习", "强化监督"],
    "整改措施：1.加强学习；2.强化监督": ["加强学习", "强化监督"],
    "1.加强学习。（1）制定计划；（2）组织考试。2.强化监督。": [
        "加强学习。（1）制定计划；（2）组织考试。",
        "强化监督",
    ],
    "1. 制定方案\n（2024.6完成）\n2. 开展检查": ["制定方案（2024.6完成）", "开展检查"],
    "3.加强学习\n4.强化监督": ["加强学习", "强化监督"],
}

WHOLE = [
    "新建管网1.5公里，投资2.3亿元",
    "2024.12前完成",
    "2024年12月31日前完成，2025年验收",
    "依据第1、2款办理，第3条落实",
    "坚持一是一、二是二的原则",
    "1.5公里管网改造",
    "一、二季度分别完成50%",
    "统一思想，提高认识",
    "加强学习；强化监督；完善制度",
    "加强学习教育，提高思想认\n识，落实责任",
    "v1.2升级到v2.0",
    "涉及1栋、2栋、3栋",
    "将1、2号线改造完毕",
    "比例由3：1调整为2：1",
    "见附件1、附件2",
    "12345热线办理",
]


@pytest.mark.parametrize("cell", NUMBERED, ids=list(NUMBERED))
def test_numbered_steps_are_split_and_lose_their_numbers(cell):
    assert list(split_steps(cell).texts) == NUMBERED[cell]


@pytest.mark.parametrize("cell", WHOLE)
def test_what_is_not_numbered_stays_whole(cell):
    assert list(split_steps(cell).texts) == [cell.replace("\n", "")]


@pytest.mark.parametrize(
    ("cell", "step"),
    [
        ("2.强化监督", "强化监督"),
        ("（一）强化监督", "强化监督"),
        ("③强化监督；", "强化监督"),
        ("一、强化监督", "强化监督"),
    ],
)
def test_a_single_step_loses_its_number_too(cell, step):
    assert split_steps(cell).texts == (step,)


def test_an_empty_cell_has_no_steps():
    assert [split_steps(cell).texts for cell in ("", "  \n　")] == [(), ()]


def test_numbers_that_skip_are_told():
    assert (split_steps("1.加强学习；\n3.强化监督").skips, split_steps("1.加强学习；\n2.强化监督").skips) == (
        True,
        False,
    )


STEP = st.text(alphabet="加强学习完善制度落实责任推进项目管网，", min_size=2, max_size=20).map(
    lambda s: f"办{s.strip('，')}好"
)
STYLES = [
    lambda n: f"{n}.",
    lambda n: f"{n}、",
    lambda n: f"（{n}）",
    lambda n: f"({n})",
    lambda n: f"{n}）",
    lambda n: chr(0x245F + n),
    lambda n: chr(0x2473 + n),
    lambda n: f"{'一二三四五六七八九'[n - 1]}、",
    lambda n: f"（{'一二三四五六七八九'[n - 1]}）",
    lambda n: f"{'一二三四五六七八九'[n - 1]}是",
]


@given(
    st.lists(STEP, min_size=2, max_size=9),
    st.sampled_from(STYLES),
    st.sampled_from(["\n", "；", "。", "；\n", "  \n", "，"]),
)
def test_steps_come_back_as_they_were_numbered(steps, style, between):
    cell = between.join(f"{style(n)}{step}" for n, step in enumerate(steps, 1))
    assert [step.rstrip("。") for step in split_steps(cell).texts] == steps


@given(st.text(max_size=400))
def test_nothing_is_lost_but_numbers_and_blanks(cell):
    kept = "".join(split_steps(cell).texts)
    letters = [
        char
        for char in cell
        if "\u4e00" <= char <= "\u9fff"
        and char not in "一二三四五六七八九十是要第整改工作具体措施举任务步骤对策主办法建议如下包括"
    ]
    assert [char for char in kept if char in letters] == letters


@given(st.lists(st.decimals(0, 99, places=1), min_size=1, max_size=6), st.sampled_from(["；", "，", "。"]))
def test_decimals_never_number_anything(amounts, between):
    cell = between.join(f"{amount}公里管网" for amount in amounts)
    assert split_steps(cell).texts == (cell,)
