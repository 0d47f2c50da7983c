"""What only the filled-in text can decide about the layout: a title's line break, the signature's place, whole tables.

These touch paragraphs in the styles of ``layout`` and leave everything else in an office's own template alone.
"""

from __future__ import annotations

import re
from itertools import pairwise

from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Twips
from docx.text.paragraph import Paragraph
from lxml import etree  # type: ignore[import-untyped]

from bihuan.reports import layout

WHOLE_TABLE_ROWS = 16
_TITLE_CHARACTERS = 20
_TITLE_TAIL = re.compile(r"(工作|专项|整改|进展|落实|办理|推进|开展|阶段性?|有关)*情况的?(报告|汇报|通报)$")


def finish(document: Document) -> None:
    """Do all of it."""
    styled = [(p, p.style.style_id if p.style is not None else "") for p in document.paragraphs]
    for paragraph, style in styled:
        if style == "Title":
            break_title(paragraph)
    for (body, style), (dated, below) in pairwise(styled):
        if (style, below) == ("Signature", "SignedOn"):
            _centre(body, dated)
    for table in document.element.iter(qn("w:tbl")):
        keep_rows_together(table)


def break_title(paragraph: Paragraph) -> None:
    """Break a title that is too long for a line where its meaning allows: before “进展情况的报告”."""
    text = paragraph.text
    tail = _TITLE_TAIL.search(text)
    if len(paragraph.runs) == 1 and tail and layout.width(text) > _TITLE_CHARACTERS and tail.start():
        paragraph.runs[0].text = f"{text[: tail.start()]}\n{text[tail.start() :]}"


def _centre(body: Paragraph, dated: Paragraph) -> None:
    """Centre the signing body over the date, whose last character stands four from the right (GB/T 9704, stamped)."""
    right = max(0.0, 4 + (layout.width(dated.text) - layout.width(body.text)) / 2)
    body.paragraph_format.right_indent = Twips(round(right * layout.CHARACTER))
    body._p.get_or_add_pPr().find(qn("w:ind")).set(qn("w:rightChars"), str(round(right * 100)))


def keep_rows_together(table: etree._Element) -> None:
    """Keep a short table on one page, and of a long one the first rows and, where a note follows, the last.

    So no heading stands alone at the foot of a page, and no note alone at the head of one.
    """
    rows = table.findall(qn("w:tr"))
    kept = rows[:-1] if len(rows) <= WHOLE_TABLE_ROWS else rows[:2]
    kept += rows[-1:] if _is_note(table.getnext()) else []
    for row in kept:
        for paragraph in row.iter(qn("w:p")):
            paragraph.get_or_add_pPr().get_or_add_keepNext()


def _is_note(element: etree._Element | None) -> bool:
    styles = [] if element is None else element.findall(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    return any(style.get(qn("w:val")) == "DataNote" for style in styles)
