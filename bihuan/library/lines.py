"""The lines of a text with their places, and what an official document's lines look like."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bihuan.rules.chinese_numbers import to_int

NUMERAL = "一二三四五六七八九十百零〇"
_HEADINGS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (1, re.compile(rf"第([{NUMERAL}\d]+)[编章](?=[\s\u3000]|$)")),
    (2, re.compile(rf"第([{NUMERAL}\d]+)节(?=[\s\u3000]|$)")),
    (1, re.compile(rf"([{NUMERAL}]{{1,4}})、")),
    (2, re.compile(rf"[（(]([{NUMERAL}]{{1,4}})[）)]")),
    (3, re.compile(r"(\d{1,3})[.．、](?!\d)")),
    (4, re.compile(r"[（(](\d{1,3})[）)]")),
)
_ARTICLE = re.compile(rf"第([{NUMERAL}\d]+)条(?=[\s\u3000]|$)")
_MARKDOWN = re.compile(r"^(#{1,6}\s+|\*{2,3}(?=\S))")
SENTENCE_ENDS = "。！!？?；;…"
_DAY = r"(?:20|19)\d\d\s*年\s*\d{1,2}\s*月(?:\s*\d{1,2}\s*日)?|[二一][〇○零Oo0九]{1,2}[〇○零Oo0一二三四五六七八九]{1,2}年[一二三四五六七八九十]{1,2}月(?:[一二三四五六七八九十]{1,3}日)?"
DATE_LINE = re.compile(rf"(?P<open>[（(]?)\s*(?P<day>{_DAY})\s*[）)]?")
NUMBER = re.compile(
    r"[\u4e00-\u9fffA-Za-z]{1,14}\s*[〔\[［【(（]\s*(?:20|19)\d\d\s*[〕\]］】)）]\s*第?\d{1,5}\s*号"
)
SALUTATION = re.compile(
    r"(?:尊敬的|各位|同志们|亲爱的|女士们|老师们|同学们|朋友们|乡亲们|主席团|主任、|主席、|主持人|书记、|县长、)[^。；\n]{0,60}[：:！!,，]?"
)
ADDRESSEE = re.compile(r"(?![（(]?[一二三四五六七八九十\d]+[）)、.])[^。；！？“”《》\n]{2,120}(?<!如下)[：:]")
_BODIES = re.compile(
    r"(?:党委|政府|委员会|办公室|厅|局|部|委|办|院|会|司|处|镇|乡|街道|单位|部门|企业|公司|学校|机构|组|区|县|市|中心|站|所|社|行|大学|集团)(?:[（(][^（）()]*[）)])?(?:[、，,\s；]|$)"
)
ENDING = re.compile(
    r"(?:特此(?:通知|报告|通报|函[告达复]?|批复|决定|公告|通告|说明|证明|请示|汇报)|(?:最后，?)?(?:再次)?谢谢(?:大家|各位)?|以上(?:报告|汇报|发言|意见|请示|情况|是)[^。\n]{0,30}"
    r"|(?:妥否|当否|可否)[，,]?请[^。\n]{0,12}|此致|敬礼|(?:我的)?(?:讲话|发言|汇报|述职|报告)(?:完毕|完了|结束|到此结束|到这里)[^。\n]{0,6}|请(?:予)?(?:审议|审查|批评指正|批示))[。！!，,]*(?:谢谢(?:大家|各位)?[。！!]*)?"
)
IMPRINT = re.compile(
    r"(?:抄送|抄报|主送|印发|分送|报送|主题词|联系人|联系电话|责任编辑|起草|签发)[：:].*|.{2,30}(?:19|20)\d\d\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日\s*印发|[（(]此件[^）)]*[）)]|共印\d+份"
)
ANNEX = re.compile(r"附\s*[件表录]\s*(?:\d{1,2}|[一二三四五六七八九十])?\s*(?:[：:].*)?")


@dataclass(slots=True)
class Line:
    """One line without the blanks around it. ``gap`` counts the empty lines before it; ``breaks``: a page begins here."""

    start: int
    end: int
    text: str
    gap: int = 0
    breaks: bool = False

    @property
    def words(self) -> str:
        """The text without marks of Markdown."""
        return _MARKDOWN.sub("", self.text).rstrip("* ")

    @property
    def ends_sentence(self) -> bool:
        """Whether a sentence ends here."""
        return self.text.rstrip("”’）)")[-1:] in SENTENCE_ENDS or self.text[-1:] in SENTENCE_ENDS


def lines_of(text: str) -> list[Line]:
    """Return the lines that are not empty."""
    found: list[Line] = []
    place, gap, breaks = 0, 0, False
    for raw in text.split("\n"):
        bare = raw.strip()
        breaks = breaks or "\f" in raw
        if bare:
            start = place + raw.index(bare[0])
            found.append(Line(start, start + len(bare), bare, gap, breaks))
            gap, breaks = 0, False
        else:
            gap += 1
        place += len(raw) + 1
    return found


def heading(text: str) -> tuple[int, int] | None:
    """(level, number) of a numbered heading: 一、 is level 1, （一） 2, 1. 3, （1） 4; None for other lines."""
    for level, pattern in _HEADINGS:
        if found := pattern.match(text):
            number = int(found[1]) if found[1].isdecimal() else to_int(found[1])
            return None if number is None else (level, number)
    return None


def article(text: str) -> int | None:
    """The number of a 第x条 that a line begins with."""
    found = _ARTICLE.match(text)
    if found is None:
        return None
    return int(found[1]) if found[1].isdecimal() else to_int(found[1])


def squeezed(text: str) -> str:
    """Without blanks, so that spaced-out titles compare."""
    return "".join(text.split())


def is_date(text: str) -> bool:
    """Whether a line holds nothing but a date, in brackets or not."""
    return DATE_LINE.fullmatch(text.strip()) is not None


def is_addressee(text: str) -> bool:
    """Whether a line names those to whom a document goes (主送) and ends in a colon."""
    return bool(ADDRESSEE.fullmatch(text)) and bool(_BODIES.search(text[:-1]))


def is_salutation(text: str) -> bool:
    """Whether a line greets an audience."""
    return len(text) <= 80 and bool(SALUTATION.fullmatch(text))
