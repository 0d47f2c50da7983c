"""A report as a page shows it: read back from the very Word file that is handed out, each figure with what it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from bihuan.reports.package import read_zip
from bihuan.reports.reading import Block, Cell, read_blocks
from bihuan.reports.verify import read_manifest

_HEADINGS = (re.compile(r"[一二三四五六七八九十]+、"), re.compile(r"（[一二三四五六七八九十]+）"))


@dataclass(frozen=True)
class Piece:
    """Words; with ``ref`` the value of that figure."""

    words: str
    ref: str = ""


@dataclass(frozen=True)
class Part:
    """A paragraph (``pieces``) or a table (``rows`` of cells of pieces). ``level`` 1 and 2 are headings, 0 is running text."""

    pieces: tuple[Piece, ...] = ()
    rows: tuple[tuple[tuple[Piece, ...], ...], ...] = ()
    level: int = 0


def preview(content: bytes) -> list[Part]:
    """Return the body of a report in its order; headers and footers (page numbers) are left out."""
    parts = read_zip(content)
    manifest = read_manifest(parts)
    refs = {use.id: use.ref for use in manifest.uses} if manifest else {}
    body = [b for b in read_blocks(parts) if not re.search(r"(header|footer)\d*\.xml$", b.part)]
    return [
        part
        for table, blocks in groupby(body, key=lambda b: b.table)
        for part in _parts(table, list(blocks), refs)
    ]


def _parts(table: int, blocks: list[Block], refs: dict[int, str]) -> Iterator[Part]:
    if table:
        yield Part(rows=tuple(tuple(_pieces(cell, refs) for cell in block.cells) for block in blocks))
        return
    for block in blocks:
        if pieces := _pieces(block.cells[0], refs):
            yield Part(pieces, level=_level(block.cells[0].text))


def _level(text: str) -> int:
    """Which heading a paragraph is: a short one that begins with its number and does not end as a sentence."""
    if len(text) > 40 or text.endswith(("。", "；")):
        return 0
    return next((level for level, form in enumerate(_HEADINGS, 1) if form.match(text)), 0)


def _pieces(cell: Cell, refs: dict[int, str]) -> tuple[Piece, ...]:
    found, at = [], 0
    for start, end, use in sorted(cell.spans):
        if start < at:
            continue
        if start > at:
            found.append(Piece(cell.text[at:start]))
        found.append(Piece(cell.text[start:end], refs.get(use, "")))
        at = end
    if at < len(cell.text):
        found.append(Piece(cell.text[at:]))
    return tuple(found)
