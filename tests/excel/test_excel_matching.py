from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bihuan.excel.matching import match, match_measures


def rows(*titles: str, sheet: str = "一") -> list[dict[str, str]]:
    return [{"sheet": sheet, "number": str(n), "title": t} for n, t in enumerate(titles, 1)]


def test_the_same_rows_match_one_to_one():
    assert match(rows("甲问题", "乙问题"), rows("甲问题", "乙问题")) == {0: 0, 1: 1}


def test_a_row_inserted_above_does_not_shift_the_others():
    assert match(rows("甲问题", "乙问题"), rows("新来的事项", "甲问题", "乙问题")) == {1: 0, 2: 1}


def test_a_reworded_title_is_known_again_by_its_number():
    old = rows("城关镇部分小区雨污混流", "乙问题")
    new = rows("城关镇部分老旧小区雨污混流", "乙问题")
    assert match(old, new) == {0: 0, 1: 1}


def test_another_problem_under_the_same_number_is_new():
    assert match(rows("城关镇雨污混流"), rows("政务大厅窗口排队时间长")) == {}


def test_retyped_spaces_and_end_marks_change_nothing():
    assert match(rows("甲问题。"), rows(" 甲 问题")) == {0: 0}


def test_equal_titles_are_paired_in_order_by_number_first():
    old = rows("同样的问题", "同样的问题")
    assert match(old, list(reversed(old))) == {0: 1, 1: 0}


def test_a_vanished_row_is_matched_by_nothing():
    assert match(rows("甲", "乙", "丙"), rows("甲", "丙")) == {0: 0, 1: 2}


@given(
    st.lists(st.text("甲乙丙丁", min_size=1, max_size=3)),
    st.lists(st.text("甲乙丙丁", min_size=1, max_size=3)),
)
def test_no_row_is_used_twice(old: list[str], new: list[str]):
    pairs = match(rows(*old), rows(*new))
    assert len(set(pairs.values())) == len(pairs)


def test_a_measure_reworded_in_place_is_the_same_measure():
    assert match_measures(["修复管网三公里", "绿化"], ["修复管网三点五公里", "绿化"]) == {0: 0, 1: 1}


def test_a_measure_added_between_is_new():
    assert match_measures(["修路", "绿化"], ["修路", "拆除违建", "绿化"]) == {0: 0, 2: 1}
