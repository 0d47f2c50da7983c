"""What a document says of itself: title, kind, issuing body, number, date, level and headings, each with how sure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bihuan.library import kinds
from bihuan.library.lines import (
    NUMBER,
    SENTENCE_ENDS,
    Line,
    article,
    heading,
    is_addressee,
    is_date,
    lines_of,
    squeezed,
)
from bihuan.rules.chinese_numbers import to_int

_BODY_WORDS = r"委员会|人民政府|办公室|办公厅|管理局|监督局|委|局|厅|部|院|会|组|中心|公司|大学|学院|政府|司|署|处|队|站|所|街道|镇|乡|支部|党组|法院|检察院"
_BODY = re.compile(rf"[\u4e00-\u9fffX×x（）()·]{{2,40}}?(?:{_BODY_WORDS})(?:[（(][^（）()]{{1,12}}[）)])?")
_HEAD_BODY = re.compile(rf"([\u4e00-\u9fffX×x\s]{{3,40}}?(?:{_BODY_WORDS}))\s*(?:文\s*件|公告|令|通报)")
_PLACE_TITLE = re.compile(
    rf"^((?:中共)?[\u4e00-\u9fffX×x]{{2,20}}?(?:{_BODY_WORDS}))(?:关于|印发|19|20|转发)"
)
_DATE = re.compile(r"((?:19|20)\d\d)\s*[年.\-/]\s*(\d{1,2})\s*[月.\-/]\s*(\d{1,2})\s*日?")
_CHINESE_DATE = re.compile(
    r"([二一][〇○零九][〇○零一二三四五六七八九]{2})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日"
)
_PASSED = re.compile(r"(?:通过|公布|发布|施行|修订|修正|印发|批准)")
_LAW = re.compile(r"(?:常务委员会|人民代表大会|国务院令|主席令|政府令|会议通过)")
_HEAD_LINES, _TAIL_LINES = 12, 12
#: Level → the words that tell it in the name of a body or a title; the lowest named level counts.
LEVELS: dict[str, str] = {
    "乡": r"(?<![各乡])[\u4e00-\u9fffX×x](?<!各)(?:镇|乡|街道)(?:人民政府|党委|党工委|办事处|政府|$|[\u4e00-\u9fff]{0,10}(?:工作|总结|方案|报告|汇报))|[\u4e00-\u9fff]{2,4}(?:村|社区)",
    "县": r"[\u4e00-\u9fffX×x](?<!各)(?:县|区|旗)(?!域|别|间)|我县|全县|我区|全区|县委|县政府|区委|区政府",
    "市": r"[\u4e00-\u9fffX×x](?<!各)市(?!场|民|政|容|值)|我市|全市|市委|市政府|[\u4e00-\u9fff]州(?:人民政府|委|州)|地区行署",
    "省": r"[\u4e00-\u9fffX×x](?<!各)省|自治区|我省|全省|省委|省政府|(?:北京|上海|天津|重庆)市(?!.*[区县])",
    "国家": r"国务院|中共中央|中央|全国人民代表大会|全国人大|中华人民共和国|国家[\u4e00-\u9fff]{1,10}(?:局|委员会|总局|部)|最高人民|教育部|财政部|公安部|民政部|司法部|商务部|水利部|农业农村部|应急管理部|生态环境部|住房和城乡建设部|交通运输部|人力资源和社会保障部",
}
#: How a text speaks of its own place, for want of a body and a telling title.
_SELF = {level: re.compile(words) for level, words in {
    "乡": "[全我][镇乡]|我街道", "县": "[全我][县区]|县委|县政府", "市": "[全我]市|市委|市政府", "省": "[全我]省|省委|省政府",
    "国家": "我国|全国|国务院|中华人民共和国",
}.items()}  # fmt: skip
_LEVELS = {level: re.compile(words) for level, words in LEVELS.items()}


@dataclass(frozen=True, slots=True)
class Known:
    """A recognised value and how sure it is, 0 to 1; "" with 0 where nothing was found."""

    value: str = ""
    sure: float = 0.0


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: where it begins, its level (1 the highest), its words."""

    start: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Recognised:
    """Everything recognised; ``date`` is an ISO date."""

    title: Known
    kind: Known
    body: Known
    number: Known
    date: Known
    level: Known
    headings: tuple[Heading, ...]


FIELDS = ("title", "kind", "body", "number", "date", "level")


def recognise(text: str, title: str = "", name: str = "") -> Recognised:
    """Read the document; ``title`` is what the split found, ``name`` its file's name, the last resort for a title."""
    lines = lines_of(text)
    named = _title(lines, title, name)
    body = _body(lines, named.value)
    return Recognised(
        named,
        _kind(named, text),
        body,
        _number(lines),
        _date(lines),
        _level(named.value, body.value, text),
        tuple(_headings(lines)),
    )


def _title(lines: list[Line], title: str, name: str) -> Known:
    if title and kinds.ends_as_title(title):
        return Known(title, 0.95 if kinds.is_full_title(title) else 0.85)
    first = next((line.words for line in lines[:3] if not is_date(line.text)), "")
    words = title or first
    if words and words[-1:] not in SENTENCE_ENDS + "：，、" and len(words) <= 60:
        return Known(words, 0.6)
    stem = re.sub(r"\.[A-Za-z]{2,5}$", "", name.rpartition("/")[2])
    return Known(stem, 0.4) if stem else Known(words[:60], 0.2 if words else 0.0)


def _kind(title: Known, text: str) -> Known:
    found = kinds.kind_of(title.value)
    law = found in {"法律", "制度", "办法"} and _LAW.search(text[:800]) is not None
    if found in {"制度", "办法"} and law and article_count(text) >= 3:
        return Known("法律", 0.8)
    if found:
        return Known(found, round(title.sure * (1.0 if found != "法律" or law else 0.8), 2))
    if re.search(r"^\s*(?:同志们|各位)[^。]{0,20}[：:]", text[:600], re.MULTILINE):
        return Known("讲话", 0.7)
    if "特此通知" in text:
        return Known("通知", 0.6)
    return Known("法律", 0.5) if law or article_count(text) >= 5 else Known()


def article_count(text: str) -> int:
    """How many lines begin with 第x条, of the first two hundred."""
    return sum(article(line.words) is not None for line in lines_of(text[:20_000])[:200])


def _body(lines: list[Line], title: str) -> Known:
    for line in lines[:_HEAD_LINES]:
        if (found := _HEAD_BODY.fullmatch(line.text)) and len(line.text) < 40:
            return Known(squeezed(found[1]), 0.9)
    tail = lines[-_TAIL_LINES:]
    for before, after in zip(reversed(tail[:-1]), reversed(tail[1:]), strict=True):
        words = squeezed(before.text)
        if is_date(after.text) and _BODY.fullmatch(words):
            return Known(words, 0.9)
    if found := _PLACE_TITLE.match(title):
        return Known(found[1], 0.7)
    passed = next((line.text for line in lines[1:6] if _PASSED.search(line.text)), "")
    if found := re.search(
        r"([\u4e00-\u9fff]{2,20}(?:人民代表大会常务委员会|人民代表大会|国务院|人民政府))", passed
    ):
        return Known(re.sub(r"^第?[一二三四五六七八九十]*届", "", found[1]), 0.6)
    return Known()


def _number(lines: list[Line]) -> Known:
    for place, line in enumerate([*lines[:_HEAD_LINES]]):
        if NUMBER.fullmatch(squeezed(line.words)):
            return Known(squeezed(line.words), 0.95)
        if place < 4 and (found := re.search(r"[（(]([\u4e00-\u9fff]{2,10}〔\d{4}〕\d+号)[）)]", line.text)):
            return Known(found[1], 0.7)
    return Known()


def _date(lines: list[Line]) -> Known:
    """The signing date at the end, else the date under the title, else the latest of those of passing and amending."""
    for line in reversed(lines[-_TAIL_LINES:]):
        if is_date(line.text) and (day := _iso(line.text)):
            return Known(day, 0.95)
    for line in lines[:6]:
        if is_date(line.text) and (day := _iso(line.text)):
            return Known(day, 0.9)
    passed = [line.text for line in lines[1:12] if _PASSED.search(line.text)]
    days = sorted(day for text in passed for match in _DATE.finditer(text) if (day := _iso(match[0])))
    return Known(days[-1], 0.75) if days else Known()


def _iso(text: str) -> str:
    if found := _DATE.search(text):
        year, month, day = (int(part) for part in found.groups())
    elif spelled := _CHINESE_DATE.search(text):
        year, month, day = (to_int(part.replace("○", "〇")) or 0 for part in spelled.groups())
    else:
        return ""
    return f"{year:04}-{month:02}-{day:02}" if 1 <= month <= 12 and 1 <= day <= 31 else ""


def _level(title: str, body: str, text: str) -> Known:
    for words, sure, patterns in ((body, 0.9, _LEVELS), (title, 0.8, _LEVELS), (text[:3000], 0.5, _SELF)):
        found = next((level for level, pattern in patterns.items() if words and pattern.search(words)), "")
        if found:
            return Known(found, sure)
    return Known()


def _headings(lines: list[Line]) -> Iterator[Heading]:
    for line in lines:
        if line.text.startswith("#"):
            yield Heading(line.start, len(line.text) - len(line.text.lstrip("#")), line.words)
            continue
        found = heading(line.words)
        if found and not is_addressee(line.text):
            words = re.split(r"[。；]", line.words, maxsplit=1)[0]
            if len(words) <= 40:
                yield Heading(line.start, found[0], words)
