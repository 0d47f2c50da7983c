"""Templates: what they may do, and how a mistake in one is told."""

import io
import re
from collections.abc import Callable

import pytest
from docx import Document
from docx.oxml import parse_xml

from bihuan.reports.make_templates import STAGE, stage_template
from bihuan.reports.package import NotAReport, read_zip
from bihuan.reports.template import OfficeTemplate
from bihuan.reports.template_tags import TemplateInvalid
from bihuan.reports.values import Numbering, chinese_number, template_values
from bihuan.reports.word import write_docx
from tests.reports.samples import empty, rewritten, rich, template, texts

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def mistake(*paragraphs: str) -> TemplateInvalid:
    with pytest.raises(TemplateInvalid) as caught:
        write_docx(rich(annex=3), template(*paragraphs))
    return caught.value


def table_template(rows: list[list[str]]) -> bytes:
    document = Document()
    table = document.add_table(len(rows), len(rows[0]))
    for row, words in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, words, strict=True):
            cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_the_committed_template_is_the_one_that_the_code_makes() -> None:
    assert read_zip(STAGE) == read_zip(stage_template())


def test_every_name_in_the_built_in_template_is_offered_and_the_names_are_chinese() -> None:
    names = template_values(rich())
    assert all(re.fullmatch("[\u4e00-\u9fff]+", name) for name in names)
    write_docx(rich())
    write_docx(empty())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("共{{ 总体情况况 }}", "没有“总体情况况”这个名称。是不是要写“总体情况”？"),
        ("{{ xyz }}", "没有“xyz”这个名称。可用的名称：标题、发文字号、"),
        ("{% if 主送 %}{{ zzz }}{% endif %}", "没有“zzz”这个名称。"),
        ("{{ 标题", "标签没有写完：“{{”没有与它配对的另一半。"),
        ("标题 }}", "标签没有写完：“}}”没有与它配对的另一半。"),
        ("{{ 标题 %}", "标签“{{ 标题 %}”的开头和结尾不配对。"),
        ("｛｛ 标题 ｝｝", "标签的花括号和百分号要用英文半角。"),
        ("{%p for 段 in 总体情况 %}", "“for”没有结束，缺少“{%p endfor %}”。"),
        ("{% if 主送 %}您好", "“if”没有结束，缺少“{% endif %}”。"),
        ("{%p endfor %}", "“endfor”前面没有对应的“for”。"),
        ("{% else %}", "“else”前面没有对应的“if”。"),
        ("{% for 段 in 总体情况 %}{% endif %}", "“endif”与正文第3段“{% for 段 in 总体情况 %}{% endif %}”的“for”不配对。"),
        ("{%p if 主送 %}您好", "“{%p … %}”要独占一段，不能和其他文字或标签放在一起。"),
        ("{%tr for 段 in 总体情况 %}", "“{%tr”只能写在表格里。"),
        ("{{r 标题 }}", "“{{r 标题 }}”的花括号后面要先空一格，直接写名称。"),
        ("{{p 标题 }}", "“{{p 标题 }}”的花括号后面要先空一格，直接写名称。"),
        ("{{ 数据（'open'） }}", "不认识字符“（”，标签里的括号、引号、逗号要用英文半角。"),
        ("{{ 标题 标题 }}", "在“标题”附近写法不对。"),
        ("{{ }}", "标签里没有内容，或者没有写完。"),
        ("{% foo %}", "没有“foo”这种语句。"),
        ("{{ 标题|upper }}", "没有“upper”这种处理。"),
        ("{{ 标题 is blue }}", "没有“blue”这种判断。"),
        ("{% for 表 in 分项统计 %}{{ 表.题目 }}{% endfor %}", "没有“题目”这一项。"),
        ("{{ 数据('opn') }}", "这份报告没有数据项“opn”。是不是要写“open”？"),
        ("{{ 数据() }}", "这里的写法不能用"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_paragraph(text: str, problem: str) -> None:
    error = mistake("正常的一段", "{{ 标题 }}", text, "后面还有一段")
    assert error.problem.startswith(problem)
    assert error.place == f"正文第3段“{text}”"
    assert str(error).startswith(f"模板有误：正文第3段“{text}”，{problem}")


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__ }}", "{{ ''.__class__.__mro__[1].__subclasses__() }}", "{{ 数据.__globals__ }}",
        "{{ 数据._function }}", "{{ 数据.__call__.__globals__ }}", "{{ 总体情况.__class__ }}", "{{ self }}",
        "{{ self._TemplateReference__context }}", "{{ cycler.__init__.__globals__.os }}", "{{ lipsum() }}",
        "{{ range(1000000000) }}", "{{ '数'.ljust(1000000000) }}", "{{ '{0.__class__}'.format(标题) }}",
        "{{ 标题 * 1000000000 }}", "{{ 10 ** 10 ** 10 }}", "{{ 1 + 1 }}", "{{ -1 }}", "{{ 标题 ~ 标题 }}",
        "{% set 甲 = 标题 %}", "{% macro 甲() %}{% endmacro %}", "{% include 'x' %}", "{% import 'x' as y %}",
        "{% extends 'x' %}", "{% block 甲 %}{% endblock %}", "{% filter upper %}{% endfilter %}",
        "{% call 数据('open') %}{% endcall %}", "{{ 标题|attr('__class__') }}", "{{ 总体情况|map('upper') }}",
        "{{ 分项统计[0].clear() }}", "{{ 分项统计[0].update(甲=1) }}", "{% autoescape false %}{% endautoescape %}",
        "{{ 标题|safe }}", "{{ 数据['_function'] }}",
    ],
)  # fmt: skip
def test_the_sandbox_refuses_what_is_not_for_for_if_or_a_value(text: str) -> None:
    error = mistake("第一段", text)
    assert error.place == f"正文第2段“{text}”"
    assert error.code == "template-invalid"


def test_values_are_text_and_never_xml() -> None:
    ctx = rich(annex=0, title="关于<w:p>&amp;{{ 标题 }}“引号”的报告\x0b\u2028第二行")
    made = write_docx(ctx, template("{{ 标题 }}", "完"))
    assert texts(made) == ["关于<w:p>&amp;{{ 标题 }}“引号”的报告；第二行", "完"]


def test_a_tag_that_word_split_over_runs_is_one_tag() -> None:
    document = Document()
    paragraph = document.add_paragraph()
    for piece in ("在办{", "{ 数", "据(“op", "en”) }", "}项"):
        paragraph.add_run(piece).bold = piece == "{ 数"
    out = io.BytesIO()
    document.save(out)
    assert texts(write_docx(rich(annex=0), out.getvalue())) == ["在办32项"]


def test_a_loop_over_rows_and_one_over_columns_fill_a_table() -> None:
    rows = [
        ["{{ 表.首列 }}", "{%tc for 列 in 表.列 %}", "{{ 列 }}", "{%tc endfor %}"],
        ["{%tr for 行 in 表.行 %}", "", "", ""],
        ["{{ 行.名称 }}", "{%tc for 值 in 行.值 %}", "{{ 值 }}", "{%tc endfor %}"],
        ["{%tr endfor %}", "", "", ""],
    ]
    document = Document(io.BytesIO(table_template(rows)))
    body = document.element.body
    for at, tag in ((len(body) - 1, "{%p endfor %}"), (0, "{%p for 表 in 分项统计 %}")):
        body.insert(at, parse_xml(f"<w:p {W}><w:r><w:t>{tag}</w:t></w:r></w:p>"))
    out = io.BytesIO()
    document.save(out)
    made = Document(io.BytesIO(write_docx(rich(annex=0), out.getvalue())))
    table = made.tables[0]
    assert [c.text for c in table.rows[0].cells] == ["清单", "登记", "措施", "销号", "销号率", "在办", "逾期"]
    assert len(table.columns) == 7
    assert [len(t.rows) for t in made.tables] == [6, 14, 5]


def test_text_beside_a_row_tag_is_told_instead_of_dropped() -> None:
    rows = [["{%tr for 行 in 附件行 %}", "会丢的字"], ["{{ 行.编号 }}", ""], ["{%tr endfor %}", ""]]
    with pytest.raises(TemplateInvalid, match="要独占表格的一行") as caught:
        write_docx(rich(annex=2), table_template(rows))
    assert caught.value.place == "正文第1段“{%tr for 行 in 附件行 %}”"


def test_a_mistake_after_a_table_of_loops_still_finds_its_paragraph() -> None:
    rows = [["{%tr for 行 in 附件行 %}", ""], ["{{ 行.编号 }}", "{{ 行.事项 }}"], ["{%tr endfor %}", ""]]
    document = Document(io.BytesIO(table_template(rows)))
    document.add_paragraph("{%p if 主送 %}")
    document.add_paragraph("{{ 坏名称 }}")
    document.add_paragraph("{%p endif %}")
    out = io.BytesIO()
    document.save(out)
    with pytest.raises(TemplateInvalid) as caught:
        write_docx(rich(annex=2), out.getvalue())
    assert caught.value.place == "正文第8段“{{ 坏名称 }}”"


def test_a_loop_over_paragraphs_must_say_so() -> None:
    error = mistake("{% for 段 in 总体情况 %}", "{{ 段 }}", "{% endfor %}")
    assert error.place == "正文第3段“{% endfor %}”"
    assert "两处都要写成“{%p … %}”" in error.problem


def test_a_loop_inside_one_paragraph_needs_no_letter() -> None:
    made = write_docx(
        rich(annex=0),
        template("{% for 段 in 未完成事项 %}{% if loop.first %}共{{ loop.length }}{% endif %}{% endfor %}"),
    )
    assert texts(made) == ["共12"]


def test_a_mistake_in_a_footer_is_told_as_such() -> None:
    document = Document()
    document.add_paragraph("正文")
    document.sections[0].footer.paragraphs[0].text = "{{ 页码 }}"
    out = io.BytesIO()
    document.save(out)
    with pytest.raises(TemplateInvalid) as caught:
        write_docx(rich(annex=0), out.getvalue())
    assert caught.value.place == "页脚第1段“{{ 页码 }}”"


def test_a_mistake_in_the_title_of_the_file_is_told_as_such() -> None:
    document = Document()
    document.core_properties.title = "{{ 坏 }}"
    out = io.BytesIO()
    document.save(out)
    with pytest.raises(TemplateInvalid, match="模板有误：文档属性，没有“坏”这个名称"):
        write_docx(rich(annex=0), out.getvalue())


@pytest.mark.parametrize("data", [b"", b"hello", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0" + b"\0" * 600])
def test_a_file_that_is_no_docx_is_refused(data: bytes) -> None:
    with pytest.raises(NotAReport):
        OfficeTemplate(data)


def test_a_workbook_is_no_template() -> None:
    from bihuan.reports.xlsx import write_xlsx

    with pytest.raises(NotAReport, match="模板不是 Word 文件"):
        OfficeTemplate(write_xlsx(empty()))


def test_a_word_template_file_serves_as_well() -> None:
    kind = {"[Content_Types].xml": lambda xml: xml.replace(".document.main+xml", ".template.main+xml")}
    assert texts(write_docx(rich(annex=0), rewritten(template("{{ 标题 }}"), kind)))[0].startswith("关于群众")


@pytest.mark.parametrize(
    "change",
    [
        {
            "[Content_Types].xml": lambda xml: xml.replace(
                ".document.main+xml", ".document.macroEnabled.main+xml"
            )
        },
        {"[Content_Types].xml": lambda _: "<Types"},
        {"word/document.xml": lambda xml: xml[:200]},
        {"word/document.xml": lambda _: "<other/>"},
    ],
)
def test_a_damaged_or_foreign_word_file_is_no_template(change: dict[str, Callable[[str], str]]) -> None:
    with pytest.raises(NotAReport):
        OfficeTemplate(rewritten(template("{{ 标题 }}"), change)).fill(template_values(rich()))


def test_a_template_that_is_not_there_is_told(tmp_path: object) -> None:
    with pytest.raises(NotAReport, match="读不到文件"):
        OfficeTemplate(f"{tmp_path}/没有.docx")


def test_headings_are_numbered_by_level_and_start_again_below_a_higher_one() -> None:
    n = Numbering()
    asked = [
        n.first(),
        n.second(),
        n.third(),
        n.third(),
        n.fourth(),
        n.second(),
        n.third(),
        n.first(),
        n.second(),
    ]
    assert asked == ["一、", "（一）", "1.", "2.", "（1）", "（二）", "1.", "二、", "（一）"]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1, "一"),
        (9, "九"),
        (10, "十"),
        (11, "十一"),
        (20, "二十"),
        (99, "九十九"),
        (100, "一百"),
        (105, "一百零五"),
        (110, "一百一十"),
        (999, "九百九十九"),
    ],
)
def test_chinese_numbers(number: int, expected: str) -> None:
    assert chinese_number(number) == expected
