"""The Word file itself: what it says, what it carries, and that the same context gives the same bytes."""

import io
import json
import re
import zipfile

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from bihuan import __version__
from bihuan.reports import layout
from bihuan.reports.finish import break_title
from bihuan.reports.marks import END, MIDDLE, START
from bihuan.reports.reading import read_blocks
from bihuan.reports.word import write_docx
from tests.reports.samples import (
    AS_OF,
    empty,
    figure,
    open_item,
    part,
    rich,
    sentence_figures,
    template,
    texts,
)

REPORT = write_docx(rich(annex=6))


def manifest(report: bytes = REPORT) -> dict[str, object]:
    made: dict[str, object] = json.loads(parse_xml(part(report, "customXml/item1.xml").encode()).text or "")
    return made


def test_an_empty_report_says_only_what_there_is_to_say() -> None:
    assert texts(write_docx(empty())) == [
        "关于安全生产专项整治进展情况的报告",
        "现将安全生产专项整治截至2026年11月23日的进展情况报告如下：",
        "一、总体情况",
        "截至2026年11月23日，尚未登记事项。",
        "特此报告。",
        "市安委办",
        "2026年1月5日",
        f"注：本报告数据由台账生成，数据时点为2026年11月23日18时30分。写报告时台账共有留痕12条，末条哈希值{'0f' * 32}；"
        "尚未封存。各项数据可用 bihuan verify-report 逐项复核。",
    ]


def test_headings_close_up_when_a_part_is_empty() -> None:
    figures = sentence_figures(registered="1", open="1")
    found = texts(write_docx(empty(figures=figures, open_items=(open_item(5),))))
    assert [text for text in found if re.match("[一二三四]、", text)] == [
        "一、总体情况",
        "二、未完成事项及原因",
        "三、下步工作",
    ]


def test_a_full_report_has_every_part_in_order() -> None:
    found = texts(REPORT)
    assert [text for text in found if re.match("[一二三四五]、|（[一二三]）", text)] == [
        "一、总体情况", "（一）分清单情况", "（二）分单位情况", "（三）分类别情况", "二、工作开展情况", "三、未完成事项及原因",
        "四、下步工作",
    ]  # fmt: skip
    assert found[0] == "市督〔2026〕18号"
    assert [text for text in found if "附件：" in text or text.startswith("2.各")] == [
        "附件：1.事项进展情况表",
        "2.各单位负担情况表",
    ]
    assert [text for text in found if re.fullmatch(r"附件\d?", text)] == ["附件1", "附件2"]
    numbers = [int(text.partition(".")[0]) for text in found if re.match(r"\d+\.(?!各单位)", text)]
    assert numbers == [*range(1, 8), *range(1, 13)]
    tables = Document(io.BytesIO(REPORT)).tables
    assert [len(table.rows) for table in tables] == [6, 14, 5, 7, 4]


def test_no_mark_and_no_tag_is_left_in_any_part() -> None:
    with zipfile.ZipFile(io.BytesIO(REPORT)) as opened:
        for name in opened.namelist():
            text = opened.read(name).decode()
            if not name.startswith("customXml/"):
                assert not set(text) & {START, MIDDLE, END}, name
                assert "{{" not in text, name
                assert "{%" not in text, name


def test_every_count_in_tables_and_sentences_stands_in_a_bookmark() -> None:
    for block in read_blocks(
        {name: part(REPORT, name).encode() for name in ("_rels/.rels", "word/document.xml")}
    ):
        if block.context.startswith("表") and block.table in (1, 2, 3) and block.cells[1].spans:
            assert all(cell.spans == [(0, len(cell.text), cell.spans[0][2])] for cell in block.cells[1:])


def test_each_use_is_plain_text_in_a_bookmark_of_its_number() -> None:
    body = Document(io.BytesIO(REPORT)).element.body
    uses = manifest()["uses"]
    assert isinstance(uses, list)
    values = {f["ref"]: f["value"] for f in manifest()["figures"]}  # type: ignore[attr-defined]
    marks = list(body.iter(qn("w:bookmarkStart")))
    assert [mark.get(qn("w:name")) for mark in marks] == [f"bihuan_{use['id']}" for use in uses]
    assert [mark.getnext().text for mark in marks] == [values[use["ref"]] for use in uses]
    ends = [mark.getnext().getnext() for mark in marks]
    assert [(end.tag, end.get(qn("w:id"))) for end in ends] == [
        (qn("w:bookmarkEnd"), m.get(qn("w:id"))) for m in marks
    ]
    assert len({mark.get(qn("w:id")) for mark in marks}) == len(marks)


def test_common_tools_read_the_numbers_as_text() -> None:
    document = Document(io.BytesIO(REPORT))
    assert any(p.text.startswith("在办32项，其中红灯4项") for p in document.paragraphs)
    assert [cell.text for cell in document.tables[0].rows[1].cells] == [
        "问题整改清单",
        "200",
        "203",
        "206",
        "10.5%",
        "212",
        "215",
    ]


def test_the_manifest_says_what_when_and_from_which_ledger() -> None:
    made = manifest()
    ctx = rich(annex=6)
    assert (made["version"], made["campaign"], made["title"]) == (__version__, ctx.campaign, ctx.title)
    assert made["as_of"] == AS_OF.isoformat() == "2026-11-23T18:30:00+08:00"
    assert made["ledger"] == {
        "seq": 1834, "head": "ab12" * 16, "root": "cd34" * 16, "count": 1800, "sealed_at": "2026-11-23T02:00:00+08:00",
    }  # fmt: skip
    figures = {f["ref"]: f for f in made["figures"]}  # type: ignore[attr-defined]
    assert figures["overdue"] == {
        "ref": "overdue", "label": "逾期", "value": "3", "unit": "项",
        "definition": "已过办结时限、尚未销号的事项，不含已挂起的。",
    }  # fmt: skip
    assert set(figures) == {use["ref"] for use in made["uses"]}  # type: ignore[attr-defined]


def test_the_manifest_has_the_properties_part_by_which_word_keeps_it() -> None:
    relations = part(REPORT, "word/_rels/document.xml.rels")
    assert "../customXml/item1.xml" in relations
    assert "urn:bihuan:manifest:1" in part(REPORT, "customXml/itemProps1.xml")
    assert "itemProps1.xml" in part(REPORT, "customXml/_rels/item1.xml.rels")


def test_the_same_context_gives_the_same_bytes() -> None:
    assert write_docx(rich(annex=6)) == REPORT


def test_the_properties_of_the_file_are_plain_text() -> None:
    document = Document(io.BytesIO(REPORT))
    assert document.core_properties.title == "关于群众反映突出问题专项整治进展情况的报告"
    assert document.core_properties.author == "市委市政府督查室"


def test_an_office_may_write_its_own_sentence_with_a_figure_in_its_own_format() -> None:
    document = Document(io.BytesIO(template("本月登记{{ 数据('registered') }}项。")))
    document.paragraphs[0].runs[0].bold = True
    out = io.BytesIO()
    document.save(out)
    made = Document(io.BytesIO(write_docx(rich(annex=0), out.getvalue())))
    runs = list(made.paragraphs[0]._p.iter(qn("w:r")))
    assert ["".join(t.text for t in run.iter(qn("w:t"))) for run in runs] == ["本月登记", "128", "项。"]
    assert all(run.find(qn("w:rPr")).find(qn("w:b")) is not None for run in runs)


def test_a_line_break_beside_a_figure_is_kept() -> None:
    document = Document(io.BytesIO(template("占位")))
    run = document.paragraphs[0].runs[0]
    run.text = "甲\n登记{{ 数据('registered') }}项"
    out = io.BytesIO()
    document.save(out)
    made = Document(io.BytesIO(write_docx(rich(annex=0), out.getvalue())))
    names = [
        child.tag.partition("}")[2]
        for child in made.paragraphs[0]._p.iter()
        if child.tag in (qn("w:t"), qn("w:br"))
    ]
    assert names == ["t", "br", "t", "t", "t"]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("关于群众反映突出问题专项整治进展情况的报告", "关于群众反映突出问题专项整治\n进展情况的报告"),
        (
            "不忘初心牢记使命主题教育问题整改阶段性工作情况报告",
            "不忘初心牢记使命主题教育问题\n整改阶段性工作情况报告",
        ),
        ("关于短题目进展情况的报告", "关于短题目进展情况的报告"),
        (
            "关于一个很长而又没有常见结尾的文件的题目怎么断行的请示",
            "关于一个很长而又没有常见结尾的文件的题目怎么断行的请示",
        ),
    ],
)
def test_a_long_title_is_broken_before_its_usual_ending(title: str, expected: str) -> None:
    paragraph = Document().add_paragraph(title)
    break_title(paragraph)
    assert paragraph.text == expected


def test_the_page_is_that_of_the_standard() -> None:
    section = Document(io.BytesIO(REPORT)).sections[0]
    millimetres = (
        section.page_width,
        section.page_height,
        section.top_margin,
        section.left_margin,
        section.bottom_margin,
        section.right_margin,
    )
    assert [round(length.mm) for length in millimetres] == [210, 297, 37, 28, 35, 26]
    grid = section._sectPr.find(qn("w:docGrid"))
    assert {key.partition("}")[2]: value for key, value in grid.items()} == {
        "type": "linesAndChars", "linePitch": "579", "charSpace": "-849",
    }  # fmt: skip
    assert (
        layout.LINES * layout.LINE / 20 * 25.4 / 72 <= 225 < (layout.LINES + 1) * layout.LINE / 20 * 25.4 / 72
    )
    assert (
        layout.CHARACTERS * layout.CHARACTER <= layout.TEXT_WIDTH < (layout.CHARACTERS + 1) * layout.CHARACTER
    )


@pytest.mark.parametrize(
    ("style", "font", "points"),
    [
        ("Normal", "仿宋_GB2312", 16), ("Title", "方正小标宋简体", 22), ("Heading1", "黑体", 16), ("Heading2", "楷体_GB2312", 16),
        ("Heading3", "仿宋_GB2312", 16), ("FooterOdd", "宋体", 14), ("FooterEven", "宋体", 14),
    ],
)  # fmt: skip
def test_fonts_and_sizes_are_those_of_the_standard(style: str, font: str, points: int) -> None:
    styles = {s.style_id: s for s in Document(io.BytesIO(REPORT)).styles}
    properties = styles[style].element.find(qn("w:rPr"))
    assert properties.find(qn("w:rFonts")).get(qn("w:eastAsia")) == font
    assert int(properties.find(qn("w:sz")).get(qn("w:val"))) == 2 * points


def test_missing_official_fonts_have_a_replacement_in_the_font_table() -> None:
    table = part(REPORT, "word/fontTable.xml")
    for name in ("仿宋_GB2312", "方正小标宋简体", "黑体", "楷体_GB2312", "宋体"):
        assert re.search(f'w:name="{name}"><w:altName w:val="[^"]+"', table)


def test_a_report_with_nothing_due_says_so() -> None:
    ctx = rich(annex=0, next_steps=())
    assert "2026年12月31日以前没有到期的事项，未销号事项按各自时限继续办理。" in texts(write_docx(ctx))


def test_a_rate_of_nothing_is_a_dash_in_tables() -> None:
    ctx = rich(annex=0)
    ref = ctx.by_class.rows[0].cells["finishing_rate"]
    ctx = rich(annex=0, figures={**ctx.figures, ref: figure(ref, "—")})
    cell = Document(io.BytesIO(write_docx(ctx))).tables[2].rows[1].cells[4]._tc
    assert [text.text for text in cell.iter(qn("w:t"))] == ["—"]
