"""A Word file as a text, and the same file with fixes as tracked changes and comments for the rest.

The plain text has one line for each paragraph, in the order of the document, cells of tables too. Automatic numbers are
not part of it, because the file does not hold them.
"""

from __future__ import annotations

import copy
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.run import Run

from bihuan.library.proofread.base import LEVEL_NAMES, Finding, Level
from bihuan.library.proofread.text import Text
from bihuan.rules.errors import Invalid

AUTHOR = "bihuan 校对"
_TEXT, _RUN, _PARAGRAPH = qn("w:t"), qn("w:r"), qn("w:p")
_SIGNS = {
    qn("w:tab"): "\t",
    qn("w:br"): "\n",
    qn("w:cr"): "\n",
    qn("w:noBreakHyphen"): "-",
    qn("w:sym"): "\ufffc",
}
_EDITABLE = {
    _PARAGRAPH,
    qn("w:hyperlink"),
    qn("w:smartTag"),
    qn("w:sdtContent"),
    qn("w:fldSimple"),
    qn("w:customXml"),
}
_NOT_READ = {qn("w:del"), qn("w:moveFrom"), qn("w:txbxContent"), qn("w:pict"), qn("w:drawing")}


class NotWord(Invalid):
    """这个文件打不开：不是 docx，或已损坏、加了密码。"""

    code = "not-word"
    default_hint = "请用 Word 或 WPS 另存为 docx 再试。"


@dataclass(frozen=True)
class _Piece:
    """Where a piece of the text lies in the file: offsets, the element that holds it, whether it can be changed."""

    start: int
    end: int
    element: Any


@dataclass(frozen=True)
class WordSource:
    """A docx: its text and where each piece of it lies."""

    text: Text
    document: Any
    pieces: tuple[_Piece, ...]

    @classmethod
    def read(cls, data: bytes) -> WordSource:
        """Read a docx. Raises NotWord."""
        try:
            document = Document(io.BytesIO(data))
        except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise NotWord from error
        reader = _Reader(document)
        return cls(Text("".join(reader.parts), reader.places), document, tuple(reader.pieces))

    def fixed(self, findings: Iterable[Finding], now: datetime) -> bytes:
        """Return the docx with each safe finding as a tracked change and each other error or warning as a comment.

        A source is worked in once: read the file again for another try.
        """
        listed = list(findings)
        writer = _Writer(self, now)
        for finding in sorted(listed, key=lambda f: (f.start, f.end), reverse=True):
            writer.work_in(finding)
        out = io.BytesIO()
        self.document.save(out)
        return out.getvalue()


class _Reader:
    """Collects the text of the paragraphs with their places."""

    def __init__(self, document: Any) -> None:
        self.parts: list[str] = []
        self.pieces: list[_Piece] = []
        self.places: dict[int, str] = {}
        self._at, self._line = 0, 0
        self._headings = _heading_styles(document)
        for paragraph in document.element.body.iter(_PARAGRAPH):
            if not _inside_box(paragraph):
                self._read(paragraph)

    def _read(self, paragraph: Any) -> None:
        if self._line:
            self._add("\n", None)
        first = self._line
        self._line += 1
        for element in _contents(paragraph):
            self._add(element.text or "" if element.tag == _TEXT else _SIGNS[element.tag], element)
        place = self._place(paragraph)
        if place:
            self.places.update(dict.fromkeys(range(first, self._line), place))

    def _add(self, text: str, element: Any) -> None:
        if not text:
            return
        if element is not None:
            self._line += text.count("\n")
            self.pieces.append(_Piece(self._at, self._at + len(text), element))
        self.parts.append(text)
        self._at += len(text)

    def _place(self, paragraph: Any) -> str:
        if any(a.tag == qn("w:tc") for a in paragraph.iterancestors()):
            return "cell"
        style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        return "heading" if style is not None and style.get(qn("w:val")) in self._headings else ""


def _heading_styles(document: Any) -> set[str]:
    """Return the ids of the styles that have an outline level or are called a heading or a title."""
    found = set()
    for style in document.styles.element.iter(qn("w:style")):
        name = style.find(qn("w:name"))
        label = (name.get(qn("w:val")) if name is not None else "").lower()
        level = style.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
        leveled = level is not None and int(level.get(qn("w:val"), "9")) < 9
        if leveled or label.startswith(("heading", "title", "标题")):
            found.add(style.get(qn("w:styleId")))
    return found


def _inside_box(paragraph: Any) -> bool:
    return any(a.tag in _NOT_READ for a in paragraph.iterancestors())


def _contents(paragraph: Any) -> Iterator[Any]:
    for element in paragraph.iter(_TEXT, *_SIGNS):
        inside = [a.tag for a in element.iterancestors()]
        own = inside[: inside.index(_PARAGRAPH)]
        if _RUN in own and not _NOT_READ & set(own):
            yield element


class _Writer:
    """Works findings into the document, from the last to the first, so that earlier offsets stay right."""

    def __init__(self, source: WordSource, now: datetime) -> None:
        self._source = source
        self._now = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        self._pieces = list(source.pieces)
        self._change = 9000
        self._begin = 10**12

    def work_in(self, finding: Finding) -> None:
        """Make a tracked change of a safe finding that overlaps no later one, else a comment unless it is a hint."""
        touched = [p for p in self._pieces if p.start < finding.end and p.end > finding.start]
        if not touched:
            return
        free = finding.end <= self._begin
        if finding.safe and free and all(_can_change(p.element) for p in touched):
            self._replace(finding, touched)
            self._begin = finding.start
        elif finding.level is not Level.HINT:
            self._comment(finding, touched)

    def _comment(self, finding: Finding, touched: list[_Piece]) -> None:
        advice = f"建议写作：{finding.suggestion}" if finding.suggestion else ""
        said = f"【{LEVEL_NAMES[finding.level]}】{finding.message}{advice}"
        runs = [Run(p.element.getparent(), self._source.document) for p in (touched[0], touched[-1])]
        self._source.document.add_comment(runs, said, AUTHOR, "校")

    def _replace(self, finding: Finding, touched: list[_Piece]) -> None:
        """Delete what differs and insert the right words behind it; what both have in common stays."""
        start, end, right = _difference(finding)
        last = None
        for piece in touched:
            if piece.start < end and piece.end > start:
                last = self._deleted(self._isolated(piece, max(start, piece.start), min(end, piece.end)))
        if last is None:
            piece = touched[-1]
            last = self._isolated(piece, start - 1, start)
        if right:
            self._inserted(last, right)

    def _isolated(self, piece: _Piece, start: int, end: int) -> Any:
        """Split the run of ``piece`` so that the text from ``start`` to ``end`` has a run of its own; return that run."""
        element = _alone(piece.element)
        text = element.text
        run = element.getparent()
        before, middle, after = (
            text[: start - piece.start],
            text[start - piece.start : end - piece.start],
            text[end - piece.start :],
        )
        if after:
            _set(_text_of(_beside(run)), after)
        target = run
        if before:
            target = _beside(run)
            _set(element, before)
        _set(_text_of(target), middle)
        at = self._pieces.index(piece)
        self._pieces[at] = _Piece(piece.start, start, element if before else _text_of(target))
        return target

    def _deleted(self, run: Any) -> Any:
        mark = self._mark("w:del")
        run.addprevious(mark)
        mark.append(run)
        for element in run.findall(_TEXT):
            element.tag = qn("w:delText")
        return mark

    def _inserted(self, after: Any, text: str) -> None:
        mark = self._mark("w:ins")
        run = copy.deepcopy(after if after.tag == _RUN else after.find(_RUN))
        for element in (*run.findall(qn("w:delText")), *run.findall(_TEXT)):
            element.tag = _TEXT
            _set(element, text)
        mark.append(run)
        after.addnext(mark)

    def _mark(self, tag: str) -> Any:
        self._change += 1
        mark = OxmlElement(tag)
        mark.set(qn("w:id"), str(self._change))
        mark.set(qn("w:author"), AUTHOR)
        mark.set(qn("w:date"), self._now)
        return mark


def _difference(finding: Finding) -> tuple[int, int, str]:
    """Return the span that has to go and what comes in its place, without what both begin with."""
    wrong, right = finding.text, finding.suggestion or ""
    same = 0
    while same < min(len(wrong), len(right)) and wrong[same] == right[same]:
        same += 1
    return finding.start + same, finding.end, right[same:]


def _can_change(element: Any) -> bool:
    run = element.getparent()
    return element.tag == _TEXT and run is not None and run.tag == _RUN and run.getparent().tag in _EDITABLE


def _alone(element: Any) -> Any:
    """Give ``element`` a run of its own, with what stood before and after it in runs beside."""
    run = element.getparent()
    others = [e for e in run if e.tag != qn("w:rPr")]
    at = others.index(element)
    if others[at + 1 :]:
        _move(_beside(run, empty=True), others[at + 1 :])
    if others[:at]:
        own = _beside(run, empty=True)
        _move(own, [element])
    return element


def _move(run: Any, elements: list[Any]) -> None:
    for element in elements:
        run.append(element)


def _beside(run: Any, empty: bool = False) -> Any:
    """Return a new run after ``run`` with the same format; with one text element unless ``empty``."""
    made = OxmlElement("w:r")
    properties = run.find(qn("w:rPr"))
    if properties is not None:
        made.append(copy.deepcopy(properties))
    if not empty:
        made.append(OxmlElement("w:t"))
    run.addnext(made)
    return made


def _text_of(run: Any) -> Any:
    return run.find(_TEXT)


def _set(element: Any, text: str) -> None:
    element.text = text
    element.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
