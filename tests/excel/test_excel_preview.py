"""The preview as a whole: its form, the day it reads from, and the examples of the project."""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from datetime import date, datetime
from pathlib import Path
from types import ModuleType

import pytest
from ledger_maker import TODAY, Directory, look, look_at, messages, xlsx
from openpyxl import load_workbook

from bihuan.excel.base_day import find_base
from bihuan.excel.preview import SheetPreview, header_fingerprint, preview
from bihuan.excel.read import read

HEAD = ["序号", "问题", "整改措施", "责任单位", "责任人", "整改时限", "进展情况", "完成状态"]
FIELDS = (
    "number title class target measures lead owner helpers handler due ongoing cycle progress state".split()
)


def row(*cells: object) -> SheetPreview:
    return look_at([HEAD, list(cells)])


# --- the form ---


def test_the_json_has_its_keys_and_every_row_all_fields():
    found = look(
        xlsx([HEAD, [1, "甲", "1.a；2.b", "县财政局", "", date(2024, 6, 30), "", ""], [2, "乙"]])
    ).to_json()
    assert json.loads(json.dumps(found, ensure_ascii=False)) == found
    assert list(found) == ["sheets"]
    sheet = found["sheets"][0]
    assert list(sheet) == ["name", "header_rows", "columns", "letters", "rows", "problems"]
    assert (sheet["name"], sheet["header_rows"]) == ("台账", [1])
    assert (sheet["columns"]["责任单位"], sheet["letters"]["责任单位"]) == ("owner", "D")
    assert all(set(FIELDS) <= set(one) for one in sheet["rows"])
    empty = {name: sheet["rows"][1][name] for name in FIELDS if name not in ("number", "title")}
    assert empty == dict.fromkeys(empty) | {"measures": [], "helpers": [], "ongoing": False}
    assert (sheet["rows"][0]["due"], sheet["rows"][0]["measures"]) == ("2024-06-30", ["a", "b"])
    assert [step["text"] for step in sheet["rows"][0]["steps"]] == ["a", "b"]
    assert [set(one) for one in sheet["problems"]] == [
        {"sheet", "row", "column", "value", "message", "severity"}
    ] * len(sheet["problems"])


def test_severities_are_errors_warnings_and_hints():
    sheet = look_at(
        [HEAD, [1, "甲", "a", "县教肓局", "", "张三"], [None, None, "b", "财政局"], [3, None, "c"]]
    )
    assert {p.severity for p in sheet.problems} == {"error", "warning", "hint"}


# --- cells ---


def test_text_is_freed_of_what_only_serves_the_looks():
    found = row(
        "１",
        " 问题　甲 \n",
        "１．加强；２．完善",
        " 县 财 政 局",
        "李　明",
        "２０２４年６月底前",
        "完成８０％",
        "√",
    ).rows[0]
    assert (found.number, found.title, [m.text for m in found.measures]) == ("1", "问题 甲", ["加强", "完善"])
    assert (found.owner, found.handler, found.due, found.percent, found.state) == (
        "县财政局",
        "李明",
        date(2024, 6, 30),
        80,
        "done",
    )


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (1, "1"),
        (1.0, "1"),
        ("1.", "1"),
        ("(2)", "(2)"),
        (1.2, "1.2"),
        ("ZG-001", "ZG-001"),
        ("/", None),
        (date(2024, 1, 2), "1-2"),
    ],
)
def test_numbers_are_text_as_shown(value, number):
    assert row(value, "甲", "a", "县财政局").rows[0].number == number


def test_a_number_that_excel_made_a_date_is_told():
    assert messages(row(date(2024, 1, 2), "甲", "a", "县财政局"))[0] == (2, "A", "2024-01-02", "warning")


def test_telephone_numbers_leave_the_name_and_are_kept():
    found = row(1, "甲", "a", "县财政局", "李明 13800000000", "6月").rows[0]
    assert (found.handler, found.extra) == ("李明", {"联系电话": "13800000000"})


def test_ditto_takes_what_stands_above():
    sheet = look_at(
        [HEAD, [1, "甲", "a", "县财政局", "李明", "6月底"], [2, "乙", "同上", "〃", "同上", "同上"]]
    )
    second = sheet.rows[1]
    assert ([m.text for m in second.measures], second.owner, second.handler, second.due) == (
        ["a"],
        "县财政局",
        "李明",
        date(2024, 6, 30),
    )


@pytest.mark.parametrize(
    ("value", "due", "ongoing", "immediate", "cycle"),
    [
        ("2024年6月底前", date(2024, 6, 30), False, False, None),
        ("12月底前", date(2024, 12, 31), False, False, None),
        ("10月中旬", date(2024, 10, 20), False, False, None),
        ("立行立改", None, False, True, None),
        ("立行立改，长期坚持", None, True, True, None),
        ("长期坚持", None, True, False, None),
        ("2024年底前，并长期坚持", date(2024, 12, 31), True, False, None),
        ("每季度", None, True, False, "quarter"),
        (date(2024, 5, 6), date(2024, 5, 6), False, False, None),
        (datetime(2024, 5, 6, 17, 30), date(2024, 5, 6), False, False, None),  # noqa: DTZ001
        (45473, date(2024, 6, 30), False, False, None),
        ("45473", date(2024, 6, 30), False, False, None),
        ("2024-06-30 00:00:00", date(2024, 6, 30), False, False, None),
        ("/", None, False, False, None),
    ],
)
def test_deadlines_of_every_kind(value, due, ongoing, immediate, cycle):
    found = row(1, "甲", "a", "县财政局", "", value).rows[0]
    assert (found.due, found.ongoing, found.immediate, found.cycle) == (due, ongoing, immediate, cycle)


def test_a_deadline_counted_in_days_counts_from_the_day_of_handing_over():
    head = ["序号", "事项", "责任单位", "交办日期", "办结时限"]
    sheet = look_at(
        [
            head,
            [1, "甲", "县财政局", date(2024, 4, 15), "5个工作日内"],
            [2, "乙", "县财政局", "2024年4月15日", "10日内"],
        ]
    )
    assert [found.due for found in sheet.rows] == [date(2024, 4, 22), date(2024, 4, 25)]


def test_a_deadline_that_cannot_be_read_is_a_warning_at_its_cell_and_keeps_its_words():
    assert row(1, "甲", "a", "县财政局", "", "张三").rows[0].due_text == "张三"
    assert (2, "F", "张三", "warning") in messages(row(1, "甲", "a", "县财政局", "", "张三"))


def test_steps_deadlines_units_and_progress_numbered_alike_belong_together():
    found = row(
        1,
        "甲",
        "1.a；2.b",
        "1.县财政局 2.县教育局",
        "",
        "1.6月底前\n2.长期坚持",
        "1.已完成；2.完成40%",
        "1.已完成；2.整改中",
    ).rows[0]
    one, two = found.measures
    assert (one.owner, one.due, one.progress, one.state) == ("县财政局", date(2024, 6, 30), "已完成", "done")
    assert (two.owner, two.ongoing, two.percent, two.state) == ("县教育局", True, 40, "working")
    assert (found.owner, found.helpers, found.due) == ("县财政局", ["县教育局"], date(2024, 6, 30))


def test_columns_merged_over_several_items_hold_for_each():
    rows = [
        HEAD,
        [1, "甲", "a", "县财政局", "李明", "6月"],
        [2, "乙", "b"],
        [3, "丙", "c", "县教育局", "王芳", "7月"],
    ]
    sheet = look_at(rows, ["D2:D3", "E2:E3", "F2:F3"])
    assert [(r.owner, r.handler, r.due) for r in sheet.rows] == [
        ("县财政局", "李明", date(2024, 6, 30))
    ] * 2 + [("县教育局", "王芳", date(2024, 7, 31))]


def test_a_problem_numbered_over_several_appearances_is_one_item():
    rows = [
        ["序号", "主要问题", "具体表现", "整改措施", "责任单位"],
        [1, "甲", "甲一", "a", "县财政局"],
        [None, None, "甲二", "b", None],
        [2, "乙", "乙一", "c", "县教育局"],
    ]
    sheet = look_at(rows, ["A2:A3", "B2:B3"])
    assert [(r.title, [m.text for m in r.measures]) for r in sheet.rows] == [
        ("甲", ["a", "b"]),
        ("乙", ["c"]),
    ]
    assert sheet.rows[0].extra == {"具体表现": "甲一\n甲二"}


def test_rows_filled_down_with_the_same_number_and_title_are_one_item():
    sheet = look_at(
        [HEAD, [1, "甲", "a", "县财政局"], [1, "甲", "b", "县教育局"], [2, "乙", "c", "县财政局"]]
    )
    assert [(r.title, [m.text for m in r.measures]) for r in sheet.rows] == [
        ("甲", ["a", "b"]),
        ("乙", ["c"]),
    ]


def test_the_same_number_and_the_same_title_elsewhere_are_told():
    sheet = look_at(
        [HEAD, [1, "甲", "a", "县财政局"], [1, "乙", "b", "县财政局"], [3, "甲", "c", "县财政局"]]
    )
    assert messages(sheet) == [(3, "A", "1", "warning"), (4, "B", "甲", "warning")]


def test_a_row_without_a_title_is_an_error_and_kept():
    sheet = look_at([HEAD, [1, "甲", "a", "县财政局"], [2, None, "b", "县教育局", "", "6月"]])
    assert ([r.title for r in sheet.rows], [p[3] for p in messages(sheet)]) == (["甲", None], ["error"])


def test_states_of_two_columns_become_one_and_colours_none():
    head = ["序号", "问题", "责任单位", "完成状态", "是否销号", "亮灯"]
    sheet = look_at(
        [head, [1, "甲", "县财政局", "已完成", "是", "绿"], [2, "乙", "县财政局", "整改中", "否", "红"]]
    )
    assert [(r.state, r.state_text, r.extra) for r in sheet.rows] == [
        ("closed", "已完成", {"亮灯": "绿"}),
        ("working", "整改中", {"亮灯": "红"}),
    ]


def test_an_unknown_state_is_told_and_its_words_kept():
    found = row(1, "甲", "a", "县财政局", "", "6月", "", "不好说")
    assert (found.rows[0].state, found.rows[0].state_text, messages(found)) == (
        None,
        "不好说",
        [(2, "H", "不好说", "warning")],
    )


# --- the day ---

DAYS = {
    ("2024年问题整改台账",): date(2024, 1, 1),
    ("2024年问题整改台账", "填报日期：2024年3月5日"): date(2024, 3, 5),
    ("截至2024年6月底",): date(2024, 6, 30),
    ("（2024年9月）",): date(2024, 9, 1),
    ("二〇二四年三月",): date(2024, 3, 1),
    ("日期：2024.3.5",): date(2024, 3, 5),
    ("台账20240305.xlsx",): date(2024, 3, 5),
    ("2023—2024年度台账",): date(2024, 1, 1),
    ("2024年13月45日",): date(2024, 1, 1),
    ("问题整改台账",): None,
}


@pytest.mark.parametrize("texts", DAYS, ids="|".join)
def test_the_day_of_a_ledger_is_found_in_its_titles(texts):
    assert find_base(texts) == DAYS[texts]


def test_a_month_takes_its_year_from_the_caller_the_sheet_the_file_or_today_in_this_order():
    rows = [HEAD, [1, "甲", "a", "县财政局", "", "12月底前"]]
    titled = [["2022年整改台账"], *rows]
    found = [
        look(xlsx(titled), base=date(2021, 5, 1), name="2023年台账.xlsx"),
        look(xlsx(titled), name="2023年台账.xlsx"),
        look(xlsx(rows), name="2023年台账.xlsx"),
        look(xlsx(rows), name="台账.xlsx"),
    ]
    assert [one.sheets[0].rows[0].due for one in found] == [
        date(y, 12, 31) for y in (2021, 2022, 2023, TODAY.year)
    ]


# --- the examples ---

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_ledgers", EXAMPLES / "make_ledgers.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_ledgers"] = module
    spec.loader.exec_module(module)
    return module


def examples(folder: Path) -> dict[str, dict[str, object]]:
    found = sorted(folder.iterdir())
    return {path.name: preview(path, directory=Directory(), today=TODAY).to_json() for path in found}


def test_the_examples_are_what_their_script_writes(maker, tmp_path):
    maker.write_all(tmp_path)
    assert examples(tmp_path) == examples(EXAMPLES / "ledgers")


def test_the_examples_are_read_as_they_are_meant():
    sheets = {
        path.name[0]: next(s for s in preview(path, directory=Directory(), today=TODAY).sheets if s.rows)
        for path in sorted((EXAMPLES / "ledgers").iterdir())
        if path.name != "B-巡视整改粘贴.csv"
    }
    counts = {name: [len(found.measures) for found in sheet.rows] for name, sheet in sheets.items()}
    assert counts == {
        "A": [3, 3, 2, 3, 1, 2, 2],
        "B": [2, 3, 1],
        "C": [0, 0, 0, 0],
        "D": [2, 1, 2, 2],
        "E": [2, 2, 1],
    }
    assert [found.state for found in sheets["A"].rows] == [
        "working",
        "working",
        "working",
        "ongoing",
        "closed",
        "not_started",
        "working",
    ]
    assert [found.percent for found in sheets["C"].rows] == [62, 100, 30, 0]
    assert {found.extra["所属部分"] for found in sheets["D"].rows} == {
        "聚焦贯彻落实党的路线方针政策方面",
        "聚焦群众身边不正之风和腐败问题方面",
    }


def test_the_fingerprint_of_a_sheet_is_that_of_its_preview():
    data = xlsx([["标题"], HEAD, [1, "甲", "a", "县财政局"]])
    assert header_fingerprint(read(data).sheets[0]) == look(data).sheets[0].fingerprint


# --- speed ---


@pytest.mark.slow
def test_a_preview_takes_at_most_one_and_a_half_times_as_long_as_openpyxl_reads(tmp_path):
    path = tmp_path / "b.xlsx"
    path.write_bytes(large_layout_b(2_000))

    def openpyxl_reads() -> None:
        book = load_workbook(path, read_only=True, data_only=True)
        for sheet in book:
            for _ in sheet.iter_rows(values_only=True):
                pass
        book.close()

    ratios = []
    for _ in range(3):
        start = time.process_time()
        openpyxl_reads()
        middle = time.process_time()
        preview(path, directory=Directory(), today=TODAY)
        ratios.append((time.process_time() - middle) / (middle - start))
    assert min(ratios) <= 1.5


def large_layout_b(rows: int) -> bytes:
    """Layout B with about ``rows`` measure rows, four below each problem."""
    head = [
        "序号",
        "类别",
        "具体问题",
        "整改措施",
        "牵头领导",
        "牵头单位",
        "配合单位",
        "整改时限",
        "进展",
        "成效",
        "佐证",
        "备注",
    ]
    body: list[list[object]] = [head]
    merges: list[str] = []
    for n in range(1, rows // 4 + 1):
        first = len(body) + 1
        for k in range(4):
            name = [n, "作风建设", f"第{n}个问题：落实部署不到位，存在差距"] if k == 0 else [None] * 3
            body.append(
                [*name, f"{k + 1}.完善第{n}号制度，压实责任", "张三" if k == 0 else None, "县财政局", "县教育局、县公安局",
                 "2024年6月底前", f"完成{n % 100}%，正在推进第{n}批", "成效", "材料", None]
            )  # fmt: skip
        merges += [f"{c}{first}:{c}{first + 3}" for c in "ABCE"]
    return xlsx(body, merges)


# --- cells that nobody should write, and somebody does ---

HUGE = {
    "brackets": "（" * 32_767,
    "units": "县财政局和" * 6_553,
    "percent": "1%" * 16_000,
    "numbers": "；".join(f"{n}.加强" for n in range(1, 4_000))[:32_767],
    "lines": "\n".join(["加强学习"] * 6_000),
    "blanks": " 县" * 16_000,
    "digits": "1" * 32_767,
}


@pytest.mark.parametrize("kind", HUGE)
def test_cells_of_full_length_are_read_in_reasonable_time(kind):
    text = HUGE[kind]
    start = time.process_time()
    sheet = row(text, "甲" + text, text, text, text, text, text, text)
    assert time.process_time() - start < 5
    assert sheet.rows[0].title is not None


def test_a_cell_too_long_for_a_unit_is_told_and_kept():
    sheet = row(1, "甲", "a", "会同有关方面研究" * 20, "", "6月")
    found = sheet.rows[0]
    assert (found.owner, found.extra) == (None, {"责任单位": "会同有关方面研究" * 20})
    assert [(p[:2], p[3]) for p in messages(sheet)] == [((2, "D"), "warning"), ((2, "D"), "warning")]


def test_an_item_over_thousands_of_rows_is_read_in_reasonable_time():
    rows = [
        HEAD,
        *[
            [
                1 if n == 0 else None,
                "甲" if n == 0 else None,
                f"第{n}步",
                "县财政局",
                "李明",
                "6月",
                f"进展{n}",
                "整改中",
            ]
            for n in range(5_000)
        ],
    ]
    data = xlsx(rows, ["A2:A5001", "B2:B5001"])
    start = time.process_time()
    sheet = look(data).sheets[0]
    assert time.process_time() - start < 10
    assert (len(sheet.rows), len(sheet.rows[0].measures)) == (1, 5_000)
