"""What each row is, and that no row is lost."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_maker import look, look_at, patched, xlsx

from bihuan.excel.lines import is_numbering
from bihuan.excel.read import read
from tests.support.depth import often

SHEET = "xl/worksheets/sheet1.xml"
HEAD = ["序号", "问题表现", "类别", "整改措施", "责任单位", "整改时限", "进展情况", "备注"]


def item(number: object, title: object, measure: object = "措施") -> list[object]:
    return [number, title, None, measure, "县财政局", "2024年6月底前", "正在推进", None]


def kinds(*rows: list[object], merges: tuple[str, ...] = ()) -> list[str]:
    """The kinds of the rows below a header in row 1."""
    sheet = look_at([HEAD, *rows], merges)
    return [sheet.kinds.get(n, "blank") for n in range(2, len(rows) + 2)]


@pytest.mark.parametrize(
    "row",
    [
        ["合计"],
        ["合  计", "12项"],
        ["小计", None, None, "6条"],
        ["总计：3项"],
        [None, "合计", None, "5"],
        ["本页小计", 3],
        ["共计（12个）"],
    ],
)
def test_totals_are_no_items(row):
    assert kinds(item(1, "甲"), row, item(2, "乙")) == ["item", "total", "item"]


@pytest.mark.parametrize(
    "row",
    [
        ["备注：完成状态填已完成、正在整改。"],
        ["注：1.本表每月报送。"],
        ["说明：以上问题均已核实"],
        ["填表说明：逐项填写"],
        ["※ 表示重点"],
        ["填表人：张三", None, None, "审核人：李四", None, "填报日期：2024年3月5日"],
        ["单位负责人（签字）：", None, None, None, "联系电话：12345678"],
        ["填报单位（盖章）：县财政局"],
    ],
)
def test_notes_and_signatures_are_no_items(row):
    assert kinds(item(1, "甲"), row) == ["item", "note"]


def test_lines_that_go_on_below_a_note_are_notes_too():
    assert kinds(item(1, "甲"), ["注：1.每月报送"], ["2.逐项填写"], ["3.附佐证"]) == [
        "item",
        "note",
        "note",
        "note",
    ]


def test_a_title_that_only_begins_like_a_total_or_a_note_is_an_item():
    assert (
        kinds(item(1, "合计数与明细不一致"), item(2, "备注栏填写不规范"), item(3, "说明材料不全"))
        == ["item"] * 3
    )


def test_the_header_repeated_by_a_page_break_is_no_item_even_in_other_words():
    other = ["序号", "问题", "类别", "工作措施", "责任单位", "完成时限", "进展", "备注"]
    assert kinds(item(1, "甲"), HEAD, item(2, "乙"), other, item(3, "丙")) == [
        "item",
        "header",
        "item",
        "header",
        "item",
    ]


def test_a_title_repeated_by_a_page_break_is_a_title():
    sheet = look_at([["问题整改台账"], HEAD, item(1, "甲"), ["问题整改台账"], HEAD, item(2, "乙")])
    assert [sheet.kinds[n] for n in range(1, 7)] == ["title", "header", "item", "title", "header", "item"]


def test_rows_with_only_a_number_are_blank_and_told_once():
    sheet = look_at([HEAD, item(1, "甲"), [2], [3], [4]])
    assert ([row.number for row in sheet.rows], [p.severity for p in sheet.problems]) == (["1"], ["hint"])
    assert "共 3 处" in sheet.problems[0].told


@pytest.mark.parametrize(
    "section", ["一、党的建设方面", "（一）党的建设方面（3个）", "第一部分 党的建设方面", "党的建设方面"]
)
@pytest.mark.parametrize("merged", [True, False])
def test_a_text_across_the_table_is_the_class_of_what_follows(section, merged):
    rows = [HEAD, [section], item(1, "甲"), item(2, "乙"), ["二、作风建设方面"], item(3, "丙")]
    sheet = look_at(rows, ["A2:H2", "A5:H5"] if merged else [])
    assert [row.class_ for row in sheet.rows] == ["党的建设方面", "党的建设方面", "作风建设方面"]
    assert [sheet.kinds[n] for n in (2, 5)] == ["section", "section"]


def test_sections_within_sections_are_kept():
    sheet = look_at(
        [
            HEAD,
            ["一、党建"],
            ["（一）学习"],
            item(1, "甲"),
            ["（二）组织"],
            item(2, "乙"),
            ["二、作风"],
            item(3, "丙"),
        ]
    )
    assert [(row.class_, row.extra.get("所属部分")) for row in sheet.rows] == [
        ("党建", "学习"),
        ("党建", "组织"),
        ("作风", None),
    ]


def test_chinese_numerals_among_arabic_numbers_head_sections():
    sheet = look_at(
        [HEAD, ["一", "党建方面"], item(1, "甲"), item(2, "乙"), ["二", "作风方面"], item(3, "丙")]
    )
    assert [row.class_ for row in sheet.rows] == ["党建方面", "党建方面", "作风方面"]


def test_a_section_without_items_is_a_note_and_told():
    sheet = look_at([HEAD, item(1, "甲"), ["二、作风建设方面"]])
    assert (sheet.kinds[3], [(p.row, p.severity) for p in sheet.problems]) == ("note", [(3, "hint")])


def test_nothing_to_report_and_examples_are_told_and_not_imported():
    sheet = look_at(
        [HEAD, ["示例", "某问题", None, "某措施", "某单位"], [1, "无", None, "/", "/"], item(2, "乙")]
    )
    assert ([row.title for row in sheet.rows], [sheet.kinds[n] for n in (2, 3)]) == (["乙"], ["note", "note"])
    assert [(p.row, p.severity) for p in sheet.problems] == [(2, "hint"), (3, "hint")]


def test_hidden_rows_are_read_and_told():
    sheet = look(
        xlsx([HEAD, item(1, "甲"), item(2, "乙"), item(3, "丙"), item(4, "丁")], hidden_rows=[3, 4])
    ).sheets[0]
    assert len(sheet.rows) == 4
    assert [(p.row, "第 3—4 行" in p.message, p.severity) for p in sheet.problems] == [(3, True, "warning")]


def test_a_second_table_on_the_sheet_is_read_by_its_own_header():
    rows = [
        HEAD,
        item(1, "甲"),
        ["二、任务清单"],
        ["序号", "任务内容", "完成时限", "责任单位"],
        [1, "乙", "6月底", "县教育局"],
    ]
    first, second = look(xlsx(rows)).sheets
    assert [(s.name, [row.title for row in s.rows]) for s in (first, second)] == [
        ("台账", ["甲"]),
        ("台账", ["乙"]),
    ]
    assert (second.rows[0].row, second.rows[0].owner) == (5, "县教育局")


def test_figures_above_the_header_are_told():
    sheet = look_at([["项目", "总数", "完成"], ["问题", 10, 5], HEAD, item(1, "甲")])
    assert [(p.row, p.severity) for p in sheet.problems] == [(1, "hint"), (2, "hint")]


@pytest.mark.parametrize(
    "text",
    [
        "1",
        "12",
        "1.",
        "1.2",
        "（1）",
        "①",
        "一",
        "（一）",
        "ZG-2024-001",
        "〔2024〕3号",
        "DC001",
        "2024-01",
        "No.5",
        "第3号",
    ],
)
def test_numbers_of_items_in_every_form(text):
    assert is_numbering(text)


@pytest.mark.parametrize("text", ["党的建设", "填表人：张三", "2.逐项填写", "注", ""])
def test_other_words_number_nothing(text):
    assert not is_numbering(text)


# --- no row is lost ---

CELLS = st.sampled_from(
    ["", "", "", 1, 2, 3.0, "1", "一", "合计", "备注：", "党的建设方面", "一、作风", "问题甲", "问题乙", "1.加强；2.完善", "县财政局", "6月底", "已完成", "无", "同上", "/", "例",
     "序号", "问题表现", "责任单位", " ", "说明：逐项填写", "填表人：张三"]
)  # fmt: skip
AREAS = st.tuples(st.integers(2, 12), st.integers(0, 7), st.integers(0, 3), st.integers(0, 7))


@st.composite
def sheets(draw: st.DrawFn) -> tuple[list[list[object]], list[str]]:
    """A header with anything at all below it, and merges that do not overlap."""
    rows = draw(st.lists(st.lists(CELLS, max_size=8), max_size=12))
    taken: set[tuple[int, int]] = set()
    merges: list[str] = []
    for top, left, height, width in draw(st.lists(AREAS, max_size=5)):
        right = min(left + width, 7)
        area = {(row, column) for row in range(top, top + height + 1) for column in range(left, right + 1)}
        if len(area) > 1 and not area & taken:
            taken |= area
            merges.append(f"{chr(65 + left)}{top}:{chr(65 + right)}{top + height}")
    return [list(HEAD), *rows], merges


@settings(max_examples=often(83, 1000), deadline=None)
@given(sheets())
def test_every_row_with_content_is_accounted_for_once(made):
    data = xlsx(*made)
    sheets = look(data).sheets
    if any(sheet.refused for sheet in sheets):
        return
    counted = [row for sheet in sheets for row in sheet.kinds]
    assert sorted(counted) == sorted(read(data).sheets[0].rows)
    for sheet in sheets:
        of_items = [row for found in sheet.rows for row in found.rows]
        assert sorted(of_items) == sorted(
            row for row, kind in sheet.kinds.items() if kind in ("item", "measure")
        )
        assert [found.row for found in sheet.rows] == [min(found.rows) for found in sheet.rows]


@settings(max_examples=often(50, 1000), deadline=None)
@given(sheets())
def test_every_word_of_an_item_row_is_found_again_in_the_item(made):
    rows, merges = made
    for sheet in look(xlsx(rows, merges)).sheets:
        for found in sheet.rows:
            shown = str(found.to_json())
            for number in found.rows:
                row = rows[number - 1]
                words = [
                    c
                    for c in row
                    if isinstance(c, str)
                    and c in ("问题甲", "问题乙", "县财政局", "6月底", "已完成", "党的建设方面")
                ]
                covered = {p.column for p in sheet.problems if p.row == number and "遮住" in p.message}
                visible = [
                    w
                    for i, w in enumerate(row)
                    if w in words and chr(65 + i) not in covered and not in_merge(number, i, merges)
                ]
                assert [w for w in visible if w not in shown] == []


def in_merge(row: int, column: int, merges: list[str]) -> bool:
    for area in merges:
        start, end = area.split(":")
        if int(start[1:]) <= row <= int(end[1:]) and start[0] <= chr(65 + column) <= end[0]:
            return True
    return False


# --- merges that hide, overlap, or reach too far ---


def with_merges(rows: list[list[object]], areas: list[str]) -> bytes:
    """A workbook whose merges do not clear the cells that they cover, as some programs write it."""
    plain = xlsx(rows)
    with zipfile.ZipFile(io.BytesIO(plain)) as package:
        sheet = package.read(SHEET)
    merges = "".join(f'<mergeCell ref="{area}"/>' for area in areas)
    return patched(
        plain,
        SHEET,
        sheet.replace(b"</sheetData>", f"</sheetData><mergeCells>{merges}</mergeCells>".encode()),
    )


def test_what_a_merge_hides_is_told_and_not_imported():
    sheet = look(with_merges([HEAD, item(1, "甲"), item(2, "乙")], ["B2:B3"])).sheets[0]
    assert [(p.row, p.column, p.value, p.severity) for p in sheet.problems] == [
        (3, "B", "乙", "warning"),
        (3, "A", "2", "hint"),
    ]
    assert [(row.title, len(row.measures), row.extra["序号"]) for row in sheet.rows] == [("甲", 2, "2")]


def test_merges_that_overlap_beyond_measure_are_left_out_and_told():
    rows = [HEAD, *[item(n, f"问题{n}") for n in range(1, 2_001)]]
    sheet = look(with_merges(rows, [f"A{n}:H2001" for n in range(2, 702)])).sheets[0]
    assert [p.severity for p in sheet.problems] == ["error"]
    assert len(sheet.rows) == 2_000


def test_a_merge_down_to_the_last_row_of_excel_ends_with_the_content():
    sheet = look(
        with_merges([HEAD, item(1, "甲"), [None, None, None, "再一步"]], ["A2:A1048576", "B2:B1048576"])
    ).sheets[0]
    assert [(row.title, [m.text for m in row.measures]) for row in sheet.rows] == [("甲", ["措施", "再一步"])]


def test_a_title_merged_over_its_class_is_the_title():
    rows = [
        ["序号", "类别", "问题", "措施", "责任单位"],
        [1, "甲问题", None, "a", "县财政局"],
        [2, "党建", "乙问题", "b", "县财政局"],
    ]
    sheet = look_at(rows, ["B2:C2"])
    assert [(row.class_, row.title) for row in sheet.rows] == [(None, "甲问题"), ("党建", "乙问题")]
