"""Numbers in running text: which characters belong to one, and when two are the same."""

from __future__ import annotations

import re
import unicodedata

_PART = re.compile(r"[0-9０-９.．,%％‰+\-－−零〇一二三四五六七八九十百千万亿]")
_TOKEN = re.compile(
    r"[0-9０-９](?:[0-9０-９.．,%％‰]*[0-9０-９%％‰])?|[零〇一二三四五六七八九十百千万亿两]{2,}"
)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


def widened(text: str, start: int, end: int) -> str:
    """The number that a reader sees at ``text[start:end]``: with the digits, points and 万 that touch it."""
    while start > 0 and _PART.match(text[start - 1]):
        start -= 1
    while end < len(text) and _PART.match(text[end]):
        end += 1
    return text[start:end]


def tokens(text: str) -> list[str]:
    """The numbers in ``text``, normalised, in order: ``128``, ``87.5%``, ``一百二十``."""
    return [normalised(found[0]) for found in _TOKEN.finditer(text)]


def normalised(value: str) -> str:
    """``value`` without what does not change it: width of characters, blanks, thousands' commas."""
    return _THOUSANDS.sub("", "".join(unicodedata.normalize("NFKC", value).split()))
