"""The overlapping pairs of characters by which the library finds a text.

SQLite's full-text index knows words; here each word is a character with the one behind it, so that a phrase of such words
is exactly a stretch of the text. Its ``ascii`` tokenizer folds capitals and drops punctuation below 128: these characters
are written as private ones.
"""

from __future__ import annotations

import re
from operator import add

_PRIVATE = {code: 0xE000 + code for code in range(0x80)}
_END = chr(0xE080)
_ASCII = re.compile("[\x00-\x7f]+")
_SPACES = dict.fromkeys(
    map(
        ord,
        "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\x0b",
    ),
    " ",
)
_WIDTH = {
    code: chr(code - 0xFEE0)
    for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
_GONE = dict.fromkeys((0, 0xAD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF))
_NORMAL = {
    **_SPACES, **_WIDTH, **_GONE, 0x2028: "\n", 0x2029: "\n", 0x85: "\n", ord("\f"): "\n",
    **dict.fromkeys(range(0xE000, 0xE081), "\ufffd"),
}  # fmt: skip


def normalise(text: str) -> str:
    """The one spelling of text and query: line ends, blanks and the width of letters and digits made alike."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_NORMAL)


def pairs(text: str | None) -> str:
    """Every character with the next one, separated by blanks; the last one stands with an end mark."""
    if not text:
        return ""
    marked = _private(text) + _END
    # Slices fill the list at the speed of C; joining pair by pair takes twice as long, and all texts pass here.
    found = [" "] * (3 * len(text) - 1)
    found[0::3], found[1::3] = marked[:-1], marked[1:]
    return "".join(found)


def characters(text: str | None) -> str:
    """Every character that occurs, once: a single one is looked up here, because thousands of pairs begin with it."""
    return " ".join(sorted(set(_private(text)))) if text else ""


def phrase(text: str) -> str:
    """The query that finds ``text`` (normalised, not empty) among ``pairs``: one character by what pairs begin with."""
    marked = _private(text)
    if len(marked) == 1:
        return f'"{marked}"*'
    return '"' + " ".join(map(add, marked, marked[1:])) + '"'


def _private(text: str) -> str:
    """Only the few characters below 128 are looked up: a table for every Chinese one costs four times as much."""
    return _ASCII.sub(lambda match: match[0].translate(_PRIVATE), text)
