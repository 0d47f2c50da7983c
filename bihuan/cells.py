"""Text into spreadsheet cells, so that no spreadsheet takes it for a formula."""

from __future__ import annotations

import re

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell

#: The most characters that a cell holds; what is longer says so where it ends.
MAX_TEXT = 32_767
_CUT = "……（内容超过单元格上限，其余请在系统中查看）"
_PLAIN = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?%?|-+")
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def limited(text: str) -> str:
    """Return ``text`` as a cell can hold it: without control characters, and saying so where it had to end."""
    kept: str = ILLEGAL_CHARACTERS_RE.sub("", text)
    return kept if len(kept) <= MAX_TEXT else kept[: MAX_TEXT - len(_CUT)] + _CUT


def guarded(text: str) -> str:
    """Return ``text`` for a csv file, which has no types: what begins like a formula is marked as text by an apostrophe."""
    return f"'{text}" if text.startswith(_DANGEROUS) and not _PLAIN.fullmatch(text) else text


def unguarded(text: str) -> str:
    """Return what ``guarded`` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_DANGEROUS) else text


def put_text(cell: Cell, text: str) -> None:
    """Write ``text`` as text: what begins like a formula is marked as quoted, control characters are left out."""
    cell.value = limited(text)
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(_DANGEROUS)
