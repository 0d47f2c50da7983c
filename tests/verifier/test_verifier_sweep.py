"""Every single-byte change of an export of 1,000 entries is found, and its entry named.

That no altered line is taken for an entry is tried in every place always, with each bit flipped and more. The entry is named
for one of these changes in every eighth place, in depth for each of them in every place. ``BIHUAN_TEST_SWEEP=full`` puts every
other byte in every place and names the entry of each (hours: see docs/operations.md), ``BIHUAN_TEST_SWEEP=0:250`` does so for the
entries of these indexes; else the choice is the same every time.
"""

import io
import os
import random
from collections.abc import Iterator

import pytest
from random_ledgers import Ledger

from tests.support.depth import often
from verifier.bihuan_verify import GENESIS, Chain, accept, hasher, verify

LEDGER = Ledger(seed=2026, count=1000, size=2)
NEW = hasher("sha256")
PARTS = 4
SWEEP = os.environ.get("BIHUAN_TEST_SWEEP", "")
FULL = bool(SWEEP)
#: The indexes of the entries to change.
SWEPT = range(*map(int, SWEEP.split(":"))) if ":" in SWEEP else range(len(LEDGER.lines))
#: Of how many places in a row one is tried where the entry is named; which one moves on from entry to entry.
EACH = 1 if FULL else often(8, 1)
#: What parts lines and values: an entry's end is told by them.
PARTING = (b"\n", b" ", b"{", b"}", b'"')


def changes(byte: int) -> list[bytes]:
    """What may stand in the place of a byte: each bit flipped (else every byte), what parts values, nothing; one put before."""
    here = bytes([byte])
    flips = (
        [bytes([other]) for other in range(256)] if FULL else [bytes([byte ^ 1 << bit]) for bit in range(8)]
    )
    others = {*flips, *PARTING, b"\0", b""} - {here}
    return [*sorted(others), b"\n" + here, b"\r" + here, b" " + here, here + here]


CHANGES = [changes(byte) for byte in range(256)]


def places(part: int) -> Iterator[tuple[int, bytes, bytes, int]]:
    """(index of the entry, its line, the line after, place in the line) of one part of the export."""
    for index in SWEPT[part::PARTS]:
        after = LEDGER.lines[index + 1] if index + 1 < len(LEDGER.lines) else b""
        for place in range(len(LEDGER.lines[index])):
            yield index, LEDGER.lines[index], after, place


def head_before(index: int) -> bytes:
    return LEDGER.hashes[index - 1] if index else GENESIS


def told(index: int, altered: bytes, after: bytes) -> tuple[set[int | None], bool]:
    """(entries named in an altered line and the one after it, whether the chain then goes on as in the whole export).

    Where it does, with the same entry and the same hash, nothing that follows can be told otherwise than in the whole export.
    """
    chain = Chain(enumerate(io.BytesIO(altered + after), index + 1), NEW, head_before(index), index)
    chain.run()
    named = {problem.seq for problem in chain.findings.kept}
    return named, not after or (chain.seq, chain.head) == (index + 2, LEDGER.hashes[index + 1])


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_no_altered_line_is_taken_for_an_entry(part):
    taken = []
    for index, line, after, place in places(part):
        head = head_before(index)
        start, end = line[:place], line[place + 1 :] + after
        for change in CHANGES[line[place]]:
            altered = start + change + end
            if altered.startswith(line):  # bytes put in after the entry: the line itself is whole
                continue
            if accept(altered[: altered.find(b"\n") + 1 or None], head, index + 1, NEW):
                taken.append((index, place, change))
    assert taken == []


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_each_altered_byte_names_its_entry_and_no_other(part):
    wrong = []
    pick = random.Random(part)
    for index, line, after, place in places(part):
        if (index // PARTS + place) % EACH:
            continue
        possible = CHANGES[line[place]]
        for change in possible if EACH == 1 else [pick.choice(possible)]:
            named, goes_on = told(index, line[:place] + change + line[place + 1 :], after)
            between = {index} if place == 0 and change.startswith((b"\n", b"\r")) else set()
            if not named or not named <= {index + 1} | between or not goes_on:
                wrong.append((index, place, change, named))
    assert wrong == []


@pytest.mark.parametrize("seed", range(60))
def test_the_whole_program_names_the_altered_entry(seed):
    pick = random.Random(seed)
    index = pick.randrange(len(LEDGER.lines))
    place = pick.randrange(len(LEDGER.lines[index]))
    change = pick.choice(CHANGES[LEDGER.lines[index][place]])
    line = LEDGER.lines[index][:place] + change + LEDGER.lines[index][place + 1 :]
    altered = b"".join([*LEDGER.lines[:index], line, *LEDGER.lines[index + 1 :]])
    report = verify(io.BytesIO(altered))
    assert (report["ok"], {problem["seq"] for problem in report["problems"]}) == (False, {index + 1})
