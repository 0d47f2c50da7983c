"""A text as the rules see it: one string, its paragraphs with offsets, and the parts that every official text has."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from math import inf

from bihuan.rules.chinese_numbers import to_int

CJK = r"\u3400-\u9fff\U00020000-\U0002ffff〇"
NUMERAL = "一二三四五六七八九十百〇零"
END_MARKS = "。！？；：…”’）》】〕」』.!?;:)—"

_MARKERS = (
    ("part", re.compile(rf"第([{NUMERAL}]+|\d+)(?:部分|编|篇)(?![的及和、以])")),
    ("chapter", re.compile(rf"第([{NUMERAL}]+|\d+)章(?![的及和、以])")),
    ("section", re.compile(rf"第([{NUMERAL}]+|\d+)节(?![的及和、以])")),
    ("article", re.compile(rf"第([{NUMERAL}]+|\d+)条(?:之[{NUMERAL}]+)?(?=[\s　]|$)")),
    ("one", re.compile(rf"([{NUMERAL}]{{1,4}})[、.．](?!是)")),
    ("two", re.compile(rf"[（(]([{NUMERAL}]{{1,4}})[)）]")),
    ("three", re.compile(r"(\d{1,2})(?:[.．](?!\d)|、)")),
    ("four", re.compile(r"[（(](\d{1,2})[)）]")),
)
DEPTH = {name: depth for depth, (name, _) in enumerate(_MARKERS)}
_QUOTED_ARTICLE = re.compile(rf"“第[{NUMERAL}]+条[\s　]")
_DATE_LINE = re.compile(
    r"(?:\d{2,4}|[一二三四五六七八九〇零○0OＯ]{2,4})年\s*[\d一二三四五六七八九十]{1,3}月\s*[\d一二三四五六七八九十]{1,3}日"
)
_ANNEX_LINE = re.compile(r"附\s*件\s*(?:[:：]|\d{0,2}$)|附[:：]")
_CAPTION = re.compile(r"(?:表|图)\s?\d")
_BODY_END = re.compile(
    r"(?:政府|委员会|党委|党组|办公[厅室]|委办|[局厅部院会署司处科所站中心公司集团大学学校医院专班小组指挥部工委法院检察院街道])$"
)


#: Lines that were broken at a width: most of them are full, but for the few characters that a mark pushed over.
_LINES_AT_LEAST, _RAGGED, _MOST_FULL, _WIDTHS = 10, 3, 0.4, range(16, 100)


@dataclass(frozen=True, slots=True)
class Marker:
    """The number in front of a paragraph: its family, its value, and where it lies in the text."""

    family: str
    value: int
    start: int
    end: int

    @property
    def depth(self) -> int:
        """0 for the highest family."""
        return DEPTH[self.family]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One line of the text that is not empty. ``index`` counts from 1; ``text`` is without the blanks at both ends.

    ``place`` is "body", "heading" (by its style or by Markdown) or "cell" (of a table).
    """

    index: int
    start: int
    end: int
    text: str
    place: str = "body"
    marker: Marker | None = None

    @property
    def alone(self) -> bool:
        """Whether it looks like a heading that stands by itself."""
        if self.place == "heading" or (self.marker and self.marker.family in ("part", "chapter", "section")):
            return True
        return self.marker is not None and self.marker.family != "article" and len(self.text) <= 40 and not re.search(
            "[。；？！：]", self.text
        )  # fmt: skip


@dataclass(frozen=True)
class Text:
    """A text to be proofread. ``places`` gives the place (see ``Paragraph``) of lines that are not body, by line number from 0."""

    text: str
    places: dict[int, str] = field(default_factory=dict)
    markdown: bool = False

    @cached_property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        """The paragraphs in their order."""
        return tuple(self._read())

    def _read(self) -> Iterator[Paragraph]:
        offset, index = 0, 0
        for number, line in enumerate(self.text.split("\n")):
            bare = line.strip()
            if bare:
                place = self.places.get(number, "body")
                start = offset + line.index(bare[0])
                if self.markdown:
                    bare, start, place = _without_marks(bare, start, place)
                index += 1
                yield Paragraph(index, start, start + len(bare), bare, place, _marker(bare, start))
            offset += len(line) + 1

    @cached_property
    def _starts(self) -> list[int]:
        return [p.start for p in self.paragraphs]

    def paragraph_at(self, offset: int) -> Paragraph | None:
        """Return the paragraph that holds ``offset``, or the one before it."""
        at = bisect_right(self._starts, offset) - 1
        return self.paragraphs[max(at, 0)] if self.paragraphs else None

    @cached_property
    def statute(self) -> bool:
        """Whether it is a law, a regulation or an interpretation: at least three numbered articles one after another, or
        as many that it puts in the place of others (“第三条 …”).
        """
        values = [p.marker.value for p in self.paragraphs if p.marker and p.marker.family == "article"]
        if sum(1 for a, b in pairwise(values) if b == a + 1) >= 2:
            return True
        return sum(1 for p in self.paragraphs if _QUOTED_ARTICLE.match(p.text)) > 2

    @cached_property
    def title(self) -> Paragraph | None:
        """The title: the first of the first five lines that is short, has no end mark and is no number of a document."""
        for p in self.paragraphs[:5]:
            if (
                len(p.text) <= 60
                and p.marker is None
                and not re.search(r"，|[。；！？：:]$|〔\d{4}〕|\d+号$", p.text)
            ):
                return p
        return None

    @cached_property
    def addressee(self) -> Paragraph | None:
        """The line after the title that names those to whom it goes, with or without its colon."""
        if self.title is None:
            return None
        for p in self.paragraphs[self.title.index : self.title.index + 3]:
            if p.marker or len(p.text) > 160 or re.search("[。！？；]", p.text[:-1]) or p.place == "heading":
                continue
            if p.text[-1] in "：:" and not re.search(
                r"(?:如下|下列|以下|包括|通知|报告|意见|要求|安排)[：:]$", p.text
            ):
                return p
            if _names_bodies(p.text.rstrip("，,、.。；;")) or self._is_one_body(p):
                return p
        return None

    def _is_one_body(self, p: Paragraph) -> bool:
        """Whether ``p`` is the name of one body right under the title of a letter, a request or a report."""
        title = self.title
        return (
            title is not None
            and p.index == title.index + 1
            and 4 <= len(p.text) <= 20
            and bool(re.search("(?:函|请示|报告|批复|通知)$", title.text))
            and bool(re.fullmatch(r"[\u4e00-\u9fff]{2,}(?:政府|委员会|[局厅部])[，,。；;]?", p.text))
        )

    @cached_property
    def signature(self) -> Paragraph | None:
        """The line above the date at the end, when it is the name of a body."""
        for p, following in reversed(list(pairwise(self.paragraphs))):
            if (
                p.index > 2
                and _DATE_LINE.fullmatch(following.text)
                and len(p.text) <= 40
                and _BODY_END.search(p.text)
            ):
                return p
        return None

    @cached_property
    def date_line(self) -> Paragraph | None:
        """The date at the end."""
        return next((p for p in reversed(self.paragraphs) if _DATE_LINE.fullmatch(p.text)), None)

    @cached_property
    def wrapped_at(self) -> float:
        """From how many characters on a line is full and goes on in the next, where lines were broken at a width; else infinite."""
        lengths = sorted(len(p.text) for p in self.paragraphs if p.place == "body")
        if len(lengths) < _LINES_AT_LEAST:
            return inf
        width = lengths[len(lengths) * 19 // 20]
        full = sum(width - _RAGGED <= length <= width + 1 for length in lengths)
        return width - _RAGGED if full >= _MOST_FULL * len(lengths) and width in _WIDTHS else inf

    @cached_property
    def first_article(self) -> int:
        """Where the first article of a statute begins; 0 where there is none."""
        return next((p.start for p in self.paragraphs if p.marker and p.marker.family == "article"), 0)

    def furniture(self, p: Paragraph) -> bool:
        """Whether ``p`` is a line that has no end mark by its nature: title, addressee, signature, date, annex, caption, cell."""
        return (
            p.place != "body"
            or (self.title is not None and p.index <= self.title.index)
            or p in (self.addressee, self.signature, self.date_line)
            or bool(_DATE_LINE.match(p.text) and len(p.text) < 16)
            or bool(_ANNEX_LINE.match(p.text) or _CAPTION.match(p.text))
            or (self.statute and p.start < self.first_article)
        )


_HEADING = re.compile(r"(?:>\s*)*#{1,6}\s+")
_LIST = re.compile(r"(?:>\s*)*[-*+]\s+|(?:>\s*)+")


def _without_marks(bare: str, start: int, place: str) -> tuple[str, int, str]:
    """Take Markdown's marks away from the front of a line."""
    if bare.startswith(("<!--", "|", "```", "---")):
        return bare, start, "cell"
    match = _HEADING.match(bare)
    if match:
        place = "heading"
    else:
        match = _LIST.match(bare)
    cut = match.end() if match and match.end() < len(bare) else 0
    return bare[cut:], start + cut, place


def _marker(bare: str, start: int) -> Marker | None:
    if bare[0] not in "第（(一二三四五六七八九十0123456789":
        return None
    for family, regex in _MARKERS:
        match = regex.match(bare)
        if match:
            value = int(match[1]) if match[1].isdecimal() else to_int(match[1])
            if value is None:
                return None
            return Marker(family, value, start, start + match.end())
    return None


def _names_bodies(line: str) -> bool:
    """Whether every name in ``line`` ends as the name of a body does, and at least one of several words says who is addressed."""
    names = [name for name in re.split("[，,、]|和", re.sub("（[^）]*）", "", line)) if name]
    ends = [
        bool(
            _BODY_END.search(n)
            or re.search(
                r"(?:部门|单位|机构|直属|机关|镇|乡|企业|村|社区|科室|股室|学校|街道|县区|区县|中队)$", n
            )
        )
        for n in names
    ]
    return len(line) >= 5 and bool(names) and all(ends) and bool(re.match("各|市|县|区|省|国|自治", line))
