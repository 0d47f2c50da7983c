"""How wide words are, and how they are broken: without a font at hand, by the full and half widths that Chinese type has."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

#: No line begins with one of these; it hangs over instead.
_NOT_FIRST = frozenset("，。、；：！？）】》”’…％%,.;:!?)]}")
#: A half-width character is never wider than this part of the size, save the widest capitals and signs.
_HALF, _WIDE = 0.6, 0.95
_WIDEST = frozenset("MW@%mw&")


def width(text: str, size: float) -> float:
    """Return how wide ``text`` is at most in letters of ``size``."""
    return size * sum(_em(character) for character in text)


@lru_cache(maxsize=4096)
def _em(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WFA":
        return 1.0
    return _WIDE if character in _WIDEST else _HALF if character.isascii() else 1.0


def fitted(text: str, size: float, room: float) -> str:
    """Return ``text`` where it fits into ``room``, else its beginning with an ellipsis ("" where not even that fits)."""
    text = " ".join(text.split())
    if width(text, size) <= room:
        return text
    room -= size
    used, kept = 0.0, 0
    for character in text:
        used += _em(character)
        if size * used > room:
            break
        kept += 1
    return f"{text[:kept]}…" if room >= 0 else ""


def wrapped(text: str, size: float, room: float, most: int) -> list[str]:
    """Return ``text`` in at most ``most`` lines that each fit into ``room``; the last one is cut with an ellipsis."""
    words = " ".join(text.split())
    lines: list[str] = []
    while words and len(lines) < most - 1:
        taken = _line(words, size, room)
        lines.append(words[:taken].rstrip())
        words = words[taken:].lstrip()
    return [*lines, fitted(words, size, room)] if words and most > 0 else lines


def _line(words: str, size: float, room: float) -> int:
    """How many characters the first line takes: at least one, and none that may not begin the next."""
    used, count = 0.0, 0
    for character in words:
        used += width(character, size)
        if used > room:
            break
        count += 1
    if count == len(words):
        return count
    count = max(count, 1)
    back = count
    while back > 1 and (words[back] in _NOT_FIRST or _torn(words, back)):
        back -= 1
    return back if back > count // 2 else count


def _torn(words: str, at: int) -> bool:
    """Whether a break at ``at`` would tear a number or a Latin word."""
    before, after = words[at - 1], words[at]
    return before.isascii() and after.isascii() and before.isalnum() and after.isalnum()
