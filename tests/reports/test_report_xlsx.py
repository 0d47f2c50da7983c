"""The workbook: what it holds, how it is written, and its verification."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from bihuan.cells import MAX_TEXT
from bihuan.reports.context import AnnexRow, OpenItem, StageContext
from bihuan.reports.package import NotAReport, read_zip
from bihuan.reports.sheets import MANIFEST_SHEET, NAMES, shown
from bihuan.reports.verdict import Verdict
from bihuan.reports.verify import verify_report
from bihuan.reports.xlsx import write_xlsx
from tests.reports.samples import annex_row, empty, figure, ledger, rich, sentence_figures
from tests.support.depth import often

CTX = rich(annex=6)
REPORT = write_xlsx(CTX)


def opened(report: bytes = REPORT) -> Workbook:
    return load_workbook(io.BytesIO(report))


def edited(change: Callable[[Workbook], object], report: bytes = REPORT) -> bytes:
    book = opened(report)
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def verified(report: bytes, ctx: StageContext = CTX) -> Verdict:
    return verify_report(report, ledger(ctx))


def found(verdict: Verdict) -> list[tuple[str, str, str, str]]:
    return [(p.kind, p.ref, p.stated, p.printed) for p in verdict.problems]


def values(name: str, report: bytes = REPORT) -> list[tuple[object, ...]]:
    return list(opened(report)[name].iter_rows(values_only=True))


# ---- what it holds ---------------------------------------------------------------------------------------------------


def test_the_sheets_come_in_order_and_the_manifest_is_out_of_sight() -> None:
    book = opened()
    assert tuple(book.sheetnames) == (*NAMES, MANIFEST_SHEET)
    assert book[MANIFEST_SHEET].sheet_state == "veryHidden"


def test_sheets_without_rows_are_left_out() -> None:
    assert opened(write_xlsx(empty())).sheetnames == ["总览", MANIFEST_SHEET]


def test_the_overview_lists_every_figure_with_its_definition() -> None:
    rows = values("总览")
    assert rows[0][0] == "关于群众反映突出问题专项整治进展情况的报告"
    assert rows[1][0] == "市委市政府督查室　数据时点：2026年11月23日18时30分；最近一次封存：2026年11月23日2时"
    assert rows[2] == ("数据项", "数值", "单位", "口径")
    assert rows[3] == ("登记事项", 128, "项", "登记的事项，不含已并案、已撤销的。")
    listed = {row[0]: row[1] for row in rows[3:]}
    assert (listed["销号率"], listed["在办：红灯"], listed["封存根值"]) == (0.75, 4, "cd34" * 16)


def test_breakdowns_are_numbers_and_rates_are_shown_as_percent() -> None:
    page = opened()["分单位"]
    assert [c.value for c in page[1]] == ["单位", "登记", "措施", "销号", "销号率", "在办", "逾期"]
    assert [c.value for c in page[3]] == ["市教育局", 411, 414, 417, 0.175, 423, 426]
    assert page["E3"].number_format == "0.0%"
    assert page["A14"].value == "合计"


def test_open_items_and_annex_are_whole() -> None:
    assert values("未销号事项")[1] == (
        "WT-2026-0040", "老旧小区供水管网改造进度滞后", "市发展和改革委员会", "2026年9月30日", "红灯", "办理中", "是",
        "征地拆迁涉及12户未签约，施工许可尚未办理；已列入专题会议研究",
    )  # fmt: skip
    assert [row[0] for row in values("事项进展情况表")[1:]] == [f"WT-2026-{n + 1:04d}" for n in range(6)]
    assert len(values("已销号事项")) == 1 + 7
    assert len(values("近期到期")) == 1 + 3


def test_heads_stay_in_sight_filter_and_repeat_in_print() -> None:
    page = opened()["事项进展情况表"]
    assert (page.freeze_panes, page.auto_filter.ref, page.print_title_rows) == ("A2", "A1:H7", "$1:$1")
    assert (page.page_setup.orientation, page.page_setup.fitToHeight, page.sheet_properties.pageSetUpPr.fitToPage) == (
        "landscape", 0, True,
    )  # fmt: skip
    assert opened()["总览"].auto_filter.ref == "A3:D49"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "\t=1", "'=1"])
def test_text_that_a_spreadsheet_would_run_stays_text(text: str) -> None:
    row = replace(annex_row(0), title=text)
    page = opened(write_xlsx(replace(CTX, annex=(row,))))["事项进展情况表"]
    assert (page["B2"].value, page["B2"].data_type) == (text, "s")
    assert page["B2"].quotePrefix == (text[0] in "=+-@\t")
    ctx = replace(CTX, annex=(row,))
    assert verified(write_xlsx(ctx), ctx).problems == ()


def test_text_longer_than_a_cell_says_that_it_is_cut() -> None:
    ctx = replace(CTX, annex=(replace(annex_row(0), progress="长" * 40_000),))
    text = values("事项进展情况表", write_xlsx(ctx))[1][7]
    assert isinstance(text, str)
    assert len(text) == MAX_TEXT
    assert text.endswith("长……（内容超过单元格上限，其余请在系统中查看）")


def test_characters_that_no_file_can_hold_are_left_out() -> None:
    ctx = replace(CTX, annex=(replace(annex_row(0), title="甲\x00\x0b\ufdd0乙\n丙"),))
    assert values("事项进展情况表", write_xlsx(ctx))[1][1] == "甲乙\n丙"
    assert verified(write_xlsx(ctx), ctx).problems == ()


@pytest.mark.parametrize(
    ("value", "number_format", "expected"),
    [
        (None, "General", ""), (3, "General", "3"), (3.0, "General", "3"), (0.75, "0.0%", "75.0%"), (1, "0.0%", "100.0%"),
        (0.8425, "0.0%", "84.3%"), (0.5, "0%", "50%"), (2.5, "General", "2.5"), (True, "General", "True"),
        (datetime(2026, 1, 5, tzinfo=UTC), "yyyy-mm-dd", "2026-01-05"), (date(2026, 1, 5), "General", "2026-01-05"),
        (" 甲_x000D_\r\n乙 ", "General", "甲\n乙"),
    ],
)  # fmt: skip
def test_values_are_read_as_they_are_shown(value: object, number_format: str, expected: str) -> None:
    assert shown(value, number_format) == expected


# ---- verification ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ctx", [CTX, rich(annex=0), empty()], ids=["rich", "no annex", "empty"])
def test_an_untouched_workbook_holds(ctx: StageContext) -> None:
    verdict = verified(write_xlsx(ctx), ctx)
    assert (verdict.ok, verdict.problems) == (True, ())
    assert verdict.checked >= 20


def test_a_workbook_saved_again_holds() -> None:
    assert verified(edited(lambda book: None)).problems == ()


def test_sheets_in_another_order_and_rows_sorted_or_moved_down_hold() -> None:
    def change(book: Workbook) -> None:
        book.move_sheet("事项进展情况表", -5)
        page = book["分类别"]
        page.insert_rows(1, 2)
        rows = [[c.value for c in row] for row in page.iter_rows(min_row=4, max_row=6)]
        formats = [[c.number_format for c in row] for row in page.iter_rows(min_row=4, max_row=6)]
        for r, (line, shape) in enumerate(zip(reversed(rows), reversed(formats), strict=True), 4):
            for c, (value, number_format) in enumerate(zip(line, shape, strict=True), 1):
                page.cell(r, c, value).number_format = number_format

    assert verified(edited(change)).problems == ()


def test_a_column_of_ones_own_holds_and_its_numbers_are_hints() -> None:
    def change(book: Workbook) -> None:
        book["分类别"]["H1"] = "备注"
        book["分类别"]["H2"] = "上月为18项"

    verdict = verified(edited(change))
    assert verdict.ok
    assert found(verdict) == [("number", "", "", "18")]


@pytest.mark.parametrize(
    ("sheet", "cell", "now", "expected"),
    [
        ("总览", "B4", 130, ("edited", "registered", "128", "130")),
        ("总览", "B5", None, ("removed", "measures", "356", "")),
        ("分单位", "G3", 0, ("edited", "overdue[unit=2]", "426", "0")),
        ("分单位", "E3", 0.99, ("edited", "finishing_rate[unit=2]", "17.5%", "99.0%")),
        ("分单位", "G3", "=400+26", ("edited", "overdue[unit=2]", "426", "=400+26")),
        ("未销号事项", "G2", "否", ("cell", "", "是", "否")),
        ("事项进展情况表", "E3", "2027年1月1日", ("cell", "", "2026年12月31日", "2027年1月1日")),
        ("总览", "D4", "另一种口径", ("cell", "", "登记的事项，不含已并案、已撤销的。", "另一种口径")),
    ],
)
def test_a_cell_edited_is_named(sheet: str, cell: str, now: object, expected: tuple[str, ...]) -> None:
    def change(book: Workbook) -> None:
        book[sheet][cell] = now

    assert found(verified(edited(change))) == [expected]


def test_the_place_names_sheet_row_and_column() -> None:
    def change(book: Workbook) -> None:
        book["分单位"]["G3"] = 0

    [problem] = verified(edited(change)).problems
    assert problem.message == "工作表“分单位”“市教育局”行“逾期”列：“逾期”现写作“0”，生成时为“426”。"


def test_a_deleted_row_is_named() -> None:
    [problem] = verified(edited(lambda book: book["事项进展情况表"].delete_rows(3))).problems
    assert problem.kind == "row"
    assert problem.message.startswith("表格里少了一行：“WT-2026-0002｜")


def test_a_deleted_sheet_names_its_figures_and_rows() -> None:
    kinds = [kind for kind, *_ in found(verified(edited(lambda book: book.remove(book["分类别"]))))]
    assert (kinds.count("removed"), kinds.count("row")) == (24, 5)


def test_a_removed_manifest_is_named() -> None:
    verdict = verified(edited(lambda book: book.remove(book[MANIFEST_SHEET])))
    assert found(verdict) == [("manifest-missing", "", "", "")]


def test_an_altered_manifest_is_named() -> None:
    def change(book: Workbook) -> None:
        cell = book[MANIFEST_SHEET]["A1"]
        cell.value = cell.value.replace('"value":"128"', '"value":"129"', 1)

    kinds = {kind for kind, *_ in found(verified(edited(change)))}
    assert kinds == {"manifest-altered", "value", "edited"}


def test_a_long_manifest_is_kept_whole() -> None:
    ctx = rich(annex=900)
    report = write_xlsx(ctx)
    assert opened(report)[MANIFEST_SHEET].max_row > 1
    assert verified(report, ctx).problems == ()


def test_a_ledger_that_says_otherwise_is_named() -> None:
    verdict = verify_report(REPORT, ledger(CTX, overdue="4"))
    assert found(verdict) == [("value", "overdue", "3", "")]
    assert verdict.problems[0].recomputed == "4"


def test_a_damaged_workbook_is_refused() -> None:
    parts = read_zip(REPORT)
    from bihuan.reports.package import write_zip

    with pytest.raises(NotAReport, match="工作簿打不开"):
        verified(write_zip({**parts, "xl/workbook.xml": b"<broken"}))


def test_rows_with_the_same_label_are_told_apart_by_their_order() -> None:
    twins = tuple(OpenItem("7", title, "甲局", "", "", "办理中", False, "") for title in ("一", "二"))
    ctx = replace(CTX, open_items=twins)

    def change(book: Workbook) -> None:
        book["未销号事项"]["B3"] = "三"

    assert found(verified(edited(change, write_xlsx(ctx)), ctx)) == [("cell", "", "二", "三")]


@settings(max_examples=often(15, 1000), deadline=None)
@given(st.integers(0, 10**12), st.text(max_size=30), st.text(max_size=30))
def test_any_text_and_any_number_come_back_as_they_were(count: int, title: str, progress: str) -> None:
    row = AnnexRow("1", title, "", "", "", "", "", progress)
    ctx = empty(figures={**sentence_figures(), "registered": figure("registered", str(count))}, annex=(row,))
    assert verified(write_xlsx(ctx), ctx).problems == ()
