"""Checks 35 and 36: lists that were announced with a count, and 一是、二是 in their order."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bihuan.library.proofread.base import Hit, Level
from bihuan.library.proofread.text import Paragraph, Text
from bihuan.rules.chinese_numbers import to_int

_NINE = "一二三四五六七八九十"
#: Families of words that count inside a paragraph, each with the place of its numeral.
_FAMILIES = (
    ("是", re.compile(rf"([{_NINE}])(?<![^。；：，！？）\s　][{_NINE}])是(?![非否])")),
    ("第", re.compile(rf"第(?<![^。；：！？\s　]第)([{_NINE}])[，,、](?![第{_NINE}])")),
    ("其", re.compile(r"其(?<![^。；：！？\s　]其)([一二三四五六])[，,、]")),
    ("要", re.compile(rf"([{_NINE}])(?<![^。；：，！？\s　][{_NINE}])要(?![求点素害领务件])")),
    ("圈", re.compile(r"([①②③④⑤⑥⑦⑧⑨⑩])")),
)
_CIRCLES = "①②③④⑤⑥⑦⑧⑨⑩"
_NAMES = {"是": "{}是", "第": "第{}，", "其": "其{}，", "要": "{}要"}


def _value(numeral: str) -> int:
    return _CIRCLES.index(numeral) + 1 if numeral in _CIRCLES else to_int(numeral) or 0


def _name(family: str, value: int) -> str | None:
    if not 1 <= value <= 10:
        return None
    return _CIRCLES[value - 1] if family == "圈" else _NAMES[family].format(_NINE[value - 1])


def ordinals(text: Text) -> Iterator[Hit]:
    """Hit 一是, 二是, 四是: numbers that skip or repeat in a running list."""
    for family, regex in _FAMILIES:
        last, place = 0, 0
        matches = list(regex.finditer(text.text))
        for turn, match in enumerate(matches):
            value = _value(match[1])
            here = text.paragraph_at(match.start(1))
            assert here is not None
            if _heading_between(text, place, here):
                last = 0
            if value == 1 and last == 1 and here.start <= place and _follows(matches, turn, here):
                yield _wrong(family, match, 1, 2)
                value = 2
            elif value not in (1, last + 1):
                yield _wrong(family, match, last, last + 1)
                value = last + 1
            last, place = value, match.start()


def _follows(matches: list[re.Match[str]], turn: int, here: Paragraph) -> bool:
    """Whether the next number of the same paragraph is 三: then 一, 一, 三 repeats the first."""
    following = matches[turn + 1 : turn + 2]
    return not following or following[0].start() > here.end or _value(following[0][1]) == 3


def _wrong(family: str, match: re.Match[str], last: int, right: int) -> Hit:
    word = "跳号" if _value(match[1]) > right else "重复或倒置"
    start, end = (match.start(1) - (family in "第其"), match.end())
    name = _name(family, right)
    return Hit(start, end, name, f"列举{word}：这里应为“{name}”。" if name else f"列举{word}。")


def _heading_between(text: Text, place: int, here: Paragraph) -> bool:
    """Whether a heading or another numbered paragraph begins after ``place``: a list does not run over it."""
    before = text.paragraph_at(place)
    assert before is not None
    return any(
        p.marker is not None or p.place == "heading" for p in text.paragraphs[before.index : here.index]
    )


_THING = (
    "个方面|个重点|个环节|个问题|个关键|个阶段|个步骤|个原则|个目标|个层面|个到位|个坚持|个注重|点意见|点要求|点建议|点体会|点希望|点看法|项工作|项措施|项任务|"
    "项重点|项制度|项内容|项要求|项行动|条措施|条意见|条建议|条要求|大行动|大工程|大任务|方面工作|方面的工作|方面内容|方面|类问题|件事|件大事|种情形|种情况|类"
)
_COUNTED = re.compile(
    rf"([一二两三四五六七八九十\d](?<![第“‘\d几前后十].)[一二三四五\d]?)((?:{_THING})[^，。；：“”\d]{{0,12}})([：。])"
)
_SAME_MARK = re.compile(r"[一二三四五六七八九十]是")


def counted(text: Text) -> Iterator[Hit]:
    """Hit 四个方面 that are followed by three."""
    for match in _COUNTED.finditer(text.text):
        said = to_int(match[1]) if not match[1].isdecimal() else int(match[1])
        here = text.paragraph_at(match.start())
        if said is None or here is None or said < 2 or here.place == "cell":
            continue
        found = _listed(text, here, match)
        if found and found[0] != said:
            count, level = found
            yield Hit(
                match.start(1), match.start(3), None, f"前面说“{match[1]}{match[2]}”，后面列出了{count}项，请核对。", level
            )  # fmt: skip


def _listed(text: Text, here: Paragraph, match: re.Match[str]) -> tuple[int, Level] | None:
    """Count what follows: numbered words of the paragraph, else numbered paragraphs, else words between 、."""
    rest = text.text[match.end() : here.end]
    inline = _inline(rest)
    if inline:
        return inline, Level.WARNING
    if len(rest.strip()) <= 1:
        below = _below(text, here)
        return (below, Level.WARNING) if below else None
    if match[3] == "：":
        return _words(rest, match)
    return None


def _inline(rest: str) -> int:
    """Return how many numbered words of one family ``rest`` begins with; 0 when it does not begin with one."""
    for _, regex in _FAMILIES:
        values = [_value(m[1]) for m in regex.finditer("：" + rest)]
        if len(values) >= 2 and values[0] == 1 and regex.match("：" + rest, 1):
            return next((n for n in range(1, len(values)) if values[n] == 1), len(values))
    return 0


def _below(text: Text, here: Paragraph) -> int:
    """Return how many paragraphs of one family follow, of whatever lies between them; 0 for fewer than two."""
    following = text.paragraphs[here.index :]
    if not following:
        return 0
    first = following[0]
    spoken = re.match("一是|第一[，,]|①", first.text)
    if spoken:
        return _spoken(following)
    if first.marker is None or first.marker.value != 1:
        return 0
    if here.marker and here.marker.depth >= first.marker.depth:
        return 0
    count = 0
    for p in following:
        if p.marker is None:
            if p.place == "heading" or re.match("附件", p.text):
                break
            continue
        if p.marker.depth < first.marker.depth:
            break
        if p.marker.family == first.marker.family:
            if p.marker.value == 1 and count:
                break
            count += 1
    return count if count >= 2 else 0


def _spoken(following: tuple[Paragraph, ...]) -> int:
    count = 0
    for p in following:
        if not re.match(rf"[{_NINE}]是|第[{_NINE}][，,]|[{_CIRCLES}]", p.text):
            break
        inside = len(_FAMILIES[0][1].findall("：" + p.text))
        count += max(inside, 1)
    return count if count >= 2 else 0


def _words(rest: str, match: re.Match[str]) -> tuple[int, Level] | None:
    """Count the words of a list like 甲、乙和丙 that ends with the sentence."""
    sentence = re.split("[。；！？]", rest)[0]
    sentence = re.sub("（[^）]*）|“[^”]*”", lambda m: "x" * len(m[0]), sentence)
    said = to_int(match[1]) if not match[1].isdecimal() else int(match[1])
    if "；" in rest:
        parts = [p for p in re.split("；", rest.split("。", maxsplit=1)[0]) if p]
        return (len(parts), Level.WARNING) if len(parts) >= 2 and not _SAME_MARK.search(rest) else None
    if "，" in sentence or "等" in sentence or sentence.count("、") < 1 or len(sentence) > 80:
        return None
    commas = sentence.count("、") + 1
    joined = len(re.findall("以及|和|及|与", sentence))
    if said is not None and commas <= said <= commas + joined:
        return None
    return commas + (1 if joined else 0), Level.HINT if joined else Level.WARNING
