"""Verification of the ledger where it lives: the chain, the head, the seals, the counters."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connections

from bihuan.ledger.counting import FACETS, counting
from bihuan.ledger.reading import head, pages
from bihuan.ledger.seal import read_seals
from bihuan.rules.chain import GENESIS, HASHES, Digest, hasher
from bihuan.rules.errors import ChainBroken
from bihuan.rules.figures import SUM_NAMES
from bihuan.rules.merkle import Merkle
from bihuan.rules.signing import Seal

Progress = Callable[[int], None]
_MOST = 100


#: An entry as it is kept: seq, at (as bodies write it), kind, item, actor, body, hash.
_Kept = tuple[int, str, str, "int | None", int, str, bytes]
#: SQL for the instant of an entry as bodies write it; databases make it sooner than Python does.
_AT = {
    "sqlite": """replace(substr("at"||'.000000',1,26),' ','T')||'Z'""",
    "postgresql": """to_char("at" AT TIME ZONE 'UTC','YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""",
}


@dataclass
class Verdict:
    """What was found: how many entries and seals were checked, and every problem in Chinese (all when few)."""

    entries: int = 0
    head: str = ""
    root: str = ""
    seals: int = 0
    covered: int = 0
    problems: list[str] = field(default_factory=list)
    more: int = 0

    @property
    def ok(self) -> bool:
        """Whether everything holds."""
        return not self.problems

    def found(self, problem: str) -> None:
        """Add a problem; beyond a hundred they are counted, not listed."""
        if len(self.problems) < _MOST:
            self.problems.append(problem)
        else:
            self.more += 1


def verify(*, using: str = "default", progress: Progress | None = None, whole: bool = True) -> Verdict:
    """Check the chain entry by entry, the head, every seal of the seal file, and the counters against the rows.

    Others may go on writing meanwhile: what they enter after the start is left for the next time. Not ``whole``, it is a
    ledger as it was earlier (a backup), of which later seals say nothing.
    """
    verdict = Verdict()
    try:
        seals = read_seals()
    except ChainBroken as error:
        seals = []
        verdict.found(f"封存文件：{error}")
    _chain(verdict, using, seals, progress)
    for seal in seals:
        if whole and seal.count > verdict.entries:
            verdict.found(f"封存（{seal.at}）写明有{seal.count}条，现在只有{verdict.entries}条，末尾被截去。")
    _tallies(verdict, using)
    return verdict


def _chain(verdict: Verdict, using: str, seals: list[Seal], progress: Progress | None) -> None:
    said, said_hash, named, last = _ends(using)
    name = _hash_of_chain(named, using)
    walk = _Walk(verdict, hasher(name), Merkle(name), seals)
    columns = f'{_AT[connections[using].vendor]},"kind","item_id","actor_id","body","hash"'
    for page in pages(columns, using, upto=max(said, last)):
        walk.steps(page)
        verdict.entries += len(page)
        if progress:
            progress(verdict.entries)
    verdict.head, verdict.root = walk.prev.hex(), walk.tree.root().hex()
    if walk.expected - 1 != said:
        verdict.found(
            f"台账末尾：应到第{said}条，实际到第{walk.expected - 1}条，末尾的记录或末尾标记被改动过。"
        )
    elif walk.prev != said_hash:
        verdict.found(f"台账末尾：末尾标记的哈希与第{said}条不符，末尾标记被改动过。")
    if name != named:
        verdict.found(f"台账末尾：第1条是用{name}算的，末尾标记写的是{named}，末尾标记被改动过。")


def _hash_of_chain(named: str, using: str) -> str:
    """Return the name of the hash with which the first entry was made; the head may have been tampered with."""
    for page in pages('"body","hash"', using, upto=1):
        for _, body, stored in page:
            for name in HASHES:
                if hasher(name)(GENESIS + body.encode()).digest() == bytes(stored):
                    return name
    return named if named in HASHES else HASHES[0]


def _ends(using: str) -> tuple[int, bytes, str, int]:
    """Return seq, hash and hash name of the head and the seq of the last entry, all of one moment."""
    head(using)  # says so when there is no ledger
    with connections[using].cursor() as cursor:
        cursor.execute(
            'SELECT "seq","hash","hash_name",(SELECT MAX("seq") FROM "entry") FROM "head" WHERE "id"=1'
        )
        seq, digest, name, last = cursor.fetchone()
    return seq, bytes(digest), name, last or 0


class _Walk:
    """Goes along the chain; after a broken entry it goes on from there, so that only that one is named."""

    def __init__(
        self, verdict: Verdict, new: Callable[[bytes], Digest], tree: Merkle, seals: list[Seal]
    ) -> None:
        self.verdict, self.new, self.tree = verdict, new, tree
        self.seals: dict[int, list[Seal]] = {}
        for seal in seals:
            self.seals.setdefault(seal.count, []).append(seal)
        self.prev, self.expected = GENESIS, 1
        self.computed = GENESIS  # differs from prev where the stored hash does not hold

    def steps(self, page: list[_Kept]) -> None:
        """Check the next entries."""
        while page:
            seal = min((count for count in self.seals if count >= self.expected), default=None)
            whole = len(page) if seal is None else seal - self.expected + 1
            part, page = page[:whole], page[whole:]
            sound = self._sound(part)
            if sound:
                self._seal_here()
            for kept in part[sound:]:
                self._step(kept)
                self._seal_here()

    def _sound(self, page: list[_Kept]) -> int:
        """Take the first entries of ``page`` with which everything is in order; returns how many.

        Nearly all are: what is asked of each is asked here with as few calls as can be.
        """
        prev, new, hashes = self.prev, self.new, []
        if self.computed != prev:
            return 0
        for number, kept in enumerate(page, self.expected):
            seq, _, _, _, _, body, stored = kept
            digest = new(prev + body.encode()).digest()
            if digest != stored or seq != number or _columns_differ(kept):
                break
            prev = digest
            hashes.append(digest)
        self.tree.extend(hashes)
        self.prev = self.computed = prev
        self.expected += len(hashes)
        return len(hashes)

    def _step(self, kept: _Kept) -> None:
        """Check the next entry and say what is wrong with it."""
        seq, *_, body, stored = kept
        digest, stored = self.new(self.prev + body.encode()).digest(), bytes(stored)
        if seq != self.expected:
            self.verdict.found(f"第{self.expected}条：编号不连续，下一条是第{seq}条，中间的记录不见了。")
        elif digest != stored and self.new(self.computed + body.encode()).digest() != stored:
            self.verdict.found(f"第{seq}条：内容与哈希不符，记录被改动过。")
        elif problem := _columns_differ(kept):
            self.verdict.found(f"第{seq}条：{problem}")
        self.prev, self.computed, self.expected = stored, digest, seq + 1
        self.tree.extend([stored])

    def _seal_here(self) -> None:
        for seal in self.seals.get(self.expected - 1, ()):
            self.verdict.seals += 1
            self.verdict.covered = max(self.verdict.covered, seal.count)
            if (seal.head, seal.root) != (self.prev.hex(), self.tree.root().hex()):
                self.verdict.found(
                    f"第{seal.count}条处的封存（{seal.at}）与台账不符，封存后台账被整体改写过。"
                )


_read = json.JSONDecoder().scan_once  # type: ignore[attr-defined]  # ``loads`` looks for blanks around the value, which a body has not


def _columns_differ(kept: _Kept) -> str:
    """Say how the columns of an entry differ from its body, "" if they do not."""
    seq, at, kind, item, actor, body, _ = kept
    try:
        said, end = _read(body, 0)
        if end == len(body) and (said["seq"], said["at"], said["kind"], said["actor"]) == (
            seq,
            at,
            kind,
            actor,
        ):
            own = seq if kind == "item.registered" else said["item"]
            return "" if own == item else _INDEX
        whole = end == len(body) and {"seq", "at", "kind", "item", "actor"} <= said.keys()
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration):
        whole = False
    if not whole:
        return "内容不是留痕的格式，链条被整体改写过。"
    same = (said["seq"], said["kind"], said["actor"]) == (seq, kind, actor)
    return "时间列与记录内容不符，时间列被改动过。" if same else _INDEX


_INDEX = "索引列与记录内容不符，索引列被改动过。"


def _tallies(verdict: Verdict, using: str) -> None:
    """Count the items afresh and compare with the counters that the pages read; one statement sees one moment."""
    kept: dict[tuple[Any, ...], list[int]] = {}
    counted: dict[tuple[Any, ...], list[int]] = {}
    with connections[using].cursor() as cursor:
        cursor.execute(" UNION ALL ".join([_KEPT, *map(_counted, FACETS)]))
        for origin, register, facet, label, state, colour, *values in cursor.fetchall():
            (kept if origin == "kept" else counted)[register, facet, label, state, colour] = [
                int(v) for v in values
            ]
    for key in sorted(counted.keys() | kept.keys()):
        if counted.get(key) != kept.get(key):
            verdict.found(
                f"计数器 {key} 与明细不符：计数 {kept.get(key)}，明细 {counted.get(key)}。可用 bihuan rebuild 重建。"
            )


def _counted(facet: str) -> str:
    return f"SELECT 'counted',counted.* FROM ({counting(facet)}) AS counted"  # noqa: S608


_KEPT = f"SELECT 'kept',register_id,facet,label,state,colour,{','.join(SUM_NAMES)} FROM tally"  # noqa: S608
