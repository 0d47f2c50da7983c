"""A text cut into pieces, some of them marked: words that were looked for, findings, passages that two texts share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text; ``mark`` counts the marks from 1 on, 0 is none; ``first``: its mark begins here, not in a line before."""

    text: str
    mark: int = 0
    first: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line of a text: where it begins, its heading's level (0 none) and its pieces."""

    start: int
    level: int
    pieces: tuple[Piece, ...]


def spans_of(text: str, words: Iterable[str]) -> list[tuple[int, int]]:
    """Return where the words stand, without overlaps, in order; of words that begin together the longest is taken."""
    ordered = sorted({word for word in words if word}, key=len, reverse=True)
    if not ordered:
        return []
    return [match.span() for match in re.finditer("|".join(map(re.escape, ordered)), text)]


def cut(text: str, spans: Sequence[tuple[int, int]], start: int = 0, first: int = 1) -> list[Piece]:
    """Return the pieces of ``text``, which begins at ``start``; ``spans`` are in order, do not overlap and are numbered from ``first``."""
    found: list[Piece] = []
    at = start
    end = start + len(text)
    for number, span in enumerate(spans, first):
        begin, stop = max(span[0], at), min(span[1], end)
        if begin >= stop:
            continue
        if begin > at:
            found.append(Piece(text[at - start : begin - start]))
        found.append(Piece(text[begin - start : stop - start], number, span[0] == begin))
        at = stop
    if at < end:
        found.append(Piece(text[at - start :]))
    return found


def marked(text: str, words: Iterable[str]) -> list[Piece]:
    """Return the pieces of one line with the words marked."""
    return cut(text, spans_of(text, words))


def paragraphs(
    text: str, spans: Sequence[tuple[int, int]] = (), outline: Sequence[Sequence[Any]] = ()
) -> Iterator[Paragraph]:
    """Yield the lines that are not empty with the parts of ``spans`` in them; ``outline`` lists ``[start, level, text]`` of headings."""
    levels = {start: (level, words) for start, level, words in outline}
    place = number = 0
    for raw in text.split("\n"):
        bare = raw.strip()
        begin = place + (raw.index(bare[0]) if bare else 0)
        end = begin + len(bare)
        while number < len(spans) and spans[number][1] <= begin:
            number += 1
        last = number
        while last < len(spans) and spans[last][0] < end:
            last += 1
        if bare:
            level, words = levels.get(begin, (0, ""))
            if len(bare) > len(words) + 2:
                level = 0  # a sentence that begins a paragraph
            yield Paragraph(begin, level, tuple(cut(bare, spans[number:last], begin, number + 1)))
        place += len(raw) + 1
