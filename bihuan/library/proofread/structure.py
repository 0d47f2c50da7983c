"""Checks 43, 44 and 46 to 49: ends of paragraphs, lists, annexes, tables and figures, the addressee."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bihuan.library.proofread.base import Hit, Level, Rule, both
from bihuan.library.proofread.text import END_MARKS, Paragraph, Text
from bihuan.rules.chinese_numbers import to_int

_NINE = "一二三四五六七八九十"
_FORMULA = re.compile(
    r"[=＝×÷∑]|^[\d\s.]+$|^[A-Za-z\d\s.,/:_-]+$|^(?:抄送|印发|主题词|联系人|联系电话|地址|来源|注|时间|地点|参加|出席|列席|缺席|主持|记录|电话|邮编)[:： ]|\d{4}年\d{1,2}月\d{1,2}日印发"
)


def _no_end(text: Text) -> Iterator[Hit]:
    shown = text.paragraphs
    full = text.wrapped_at
    for at, p in enumerate(shown):
        if len(p.text) >= full or p.text[-1] in END_MARKS or text.furniture(p) or _FORMULA.search(p.text):
            continue
        following = shown[at + 1] if at + 1 < len(shown) else None
        if p.text[-1] in "，、,":
            yield Hit(p.end - 1, p.end, "。", f"段落以“{p.text[-1]}”结尾，没有说完或标点用错。", safe=False)
        elif _is_sentence(p, following):
            yield Hit(p.end - 1, p.end, p.text[-1] + "。", "段落末尾没有标点。", Level.WARNING, safe=False)


def _is_sentence(p: Paragraph, following: Paragraph | None) -> bool:
    """Whether ``p`` is a sentence rather than a heading."""
    if p.marker and p.marker.family in ("part", "chapter", "section"):
        return False
    inside = re.search("[。；]", p.text)
    if p.marker:
        return bool(inside) or len(p.text) > 45 or (
            len(p.text) > 8 and p.marker.family != "article" and following is not None and p.marker.value > 1
            and following.marker is not None and following.marker.family == p.marker.family and following.text[-1] in "。；" and len(following.text) < 60
        ) or (p.marker.family == "article" and len(p.text) > 12)  # fmt: skip
    if _CLOSING.fullmatch(p.text):
        return True
    if len(p.text) >= 10 and _STATES.search(p.text) and following is not None:
        return True
    return bool(inside and len(p.text) >= 12) or (len(p.text) >= 22 and "，" in p.text) or len(p.text) > 60


_CLOSING = re.compile(
    r"特此(?:通知|报告|通报|公告|通告|函告|函复|函达|批复|说明|证明)|(?:以上|妥否|当否|可否)[^，。]{0,10}，请(?:予)?(?:批示|审示|批复|审批|审阅|指示|函复)"
)
#: What no heading says.
_STATES = re.compile(
    r"^(?:请(?!示)|今年以来|近年来|截至|目前，|同时，|此外，|下一步，)|(?:单位|部门|局|办|委|各级|乡镇|同志)(?:要|应当|必须|不得|负责)(?!求)|，取得[^，。]{0,8}(?:成效|进展|成绩)$"
)


#: Ways of numbering the members of a list inside a paragraph.
_INLINE = (
    re.compile(rf"[{_NINE}](?<=[。；：，\n].)是"),
    re.compile(rf"[{_NINE}](?<=[。；：，\n].)要(?![求点素害])"),
    re.compile(rf"第[{_NINE}](?<=[。；：\n]..)，"),
    re.compile(rf"（(?<=[。；：]（)(?:\d|[{_NINE}])）"),
)
_BREAK = re.compile("[。！？](?!”)")


def _stop_in_list(text: Text) -> Iterator[Hit]:
    for p in text.paragraphs:
        for regex in _INLINE if "；" in p.text else ():
            marks = list(regex.finditer("\n" + p.text))
            if len(marks) >= 3:
                yield from _inline_list(p, [m.start() - 1 for m in marks])
    yield from _paragraph_list(text)


def _inline_list(p: Paragraph, starts: list[int]) -> Iterator[Hit]:
    """Hit the full stops between the first and the last number where other members end with a semicolon."""
    ends = [p.text[s - 1] for s in starts[1:]]
    if "；" not in ends or ends.count("；") < ends.count("。"):
        return
    for match in _BREAK.finditer(p.text, max(starts[0], 0), starts[-1]):
        at = p.start + match.start()
        closing = match.end() in starts
        message = (
            "分号列举的各项之间应为分号。"
            if closing
            else "分号列举的一项里用了句号，请改为逗号或统一用句号。"
        )
        yield Hit(at, at + 1, "；" if closing else None, message)


def _paragraph_list(text: Text) -> Iterator[Hit]:
    """Hit members of a list of paragraphs that end with a full stop where the others end with a semicolon."""
    group: list[Paragraph] = []
    for p in text.paragraphs:
        member = p.marker is not None and p.marker.family in ("two", "three", "four") and p.place != "cell"
        if member and (not group or _continues(group[-1], p)):
            group.append(p)
            continue
        yield from _members(group)
        group = [p] if member else []
    yield from _members(group)


def _continues(before: Paragraph, p: Paragraph) -> bool:
    assert before.marker is not None
    assert p.marker is not None
    return before.marker.family == p.marker.family and p.marker.value > before.marker.value


def _members(group: list[Paragraph]) -> Iterator[Hit]:
    if len(group) < 3:
        return
    ends = [p.text[-1] for p in group[:-1]]
    if ends.count("；") < len(ends) / 2:
        return
    for p in group[:-1]:
        if p.text[-1] == "。":
            yield Hit(p.end - 1, p.end, "；", "这一列举的其他各项以分号结尾，这里应为分号。")
        inner = re.search("。(?!”|$)", p.text)
        if inner and p.text[-1] == "；":
            at = p.start + inner.start()
            yield Hit(at, at + 1, None, "分号列举的一项里用了句号，请改为逗号或统一用句号。", Level.HINT)


_LISTING = re.compile(r"附件?\s*[:：]\s*(.*)")
_LISTED = re.compile(r"(\d{1,2})[.．、]\s*\S")
_ANNEX_HEAD = re.compile(r"附\s*件\s*(\d{0,2})\s*[:：]?\s*$")
_MENTION = re.compile(r"(?:附件|附表)(\d{1,2})(?!\d)(?!\s*$)")
_ANY_MENTION = re.compile(r"附件|附后|附表|后附|另附|附上|随文")


def _listing(text: Text) -> tuple[int, int, list[int]] | None:
    """Return where the list of annexes begins and ends, and its numbers ([1] for one without a number)."""
    for at, p in enumerate(text.paragraphs):
        match = _LISTING.fullmatch(p.text)
        if not match or not match[1] or p.text.endswith(("。", "；")):
            continue
        numbers = [int(m[1]) for m in _LISTED.finditer(match[1])][:1]
        end = p.end
        for following in text.paragraphs[at + 1 :]:
            found = _LISTED.match(following.text)
            if not numbers or not found or int(found[1]) > numbers[-1] + 2 or int(found[1]) <= numbers[-1]:
                break
            numbers.append(int(found[1]))
            end = following.end
        return p.start, end, numbers or [1]
    return None


def _annexes(text: Text) -> Iterator[Hit]:
    listing = _listing(text)
    heads = [
        (int(m[1] or 1), p)
        for p in text.paragraphs
        if (m := _ANNEX_HEAD.fullmatch(p.text)) and p.place != "cell"
    ]
    if listing is None:
        yield from _mentions_without_listing(text, {number for number, _ in heads})
        return
    begin, end, numbers = listing
    after = {number for number, p in heads if p.start > end}
    for number in numbers:
        if number not in after:
            level = None if after else Level.HINT
            yield Hit(
                begin, end, None, f"附件说明里列了附件{number}，文中没有附件{number}的正文。", level
            )  # fmt: skip
    for number, p in heads:
        if p.start > end and number not in numbers:
            yield Hit(p.start, p.end, None, f"有附件{number}的正文，附件说明里没有列出。")
    for match in _MENTION.finditer(text.text, 0, begin):
        if int(match[1]) not in numbers:
            yield Hit(match.start(), match.end(), None, f"正文提到附件{match[1]}，附件说明里没有列出。")
    expected = list(range(1, len(numbers) + 1))
    if numbers != expected:
        yield Hit(begin, end, None, "附件序号不连续。")


_SEE = re.compile(r"(?:见|详见|按照|参照)(?:本文)?附件(\d{0,2})(?=[）。，；、])")


def _mentions_without_listing(text: Text, present: set[int]) -> Iterator[Hit]:
    """Hit an annex that the text points at and that is not there; a hint where no annex is, because it may be another file."""
    for match in _SEE.finditer(text.text):
        if int(match[1] or 1) not in present and not text.statute:
            level = None if present else Level.HINT
            yield Hit(match.start(), match.end(), None, f"正文提到{match[0]}，文中没有这个附件。", level)


def _annex_not_named(text: Text) -> Iterator[Hit]:
    listing = _listing(text)
    if listing is None:
        return
    begin, end, _ = listing
    body = text.text[:begin]
    if not _ANY_MENTION.search(body):
        level = Level.HINT if re.search("印发|转发|现将", body) else None
        yield Hit(begin, end, None, "列了附件，正文没有写“见附件”或“附后”。", level)


_CAPTION = re.compile(
    r"([表图])\s?(\d{1,3}|[一二三四五六七八九十]{1,2}(?=[\s　:：]))(?:(?=[\s　:：.])|(?=[\u4e00-\u9fff]))(?!\s?[-—－–.．]\s?\d)"
)
_REFERENCE = re.compile(
    r"(?<![附代报发名地列外年月日季左右上下])([表图])(\d{1,3})(?![\d-])(?=所示|可知|看出|中|反映|显示|列|）|。|，|、|和)"
)


def _captions(text: Text) -> Iterator[Hit]:
    for kind in "表图":
        last, found = 0, set()
        for p in text.paragraphs:
            match = _CAPTION.match(p.text)
            if not match or match[1] != kind or len(p.text) > 50 or re.search("[。；，]", p.text):
                continue
            value = int(match[2]) if match[2].isdecimal() else to_int(match[2]) or 0
            found.add(value)
            if value != last + 1:
                yield Hit(
                    p.start, p.start + match.end(), f"{kind}{last + 1}" if match[2].isdecimal() else None, f"{kind}的编号{'重复' if value <= last else '跳号'}：上一个是{kind}{last}。"
                )  # fmt: skip
            last = max(last + 1, value)
        if found:
            yield from _references(text, kind, found)


def _references(text: Text, kind: str, found: set[int]) -> Iterator[Hit]:
    for match in _REFERENCE.finditer(text.text):
        if match[1] == kind and int(match[2]) not in found:
            yield Hit(match.start(), match.end(), None, f"正文提到{match[0]}，文中没有这个{kind}。")


def _addressee(text: Text) -> Iterator[Hit]:
    p = text.addressee
    if p is None or text.statute or p.text[-1] == "：":
        return
    last = p.text[-1]
    if last in ":，,；;、.":
        yield Hit(p.end - 1, p.end, "：", "主送机关之后应为全角冒号“：”。")
    else:
        yield Hit(p.end - 1, p.end, last + "：", "主送机关之后缺全角冒号“：”。")


def _salutation(text: Text) -> Iterator[Hit]:
    for p in text.paragraphs[:6]:
        if re.fullmatch(
            r"(?:尊敬的[^，。]{1,20}[，,]?)?(?:各位(?:领导|代表|委员|来宾|同志|朋友)[、，]?(?:同志们|各位[^：:。]{2,6})*|同志们|朋友们)([，,。.:]?)",
            p.text,
        ):
            cut = p.end - 1 if p.text[-1] in "，,。.:" else p.end
            yield Hit(cut - (cut == p.end), p.end, "：" if cut < p.end else p.text[-1] + "：", "称呼之后应为全角冒号“：”。")  # fmt: skip


RULES = (
    Rule(
        "paragraph-end", 43, "段落末尾没有标点", Level.WARNING, "GB/T 15834—2011：句末用句号、问号或叹号", _no_end,
        "今年以来，全县上下狠抓防汛备汛工作落实，取得了明显成效\n", "今年以来，全县上下狠抓防汛备汛工作落实，取得了明显成效。\n", form=True,
    ),
    Rule(
        "stop-in-list", 44, "分号列举中间用了句号", Level.WARNING, "GB/T 15834—2011 4.6：分项列举各项之间的点号一致", _stop_in_list,
        "一是抓学习；二是抓整改。三是抓落实。", "一是抓学习；二是抓整改；三是抓落实。", statute=Level.HINT,
    ),
    Rule(
        "annex-absent", 46, "附件说明与附件对不上", Level.WARNING, "GB/T 9704—2012 7.3.4、7.3.7：附件与附件说明一致", _annexes,
        "详见附件3。\n附件：任务清单\n附件\n任务清单", "详见附件。\n附件：任务清单\n附件\n任务清单",
    ),
    Rule(
        "annex-not-named", 47, "有附件而正文没有提到", Level.WARNING, "公文习惯：正文写明“见附件”", _annex_not_named,
        "请认真落实。\n附件：任务清单", "请认真落实（见附件）。\n附件：任务清单",
    ),
    Rule(
        "caption-sequence", 48, "图表编号跳号，或提到的图表不存在", Level.WARNING, "GB/T 9704—2012 与编校习惯：图表按序编号", _captions,
        "表1 资金安排\n表3 项目清单", "表1 资金安排\n表2 项目清单",
    ),
    Rule(
        "addressee-colon", 49, "主送机关或称呼之后缺冒号", Level.ERROR, "GB/T 9704—2012 7.3.2：主送机关最后一个名称后标全角冒号", both(_addressee, _salutation),
        "关于做好防汛工作的通知\n各乡镇人民政府，县直各单位\n汛期将至。", "关于做好防汛工作的通知\n各乡镇人民政府，县直各单位：\n汛期将至。", safe=True,
    ),
)  # fmt: skip
