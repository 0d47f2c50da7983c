"""The export: every entry as one JSON line, which the stand-alone verifier (and anyone) can check."""

from __future__ import annotations

from collections.abc import Callable
from typing import TextIO

from bihuan.ledger.reading import pages
from bihuan.rules.chain import export_line

Progress = Callable[[int], None]


def export(
    out: TextIO, *, using: str = "default", upto: int | None = None, progress: Progress | None = None
) -> int:
    """Write the entries 1 … ``upto`` (default: all) to ``out``; returns how many."""
    written = 0
    for page in pages('"body","hash"', using, upto=upto):
        out.write("".join(export_line(body, bytes(digest)) for _, body, digest in page))
        written += len(page)
        if progress:
            progress(written)
    return written
