"""A list of words with how often they occur, from the package jieba: to tell real doublings and wrong characters."""

from __future__ import annotations

import importlib.util
import math
from copy import copy
from functools import cache
from pathlib import Path

from bihuan.rules.errors import BihuanError

_LONGEST = 8
_PAIR, _KNOWN = 2, 60


class NoWordList(BihuanError):
    """找不到词表（jieba）。"""

    code = "no-word-list"
    default_hint = "请重新安装本程序的依赖。"


class Words:
    """Words and their costs: minus the logarithm of their share. A text's cost is that of its cheapest cutting into words."""

    def __init__(self, counts: dict[str, int]) -> None:
        self.counts = counts
        self._total = total = math.log(sum(counts.values()) or 1)
        of_count = {count: total - math.log(count) for count in set(counts.values())}
        self.costs_of = dict(zip(counts, map(of_count.__getitem__, counts.values()), strict=True))
        self.unknown = total + 2.0

    def with_phrases(self, phrases: frozenset[str], count: int) -> Words:
        """Return these words and ``phrases``, each as if it occurred at least ``count`` times.

        Phrases of two characters only become known: preferred, they would draw every neighbour to them.
        """
        made = copy(self)
        made.counts, made.costs_of = dict(self.counts), dict(self.costs_of)
        for phrase in phrases:
            least = count if len(phrase) > _PAIR else _KNOWN
            if len(phrase) <= _LONGEST and self.counts.get(phrase, 0) < least:
                made.counts[phrase] = least
                made.costs_of[phrase] = self._total - math.log(least)
        return made

    def __contains__(self, word: str) -> bool:
        return word in self.counts

    def count(self, word: str) -> int:
        """Return how often ``word`` occurs; 0 when it is none."""
        return self.counts.get(word, 0)

    def cost_of(self, word: str) -> float:
        """Return the cost of one word."""
        return self.costs_of.get(word) or self.unknown * len(word)

    def cost(self, text: str) -> float:
        """Return the cost of the cheapest cutting of ``text``."""
        return self.cuts(text)[0][-1]

    def cuts(self, text: str) -> tuple[list[float], list[int]]:
        """Return, for each prefix of ``text``, the cost of its cheapest cutting and the length of the last word of it."""
        best, lengths = [0.0], [0]
        known, unknown = self.costs_of.get, self.unknown
        for end in range(1, len(text) + 1):
            low, length = best[end - 1] + known(text[end - 1], unknown), 1
            for start in range(end - 2, max(end - _LONGEST, 0) - 1, -1):
                cost = known(text[start:end])
                if cost is not None and best[start] + cost < low:
                    low, length = best[start] + cost, end - start
            best.append(low)
            lengths.append(length)
        return best, lengths

    def costs_back(self, text: str) -> list[float]:
        """Return, for each place of ``text``, the cost of the cheapest cutting of what follows it."""
        size = len(text)
        best = [0.0] * (size + 1)
        known, unknown = self.costs_of.get, self.unknown
        for start in range(size - 1, -1, -1):
            low = best[start + 1] + known(text[start], unknown)
            for end in range(start + 2, min(start + _LONGEST, size) + 1):
                cost = known(text[start:end])
                if cost is not None and best[end] + cost < low:
                    low = best[end] + cost
            best[start] = low
        return best


@cache
def words() -> Words:
    """Return the list of words. Raises NoWordList."""
    spec = importlib.util.find_spec("jieba")
    if spec is None or not spec.submodule_search_locations:
        raise NoWordList
    path = Path(next(iter(spec.submodule_search_locations))) / "dict.txt"
    # one split of the whole file: line by line takes four times as long, and every start of the program waits for it
    fields = path.read_text("utf-8").split()
    counts = dict(zip(fields[::3], map(int, fields[1::3]), strict=True))
    return Words(counts if 0 not in counts.values() else {w: c for w, c in counts.items() if c})
