"""Pairs of characters: what a phrase of them finds is exactly a stretch of the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.rules.pairs import characters, normalise, pairs, phrase


def test_every_character_stands_with_the_next_and_the_last_with_an_end_mark():
    assert pairs("甲乙，") == "甲乙 乙， ，\ue080"


@pytest.mark.parametrize("text", ["", None])
def test_nothing_has_no_pairs(text):
    assert pairs(text) == characters(text) == ""


def test_every_character_is_listed_once():
    assert characters("乙甲乙A甲") == "乙 甲 \ue041"
    assert characters("乙𠀀甲A𠀀乙") == "乙 甲 \ue041 𠀀"


@pytest.mark.parametrize(
    ("text", "query"),
    [("甲", '"甲"*'), ("甲乙丙", '"甲乙 乙丙"'), ('A"', '"\ue041\ue022"')],
)
def test_a_phrase_is_a_run_of_pairs_and_one_character_a_beginning(text, query):
    assert phrase(text) == query


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("２０２６年Ａ", "2026年A"),
        ("甲\r\n乙\r丙\u2028丁\x0c戊", "甲\n乙\n丙\n丁\n戊"),
        ("甲\u3000\xa0\t乙", "甲   乙"),
        ("甲\u200b\ufeff\x00乙", "甲乙"),
        ("，,", "，,"),
        ("\ue000", "\ufffd"),
    ],
)
def test_blanks_line_ends_and_width_are_made_alike(given, normal):
    assert normalise(given) == normal


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8"), min_size=1))
def test_what_is_in_a_text_is_in_it_when_both_are_normal(text, part):
    assert normalise(part) in normalise(f"{text}{part}{text}") or "\r" in part or "\r" in text
    assert normalise(normalise(text)) == normalise(text)
