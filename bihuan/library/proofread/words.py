"""A list of words with how often they occur, from the package jieba: to tell real doublings and wrong characters."""

from __future__ import annotations

import importlib.util
import math
from functools import cache
from pathlib import Path

from bihuan.rules.errors import BihuanError

_LONGEST = 8


class NoWordList(BihuanError):
    """找不到词表（jieba）。"""

    code = "no-word-list"
    default_hint = "请重新安装本程序的依赖。"


class Words:
    """Words and their costs: minus the logarithm of their share. A text's cost is that of its cheapest cutting into words."""

    def __init__(self, counts: dict[str, int]) -> None:
        self.counts = counts
        self._log_total = math.log(sum(counts.values()) or 1)
        self.unknown = self._log_total + 2.0

    def __contains__(self, word: str) -> bool:
        return word in self.counts

    def count(self, word: str) -> int:
        """Return how often ``word`` occurs; 0 when it is none."""
        return self.counts.get(word, 0)

    def cost_of(self, word: str) -> float:
        """Return the cost of one word."""
        count = self.counts.get(word)
        return self.unknown * len(word) if count is None else self._log_total - math.log(count)

    def cost(self, text: str) -> float:
        """Return the cost of the cheapest cutting of ``text``."""
        return self.costs(text)[-1]

    def costs(self, text: str) -> list[float]:
        """Return, for each prefix of ``text``, the cost of its cheapest cutting."""
        best = [0.0]
        counts, log, total = self.counts, math.log, self._log_total
        for end in range(1, len(text) + 1):
            low = best[end - 1] + self.cost_of(text[end - 1])
            for start in range(max(end - _LONGEST, 0), end - 1):
                count = counts.get(text[start:end])
                if count:
                    made = best[start] + total - log(count)
                    low = min(low, made)
            best.append(low)
        return best


@cache
def words() -> Words:
    """Return the list of words. Raises NoWordList."""
    spec = importlib.util.find_spec("jieba")
    if spec is None or not spec.submodule_search_locations:
        raise NoWordList
    path = Path(next(iter(spec.submodule_search_locations))) / "dict.txt"
    counts: dict[str, int] = {}
    for line in path.read_text("utf-8").splitlines():
        word, count, _ = line.split(" ", 2)
        number = int(count)
        if number:
            counts[word] = number
    return Words(counts)
