"""Verification of the ledger where it lives: the chain, the head, the seals, the counters."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import connections

from bihuan.ledger.facts import instant_text
from bihuan.ledger.reading import head, pages
from bihuan.ledger.seal import read_seals
from bihuan.rules.chain import GENESIS, hasher
from bihuan.rules.errors import ChainBroken
from bihuan.rules.figures import SUM_NAMES
from bihuan.rules.merkle import Merkle
from bihuan.rules.signing import Seal

Progress = Callable[[int], None]
_MOST = 100


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


def verify(*, using: str = "default", progress: Progress | None = None) -> Verdict:
    """Check the chain entry by entry, the head, every seal of the seal file, and the counters against the rows."""
    verdict = Verdict()
    try:
        seals = read_seals()
    except ChainBroken as error:
        seals = []
        verdict.found(f"封存文件：{error}")
    _chain(verdict, using, {s.count: s for s in seals}, progress)
    _beyond(verdict, seals)
    _tallies(verdict, using)
    return verdict


def _chain(verdict: Verdict, using: str, seals: dict[int, Seal], progress: Progress | None) -> None:
    last_seq, last_hash, name = head(using)
    new = hasher(name)
    tree = Merkle(name)
    prev, expected = GENESIS, 1
    columns = '"at","kind","item_id","actor_id","body","hash"'
    for page in pages(columns, using):
        for seq, at, kind, item, actor, body, stored in page:
            if seq != expected:
                verdict.found(f"第{expected}条：编号不连续，下一条是第{seq}条，中间的记录不见了。")
            digest = new(prev + body.encode()).digest()
            if digest != bytes(stored):
                verdict.found(f"第{seq}条：内容与哈希不符，记录被改动过。")
            elif problem := _columns_differ(json.loads(body), seq, at, kind, item, actor):
                verdict.found(f"第{seq}条：{problem}")
            prev, expected = bytes(stored), seq + 1
            tree.add(prev)
            if seq in seals:
                _seal(verdict, seals[seq], tree, prev)
        verdict.entries += len(page)
        if progress:
            progress(verdict.entries)
    verdict.head, verdict.root = prev.hex(), tree.root().hex()
    if (expected - 1, prev) != (last_seq, last_hash):
        verdict.found(f"台账末尾：应到第{last_seq}条，实际只到第{expected - 1}条，末尾的记录被删改过。")


def _columns_differ(body: dict[str, Any], seq: int, at: Any, kind: str, item: int | None, actor: int) -> str:
    own = seq if kind == "item.registered" else body["item"]
    if (body["seq"], body["kind"], own, body["actor"]) != (seq, kind, item, actor):
        return "索引列与记录内容不符，索引列被改动过。"
    instant: datetime = at.astimezone(UTC) if at.tzinfo else at
    return "" if instant_text(instant) == body["at"] else "时间列与记录内容不符，时间列被改动过。"


def _seal(verdict: Verdict, seal: Seal, tree: Merkle, digest: bytes) -> None:
    verdict.seals += 1
    verdict.covered = max(verdict.covered, seal.count)
    if (seal.head, seal.root) != (digest.hex(), tree.root().hex()):
        verdict.found(f"第{seal.count}条处的封存（{seal.at}）与台账不符，封存后台账被整体改写过。")


def _beyond(verdict: Verdict, seals: list[Seal]) -> None:
    for seal in seals:
        if seal.count > verdict.entries:
            verdict.found(f"封存（{seal.at}）写明有{seal.count}条，现在只有{verdict.entries}条，末尾被截去。")


def _tallies(verdict: Verdict, using: str) -> None:
    """Count the items afresh and compare with the counters that the pages read."""
    sums = ",".join(f"SUM({_VALUES.get(n, f'i.{n}')})" for n in SUM_NAMES)
    counted: dict[tuple[Any, ...], list[int]] = {}
    kept: dict[tuple[Any, ...], list[int]] = {}
    with connections[using].cursor() as cursor:
        for facet, label in (
            ("all", "''"),
            ("unit", "i.owner_id"),
            ("class", "i.klass"),
            ("channel", "i.channel"),
        ):
            cursor.execute(
                f"SELECT i.register_id,{label},i.state,i.colour,{sums} FROM item i "  # noqa: S608
                f"WHERE {_PRESENT[facet]} GROUP BY 1,2,3,4"
            )
            for register, value, state, colour, *values in cursor.fetchall():
                counted[register, facet, str(value), state, colour] = [int(v) for v in values]
        cursor.execute(f"SELECT register_id,facet,label,state,colour,{','.join(SUM_NAMES)} FROM tally")  # noqa: S608
        for row in cursor.fetchall():
            kept[tuple(row[:5])] = list(row[5:])
    for key in sorted(counted.keys() | kept.keys()):
        if counted.get(key) != kept.get(key):
            verdict.found(
                f"计数器 {key} 与明细不符：计数 {kept.get(key)}，明细 {counted.get(key)}。可用 bihuan rebuild 重建。"
            )


_VALUES = {
    "items": "1",
    "overdue": "CASE WHEN i.overdue THEN 1 ELSE 0 END",
    "ongoing": "CASE WHEN i.ongoing THEN 1 ELSE 0 END",
    "claimed": "CASE WHEN i.claimed<>'' THEN 1 ELSE 0 END",
}
_PRESENT = {"all": "1=1", "unit": "i.owner_id<>0", "class": "i.klass<>''", "channel": "i.channel<>''"}
