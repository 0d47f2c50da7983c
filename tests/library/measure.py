"""How well a split agrees with what was made: precision and recall of beginnings, ends and removals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bihuan.library.split import split
from tests.library.bundles import Made


@dataclass
class Score:
    """Hits among what was found and what was there; removals count characters."""

    found: int = 0
    there: int = 0
    hits: int = 0

    def add(self, found: set[object], there: set[object]) -> None:
        self.found += len(found)
        self.there += len(there)
        self.hits += len(found & there)

    @property
    def precision(self) -> float:
        return self.hits / max(self.found, 1)

    @property
    def recall(self) -> float:
        return self.hits / max(self.there, 1)


def measured(bundles: Iterable[Made]) -> dict[str, Score]:
    """Split every bundle and compare."""
    scores = {name: Score() for name in ("starts", "ends", "titles", "removed")}
    for no, made in enumerate(bundles):
        parts = split(made.text)
        scores["starts"].add({(no, p.start) for p in parts}, {(no, start) for _, start, _ in made.documents})
        scores["ends"].add({(no, p.end) for p in parts}, {(no, end) for _, _, end in made.documents})
        scores["titles"].add({(no, p.title) for p in parts}, {(no, title) for title, _, _ in made.documents})
        scores["removed"].add(
            {(no, i) for p in parts for r in p.removed for i in range(r.start, r.end)},
            {(no, i) for start, end in made.noise for i in range(start, end)},
        )
    return scores
