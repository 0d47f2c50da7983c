"""Split the numbered steps that people write into one cell.

Only numbering splits: 1. 1、 1） ① （1） （一） 一、 一是 第一， 措施1： and bullets, or lines that are sentences of their own.
Decimals (1.5), dates (2024.12), clauses (第1、2款) and lines broken to fit the cell never split.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from bihuan.excel.text import clean, unwrap

_CN = "一二三四五六七八九十"
_CN_VALUE = {char: index for index, char in enumerate(_CN, 1)}
_CIRCLED = {chr(0x2460 + i): i + 1 for i in range(20)} | {chr(0x2776 + i): i + 1 for i in range(10)}
_CIRCLED |= {chr(0x24F5 + i): i + 1 for i in range(10)} | {chr(0x2780 + i): i + 1 for i in range(10)}
_BRACKETED = {chr(0x2474 + i): i + 1 for i in range(20)} | {chr(0x3220 + i): i + 1 for i in range(10)}
_DOTTED = {chr(0x2488 + i): i + 1 for i in range(20)}


def _chinese(text: str) -> int:
    tens, mark, ones = text.rpartition("十")
    if not mark:
        return _CN_VALUE[text]
    return (_CN_VALUE[tens] if tens else 1) * 10 + (_CN_VALUE[ones] if ones else 0)


def _sign(table: dict[str, int]) -> Callable[[str], int]:
    return table.__getitem__


@dataclass(frozen=True, slots=True)
class _Style:
    """One way of numbering. ``loose``: may also stand in mid-sentence, as long as it counts on from the last one."""

    name: str
    pattern: re.Pattern[str]
    value: Callable[[str], int]
    loose: bool


# A digit after "1." begins a year or a month (1.2024年…, 1.10月底前…), or the dot is a decimal point.
_AFTER_DOT = r"(?=\s*(?:(?:19|20)\d\d\s*年|\d{1,2}月(?!\d)|[^\d\s]|\s+\d))"
_STYLES = tuple(
    _Style(name, re.compile(pattern), value, loose)
    for name, pattern, value, loose in (
        ("chinese", rf"(?<![{_CN}第])([{_CN}]{{1,3}})[、.．](?!\d)", _chinese, False),
        ("bracketed chinese", rf"(?<![第附表图见])[（(]\s*([{_CN}]{{1,3}})\s*[）)][、.．]?", _chinese, True),
        ("one by one", rf"(?<![{_CN}第统])([{_CN}]{{1,3}})(?:是要|是|要)[，,:：]?", _chinese, False),
        ("first", rf"第([{_CN}]{{1,3}})[，,、:：]", _chinese, False),
        ("named", rf"(?:整改|工作|具体)?(?:措施|举措|任务|步骤|对策)(?:[（(]?([{_CN}]{{1,3}})[）)]?)[：:、.．]", _chinese, False),
        ("named with digits", r"(?:整改|工作|具体)?(?:措施|举措|任务|步骤|对策)[（(]?(\d{1,2})[）)]?[：:、.．]", int, False),
        ("dotted", rf"(?<![\d.．第—\-–~～/Vv])(\d{{1,2}})\s*[.．]{_AFTER_DOT}", int, True),
        ("comma", r"(?<![\d.第、—\-–~～/])(\d{1,2})[、,，](?!\d)(?!\d{1,3}[、,，号条款项])", int, True),
        ("dotted sign", "([" + "".join(_DOTTED) + "])", _sign(_DOTTED), True),
        ("bracketed", r"(?<![第附表图见])[（(]\s*(\d{1,2})\s*[）)][、.．]?", int, True),
        ("bracketed sign", "([" + "".join(_BRACKETED) + "])[、.．]?", _sign(_BRACKETED), True),
        ("half bracketed", r"(?<![\d（(])(\d{1,2})\s*[）)][、.．]?", int, True),
        ("spaced", r"(?:^|(?<=\n))(\d{1,2}) +(?=[\u4e00-\u9fff])(?!\d*[年月日号个项条户人])", int, False),
        ("circled", "([" + "".join(_CIRCLED) + "])[、.．]?", _sign(_CIRCLED), True),
    )
)  # fmt: skip

# Two of these are the least that any numbering has; most cells have fewer, and are spared the styles.
_ANY_MARK = re.compile(
    rf"(?<![\d.．])\d{{1,2}}\s*[.．、,，)）：: ](?!\d(?!\d{{0,3}}[年月]))|[{_CN}]\s*[、.．，,：:是要)）]|["
    + "".join([*_CIRCLED, *_BRACKETED, *_DOTTED])
    + "]"
)

_STRONG = "\n。；;！!？?"
_BOUNDARY = _STRONG + "：:，,、）)” "
_TRIM = " \n\t；;，,、"
_SENTENCE_END = re.compile(r"[。；;！!？?…]['”\"）)]?$")
_BULLET = re.compile(r"^\s*(?:[•●◆■◇□▪►▶✦★☆※○·*＊]|[-—–]{1,2}(?!\d))\s*")
_TORN = re.compile(r"[，,。、；：）)”]|[\u4e00-\u9fff][，,。；]")
_LABEL = re.compile(r"(?:主要|具体|整改|工作)*(?:措施|举措|对策|建议|办法)(?:如下|包括|是)?[:：]?")


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of a cell in order; ``skips`` says that their numbers do not run 1, 2, 3 …"""

    texts: tuple[str, ...]
    skips: bool = False


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    number: int


@lru_cache(maxsize=65_536)
def split_steps(text: str) -> Steps:
    """The steps in a cell's text, without their numbers; one step when nothing numbers them, none when it is empty.

    An introduction before the first number stays with the first step; deeper numbering stays inside its step.
    """
    text = clean(text)
    if not text:
        return Steps(())
    best = _best_marks(text) if len(_ANY_MARK.findall(text)) > 1 else []
    if len(best) > 1:
        return _cut(text, best)
    bare = _without_mark(text)
    lines = _lines(bare if bare != text else text)
    return Steps(tuple(_bare(step) for line in lines if (step := line.strip(_TRIM))) or (text,))


def _best_marks(text: str) -> list[_Mark]:
    """The numbering that comes first in the text: what comes later is below it."""
    found = [marks for style in _STYLES if len(marks := _marks(text, style)) > 1]
    return min(found, key=lambda marks: (marks[0].start, -len(marks)), default=[])


def _marks(text: str, style: _Style) -> list[_Mark]:
    marks: list[_Mark] = []
    for mark in _candidates(text, style):
        if _belongs(text, mark, marks, style):
            marks.append(mark)
    return marks


def _candidates(text: str, style: _Style) -> Iterator[_Mark]:
    for match in style.pattern.finditer(text):
        try:
            yield _Mark(match.start(), match.end(), style.value(match[1]))
        except KeyError:  # 一一, 十十: no number
            continue


def _belongs(text: str, mark: _Mark, marks: list[_Mark], style: _Style) -> bool:
    before = text[: mark.start].rstrip(" ")
    last = before[-1:]
    if not marks:
        starts = not before or last in _STRONG + "：:" or (last in "，," and style.name == "one by one")
        return starts and (mark.number == 1 or not before)
    follows = mark.number == marks[-1].number + 1
    if last == "\n" or (last in _STRONG and last):
        return mark.number > marks[-1].number and mark.number <= marks[-1].number + 3
    if last in "，,、 ）)”" or text[mark.start - 1 : mark.start] == " ":
        return follows
    return follows and style.loose


def _cut(text: str, marks: list[_Mark]) -> Steps:
    ends = [mark.start for mark in marks[1:]] + [len(text)]
    bodies = [
        unwrap(text[mark.end : end].strip(_TRIM)).strip() for mark, end in zip(marks, ends, strict=True)
    ]
    intro = unwrap(text[: marks[0].start].strip()).strip()
    if intro and not _LABEL.fullmatch(intro):
        bodies[0] = f"{intro}{bodies[0]}"
    numbers = [mark.number for mark in marks]
    skips = any(after != number + 1 for number, after in pairwise(numbers))
    return Steps(tuple(map(_bare, filter(None, bodies))) or (text,), skips)


def _bare(step: str) -> str:
    """A step of one sentence without its stop: 1.甲；2.乙。 and 1.甲。2.乙。 are the same two steps."""
    return step[:-1] if step.endswith("。") and "。" not in step[:-1] and len(step) > 1 else step


_ALONE = re.compile(
    r"^(?:[（(]\s*(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s*[）)][、.．]?|\d{1,2}\s*[.．](?=\s*(?:(?:19|20)\d\d年|[^\d\s]))|\d{1,2}[、）)](?!\d)"
    r"|[一二三四五六七八九十]{1,3}[、.．](?![一二三四五六七八九十])|["
    + "".join([*_CIRCLED, *_BRACKETED, *_DOTTED])
    + r"][、.．]?|第[一二三四五六七八九十]{1,3}[，,、：:]|[一二三四五六七八九十]是(?:要)?[，,：:]?|(?:整改|工作|具体)?措施(?:\d{1,2}|[一二三四五六七八九十]{1,3})[：:、.．])\s*"
)


def _without_mark(text: str) -> str:
    """A single step loses its number too: rows of a merged problem are numbered across cells."""
    return _ALONE.sub("", text, count=1) or text


def _lines(text: str) -> list[str]:
    """The lines that are steps of their own, bulleted or ended; lines that were only broken to fit are joined."""
    lines = text.split("\n")
    if len(lines) == 1:
        return [_BULLET.sub("", text) or text]
    if sum(1 for line in lines if _BULLET.match(line)) > 1:
        return [_BULLET.sub("", line) for line in _join(lines, lambda _, after: bool(_BULLET.match(after)))]
    if any(_SENTENCE_END.search(line) for line in lines[:-1]):
        return _join(lines, lambda before, _: bool(_SENTENCE_END.search(before)))
    return [unwrap(text)] if _broken_to_fit(lines) else lines


def _join(lines: list[str], parts: Callable[[str, str], bool]) -> list[str]:
    joined = [lines[0]]
    for line in lines[1:]:
        if parts(joined[-1], line):
            joined.append(line)
        else:
            joined[-1] = unwrap(f"{joined[-1]}\n{line}")
    return joined


def _broken_to_fit(lines: list[str]) -> bool:
    """Lines of one width, or with a comma at a break, are one text; short lines of differing widths are a list."""
    if any(line[-1:] in "，,、：:（(“" for line in lines[:-1]) or any(
        _TORN.match(line) for line in lines[1:]
    ):
        return True
    if _SENTENCE_END.search(lines[-1]):
        return True  # a list would end each line alike
    widths = [len(line) for line in lines[:-1]]
    even = max(widths) - min(widths) <= 2 and len(lines[-1]) <= max(widths) + 2
    return (
        max(widths) >= 60
        or min(len(line) for line in lines) < 4
        or (even and len(lines) > 2 and min(widths) >= 8 and len(lines[-1]) != widths[0])
    )
