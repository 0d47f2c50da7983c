"""Perceptual hashes: near ones are found by the keys of the index, far ones are not taken for one."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bihuan.rules import pictures

HASHES = st.integers(0, 2**64 - 1)
BITS = st.sets(st.integers(0, 63), max_size=pictures.NEAR)


def picture(seed):
    chance = random.Random(seed)
    blocks = [[chance.randrange(256) for _ in range(8)] for _ in range(8)]
    return [blocks[y // 4][x // 4] for y in range(pictures.SIDE) for x in range(pictures.SIDE)]


def test_the_hash_has_64_bits_of_which_half_are_set():
    value = pictures.perceptual(picture(1))
    assert 0 <= value < 2**64
    assert value.bit_count() == 32


@pytest.mark.parametrize("seed", range(5))
def test_a_brighter_picture_with_noise_has_a_near_hash_and_another_picture_a_far_one(seed):
    chance = random.Random(seed)
    grey = picture(seed)
    changed = [min(255, max(0, round(g * 0.8 + 30 + chance.uniform(-3, 3)))) for g in grey]
    assert pictures.distance(pictures.perceptual(grey), pictures.perceptual(changed)) <= pictures.NEAR
    assert (
        pictures.distance(pictures.perceptual(grey), pictures.perceptual(picture(seed + 100)))
        > 2 * pictures.NEAR
    )


@settings(max_examples=40)
@given(HASHES, BITS)
def test_whatever_differs_in_few_bits_is_found_by_its_keys(value, bits):
    other = value
    for bit in bits:
        other ^= 1 << bit
    assert pictures.distance(value, other) == len(bits)
    assert pictures.probes([value]) & pictures.bands([other])
    assert pictures.alike([value], [other])


@settings(max_examples=10)
@given(HASHES)
def test_an_index_keeps_four_keys_and_is_asked_for_each_of_them_and_each_bit_off(value):
    assert len(pictures.bands([value])) == 4
    assert len(pictures.probes([value])) == 4 * 17
    assert pictures.bands([value]) <= pictures.probes([value])


def test_a_crop_of_either_picture_may_be_the_other_but_two_crops_alone_prove_nothing():
    far = (1 << 32) - 1
    assert pictures.alike([0, far], [far, 0]) is True
    assert pictures.alike([0, far], [far << 32, 0]) is True
    assert pictures.alike([0, far], [far << 32, far]) is False


@pytest.mark.parametrize(
    ("grey", "blank"),
    [([128] * 1024, True), ([128, 130] * 512, True), ([0, 255] * 512, False), ([120, 130] * 512, False)],
)
def test_a_blank_picture_looks_like_any_other(grey, blank):
    assert pictures.is_blank(grey) is blank


def test_the_first_crop_is_the_whole_picture_and_all_leave_most_of_it():
    assert pictures.CROPS[0] == (0, 0, 0, 0)
    assert len(set(pictures.CROPS)) == len(pictures.CROPS)
    assert all(left + right <= 20 and top + bottom <= 20 for left, top, right, bottom in pictures.CROPS)
