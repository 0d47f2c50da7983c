"""Finds the words for dates and durations in a normalised wording, and joins neighbours: 2024年 + 12月 + 底.

Nothing is resolved here: a token is a kind, its text and its numbers.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_STOP = r"(?=$|[,;。、:()\x00]|前|以前|之前|止|为止|到|至|-|完成|办结)"
_SPAN_END = (
    r"(?=以?内|之内|左右|后|以后|之后|时间|期|为限|$|[,;。、:()\x00]|前|以前|之前|完成|办结|整改|解决|落实|到位|销号|报|反馈"
    r"|答复|办理|回复|起草|出台|制定|建立|形成|见效|必须|全部|基本|要|须)"
)
_FESTIVALS = r"元旦|春节|清明节?|五一|劳动节|端午节?|七一|建党节|八一|建军节|教师节|中秋节?|国庆节?|十一(?=前|之前|以前|假)"

_TOKENS = (
    # The commonest first; nothing else can begin like these.
    ("year4", r"(?<!\d)\d{4}年度?"),
    ("month", r"(?<![\d.])\d{1,2}月份?"),
    ("month", r"(?<=年)前\d{1,2}个?月份?"),
    # Whole dates in figures. The separators must agree, so that 2024.10-2025.6 is no date.
    ("ymd", r"(?<![\d.])(?:\d{4}|\d{2})(?P<sep>[-./])\d{1,2}(?P=sep)\d{1,2}(?![\d%])日?"),
    ("mdy", r"(?<![\d.])\d{1,2}(?P<sep2>[-./])\d{1,2}(?P=sep2)\d{4}(?!\d)"),
    ("compact", r"(?<!\d)(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)"),
    ("compact_month", r"(?<!\d)20\d{2}(?:0[1-9]|1[0-2])(?=[底末初前]|以前|之前|$|[,;。、:()-])"),
    ("ym", r"(?<![\d.])\d{4}[-./]\d{1,2}(?![\d%])(?:月份?)?"),
    ("md", rf"(?<![\d.%])(?<!完成)(?<!达到)\d{{1,2}}[./-]\d{{1,2}}(?:[日号]|{_STOP})"),
    # Durations. 10日 alone may be a day or ten days; the reader of dates decides.
    (
        "span",
        r"(?<![\d.第前上下每])(?<!最后)(?:"
        rf"\d+(?:\.\d)?个?(?:工作日|自然日|日历日|周|星期|礼拜){_SPAN_END}|\d+(?:\.\d)?天(?!前){_SPAN_END}"
        rf"|\d+(?:\.\d)?个(?:半)?(?:月|季度?|年)半?{_SPAN_END}|(?:[4-9]\d|1?\d|\d{{3}})(?:\.\d)?年半?{_SPAN_END}"
        rf"|\d+个?(?:小时|分钟){_SPAN_END}|(?<!年)半个?(?:月|年|小时){_SPAN_END}|半[天日]{_SPAN_END}"
        r"|(?<!月)(?<!月份)\d+日(?=以?内|之内|后|以后|之后|左右|时间|为限))",
    ),
    # Years
    ("year2", r"(?<![\d.])[2-9]\d年度?(?=\d{1,2}月|[底末初中内]|[上下]半年|第?[1-4]季|前[1-3]个?季|Q)"),
    ("year2", r"(?<![\d.])1\d年度?(?=\d{1,2}月|[底末初]|[上下]半年|第?[1-4]季|Q)"),
    ("year2", r"(?<![\d.])[23]\d年度?(?![\d来后期以])"),
    ("year", r"(?<![以之目])(?:今|本|当|明|来|次|翌|后|去|上|前|第2)年度?|[上下]1年度?"),
    ("year", r"(?<![\d个半每近百万多去几])(?:年度?(?=[底末内初中终])|全年|岁(?=末|尾))"),
    # Months and days
    ("months", r"(?:本|当|这个?|下{1,2}个?|次|上个?)月"),
    ("months", r"(?<![\d个半每])月(?=[底末内初]|中(?!心|旬)|[上中下]旬)"),
    ("day", r"(?:(?<=月)|(?<=月份))\d{1,2}(?:[日号]|(?=前|以前|之前|止|$|[-至到,;。、:()\x00]))"),
    (
        "day",
        r"(?<![\d.〕\])前])\d{1,3}(?:日(?!以?内|之内|后|以后|之后|左右|常|均)|号(?!文|楼|线|令|院|门))"
        rf"(?={_SPAN_END}|[止至到及和或上下晚-])",
    ),
    ("today", r"(?<!含)(?:今天|今日|当天|当日|本日|明天|明日|次日|后天)"),
    (
        "week",
        r"(?:本|这个?|下{1,2}个?|上个?)?(?:周|星期|礼拜)[一二三四五六日天末](?![一二三四五六七八九年期])"
        r"|(?:[本这上]|下{1,2})个?(?:周|星期)",
    ),
    # Quarters and halves
    ("quarter", r"(?<![\d.])(?:第|前)?[1-4]个?季度?|Q[1-4]"),
    ("quarters", r"(?:本|当|这个?|下{1,2}个?|上个?)季度?|季度?(?=[末底内]|最后)"),
    ("last_month", r"末月|最后(?:1|一)?个?月"),
    ("half", r"[上下前后]半年度?|(?<=年)半年度?|(?<=年度)半年度?"),
    # Other fixed points
    ("festival", rf"(?:{_FESTIVALS})(?=节?(?:[、和]?(?:{_FESTIVALS}))?节?(?:假期)?(?:到?来临?之?)?(?:前|之前|以前))"),
    ("plan", r"十[一二三四五六七八九]五(?=期间|时期|规划期|期末|末|收官|以?内|之内|$)"),
    # Parts, read only behind what they are part of
    ("tenth", r"上中旬|中上旬|中下旬|上旬|中旬|下旬"),
    ("part", r"[底末初内尾终]|中(?=前|以前|之前|完成|期?$|[,;。、()至到-])"),
)  # fmt: skip

# Every token begins with one of these; most characters are dismissed by one look.
_FIRST = r"(?=[\dQ今本当明来次翌后去上前第下年全岁月这季周星礼半元春清五劳端七建八军教中国十末最底初内尾终])"
_ALTERNATIVES = "|".join(f"(?P<t{number}>{pattern})" for number, (_, pattern) in enumerate(_TOKENS))
_TOKEN = re.compile(f"{_FIRST}(?:{_ALTERNATIVES})")
_KIND_OF = {f"t{number}": kind for number, (kind, _) in enumerate(_TOKENS)}
_NUMBER = re.compile(r"\d+")

# How deep a kind sits in a date, and how deep it reaches: what follows must lie deeper to be part of the same date.
_DEPTH = {
    "ymd": (0, 3),
    "mdy": (0, 3),
    "compact": (0, 3),
    "compact_month": (0, 1),
    "ym": (0, 1),
    "md": (1, 3),
    "span": (5, 5),
    "year4": (0, 0),
    "year2": (0, 0),
    "year": (0, 0),
    "month": (1, 1),
    "months": (1, 1),
    "day": (3, 3),
    "today": (4, 4),
    "week": (4, 4),
    "quarter": (1, 1),
    "quarters": (1, 1),
    "last_month": (2, 2),
    "half": (1, 1),
    "festival": (1, 3),
    "plan": (0, 3),
    "tenth": (3, 3),
    "part": (3, 3),
}


class Token(NamedTuple):
    """A word for a date or a part of one, at ``start``–``end`` of the normalised wording."""

    kind: str
    text: str
    start: int
    end: int
    numbers: tuple[int, ...]


Group = tuple[Token, ...]


def groups(text: str) -> list[Group]:
    """The dates and durations of a normalised wording, each as the tokens it is made of, in order."""
    found: list[list[Token]] = []
    for token in _tokens(text):
        if found and _continues(found[-1][-1], token):
            found[-1].append(token)
        else:
            found.append([token])
    return [tuple(group) for group in found if group[0].kind != "part"]


def _tokens(text: str) -> list[Token]:
    return [
        Token(
            _KIND_OF[match.lastgroup or ""],
            match[0],
            match.start(),
            match.end(),
            tuple(map(int, _NUMBER.findall(match[0]))),
        )
        for match in _TOKEN.finditer(text)
    ]


def _continues(last: Token, token: Token) -> bool:
    return last.end == token.start and _DEPTH[token.kind][0] > _DEPTH[last.kind][1]
