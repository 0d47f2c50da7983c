"""Columns under words that nobody has taught the reader, and tables that stand where nobody expects them."""

from __future__ import annotations

import pytest
from ledger_maker import look_at, mapping, messages

HEAD = ["序号", "存在问题", "整改措施", "责任单位", "整改时限", "整改进展"]


def rows(*titles: str, **more: list[object]) -> list[list[object]]:
    made: list[list[object]] = []
    for n, title in enumerate(titles, 1):
        row: list[object] = [n, title, "1.甲；2.乙", "县财政局", "2024年6月底前", "已开展"]
        made.append([*row, *(values[n - 1] for values in more.values())])
    return made


@pytest.mark.parametrize(
    ("place", "word", "field", "named"),
    [
        (1, "症结所在", "title", "事项内容"),
        (2, "怎么改", "measures", "措施"),
        (3, "谁来改", "owner", "责任单位"),
        (4, "何时改完", "due", "时限"),
        (0, "行数", "number", "编号"),
    ],
)
def test_a_column_with_an_unknown_word_is_read_by_its_content_and_told(
    place: int, word: str, field: str, named: str
):
    head = [*HEAD[:place], word, *HEAD[place + 1 :]]
    sheet = look_at([head, *rows("路灯长期不亮", "占道经营严重", "台账登记不全")])
    assert mapping(sheet)[word] == field
    column = "ABCDEF"[place]
    assert (1, column, word, "warning") in messages(sheet)
    assert f"已按内容作为“{named}”读取" in next(p.message for p in sheet.problems if p.value == word)
    assert [row.title for row in sheet.rows] == ["路灯长期不亮", "占道经营严重", "台账登记不全"]


def test_a_word_that_says_what_it_is_is_never_guessed():
    head = [*HEAD[:3], "督办单位", *HEAD[4:]]
    assert mapping(look_at([head, *rows("路灯长期不亮", "占道经营严重")]))["督办单位"] is None


def test_a_table_that_leaves_the_first_columns_empty_has_its_header_and_title_found():
    page = [["某县问题整改台账"], [], HEAD, *rows("路灯不亮", "占道经营")]
    sheet = look_at([["", "", *row] for row in page], ["C1:H1"])
    assert sheet.header is not None
    assert (sheet.header.rows, [row.row for row in sheet.rows]) == ((3,), [4, 5])
    assert list(mapping(sheet)) == HEAD


@pytest.mark.parametrize(
    ("word", "field"),
    [
        ("下一步整改措施", "measures"), ("达到的目标", "target"), ("问题具体表现形式", "title"), ("主管县长", "lead"),
        ("整改措施落实情况", "progress"), ("问题领域", "class"), ("整改工期", "due"), ("负责单位", "owner"),
        ("整改完成与否", "state"),
    ],
)  # fmt: skip
def test_words_that_offices_write_have_their_field(word: str, field: str):
    place = {"measures": 2, "owner": 3, "due": 4, "progress": 5, "title": 1}.get(field)
    head = [*HEAD, word] if place is None else [*HEAD[:place], word, *HEAD[place + 1 :]]
    last = {"state": ["已完成", "正在整改"]}.get(field, ["甲方面的话", "乙方面的话"])
    made = rows("路灯不亮", "占道经营", extra=last) if place is None else rows("路灯不亮", "占道经营")
    assert mapping(look_at([head, *made]))[word] == field


def test_the_name_below_a_leader_is_a_leader():
    head = [["整改责任", "", "问题", "措施"], ["分管负责人", "责任单位", "", ""], ["姓名", "单位", "", ""]]
    body = [["张三", "县财政局", "路灯不亮", "更换"], ["李四", "县水利局", "占道经营", "整治"]]
    merges = ["A1:B1", "C1:C3", "D1:D3"]
    assert list(mapping(look_at([*head, *body], merges)).values()) == ["lead", "owner", "title", "measures"]


@pytest.mark.parametrize(
    ("word", "states", "field"),
    [
        ("办结情况", ["已完成", "80%", "正在整改"], "state"),
        ("完成情况", ["已完成", "√", "达到序时进度"], "state"),
        ("完成情况", ["60%", "80%", "100%"], "progress"),
        (
            "完成情况",
            ["已制定方案，正在开展排查整治工作", "已完成招标，计划下月开工建设", "已完成"],
            "progress",
        ),
    ],
)
def test_a_column_called_after_its_end_holds_states_where_its_cells_do(
    word: str, states: list[str], field: str
):
    head = [*HEAD[:5], word]
    body = [[*row[:5], state] for row, state in zip(rows("甲甲", "乙乙", "丙丙"), states, strict=True)]
    assert mapping(look_at([head, *body]))[word] == field


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("未整改", "not_started"),
        ("未完成", "working"),
        ("未销号", None),
        ("否", None),
        ("尚未申请销号", None),
    ],
)
def test_in_a_column_of_closures_a_denial_tells_only_what_it_says(word: str, code: str | None):
    body = [[*row[:5], "", word] for row in rows("路灯不亮")]
    assert look_at([[*HEAD, "是否销号"], *body]).rows[0].state == code


def test_a_percentage_among_the_states_is_the_progress():
    sheet = look_at([[*HEAD, "完成状态"], *rows("路灯不亮", extra=["80%"])])
    assert (sheet.rows[0].state, sheet.rows[0].percent) == ("working", 80)


def test_sections_stand_alone_in_the_title_column_of_a_table_without_numbers():
    body = [row[1:] for row in rows("路灯不亮", "占道经营")]
    sheet = look_at([HEAD[1:], ["一、城市管理（1个）"], body[0], ["二、市容环境"], body[1]])
    assert [(row.class_, row.title) for row in sheet.rows] == [
        ("城市管理", "路灯不亮"),
        ("市容环境", "占道经营"),
    ]


def test_units_on_lines_of_their_own_are_several_with_their_part_in_brackets():
    sheet = look_at(
        [HEAD, [1, "路灯不亮", "更换", "城关街道办事处（牵头）\n县水利局（配合）", "长期坚持", ""]]
    )
    assert (sheet.rows[0].owner, sheet.rows[0].helpers) == ("城关街道办事处", ["县水利局"])


@pytest.mark.parametrize("mark", ["第一，", "一是", "（1）", "1."])
def test_a_single_step_loses_its_mark(mark: str):
    sheet = look_at([HEAD, [1, "路灯不亮", f"{mark}更换路灯。", "县住建局", "长期坚持", ""]])
    assert [measure.text for measure in sheet.rows[0].measures] == ["更换路灯"]


def test_the_same_doubt_is_told_to_people_once_and_to_programs_at_each_place():
    sheet = look_at(
        [HEAD, *([row[0], row[1], row[2], "县气象台站", *row[4:]] for row in rows("甲甲", "乙乙"))]
    )
    (problem,) = (p for p in sheet.problems if p.value == "县气象台站")
    assert problem.told.endswith("（同样情况共 2 处）")
    assert [(p["row"], p["column"]) for p in problem.to_json()] == [(2, "D"), (3, "D")]
