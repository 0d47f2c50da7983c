"""The text of a PDF, its lines joined to paragraphs again, pages parted by form feeds."""

from __future__ import annotations

import io
import logging
import re
import statistics
import unicodedata

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from bihuan.library.extract.errors import (
    DocumentDamaged,
    DocumentEncrypted,
    DocumentTooLarge,
    Scanned,
)

MAX_PAGES = 5_000
MAX_CHARACTERS = 20_000_000
_ENDS = "。；;！!？?：:…"
_STARTS = re.compile(
    r"[（(]?[一二三四五六七八九十百]{1,4}[)）、]|\d{1,2}[.．、]|第[一二三四五六七八九十百零\d]+[章节条篇]|附件|[—-] ?\d+ ?[—-]|第 ?\d+ ?页"
)
_DATE = re.compile(r"\d{4} ?年 ?\d{1,2} ?月 ?\d{1,2} ?日$")
_CJK_SPACE = re.compile(r"(?<=[\u4e00-\u9fff，。、；：]) +(?=[\u4e00-\u9fff，。、；：])")


def pdf_text(data: bytes) -> str:
    """Return the text. Raises DocumentEncrypted, Scanned, DocumentTooLarge or DocumentDamaged."""
    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        pages = _pages(data)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as fault:
        # A broken file makes the parser fail in any of these ways.
        raise DocumentDamaged("PDF 已损坏，无法读取。", hint="请用原来的软件重新导出 PDF。") from fault
    if sum(len(page.strip()) for page in pages) < 8 * len(pages):
        raise Scanned
    return "\n\f".join(_joined(page) for page in pages)


def _pages(data: bytes) -> list[str]:
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise DocumentEncrypted("PDF 设有打开密码，无法读取。")
    if len(reader.pages) > MAX_PAGES:
        raise DocumentTooLarge(f"PDF 有 {len(reader.pages)} 页，超过上限 {MAX_PAGES} 页。")
    pages, size = [], 0
    for page in reader.pages:
        text = unicodedata.normalize("NFC", page.extract_text() or "")
        size += len(text)
        if size > MAX_CHARACTERS:
            raise DocumentTooLarge(f"PDF 的文字超过 {MAX_CHARACTERS} 字，已停止读取。")
        pages.append(text)
    return pages


def _joined(page: str) -> str:
    """A line that fills its width and ends no sentence goes on in the next one."""
    lines = [_CJK_SPACE.sub("", line.rstrip()) for line in page.split("\n")]
    full = _width(lines)
    joined: list[str] = []
    open_line = False
    for line in lines:
        text = line.strip()
        if joined and open_line and text and not _STARTS.match(text):
            joined[-1] += (" " if joined[-1][-1:].isascii() and text[0].isascii() else "") + text
        else:
            joined.append(line)
        open_line = len(text) >= full - 3 and text[-1:] not in _ENDS and not _DATE.search(text)
    return "\n".join(joined)


def _width(lines: list[str]) -> int:
    """How many characters a full line has: what the longer half of the lines comes to."""
    lengths = sorted(len(line.strip()) for line in lines if line.strip())
    return int(statistics.median(lengths[len(lengths) // 2 :])) if len(lengths) > 3 else 10_000
