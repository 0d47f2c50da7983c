"""Wording of states and percentages, as ledgers write them.

Codes: ``done`` (整改完成), ``closed`` (已销号), ``working`` (正在整改), ``ongoing`` (长期坚持), ``not_started`` (尚未整改).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from bihuan.excel.book import Value
from bihuan.excel.text import clean, squeeze

State = Literal["done", "closed", "working", "ongoing", "not_started"]

_EDGE = re.compile(r"^[\s【\[（(“\"]+|[\s】\]）)”\"。.；;，,、!！]+$")
_TICKS = frozenset("√ ✓ ✔ ☑ 是 Y y YES yes Yes 对 已 1 ✅ ■ ● 有 TRUE True true".split())
_CROSSES = frozenset("× ✗ ✘ ☒ 否 N n NO no No 未 x X ❌ □ ○ FALSE False false 0".split())
_MAX = 200
"""A longer text is an account, not a state."""

YES_NO = _TICKS | _CROSSES
"""Answers that say nothing without the question above them."""

# In order: the first that fits decides. Denials come first, because 未完成 holds 完成.
_NOT = "(?:尚?未|没有?|还未|暂未)"
_WORDINGS: tuple[tuple[State, str], ...] = (
    (
        "not_started",
        _NOT
        + r"(?:整改(?!到位|完|彻底)|启动|开始|开展|动工|开工|实施|着手|办理|推进|进行|落实|交办|签收|接收|动)",
    ),
    (
        "not_started",
        r"^(?:待|拟)(?:办|整改|启动|开展|实施|办理|推进|签收)|^未[办改]$|^(?:已)?交办$|^已下达$|^0%$",
    ),
    (
        "working",
        rf"(?:{_NOT}|未能|未按.{{0,4}})(?:整改)?(?:全部|完全|彻底|按期|按时)?"
        r"(?:完成|办结|完结|解决|到位|销号|达标|结束)",
    ),
    (
        "working",
        r"(?:部分|基本|初步|大部分?|阶段性?|主体|接近|即将|正在|有望|预计|计划|力争|确保|将|争取)"
        r".{0,4}(?:完成|整改|解决|落实|到位|办结)",
    ),
    ("working", r"(?:申请|拟|待|提请|正在|报请).{0,2}销号.{0,3}中$|(?:验收|审核|审批|销号)中$"),
    (
        "ongoing",
        r"长期(?:坚持|整改|推进|任务|落实|抓|化)|^长期$|常态化?|坚持(?:整改|推进)|立行立改.{0,2}长期"
        r"|持续(?:坚持|整改|推进|巩固|落实|深化|抓|改进|开展|用力|跟进|实施)",
    ),
    ("done", r"(?:申请|拟|待|提请|可|报|报请)[^未]{0,3}销号|待验收|通过验收|验收合格|^验收通过"),
    (
        "closed",
        r"(?:已|通过|同意|准予|完成|予以|验收)?(?:验收)?销号|已?归零|^同意$"
        r"|^(?:审核|验收|评审)?(?:通过|合格)$|^已(?:审核|验收)(?:通过)?$",
    ),
    (
        "done",
        r"^(?:均|都|全部|全面|整体|按期|按时|如期|提前)?(?:已经?|均已|全部)?"
        r"(?:整改|办理|任务|工作|事项|问题|全部|按期|按时|如期|提前|基础上|彻底)*"
        r"(?:完成|完毕|办结|完结|结束|到位|解决|落实|达标|整改完成|改完|办完|办毕|完工|竣工|整改)"
        r"(?:整改|任务|到位|了|办理|工作)*$",
    ),
    (
        "done",
        r"^(?:已|均已|全部)经?(?:全部|按期|按时|如期|提前|全面|彻底|基本上|圆满)?"
        r"(?:整改|完成|办结|完结|解决|落实|到位|处理|结案|达标|制定|出台|印发|建成|改)"
        r"|^100%$|^(?:完成|办结|完结)[率度]?100%",
    ),
    (
        "working",
        r"正在|(?:推进|整改|进行|办理|处理|实施|落实|建设|施工)中|在办|在建|进行|有序|正常|已启动|已开[展工始]"
        r"|跟踪|推进|序时|时序|滞后|逾期|超期|缓慢|受阻|继续|未完|顺利|加快|抓紧|未达|有进展|阶段性"
        r"|^已(?:签收|受理|接收)|^(?:整改|持续|中|办|改)$|^按(?:期|时|计划)",
    ),
)
_RULES = tuple((state, re.compile(pattern)) for state, pattern in _WORDINGS)

# 未销号 leaves open how far the work is; 未整改 in the same column does not.
_UNCLOSED = re.compile(
    r"(?:尚?未|没有?|还未|不|暂不|暂未|暂无)(?:能|予|予以|申请|提请|同意|通过|具备|符合|可)?(?:销号|验收|审核|通过|同意|条件)?(?:条件)?$"
)

# Said alone, not of a part: 已完成 but not 已完成300户.
_WHOLE = re.compile(
    r"(?:目前|现|该项|本项)?(?:均|都|全部)?(?:已经?|正在|正|尚未|还未|暂未|未)?(?:全部|按期|按时|如期|基本|部分|初步)?"
    r"(?:整改|办理|落实|解决|销号|完成|办结|完结|启动|开展|开始|推进|实施|长期坚持|持续推进|持续整改|长期整改)"
    r"(?:整改|销号|完成|到位|完毕|办结|结束|任务|落实|工作|中|并长期坚持)*"
)
_COLOURS = re.compile(
    r"^(?:[🔴🟡🟢🔵🟠⚪●○◆■]\ufe0f?|[红黄绿蓝橙白]|[红黄绿蓝橙白](?:色|灯|牌|旗)|亮?[红黄绿蓝橙白]色?灯)$"
)
_PERCENT = re.compile(r"(?<![\d.])(\d{1,4}(?:\.\d+)?)\s*%|百分之([零〇一二三四五六七八九十百]{1,5})")
_TOTAL = re.compile(
    r"(?:总体|累计|整体|总进度|序时|总计|合计|完成进度|形象进度|工程进度|完成率|完成比例)[^，,。；;%]{0,10}$"
)
_BARE = re.compile(r"(\d{1,3}(?:\.\d+)?)")
_DIGITS = {char: index for index, char in enumerate("零一二三四五六七八九")} | {"〇": 0}


def is_colour(text: str) -> bool:
    """Whether the text is only a colour of the traffic light, which is derived and never imported as a state."""
    return bool(_COLOURS.match(squeeze(text)))


@lru_cache(maxsize=16_384)
def state_of(text: str, *, closing: bool = False) -> State | None:
    """The code for a state's wording, or None. ``closing``: the column asks 是否销号, so that 是 means closed."""
    word = _EDGE.sub("", squeeze(clean(text))).rstrip("\ufe0f") if len(text) <= _MAX else ""
    if not word:
        return None
    if word in _TICKS:
        return "closed" if closing else "done"
    if word in _CROSSES:
        return None if closing else "working"
    if closing and _UNCLOSED.match(word):
        return None
    if (amount := percent_of(word)) is not None and (amount < 100 or _PERCENT.fullmatch(word)):
        return "done" if amount >= 100 else "working" if amount else "not_started"
    return next((state for state, pattern in _RULES if pattern.search(word)), None)


@lru_cache(maxsize=16_384)
def leading_state(text: str) -> State | None:
    """The state that a progress text begins with (已完成整改。…), where no column gives it; None unless it is plain."""
    first = re.split(r"[。；;，,：:\n]", clean(text), maxsplit=1)[0]
    return state_of(first) if _WHOLE.fullmatch(squeeze(first)) else None


_CHANGE = re.compile(
    r"(?:同比|环比|增长|增加|减少|下降|降低|上升|提高|提升|压减|压缩|压降|精简|超过)了?[^，。；,;%％]{0,4}$"
)
_OTHER_RATE = re.compile(
    r"(?:(?<!完成)(?<!整改)(?<!办结)(?<!销号)(?<!化解)率|满意度|占比)[^，。；,;%％]{0,4}$"
)


_NEAR = 24  # characters before a percentage that tell what it is of


@lru_cache(maxsize=16_384)
def percent_of(text: str) -> int | None:
    """The one percentage of completion that a text states, 0 to 100; of several the one called the total.

    None when it is unclear, and for what is no completion: a change (同比减少23%) or another rate (水质合格率98%).
    """
    found = [
        (before, _amount(match))
        for match in _PERCENT.finditer(text)
        if _is_completion(before := text[max(match.start() - _NEAR, 0) : match.start()])
    ]
    if len({amount for _, amount in found}) > 1:
        found = [(before, amount) for before, amount in found if _TOTAL.search(before)][:1]
    if not found or found[0][1] > 100:
        return None
    return int(found[0][1])


def _is_completion(before: str) -> bool:
    return not _CHANGE.search(before) and not _OTHER_RATE.search(before)


def _amount(match: re.Match[str]) -> float:
    return float(match[1]) if match[1] else float(_chinese(match[2]))


def _chinese(text: str) -> int:
    if text in {"百", "一百"}:
        return 100
    tens, mark, ones = text.rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if mark else 0) + _DIGITS.get(ones.lstrip("零〇"), 0)


def percent_value(value: Value, *, as_percent: bool, fractions: bool) -> int | None:
    """The percentage in a cell of a progress column.

    ``as_percent``: the cell is formatted as a percentage; ``fractions``: the column holds shares (0.85), not points.
    """
    if isinstance(value, str):
        text = clean(value)
        bare = _BARE.fullmatch(text)
        return (
            percent_value(float(bare[1]), as_percent=False, fractions=fractions) if bare else percent_of(text)
        )
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    points = value * 100 if as_percent or (fractions and value <= 1) else value
    return round(points) if 0 <= points <= 100 else None


def percent_text(points: int) -> str:
    """How a percentage is written."""
    return f"{points}%"
