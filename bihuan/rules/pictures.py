"""Photographs that look alike: a 64-bit perceptual hash of the picture and of its light crops, and how to find near ones.

The hash is the sign, against their median, of the 8 × 8 lowest frequencies (DCT) of the picture as 32 × 32 grey values:
recompression, another size or brightness change few bits of it. A light crop changes more, so that the same hash is taken
of ``CROPS`` of the picture as well. Two hashes at a distance of at most ``NEAR`` differ by at most one bit in one of their four
16-bit bands (pigeonhole), which is how an index finds them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

SIDE = 32
#: Bits in which the hashes of one and the same photograph may differ.
NEAR = 7
#: A picture whose grey values differ by less than this (standard deviation) is blank: it looks like any other blank one.
BLANK = 4.0
#: What is cut off: left, top, right, bottom, in percent. The first is the whole picture.
CROPS = (
    (0, 0, 0, 0), (4, 4, 4, 4), (8, 8, 8, 8), (6, 0, 0, 0), (0, 6, 0, 0), (0, 0, 6, 0), (0, 0, 0, 6),
    (5, 5, 0, 0), (0, 5, 5, 0), (0, 0, 5, 5), (5, 0, 0, 5),
)  # fmt: skip

_LOW = 8
_BANDS, _BITS = 4, 16
_COS = [[math.cos((2 * x + 1) * u * math.pi / (2 * SIDE)) for x in range(SIDE)] for u in range(_LOW)]


def is_blank(grey: Sequence[int]) -> bool:
    """Whether the ``SIDE`` × ``SIDE`` values of ``grey`` (0 to 255) show nothing that could be told apart."""
    mean = sum(grey) / len(grey)
    return math.sqrt(sum((g - mean) ** 2 for g in grey) / len(grey)) < BLANK


def perceptual(grey: Sequence[int]) -> int:
    """Return the hash (64 bits) of ``SIDE`` × ``SIDE`` grey values, row by row."""
    lines = [grey[y * SIDE : (y + 1) * SIDE] for y in range(SIDE)]
    across = [[sum(map(float.__mul__, cos, map(float, line))) for cos in _COS] for line in lines]
    low = [sum(across[y][u] * cos[y] for y in range(SIDE)) for cos in _COS for u in range(_LOW)]
    middle = sorted(low)[len(low) // 2]
    return sum(1 << bit for bit, value in enumerate(low) if value >= middle)


def distance(one: int, other: int) -> int:
    """Return in how many bits two hashes differ."""
    return (one ^ other).bit_count()


def alike(one: Sequence[int], other: Sequence[int]) -> bool:
    """Whether two pictures, given by the hashes of their ``CROPS``, are one: as a whole, or one a light crop of the other."""
    pairs = [(one[0], h) for h in other] + [(h, other[0]) for h in one[1:]]
    return any(distance(a, b) <= NEAR for a, b in pairs)


def bands(hashes: Iterable[int]) -> frozenset[int]:
    """Return the keys under which an index keeps these hashes: each band with its place."""
    return frozenset(key for h in hashes for key in _bands(h))


def probes(hashes: Iterable[int]) -> frozenset[int]:
    """Return the keys under which an index has everything within ``NEAR`` of one of these hashes: each band, and each one bit off."""
    return frozenset(
        key ^ change
        for h in hashes
        for key in _bands(h)
        for change in (0, *(1 << bit for bit in range(_BITS)))
    )


def _bands(value: int) -> list[int]:
    mask = (1 << _BITS) - 1
    return [(place << _BITS) | ((value >> (place * _BITS)) & mask) for place in range(_BANDS)]
