"""The text of a docx as a reader sees it, with the spans that belong to figures.

Used when a report is written (to remember its text) and when it is verified (to read what it says now), so that the two
compare. Elements are told by their local names: Word's strict format has other namespaces.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree  # type: ignore[import-untyped]

from bihuan.reports.bookmarks import PREFIX
from bihuan.reports.package import NotAReport

_TEXT_PARTS = re.compile(r"word/(header|footer|footnotes|endnotes)\d*\.xml$")
_HEADING = re.compile(r"[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）|表\d+")
_HEADING_LENGTH = 40
_CELLS = "\x1f"
_SLOT = re.compile("\ufdd0(\\d+)\ufdd2")
_CHARACTERS = {"t": "", "noBreakHyphen": "-", "tab": " ", "br": " ", "cr": " "}
_OFF = frozenset({"0", "false", "off"})


@dataclass
class Cell:
    """The text of a paragraph, or of a table's cell; ``spans`` are (start, end, use) of the figures in it."""

    text: str = ""
    spans: list[tuple[int, int, int]] = field(default_factory=list)

    def slotted(self) -> str:
        """The text with each figure replaced by a slot that names its use."""
        kept, end = "", 0
        for start, stop, use in sorted(self.spans):
            if start >= end:
                kept += f"{self.text[end:start]}{slot(use)}"
                end = stop
        return kept + self.text[end:]


@dataclass
class Block:
    """A paragraph (one cell) or a table's row. ``table`` numbers the tables from 1; 0 is the running text.

    ``context`` is the nearest heading or caption above; ``heads`` the cells of the
    table's first row.
    """

    part: str
    cells: list[Cell]
    table: int = 0
    context: str = ""
    heads: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The whole text with slots: equal keys are unedited blocks."""
        return _CELLS.join(cell.slotted() for cell in self.cells)

    @property
    def text(self) -> str:
        """The whole text as it is printed."""
        return "｜".join(cell.text for cell in self.cells)


def slot(use: int) -> str:
    """What stands for use ``use`` in a remembered text."""
    return f"\ufdd0{use}\ufdd2"


def slots(text: str) -> Iterator[int]:
    """The uses that a remembered text has slots for, in order."""
    return (int(found[1]) for found in _SLOT.finditer(text))


def fill_slots(text: str, values: Mapping[int, str]) -> str:
    """A remembered text with the values put in; an unknown use becomes a question mark."""
    return _SLOT.sub(lambda found: values.get(int(found[1]), "？"), text)


def split_slots(text: str) -> list[str]:
    """``text`` cut at its slots: literal, use, literal, use, …, literal."""
    return _SLOT.split(text)


def cells_of(key: str) -> list[str]:
    """The cells of a block's key."""
    return key.split(_CELLS)


def parse(content: bytes) -> etree._Element:
    """The root of an XML part; entities and the network stay closed. Raises ``NotAReport`` where it is damaged."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise NotAReport(f"文件内部已损坏（{error}）。") from error


def document_part(parts: Mapping[str, bytes]) -> str:
    """The name of the main part (word/document.xml as a rule). Raises ``NotAReport``."""
    for relation in parse(parts.get("_rels/.rels", b"<none/>")):
        if str(relation.get("Type", "")).endswith("/officeDocument"):
            name = posixpath.normpath(str(relation.get("Target", ""))).lstrip("/")
            if name in parts:
                return name
    raise NotAReport("文件里没有正文。")


def read_blocks(parts: Mapping[str, bytes]) -> list[Block]:
    """Every paragraph and table row: the body, then headers, footers and notes."""
    main = document_part(parts)
    others = sorted(name for name in parts if _TEXT_PARTS.search(name))
    return [block for name in (main, *others) for block in _Reader(name).read(parse(parts[name]))]


class _Reader:
    def __init__(self, part: str) -> None:
        self.part = part
        self.tables = 0
        self.context = ""

    def read(self, parent: etree._Element) -> Iterator[Block]:
        for child in parent:
            name = _name(child)
            if name == "p":
                yield from self._paragraph(child)
            elif name == "tbl":
                yield from self._table(child)
            elif name not in ("Fallback", "sectPr"):
                yield from self.read(child)

    def _paragraph(self, element: etree._Element) -> Iterator[Block]:
        cell = read_cell(element)
        yield Block(self.part, [cell], context=self.context)
        if _HEADING.match(cell.text) and len(cell.text) <= _HEADING_LENGTH:
            self.context = cell.text
        for box in _boxes(element):
            yield from self.read(box)

    def _table(self, element: etree._Element) -> Iterator[Block]:
        self.tables += 1
        table = self.tables
        heads: tuple[str, ...] = ()
        for row in _parts(element, "tr"):
            cells = [_joined(cell) for cell in _parts(row, "tc")]
            heads = heads or tuple(cell.text for cell in cells)
            yield Block(self.part, cells, table, self.context, heads)


def read_cell(paragraph: etree._Element) -> Cell:
    """The printed text of one paragraph: without what is deleted, moved away or hidden."""
    reader = _Inline()
    reader.read(paragraph)
    reader.close()
    return reader.cell


@dataclass
class _Field:
    code: str = ""
    shown: bool = False

    @property
    def counts_pages(self) -> bool:
        return self.code.strip().upper().startswith(("PAGE", "NUMPAGES", "SECTIONPAGES"))


class _Inline:
    """Collects the text of a paragraph and the spans of its bookmarks."""

    def __init__(self) -> None:
        self.cell = Cell()
        self._marks: dict[str, tuple[int, int]] = {}
        self._fields: list[_Field] = []

    def read(self, parent: etree._Element) -> None:
        for child in parent:
            name = _name(child)
            if name in _CHARACTERS:
                self._write(_CHARACTERS[name] or child.text or "")
            elif name in ("fldChar", "instrText", "fldSimple"):
                self._field(name, child)
            elif name == "bookmarkStart":
                self._start(child)
            elif name == "bookmarkEnd":
                self._end(_value(child, "id"))
            elif name not in ("del", "moveFrom", "txbxContent", "p") and not _hidden(child):
                self.read(child)

    def close(self) -> None:
        """End the bookmarks that go on in a later paragraph."""
        for id_ in list(self._marks):
            self._end(id_)

    def _write(self, text: str) -> None:
        """Add ``text``, unless it is a page number: that one changes with every layout."""
        if not any(field.shown and field.counts_pages for field in self._fields):
            self.cell.text += text

    def _field(self, name: str, element: etree._Element) -> None:
        if name == "fldSimple":
            self._fields.append(_Field(_value(element, "instr"), shown=True))
            self.read(element)
            self._fields.pop()
        elif name == "instrText" and self._fields:
            self._fields[-1].code += element.text or ""
        elif name == "fldChar":
            self._field_mark(_value(element, "fldCharType"))

    def _field_mark(self, sort: str) -> None:
        if sort == "begin":
            self._fields.append(_Field())
        elif sort == "separate" and self._fields:
            self._fields[-1].shown = True
        elif sort == "end" and self._fields:
            self._fields.pop()

    def _start(self, element: etree._Element) -> None:
        use = _use(_value(element, "name"))
        if use:
            self._marks[_value(element, "id")] = (len(self.cell.text), use)

    def _end(self, id_: str) -> None:
        if id_ in self._marks:
            start, use = self._marks.pop(id_)
            self.cell.spans.append((start, len(self.cell.text), use))


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _value(element: etree._Element, name: str) -> str:
    return next((str(value) for key, value in element.items() if etree.QName(key).localname == name), "")


def _use(name: str) -> int | None:
    number = name.removeprefix(PREFIX)
    return int(number) if name.startswith(PREFIX) and number.isascii() and number.isdigit() else None


def _hidden(element: etree._Element) -> bool:
    """Whether ``element`` is a run that is not printed."""
    if _name(element) != "r":
        return False
    return any(
        _name(found) == "vanish" and _value(found, "val") not in _OFF
        for properties in element
        if _name(properties) == "rPr"
        for found in properties
    )


def _boxes(paragraph: etree._Element) -> Iterator[etree._Element]:
    """The text boxes that hang on ``paragraph``; the copy for old programs is left out."""
    for child in paragraph:
        if _name(child) == "txbxContent":
            yield child
        elif _name(child) not in ("p", "Fallback"):
            yield from _boxes(child)


def _parts(parent: etree._Element, wanted: str) -> Iterator[etree._Element]:
    """The rows (tr) of a table or the cells (tc) of a row, also those inside a control or a tracked insertion."""
    for child in parent:
        if _name(child) == wanted:
            yield child
        elif _name(child) in ("sdt", "sdtContent", "ins", "customXml"):
            yield from _parts(child, wanted)


def _joined(cell: etree._Element) -> Cell:
    """The paragraphs of a table's cell as one text, nested tables included."""
    whole = Cell()
    for paragraph in cell.iter():
        if _name(paragraph) == "p":
            part = read_cell(paragraph)
            whole.text += " " if whole.text else ""
            whole.spans += [(a + len(whole.text), b + len(whole.text), u) for a, b, u in part.spans]
            whole.text += part.text
    return whole
