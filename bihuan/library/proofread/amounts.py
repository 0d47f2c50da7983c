"""Numbers with their units as they stand in a text, read once for all the checks that calculate."""

from __future__ import annotations

from decimal import Decimal

#: The look behind comes after the first digit: a pattern that begins with a set of characters is searched ten times faster.
NUMBER = r"\d(?<![\d.A-Za-z〔]\d)\d*(?:,\d{3})*(?:\.\d+)?"
UNIT = (
    r"万亿元|亿元|万元|元|万亩|万公顷|万平方米|万平方公里|平方公里|平方米|万立方米|立方米|万吨|万人次|万人|万户|万个|万家|万件|万名|万公里|公里|千米|米|亿立方米|"
    r"亿斤|万斤|万千瓦时|亿千瓦时|万千瓦|亩|公顷|吨|公斤|千克|人次|人|户|个|家|件|名|项|条|处|座|所|辆|台|套|批|次|起|份|篇|期|场|村|宗|例|株|头|只|张|间|栋|支|岁|天|年"
)
_SCALES = {"万亿": Decimal(10) ** 12, "亿": Decimal(10) ** 8, "万": Decimal(10) ** 4}
SAME = {"千米": "公里", "千克": "公斤"}


def number(text: str) -> Decimal:
    """Return the value of digits with commas of thousands."""
    return Decimal(text.replace(",", ""))


def scaled(value: Decimal, unit: str) -> tuple[Decimal, str]:
    """Take the scale out of the unit: 1.2, 亿元 → 120000000, 元."""
    for scale, factor in _SCALES.items():
        if unit.startswith(scale):
            return value * factor, unit.removeprefix(scale)
    return value, SAME.get(unit, unit)


def rounding(text: str) -> Decimal:
    """Return half a unit of the last place that is written: 12.5 → 0.05."""
    decimals = len(text.partition(".")[2])
    return Decimal(1).scaleb(-decimals) / 2


def shown(value: Decimal, decimals: int = 1) -> str:
    """Return ``value`` as people write it, with at most ``decimals`` places."""
    quantum = Decimal(1).scaleb(-decimals)
    text = f"{value.quantize(quantum):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
