"""Verification of the Word file: what was edited by hand is named, what was not holds."""

import io
import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any
from xml.sax.saxutils import escape

import pytest
from docx import Document
from docx.document import Document as WordDocument
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from hypothesis import given, settings
from hypothesis import strategies as st

from bihuan.reports.context import LedgerPosition, StageContext
from bihuan.reports.manifest import dumps, loads
from bihuan.reports.package import NotAReport
from bihuan.reports.verdict import Problem, Recomputed, Verdict
from bihuan.reports.verify import verify_report
from bihuan.reports.word import write_docx
from tests.reports.samples import empty, figure, ledger, part, rewritten, rich, sentence_figures, template
from tests.support.damage import damaged
from tests.support.depth import often

CTX = rich(annex=6)
REPORT = write_docx(CTX)
MANIFEST = "customXml/item1.xml"
W = nsdecls("w")


def edited(change: Callable[[WordDocument], object], report: bytes = REPORT) -> bytes:
    document = Document(io.BytesIO(report))
    change(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def verified(report: bytes, ctx: StageContext = CTX, **changed: str) -> Verdict:
    return verify_report(report, ledger(ctx, **changed))


def errors(verdict: Verdict) -> list[tuple[str, str, str, str]]:
    return [(p.kind, p.ref, p.stated, p.printed) for p in verdict.problems if p.severity == "error"]


def hints(verdict: Verdict) -> list[tuple[str, str]]:
    return [(p.kind, p.printed) for p in verdict.problems if p.severity == "hint"]


def numbers(document: WordDocument, ref: str) -> list[Any]:
    """The runs that print figure ``ref``, found as the manifest names them."""
    uses = json.loads(loads_text(REPORT))["uses"]
    return [run for use in uses if use["ref"] == ref for run in bookmarked(document, use["id"])]


def bookmarked(document: WordDocument, use: int) -> list[Any]:
    """The run in each bookmark of ``use``."""
    marks = document.element.body.iter(qn("w:bookmarkStart"))
    return [mark.getnext() for mark in marks if mark.get(qn("w:name")) == f"bihuan_{use}"]


def loads_text(report: bytes) -> str:
    return parse_xml(part(report, MANIFEST).encode()).text or ""


def write(run: Any, text: str) -> None:
    next(run.iter(qn("w:t"))).text = text


def paragraph(document: WordDocument, start: str) -> Any:
    """The body paragraph whose printed text begins with ``start``."""
    for p in document.element.body.iter(qn("w:p")):
        if "".join(t.text or "" for t in p.iter(qn("w:t"))).startswith(start):
            return p
    raise AssertionError(start)


def carrying(manifest: str) -> Callable[[str], str]:
    """A change of the manifest's part: it holds the text ``manifest``."""
    return lambda xml: xml[: xml.index(">", xml.index("<manifest")) + 1] + escape(manifest) + "</manifest>"


def unmark(document: WordDocument) -> None:
    """Remove every bookmark and keep the text, as pasting into a new file does."""
    for tag in ("w:bookmarkStart", "w:bookmarkEnd"):
        for mark in list(document.element.body.iter(qn(tag))):
            mark.getparent().remove(mark)


# ---- what holds ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ctx", [CTX, rich(annex=0), empty()], ids=["rich", "no annex", "empty"])
def test_an_untouched_report_holds(ctx: StageContext) -> None:
    verdict = verified(write_docx(ctx), ctx)
    assert (verdict.ok, verdict.problems) == (True, ())
    assert verdict.checked > 0
    assert verdict.summary.endswith("处数字，全部相符。")


def test_a_report_saved_again_holds() -> None:
    assert verified(edited(lambda document: None)).problems == ()


def test_a_report_without_its_bookmarks_holds_by_its_text() -> None:
    assert verified(edited(unmark)).problems == ()


def test_a_moved_paragraph_holds() -> None:
    def move(document: WordDocument) -> None:
        moved = paragraph(document, "销号后开展回头看")
        document.element.body.insert(3, moved)

    assert verified(edited(move)).problems == ()


def test_digits_of_another_width_and_thousands_commas_are_the_same_number() -> None:
    ctx = rich(annex=0, figures={**CTX.figures, "registered": figure("registered", "12345")})
    report = rewritten(
        write_docx(ctx), {"word/document.xml": lambda xml: xml.replace(">12345<", ">１2,345<")}
    )
    assert verified(report, ctx).problems == ()


def test_a_number_that_touches_others_in_the_template_holds() -> None:
    report = write_docx(
        CTX,
        template("登记{{ 数据('registered') }}万项，第3{{ 数据('open') }}项，约-{{ 数据('finished') }}.5"),
    )
    assert verified(report).problems == ()


def test_a_figure_in_the_header_is_verified() -> None:
    document = Document()
    document.add_paragraph("正文")
    document.sections[0].header.paragraphs[0].text = "在办{{ 数据('open') }}项"
    out = io.BytesIO()
    document.save(out)
    report = write_docx(CTX, out.getvalue())
    assert verified(report).checked == 1
    assert verified(report).problems == ()
    changed = rewritten(report, {"word/header1.xml": lambda xml: xml.replace(">32<", ">33<")})
    assert errors(verified(changed)) == [("edited", "open", "32", "33")]


# ---- the ledger says something else ---------------------------------------------------------------------------------


def test_a_figure_that_the_ledger_does_not_confirm_is_named() -> None:
    verdict = verified(REPORT, registered="127")
    [problem] = verdict.problems
    assert problem == Problem(
        "value", "“登记事项”（registered）报告载明128，按台账重算为127。", "registered", "登记事项", "128",
        recomputed="127", place=problem.place,
    )  # fmt: skip
    assert problem.place.startswith("一、总体情况“")
    assert not verdict.ok
    assert verdict.summary.endswith("有1处不符。")


def test_a_figure_that_the_ledger_does_not_know_is_named() -> None:
    def forgetful(manifest: object) -> Recomputed:
        known = ledger(CTX)(manifest)  # type: ignore[arg-type]
        return Recomputed({ref: f for ref, f in known.figures.items() if ref != "merged"}, known.position)

    assert errors(verify_report(REPORT, forgetful)) == [("unknown", "merged", "2", "")]


def test_a_definition_that_has_changed_is_named() -> None:
    def redefined(manifest: object) -> Recomputed:
        known = ledger(CTX)(manifest)  # type: ignore[arg-type]
        other = replace(known.figures["merged"], definition="另一种口径。")
        return Recomputed({**known.figures, "merged": other}, known.position)

    [problem] = verify_report(REPORT, redefined).problems
    assert (problem.kind, problem.ref) == ("definition", "merged")
    assert problem.message.endswith("报告为“并入其他事项的事项。”，现行为“另一种口径。”。")


@pytest.mark.parametrize(
    ("position", "named"),
    [
        (None, ["台账里没有第1834条留痕"]),
        (replace(CTX.position, head="00" * 32), ["第1834条留痕的哈希值与台账不符"]),
        (replace(CTX.position, root="00" * 32), ["封存根值与台账不符"]),
        (
            LedgerPosition(1834, CTX.position.head),
            ["封存根值与台账不符", "封存条数与台账不符：报告载明1800，台账为0"],
        ),
    ],
)
def test_a_ledger_that_stands_elsewhere_is_named(position: LedgerPosition | None, named: list[str]) -> None:
    verdict = verify_report(REPORT, lambda m: Recomputed(ledger(CTX)(m).figures, position))
    messages = [p.message for p in verdict.problems]
    assert [p.kind for p in verdict.problems] == ["ledger"] * len(named)
    assert all(message.startswith(start) for message, start in zip(messages, named, strict=True))


# ---- hand edits ------------------------------------------------------------------------------------------------------


def test_a_number_edited_in_its_bookmark_is_named_with_its_place() -> None:
    verdict = verified(edited(lambda d: write(numbers(d, "registered")[0], "130")))
    assert errors(verdict) == [("edited", "registered", "128", "130")]
    [problem] = verdict.problems
    assert problem.place == "一、总体情况“共登记事项128项（其中需长”"
    assert problem.message == f"{problem.place}：“登记事项”现写作“130”，生成时为“128”。"
    assert problem.recomputed == "128"


def test_a_digit_typed_beside_a_bookmark_is_named() -> None:
    def type_before(document: WordDocument) -> None:
        numbers(document, "registered")[0].getprevious().getprevious().find(qn("w:t")).text += "9"

    assert errors(verified(edited(type_before))) == [("edited", "registered", "128", "9128")]


@pytest.mark.parametrize("suffix", ["0项", ".5项", "万项", "%项"])
def test_a_digit_point_or_unit_typed_behind_a_bookmark_is_named(suffix: str) -> None:
    def type_behind(document: WordDocument) -> None:
        text = numbers(document, "open")[0].getnext().getnext().find(qn("w:t"))
        text.text = text.text.replace("项", suffix, 1)

    [(kind, ref, stated, _)] = errors(verified(edited(type_behind)))
    assert (kind, ref, stated) == ("edited", "open", "32")


def test_a_tracked_change_is_read_as_it_prints() -> None:
    def track(document: WordDocument) -> None:
        run = numbers(document, "open")[0]
        deleted = parse_xml(f'<w:del {W} w:id="1" w:author="a"/>')
        inserted = parse_xml(f'<w:ins {W} w:id="2" w:author="a"/>')
        run.addnext(inserted)
        run.addnext(deleted)
        copy = deepcopy(run)
        copy.find(qn("w:t")).text = "31"
        inserted.append(copy)
        run.find(qn("w:t")).tag = qn("w:delText")
        deleted.append(run)

    assert errors(verified(edited(track))) == [("edited", "open", "32", "31")]


def test_a_hidden_number_does_not_count_as_printed() -> None:
    def hide(document: WordDocument) -> None:
        run = numbers(document, "open")[0]
        run.get_or_add_rPr().append(parse_xml(f"<w:vanish {W}/>"))

    assert errors(verified(edited(hide))) == [("removed", "open", "32", "")]


def test_a_number_edited_after_its_bookmark_was_removed_is_named() -> None:
    def change(document: WordDocument) -> None:
        unmark(document)
        for text in paragraph(document, "在办").iter(qn("w:t")):
            text.text = "33" if text.text == "32" else text.text

    assert errors(verified(edited(change))) == [("edited", "open", "32", "33")]


def test_a_table_cell_edited_is_named_with_row_and_column() -> None:
    verdict = verified(edited(lambda d: write(numbers(d, "overdue[unit=2]")[0], "0")))
    assert errors(verdict) == [("edited", "overdue[unit=2]", "426", "0")]
    assert verdict.problems[0].place == "表2　分单位进展情况“市教育局”行“逾期”列"


def test_a_table_cell_edited_after_its_bookmark_was_removed_is_named() -> None:
    def change(document: WordDocument) -> None:
        unmark(document)
        document.tables[1].rows[2].cells[6].paragraphs[0].runs[0].text = "0"

    assert errors(verified(edited(change))) == [("edited", "overdue[unit=2]", "426", "0")]


@pytest.mark.parametrize(
    ("column", "was", "now"),
    [
        (1, "农村饮水安全工程管护责任不落实", "别的事项"),
        (3, "2026年12月31日", "2027年3月31日"),
        (4, "已销号", "办理中"),
        (5, "已完成", "已完成90%"),
    ],
)
def test_a_cell_of_the_annex_edited_is_named(column: int, was: str, now: str) -> None:
    def change(document: WordDocument) -> None:
        document.tables[3].rows[3].cells[column].paragraphs[0].runs[0].text = now

    verdict = verified(edited(change))
    assert [(p.kind, p.stated, p.printed) for p in verdict.problems] == [("cell", was, now)]
    assert "“WT-2026-0003”行" in verdict.problems[0].message


def test_a_row_taken_out_of_the_annex_is_named() -> None:
    def change(document: WordDocument) -> None:
        row = document.tables[3].rows[2]._tr
        row.getparent().remove(row)

    [problem] = verified(edited(change)).problems
    assert problem.kind == "row"
    assert problem.message.startswith("表格里少了一行：“WT-2026-0002｜城东片区中小学学位供给不足｜")


def test_a_row_added_to_the_annex_is_a_hint_at_its_numbers() -> None:
    def change(document: WordDocument) -> None:
        row = deepcopy(document.tables[3].rows[2]._tr)
        document.tables[3]._tbl.append(row)
        for cell in document.tables[3].rows[-1].cells:
            cell.paragraphs[0].runs[0].text = "增加的77"

    verdict = verified(edited(change))
    assert (errors(verdict), hints(verdict)) == ([], [("number", "77")])


def test_a_deleted_sentence_names_each_of_its_figures() -> None:
    def change(document: WordDocument) -> None:
        gone = paragraph(document, "销号后开展回头看")
        gone.getparent().remove(gone)

    found = errors(verified(edited(change)))
    assert found == [
        ("removed", "looked_back", "12", ""), ("removed", "relapsed", "1", ""), ("removed", "chosen", "5", ""),
        ("removed", "reopened", "1", ""), ("removed", "extended", "4", ""), ("removed", "institutions", "2", ""),
        ("removed", "institutions_revised", "1", ""),
    ]  # fmt: skip


def test_a_deleted_table_names_its_rows_and_figures() -> None:
    def change(document: WordDocument) -> None:
        gone = document.tables[2]._tbl
        gone.getparent().remove(gone)

    kinds = [kind for kind, *_ in errors(verified(edited(change)))]
    assert (kinds.count("removed"), kinds.count("row")) == (4 * 6, 5)


def test_a_sentence_with_a_new_number_is_a_hint() -> None:
    verdict = verified(edited(lambda d: d.add_paragraph("另外还办结了25件信访积案。")))
    assert (errors(verdict), hints(verdict)) == ([], [("number", "25")])
    assert verdict.ok
    assert (
        verdict.problems[0].message == "“25”没有数据项支撑，是后来加的或改的：“另外还办结了25件信访积案。”。"
    )
    assert verdict.summary.endswith("全部相符；另有1处请人工核对。")


def test_a_new_number_in_chinese_characters_is_a_hint() -> None:
    verdict = verified(edited(lambda d: d.add_paragraph("另外还办结了一百二十件。")))
    assert hints(verdict) == [("number", "一百二十")]


def test_a_date_changed_in_a_sentence_about_an_open_item_is_a_hint() -> None:
    def change(document: WordDocument) -> None:
        for text in paragraph(
            document, "1.老旧小区供水管网改造进度滞后（市发展和改革委员会，编号WT-2026-0040"
        ).iter(qn("w:t")):
            text.text = (text.text or "").replace("2026年9月30日", "2026年10月31日")

    verdict = verified(edited(change))
    assert (errors(verdict), hints(verdict)) == ([], [("number", "10"), ("number", "31")])


def test_words_changed_around_a_figure_are_a_hint() -> None:
    def change(document: WordDocument) -> None:
        for text in paragraph(document, "在办").iter(qn("w:t")):
            text.text = (text.text or "").replace("在办", "已办结")

    verdict = verified(edited(change))
    assert errors(verdict) == []
    [problem] = verdict.problems
    assert problem.kind == "wording"
    assert problem.message.startswith("带数据的句子改过措辞，请核对意思是否仍与数据相符：现为“已办结32项，")


def test_a_named_item_taken_out_of_the_text_is_a_hint() -> None:
    def change(document: WordDocument) -> None:
        gone = paragraph(document, "2.部分政务服务事项仍需线下重复提交材料（市卫生健康委员会")
        gone.getparent().remove(gone)

    verdict = verified(edited(change))
    assert (errors(verdict), hints(verdict)) == ([], [("deleted", "")])


def test_a_sentence_rewritten_without_its_bookmark_keeps_the_number_only_as_a_hint() -> None:
    def change(document: WordDocument) -> None:
        unmark(document)
        rewritten_ = paragraph(document, "尚有")
        runs = list(rewritten_.iter(qn("w:t")))
        runs[0].text = "目前有32项尚未销号，其中3项逾期，具体事项和原因如下。"
        for text in runs[1:]:
            text.text = ""

    verdict = verified(edited(change))
    assert errors(verdict) == []
    assert {kind for kind, _ in hints(verdict)} == {"unanchored", "wording"}


def test_a_copied_sentence_with_another_number_is_named() -> None:
    def change(document: WordDocument) -> None:
        source = paragraph(document, "在办")
        copy = deepcopy(source)
        source.addnext(copy)
        write(next(copy.iter(qn("w:bookmarkStart"))).getnext(), "40")

    assert errors(verified(edited(change))) == [("edited", "open", "32", "40")]


def test_a_bookmark_of_another_report_is_named() -> None:
    def change(document: WordDocument) -> None:
        numbers(document, "open")[0].getprevious().set(qn("w:name"), "bihuan_9999")

    assert errors(verified(edited(change))) == [("unlisted", "", "", "32")]


def test_a_number_typed_over_with_its_bookmark_is_named() -> None:
    def type_over(document: WordDocument) -> None:
        run = numbers(document, "open")[0]
        for mark in (run.getprevious(), run.getnext()):
            mark.getparent().remove(mark)
        write(run, "23")

    assert errors(verified(edited(type_over))) == [("edited", "open", "32", "23")]


def test_words_typed_into_the_bookmark_behind_the_number_hold_as_a_hint() -> None:
    def type_behind(document: WordDocument) -> None:
        write(numbers(document, "open")[0], "32个")

    verdict = verified(edited(type_behind))
    assert (errors(verdict), hints(verdict)) == (
        [],
        [
            (
                "wording",
                "在办32个项，其中红灯4项、黄灯8项、绿灯20项。逾期3项；正在审核5项、挂起1项、报称完成待核实2项。",
            )
        ],
    )


@pytest.mark.parametrize("typed", ["32", "33"])
def test_a_number_typed_beside_its_emptied_bookmark_is_read_there(typed: str) -> None:
    def retype(document: WordDocument) -> None:
        run = numbers(document, "open")[0]
        run.getnext().addnext(run)
        write(run, typed)

    assert errors(verified(edited(retype))) == ([] if typed == "32" else [("edited", "open", "32", "33")])


def test_a_bookmark_that_ends_in_a_later_paragraph_holds() -> None:
    def join(document: WordDocument) -> None:
        end = numbers(document, "looked_back")[0].getnext()
        paragraph(document, "（一）分清单情况").append(end)

    assert verified(edited(join)).problems == ()


@settings(max_examples=often(20, 1000), deadline=None)
@given(st.data())
def test_any_figure_changed_anywhere_is_found(data: st.DataObject) -> None:
    uses = json.loads(loads_text(REPORT))["uses"]
    use = data.draw(st.sampled_from(uses))
    value = data.draw(st.text("0123456789.%", min_size=0, max_size=6))
    stated = CTX.figure(use["ref"]).value
    report = edited(lambda d: [write(run, value) for run in bookmarked(d, use["id"])])
    named = {p.ref for p in verified(report).problems}
    assert named == (set() if value == stated else {use["ref"]})


# ---- the manifest ----------------------------------------------------------------------------------------------------


def test_a_removed_manifest_is_named() -> None:
    report = rewritten(REPORT, {MANIFEST: lambda _: "<other/>"})
    verdict = verified(report)
    assert [p.kind for p in verdict.problems] == ["manifest-missing"]
    assert not verdict.ok


def test_a_manifest_that_cannot_be_read_is_named() -> None:
    report = rewritten(REPORT, {MANIFEST: lambda xml: xml.replace('{"as_of"', '{"as_of', 1)})
    assert [p.kind for p in verified(report).problems] == ["manifest-unreadable"]


def test_a_manifest_of_another_format_is_named() -> None:
    report = rewritten(REPORT, {MANIFEST: lambda xml: xml.replace('"format":1', '"format":2', 1)})
    [problem] = verified(report).problems
    assert problem.message == "文件里的校验清单读不出来（格式版本 2）。"


def test_a_value_altered_in_the_manifest_is_named_by_digest_ledger_and_text() -> None:
    report = rewritten(REPORT, {MANIFEST: lambda xml: xml.replace('"value":"128"', '"value":"130"', 1)})
    found = {(kind, ref, stated, printed) for kind, ref, stated, printed in errors(verified(report))}
    assert found >= {
        ("manifest-altered", "", "", ""), ("value", "registered", "130", ""), ("edited", "registered", "130", "128"),
    }  # fmt: skip


def test_a_value_altered_everywhere_with_a_fresh_digest_is_still_named_by_the_ledger() -> None:
    manifest = loads(loads_text(REPORT))
    figures = {**manifest.figures, "registered": replace(manifest.figures["registered"], value="130")}
    forged = dumps(replace(manifest, figures=figures))

    change = {MANIFEST: carrying(forged), "word/document.xml": lambda xml: xml.replace(">128<", ">130<")}
    assert {e[:3] for e in errors(verified(rewritten(REPORT, change)))} == {("value", "registered", "130")}


def test_a_use_taken_out_of_the_manifest_is_named() -> None:
    manifest = loads(loads_text(REPORT))
    forged = dumps(replace(manifest, uses=manifest.uses[1:]))

    assert errors(verified(rewritten(REPORT, {MANIFEST: carrying(forged)}))) == [("unlisted", "", "", "128")]


def test_the_manifest_is_canonical_and_reads_back_the_same() -> None:
    text = loads_text(REPORT)
    manifest = loads(text)
    assert dumps(manifest) == text
    assert manifest.intact
    assert (manifest.campaign, manifest.as_of, manifest.position) == (CTX.campaign, CTX.as_of, CTX.position)
    assert {
        ref: f for ref, f in manifest.figures.items() if not ref.startswith("ledger.")
    }.items() <= CTX.figures.items()
    assert [use.id for use in manifest.uses] == list(range(1, len(manifest.uses) + 1))


# ---- files that are no report ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "打不开"),
        (b"just text", "打不开"),
        (REPORT[: len(REPORT) // 2], "打不开"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "加了密码，或是旧的"),
    ],
)
def test_a_file_that_is_no_report_is_refused_with_a_reason(data: bytes, message: str) -> None:
    with pytest.raises(NotAReport, match=message):
        verified(data)


def test_a_zip_that_is_no_report_is_refused() -> None:
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("a.txt", "x")
    with pytest.raises(NotAReport, match="不是 docx 或 xlsx"):
        verified(out.getvalue())


def test_a_word_file_that_is_no_report_has_no_manifest() -> None:
    assert [p.kind for p in verified(template("一份普通的文件")).problems] == ["manifest-missing"]


def test_a_damaged_part_is_refused() -> None:
    with pytest.raises(NotAReport, match="内部已损坏"):
        verified(rewritten(REPORT, {"word/document.xml": lambda xml: xml[:-20]}))


def test_a_part_with_a_changed_bit_is_refused_wherever_it_is() -> None:
    for content in damaged(REPORT, "word/document.xml", 40):
        with pytest.raises(NotAReport):
            verified(content)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bihuan.reports.package.MAX_BYTES", 10_000)
    with pytest.raises(NotAReport, match="没有打开"):
        verified(REPORT)


def test_a_report_on_nothing_with_one_figure_holds() -> None:
    ctx = empty(figures=sentence_figures(merged="1"))
    assert verified(write_docx(ctx), ctx).problems == ()
