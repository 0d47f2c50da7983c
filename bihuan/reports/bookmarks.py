"""Marked figures in a rendered docx become plain text inside bookmarks, one for each use.

A bookmark is invisible, survives Word, WPS and LibreOffice, and leaves the number ordinary text for every program that reads
the file. Where an edit destroys it (Word drops a bookmark whose whole text is typed over) the manifest still knows the words
around it. Use 7 is the seventh place at which the file prints a figure: bookmark ``bihuan_7``.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator

from docx.oxml.ns import qn
from lxml import etree  # type: ignore[import-untyped]

from bihuan.reports.marks import MARKED, START

PREFIX = "bihuan_"
_FIRST_ID = 1_000_000


class Bookmarks:
    """Numbers the uses across the parts of one file; ``refs`` maps each use to its figure's ref."""

    def __init__(self) -> None:
        self.refs: dict[int, str] = {}

    def place(self, root: etree._Element) -> None:
        """Replace every marked figure below ``root``."""
        for text in [node for node in root.iter(qn("w:t")) if START in (node.text or "")]:
            self._split(text)

    def _split(self, text: etree._Element) -> None:
        """Put runs and bookmarks in the place of the run that holds ``text``; what else the run holds is kept."""
        run = text.getparent()
        made: list[etree._Element] = []
        for child in run:
            if child is text:
                made += self._pieces(run, text.text or "")
            elif child.tag != qn("w:rPr"):
                made.append(_run(run, copy.deepcopy(child)))
        for element in made:
            run.addprevious(element)
        run.getparent().remove(run)

    def _pieces(self, run: etree._Element, written: str) -> Iterator[etree._Element]:
        end = 0
        for found in MARKED.finditer(written):
            if found.start() > end:
                yield _run(run, _text(written[end : found.start()]))
            yield from self._bookmarked(run, found[1], found[2])
            end = found.end()
        if end < len(written):
            yield _run(run, _text(written[end:]))

    def _bookmarked(self, run: etree._Element, ref: str, value: str) -> Iterator[etree._Element]:
        use = len(self.refs) + 1
        self.refs[use] = ref
        id_ = str(_FIRST_ID + use)
        yield etree.Element(qn("w:bookmarkStart"), {qn("w:id"): id_, qn("w:name"): f"{PREFIX}{use}"})
        yield _run(run, _text(value))
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
