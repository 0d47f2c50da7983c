"""Check 45: units of one kind that are mixed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bihuan.library.proofread.amounts import NUMBER, number, shown
from bihuan.library.proofread.base import Hit, Level, Rule
from bihuan.library.proofread.text import Text

_AMOUNT = re.compile(
    rf"({NUMBER})([万亿]?(?:亩|公顷|平方米|平米|公里|千米|华里|里(?![面程])|公斤|千克|斤|立方米|方(?![面式案向位针略])|元|块钱?))(?![/／每人])"
)
_SINGLE = re.compile(r"人均|每|均|单价|工资|标准|补贴|补助|[/／]|票|罚款|限额|以[上下]|奖励|月薪|可支配收入")
#: Units for one kind of thing; the rarer of the two is hit.
_PAIRS = (
    ("面积", "亩", "公顷"),
    ("面积", "平方米", "平米"),
    ("长度", "公里", "千米"),
    ("长度", "公里", "华里"),
    ("长度", "公里", "里"),
    ("重量", "公斤", "千克"),
    ("重量", "公斤", "斤"),
    ("重量", "千克", "斤"),
    ("容积", "立方米", "方"),
    ("金额", "元", "块"),
    ("金额", "元", "块钱"),
)


def _check(text: Text) -> Iterator[Hit]:
    found: dict[str, list[re.Match[str]]] = {}
    for match in _AMOUNT.finditer(text.text):
        found.setdefault(match[2].lstrip("万亿"), []).append(match)
    yield from _money(text, found.get("元", []))
    for kind, usual, other in _PAIRS:
        if usual in found and other in found:
            yield from _mixed(kind, found[usual], found[other])


def _money(text: Text, amounts: list[re.Match[str]]) -> Iterator[Hit]:
    if not any(match[2] != "元" for match in amounts):
        return
    for match in amounts:
        value = number(match[1])
        if match[2] != "元" or value < 10_000 or "." in match[1]:
            continue
        if not _SINGLE.search(text.text[max(match.start() - 16, 0) : match.start()]):
            right = f"{shown(value / 10_000, 4)}万元"
            yield Hit(match.start(), match.end(), right, f"全文用“万元”，这里用“元”，是否统一为“{right}”？")


def _mixed(kind: str, usual: list[re.Match[str]], other: list[re.Match[str]]) -> Iterator[Hit]:
    rare, common = (usual, other) if len(usual) < len(other) else (other, usual)
    for match in rare:
        yield Hit(
            match.start(), match.end(), None, f"{kind}单位不统一：别处用“{common[0][2]}”，这里用“{match[2]}”。"
        )  # fmt: skip


RULES = (
    Rule(
        "mixed-units", 45, "计量单位不统一", Level.WARNING, "法定计量单位与前后一致", _check,
        "投入120万元，另有社会资金350000元。", "投入120万元，另有社会资金35万元。", statute=Level.HINT,
    ),
)  # fmt: skip
