"""Checks 8 to 19: punctuation marks, quotes, brackets and book marks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bihuan.library.proofread.base import Hit, Level, Rule, pattern
from bihuan.library.proofread.text import CJK, Text

_GB = "GB/T 15834—2011《标点符号用法》"
_FULL = str.maketrans(",;:!?()", "，；：！？（）")
_BESIDE = rf"[{CJK}“”‘’《》（）、，。；：！？〔〕％]"
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s\u4e00-\u9fff]+|[\w.-]+@[\w.-]+|`[^`\n]*`|\]\([^)\n]*\)|<!--.*?-->"
)
_HALF = re.compile(rf"[,;:!?](?:(?<={_BESIDE}.)|(?<=[,;!?])(?={_BESIDE})|(?<=[\d%A-Za-z]:)(?=[{CJK}]))")
_DOT = re.compile(rf"\.(?<=[{CJK}”》）]\.)(?=[{CJK}“《\s]|$)", re.MULTILINE)
_ROUND = re.compile(r"\(([^()（）\n]{0,200})\)")
_CHINESE = re.compile(f"[{CJK}]")


def _half_width(text: Text) -> Iterator[Hit]:
    links = [m.span() for m in _LINK.finditer(text.text)] if _may_hold_links(text.text) else []
    for match in _HALF.finditer(text.text):
        if not _inside(match.start(), links):
            full = match[0].translate(_FULL)
            yield Hit(match.start(), match.end(), full, f"中文里用了半角“{match[0]}”，应为全角“{full}”。")
    for match in _DOT.finditer(text.text):
        if not _inside(match.start(), links):
            yield Hit(match.start(), match.end(), "。", "中文里用了半角“.”，应为句号“。”。")
    for match in _ROUND.finditer(text.text):
        if _chinese_bracket(text, match) and not _inside(match.start(), links):
            yield Hit(match.start(), match.end(), f"（{match[1]}）", "中文里用了半角括号，应为全角“（）”。")


def _may_hold_links(text: str) -> bool:
    return any(sign in text for sign in ("://", "www.", "@", "`", "](", "<!--"))


def _inside(offset: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= offset < end for start, end in spans)


def _chinese_bracket(text: Text, match: re.Match[str]) -> bool:
    """Whether the pair stands in Chinese and is not the number of a heading (check 6) or a document (check 20)."""
    before = text.text[match.start() - 1 : match.start()] if match.start() else ""
    if re.fullmatch(r"(?:19|20)\d\d", match[1]) and _CHINESE.match(before):
        return False
    if re.fullmatch(r"[一二三四五六七八九十百\d]{1,4}", match[1]) and before in ("", "\n", " ", "　"):
        return False
    return bool(_CHINESE.search(match[1]) or _CHINESE.match(before) or _CHINESE.match(text.text[match.end() : match.end() + 1]))  # fmt: skip


_TO_HALF = {ord("０") + n: str(n) for n in range(10)}
_TO_HALF |= {ord("Ａ") + n: chr(ord("A") + n) for n in range(26)}
_TO_HALF |= {ord("ａ") + n: chr(ord("a") + n) for n in range(26)}

#: Some texts have a blank beside every number, which is a way of writing.
_BLANKS_OF_HABIT = 4
_BLANK = "[ \\u00a0\\u3000]+"
_SPACED = re.compile(rf"[ \u00a0\u3000](?<=[{CJK}，。、；：）》”].)[ \u00a0\u3000]*(?=[{CJK}（《“])")
_SPACED_DIGITS = re.compile(rf" (?:(?<=[{CJK}] ) *(?=\d)|(?<=[\d%] ) *(?=[{CJK}]))")
_AFTER_NUMBER = re.compile(
    r"(?:^\d{4}年\d+月\d+日|第[一二三四五六七八九十百零〇\d]+[编篇章节条部][分之一二三四五六七八九十]*|[一二三四五六七八九十]+、|附件\d*[:：]?|[表图]\d+|[（(][一二三四五六七八九十]+[)）])$"
)
_STANDARD = re.compile("《[^》]*标准$")
_BODY = r"(?:[省市县区州盟旗镇乡工党纪]委|委员会|党组|政府|办公[厅室]|委办|[局厅部院署司会]|中心|街道|办事处|领导小组|指挥部|专班|公司|集团|大学|学院)"
#: Bodies that issue together stand apart from each other, in a title, a signature, and where such a title is quoted.
_ISSUERS = re.compile(
    rf"(?<=[{CJK}A-Z×]{{2}}){_BODY}{_BLANK}(?=(?:[{CJK}A-Z×]{{2,30}}?{_BODY}{_BLANK})*[{CJK}A-Z×]{{2,30}}?{_BODY}"
    r"(?:关于|印发|转发|批转|联合|文件|公告|通告|公报|令|[（(]|[》〉\d]|$))"
)
_SPREAD = re.compile(rf"(?:[{CJK}]{{1,4}}{_BLANK}){{2,}}[{CJK}]{{1,4}}")


def _blanks(text: Text) -> Iterator[Hit]:
    for match in _SPACED.finditer(text.text):
        if not _blank_is_layout(text, match):
            yield Hit(match.start(), match.end(), "", "汉字之间多了空格。")
    beside = [m for m in _SPACED_DIGITS.finditer(text.text) if not _blank_is_layout(text, m)]
    level = Level.HINT if len(beside) > _BLANKS_OF_HABIT or text.statute else None
    for match in beside:
        yield Hit(match.start(), match.end(), "", "汉字与数字之间不空格。", level)


def _blank_is_layout(text: Text, match: re.Match[str]) -> bool:
    """Whether the blank is layout: a spread heading, a list of names, what follows a number of a heading."""
    p = text.paragraph_at(match.start())
    if p is None or match.start() >= p.end or p.place == "cell" or len(p.text) <= 12:
        return True
    before = text.text[p.start : match.start()]
    if _AFTER_NUMBER.search(before) or _STANDARD.search(before):
        return True
    if text.furniture(p) and p.place == "body" and p != text.title:
        return True
    at = match.start() - p.start
    return _parts_issuers(p.text, at) or any(m.start() <= at < m.end() for m in _SPREAD.finditer(p.text))


def _parts_issuers(line: str, at: int) -> bool:
    """Whether the blank parts two bodies that issue together: in a line that is no sentence, or in the name of a paper."""
    if re.search("[，。；！？]", line) and line[:at].count("《") <= line[:at].count("》"):
        return False
    return any(m.start() <= at < m.end() for m in _ISSUERS.finditer(line))


_STRAIGHT = re.compile("\"|'")


def _straight(text: Text) -> Iterator[Hit]:
    if '"' not in text.text and "'" not in text.text:
        return
    for p in text.paragraphs:
        for sign, marks in (('"', "“”"), ("'", "‘’")):
            at = [p.start + m.start() for m in re.finditer(sign, p.text)]
            if not at or not _beside_chinese(text.text, at):
                continue
            for turn, place in enumerate(at):
                yield Hit(
                    place, place + 1, marks[turn % 2], "中文里用了直引号，应为弯引号。", safe=len(at) % 2 == 0
                )


def _beside_chinese(text: str, places: list[int]) -> bool:
    return any(_CHINESE.search(text[max(place - 1, 0) : place + 2]) for place in places)


_QUOTES = re.compile("[“”]")


def _quotes(text: Text) -> Iterator[Hit]:
    """Read the double quotes of the whole text: a quotation may run over paragraphs, each of which may open it anew."""
    if "“" not in text.text and "”" not in text.text:
        return
    carried: int | None = None
    for p in text.paragraphs:
        marks = [(m[0], p.start + m.start()) for m in _QUOTES.finditer(p.text)]
        if not marks:
            continue
        hits, carried = _paragraph_quotes(text, marks, p.start, carried)
        yield from hits
    if carried is not None:
        yield Hit(carried, carried + 1, None, "左引号没有配对的右引号。")


def _paragraph_quotes(
    text: Text, marks: list[tuple[str, int]], begin: int, carried: int | None
) -> tuple[list[Hit], int | None]:
    """Judge the quotes of one paragraph; return the hits and the quote that is still open at its end."""
    hits: list[Hit] = []
    if carried is not None and marks[0] == ("“", begin):
        carried = None
    elif carried is not None and marks[0][0] == "“":
        hits.append(Hit(carried, carried + 1, None, "左引号没有配对的右引号。"))
        carried = None
    if _balanced(marks) and carried is None:
        return hits + _nested(marks), None
    open_ = carried
    for turn, (mark, at) in enumerate(marks):
        if mark == "“":
            if open_ is not None:
                closing = _reads_as_closing(text.text, at)
                hits.append(_unpaired(at, "”") if closing else _unpaired(open_, None))
                open_ = None if closing else at
            else:
                open_ = at
        elif open_ is None:
            hits.append(_unpaired(at, "“" if turn + 1 < len(marks) else None))
            open_ = at if turn + 1 < len(marks) and marks[turn + 1][0] == "”" else None
        else:
            open_ = None
    return hits, open_


def _unpaired(at: int, suggestion: str | None) -> Hit:
    message = "引号方向反了。" if suggestion else "引号不成对。"
    return Hit(at, at + 1, suggestion, message)


def _reads_as_closing(text: str, at: int) -> bool:
    return text[at + 1 : at + 2] in ("，", "。", "；", "、", "的", "）", "！", "？", "\n", "")


def _balanced(marks: list[tuple[str, int]]) -> bool:
    depth = 0
    for mark, _ in marks:
        depth += 1 if mark == "“" else -1
        if depth < 0:
            return False
    return depth == 0


def _nested(marks: list[tuple[str, int]]) -> list[Hit]:
    hits, depth = [], 0
    for mark, at in marks:
        if mark == "“":
            depth += 1
        if depth == 2:
            hits.append(Hit(at, at + 1, "‘" if mark == "“" else "’", "双引号里的引号应为单引号‘’。"))
        if mark == "”":
            depth -= 1
    return hits


def _quotes_unpaired(text: Text) -> Iterator[Hit]:
    yield from (hit for hit in _quotes(text) if "单引号" not in hit.message)


_SINGLE = re.compile(r"(?<![A-Za-z])‘([^‘’“”\n]{1,60})’")


def _quotes_nested(text: Text) -> Iterator[Hit]:
    yield from (hit for hit in _quotes(text) if "单引号" in hit.message)
    for match in _SINGLE.finditer(text.text):
        p = text.paragraph_at(match.start())
        if p is not None:
            before = text.text[p.start : match.start()]
            if before.count("“") <= before.count("”"):
                yield Hit(
                    match.start(),
                    match.end(),
                    f"“{match[1]}”",
                    "最外层的引号用双引号，单引号只用在双引号之内。",
                )


_BOOKS = re.compile("[《》]")


def _books(text: Text) -> Iterator[Hit]:
    if not any(mark in text.text for mark in "《》〈"):
        return
    carried: list[int] = []
    for p in text.paragraphs:
        stack: list[int] = []
        for match in _BOOKS.finditer(p.text):
            at = p.start + match.start()
            if match[0] == "《":
                stack.append(at)
            elif not stack and carried:
                carried.pop()  # a title that is broken over two lines
            elif not stack:
                yield Hit(at, at + 1, None, "书名号不成对：没有左书名号。")
            else:
                opened = stack.pop()
                if stack:
                    inner = text.text[opened + 1 : at]
                    yield Hit(opened, at + 1, f"〈{inner}〉", "书名号里的书名号用单书名号〈〉。")
        yield from map(_book_open, carried)
        carried = stack
    yield from map(_book_open, carried)
    for match in _OUTER_SINGLE.finditer(text.text):
        yield Hit(
            match.start(),
            match.end(),
            f"《{match[1]}》",
            "单书名号只用在书名号之内，最外层用《》。",
            Level.WARNING,
        )


#: 〈 first, because a look-behind in front would be tried at every character.
_OUTER_SINGLE = re.compile(r"〈(?<![《〈].)(?<!修改.)(?<!印发.)([\u4e00-\u9fff]{2,40})〉(?![^《\n]*》)")


def _book_open(at: int) -> Hit:
    return Hit(at, at + 1, None, "书名号不成对：没有右书名号。", safe=False)


_PAIRS = {"）": "（", "〕": "〔", "】": "【"}
_BRACKETS = re.compile("[（）〔〕【】]")


def _brackets(text: Text) -> Iterator[Hit]:
    """Read the brackets of each paragraph; one that is open may close in a paragraph below."""
    carried: list[tuple[str, int]] = []
    for p in text.paragraphs:
        if p.place == "cell" or p.start < text.first_article or not _BRACKETS.search(p.text):
            continue
        opened, closed = _unmatched(p.text)
        for mark, at in closed:
            partner = next((c for c in reversed(carried) if c[0] == _PAIRS[mark]), None)
            if partner:
                carried.remove(partner)
            elif not _numbers_list(p.text[:at]):
                yield Hit(p.start + at, p.start + at + 1, None, f"“{mark}”没有配对的“{_PAIRS[mark]}”。")
        carried += [(mark, p.start + at) for mark, at in opened if ")" not in p.text[at:]]
    for mark, at in carried:
        yield Hit(at, at + 1, None, f"“{mark}”没有配对的另一半。")


def _unmatched(line: str) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """Return the brackets of ``line`` that stay open, and those that close nothing."""
    opened: list[tuple[str, int]] = []
    closed: list[tuple[str, int]] = []
    for match in _BRACKETS.finditer(line):
        mark, at = match[0], match.start()
        if mark not in _PAIRS:
            opened.append((mark, at))
        elif opened and opened[-1][0] == _PAIRS[mark]:
            opened.pop()
        else:
            closed.append((mark, at))
    return opened, closed


def _numbers_list(before: str) -> bool:
    """Whether a closing bracket numbers a member of a list, as 1） does, or closes a half-width one."""
    return "(" in before or bool(
        re.search(r"(?:^|[，；。：、\s])[\da-zA-Z一二三四五六七八九十①-⑳]{1,3}$", before)
    )


_DOUBLED = re.compile(
    r"([，。、；：])\1+|！{2,}|？{2}(?![？万亿个元家户人名项%％])|[，、；：][，。、；：！？]+|。[，、；：！？]+|[！？][，、；：。]+|[，、；：](?=[）》])"
)


def _doubled(text: Text) -> Iterator[Hit]:
    for match in _DOUBLED.finditer(text.text):
        found = match[0]
        if re.fullmatch("。{3,}|、", found) and len(found) != 1:
            continue
        if len(found) == 1:
            yield Hit(match.start(), match.end(), "", f"“{found}”后面直接接了括号或书名号的右半，多余。")
            continue
        kept = _kept(found)
        same = len(set(found)) == 1
        yield Hit(match.start(), match.end(), kept, f"标点重复：“{found}”应为“{kept}”。", safe=same)


def _kept(found: str) -> str:
    """Return the mark that stays: the strongest."""
    return next(mark for mark in "？！。；：，、" if mark in found)


_ELLIPSIS = re.compile(r"\.{3,}(?!\d)|。{3,}|…(?<!……)(?:(?!…)|…{2,4}(?!…))|·(?: ?·){2,}|、{3,}|，{3,}")

RULES = (
    Rule(
        "half-width-mark", 8, "中文里用了半角标点", Level.ERROR, _GB + " 5.1：中文标点占一个字的位置", _half_width,
        "认真学习,抓好落实。", "认真学习，抓好落实。", safe=True, form=True, statute=Level.WARNING,
        style=(re.compile(r"\([^()（）\n]*\)"), re.compile(r"（[^()（）\n]*）")),
    ),
    Rule(
        "full-width-digit", 9, "全角数字或字母", Level.WARNING, "GB/T 15835—2011：阿拉伯数字用半角",
        pattern("[０-９Ａ-Ｚａ-ｚ]+(?:．[０-９]+)?", lambda m: m[0].translate(_TO_HALF).replace("．", "."), "数字、字母应为半角“{1}”。"),
        "共有２３个村。", "共有23个村。", safe=True, form=True,
        style=(re.compile("[０-９Ａ-Ｚａ-ｚ]+"), re.compile("[0-9A-Za-z]+")),
    ),
    Rule(
        "blank-in-chinese", 10, "汉字之间有空格", Level.WARNING, "GB/T 9704—2012：正文汉字连排", _blanks,
        "抓好 落实工作，不得延误。", "抓好落实工作，不得延误。", safe=True, form=True,
    ),
    Rule(
        "straight-quote", 11, "直引号", Level.ERROR, _GB + " 4.8：引号为“”和‘’", _straight,
        '坚持"两手抓"的方针。', "坚持“两手抓”的方针。", safe=True, form=True,
    ),
    Rule(
        "quote-unpaired", 12, "引号不成对或方向反了", Level.ERROR, _GB + " 4.8：引号成对使用", _quotes_unpaired,
        "坚持“两手抓的方针。", "坚持“两手抓”的方针。",
    ),
    Rule(
        "quote-nested", 13, "引号里的引号应为单引号", Level.WARNING, _GB + " 4.8：双引号里再用单引号", _quotes_nested,
        "他说：“要做到“两个维护”。”", "他说：“要做到‘两个维护’。”", safe=True,
    ),
    Rule(
        "book-mark", 14, "书名号不成对或内层用错", Level.ERROR, _GB + " 4.15：书名号成对，里层用〈〉", _books,
        "印发《关于修改《办法》的决定》。", "印发《关于修改〈办法〉的决定》。", safe=True, statute=Level.WARNING,
    ),
    Rule(
        "comma-between-marks", 15, "并列的引号或书名号之间用了顿号", Level.WARNING, _GB + " 4.5.3.5：并列的引号、书名号之间通常不用顿号",
        pattern("、(?<=[”》]、)(?=[“《])", "", "并列的引号或书名号之间不用顿号。"),
        "增强“四个意识”、“两个维护”。", "增强“四个意识”“两个维护”。", safe=True, form=True, statute=Level.HINT,
        style=(re.compile("[”》]、[“《]"), re.compile("”“|》《")),
    ),
    Rule(
        "comma-before-etc", 16, "“等”前用了顿号", Level.ERROR, _GB + "：“等”前不用顿号",
        pattern("、(?=等(?![级额待候效值同比距差次外高]|于|价|位|温|压|离|渗|边|腰|第|身|深|宽|长|米|电))", "", "“等”前不用顿号。"),
        "水利、交通、等部门。", "水利、交通等部门。", safe=True,
    ),
    Rule(
        "etc-and-ellipsis", 17, "“等”与省略号并用", Level.ERROR, _GB + " 4.11：“等”与省略号不并用",
        pattern(r"等等?(?:……|…|\.{3,})|(?:……|…)等等?(?=[。，；！]|$)|……等(?![待到候着一我你他她它])(?=[\u4e00-\u9fff]{1,8}[，。；、])", lambda m: "等", "“等”“等等”与省略号只用一个。"),
        "水利、交通等等……", "水利、交通等。",
    ),
    Rule(
        "doubled-mark", 18, "标点重复", Level.ERROR, _GB + "：点号不叠用", _doubled,
        "认真学习，，抓好落实。", "认真学习，抓好落实。", safe=True,
    ),
    Rule(
        "ellipsis", 19, "省略号写法不对", Level.WARNING, _GB + " 4.11.2：省略号为“……”",
        pattern(_ELLIPSIS, lambda m: "……", "省略号应为“……”（六个点）。"),
        "他想了很久...", "他想了很久……", safe=True, form=True,
    ),
    Rule(
        "bracket-unpaired", 0, "括号不成对", Level.ERROR, _GB + " 4.9：括号成对使用", _brackets,
        "有关部门（包括乡镇要落实责任。", "有关部门（包括乡镇）要落实责任。", statute=Level.WARNING,
    ),
)  # fmt: skip
