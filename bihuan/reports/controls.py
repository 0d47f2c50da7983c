"""Marked figures in a rendered docx become content controls, each inside a bookmark of the same number.

Word keeps a control's tag when somebody edits the text; LibreOffice drops tags and keeps bookmarks; the manifest knows the
text around both. ``use`` 7 is the seventh place at which the file prints a figure: tag and bookmark ``bihuan_7``.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator

from docx.oxml.ns import qn
from lxml import etree  # type: ignore[import-untyped]

from bihuan.reports.marks import MARKED, START

PREFIX = "bihuan_"
_ALIAS_LIMIT = 60
_FIRST_ID = 1_000_000


class Controls:
    """Numbers the uses across the parts of one file; ``refs`` maps each use to its figure's ref."""

    def __init__(self, label: Callable[[str], str]) -> None:
        """``label`` gives the name of a ref that Word shows on the control."""
        self.refs: dict[int, str] = {}
        self._label = label

    def place(self, root: etree._Element) -> None:
        """Replace every marked figure below ``root``."""
        for text in [node for node in root.iter(qn("w:t")) if START in (node.text or "")]:
            self._split(text)

    def _split(self, text: etree._Element) -> None:
        """Put runs and controls in the place of the run that holds ``text``; what else the run holds is kept."""
        run = text.getparent()
        parent, at = run.getparent(), run.getparent().index(run)
        children = [child for child in run if child.tag != qn("w:rPr")]
        made: list[etree._Element] = []
        for child in children:
            made += list(self._pieces(run, text)) if child is text else [_run(run, copy.deepcopy(child))]
        for element in made:
            parent.insert(at, element)
            at += 1
        parent.remove(run)

    def _pieces(self, run: etree._Element, text: etree._Element) -> Iterator[etree._Element]:
        written, end = text.text or "", 0
        for found in MARKED.finditer(written):
            if found.start() > end:
                yield _run(run, _text(written[end : found.start()]))
            yield from self._control(run, found[1], found[2])
            end = found.end()
        if end < len(written):
            yield _run(run, _text(written[end:]))

    def _control(self, run: etree._Element, ref: str, value: str) -> Iterator[etree._Element]:
        use = len(self.refs) + 1
        self.refs[use] = ref
        name, id_ = f"{PREFIX}{use}", str(_FIRST_ID + use)
        control = etree.Element(qn("w:sdt"))
        properties = etree.SubElement(control, qn("w:sdtPr"))
        for tag, asked in (
            ("w:alias", f"数据项：{self._label(ref)}"[:_ALIAS_LIMIT]),
            ("w:tag", name),
            ("w:id", id_),
        ):
            etree.SubElement(properties, qn(tag), {qn("w:val"): asked})
        etree.SubElement(control, qn("w:sdtContent")).append(_run(run, _text(value)))
        yield etree.Element(qn("w:bookmarkStart"), {qn("w:id"): id_, qn("w:name"): name})
        yield control
        yield etree.Element(qn("w:bookmarkEnd"), {qn("w:id"): id_})


def _run(like: etree._Element, content: etree._Element) -> etree._Element:
    run = etree.Element(qn("w:r"))
    properties = like.find(qn("w:rPr"))
    if properties is not None:
        run.append(copy.deepcopy(properties))
    run.append(content)
    return run


def _text(written: str) -> etree._Element:
    made = etree.Element(qn("w:t"))
    made.text = written
    made.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return made
