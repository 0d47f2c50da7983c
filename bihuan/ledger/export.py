"""The export: every entry as one JSON line, which the stand-alone verifier (and anyone) can check."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

from django.db import connections

from bihuan.ledger.reading import pages
from bihuan.ledger.trips import make_durable
from bihuan.rules.chain import export_line

Progress = Callable[[int], None]


def export(
    out: TextIO, *, using: str = "default", upto: int | None = None, progress: Progress | None = None
) -> int:
    """Write the entries 1 … ``upto`` (default: all) to ``out``; returns how many."""
    written = 0
    for text, written in exported(using=using, upto=upto):
        out.write(text)
        if progress:
            progress(written)
    return written


def exported(*, using: str = "default", upto: int | None = None) -> Iterator[tuple[str, int]]:
    """Yield the lines of the entries 1 … ``upto`` (default: all), many at once, and how many there were so far."""
    written = 0
    for page in pages('"body","hash"', using, upto=upto):
        written += len(page)
        yield "".join(export_line(body, bytes(digest)) for _, body, digest in page), written
    make_durable(connections[using])  # an export must not hold what the ledger may lose


def verifier_program() -> Path:
    """Return the file of the stand-alone verifier: in a wheel it lies here, where ``setup.py`` puts it; in the tree apart."""
    name = "bihuan_verify.py"
    packed = Path(__file__).with_name(name)
    return packed if packed.is_file() else Path(__file__).parents[2] / "verifier" / name
