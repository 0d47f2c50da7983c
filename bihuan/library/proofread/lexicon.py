"""The list of set phrases and of words that are always wrong, with what an office adds to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.resources import files

from bihuan.rules.errors import Invalid

_CHINESE = re.compile(r"[\u4e00-\u9fff]{2,}")
_SECTIONS = ("names", "words", "wrong", "allowed")


class WordsInvalid(Invalid):
    """用语表有误。"""

    code = "words-invalid"
    default_hint = "每行一组；分节写 [names]、[words]、[wrong]、[allowed]，见《校对》的说明。"


@dataclass
class Lexicon:
    """``names``: must stand exactly so. ``words``: collocations. ``wrong``: wrong → (right, not inside these).

    ``variants``: allowed forms; ``allowed``: words that are never found fault with. ``own``: wrong words
    that the office added, found wherever they stand.
    """

    names: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    wrong: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    variants: set[str] = field(default_factory=set)
    allowed: set[str] = field(default_factory=set)
    own: set[str] = field(default_factory=set)
    first: dict[str, list[str]] = field(default_factory=dict)
    last: dict[str, list[str]] = field(default_factory=dict)
    wrong_first: dict[str, list[str]] = field(default_factory=dict)

    @cached_property
    def pieces(self) -> frozenset[str]:
        """Words and names cut at their punctuation."""
        return frozenset(p for phrase in self.words | self.names for p in _CHINESE.findall(phrase))

    def index(self) -> Lexicon:
        """Index names by their two first and two last characters, wrong words by their two first."""
        for name in sorted(self.names):
            self.first.setdefault(name[:2], []).append(name)
            self.last.setdefault(name[-2:], []).append(name)
        for word in sorted(self.wrong, key=len, reverse=True):
            self.wrong_first.setdefault(word[:2], []).append(word)
        return self


@lru_cache(maxsize=8)
def lexicon(extra: str = "") -> Lexicon:
    """Return the built-in lists with what ``extra`` (the text of an office's list) adds. Raises WordsInvalid."""
    made = Lexicon()
    _read(made, _data("phrases.txt"), "words")
    _read(made, _data("confusions.txt"), "wrong")
    listed = set(made.wrong)
    _read(made, extra, "words")
    made.own = set(made.wrong) - listed
    return made.index()


def _data(name: str) -> str:
    return files("bihuan.library.proofread").joinpath("data", name).read_text("utf-8")


def _read(made: Lexicon, text: str, section: str) -> None:
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        if bare.startswith("[") and bare.endswith("]"):
            section = bare[1:-1].strip()
            if section not in _SECTIONS:
                raise WordsInvalid(f"用语表第 {number} 行：没有名为“{section}”的节。")
            continue
        if section == "wrong":
            _wrong(made, bare, number)
        else:
            _phrases(made, section, bare, number)


def _wrong(made: Lexicon, line: str, number: int) -> None:
    parts, _, exceptions = line.partition(" except ")
    found = parts.split()
    if len(found) != 2 or len(found[0]) < 2:
        raise WordsInvalid(f"用语表第 {number} 行“{line}”：应写成“错误写法 正确写法”。")
    made.wrong[found[0]] = (found[1], tuple(exceptions.split()))


def _phrases(made: Lexicon, section: str, line: str, number: int) -> None:
    head, equals, variants = line.partition("=")
    phrases = head.split()
    if equals and len(phrases) != 1:
        raise WordsInvalid(f"用语表第 {number} 行“{line}”：“=”之前只写一个固定表述。")
    made.variants.update(variants.split())
    getattr(made, section).update(phrases)


def wrong_words(text: str, words: Lexicon) -> Iterator[tuple[int, str, str]]:
    """Yield place, wrong word and right word of each listed wrong word."""
    first = words.wrong_first
    for at in range(len(text) - 1):
        found = first.get(text[at : at + 2])
        if found:
            yield from _wrong_at(text, at, found, words)


def _wrong_at(text: str, at: int, found: list[str], words: Lexicon) -> Iterator[tuple[int, str, str]]:
    for word in found:
        right, exceptions = words.wrong[word]
        if text.startswith(word, at) and not inside(text, at, len(word), (*exceptions, *words.allowed)):
            yield at, word, right
            return


def inside(text: str, at: int, length: int, wholes: tuple[str, ...]) -> bool:
    """Whether the word at ``at`` is a part of one of ``wholes``."""
    for whole in wholes:
        begin = max(at + length - len(whole), 0)
        place = text.find(whole, begin, at + len(whole))
        if 0 <= place <= at and place + len(whole) >= at + length:
            return True
    return False


@dataclass(frozen=True)
class Misquoted:
    """A name that stands almost so: where, which, and the character that differs (-1 and +1: one missing, one too many)."""

    start: int
    end: int
    name: str
    at: int
    change: int


def misquoted(text: str, words: Lexicon) -> Iterator[Misquoted]:
    """Yield the names of ``words`` that stand in ``text`` with one character wrong, missing or too many."""
    first, last = words.first, words.last
    for at in range(len(text) - 1):
        pair = text[at : at + 2]
        for name in first.get(pair, ()):
            found = _from_front(text, at, name)
            if found:
                yield found
        for name in last.get(pair, ()):
            found = _from_back(text, at + 2, name)
            if found:
                yield found


def _from_front(text: str, at: int, name: str) -> Misquoted | None:
    size = len(name)
    same = 0
    while same < size and text[at + same : at + same + 1] == name[same]:
        same += 1
    if same == size or same < (size + 1) // 2 or same >= size - 1:
        return None
    return _compared(text, at, name, same)


def _compared(text: str, at: int, name: str, same: int) -> Misquoted | None:
    """Compare what follows the first difference: one wrong, one missing, one too many."""
    size, rest = len(name), name[same:]
    if text[at + same + 1 : at + size] == rest[1:]:
        return Misquoted(at, at + size, name, same, 0)
    if text.startswith(rest[1:], at + same):
        return Misquoted(at, at + size - 1, name, same, -1)
    if text.startswith(rest, at + same + 1):
        return Misquoted(at, at + size + 1, name, same, 1)
    return None


def _from_back(text: str, end: int, name: str) -> Misquoted | None:
    size = len(name)
    same = 0
    while same < size and end - same > 0 and text[end - same - 1] == name[size - same - 1]:
        same += 1
    if same == size or same < size // 2 or same >= size - 1:
        return None
    at = size - same - 1
    head = name[:at]
    if at and end - size >= 0 and text[end - size : end - same - 1] == head:
        return Misquoted(end - size, end, name, at, 0)
    if at and text[max(end - size + 1, 0) : end - same] == head:
        return Misquoted(end - size + 1, end, name, at, -1)
    if at and text[max(end - size - 1, 0) : end - same - 1] == name[: at + 1]:
        return Misquoted(end - size - 1, end, name, at, 1)
    return None
