"""The Merkle tree against the recursive definition of RFC 6962 and published vectors."""

import hashlib
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.rules.chain import HASHES, hasher
from bihuan.rules.merkle import Merkle, NotInTree, inclusion_proof, verify_inclusion

VECTOR_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]
]
VECTOR_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def split(count):
    """The largest power of two smaller than ``count``, found by trying (RFC 6962, 2.1)."""
    k = 1
    while k * 2 < count:
        k *= 2
    return k


def defined_root(leaves, name):
    """MTH of RFC 6962, section 2.1."""
    new = hasher(name)
    if not leaves:
        return new(b"").digest()
    if len(leaves) == 1:
        return new(b"\0" + leaves[0]).digest()
    k = split(len(leaves))
    return new(b"\1" + defined_root(leaves[:k], name) + defined_root(leaves[k:], name)).digest()


def defined_path(m, leaves, name):
    """PATH of RFC 6962, section 2.1.1."""
    if len(leaves) <= 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*defined_path(m, leaves[:k], name), defined_root(leaves[k:], name)]
    return [*defined_path(m - k, leaves[k:], name), defined_root(leaves[:k], name)]


def hashes(count):
    return [hashlib.sha256(b"%d" % number).digest() for number in range(count)]


def grown(leaves, name="sha256"):
    tree = Merkle(name)
    for leaf in leaves:
        tree.add(leaf)
    return tree


@pytest.mark.parametrize("count", range(9))
def test_roots_are_those_of_the_published_vectors(count):
    assert grown(VECTOR_LEAVES[:count]).root().hex() == VECTOR_ROOTS[count]


@pytest.mark.parametrize("name", HASHES)
def test_the_root_is_the_defined_one_at_each_size(name):
    leaves = hashes(130)
    tree = Merkle(name)
    for count in range(131):
        assert (tree.count, tree.root()) == (count, defined_root(leaves[:count], name))
        tree.add(leaves[count % 130])


def test_asking_for_the_root_does_not_change_the_tree():
    tree = grown(hashes(7))
    tree.root()
    tree.add(hashes(8)[7])
    assert tree.root() == defined_root(hashes(8), "sha256")


def test_memory_grows_with_the_logarithm_of_the_count():
    tree = grown(hashes(4095))
    assert (len(tree._peaks), sys.getsizeof(tree._peaks) < 300) == (12, True)


@pytest.mark.parametrize("name", HASHES)
def test_inclusion_proofs_are_the_defined_ones_and_hold(name):
    for count in [1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33]:
        leaves = hashes(count)
        root = defined_root(leaves, name)
        for i, leaf in enumerate(leaves):
            proof = inclusion_proof(leaves, i, name)
            assert proof == defined_path(i, leaves, name)
            assert verify_inclusion(leaf, i, count, proof, root, name=name)


@given(st.integers(1, 70), st.data())
def test_an_inclusion_proof_with_anything_changed_does_not_hold(count, data):
    leaves = hashes(count)
    i = data.draw(st.integers(0, count - 1))
    root, proof = defined_root(leaves, "sha256"), inclusion_proof(leaves, i)
    assert not verify_inclusion(hashes(count + 1)[count], i, count, proof, root)
    assert not verify_inclusion(leaves[i], i, count, proof, leaves[0])
    assert not verify_inclusion(leaves[i], i, count, [*proof, root], root)
    for place in range(len(proof)):
        assert not verify_inclusion(leaves[i], i, count, proof[:place] + proof[place + 1 :], root)
        altered = [*proof[:place], bytes(32), *proof[place + 1 :]]
        assert not verify_inclusion(leaves[i], i, count, altered, root)
    other = data.draw(st.integers(-1, count))
    assert verify_inclusion(leaves[i], other, count, proof, root) == (other == i)


@pytest.mark.parametrize("i", [-1, 3])
def test_a_proof_for_an_entry_that_is_not_there_is_refused(i):
    with pytest.raises(NotInTree, match=f"共 3 条，没有第 {i + 1} 条"):
        inclusion_proof(hashes(3), i)
