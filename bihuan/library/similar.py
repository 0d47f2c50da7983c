"""Which documents share passages with a text: how much of it, and where in both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bihuan.library.marks_cache import candidates
from bihuan.library.winnow import Marked, Run, mark, shared_runs
from bihuan.models import Document
from bihuan.rules.pairs import normalise

_MORE = 5
_PER_MARK = 5.5
"""Counted characters that one mark stands for, on average."""


@dataclass(frozen=True)
class Similar:
    """``share`` percent of the text stand in ``document`` too, ``other_share`` of the document in the text; ``runs`` where."""

    document: Document
    share: float
    other_share: float
    runs: tuple[Run, ...]


def similar(
    text: str, *, but: int = 0, least: float = 5.0, limit: int = 10, using: str = "default"
) -> list[Similar]:
    """Return the documents that share at least ``least`` percent of ``text`` (or hold so much of it), the largest share first.

    ``but`` is the id of a document to leave out: the text itself. Places count characters of ``normalise(text)``.
    """
    one = mark(normalise(text))
    chosen = _likely(one, but, least, limit + _MORE, using)
    rows = Document.objects.using(using).only("id", "digest", "title", "kind", "date", "text").in_bulk(chosen)
    found = []
    for ident in chosen:
        if ident not in rows:
            continue
        other = mark(rows[ident].text)
        runs, covered = shared_runs(one, other)
        share, back = 100 * covered / max(len(one.codes), 1), 100 * covered / max(len(other.codes), 1)
        if share >= least or (back >= least and runs):
            found.append(Similar(rows[ident], round(share, 1), round(min(back, 100.0), 1), tuple(runs)))
    found.sort(key=lambda s: (-s.share, s.document.pk))
    return found[:limit]


def _likely(one: Marked, but: int, least: float, most: int, using: str) -> list[int]:
    """The documents whose common marks promise nearly ``least`` percent of the one text or of the other, most first."""
    ids, counts = candidates(one.hashes, using)
    promised = 0.5 * least / 100
    own = max(len(np.unique(one.hashes)), 1)
    first = [
        (int(i), int(c)) for i, c in zip(ids[: 20 * most].tolist(), counts.tolist(), strict=False) if i != but
    ]
    lengths = dict(
        Document.objects.using(using).filter(pk__in=[i for i, _ in first]).values_list("id", "length")
    )
    return [
        i
        for i, c in first
        if i in lengths and (c >= promised * own or c * _PER_MARK >= promised * lengths[i])
    ][:most]
