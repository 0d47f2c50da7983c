"""The text of a docx: one line a paragraph, one line a row of a table, page breaks as form feeds.

Numbers that Word only shows (automatic numbering) are written out, because headings are recognised by them.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from bihuan.excel.package import local
from bihuan.library.extract.errors import DocumentDamaged
from bihuan.library.extract.numbering import Numbering
from bihuan.library.extract.package import open_package, unfold

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BODY = "word/document.xml"
_SKIPPED = frozenset({"del", "moveFrom", "instrText", "txbxContent", "Fallback", "pPr", "rPr"})


def is_word(package: zipfile.ZipFile) -> bool:
    """Whether the package is a docx."""
    return _BODY in package.NameToInfo


def word_text(data: bytes) -> str:
    """Return the text of a docx. Raises DocumentRefused."""
    package = open_package(data)
    if not is_word(package):
        raise DocumentDamaged
    body = _tree(package, _BODY)
    numbering = Numbering.read(_tree(package, "word/numbering.xml") if _has(package, "numbering") else None)
    styles = _style_numbers(_tree(package, "word/styles.xml")) if _has(package, "styles") else {}
    return "\n".join(_blocks(body, numbering, styles))


def _has(package: zipfile.ZipFile, part: str) -> bool:
    return f"word/{part}.xml" in package.NameToInfo


def _tree(package: zipfile.ZipFile, name: str) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(unfold(package, name))  # noqa: S314 - expat limits expansion
    except ElementTree.ParseError as fault:
        raise DocumentDamaged from fault


def _style_numbers(styles: ElementTree.Element) -> dict[str, ElementTree.Element]:
    """The numbering that a paragraph's style brings."""
    found = {}
    for style in styles.iter(f"{_W}style"):
        number = style.find(f"{_W}pPr/{_W}numPr")
        if number is not None:
            found[style.get(f"{_W}styleId", "")] = number
    return found


def _blocks(
    root: ElementTree.Element, numbering: Numbering, styles: dict[str, ElementTree.Element]
) -> Iterator[str]:
    """Paragraphs and rows in order, however deep content controls hide them."""
    for child in root:
        name = local(child)
        if name == "p":
            yield _number(child, numbering, styles) + "".join(_runs(child))
        elif name == "tbl":
            yield from _rows(child, numbering, styles)
        elif name not in _SKIPPED:
            yield from _blocks(child, numbering, styles)


def _rows(
    table: ElementTree.Element, numbering: Numbering, styles: dict[str, ElementTree.Element]
) -> Iterator[str]:
    for row in (child for child in table if local(child) == "tr"):
        cells = [cell for cell in row.iter() if local(cell) == "tc"]
        yield "\t".join(_in_one_line(_blocks(cell, numbering, styles)) for cell in cells)


def _in_one_line(blocks: Iterator[str]) -> str:
    """The paragraphs of a cell, and their own breaks, as one line: a row is one."""
    return " ".join(part for block in blocks for part in block.split("\n") if part.strip())


def _number(
    paragraph: ElementTree.Element, numbering: Numbering, styles: dict[str, ElementTree.Element]
) -> str:
    own = paragraph.find(f"{_W}pPr/{_W}numPr")
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    if own is None and style is not None:
        own = styles.get(style.get(f"{_W}val", ""))
    if own is None or not any(local(e) == "t" and e.text for e in paragraph.iter()):
        return ""
    level, ident = own.find(f"{_W}ilvl"), own.find(f"{_W}numId")
    return numbering.next(
        "" if ident is None else ident.get(f"{_W}val", ""),
        int(level.get(f"{_W}val", "0")) if level is not None else 0,
    )


def _runs(element: ElementTree.Element) -> Iterator[str]:
    for child in element:
        name = local(child)
        if name == "t":
            yield child.text or ""
        elif name == "tab":
            yield "\t"
        elif name in {"br", "cr"}:
            yield "\f" if child.get(f"{_W}type") == "page" else "\n"
        elif name == "noBreakHyphen":
            yield "-"
        elif name not in _SKIPPED:
            yield from _runs(child)
