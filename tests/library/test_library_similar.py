"""Borrowed passages: which documents share them, how much, and where."""

import random

import pytest

from bihuan.library.similar import similar
from bihuan.library.winnow import mark, shared_runs
from tests.library.bundles import SENTENCES
from tests.library.test_library_search import put

pytestmark = pytest.mark.django_db


def test_a_document_that_took_half_is_found_with_the_stretches_on_both_sides():
    chance = random.Random(3)
    own = "".join(f"第{no}项工作按照既定安排分步实施到位，第{no * 7}号任务由专人盯办。" for no in range(8))
    borrowed = "".join(chance.sample(SENTENCES, 6))
    other = put(f"关于某项工作的报告\n{borrowed}\n此外还有别的内容，与本文没有关系，属于另外一件事情。")
    put("关于另一件事的报告\n完全不相干的文字，说的是另外的事情，没有一句话相同。")
    text = f"{own}\n{borrowed}"
    (found,) = similar(text)
    assert found.document.pk == other.pk
    assert found.share == pytest.approx(100 * len(mark(borrowed).codes) / len(mark(text).codes), abs=3)
    for run in found.runs:
        assert text[run.start : run.end] == other.text[run.other_start : run.other_end]
    assert sum(run.end - run.start for run in found.runs) == pytest.approx(len(borrowed), abs=5)


def test_punctuation_and_line_breaks_do_not_hide_a_copy():
    text = "各级各部门要层层压实责任，确保各项任务落地见效，不得推诿扯皮。"
    put(f"关于工作的通知\n{text}")
    assert similar(text.replace("，", "\n"))[0].share == 100.0


def test_the_document_itself_is_left_out():
    document = put(f"关于工作的通知\n{''.join(SENTENCES[:5])}")
    assert similar(document.text, but=document.pk) == []


@pytest.mark.parametrize("text", ["", "甲乙", "，。！"])
def test_a_text_without_marks_shares_nothing(text):
    assert similar(text) == []
    assert shared_runs(mark(text), mark(text)) == ([], 0)


def test_documents_beyond_the_written_file_are_compared_too(monkeypatch, settings, tmp_path):
    settings.LIBRARY_CACHE = tmp_path / "cache"
    monkeypatch.setattr("bihuan.library.marks_cache._ENOUGH", 2)
    for no in range(5):
        put(f"关于第{no}件事的通知\n{SENTENCES[no]}{SENTENCES[no + 5]}")
        assert [s.document.title for s in similar(SENTENCES[no])] == [f"关于第{no}件事的通知"]
    assert len(list((tmp_path / "cache").glob("marks-*.npy"))) == 2
