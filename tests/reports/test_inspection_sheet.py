"""The inspection sheet on paper: the plan, a page for each unit, lines to fill in."""

import io
from datetime import date

import pytest
from docx import Document

from bihuan.models import Inspection
from bihuan.queries.inspection import InspectionDetail
from bihuan.reports import layout
from bihuan.reports.inspection_sheet import LINES, NotApproved, write_sheet


def found(mode="special", state="approved", units=("东镇", "西乡")):
    plan = Inspection(
        id=812, name="财务公开督查", mode=mode, state=state, contents=["财务公开", "采购"], objects_text="乡镇",
        scope="2025年以来", starts=date(2026, 3, 2), ends=date(2026, 3, 31),
    )  # fmt: skip
    return InspectionDetail(plan, "督查室", list(units), "张三", ["李四"], [], [], {}, [], {}, {})


def tables(made):
    return [[[c.text for c in r.cells] for r in t.rows] for t in Document(io.BytesIO(made)).tables]


def test_every_unit_has_a_page_with_the_plan_and_lines_to_fill_in():
    made = write_sheet(found())
    first, lines, second, _ = tables(made)
    assert first == [
        ["督查", "财务公开督查（编号 812）"],
        ["单位", "东镇"],
        ["时段", "2026年3月2日至2026年3月31日"],
        ["内容", "财务公开；采购"],
        ["对象", "乡镇"],
        ["范围", "2025年以来"],
        ["督查组", "组长 张三，组员 李四"],
    ]
    assert second[1] == ["单位", "西乡"]
    assert lines == [["时间", "督查内容", "发现的问题", "类别", "编号"], *[[""] * 5] * LINES]
    titles = [p for p in Document(io.BytesIO(made)).paragraphs if p.text == "专项督查记录表"]
    assert [p.paragraph_format.page_break_before for p in titles] == [None, True]


def test_a_walk_through_has_its_own_columns():
    assert tables(write_sheet(found(mode="walk", units=["东镇"])))[1][0] == [
        "步骤",
        "做了什么",
        "用时（分钟）",
        "堵点",
    ]


@pytest.mark.parametrize("mode", ["special", "walk"])
def test_the_tables_fit_the_line(mode):
    for made in Document(io.BytesIO(write_sheet(found(mode=mode)))).tables:
        assert sum(column.width.twips for column in made.columns) == layout.TEXT_WIDTH


def test_the_same_plan_gives_the_same_bytes():
    assert write_sheet(found()) == write_sheet(found())


@pytest.mark.parametrize("state", ["proposed", "cancelled"])
def test_without_an_approved_plan_there_is_no_sheet(state):
    with pytest.raises(NotApproved):
        write_sheet(found(state=state))
