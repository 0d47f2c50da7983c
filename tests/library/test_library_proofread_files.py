"""Files as texts: encodings and line ends of plain text, runs and tables of Word, and what comes back when it is fixed."""

import io
from datetime import UTC, datetime

import pytest
from docx import Document
from docx.oxml.ns import qn
from openpyxl import Workbook

from bihuan.library.extract.errors import DocumentDamaged
from bihuan.library.proofread.base import Level
from bihuan.library.proofread.engine import Options, review
from bihuan.library.proofread.source import NotFixable, NotReadable, plain_source, read_source
from bihuan.library.proofread.wordfile import NotWord, WordSource
from bihuan.rules.errors import BihuanError
from tests.support.damage import damaged

NOW = datetime(2026, 5, 6, 1, 2, 3, tzinfo=UTC)
WRONG = "关于防汛的通知\r\n请认真学习,抓好落实，，按时上报。\n另起一段\r完"


def fixed(source):
    return source.fixed(review(source.text, Options(mechanical=True)), NOW)


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [(b"", "utf-8"), (b"\xef\xbb\xbf", "utf-8"), (b"", "gb18030"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")],
)  # fmt: skip
def test_a_plain_text_keeps_its_encoding_mark_and_line_ends(mark, encoding):
    source = plain_source(mark + WRONG.encode(encoding))
    assert source.text.text == "关于防汛的通知\n请认真学习,抓好落实，，按时上报。\n另起一段\n完"
    assert fixed(source) == mark + "关于防汛的通知\r\n请认真学习，抓好落实，按时上报。\n另起一段\r完".encode(
        encoding
    )


def test_offsets_count_each_line_end_as_one_character():
    found = review(plain_source(WRONG.encode()).text, Options(mechanical=True))
    doubled = next(f for f in found if f.rule == "doubled-mark")
    assert (doubled.start, doubled.end, doubled.text, doubled.paragraph) == (18, 20, "，，", 2)


def test_marks_of_markdown_are_no_text(tmp_path):
    path = tmp_path / "a.md"
    path.write_text(
        "# 标题\n\n- 见[网页](https://example.com/a,b)和`a,b`。\n\n| 甲 | 乙 |\n|---|---|\n", "utf-8"
    )
    assert review(read_source(path).text, Options(mechanical=True)) == []


def test_files_that_cannot_be_read_are_refused_with_what_to_do(tmp_path):
    for name, data in (("a.xyz", b"x"), ("b.txt", b"\x00\x01"), ("c.txt", b"\x81\x20\xff")):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(NotReadable) as refused:
            read_source(tmp_path / name)
        assert refused.value.hint
    with pytest.raises(NotReadable, match="读不到"):
        read_source(tmp_path / "none.txt")
    with pytest.raises(NotWord):
        WordSource.read(b"PK no word file")


def test_utf_16_without_its_mark_is_read_and_written_back():
    source = plain_source(WRONG.encode("utf-16-le"))
    assert fixed(source) == fixed(plain_source(WRONG.encode())).decode().encode("utf-16-le")


def test_what_the_library_extracts_is_read_and_never_written_back(tmp_path):
    book = Workbook()
    book.active.append(["问题", "措施没有写完的一格，不是没有句号的一段话，也不必有"])
    book.active.append(["认真学习,", "抓好落实"])
    book.save(tmp_path / "a.xlsx")
    (tmp_path / "a.html").write_text("<p>认真学习,抓好落实。</p>", "utf-8")
    for name in ("a.xlsx", "a.html"):
        source = read_source(tmp_path / name)
        found = review(source.text, Options(mechanical=True))
        assert [f.rule for f in found] == ["half-width-mark"]
        with pytest.raises(NotFixable):
            source.fixed(found, NOW)


def test_a_pdf_that_is_damaged_is_refused_as_the_library_refuses_it(tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4 nonsense")
    with pytest.raises(DocumentDamaged):
        read_source(tmp_path / "a.pdf")


def test_a_package_with_a_changed_bit_is_refused_wherever_it_is(tmp_path):
    book = Workbook()
    book.active.append(["第一季度完成情况", "已完成90%"])
    out = io.BytesIO()
    book.save(out)
    for name, package, part in (
        ("a.docx", word(), "word/document.xml"),
        ("a.xlsx", out.getvalue(), "xl/worksheets/sheet1.xml"),
    ):
        for content in damaged(package, part, 40):
            (tmp_path / name).write_bytes(content)
            with pytest.raises(BihuanError):
                read_source(tmp_path / name)


def word(*build):
    document = Document()
    for make in build:
        make(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def split_runs(document):
    paragraph = document.add_paragraph("认真贯彻落实县委部署要求")
    paragraph.add_run(",").bold = True
    paragraph.add_run("切实抓好防汛").italic = True
    paragraph.add_run("工作，")
    paragraph.add_run("，现通知如下：")


def test_a_word_file_is_read_with_its_headings_tables_and_split_runs():
    def table(document):
        document.add_heading("一、总体要求", 1)
        document.add_table(1, 2).cell(0, 1).text = "共２件"

    source = WordSource.read(word(split_runs, table))
    assert (
        source.text.text
        == "认真贯彻落实县委部署要求,切实抓好防汛工作，，现通知如下：\n一、总体要求\n\n共２件"
    )
    assert [p.place for p in source.text.paragraphs] == ["body", "heading", "cell"]


def accepted(paragraph):
    """The words of a paragraph once its tracked changes are accepted."""
    return "".join(t.text for t in paragraph._p.iter(qn("w:t")))


def rejected(paragraph):
    """The words of a paragraph once its tracked changes are rejected."""
    kept = [
        t
        for t in paragraph._p.iter(qn("w:t"), qn("w:delText"))
        if t.getparent().getparent().tag != qn("w:ins")
    ]
    return "".join(t.text for t in kept)


def test_sure_findings_become_tracked_changes_that_keep_the_format():
    made = Document(io.BytesIO(fixed(WordSource.read(word(split_runs)))))
    paragraph = made.paragraphs[0]
    assert accepted(paragraph) == "认真贯彻落实县委部署要求，切实抓好防汛工作，现通知如下："
    assert rejected(paragraph) == "认真贯彻落实县委部署要求,切实抓好防汛工作，，现通知如下："
    (comma,) = [r for r in paragraph._p.iter(qn("w:ins")) if "，" in "".join(r.itertext())][:1]
    assert comma.find(f"{qn('w:r')}/{qn('w:rPr')}/{qn('w:b')}") is not None
    assert comma.get(qn("w:date")) == "2026-05-06T01:02:03Z"


def test_findings_that_need_a_person_become_comments():
    data = word(lambda d: d.add_paragraph("请于2026年2月30日前把有关情况报县政府办公室，不得延误。"))
    made = Document(io.BytesIO(fixed(WordSource.read(data))))
    assert [c.text for c in made.comments] == ["【错误】2月没有30日，请核对日期。"]
    assert made.paragraphs[0].text == "请于2026年2月30日前把有关情况报县政府办公室，不得延误。"


def test_an_insertion_deletes_nothing():
    data = word(
        lambda d: d.add_paragraph("关于防汛的通知"), lambda d: d.add_paragraph("各乡镇人民政府，县直各单位"),
        lambda d: d.add_paragraph("汛期将至，请抓好落实。"),
    )  # fmt: skip
    made = Document(io.BytesIO(fixed(WordSource.read(data))))
    assert accepted(made.paragraphs[1]) == "各乡镇人民政府，县直各单位："
    assert list(made.paragraphs[1]._p.iter(qn("w:del"))) == []


def test_text_that_is_marked_as_deleted_is_not_read_again():
    once = fixed(WordSource.read(word(split_runs)))
    again = WordSource.read(once)
    assert again.text.text == "认真贯彻落实县委部署要求，切实抓好防汛工作，现通知如下："
    assert [f for f in review(again.text, Options(mechanical=True)) if f.level is not Level.HINT] == []
