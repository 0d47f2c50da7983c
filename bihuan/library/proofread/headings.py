"""Checks 1 to 7: the numbers of headings and what stands around them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bihuan.library.proofread.base import Hit, Level, Rule, both, pattern
from bihuan.library.proofread.text import DEPTH, NUMERAL, Marker, Paragraph, Text

_NINE = "一二三四五六七八九"
_LEVELS = "GB/T 9704—2012 7.3.3：结构层次序数依次为“一、”“（一）”“1.”“（1）”"
_LAW_LEVELS = ("part", "chapter", "section", "article")


def numeral(value: int) -> str:
    """Return ``value`` (1 to 999) in Chinese numerals."""
    hundreds, rest = divmod(value, 100)
    tens, ones = divmod(rest, 10)
    head = f"{_NINE[hundreds - 1]}百" if hundreds else ""
    zero = "零" if hundreds and not tens and ones else ""
    ten = f"{_NINE[tens - 1] if tens > 1 or hundreds else ''}十" if tens else ""
    return head + zero + ten + (_NINE[ones - 1] if ones else "")


def _with_value(text: Text, marker: Marker, value: int) -> str:
    """Return the words of ``marker`` with another number."""
    made = str(value) if marker.family in ("three", "four") else numeral(value)
    return re.sub(rf"[{NUMERAL}\d]+", made, text.text[marker.start : marker.end], count=1)


def _shape(text: Text, marker: Marker) -> str:
    return re.sub(rf"[{NUMERAL}\d]+", "", text.text[marker.start : marker.end])


class _Counters:
    """The last number of each family in the current place of the outline."""

    def __init__(self, statute: bool = False) -> None:
        self.last: dict[str, int] = {}
        # in interpretations of courts 一、 heads a group of articles
        self._kept = ("article", "one") if statute else ("article",)

    def forget_below(self, marker: Marker) -> None:
        """Start the families below ``marker`` anew; articles count through the chapters."""
        deeper = [f for f in self.last if DEPTH[f] > marker.depth]
        for family in deeper:
            if family not in self._kept:
                del self.last[family]


def _sequence(text: Text) -> Iterator[Hit]:
    counters = _Counters(text.statute)
    before: Paragraph | None = None
    shown = [p for p in text.paragraphs if p.place != "cell"]
    following = _next_values(shown)
    for at, p in enumerate(shown):
        if _starts_part(p):
            counters = _Counters(text.statute)
            if re.match(r"附件[:：]\s*1[.．]", p.text):
                counters.last["three"] = 1
        elif p.marker:
            yield from _judged(text, p, before, counters, following[at])
        before = p


def _next_values(shown: list[Paragraph]) -> list[int]:
    """Return, for each paragraph with a number, the next number of its family; 0 where there is none."""
    seen: dict[str, int] = {}
    values = []
    for p in reversed(shown):
        values.append(seen.get(p.marker.family, 0) if p.marker else 0)
        if p.marker:
            seen[p.marker.family] = p.marker.value
    return values[::-1]


def _starts_part(p: Paragraph) -> bool:
    """Whether a part with numbers of its own begins: an annex, a heading without a number."""
    return bool(re.match(r"附\s*[件录表]", p.text)) or (p.place == "heading" and p.marker is None)


def _judged(
    text: Text, p: Paragraph, before: Paragraph | None, counters: _Counters, following: int
) -> Iterator[Hit]:
    marker = p.marker
    assert marker is not None
    last = counters.last.get(marker.family, 0)
    counters.forget_below(marker)
    counters.last[marker.family] = marker.value
    added = "之" in text.text[marker.start : marker.end]
    if marker.value == last + 1 or added or (marker.value == 1 and _may_restart(text, marker, before, last)):
        return
    if last == 0 and marker.family in ("article", "part", "chapter", "section", "four"):
        return
    word = "重复" if marker.value <= last else "跳号" if last else "没有从头编起"
    # counting goes on from here where the next number follows this one: else one slip would be told at every number after it
    counters.last[marker.family] = marker.value if following == marker.value + 1 else last + 1
    yield Hit(
        marker.start,
        marker.end,
        _with_value(text, marker, last + 1),
        f"序号{word}：上一个是{last or '（无）'}，这里应为{last + 1}。",
    )


def _may_restart(text: Text, marker: Marker, before: Paragraph | None, last: int) -> bool:
    """Whether a list may begin anew here: after a colon, a title or a line that is itself no member of a list."""
    if before is None or last == 0 or (text.statute and marker.family == "one"):
        return True
    if marker.family == "chapter" and before.marker and before.marker.family == "chapter" and last > 1:
        return True  # the contents stand before the text
    if before.marker and before.marker.family == marker.family:
        return before.text[-1] in "：:"
    if marker.family in ("one", *_LAW_LEVELS):
        return before.marker is None and before.text[-1] not in "。；！？”）"
    return before.text[-1] in "：:" or (before.marker is None and not before.text.endswith("；"))


_PARENTS = {
    "two": ("one",),
    "three": ("two",),
    "four": ("three",),
}


def _levels(text: Text) -> Iterator[Hit]:
    seen = {p.marker.family for p in text.paragraphs if p.marker}
    open_: str | None = None
    for p in text.paragraphs:
        marker = p.marker
        if p.place == "cell" or marker is None:
            continue
        if marker.family in _LAW_LEVELS:
            # the members of an article are （一）, as if it were a heading of the first level
            open_ = "one" if marker.family == "article" else None
            continue
        if open_ and marker.depth - DEPTH[open_] > 1 and marker.value == 1:
            yield _level_hit(text, marker, open_, seen)
        open_ = marker.family


_FORMS = {"one": "一、", "two": "（一）", "three": "1.", "four": "（1）"}


def _level_hit(text: Text, marker: Marker, above: str, seen: set[str]) -> Hit:
    needed = next(f for f in _FORMS if DEPTH[f] == DEPTH[above] + 1)
    level = None if needed in seen or marker.depth - DEPTH[above] > 2 else Level.HINT
    message = (
        f"层次跳级：“{_FORMS[above]}”之下应先用“{_FORMS[needed]}”，这里直接用了“{_FORMS[marker.family]}”。"
    )
    return Hit(marker.start, marker.end, _FORMS[needed], message, level)


_MIXED_PAIR = re.compile(r"（([^（）()\n]{1,80})\)|\(([^（）()\n]{1,80})）")


_HALF_PAIR = re.compile(r"[\u4e00-\u9fff]\([^()（）\n]*[\u4e00-\u9fff][^()（）\n]*\)")


def _mixed(text: Text) -> Iterator[Hit]:
    for match in _MIXED_PAIR.finditer(text.text):
        inner = match[1] or match[2]
        yield Hit(match.start(), match.end(), f"（{inner}）", "括号一半是全角、一半是半角，应统一用全角。")
    # a statute with half-width brackets everywhere is told so by check 8
    level = Level.HINT if text.statute and _HALF_PAIR.search(text.text) else None
    for p in text.paragraphs:
        if p.marker and p.marker.family in ("two", "four") and p.text.startswith("("):
            shape = _shape(text, p.marker)
            if shape == "()":
                whole = text.text[p.marker.start : p.marker.end]
                right = f"（{whole[1:-1]}）"
                yield Hit(p.marker.start, p.marker.end, right, "标题序号的括号应为全角“（）”。", level)


def _heading_stop(text: Text) -> Iterator[Hit]:
    shown = [p for p in text.paragraphs if p.place != "cell"]
    for at, p in enumerate(shown):
        if p.text[-1] in "。，；、,.;" and _stands_alone(text, shown, at):
            yield Hit(p.end - 1, p.end, "", f"独立成行的标题末尾不用“{p.text[-1]}”。")


def _stands_alone(text: Text, shown: list[Paragraph], at: int) -> bool:
    """Whether the paragraph is a heading: it has text below it and is no member of a list of sentences."""
    p = shown[at]
    if p.place == "heading" or p == text.title:
        return True
    if p.marker is None or len(p.text) > 35 or re.search("[。；：！？]", p.text[:-1]):
        return False
    if p.marker.family in ("part", "chapter", "section"):
        return True
    if p.marker.family == "article" or (text.statute and p.marker.family != "one"):
        return False
    following = shown[at + 1] if at + 1 < len(shown) else None
    if following is None or text.furniture(following) or _same(following, p) or _shallower(following, p):
        return False
    return at == 0 or not _same(shown[at - 1], p)


def _same(other: Paragraph, p: Paragraph) -> bool:
    assert p.marker is not None
    return other.marker is not None and other.marker.family == p.marker.family


def _shallower(other: Paragraph, p: Paragraph) -> bool:
    assert p.marker is not None
    return other.marker is not None and other.marker.depth < p.marker.depth


RULES = (
    Rule(
        "heading-sequence", 1, "标题序号跳号或重复", Level.ERROR, _LEVELS, _sequence,
        "一、总体要求\n三、主要任务", "一、总体要求\n二、主要任务", statute=Level.WARNING,
    ),
    Rule(
        "heading-level", 2, "标题层次跳级", Level.WARNING, _LEVELS, _levels,
        "一、主要任务\n（1）加强领导", "一、主要任务\n（一）加强领导", form=True, statute=Level.WARNING,
    ),
    Rule(
        "heading-comma", 3, "“1、”应为“1.”", Level.WARNING,
        "GB/T 9704—2012 7.3.3；GB/T 15834—2011：阿拉伯数字序号后用下脚点",
        pattern(r"^([ \t　]*)(\d{1,2})、(?!\d)", r"\2.", "阿拉伯数字序号后用“.”，不用顿号。"),
        "1、加强领导。", "1.加强领导。", safe=True, form=True,
        style=(re.compile(r"^[ \t　]*\d{1,2}、(?!\d)", re.MULTILINE), re.compile(r"^[ \t　]*\d{1,2}[.．](?!\d)", re.MULTILINE)),
    ),
    Rule(
        "heading-bracket-comma", 4, "带括号的序号后不加顿号", Level.ERROR,
        "GB/T 15834—2011：带括号的序次语后不用点号",
        pattern(rf"([（(](?<![^。；：\s　].)[{NUMERAL}\d]{{1,4}}[)）])[、，,.．](?![（(第])", r"\1", "带括号的序号后不加点号。"),
        "（一）、加强领导", "（一）加强领导", safe=True, form=True,
    ),
    Rule(
        "ordinal-comma", 5, "“第一、”应为“第一，”", Level.ERROR,
        "GB/T 15834—2011：“第”字序次语和“首先”“其次”后用逗号",
        both(
            pattern(
                rf"(第[一二三四五六七八九十]|其[一二三四五]|首先|其次|再次|最后)(?<![^。；：！？\s　]..)、(?![第其]?[{NUMERAL}])",
                r"\1，", "“{0}”这类序次语后用逗号。",
            ),
            pattern(r"([一二三四五六七八九]是)(?<![^。；：，！？\s　]..)、", r"\1", "“一是”之后不加顿号。"),
        ),
        "第一、加强领导。", "第一，加强领导。", safe=True,
    ),
    Rule(
        "bracket-width", 6, "括号全角半角混用", Level.ERROR,
        "GB/T 15834—2011 5.1：中文里的标点占一个字", _mixed, "（一)加强领导", "（一）加强领导", safe=True, form=True,
        style=(re.compile(r"\([^()（）\n]*\)"), re.compile(r"（[^()（）\n]*）")),
    ),
    Rule(
        "heading-stop", 7, "独立成行的标题后用了句号", Level.WARNING,
        "GB/T 15834—2011 与公文习惯：独立成行的标题末尾不用点号", _heading_stop,
        "一、总体要求。\n今年的工作要抓早抓实。", "一、总体要求\n今年的工作要抓早抓实。", safe=True,
    ),
)  # fmt: skip
