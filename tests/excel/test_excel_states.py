from __future__ import annotations

import pytest

from bihuan.excel.states import is_colour, leading_state, percent_of, percent_value, state_of

WORDS = {
    "done": "已完成 完成 已整改 整改完成 整改到位 已整改到位 已完成整改 全部完成 已办结 办结 已解决 已落实 √ 是 ✔ 100% 申请销号 已申请销号 待销号 拟销号 "
    "已完成（待销号） 整改完成待销号 已通过验收 已全部完成 按期完成 已按期完成 完结 已办理完毕 【已完成】 已完成。",
    "closed": "已销号 销号 同意销号 已验收销号 完成销号",
    "working": "正在整改 整改中 推进中 部分完成 基本完成 未完成 尚未完成 有序推进 进行中 办理中 已启动 滞后 超期未完成 未按期完成 未办结 否 × "
    "85% 已完成80% 正常推进 序时推进 取得阶段性成效 已基本完成 正在办理 即将完成 达到序时进度 未整改到位 逾期 有进展",
    "ongoing": "长期坚持 持续推进 持续整改 已完成，长期坚持 已完成并长期坚持 常态化推进 长期整改 持续坚持",
    "not_started": "尚未整改 未整改 未启动 未开始 尚未启动 未开展 没有开展 待办 0% 还未实施",
}


@pytest.mark.parametrize(
    ("code", "word"), [(code, word) for code, text in WORDS.items() for word in text.split()]
)
def test_the_wording_of_a_state_has_its_code(code, word):
    assert state_of(word) == code


@pytest.mark.parametrize("word", ["红", "绿灯", "不适用", "见备注", "县财政局", ""])
def test_other_words_are_no_state(word):
    assert state_of(word) is None


def test_yes_and_no_answer_the_question_of_their_column():
    answers = [
        (state_of(word), state_of(word, closing=True)) for word in ("是", "√", "否", "×", "未销号", "已销号")
    ]
    assert answers == [
        ("done", "closed"),
        ("done", "closed"),
        ("working", None),
        ("working", None),
        ("working", None),
        ("closed", "closed"),
    ]


def test_colours_are_told_from_states():
    assert [is_colour(word) for word in ("红", "黄灯", "亮绿灯", "🔴", "●", "红旗渠", "已完成")] == [
        True
    ] * 5 + [False] * 2


PROGRESS = {
    "已完成整改。后续继续跟踪": "done",
    "正在整改，已印发方案": "working",
    "长期坚持": "ongoing",
    "尚未启动": "not_started",
    "已销号": "closed",
    "整改中：已召开会议": "working",
    "已完成300户": None,
    "已完成80%": None,
    "已印发文件": None,
    "召开会议3次，已完成": None,
}


@pytest.mark.parametrize("text", PROGRESS)
def test_a_progress_text_gives_a_state_only_when_it_begins_with_one(text):
    assert leading_state(text) == PROGRESS[text]


SHARES = {
    "85%": 85,
    "完成85%": 85,
    "累计完成 62.5 %": 62,
    "已完成百分之六十": 60,
    "百分之百": 100,
    "完成总量的60%，其中甲完成80%": None,
    "总体完成60%，其中甲完成80%": 60,
    "甲完成50%，乙完成50%": 50,
    "增长120%": None,
    "没有数字": None,
}


@pytest.mark.parametrize("text", SHARES)
def test_a_percentage_is_read_where_it_is_plain(text):
    assert percent_of(text) == SHARES[text]


def test_a_number_is_a_share_or_points_by_its_format_and_its_column():
    cases = [
        percent_value(0.85, as_percent=True, fractions=False),
        percent_value(0.85, as_percent=False, fractions=True),
        percent_value(1, as_percent=False, fractions=True),
        percent_value(1, as_percent=True, fractions=False),
        percent_value(85, as_percent=False, fractions=False),
        percent_value("85", as_percent=False, fractions=False),
        percent_value(120, as_percent=False, fractions=False),
        percent_value(True, as_percent=False, fractions=False),
    ]
    assert cases == [85, 85, 100, 100, 85, 85, None, None]


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("一季度会议同比减少23%。", None),
        ("三公经费同比下降11%", None),
        ("水质合格率98%", None),
        ("群众满意度达到95%", None),
        ("报表精简了三成", None),
        ("完成率达到100%", 100),
        ("已完成工程量的60%", 60),
        ("整改率85%，群众满意度98%", 85),
        ("进度85%", 85),
    ],
)
def test_only_a_share_of_completion_is_progress(text: str, points: int | None):
    assert percent_of(text) == points
