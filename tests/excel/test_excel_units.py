from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger_maker import ALIASES, UNITS, Directory, look, look_at, messages, xlsx

from bihuan.excel.directory import UnitFinder, likely_slips
from bihuan.excel.unit_text import parties, people

LEAD, HELP = "lead", "help"

CELLS = {
    "县住建局牵头，县财政局、各乡镇配合": [("县住建局", LEAD), ("县财政局", HELP), ("各乡镇", HELP)],
    "由县教育局牵头，县公安局，县卫健局等单位配合": [
        ("县教育局", LEAD),
        ("县公安局", HELP),
        ("县卫健局", HELP),
    ],
    "牵头单位：县住建局；配合单位：县财政局、县发改局": [
        ("县住建局", LEAD),
        ("县财政局", HELP),
        ("县发改局", HELP),
    ],
    "主办：县住建局\n协办：县财政局": [("县住建局", LEAD), ("县财政局", HELP)],
    "县住建局（牵头）、县财政局": [("县住建局", LEAD), ("县财政局", "")],
    "县财政局、县发改局（牵头）": [("县财政局", ""), ("县发改局", LEAD)],
    "县住建局负责": [("县住建局", LEAD)],
    "县住建局、县财政局": [("县住建局", ""), ("县财政局", "")],
    "县住建局，县财政局；县发改局/县教育局": [
        ("县住建局", ""),
        ("县财政局", ""),
        ("县发改局", ""),
        ("县教育局", ""),
    ],
    "县住建局\n县财政局": [("县住建局", ""), ("县财政局", "")],
    "县住建局、\n县财政局": [("县住建局", ""), ("县财政局", "")],
    "县财政局 县发改局": [("县财政局", ""), ("县发改局", "")],
    "县财政局和县发改局": [("县财政局", ""), ("县发改局", "")],
    "县人民政府及各乡镇": [("县人民政府", ""), ("各乡镇", "")],
    "发展改革委、工信局": [("发展改革委", ""), ("工信局", "")],
    "县住房和城\n乡建设局": [("县住房和城乡建设局", "")],
    "县文化和旅游局、县卫生健康和计划生育委员会": [
        ("县文化和旅游局", ""),
        ("县卫生健康和计划生育委员会", ""),
    ],
    "财 政 局": [("财政局", "")],
    "县委办（督查室、信息科）": [("县委办（督查室、信息科）", "")],
    "各乡镇、街道": [("各乡镇、街道", "")],
    "各乡镇（街道）": [("各乡镇（街道）", "")],
    "县直各部门、各乡镇（街道）": [("县直各部门", ""), ("各乡镇（街道）", "")],
    "全县各单位": [("全县各单位", "")],
    "永安镇、城关镇人民政府": [("永安镇", ""), ("城关镇人民政府", "")],
    "/": [],
    "": [],
}


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_of_units_is_taken_apart(cell):
    assert [(unit.name, unit.part) for unit in parties(cell).units] == CELLS[cell]


def test_and_others_behind_a_unit_is_noticed():
    assert [(u.name, u.more) for u in parties("县住建局、县财政局等有关部门").units] == [
        ("县住建局", False),
        ("县财政局", True),
    ]


@pytest.mark.parametrize("cell", ["县财政局 张三", "县财政局：张三", "县财政局/张三", "县财政局、张三"])
def test_people_in_a_mixed_column_are_people(cell):
    found = parties(cell, mixed=True)
    assert ([unit.name for unit in found.units], found.people) == (["县财政局"], ["张三"])


def test_names_of_people_have_one_spelling():
    given_names = ["张 三", "张三\n李四", "张三、\n李 四", "张三（副县长）", "赵 六、钱 七"]
    assert list(map(people, given_names)) == [
        "张三",
        "张三、李四",
        "张三、李四",
        "张三（副县长）",
        "赵六、钱七",
    ]


FINDER = UnitFinder(Directory().names())

FOUND = {
    "县住建局": ("县住房和城乡建设局", "known"),
    "县财政局": ("县财政局", "known"),
    "财政局": ("县财政局", "shorter"),
    "青岚县财政局": ("县财政局", "shorter"),
    "组织部": ("县委组织部", "shorter"),
    "县卫健委": ("县卫生健康委员会", "shorter"),
    "县市场监管局": ("县市场监督管理局", "shorter"),
    "县公安局党组": ("县公安局", "shorter"),
    "城关镇人民政府": ("城关镇", "shorter"),
    "县教育局（督导室）": ("县教育局", "shorter"),
    "县财正局": ("县财政局", "slip"),
    "县教肓局": ("县教育局", "slip"),
    "县委组只部": ("县委组织部", "slip"),
    "县住房和城乡建没局": ("县住房和城乡建设局", "slip"),
    "县政财局": ("县财政局", "slip"),
    "县农业农材局": ("县农业农村局", "slip"),
    "市财政局": ("市财政局", "new"),
    "县水务局": ("县水务局", "new"),
    "县体育局": ("县体育局", "new"),
    "各乡镇": ("各乡镇", "collective"),
    "县直有关部门": ("县直有关部门", "collective"),
    "全县各级各部门": ("全县各级各部门", "collective"),
}


@pytest.mark.parametrize("name", FOUND)
def test_a_name_finds_its_unit_or_is_new(name):
    found = FINDER.find(name)
    assert (found.unit, found.how) == FOUND[name]


def test_like_bodies_that_differ_by_a_number_or_a_side_are_never_slips():
    finder = UnitFinder({name: name for name in ("县第一小学", "城东街道", "县公安一大队", "北河乡")})
    names = ["县第二小学", "城西街道", "县公安二大队", "南河乡"]
    assert [finder.find(name).how for name in names] == ["new"] * 4


def test_two_units_that_fit_equally_well_are_not_guessed_between():
    finder = UnitFinder({"县教育局": "县教育局", "县教管局": "县教管局"})
    assert finder.find("县教化局").how == "new"


def test_every_alias_leads_to_its_unit():
    assert [FINDER.find(alias).unit for alias in ALIASES] == list(ALIASES.values())


@given(st.sampled_from([name for name in UNITS if len(name) >= 5]), st.data())
def test_a_transposition_or_a_lost_letter_is_a_slip_not_a_new_unit(name, data):
    at = data.draw(st.integers(1, len(name) - 3))
    swapped = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    found = FINDER.find(swapped)
    assert (
        found.unit == name
        or swapped in UNITS
        or any(c in "上下中南北城乡第一二县" for c in name[at : at + 2])
    )


def test_a_rare_name_beside_a_frequent_one_is_asked_about():
    counts = {"县住建局": 20, "县住建居": 1, "县教育局": 9, "县税务局": 1}
    assert list(likely_slips(counts)) == [("县住建居", "县住建局")]


def test_new_units_that_look_alike_are_asked_about_at_their_places():
    names = ["县住建局", "县住建局", "县住建居", "县住房和城乡建设局", "县教育局", "县体育局"]
    rows = [HEAD, *[[n, f"问题{n}", "a", name, "6月"] for n, name in enumerate(names, 1)]]
    sheet = look(xlsx(rows), names={}).sheets[0]
    asked = [(p.row, p.column, p.value, p.severity) for p in sheet.problems if "名录中没有" not in p.message]
    assert asked == [(4, "D", "县住建居", "warning"), (2, "D", "县住建局", "hint")]
    assert [row.owner for row in sheet.rows] == names


HEAD = ["序号", "问题", "整改措施", "责任单位", "整改时限"]


def test_doubts_about_units_stand_at_their_cells():
    sheet = look_at(
        [
            HEAD,
            [1, "甲", "a", "县财正局", "6月"],
            [2, "乙", "b", "县城管局", "6月"],
            [3, "丙", "c", "县城管局、各乡镇", "6月"],
        ]
    )
    assert messages(sheet) == [
        (2, "D", "县财正局", "warning"),
        (3, "D", "县城管局", "warning"),
        (4, "D", "各乡镇", "hint"),
        (4, "D", "", "hint"),
    ]
    assert [row.owner for row in sheet.rows] == ["县财政局", "县城管局", "县城管局"]
    assert "共 2 处" in sheet.problems[1].told
    assert "疑为“县财政局”之误" in sheet.problems[0].message


def test_helpers_join_the_others_of_the_owner_cell_without_repeating():
    head = [*HEAD, "配合单位"]
    sheet = look_at([head, [1, "甲", "a", "县财政局、县教育局", "6月", "县教育局；县公安局、县财政局"]])
    assert (sheet.rows[0].owner, sheet.rows[0].helpers) == ("县财政局", ["县教育局", "县公安局"])
