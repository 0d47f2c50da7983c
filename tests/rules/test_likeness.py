"""Text that stands in another text: measured against sets made by hand, found by marks wherever a long enough run is shared."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.rules import likeness

TEXTS = st.text(string.ascii_lowercase[:4] + "，。 的了", max_size=60)
LONG = "已完成清淤三公里，组织志愿者巡查二十次，沿岸垃圾全部清理，群众反映良好"


@pytest.mark.parametrize(
    ("text", "told"),
    [("ＡＢ c，。1２ \n", "abc12"), ("", ""), ("——（）", ""), ("整改　完成。", "整改完成")],
)
def test_only_letters_and_digits_are_compared_in_one_form(text, told):
    assert likeness.plain(text) == told


@pytest.mark.parametrize(("length", "telling"), [(19, False), (20, True)])
def test_a_short_text_says_too_little(length, telling):
    assert likeness.is_telling("，" + "改" * length) is telling


@given(TEXTS, TEXTS)
def test_the_share_is_that_of_the_runs_of_five_characters(text, other):
    mine, theirs = likeness.plain(text), likeness.plain(other)
    runs = [mine[i : i + 5] for i in range(len(mine) - 4)]
    expected = 100 * sum(run in theirs for run in runs) // len(runs) if runs else 0
    assert likeness.share(text, other) == expected


@given(TEXTS, TEXTS, st.text(string.digits, min_size=likeness.GRAM + likeness.WINDOW - 1, max_size=20))
def test_two_texts_that_share_a_long_enough_run_share_a_mark(before, after, run):
    assert likeness.marks(before + run) & likeness.marks(run + after)


@given(TEXTS)
def test_marks_are_few_and_belong_to_the_text(text):
    marks, shingles = likeness.marks(text), likeness.shingles(text)
    assert marks <= set(shingles)
    assert bool(marks) is bool(shingles)


def test_a_hash_fits_every_database_and_is_the_same_everywhere():
    assert likeness.hashed("整改") == 3604363039645945465
    assert all(0 <= likeness.hashed(str(n)) < 2**63 for n in range(50))


def test_a_copy_with_a_few_words_changed_counts_as_copied_and_another_text_does_not():
    copy = LONG.replace("三公里", "五公里") + "。特此报告"
    other = "学校食堂已更换供应商，建立每日留样制度，家长委员会参加验收，意见箱收到建议十二条"
    assert likeness.share(LONG, copy) >= likeness.COPIED
    assert likeness.share(other, LONG) == 0
