"""What a report's context refuses, and the marks in its text."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.reports.context import Cut, FigureMissing, LedgerPosition
from bihuan.reports.marks import ended, mark, one_line, plain, printable
from bihuan.rules.errors import Invalid
from tests.reports.samples import SEALED, empty, rich


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(Invalid, match="没有时区"):
        empty(as_of=datetime(2026, 11, 23, 18, 30))  # noqa: DTZ001


def test_a_missing_figure_of_the_sentences_is_named() -> None:
    figures = dict(empty().figures)
    del figures["overdue"]
    with pytest.raises(FigureMissing, match="没有给出：overdue。"):
        empty(figures=figures)


@pytest.mark.parametrize("where", ["colours", "by_unit"])
def test_a_missing_figure_of_a_cut_or_a_table_is_named(where: str) -> None:
    ctx = rich()
    ref = "open[colour=pink]"
    row = replace(ctx.by_unit.rows[0], cells={"open": ref})
    wrong = {"colours": (Cut("粉灯", ref),), "by_unit": replace(ctx.by_unit, rows=(row,))}
    with pytest.raises(FigureMissing, match=r"open\[colour=pink\]"):
        replace(ctx, **{where: wrong[where]})


def test_an_unknown_figure_is_refused() -> None:
    with pytest.raises(FigureMissing, match="这份报告没有数据项“nonsense”。"):
        rich().figure("nonsense")
    with pytest.raises(FigureMissing, match="没有数据项“opn”。是不是要写“open”？"):
        rich().figure("opn")


def test_the_position_is_figures_with_a_root_only_when_sealed() -> None:
    assert {ref: f.value for ref, f in SEALED.figures().items()} == {
        "ledger.seq": "1834", "ledger.head": "ab12" * 16, "ledger.count": "1800", "ledger.root": "cd34" * 16,
    }  # fmt: skip
    assert list(LedgerPosition(1, "00" * 32).figures()) == ["ledger.seq", "ledger.head"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("一\n二", "一；二"),
        ("一。\r\n二", "一。二"),
        ("  一 \n\n\n 二；\u2028三 ", "一；二；三"),
        ("甲\x00\x0b乙\ufffe\ud800", "甲乙"),
        (mark("open", "3"), "open3"),
        ("", ""),
    ],
)
def test_one_line_joins_lines_and_drops_what_cannot_be_printed(text: str, expected: str) -> None:
    assert one_line(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("完成", "完成。"),
        ("完成。", "完成。"),
        ("完成；\n", "完成。"),
        ("真的吗？", "真的吗？"),
        (" 。", ""),
        ("", ""),
    ],
)
def test_ended_ends_with_one_full_stop(text: str, expected: str) -> None:
    assert ended(text) == expected


@given(st.text())
def test_what_is_printable_goes_into_xml_and_holds_no_mark(text: str) -> None:
    kept = printable(text)
    kept.encode()
    assert plain(kept) == kept
    assert not any(ord(c) < 32 and c not in "\t\n\r" for c in kept)
