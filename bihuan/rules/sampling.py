"""Random sampling that anyone can replay: a draw is a function of what the ledger holds, and of nothing else.

First the commitment is entered: the population in strata, how many of each stratum, and a seed. Then the draw: every member
gets the number SHA-256 of the UTF-8 text ``SEED:HASH:ID``, where HASH is the hash (64 hex digits) of the entry that holds the
commitment and ID the member's id in decimal digits. The members of a stratum are ranked by that number, the smallest
first, and the first ones are taken. Whoever chooses the seed cannot know the hash beforehand and so cannot steer the draw;
afterwards nobody can change the population, the sizes or the seed. A stranger repeats it with
``printf %s SEED:HASH:ID | sha256sum``.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bihuan.rules.errors import Invalid

#: The stratum of a population that is not divided.
WHOLE = "全部"


class SampleInvalid(Invalid):
    """抽样的总体或数量不对。"""

    code = "sample-invalid"


@dataclass(frozen=True)
class Stratum:
    """One part of the population: its ``name``, the ``ids`` of its members, and how many are drawn (``size``)."""

    name: str
    ids: tuple[int, ...]
    size: int

    def to_data(self) -> dict[str, Any]:
        """Return the object that an entry holds; the ids rise."""
        return {"name": self.name, "ids": sorted(self.ids), "size": self.size}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Stratum:
        """Return the stratum that an entry holds."""
        return cls(data["name"], tuple(data["ids"]), data["size"])


@dataclass(frozen=True)
class Drawn:
    """What was drawn from a stratum, in the order of its rank."""

    name: str
    ids: tuple[int, ...]

    def to_data(self) -> dict[str, Any]:
        """Return the object that an entry holds."""
        return {"name": self.name, "ids": list(self.ids)}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Drawn:
        """Return the draw that an entry holds."""
        return cls(data["name"], tuple(data["ids"]))


def plan(
    members: Iterable[tuple[int, str]],
    *,
    size: int = 0,
    each: int = 0,
    sizes: Mapping[str, int] | None = None,
    share: int = 0,
) -> tuple[Stratum, ...]:
    """Divide ``members`` (id, stratum's name) into strata, in the order of their names, and say how many are drawn of each.

    Exactly one of these is given: ``size`` in all, shared out in proportion to the strata (largest remainder; of equal ones the
    larger stratum, then the name that sorts first); ``each`` for every stratum (all of a smaller one); ``sizes`` by name;
    ``share`` percent of the whole, rounded up. Raises SampleInvalid.
    """
    groups = _groups(members)
    if sum(map(bool, (size, each, sizes, share))) != 1:
        raise SampleInvalid("抽取数量须且只须写一种：总数、每层数、各层数，或百分比。")
    counts = {name: len(ids) for name, ids in groups.items()}
    if share:
        size = _part(sum(counts.values()), share)
    wanted = _shared(counts, size) if size else _asked(counts, each, sizes or {})
    return tuple(Stratum(name, tuple(groups[name]), wanted[name]) for name in groups)


def _groups(members: Iterable[tuple[int, str]]) -> dict[str, list[int]]:
    found = sorted(members)
    if not found:
        raise SampleInvalid("抽样的总体是空的。", hint="请核对清单、时段和单位。")
    twice = [i for i, n in Counter(i for i, _ in found).items() if n > 1]
    if twice:
        raise SampleInvalid(f"编号 {twice[0]} 在总体中出现了不止一次。")
    groups: dict[str, list[int]] = {name: [] for name in sorted({s for _, s in found})}
    for member, stratum in found:
        groups[stratum].append(member)
    return groups


def _part(total: int, share: int) -> int:
    if not 0 < share <= 100:
        raise SampleInvalid(f"抽取比例应在 1 到 100 之间，写的是 {share}。")
    return -(-total * share // 100)


def _asked(counts: Mapping[str, int], each: int, sizes: Mapping[str, int]) -> dict[str, int]:
    if each < 0 or any(n < 0 for n in sizes.values()) or not (each or any(sizes.values())):
        raise SampleInvalid("抽取数量应是正整数。")
    unknown = [name for name in sizes if name not in counts]
    if unknown:
        raise SampleInvalid(f"总体中没有“{unknown[0]}”这一层。", hint=f"现有：{'、'.join(counts)}。")
    short = [name for name, n in sizes.items() if n > counts[name]]
    if short:
        name = short[0]
        raise SampleInvalid(f"“{name}”只有 {counts[name]} 个，不够抽 {sizes[name]} 个。")
    return {name: min(each, n) if each else sizes.get(name, 0) for name, n in counts.items()}


def _shared(counts: Mapping[str, int], size: int) -> dict[str, int]:
    total = sum(counts.values())
    if not 0 < size <= total:
        raise SampleInvalid(f"总体共 {total} 个，抽取总数应在 1 到 {total} 之间，写的是 {size}。")
    given = {name: size * n // total for name, n in counts.items()}
    order = sorted(counts, key=lambda name: (-(size * counts[name] % total), -counts[name], name))
    for name in order[: size - sum(given.values())]:
        given[name] += 1
    return given


def digest(strata: Sequence[Stratum]) -> str:
    """Return SHA-256 (hex) of the population: a line ``ID,STRATUM`` and a line feed for each member, the ids rising."""
    lines = sorted((member, s.name) for s in strata for member in s.ids)
    return hashlib.sha256("".join(f"{i},{name}\n" for i, name in lines).encode()).hexdigest()


def rank(seed: str, commitment: str, member: int) -> str:
    """Return the number (hex) by which ``member`` is ranked; ``commitment`` is the hash of the committing entry (hex)."""
    return hashlib.sha256(f"{seed}:{commitment}:{member}".encode()).hexdigest()


def draw(strata: Sequence[Stratum], seed: str, commitment: str) -> tuple[Drawn, ...]:
    """Draw from every stratum the members with the smallest ranks."""
    return tuple(
        Drawn(s.name, tuple(sorted(s.ids, key=lambda i: (rank(seed, commitment, i), i))[: s.size]))
        for s in strata
    )


@dataclass(frozen=True)
class Difference:
    """Where a recorded draw departs from the repeated one: the ``stratum`` ("" for all of it) and ``what`` differs, in Chinese.

    ``missing`` should have been drawn and were not; ``extra`` were recorded and not drawn.
    """

    stratum: str
    what: str
    missing: tuple[int, ...] = ()
    extra: tuple[int, ...] = ()


def compare(expected: Sequence[Drawn], recorded: Sequence[Drawn]) -> list[Difference]:
    """Return every difference between the repeated draw and the recorded one; none: the record holds."""
    found = []
    ours, theirs = {d.name: d.ids for d in expected}, {d.name: d.ids for d in recorded}
    if len(theirs) != len(recorded):
        found.append(Difference("", "记录中同一层出现了不止一次"))
    for name in sorted(ours.keys() | theirs.keys()):
        right, said = ours.get(name, ()), theirs.get(name, ())
        missing = tuple(i for i in right if i not in set(said))
        extra = tuple(i for i in said if i not in set(right))
        if missing or extra:
            found.append(Difference(name, "抽中的不一样", missing, extra))
        elif right != said:
            found.append(Difference(name, "抽中的相同，次序或次数不同"))
    return found
