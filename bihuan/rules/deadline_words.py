"""The words of a deadline that are no dates: 长期坚持, 每季度, 立行立改, 已完成, 尽快."""

from __future__ import annotations

import re
from typing import NamedTuple

from bihuan.rules.deadline_types import Cycle, Doubt

_EMPTY = re.compile(
    r"(?i:[-一/\\|.,;。、:_*×xX()+]*|无|暂无|空|没有|未填|不涉及|不适用|n/?a|nil|none|null|nat|nan)"
)
_DITTO = re.compile(r"[(]?(?:同上|同前|〃+|″+|同上[条项])[)]?[,;。]*")

_ONGOING = re.compile(
    r"长期(?!规划|目标|方案|病|机制|制度|计划|以来)|持续(?!\d|时间|期)|常态(?!化?[^,;。]{0,6}(?:机制|制度))|常抓|常年|经常(?!费|项目)"
    r"|长效(?!机制|制度|管理机制)|一以贯之|久久为功|坚持不懈|坚持下去|并坚持|不间断|不断|滚动|贯穿|全程|全过程|始终|永久|无限期|随时|实时"
    r"|(?:没有|不设|无|不限)(?:期限|时限|固定期限|时间)|日常(?:化|性|坚持|推进|开展|监管|管理|工作|$)|一直|^坚持|坚持[,;。]*$"
)
_UNTIL = re.compile(r"[^,;。、()\d]{0,6}(?:到|至|-)(?=[\d今明本年])")
_IMMEDIATE = re.compile(
    r"[即立随边现][^,;。][即立随边就]改|立说立行|立[即刻马]|即[时刻改办行查]|即[交知接][即就]办|马上|当[即场]|第[1一]时间|说改就改|速办|火速|随到随办"
)
_FROM_TODAY = re.compile(r"即日起?")
_DONE = re.compile(
    r"(?<!自)已(?:经|于|按|全|基本|全部|如期)*[^,;。未]{0,16}?(?:完成|办结|整改|销号|解决|落实|到位|结束|关闭|完毕|建成|出台|制定|立行立改)"
    r"|^(?!.*[按限尽力争应须需要确保未当年月日前内])[^,;。\d]{0,6}(?:完成|完毕|到位|办结|销号)(?:整改|销号)?[,;。]*$"
)
_STATE = re.compile(
    r"未(?:完成|整改|启动|开始|办结|销号)|正在|完成\d+%|(?:整改|推进|进行|办理|实施|落实|核查)中"
)
_VAGUE = re.compile(
    r"尽[快早]|限[期时]|抓紧|适时|择[期机]|近期|从速|待[定议报]|另行|视情|视[^,;。]{1,8}(?:情况|进度|进展)|条件(?:成熟|具备)|按(?:照)?(?:上级|要求|计划|规定|期|时|序时)"
    r"|定期|不定期|同步|根据|依据|[^,;。\d][前后]|期间|期内|结束|任期|届时|上级"
)

_UNIT = r"(?P<unit>半个?月|半年|双月|单月|工作日|季度?|学期|星期|礼拜|[天日周旬月年])度?"
_LUNAR = re.compile(r"(?:农历|阴历|正月|腊月)[^,;。()]*")
_MEETINGS = "调度|通报|例会|研判|会商|小结"
_CYCLE_MARK = re.compile(
    rf"[每按逐季]|[天日周旬月年期]\d{{1,3}}次|1[天日周旬月年][1一]|{_MEETINGS}|天天|日日|周周|月月|年年|^(?:月|周|半年)"
)
_CYCLE_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        # 每季度, 每3个月, 每年至少2次
        rf"每(?:隔|满)?(?P<number>\d{{1,3}})?个?{_UNIT}(?:[^\d,;。、\x00]{{0,6}}?(?P<times>\d{{1,3}})次)?",
        # 按月推进, 逐年
        rf"[按逐]{_UNIT}(?![期时程底末内前]|计划|任务|目标|要求)",
        # 一周两次, 一季度一调度, 半年一次, 三个月一次 (numerals before units are digits by now); not 2月1次
        rf"(?<![\d第年每按逐隔半个])(?!(?:[2-9]|\d\d)(?:月|日|季))(?P<number>\d{{1,2}})?个?{_UNIT}(?:(?P<times>\d{{1,3}})次|[1一](?=[调通报研总会督检汇小反推例考评排分晾清]))",
        # 月调度, 季度通报
        rf"(?<![\d本当下上个每第按逐]){_UNIT}(?:{_MEETINGS})",
        r"(?P<unit>天|日|周|月|年)(?P=unit)(?=$|[,;。]|[^\d底末初中])",
        # nothing else in the cell
        r"^(?P<unit>半年|季|月|周)度(?:推进|开展|检查|报告|反馈|报送)?[,;。]*$",
    )
)
_PART_BEHIND = re.compile(r"[底末初]|最后|[上中下]旬|[一二三四五六日天](?=前|以前|之前|$|[,;。、])")
_DAYS_OF_UNIT = {
    "天": 1,
    "日": 1,
    "工作日": 1,
    "周": 7,
    "星期": 7,
    "礼拜": 7,
    "旬": 10,
    "半月": 15,
    "半个月": 15,
    "月": 30,
    "单月": 60,
    "双月": 60,
    "季": 90,
    "季度": 90,
    "半年": 180,
    "学期": 180,
    "年": 360,
}
_CYCLES: tuple[tuple[Cycle, int], ...] = (
    ("year", 360),
    ("half-year", 180),
    ("quarter", 90),
    ("month", 30),
    ("week", 7),
    ("day", 1),
)
_CYCLE_NAMES = {
    "day": "每天",
    "week": "每周",
    "month": "每月",
    "quarter": "每季度",
    "half-year": "每半年",
    "year": "每年",
}


class Periodic(NamedTuple):
    """A cycle at ``start``–``end`` of the wording."""

    cycle: Cycle
    start: int
    end: int
    doubts: tuple[Doubt, ...]


def is_empty(text: str) -> bool:
    """Whether the wording says nothing: blank, a dash, 无."""
    return _EMPTY.fullmatch(text) is not None


def is_ditto(text: str) -> bool:
    """Whether the wording points to the row above."""
    return _DITTO.fullmatch(text) is not None


def is_ongoing(text: str) -> bool:
    """Whether the work has no end; 持续推进到2025年底 has one."""
    return any(not _UNTIL.match(text, match.end()) for match in _ONGOING.finditer(text))


def is_immediate(text: str, *, dated: bool) -> bool:
    """Whether the work is to be done at once; 即日起 says so only where no end is given."""
    return bool(_IMMEDIATE.search(text) or (not dated and _FROM_TODAY.search(text)))


def is_done(text: str) -> bool:
    """Whether the wording reports completion instead of (or beside) a limit."""
    return _DONE.search(text) is not None


def is_state(text: str) -> bool:
    """Whether the wording reports progress."""
    return _STATE.search(text) is not None


def is_vague(text: str) -> bool:
    """Whether the wording is understood but names no date: 尽快, 条件成熟时."""
    return _VAGUE.search(text) is not None


def lunar_dates(text: str) -> list[tuple[int, int]]:
    """Where the wording speaks of the lunar calendar."""
    return [match.span() for match in _LUNAR.finditer(text)]


def cycles(text: str) -> tuple[Periodic, ...]:
    """Every cycle that the wording names, in order."""
    if not _CYCLE_MARK.search(text):
        return ()
    found = [_periodic(match, text) for pattern in _CYCLE_PATTERNS for match in pattern.finditer(text)]
    return tuple(sorted(found, key=lambda periodic: periodic.start))


def _periodic(match: re.Match[str], text: str) -> Periodic:
    said = match.groupdict()
    days = _DAYS_OF_UNIT[match["unit"]] * int(said.get("number") or 1)
    cycle, doubts = _nearest(days / max(int(said.get("times") or 1), 1), match[0])
    return Periodic(cycle, match.start(), _end(match, text), doubts)


def _end(match: re.Match[str], text: str) -> int:
    """Where the date in 每月底 or 每周五 begins: its 月 or 周 belongs to both."""
    shared = match[0].startswith("每") and _PART_BEHIND.match(text, match.end())
    return match.start("unit") if shared else match.end()


def _nearest(days: float, phrase: str) -> tuple[Cycle, tuple[Doubt, ...]]:
    """The longest cycle that is not longer than the wording's; a doubt where it is shorter."""
    cycle, length = next((pair for pair in _CYCLES if pair[1] <= days), _CYCLES[-1])
    if length == days:
        return cycle, ()
    return cycle, (Doubt("cycle", f"没有“{phrase}”这样的周期，按{_CYCLE_NAMES[cycle]}检查，请核对。"),)
