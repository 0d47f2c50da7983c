"""Find the unit that a name in a ledger means: exactly, by alias, by a shorter or longer form, or despite a slip."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from rapidfuzz.distance import OSA

from bihuan.excel import vocabulary
from bihuan.excel.text import squeeze
from bihuan.excel.unit_text import is_collective

Match = Literal["known", "shorter", "slip", "collective", "new"]


class UnitDirectory(Protocol):
    """The units that are known."""

    def names(self) -> Mapping[str, str]:
        """Every name and alias → the unit's name."""


@dataclass(frozen=True, slots=True)
class Found:
    """The unit a name stands for. ``how`` is ``new`` when none was found; ``unit`` then is the name as written."""

    unit: str
    how: Match


_LEVELS = "省市县区州盟旗"
_PREFIX = re.compile(
    rf"^(?:中共|国家)?((?:[\u4e00-\u9fff]{{2,6}}?(?:自治)?)?[{_LEVELS}]委?)(?![场域直办])(?=[\u4e00-\u9fff]{{2}})"
)
_PARTY = re.compile(r"(?:党组|党委|党工委|党支部|党总支)$")
_ENDS = ("人民政府", "办事处", "委员会")
_BRACKETED = re.compile(r"[（(][^（）()]*[）)]$")
# A slip never changes which of two like bodies is meant.
_TELLING = frozenset(
    "零一二三四五六七八九十百第甲乙丙丁0123456789东西南北中上下前后左右新老旧大小省市县区乡镇村州内外男女ABCDEFGHabcdefgh"
)
_REAL = frozenset(vocabulary.BODIES.split())


class UnitFinder:
    """Looks names up in a directory; each name is worked out once."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """``names``: every name and alias → the unit's name."""
        self.known = {squeeze(name): unit for name, unit in names.items()}
        self._cache: dict[str, Found] = {}
        self._stems: dict[str, set[str]] = {}
        for name in self.known:
            self._stems.setdefault(_split_prefix(name)[1], set()).add(name)

    def find(self, name: str) -> Found:
        """The unit that ``name`` (without blanks) stands for."""
        found = self._cache.get(name)
        if found is None:
            found = self._cache[name] = self._work_out(name)
        return found

    def _work_out(self, name: str) -> Found:
        if name in self.known:
            return Found(self.known[name], "known")
        if is_collective(name):
            return Found(name, "collective")
        if unit := self._bare(name) or self._by_stem(name):
            return Found(unit, "shorter")
        if unit := nearest(name, self.known):
            return Found(unit, "slip")
        if unit := self._by_letters(name):
            return Found(unit, "shorter")
        return Found(name, "new")

    def _bare(self, name: str) -> str:
        """Without what hangs on the name: a remark in brackets, 党组, 中共."""
        bare = (_BRACKETED.sub("", name), _PARTY.sub("", name), name.removeprefix("中共"))
        forms = (*bare, *(name.removesuffix(end) for end in _ENDS), *(name + end for end in _ENDS))
        return next((self.known[form] for form in forms if form in self.known), "")

    def _by_stem(self, name: str) -> str:
        """财政局 for 县财政局, 县财政局 for 永安县财政局; never 市财政局 for 县财政局."""
        prefix, stem = _split_prefix(name)
        fits = {
            self.known[other]
            for other in self._stems.get(stem, ())
            if len(stem) >= 2 and _compatible(prefix, _split_prefix(other)[0])
        }
        return fits.pop() if len(fits) == 1 else ""

    def _by_letters(self, name: str) -> str:
        """县住建局 for 县住房和城乡建设局, and the other way round, when only one unit fits."""
        fits = {
            unit
            for other, unit in self.known.items()
            if _abbreviates(name, other) or _abbreviates(other, name)
        }
        return fits.pop() if len(fits) == 1 else ""


def nearest(name: str, known: Mapping[str, str]) -> str:
    """The one value of ``known`` whose key differs from ``name`` by a typing slip, or the empty string."""
    allowed = 0 if len(name) < 3 else 1 if len(name) < 8 else 2
    if not allowed or name in _REAL or _split_prefix(name)[1] in _REAL:
        return ""
    best, fits = allowed, set[str]()
    for other, unit in known.items():
        if abs(len(other) - len(name)) > best or len(other) < 3:
            continue
        distance = OSA.distance(name, other, score_cutoff=best)
        if distance > best or _tells_apart(name, other):
            continue
        if distance < best:
            best, fits = distance, set()
        fits.add(unit)
    return fits.pop() if len(fits) == 1 else ""


def _tells_apart(name: str, other: str) -> bool:
    """Whether the letters that differ are ones that name different bodies: 第一 and 第二, but not 农村 and 农材."""
    mine, theirs = Counter(name) - Counter(other), Counter(other) - Counter(name)
    telling = [not _TELLING.isdisjoint(changed) for changed in (mine, theirs) if changed]
    return bool(telling) and all(telling)


def _split_prefix(name: str) -> tuple[str, str]:
    """(县, 财政局), (永安县, 财政局), (, 财政局)."""
    found = _PREFIX.match(name)
    if found is None or (len(found[1]) == 1 and len(name) < 4):
        return "", name
    return found[1], name[found.end() :]


def _compatible(mine: str, other: str) -> bool:
    return not mine or not other or mine.endswith(other) or other.endswith(mine)


def _abbreviates(short: str, full: str) -> bool:
    if not 3 <= len(short) < len(full):
        return False
    mine, stem = _split_prefix(short)
    other, rest = _split_prefix(full)
    rest = re.sub("委员会$", "委", rest)
    rest = re.sub("办公室$", "办", rest)
    if (
        (mine and mine != other)
        or len(stem) < 3
        or len(rest) < len(stem) + 2
        or stem[0] != rest[0]
        or stem[-1] != rest[-1]
    ):
        return False
    letters = iter(rest)
    return all(char in letters for char in stem)


def likely_slips(counts: Mapping[str, int]) -> Iterable[tuple[str, str]]:
    """(rare name, frequent name) among new units of one file: 县住建居 once beside 县住建局 twenty times."""
    for name, count in counts.items():
        frequent = {other: other for other, times in counts.items() if times >= 2 * count and times > 1}
        if count <= 2 and (other := nearest(name, frequent)):
            yield name, other


def likely_same(counts: Mapping[str, int]) -> Iterable[tuple[str, str]]:
    """(short name, full name) among new units of one file that may be one body: 县住建局 and 县住房和城乡建设局."""
    for name in counts:
        fits = [other for other in counts if _abbreviates(name, other)]
        if len(fits) == 1:
            yield name, fits[0]
