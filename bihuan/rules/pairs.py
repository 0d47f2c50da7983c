"""The overlapping pairs of characters by which the library finds a text.

SQLite's full-text index knows words; here each word is a character with the one behind it, so that a phrase of such words
is exactly a stretch of the text. Its ``ascii`` tokenizer folds capitals and drops punctuation below 128: these characters
are written as private ones.
"""

from __future__ import annotations

from operator import add

import numpy as np
from numpy.typing import NDArray

_ASCII, _PRIVATE, _ASTRAL = 0x80, 0xE000, 0x10000
_END = chr(_PRIVATE + _ASCII)
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
    codes = _codes(text + _END)
    found = _blanks(3 * len(text) - 1)
    found[0::3], found[1::3] = codes[:-1], codes[1:]
    return _text(found)


def characters(text: str | None) -> str:
    """Every character that occurs, once: a single one is looked up here, because thousands of pairs begin with it."""
    if not text:
        return ""
    codes = _codes(text)
    different = _different(codes) if codes.max() < _ASTRAL else np.unique(codes)
    found = _blanks(2 * len(different) - 1)
    found[0::2] = different
    return _text(found)


def phrase(text: str) -> str:
    """The query that finds ``text`` (normalised, not empty) among ``pairs``: one character by what pairs begin with."""
    marked = _private(text)
    if len(marked) == 1:
        return f'"{marked}"*'
    return '"' + " ".join(map(add, marked, marked[1:])) + '"'


def _private(text: str) -> str:
    return _text(_codes(text))


# All texts pass here, as numbers: pair by pair in Python takes seven times as long.


def _codes(text: str) -> NDArray[np.uint32]:
    """The characters as numbers, those below 128 as private ones."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    return codes + np.uint32(_PRIVATE) * (codes < _ASCII)


def _different(codes: NDArray[np.uint32]) -> NDArray[np.intp]:
    """Each number once, in order; sorting takes several times as long. All below 65,536, as nearly all texts are."""
    there = np.zeros(_ASTRAL, np.bool_)
    there[codes] = True
    return np.flatnonzero(there)


def _blanks(length: int) -> NDArray[np.uint32]:
    return np.full(length, ord(" "), np.uint32)


def _text(codes: NDArray[np.uint32]) -> str:
    return codes.tobytes().decode("utf-32-le", "surrogatepass")
