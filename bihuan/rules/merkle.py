"""The Merkle tree over the entries, after RFC 6962 section 2.1.

Leaf ``H(0x00 ‖ entry hash)``, node ``H(0x01 ‖ left ‖ right)``. Everything here takes entry hashes (32 bytes each), in the
order of the ledger, and hashes the leaves itself. The default hash is SHA-256; names as in ``chain.HASHES``.
"""

from __future__ import annotations

from collections.abc import Sequence

from bihuan.rules.chain import hasher
from bihuan.rules.errors import Invalid

LEAF = b"\x00"
NODE = b"\x01"


class NotInTree(Invalid):
    """没有这一条。"""

    code = "not-in-tree"
    default_hint = "请核对条目的序号。"


class Merkle:
    """A tree that grows leaf by leaf and keeps one hash for each 1 bit of ``count``."""

    def __init__(self, name: str = "sha256") -> None:
        self.count = 0
        self._new = hasher(name)
        self._peaks: list[bytes] = []  # roots of the full subtrees, the largest (leftmost) first

    def add(self, entry_hash: bytes) -> None:
        """Add the next entry's hash (32 bytes)."""
        self.extend([entry_hash])

    def extend(self, hashes: Sequence[bytes]) -> None:
        """Add the hashes of the next entries, a height of the tree at a time: the same as one by one, in less time."""
        new, full, left = self._new, self.count, []
        nodes = [new(LEAF + entry_hash).digest() for entry_hash in hashes]
        while nodes:
            if full & 1:
                nodes.insert(0, self._peaks.pop())
            if len(nodes) & 1:
                left.append(nodes.pop())
            pairs = iter(nodes)
            nodes = [new(NODE + one + other).digest() for one, other in zip(pairs, pairs, strict=True)]
            full >>= 1
        self._peaks += reversed(left)
        self.count += len(hashes)

    def root(self) -> bytes:
        """The root over all entries so far; that of an empty tree is the hash of nothing."""
        if not self._peaks:
            return self._new(b"").digest()
        node = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            node = self._new(NODE + peak + node).digest()
        return node


def inclusion_proof(leaves: Sequence[bytes], i: int, name: str = "sha256") -> list[bytes]:
    """The audit path (lowest sibling first) of entry hash ``leaves[i]``, ``i`` from 0. Raises ``NotInTree``."""
    if not 0 <= i < len(leaves):
        raise NotInTree(f"共 {len(leaves)} 条，没有第 {i + 1} 条。")
    proof: list[bytes] = []
    start, end = 0, len(leaves)
    while end - start > 1:
        middle = start + _left_size(end - start)
        if i < middle:
            proof.append(_root(leaves[middle:end], name))
            end = middle
        else:
            proof.append(_root(leaves[start:middle], name))
            start = middle
    return proof[::-1]


def verify_inclusion(
    entry_hash: bytes, i: int, count: int, proof: Sequence[bytes], root: bytes, *, name: str = "sha256"
) -> bool:
    """Whether ``proof`` shows that ``entry_hash`` is entry ``i`` (from 0) of the ``count`` under ``root``."""
    if not 0 <= i < count:
        return False
    new = hasher(name)
    node = new(LEAF + entry_hash).digest()
    last = count - 1
    for sibling in proof:
        if last == 0:
            return False
        while not (i & 1 or i < last):  # the right edge of a tree that is not full: no sibling at this height
            i, last = i >> 1, last >> 1
        node = new(NODE + (sibling + node if i & 1 else node + sibling)).digest()
        i, last = i >> 1, last >> 1
    return last == 0 and node == root


def _root(leaves: Sequence[bytes], name: str) -> bytes:
    tree = Merkle(name)
    tree.extend(leaves)
    return tree.root()


def _left_size(count: int) -> int:
    """The largest power of two smaller than ``count`` (at least 2)."""
    return 1 << (count - 1).bit_length() - 1
