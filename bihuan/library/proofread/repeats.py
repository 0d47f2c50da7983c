"""Checks 41 and 42: doubled characters and words, repeated sentences and paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bihuan.library.proofread.base import Hit, Level, Rule, both
from bihuan.library.proofread.text import CJK, Text
from bihuan.library.proofread.words import Words, words

_PAIR = re.compile(r"([\u4e00-\u9fff])\1")
#: Characters whose doubling is a word or a part of one, wherever it stands.
_LEGAL = frozenset(
    "人天年月日家户村处时事件层步条项个种样点渐常往仅刚偏默稳牢深大紧多好早远高满实切踏扎轰烈兢业勤恳认真清楚明白干净堂正林总方面形色郁代世"
    "星慢轻细谆循孜念耿历斤津滔源比节频屡遥振欣蒸洋奕虎生匆急累硕落依纷重区丝毫寥口声句字刻心念苦甜蜜娓侃振茫苍巍熊滚济翩彬落浩荡绵延津"
    "妈爸爷奶哥姐弟妹叔舅婆公宝星猩蛐蝈太娃恰悄冉缓徐潺淙沥涓泛草草平安安静悠"
)
#: 件件有着落: measure words are doubled freely, also where the list of words does not have them.
_COUNTING = frozenset("年月日件项条级户村")
_PREPOSITIONS = frozenset("对和与向在将从由是有")
_ENDS = frozenset("的了在中上下以")
_FUNCTION = frozenset("的了和在是与为对将把被向从及以于到等有不也都就并或而要可会能由中上下")
_PREFIXES = frozenset("反全新高多大小总各本该非未无应再已其每某约近超")
_PLACES = frozenset("省市县区州旗镇乡村局部委办院厅所队组站司处科校园场社厂")
#: Ends of names: 第二审审理, 翟镇镇王七村. Such a pair is only a hint where a word begins with the second.
_NOUNS = frozenset(
    "案审标水镇罪市县法费税权证村乡区河江湖山路桥港库岛线网车船机器物品款金票券单书表册卡号码厂店站所院校室任管泉国业务民"
)
#: Where the second of two characters begins a word of its own that the list of words does not have, or has too seldom.
_MEETING = re.compile(
    r"路路(?:产|缘|内停)|灯灯杆|站站[前厅]|港港章|渠渠顶|国国都|理理货|资资敌|过过船|滑滑[板梯道]|原原母?种|钉钉(?=[、，。；子挂])|账账[相不]符|学学相长"
    r"|军军(?:级|以上|区)|七七(?:事变|工作团)|(?<=[纳列加进引])入入职|(?<=行)为为限|(?<=参)与与[^，。；\n]{1,14}?(?:有关|相关|相结合|相适应|相衔接)"
)
_TRIPLE = re.compile(r"([\u4e00-\u9fff])(?<![一二三四五六七八九])\1\1(?!\1)(?<!\1\1\1\1)")
_WORD_TWICE = re.compile(rf"([{CJK}]{{2,8}})\1")
_TWICE_LEGAL = re.compile(r"(.)\1|^(?:研究|考虑|讨论|商量|学习|休息|了解|介绍|认识|打扫|整理)$")


def _doubled(text: Text) -> Iterator[Hit]:
    body = text.text
    for match in _PAIR.finditer(body):
        char, at = match[1], match.start()
        if body[at - 1 : at] == char or body[at + 2 : at + 3] == char or _MEETING.match(body, at):
            continue
        level = _mistake(body, at, char, text.statute)
        if level and body.count(body[at - 1 : at + 3]) > _TERM:
            level = Level.HINT  # 趵突泉泉群: what a text writes so again and again is its term
        if level:
            yield Hit(at, at + 2, char, f"“{char}{char}”疑似多了一个“{char}”。", level, level is Level.ERROR)
    for match in _TRIPLE.finditer(body):
        yield Hit(
            match.start(), match.end(), match[1] * 2, f"“{match[0]}”多了字。", Level.WARNING, safe=False
        )
    for match in _WORD_TWICE.finditer(body):
        word = match[1]
        before = body[match.start() - 1 : match.start()]
        if before not in ("本", "该") and not _TWICE_LEGAL.search(word) and _is_word(word, before):
            yield Hit(match.start(), match.end(), word, f"“{word}”重复。")


def _is_word(text: str, before: str) -> bool:
    """Whether ``text`` is a word or a phrase of its own, and not the middle of 企业创业创新."""
    if text[0] in _FUNCTION or text[-1] in _FUNCTION or "等" in text:
        return False
    if words().count(before + text[0]) > words().count(text):
        return False
    return words().count(text) > 20 or len(text) >= 4


_REACH = 7
_AS_WORD, _RARE_WORD = 9.0, 13.0
_GAIN, _GAIN_OF_GRAMMAR, _GAIN_OF_TWO = 5.0, 2.5, 9.0
_LITTLE, _SURELY_WORD, _WORD_OF_GRAMMAR = 2.0, 4.8, 6.0
_RARE, _TERM = 30, 1
_MEETS, _MEETS_IN_STATUTE = 100, 2
_COMMON, _SLIPS = 1000, frozenset("有在要会不")


def _mistake(body: str, at: int, char: str, statute: bool = False) -> Level | None:
    """Judge a doubled character: one is too many when the words around cost much less without it.

    Where one word ends and the next begins with it (委员会会议) they cost more without it, because that breaks a word.
    """
    known = words()
    if body[at + 2 : at + 3] in ("（", "(") or (body[at + 2 : at + 3] == "长" and char in _PLACES):
        return None
    before = re.split(rf"[^{CJK}]", body[max(at - _REACH, 0) : at])[-1]
    after = re.split(rf"[^{CJK}]", body[at + 2 : at + 2 + _REACH])[0]
    if (len(after) > 1 and after[0] == after[1]) or (len(before) > 1 and before[-1] == before[-2]):
        return None  # AABB
    right = known.cost(before + char + after)
    if char in _LEGAL and (known.count(char * 2) > 2 or char in _COUNTING):
        as_word = known.cost(before) + min(known.cost_of(char * 2), _RARE_WORD) + known.cost(after)
        if as_word - right <= _AS_WORD:
            return None if as_word - right <= _SURELY_WORD else Level.HINT
    if _reduplicated(before, char, after):
        return None
    return _by_gain(known.cost(before + char + char + after) - right, before, char, after, statute)


def _by_gain(gain: float, before: str, char: str, after: str, statute: bool) -> Level | None:
    """Judge a doubled character by how much cheaper the words around are without one."""
    known = words()
    ends, begins = _ending(known, before, char), _most(known, char, after)
    least = _GAIN_OF_GRAMMAR if char in _FUNCTION else _GAIN_OF_TWO if min(ends, begins) > _RARE else _GAIN
    joined = _joined(char, after, ends, begins)
    if gain <= (_WORD_OF_GRAMMAR if joined else _LITTLE):
        # 现将有有关: nothing before it ends with the first, and a common word begins with the second
        return Level.HINT if gain > 0 and ends == 0 and begins > _COMMON and char in _SLIPS else None
    # words of one field are missing from the list: 馆舍, 税额, 站厅 behind 本馆, 反补贴税, 车站
    meets = before and begins > (_MEETS_IN_STATUTE if statute and char not in _FUNCTION else _MEETS)
    if joined or gain <= least or (meets and (statute or char in _NOUNS)):
        return Level.HINT
    return Level.ERROR


def _ending(known: Words, before: str, char: str) -> int:
    """Return how often the commonest word that ends with ``char`` behind ``before`` occurs."""
    return max((known.count(before[-n:] + char) for n in range(1, 5) if len(before) >= n), default=0)


def _most(known: Words, char: str, after: str) -> int:
    """Return how often the commonest word of ``char`` and what follows it occurs."""
    return max((known.count(char + after[:n]) for n in range(1, 4) if len(after) >= n), default=0)


def _reduplicated(before: str, char: str, after: str) -> bool:
    """Whether it is ABB or AAB of a word that exists: 热腾腾, 毛毛雨."""
    known = words()
    whole = char * 2
    return any(known.count(before[-n:] + whole) > 2 for n in (1, 2) if len(before) >= n) or any(
        known.count(whole + after[:n]) > 2 for n in (1, 2) if len(after) >= n
    )


def _joined(char: str, after: str, ends: int, begins: int) -> bool:
    """Whether a word of grammar or a prefix stands beside a word that begins or ends with it: 目的的, 对对方, 健全全流程."""
    if char in _PREFIXES and ends > 5 and any(words().count(after[:n]) > _RARE for n in (2, 3)):
        return True
    if char in _PLACES and after[:1] and after[0] in "直委内域级属际容场民办政情里区外":
        return True
    if char not in _FUNCTION:
        return False
    return (
        min(ends, begins) > _RARE
        or (char in _PREPOSITIONS and begins > 100)
        or (char in _ENDS and ends > 300)
        or (char == "的" and ends > _RARE)
    )


#: A paragraph of so many characters is not written twice on purpose, not even in a statute.
_SURELY = 80
_SENTENCE = re.compile(r"[^。！？\n]{14,}[。！？]")
_FURNITURE = re.compile(r"第[一二三四五六七八九十百]+条|^\s*(?:附件|联系人)")


def _repeated_sentence(text: Text) -> Iterator[Hit]:
    seen: dict[str, int] = {}
    inside = {start for start, _ in _repeated_spans(text)}
    for match in _SENTENCE.finditer(text.text):
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        key = re.sub(rf"\s|^(?:[^{CJK}]|[一二三四五六七八九十]+、)+", "", match[0])
        p = text.paragraph_at(start)
        if p is None or p.place == "cell" or len(key) < 14:
            continue
        if key in seen and p.start not in inside:
            near = start - seen[key] <= 2 * len(match[0])
            yield Hit(
                start, match.end(), "", "这句话与前文重复。", Level.ERROR if near else Level.WARNING, safe=False
            )  # fmt: skip
        seen.setdefault(key, start)


_CLAUSE = re.compile(r"[^，。；！？：\n]+[，。；！？]")
_LEAST_CLAUSE = 6


def _repeated_clause(text: Text) -> Iterator[Hit]:
    """Hit one or two clauses that stand twice in succession: 要压实责任，要压实责任。"""
    clauses = [m for m in _CLAUSE.finditer(text.text) if text.text[m.start() - 1 : m.start()] != "："]
    keys = [m[0][:-1].strip() for m in clauses]
    taken = -1
    for at in range(len(clauses)):
        for size in (1, 2):
            begin = clauses[at].start()
            if begin < taken or keys[at - size + 1 : at + 1] != keys[at + 1 : at + size + 1] or at + 1 < size:
                continue
            words_ = "".join(keys[at - size + 1 : at + 1])
            first, last = clauses[at + 1], clauses[at + size]
            if (
                len(words_) >= _LEAST_CLAUSE
                and last.end() - begin <= 3 * len(words_) + 8
                and _CHINESE.search(words_)
            ):
                taken = last.end()
                yield Hit(first.start(), last.end(), "", "这半句与前面重复。", Level.ERROR, safe=False)


_CHINESE = re.compile(rf"[{CJK}]{{3}}")


def _bodies(text: Text) -> Iterator[tuple[str, int, int]]:
    for p in text.paragraphs:
        if p.place != "cell" and len(p.text) >= 16:
            begin = p.marker.end - p.start if p.marker else 0
            yield p.text[begin:], p.start, p.end


def _repeated_spans(text: Text) -> list[tuple[int, int]]:
    seen: set[str] = set()
    spans = []
    for key, start, end in _bodies(text):
        if key in seen and len(key) >= 12:
            spans.append((start, end))
        seen.add(key)
    return spans


def _is_twin(text: Text, start: int, end: int) -> bool:
    """Whether the paragraph repeats the one right above it; provisions of a statute repeat others on purpose."""
    return text.text[:start].rstrip().endswith(text.text[start:end])


def _repeated_paragraph(text: Text) -> Iterator[Hit]:
    for start, end in _repeated_spans(text):
        sure = (
            Level.ERROR
            if end - start >= _SURELY and (not text.statute or _is_twin(text, start, end))
            else Level.WARNING
        )
        yield Hit(start, end, "", "这一段与前文重复。", sure, safe=False)


RULES = (
    Rule(
        "doubled-character", 41, "多了一个字或词", Level.ERROR, "编校：衍字", _doubled,
        "打造特色色产业。", "打造特色产业。", statute=Level.WARNING,
    ),
    Rule(
        "repeated-passage", 42, "句子或段落重复", Level.WARNING, "编校：重文", both(_repeated_paragraph, _repeated_sentence, _repeated_clause),
        "各级各部门要切实提高政治站位。各级各部门要切实提高政治站位。", "各级各部门要切实提高政治站位。", statute=Level.HINT,
    ),
)  # fmt: skip
