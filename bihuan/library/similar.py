"""Which documents share passages with a text: how much of it, and where in both."""

from __future__ import annotations

from dataclasses import dataclass

from bihuan.library.marks_cache import candidates
from bihuan.library.winnow import Run, mark, shared_runs
from bihuan.models import Document
from bihuan.rules.pairs import normalise

_LOOKED_AT = 3


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
    ids, _ = candidates(one.hashes, using)
    chosen = [int(i) for i in ids[: limit * _LOOKED_AT + 1].tolist() if i != but]
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
