"""Adding many entries to a Merkle tree at once is adding them one by one."""

import pytest

from bihuan.rules.chain import HASHES
from bihuan.rules.merkle import Merkle


def leaves(begin, end):
    return [bytes([number]) * 32 for number in range(begin, end)]


@pytest.mark.parametrize("name", HASHES)
def test_any_number_added_at_once_to_any_number_gives_the_same_tree(name):
    for there in range(18):
        for more in range(18):
            at_once, one_by_one = Merkle(name), Merkle(name)
            for leaf in leaves(0, there):
                at_once.add(leaf)
            at_once.extend(leaves(there, there + more))
            for leaf in leaves(0, there + more):
                one_by_one.add(leaf)
            assert (at_once.count, at_once.root()) == (one_by_one.count, one_by_one.root())
            at_once.add(leaves(99, 100)[0])
            one_by_one.add(leaves(99, 100)[0])
            assert at_once.root() == one_by_one.root()
