"""Figures of one thing that differ inside one text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bihuan.library.proofread.amounts import NUMBER, UNIT, number
from bihuan.library.proofread.base import Hit, Level, Rule
from bihuan.library.proofread.text import Text

_STATED = re.compile(rf"({NUMBER})({UNIT}|[%％])(?![以～~—-])")
_SUBJECT = re.compile(r"([\u4e00-\u9fff]{2,14}?)(?:已|均|约|达到?|为|是|共|有|了){0,2}$")
_VAGUE = re.compile(
    r"(?:其中|分别|每|人均|平均|增长|下降|增加|减少|同比|提高|上升|超过|不少于|不低于|至少|新增|达到|比重|占比|占|完成|月|日|年|第|的|约|近|每年|每月|每周|不超过|罚款|处|以上|以下|一次|上限|下限|限期|补助|奖励|建设|新建|改造|投资|争取|安排)$"
)
_TIMES = frozenset("年天岁次期")
_PERIOD = re.compile(
    r"20\d\d年|\d+月|上半年|下半年|季度|去年|上年|今年|目前|截至|以来|本月|上月|计划|目标|力争|到20\d\d"
)


def _check(text: Text) -> Iterator[Hit]:
    """Hit a figure that the same words (six characters or more) state otherwise elsewhere, of no other time."""
    if text.statute:
        return
    stated: dict[tuple[str, str], list[re.Match[str]]] = {}
    for match in _STATED.finditer(text.text):
        subject = _SUBJECT.search(text.text, max(match.start() - 18, 0), match.start())
        key = subject[1][-6:] if subject else ""
        if len(key) >= 4 and match[2] not in _TIMES and not _VAGUE.search(key):
            stated.setdefault((key, match[2]), []).append(match)
    for (key, unit), matches in stated.items():
        if len({number(m[1]) for m in matches}) > 1:
            yield from _differing(text, key, unit, matches)


def _differing(text: Text, key: str, unit: str, matches: list[re.Match[str]]) -> Iterator[Hit]:
    usual = max({m[1] for m in matches}, key=lambda v: (sum(m[1] == v for m in matches), -_first(matches, v)))
    kept = next(m for m in matches if m[1] == usual)
    for match in matches:
        if number(match[1]) != number(usual) and _period(text, match) == _period(text, kept):
            yield Hit(
                match.start(), match.end(), None, f"“{key}”前后数字不一致：别处是{usual}{unit}，这里是{match[1]}{unit}。",
                Level.WARNING if len(key) >= 6 else Level.HINT,
            )  # fmt: skip


def _first(matches: list[re.Match[str]], value: str) -> int:
    return next(m.start() for m in matches if m[1] == value)


def _period(text: Text, match: re.Match[str]) -> tuple[str, ...]:
    """Return the words of time in the sentence before the figure."""
    before = re.split("[。；\n]", text.text[max(match.start() - 80, 0) : match.start()])[-1]
    return tuple(_PERIOD.findall(before))


RULES = (
    Rule(
        "figures-disagree", 0, "同一数字前后不一致", Level.WARNING, "前后一致", _check,
        "全县排查安全隐患126处。\n对排查安全隐患136处建账管理。", "全县排查安全隐患126处。\n对排查安全隐患126处建账管理。",
    ),
)  # fmt: skip
