"""One spelling for the many ways in which a deadline is typed.

Full-width signs, numerals, dashes, spaces, enumerators, times of day and shortened ranges become uniform, so that the
reader of dates meets ``2024年9月-12月`` where people write ``２０２４ 年九～十二月``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from bihuan.rules.chinese_numbers import normalise_digits

# A rule is tried only where one of its marks (characters or words) stands in the text; a column has thousands of cells.
Rule = tuple[tuple[str, ...], re.Pattern[str], str]


def _rules(*rules: tuple[Iterable[str], str, str]) -> tuple[Rule, ...]:
    return tuple((tuple(marks), re.compile(pattern), replacement) for marks, pattern, replacement in rules)


# Before NFKC, which would glue ① to the number behind it.
_ENUMERATOR_SIGNS = re.compile(r"[①-⒛⓪-⓿❶-➓㈠-㈩㊀-㊉]")
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad“”\"'‘’「」『』《》", None),
        "q": "Q",
        **dict.fromkeys("‐‑‒–—―−─━~〜∼﹣", "-"),
    }
)

_ENUMERATORS = _rules(
    # 1. 1、(1) at the start of a clause, but never the day of 12.31 or the year of 24.12月.
    (".、", r"(?:^|(?<=[\n;。,]))\s*1?\d[.、](?=\s*(?:20\d\d年|\d{1,2}月|[^\d\s]))", ";"),
    (")", r"\(\d{1,2}\)(?![月日号])", ";"),
    (
        ")、",
        r"(?:^|(?<=[\n;。]))\s*(?:\([一二三四五六七八九十]{1,2}\)|[一二三四五六七八九十]{1,2}、(?![一二三四]季))",
        ";",
    ),
)

_TIMES = _rules(
    # 2024-12-31 00:00:00, 2024/12/31 17:30, 2024-12-31T08:00Z: a deadline lasts to the end of its day.
    (":", r"(?<=\d)(?:\s+|T)\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?", ""),
    (
        ":时点",
        r"(?<=[日号])\s*(?:上午|下午|晚上?|中午)?\s*\d{1,2}(?:(?:时|点)(?:整|半|\d{1,2}分?)?|:\d{2}(?::\d{2})?)",
        "",
    ),
)

_SPACE = re.compile(r"\s")
_SPACES = _rules(
    # A line break inside one date is only the cell's width.
    ("\n", r"(?<=[年月])\s*\n\s*(?=[\d底末上中下])", ""),
    ("\n", r"\s*\n\s*", ";"),
    ([""], r"(?<!\d)(\d{4})[ \t]+(\d{1,2})[ \t]+(\d{1,2})(?!\d)", r"\1.\2.\3"),
    ([""], r"(?<!\d)(20\d\d)[ \t]+(\d{1,2})(?=$|月)", r"\1.\2"),
    ([""], r"(?<=\d)\s+(?=\d)", ";"),
    ([""], r"\s+", ""),
)

_SPELLINGS = _rules(
    (["--"], r"-+", "-"),
    (",、。", r"(?<!\d)(20\d\d)[,、。](\d{1,2})[,、。](\d{1,2})(?!\d)", r"\1.\2.\3"),
    ("(", r"\((?:周|星期|礼拜)[一二三四五六日天]\)", ""),
    # 9月一12月: the numeral one typed for a dash.
    ("一", r"(?<=[\d年月日号季度])一(?=\d)", "-"),
    ("的", r"(?<=[年月])的(?=\d|上|中|下|第|[一二三四五六七八九十])", ""),
    ("元", r"元月", "1月"),
    ("百", r"(?<![一二三四五六七八九\d])百(?=[日天])", "100"),
    (
        "季半底末初内Q",
        r"(?<!\d)((?:19|20)\d\d)(?=第?[一二三四1-4]季|前[一二三1-3]个?季|[上下]半年|[底末初内]|Q[1-4])",
        r"\1年",
    ),
)

_RANGE_MARK = re.compile(r"[-至到、和及]")
_RANGE = r"(-|至|到|、|和|及)"
# The unit of the first end of a range is left out: 9-12月, 3、4季度, 1-15日, 2024-2026年, 2024.9-12, 2024.9.1-30.
_RANGES = _rules(
    ("月", rf"(?<![\d.])(\d{{1,2}}){_RANGE}(?=\d{{1,2}}月)", r"\1月\2"),
    ("年", rf"(?<=年)(\d{{1,2}}){_RANGE}(?=\d{{4}}年)", r"\1月\2"),
    ("季", rf"(?<!\d)第?([1-4]){_RANGE}第?(?=[1-4]个?季)", r"\1季度\2"),
    ("日号", rf"(?<=[月.])(\d{{1,2}}){_RANGE}(?=\d{{1,2}}[日号])", r"\1日\2"),
    ("年", rf"(?<!\d)(\d{{4}}){_RANGE}(?=\d{{4}}年)", r"\1年\2"),
    ("-至到", r"(?<!\d)((?:19|20)\d\d)(?:-|至|到)((?:19|20)\d\d)(?![\d./\-年])", r"\1年-\2年"),
    ("./", r"(?<!\d)(\d{4}[./]\d{1,2})(?:-|至|到)(\d{1,2})(?![\d./\-月日])", r"\1-\2月"),
    ("./", r"(?<!\d)(\d{4}([./])\d{1,2}\2\d{1,2})(?:-|至|到)(\d{1,2})(?![\d./\-月日])", r"\1-\3日"),
    # 1-3个月内, 10-15天: the longer end counts.
    (
        "个天周工小年日",
        r"(?<![\d月年.])\d{1,2}(?:-|至|到)(?=\d{1,3}(?:个|天|周|工作日|小时|年|日以?内))",
        "",
    ),
)

_DOUBLED = _rules(
    (
        ["年年", "年度年", "全年"],
        r"(?<=[\d今本当明来次翌后去前上]年)(?:度?全年|度?年)(?=[底末内中初终]|$|[^\d])",
        "",
    ),
    (["月月", "份月"], r"(?<=月)(?:份?月)(?=[底末初])", ""),
    # 25.6月, 25-6月
    (".-", r"(?<![\d.])([23]\d)[.\-](\d{1,2})(?=月)", r"20\1年\2"),
)

# What a Chinese Excel shows for 2026-12 and 2026-12-31 in some formats.
_ENGLISH = re.compile(
    r"(?<![A-Za-z\d])(?:(\d{1,2})[- ])?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}[- ](\d{4}|\d{2})(?!\d)",
    re.IGNORECASE,
)
_ENGLISH_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"


def normalise(text: str) -> str:
    """The wording in its one spelling. Never raises."""
    text = unicodedata.normalize("NFKC", _ENUMERATOR_SIGNS.sub("\n", text)).strip().translate(_SIGNS)
    if text.isascii():
        text = _ENGLISH.sub(_from_english, text)
    text = _apply(_TIMES, _apply(_ENUMERATORS, text))
    if _SPACE.search(text):
        text = _apply(_SPACES, text)
    text = _apply(_DOUBLED, normalise_digits(_apply(_SPELLINGS, text)))
    return _apply(_RANGES, text) if _RANGE_MARK.search(text) else text


def _from_english(match: re.Match[str]) -> str:
    day, name, year = match.groups()
    month = _ENGLISH_MONTHS.index(name.lower()) // 3 + 1
    return f"{year}年{month}月" + (f"{day}日" if day else "")


def _apply(rules: tuple[Rule, ...], text: str) -> str:
    for marks, pattern, replacement in rules:
        for mark in marks:
            if mark in text:
                text = pattern.sub(replacement, text)
                break
    return text
