"""Writing a stage report as a Word file that carries its manifest."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from docx import Document
from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part, XmlPart
from lxml import etree  # type: ignore[import-untyped]

from bihuan.reports import manifest
from bihuan.reports.bookmarks import Bookmarks
from bihuan.reports.context import StageContext
from bihuan.reports.finish import finish
from bihuan.reports.make_templates import STAGE
from bihuan.reports.marks import plain
from bihuan.reports.package import read_zip, write_zip
from bihuan.reports.reading import Block, read_blocks
from bihuan.reports.template import OfficeTemplate
from bihuan.reports.values import template_values

_DATASTORE = "http://schemas.openxmlformats.org/officeDocument/2006/customXml"
_EXCERPT = 12
_PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXmlProps"


def write_docx(ctx: StageContext, template: Path | str | bytes | BinaryIO | None = None) -> bytes:
    """The report as a docx, from ``template`` (the built-in one by default).

    Raises ``TemplateInvalid`` with the place of a mistake in the template, ``NotAReport`` for a template that is no docx.
    """
    return with_manifest(OfficeTemplate(template or STAGE).fill(template_values(ctx)), ctx)


def with_manifest(content: bytes, ctx: StageContext) -> bytes:
    """The docx ``content``, whose figures are marked (see ``marks``), with a bookmark at each and the manifest of all."""
    document = Document(io.BytesIO(content))
    bookmarks = Bookmarks()
    for root in _roots(document):
        bookmarks.place(root)
    for name in ("title", "author", "subject", "comments"):
        setattr(document.core_properties, name, plain(getattr(document.core_properties, name)))
    finish(document)
    _attach(document, manifest.dumps(_manifest(ctx, bookmarks, read_blocks(read_zip(_saved(document))))))
    return write_zip(read_zip(_saved(document)))


def _roots(document: WordDocument) -> Iterable[etree._Element]:
    """The document's own tree first, then headers, footers and notes."""
    yield document.element
    for part in document.part.package.iter_parts():
        if isinstance(part, XmlPart) and part is not document.part:
            yield part.element


def _saved(document: WordDocument) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _manifest(ctx: StageContext, bookmarks: Bookmarks, blocks: list[Block]) -> manifest.Manifest:
    places = {use: place for block in blocks for use, place in _places(block)}
    uses = [manifest.Use(use, ref, places.get(use, "")) for use, ref in bookmarks.refs.items()]
    return manifest.make(ctx, uses, ((block.key, block.table) for block in blocks))


def _places(block: Block) -> Iterable[tuple[int, str]]:
    """Where a block prints each of its figures, in words."""
    for column, cell in enumerate(block.cells):
        for start, end, use in cell.spans:
            yield use, _cell_place(block, column) if block.table else _text_place(block, start, end)


def _cell_place(block: Block, column: int) -> str:
    head = block.heads[column] if column < len(block.heads) else f"第{column + 1}列"
    return f"{block.context}“{block.cells[0].text}”行“{head}”列"


def _text_place(block: Block, start: int, end: int) -> str:
    """The clause in which the figure stands, as far as it tells the place."""
    text = block.cells[0].text
    clause = max(text.rfind(stop, 0, start) for stop in "。；，、（：") + 1
    excerpt = text[max(clause, start - _EXCERPT) : end + _EXCERPT // 2]
    return f"{block.context}“{excerpt}”" if block.context else f"“{excerpt}”"


def _attach(document: WordDocument, text: str) -> None:
    """Put the manifest into the package as a custom XML part, with the properties part by which Word knows it."""
    package = document.part.package
    root = etree.Element(f"{{{manifest.NAMESPACE}}}manifest", nsmap={None: manifest.NAMESPACE})
    root.text = text
    name = package.next_partname("/customXml/item%d.xml")
    item = Part(
        name, "application/xml", etree.tostring(root, xml_declaration=True, encoding="UTF-8"), package
    )
    document.part.relate_to(item, RELATIONSHIP_TYPE.CUSTOM_XML)
    identity = uuid.uuid5(uuid.NAMESPACE_URL, text)
    properties = (
        f'<ds:datastoreItem xmlns:ds="{_DATASTORE}" ds:itemID="{{{str(identity).upper()}}}"><ds:schemaRefs>'
        f'<ds:schemaRef ds:uri="{manifest.NAMESPACE}"/></ds:schemaRefs></ds:datastoreItem>'
    )
    content_type = "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"
    beside = PackURI(name.replace("/item", "/itemProps"))
    item.relate_to(Part(beside, content_type, properties.encode(), package), _PROPERTIES)
