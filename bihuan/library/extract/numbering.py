"""The numbers that Word shows before a paragraph without storing them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.etree import ElementTree

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_CHINESE = frozenset(
    {
        "chineseCounting",
        "chineseCountingThousand",
        "japaneseCounting",
        "ideographDigital",
        "taiwaneseCounting",
    }
)
_CIRCLED = frozenset({"decimalEnclosedCircle", "decimalEnclosedCircleChinese"})
_PLACE = re.compile(r"%([1-9])")
Level = tuple[str, str, int]


@dataclass
class Numbering:
    """``levels[number][level]`` is (format, text with %1, start); ``counts`` go on while the text is read."""

    levels: dict[str, dict[int, Level]]
    counts: dict[tuple[str, int], int] = field(default_factory=dict)

    @classmethod
    def read(cls, root: ElementTree.Element | None) -> Numbering:
        """Read ``numbering.xml``; without one nothing is numbered."""
        if root is None:
            return cls({})
        abstract = {e.get(f"{_W}abstractNumId", ""): _levels(e) for e in root.iter(f"{_W}abstractNum")}
        found = {}
        for number in root.iter(f"{_W}num"):
            base = number.find(f"{_W}abstractNumId")
            found[number.get(f"{_W}numId", "")] = abstract.get(
                "" if base is None else base.get(f"{_W}val", ""), {}
            )
        return cls(found)

    def next(self, ident: str, level: int) -> str:
        """Return the next number of the list ``ident`` at ``level``, as shown; "" for bullets and unknown lists."""
        levels = self.levels.get(ident, {})
        if level not in levels:
            return ""
        kind, text, start = levels[level]
        self.counts[ident, level] = self.counts.get((ident, level), start - 1) + 1
        for deeper in [key for key in self.counts if key[0] == ident and key[1] > level]:
            del self.counts[deeper]
        if kind in {"bullet", "none"}:
            return ""
        return _PLACE.sub(lambda place: self._shown(ident, int(place[1]) - 1), text)

    def _shown(self, ident: str, level: int) -> str:
        kind, _, start = self.levels[ident].get(level, ("decimal", "", 1))
        return _written(self.counts.get((ident, level), start), kind)


def _levels(abstract: ElementTree.Element) -> dict[int, Level]:
    found = {}
    for level in abstract.iter(f"{_W}lvl"):
        values = {name: level.find(f"{_W}{name}") for name in ("numFmt", "lvlText", "start")}
        kind, text, start = (
            default if element is None else element.get(f"{_W}val", default)
            for element, default in zip(values.values(), ("decimal", "", "1"), strict=True)
        )
        found[int(level.get(f"{_W}ilvl", "0"))] = (kind, text, int(start) if start.isdecimal() else 1)
    return found


def _written(number: int, kind: str) -> str:
    if kind in _CHINESE:
        return chinese(number)
    if kind in _CIRCLED and 1 <= number <= 20:
        return chr(0x2460 + number - 1)
    if kind in {"lowerLetter", "upperLetter"}:
        return chr(ord("a" if kind == "lowerLetter" else "A") + (number - 1) % 26)
    return str(number)


def chinese(number: int) -> str:
    """Write 1–99 as headings do: 一, 十, 十二, 二十, 二十一; larger ones in figures."""
    digits = "〇一二三四五六七八九"
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else f"{digits[tens]}十"
    return head + (digits[ones] if ones else "")
