"""Figures of a text that disagree with the ledger, when a campaign is named."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bihuan.library.proofread.base import Check, Hit, Level, Rule
from bihuan.library.proofread.text import Text

#: How texts say a figure: the words before (or after) the number → the figure of the ledger.
_SAID = (
    (r"(?:共|累计|总计)?(?:登记|排查|梳理|查摆|列入台账|建立台账|纳入台账|交办)(?:的)?(?:事项|问题|任务)?(?:共计?|为|有)?(\d+)(?:项|个|件|条)(?:事项|问题|任务)?", "registered"),
    (r"(?:已|累计|完成)?销号(?:事项|问题)?(?:共计?|为|了)?(\d+)(?:项|个|件|条)", "finished"),
    (r"(?:已|累计)?(?:整改完成|完成整改|办结)(?:事项|问题)?(?:共计?|为|了)?(\d+)(?:项|个|件|条)", "finished"),
    (r"(?:销号率|整改完成率|办结率)(?:已?达到?|为|是)?(\d+(?:\.\d+)?)[%％]", "finishing_rate"),
    (r"(?:正在办理|在办|尚未销号|未销号)(?:事项|问题)?(?:共计?|为|的?有)?(\d+)(?:项|个|件|条)", "open"),
    (r"(?:逾期|超期)(?:未销号|未办结|未完成)?(?:事项|问题)?(?:共计?|为|的?有)?(\d+)(?:项|个|件|条)", "overdue"),
    (r"(?:回潮|反弹)(?:重办|问题)?(?:共计?|为|的?有)?(\d+)(?:次|项|个|件)", "reopened"),
    (r"(?:措施)(?:完成率)(?:已?达到?|为|是)?(\d+(?:\.\d+)?)[%％]", "measures_rate"),
)  # fmt: skip

FIGURES = tuple(dict.fromkeys(figure for _, figure in _SAID))
"""The figures of the ledger that are compared."""


def ledger_rule(values: dict[str, str], campaign: str) -> Rule:
    """Return the rule that compares with ``values`` (figure → its value as printed) of ``campaign``."""
    return Rule(
        "ledger-figure", 0, "数字与台账不符", Level.WARNING, f"台账“{campaign}”的数据项", _check(values, campaign),
        "已销号12项。", "已销号10项。",
    )  # fmt: skip


def _check(values: dict[str, str], campaign: str) -> Check:
    compiled = [(re.compile(regex), figure) for regex, figure in _SAID]

    def check(text: Text) -> Iterator[Hit]:
        for regex, figure in compiled:
            right = values[figure].rstrip("%")
            for match in regex.finditer(text.text):
                if match[1] != right and float(match[1]) != _float(right):
                    message = f"台账“{campaign}”里是{values[figure]}，文中是{match[1]}，请核对。"
                    yield Hit(match.start(1), match.end(1), right if right[:1].isdecimal() else None, message)

    return check


def _float(text: str) -> float:
    return float(text) if text.replace(".", "", 1).isdecimal() else -1.0
