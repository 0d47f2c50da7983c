"""Documents on their way out: the original file, a Word file or plain text; several as one zip."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Literal

from docx import Document as WordFile
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.styles.style import ParagraphStyle

from bihuan.ledger import blobs
from bihuan.library.intake import sources_of
from bihuan.library.lines import heading, squeezed
from bihuan.models import Document
from bihuan.rules.errors import NotFound

Form = Literal["original", "docx", "txt"]
_UNSAFE = re.compile(r"[\\/:*?\"<>|\x00-\x1f]+")
_FONTS = {1: "黑体", 2: "楷体"}


def file_of(document: Document, form: Form, using: str = "default") -> tuple[str, bytes]:
    """Return (file name, content). Raises NotFound when the original is gone."""
    if form == "original":
        return _original(document, using)
    content = document.text.encode() if form == "txt" else word_file(document)
    return f"{_name(document.title)}.{form}", content


def zip_of(documents: Sequence[Document], form: Form, using: str = "default") -> bytes:
    """Return one zip of several documents; a name that comes twice gets the document's number."""
    out = io.BytesIO()
    taken: set[str] = set()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for document in documents:
            name, content = file_of(document, form, using)
            if name in taken:
                stem, dot, suffix = name.rpartition(".")
                name = f"{stem}（{document.pk}）{dot}{suffix}"
            taken.add(name)
            package.writestr(name, content)
    return out.getvalue()


def _original(document: Document, using: str) -> tuple[str, bytes]:
    sources = sources_of(document.pk, using)
    if not sources:
        raise NotFound("这份文档没有原件。")
    return PurePosixPath(sources[0].path).name, b"".join(blobs.read(sources[0].original))


def _name(title: str) -> str:
    return _UNSAFE.sub(" ", title).strip(" .")[:80] or "文档"


def word_file(document: Document) -> bytes:
    """The text as a Word file in the usual form: title centred, first and second headings in their faces."""
    word = WordFile()
    normal = word.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)
    normal.font.name, normal.font.size = "Times New Roman", Pt(16)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "仿宋")
    lines = [line.strip() for line in document.text.split("\n") if line.strip()]
    titled = lines and squeezed(document.title).startswith(squeezed(lines[0]))
    _title(word, document.title)
    for line in lines[1:] if titled else lines:
        if titled and squeezed(line) and squeezed(document.title).endswith(squeezed(line)) and len(line) > 4:
            continue  # the rest of a title on two lines
        _paragraph(word, line)
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def _title(word: object, title: str) -> None:
    paragraph = word.add_paragraph()  # type: ignore[attr-defined]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(title)
    run.font.size = Pt(22)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "方正小标宋简体")


def _paragraph(word: object, line: str) -> None:
    paragraph = word.add_paragraph()  # type: ignore[attr-defined]
    paragraph.paragraph_format.first_line_indent = Pt(32)
    paragraph.paragraph_format.line_spacing = Pt(28.95)
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(line)
    found = heading(line)
    if found and found[0] in _FONTS and len(line) <= 40:
        run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _FONTS[found[0]])
