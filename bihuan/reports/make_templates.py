"""The built-in Word template, made from code so that it can be reviewed: ``python -m bihuan.reports.make_templates``.

The file is committed beside it; a test fails when the two differ. An office opens a copy in Word and changes it there.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import escape

from bihuan.reports import layout
from bihuan.reports.package import write_zip

STAGE = Path(__file__).parent / "templates" / "stage.docx"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_ANNEX = (
    ("编号", 1500, "{{ 行.编号 }}", "TableNumber"),
    ("事项", 2250, "{{ 行.事项 }}", "TableText"),
    ("责任单位", 1250, "{{ 行.责任单位 }}", "TableText"),
    ("办结时限", 1200, "{{ 行.办结时限 }}", "TableNumber"),
    ("状态", 950, "{{ 行.状态 }}", "TableNumber"),
    ("进展情况及未销号原因", 1695, "{{ 行.进展 }}", "TableText"),
)


def stage_template() -> bytes:
    """The stage report's template as a docx."""
    body = "".join((_head(), _whole(), _done(), _remaining(), _next(), _foot(), _annex()))
    document = f"<w:document {layout.NAMESPACES}><w:body>{body}{layout.section_xml()}</w:body></w:document>"
    return write_zip({name: (_DECLARATION + xml).encode() for name, xml in _parts(document).items()})


def _head() -> str:
    return (
        _when("发文字号", _p("DocumentNumber", "{{ 发文字号 }}") + _p("Normal", "") * 2)
        + _p("Title", "{{ 标题 }}")
        + _p("Normal", "")
        + _when("主送", _p("Recipient", "{{ 主送 }}："))
        + _p("Body", "{{ 导语 }}")
    )


def _whole() -> str:
    one = (
        _p("Heading2", "{{ 二级() }}{{ 表.标题 }}")
        + _p("Body", "{{ 表.说明 }}")
        + _p("Caption", "{{ 表.表题 }}")
    )
    return (
        _p("Heading1", "{{ 一级() }}总体情况")
        + _each("段", "总体情况", _p("Body", "{{ 段 }}"))
        + _each("表", "分项统计", one + _breakdown())
    )


def _done() -> str:
    return _when(
        "已办事项",
        _p("Heading1", "{{ 一级() }}工作开展情况")
        + _p("Body", "{{ 已办说明 }}")
        + _each("段", "已办事项", _p("Body", "{{ 三级() }}{{ 段 }}"))
        + _when("已办余项", _p("Body", "{{ 已办余项 }}")),
    )


def _remaining() -> str:
    return _when(
        "未完成事项",
        _p("Heading1", "{{ 一级() }}未完成事项及原因")
        + _p("Body", "{{ 未完成说明 }}")
        + _each("段", "未完成事项", _p("Body", "{{ 三级() }}{{ 段 }}"))
        + _when("未完成余项", _p("Body", "{{ 未完成余项 }}")),
    )


def _next() -> str:
    return _when(
        "下步工作",
        _p("Heading1", "{{ 一级() }}下步工作") + _each("段", "下步工作", _p("Body", "{{ 段 }}")),
    )


def _foot() -> str:
    return (
        _p("Closing", "特此报告。")
        + _when("附件行", _p("AnnexNote", "附件：{{ 附件名称 }}"))
        + _p("Signature", "{{ 单位 }}")
        + _p("SignedOn", "{{ 成文日期 }}")
        + _when("联系人", _p("Contact", "（联系人：{{ 联系人 }}）"))
    )


def _annex() -> str:
    return _when(
        "附件行",
        _p("AnnexMark", "附件") + _p("AnnexTitle", "{{ 附件名称 }}") + _p("Normal", "") + _annex_table(),
    ) + _p("DataNote", "{{ 数据说明 }}")


def _when(name: str, inner: str) -> str:
    return _p("Normal", f"{{%p if {name} %}}") + inner + _p("Normal", "{%p endif %}")


def _each(name: str, of: str, inner: str) -> str:
    return _p("Normal", f"{{%p for {name} in {of} %}}") + inner + _p("Normal", "{%p endfor %}")


def _p(style: str, text: str) -> str:
    run = f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>' if text else ""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{run}</w:p>'


def _breakdown() -> str:
    """A table with as many columns as the figures need: 表.列 and, in each row, 行.值."""
    label = 2000
    others = (layout.TEXT_WIDTH - label) // 3
    widths = (label, others, others, others)
    head = ("{{ 表.首列 }}", "{%tc for 列 in 表.列 %}", "{{ 列 }}", "{%tc endfor %}")
    line = ("{{ 行.名称 }}", "{%tc for 值 in 行.值 %}", "{{ 值 }}", "{%tc endfor %}")
    rows = (
        _row(zip(widths, head, ("TableHead",) * 4, strict=True), head=True)
        + _row_tag("{%tr for 行 in 表.行 %}", widths)
        + _row(zip(widths, line, ("TableText",) + ("TableNumber",) * 3, strict=True))
        + _row_tag("{%tr endfor %}", widths)
    )
    return _table(widths, rows)


def _annex_table() -> str:
    widths = tuple(width for _, width, _, _ in _ANNEX)
    rows = (
        _row(((width, heading, "TableHead") for heading, width, _, _ in _ANNEX), head=True)
        + _row_tag("{%tr for 行 in 附件行 %}", widths)
        + _row((width, text, style) for _, width, text, style in _ANNEX)
        + _row_tag("{%tr endfor %}", widths)
    )
    return _table(widths, rows)


def _table(widths: tuple[int, ...], rows: str) -> str:
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="Ruled"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>'
    )


def _row(cells: Iterable[tuple[int, str, str]], *, head: bool = False) -> str:
    made = "".join(_cell(width, text, style) for width, text, style in cells)
    properties = "<w:cantSplit/>" + ("<w:tblHeader/>" if head else "")
    return f"<w:tr><w:trPr>{properties}</w:trPr>{made}</w:tr>"


def _row_tag(tag: str, widths: tuple[int, ...]) -> str:
    return _row((width, tag if n == 0 else "", "TableText") for n, width in enumerate(widths))


def _cell(width: int, text: str, style: str) -> str:
    properties = f'<w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/>'
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{_p(style, text)}</w:tc>"


def _parts(document: str) -> dict[str, str]:
    return {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relationships(
            ("rId1", f"{_OFFICE}/officeDocument", "word/document.xml"),
            ("rId2", f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        ),
        "docProps/core.xml": _core(),
        "word/document.xml": document,
        "word/_rels/document.xml.rels": _relationships(
            ("rIdStyles", f"{_OFFICE}/styles", "styles.xml"),
            ("rIdSettings", f"{_OFFICE}/settings", "settings.xml"),
            ("rIdFonts", f"{_OFFICE}/fontTable", "fontTable.xml"),
            ("rIdOdd", f"{_OFFICE}/footer", "footer1.xml"),
            ("rIdEven", f"{_OFFICE}/footer", "footer2.xml"),
        ),
        "word/styles.xml": layout.styles_xml(),
        "word/settings.xml": layout.settings_xml(),
        "word/fontTable.xml": layout.font_table_xml(),
        "word/footer1.xml": layout.footer_xml("FooterOdd"),
        "word/footer2.xml": layout.footer_xml("FooterEven"),
    }


def _content_types() -> str:
    parts = (
        ("/word/document.xml", f"{_WORD}.document.main+xml"),
        ("/word/styles.xml", f"{_WORD}.styles+xml"),
        ("/word/settings.xml", f"{_WORD}.settings+xml"),
        ("/word/fontTable.xml", f"{_WORD}.fontTable+xml"),
        ("/word/footer1.xml", f"{_WORD}.footer+xml"),
        ("/word/footer2.xml", f"{_WORD}.footer+xml"),
        ("/docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
    )
    overrides = "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in parts)
    return (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def _relationships(*targets: tuple[str, str, str]) -> str:
    listed = "".join(
        f'<Relationship Id="{id_}" Type="{kind}" Target="{target}"/>' for id_, kind, target in targets
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _core() -> str:
    return (
        f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<dc:title>{{ 标题 }}</dc:title><dc:creator>{{ 单位 }}</dc:creator></cp:coreProperties>"
    )


if __name__ == "__main__":
    STAGE.write_bytes(stage_template())
