"""The demonstration's library: a dozen papers of the county, one of them a bundle, one full of mistakes, some that borrow from others."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from bihuan.library import kept
from bihuan.library.extract import extract_one
from bihuan.library.intake import take

_FOLDER = Path(__file__).with_name("documents")


def fill_shelf(person: int, campaign: int, now: datetime) -> int:
    """Take the papers in under ``campaign``, keep a search for ``person``, and return how many documents there are."""
    stored = [
        stored
        for path in sorted(_FOLDER.glob("*.txt"))
        for stored in take(extract_one(path.read_bytes(), path.name), lambda: now, campaign).stored
    ]
    kept.save(person, "整改销号", "整改 销号", {"query": "q=%E6%95%B4%E6%94%B9+%E9%94%80%E5%8F%B7"}, now)
    return len(stored)
