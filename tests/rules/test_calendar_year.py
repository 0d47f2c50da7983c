import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.rules.calendar import Calendar
from bihuan.rules.calendar_year import CalendarInvalid, CalendarYear

GOOD = {
    "year": 2027,
    "holidays": ["2027-01-01", "2027-05-01", "2027-05-02", "2027-10-01", "2027-10-02", "2027-10-03"],
    "workdays": ["2027-02-20"],
    "source": "国办发明电〔2026〕8号",
}


@given(st.sampled_from(sorted(Calendar.builtin().years)))
def test_data_of_a_year_survives_json(year):
    notice = Calendar.builtin().years[year]
    assert CalendarYear.from_data(json.loads(json.dumps(notice.to_data()))) == notice


def test_data_is_plain_sorted_iso_strings():
    mixed = {**GOOD, "holidays": GOOD["holidays"][::-1]}
    assert CalendarYear.from_data(mixed).to_data() == GOOD


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"year": "2027"}, "年份“2027”应是四位数字，例如 2027。"),
        ({"year": True}, "年份“True”应是四位数字，例如 2027。"),
        ({"year": 27}, "年份“27”应在 1900 至 2199 之间。"),
        ({"source": "  "}, "没有写明依据。"),
        ({"source": None}, "没有写明依据。"),
        ({"holidays": "2027-01-01"}, "放假日应是一列日期，例如 [“2027-01-01”]。"),
        ({"workdays": {"2027-02-20": 1}}, "调休上班日应是一列日期，例如 [“2027-01-01”]。"),
        ({"holidays": 5}, "放假日应是一列日期，例如 [“2027-01-01”]。"),
        ({"holidays": ["2027-2-30"]}, "放假日中的“2027-2-30”不是日期，应写成 2027-01-01 的样子。"),
        ({"holidays": [None]}, "放假日中的“None”不是日期，应写成 2027-01-01 的样子。"),
        ({"holidays": ["2027-01-01", "2027-01-01"]}, "放假日中2027年1月1日写了两次。"),
        ({"holidays": ["2026-12-31"]}, "2026年12月31日不在2027年内。"),
        ({"workdays": ["2027-02-22"]}, "2027年2月22日是星期一，不是周末，不能作调休上班日。"),
        ({"workdays": ["2027-05-01"]}, "2027年5月1日既是放假日又是调休上班日。"),
        ({"remark": "x"}, "不认识的内容：remark。"),
    ],
)
def test_a_wrong_value_is_named_in_plain_words(change, message):
    with pytest.raises(CalendarInvalid) as caught:
        CalendarYear.from_data({**GOOD, **change})
    assert caught.value.message == message
    assert caught.value.hint


def test_a_day_of_another_year_says_where_it_belongs():
    with pytest.raises(CalendarInvalid) as caught:
        CalendarYear.from_data({**GOOD, "workdays": ["2026-12-27"]})
    assert caught.value.hint == "请把这一天填在2026年的安排里。"


def test_a_missing_part_is_named():
    with pytest.raises(CalendarInvalid) as caught:
        CalendarYear.from_data({"year": 2027, "source": "x"})
    assert caught.value.message == "缺少：holidays、workdays。"


@pytest.mark.parametrize("data", [None, [], "2027", 2027])
def test_something_else_than_a_mapping_is_refused(data):
    with pytest.raises(CalendarInvalid):
        CalendarYear.from_data(data)


junk = st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=5)


@pytest.mark.parametrize("key", ["year", "holidays", "workdays"])
@given(value=junk.filter(lambda value: value != []))
def test_any_junk_in_place_of_a_value_is_refused(key, value):
    with pytest.raises(CalendarInvalid):
        CalendarYear.from_data({**GOOD, key: value})


def test_a_forgotten_statutory_day_is_a_doubt_and_no_error():
    bare = CalendarYear(2027, frozenset({date(2027, 1, 1)}), frozenset(), "x")
    assert bare.doubts() == tuple(
        f"2027年{day}是法定节假日，但不在放假日中。"
        for day in ("5月1日", "5月2日", "10月1日", "10月2日", "10月3日")
    )
    assert CalendarYear.from_data(GOOD).doubts() == ()


def test_what_another_notice_changes_is_told_day_by_day():
    calendar = Calendar.builtin().with_year(CalendarYear.from_data(GOOD))
    assert calendar.changes(CalendarYear.from_data(GOOD)) == []
    moved = CalendarYear.from_data({**GOOD, "workdays": ["2027-02-21"]})
    assert calendar.changes(moved) == [(date(2027, 2, 20), False), (date(2027, 2, 21), True)]
