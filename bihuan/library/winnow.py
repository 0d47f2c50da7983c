"""Marks of a text by winnowing: of every ten neighbouring stretches of six characters the smallest hash is kept.

Any passage of fifteen characters that two texts share gives both a common mark, wherever it stands. Blanks and punctuation
do not count, because copying changes them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LENGTH, WINDOW = 6, 10
Marks = NDArray[np.uint64]
_HASH_BITS = np.uint64(40)
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_WORD = np.zeros(0x11_0000, dtype=bool)
_WORD[0x30:0x3A] = _WORD[0x41:0x5B] = _WORD[0x61:0x7B] = True
_WORD[0x3400:0x9FFF] = _WORD[0xF900:0xFB00] = _WORD[0x2_0000:0x3_2000] = True
_WORD[0x3007] = True


@dataclass(frozen=True, slots=True)
class Marked:
    """``hashes`` of 40 bits in order of place, and the place of each in the text; ``places`` of all counted characters."""

    hashes: Marks
    at: NDArray[np.int64]
    codes: NDArray[np.uint32]
    places: NDArray[np.int64]


def mark(text: str) -> Marked:
    """Return the marks of ``text``; a text shorter than six counted characters has none."""
    codes = np.frombuffer(text.encode("utf-32-le", "replace"), dtype=np.uint32)
    places = np.flatnonzero(_WORD[codes])
    counted = codes[places]
    if len(counted) < LENGTH:
        return Marked(np.zeros(0, np.uint64), np.zeros(0, np.int64), counted, places)
    hashes = _hashes(counted)
    chosen = _smallest(hashes)
    return Marked(hashes[chosen], chosen, counted, places)


def _hashes(codes: NDArray[np.uint32]) -> Marks:
    count = len(codes) - LENGTH + 1
    found = np.zeros(count, np.uint64)
    for offset in range(LENGTH):
        found = found * _FACTOR + codes[offset : offset + count].astype(np.uint64)
    found ^= found >> np.uint64(29)
    found *= _FACTOR
    mixed: Marks = found >> (np.uint64(64) - _HASH_BITS)
    return mixed


def _smallest(hashes: Marks) -> NDArray[np.int64]:
    """The place of the smallest hash of every window, the last one where there are several."""
    if len(hashes) <= WINDOW:
        return np.array([len(hashes) - 1 - int(np.argmin(hashes[::-1]))])
    windows = np.lib.stride_tricks.sliding_window_view(hashes, WINDOW)[:, ::-1]
    return np.unique(np.arange(len(windows)) + WINDOW - 1 - np.argmin(windows, axis=1))


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch that both texts have: where it begins and ends in the one and in the other (character places)."""

    start: int
    end: int
    other_start: int
    other_end: int


def shared_runs(one: Marked, other: Marked, least: int = 13) -> tuple[list[Run], int]:
    """Return the stretches of at least ``least`` counted characters that both have, and how many characters of ``one``
    they cover."""
    where: dict[int, list[int]] = {}
    for value, place in zip(other.hashes.tolist(), other.at.tolist(), strict=True):
        where.setdefault(value, []).append(place)
    found: list[Run] = []
    covered = until = 0
    for value, place in zip(one.hashes.tolist(), one.at.tolist(), strict=True):
        if place + LENGTH <= until:
            continue
        spans = [_grown(one.codes, other.codes, place, at) for at in where.get(value, ())[:50]]
        first, length, at = max(spans, key=lambda span: span[1], default=(0, 0, 0))
        if length >= least:
            found.append(Run(*_places(one, first, length), *_places(other, at, length)))
            covered += first + length - max(first, until)
            until = first + length
    return found, covered


def _grown(one: NDArray[np.uint32], other: NDArray[np.uint32], place: int, at: int) -> tuple[int, int, int]:
    """Grow a common mark to both sides; returns where it begins in ``one``, its length, where it begins in ``other``."""
    size = min(len(one) - place, len(other) - at)
    differ = np.flatnonzero(one[place : place + size] != other[at : at + size])
    ahead = int(differ[0]) if len(differ) else size
    if ahead < LENGTH:
        return place, 0, at  # two stretches with one hash
    back = min(place, at)
    before = np.flatnonzero(one[place - back : place] != other[at - back : at])
    behind = back - 1 - int(before[-1]) if len(before) else back
    return place - behind, behind + ahead, at - behind


def _places(marked: Marked, first: int, length: int) -> tuple[int, int]:
    return int(marked.places[first]), int(marked.places[first + length - 1]) + 1
