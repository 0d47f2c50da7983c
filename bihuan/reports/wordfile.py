"""A Word file in the official layout: its paragraphs and ruled tables, and the package around them."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

from bihuan.reports import layout
from bihuan.reports.package import write_zip

_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def word_file(body: str, *, title: str, creator: str) -> bytes:
    """Return a docx with ``body`` (paragraphs and tables of this module) and what it says of itself."""
    document = f"<w:document {layout.NAMESPACES}><w:body>{body}{layout.section_xml()}</w:body></w:document>"
    parts = _parts(document, _core(title, creator))
    return write_zip({name: (_DECLARATION + xml).encode() for name, xml in parts.items()})


def paragraph(style: str, text: str, *, new_page: bool = False) -> str:
    """Return a paragraph in one of ``layout.STYLES``; with ``new_page`` it begins one."""
    run = f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>' if text else ""
    page = "<w:pageBreakBefore/>" if new_page else ""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{page}</w:pPr>{run}</w:p>'


def labelled(style: str, label: str, text: str) -> str:
    """Return a paragraph that begins with ``label`` in 黑体, followed by a full-width colon and ``text``."""
    bold = f'<w:rPr><w:rFonts w:eastAsia="{layout.HEITI}"/></w:rPr>'
    runs = f'<w:r>{bold}<w:t>{escape(label)}</w:t></w:r><w:r><w:t xml:space="preserve">：{escape(text)}</w:t></w:r>'
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{runs}</w:p>'


def table(widths: tuple[int, ...], rows: str) -> str:
    """Return a ruled table of ``rows`` with these column ``widths`` (twips)."""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="Ruled"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>'
    )


def row(cells: Iterable[tuple[int, str, str]], *, head: bool = False) -> str:
    """Return a table row; each cell is its width, its text and its style. A ``head`` is repeated on every page."""
    made = "".join(_cell(width, text, style) for width, text, style in cells)
    properties = "<w:cantSplit/>" + ("<w:tblHeader/>" if head else "")
    return f"<w:tr><w:trPr>{properties}</w:trPr>{made}</w:tr>"


def _cell(width: int, text: str, style: str) -> str:
    properties = f'<w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/>'
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(style, text)}</w:tc>"


def _parts(document: str, core: str) -> dict[str, str]:
    return {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relationships(
            ("rId1", f"{_OFFICE}/officeDocument", "word/document.xml"),
            ("rId2", f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        ),
        "docProps/core.xml": core,
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


def _core(title: str, creator: str) -> str:
    return (
        f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{escape(title)}</dc:title><dc:creator>{escape(creator)}</dc:creator></cp:coreProperties>"
    )
