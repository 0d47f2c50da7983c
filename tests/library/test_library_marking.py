"""A text cut into pieces: what is marked, in which line, and where a mark begins."""

from bihuan.library.marking import Piece, cut, marked, paragraphs, spans_of
from bihuan.web.library_query import composed


def test_of_words_that_begin_together_the_longest_is_marked_and_none_twice():
    assert spans_of("党的二十大和二十大", ["二十大", "党的二十大", ""]) == [(0, 5), (6, 9)]
    assert spans_of("甲", []) == []
    assert marked("甲乙", ["乙"]) == [Piece("甲"), Piece("乙", 1, True)]


def test_spans_that_overlap_or_reach_beyond_are_cut_without_losing_a_character():
    text = "一二三四五"
    pieces = cut(text, [(98, 101), (100, 103), (104, 109)], start=100, first=7)
    assert "".join(p.text for p in pieces) == text
    assert [(p.text, p.mark, p.first) for p in pieces if p.mark] == [
        ("一", 7, False),
        ("二三", 8, False),
        ("五", 9, True),
    ]


def test_a_mark_over_several_lines_begins_once_and_long_lines_are_no_headings():
    text = "一、标题\n\n  甲乙\n丙丁\n（一）小题。后面还有一大段话，不是标题。"
    outline = [[0, 1, "一、标题"], [14, 2, "（一）小题"]]
    lines = list(paragraphs(text, [(9, 12)], outline))
    assert [(line.start, line.level) for line in lines] == [(0, 1), (8, 0), (11, 0), (14, 0)]
    assert [p for line in lines for p in line.pieces if p.mark] == [
        Piece("乙", 1, True),
        Piece("丙", 1, False),
    ]


def test_a_combination_is_written_as_a_query_that_means_the_same():
    filled = {
        "all": "甲 乙",
        "any": "丙 丁",
        "none": "戊",
        "in_title": "己",
        "in_headings": "庚",
        "near": "辛 壬",
        "distance": "x",
    }
    assert composed(filled) == "甲 乙 (丙 或 丁) 标题:己 小标题:庚 辛 近20 壬 非 戊"
    assert composed({"all": "或 A-1", "near": "只有一个"}) == '"或" "A-1"'
    assert composed({}) == ""
