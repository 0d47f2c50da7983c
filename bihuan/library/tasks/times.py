"""The time limit that a sentence sets, read by the rules for deadlines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from bihuan.rules import deadlines
from bihuan.rules.calendar import Calendar

_MONTH = r"(?:\d{1,2}|[一二三四五六七八九十]{1,2})月"
_YEAR = r"(?:(?:20\d\d|今|明|本|当|后)年|[二〇○零一二三四五六七八九]{4}年)"
_WORDING = re.compile(
    rf"(?:到|至|于|在)?{_YEAR}?(?:年)?{_MONTH}(?:份)?(?:(?:\d{{1,2}}|[一二三四五六七八九十]{{1,3}})[日号]|[上中下]旬|底|末|初)?(?:之前|以前|前|底前|内)?"
    rf"|(?:到|至|于|在)?{_YEAR}(?:年)?(?:底|末|内|上半年|下半年|(?:第)?[一二三四1-4]季度(?:末|底)?)(?:之前|以前|前)?|(?:到|至){_YEAR}(?!以来)"
    r"|(?:今年|本年|年)(?:年)?(?:底|末|内)(?:之前|以前|前)?|(?:本|这个|当)?月(?:底|末|内)(?:之前|以前|前)?|(?:第)?[一二三四]季度(?:末|底)?(?:之前|以前|前)?|[上下]半年(?:前)?"
    r"|(?:\d{1,3}|[一二两三四五六七八九十]{1,3})个?(?:工作日|自然日|日|天|周|星期|月|小时)(?:之内|以内|内)"
    r"|(?:本周|下周|本月|下月)(?:内|底|末)?(?:前)?"
)
_STARTING = re.compile(r"\s*(?:起|以来|开始|至今|后|至|到)")
_ONGOING = re.compile(
    r"长期坚持|长期推进|长期抓|常态化(?:开展|推进|抓|做|落实|坚持|排查|巡查|管理|运行|整治)|持续推进|持续开展|持续抓好|持续坚持|常抓不懈|长抓不懈|并长期坚持|不间断|每(?:半年|季度|季|月|周|年|日|天|旬|两周|半月)(?:至少|度)?(?:[^，。；]{0,16}(?:[一二两三四1-4]次|调度|通报|召开|报送|排查|检查|开展|巡查))?|[月周季]度?(?:调度|通报|督查)|按(?:月|季度?|周)(?:调度|通报|报送|推进|督查)|定期(?:调度|通报|检查|开展|组织|报送)"
)
_IMMEDIATE = re.compile(r"立行立改|立即整改|即知即改|马上就办|立即")


@dataclass(frozen=True, slots=True)
class When:
    """The last day, whether the work goes on, and the wording that says so."""

    due: date | None = None
    ongoing: bool = False
    wording: str = ""


def when_of(text: str, base: date, calendar: Calendar, limit: str = "") -> When:
    """Read the limit of a bracket if there is one, else the wordings of the sentence; ``base`` gives a missing year."""
    if limit:
        read = deadlines.parse(limit, base=base, calendar=calendar)
        if read.due or read.ongoing or read.immediate:
            return When(read.due, read.ongoing, limit)
    days = []
    for match in _WORDING.finditer(text):
        if _STARTING.match(text, match.end()) and not match[0].endswith(("前", "内", "底", "末")):
            continue
        wording = match[0].lstrip("到至于在")
        read = deadlines.parse(wording, base=base, calendar=calendar)
        if read.due is not None:
            days.append((read.due, wording))
    lasting = _ONGOING.search(text)
    if days:
        due, wording = max(days)
        return When(due, lasting is not None, wording)
    return When(None, lasting is not None, lasting[0] if lasting else "")


def is_immediate(text: str) -> bool:
    """Whether it is to be done at once."""
    return _IMMEDIATE.search(text) is not None
