"""Wrong characters: one that sounds or looks like the right one and breaks a word that would else be there.

A stretch of characters is cut into words so that it costs least; a character is suspect where the cheapest cutting leaves
it alone. It is a finding when another character makes the whole stretch cheaper by more than a threshold.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from bihuan.library.proofread.lexicon import Lexicon
from bihuan.library.proofread.sounds import LIKE_SOUND, SAME_SHAPE, SAME_SOUND, confusable
from bihuan.library.proofread.words import Words, words

_RUN = re.compile(r"[\u4e00-\u9fff]{2,}")
_LONGEST = 8
#: How much cheaper the stretch must become, by why the characters are confused. Tuned on one half of a set of real mistakes.
THRESHOLDS = {SAME_SOUND: 7.5, LIKE_SOUND: 9.0, SAME_SHAPE: 6.5}
OF_PHRASES = {SAME_SOUND: 0.5, LIKE_SOUND: 2.0, SAME_SHAPE: 1.0}
SURE = 3.0
"""So much above its threshold a suspect is a warning; below it is a hint. A word of the lexicon always is a warning."""
_NEVER = frozenset("的了在和与是不有为等及或以对于中上下其各该本此之者并从由被将把向至到年月日元个名项条件")
_BOOST = 2000
_RARE, _RARE_PAIR = 5, 30
_ALPHABET = 4200


@dataclass(frozen=True)
class Suspect:
    """A character that is probably wrong: where, what it should be, the word that it makes, and by how much it is better."""

    at: int
    right: str
    word: str
    begin: int
    gain: float
    sure: bool = False


@dataclass(frozen=True)
class _Known:
    """Words with the lexicon's phrases among them, their characters, and which stand side by side in a word."""

    words: Words
    phrases: frozenset[str]
    alphabet: str
    pairs: frozenset[tuple[str, str]]


@lru_cache(maxsize=4)
def _known(phrases: frozenset[str]) -> _Known:
    known = words().with_phrases(phrases, _BOOST)
    whole = "\n".join(word for word, count in known.counts.items() if count >= _RARE and len(word) > 1)
    letters = Counter(whole)
    del letters["\n"]
    alphabet = "".join(c for c, _ in letters.most_common(_ALPHABET))
    return _Known(known, phrases, alphabet, frozenset(pairwise(whole)))


def known_words(lexicon: Lexicon) -> Words:
    """Return the words with the phrases of ``lexicon`` among them."""
    return _known(lexicon.pieces).words


def suspects(text: str, lexicon: Lexicon) -> Iterator[Suspect]:
    """Yield the suspect characters of ``text``, the surest of those that touch."""
    known = _known(lexicon.pieces)
    for match in _RUN.finditer(text):
        run = match[0]
        found = sorted(_of_run(run, known), key=lambda s: -s.gain)
        taken: set[int] = set()
        for suspect in found:
            span = set(range(suspect.begin, suspect.begin + len(suspect.word)))
            if not span & taken:
                taken |= span
                begin = match.start()
                yield replace(suspect, at=begin + suspect.at, begin=begin + suspect.begin)


def _of_run(run: str, known: _Known) -> Iterator[Suspect]:
    front, lengths = known.words.cuts(run)
    alone = list(_alone(run, known.words, lengths))
    back = known.words.costs_back(run) if alone else []
    for at in alone:
        reasons = confusable(run[at], known.alphabet)
        best: Suspect | None = None
        for char in _fitting(reasons, run, at, known):
            found = _best(run, at, char, known.words, front, back)
            if found is None or (best is not None and found.gain <= best.gain):
                continue
            listed = len(found.word) > 2 and found.word in known.phrases
            over = found.gain - (OF_PHRASES if listed else THRESHOLDS)[reasons[char]]
            if over > 0:
                best = replace(found, sure=listed or over > SURE)
        if best:
            yield best


def _fitting(reasons: dict[str, int], run: str, at: int, known: _Known) -> list[str]:
    """Return the characters of ``reasons`` that stand in some word after the one before ``at`` or before the one after it."""
    # between two words of the list stands "\n", which must not count as a neighbour
    left, right = run[at - 1] if at else "", run[at + 1] if at + 1 < len(run) else ""
    return [c for c in reasons if (left, c) in known.pairs or (c, right) in known.pairs]


def _alone(run: str, known: Words, lengths: list[int]) -> Iterator[int]:
    """Yield the places that the cheapest cutting leaves as words of one character, or puts into a rare word.

    A character of grammar stands alone by right, unless the one before it is left alone too: 综和治理.
    """
    end, after = len(run), -1
    while end > 0:
        size = lengths[end]
        word = run[end - size : end]
        if size == 1 and word in _NEVER:
            after = end - 1
        elif size == 1:
            yield end - 1
            if after == end:
                yield after
        elif size == 2 and known.count(word) < _RARE_PAIR:
            yield from (end - 2, end - 1)
        end -= size


def _best(
    run: str, at: int, char: str, known: Words, front: list[float], back: list[float]
) -> Suspect | None:
    """Return the best word of two to six characters that ``char`` makes at ``at``."""
    costs, total = known.costs_of.get, front[-1]
    low, begun, best = total, -1, ""
    for begin in range(max(at - 5, 0), at + 1):
        head = run[begin:at] + char
        for end in range(max(at + 1, begin + 2), min(begin + 6, len(run)) + 1):
            word = head + run[at + 1 : end]
            cost = costs(word)
            if cost is not None and front[begin] + cost + back[end] < low:
                low, begun, best = front[begin] + cost + back[end], begin, word
    return Suspect(at, char, best, begun, total - low) if best else None
