"""Check 37: growth and shares that do not follow from the figures beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from bihuan.library.proofread.amounts import NUMBER, UNIT, number, rounding, scaled, shown
from bihuan.library.proofread.base import Hit, Level
from bihuan.library.proofread.text import Text

_U = rf"(?:{UNIT})|[%％]"
_UP = "增加|提高|增长|上升|提升|扩大|发展|攀升|跃升|增至|升至|提高|扩展|拓展|壮大|增|升"
_DOWN = "下降|减少|降低|回落|缩减|缩短|压减|降|减"
_CHANGE = rf"((?:增幅|增速|{_UP}|{_DOWN})了?(?:约|近|为|达到?)?)({NUMBER})(%|％|倍|个百分点|百分点|{UNIT})"
_YEAR = r"(?:(?:19|20)\d\d年(?:底|末)?的?)?"
_FROM_TO = re.compile(
    rf"(?:由|从)[^，。；\d]{{0,14}}?{_YEAR}({NUMBER})({_U})?[^，。；\d]{{0,8}}?(?:{_UP}|{_DOWN}|变为|达)?(?:到|至|为)了?[^，。；\d]{{0,10}}?{_YEAR}({NUMBER})({_U})[^，。；\d]{{0,6}}[，,（][^，。；\d%]{{0,12}}?{_CHANGE}"
)
_THAN = re.compile(
    rf"({NUMBER})({_U})[^，。；\d]{{0,4}}，(?:同比|比|较)(?:上年同期|上年|去年同期|去年|上季度|上月|前年|(?:19|20)\d\d年)?(?:同期)?的?[^，。；\d]{{0,6}}?({NUMBER})({_U})[^，。；\d]{{0,4}}?{_CHANGE}"
)
_BEFORE, _NOW = r"(?:上年|去年|上年同期|去年同期|(?:19|20)\d\d年)", r"(?:今年|本年|(?:19|20)\d\d年)"
_IS = r"[^，。；\d]{0,6}?(?:为|是|达到?|完成|有)?"
_TWO_YEARS = re.compile(
    rf"{_BEFORE}{_IS}({NUMBER})({_U})，{_NOW}{_IS}({NUMBER})({_U})[^，。；\d]{{0,4}}，(?:同比|比上年)?{_CHANGE}"
)
_YEAR_BEFORE = re.compile(
    rf"({NUMBER})({_U})，(?:上年|去年)(?:同期)?{_IS}({NUMBER})({_U})，(?:同比|比上年)?{_CHANGE}"
)
_ADDED = re.compile(
    rf"({NUMBER})({_U})[^，。；\d]{{0,6}}，(?:比|较)(?:上年同期|上年|去年同期|去年)(?:的)?（({NUMBER})({_U})）[^，。；\d]{{0,4}}?{_CHANGE}"
)


def growth(text: Text) -> Iterator[Hit]:
    """Hit changes that do not follow from the two figures before them."""
    for match in _FROM_TO.finditer(text.text):
        yield from _judged(match, (match[1], match[2] or match[4]), (match[3], match[4]))
    for match in _TWO_YEARS.finditer(text.text):
        yield from _judged(match, (match[1], match[2]), (match[3], match[4]))
    for regex in (_THAN, _ADDED, _YEAR_BEFORE):
        for match in regex.finditer(text.text):
            yield from _judged(match, (match[3], match[4]), (match[1], match[2]))


def _judged(match: re.Match[str], old: tuple[str, str], new: tuple[str, str]) -> Iterator[Hit]:
    verb, said, unit = match[5], match[6], match[7]
    (a, base), (b, new_base) = scaled(number(old[0]), old[1]), scaled(number(new[0]), new[1])
    if base != new_base or a == 0:
        return
    direction = Decimal(-1) if re.match(_DOWN, verb) and not re.match(_UP, verb) else Decimal(1)
    right = _expected(unit, a, b, base)
    if right is None:
        return
    value, slack = right * direction, _slack(old, new, said, unit, a, b)
    if abs(value - _plain(said, unit)) > slack:
        yield from _told(match, value, unit, a, b)


def _plain(said: str, unit: str) -> Decimal:
    return number(said) if unit in ("%", "％", "倍", "个百分点", "百分点") else scaled(number(said), unit)[0]


def _expected(unit: str, a: Decimal, b: Decimal, base: str) -> Decimal | None:
    """Return the change from ``a`` to ``b`` in ``unit``; None when it cannot be said in it."""
    if unit in ("%", "％"):
        return None if base in ("%", "％") else (b - a) / a * 100
    if unit == "倍":
        return b / a - 1
    if unit.endswith("百分点"):
        return b - a if base in ("%", "％") else None
    return b - a if scaled(Decimal(1), unit)[1] == base else None


def _slack(
    old: tuple[str, str], new: tuple[str, str], said: str, unit: str, a: Decimal, b: Decimal
) -> Decimal:
    """Return how far the change may lie from the exact one, because the figures are rounded."""
    finest = max(old[0], new[0], key=lambda text: len(text.partition(".")[2]))
    da, db = scaled(rounding(finest), old[1])[0], scaled(rounding(finest), new[1])[0]
    if "." not in old[0] + new[0] and a == int(a) and b == int(b) and old[1][0] not in "万亿":
        da = db = Decimal(0)
    own = rounding(said)
    if unit in ("%", "％", "倍"):
        factor = Decimal(1) if unit == "倍" else Decimal(100)
        return own + factor * (db / a + b * da / (a * a)) + Decimal("0.0001")
    if unit.endswith("百分点"):
        return own + da + db
    return scaled(own, unit)[0] + da + db


def _told(match: re.Match[str], value: Decimal, unit: str, a: Decimal, b: Decimal) -> Iterator[Hit]:
    if value < 0:
        message = "增减的方向与给出的数字相反，请核对。"
        yield Hit(match.start(5), match.end(7), None, message)
        return
    shown_value = (
        value if unit in ("%", "％", "倍") or unit.endswith("百分点") else value / scaled(Decimal(1), unit)[0]
    )
    right = f"{shown(shown_value, 2 if unit == '倍' else 1)}{unit}"
    yield Hit(
        match.start(6), match.end(7), right, f"按给出的数字计算应为{right}，文中写的是{match[6]}{unit}。", Level.ERROR
    )  # fmt: skip


_SHARE = re.compile(
    rf"({NUMBER})({UNIT})[^，。；\d]{{0,6}}，占[^，。；\d%]{{1,14}}?({NUMBER})({UNIT})[^，。；\d]{{0,6}}?的({NUMBER})[%％]"
)
_OF_TOTAL = re.compile(
    rf"(?:共|有|总计|合计|全部|总数)[^，。；\d]{{0,8}}({NUMBER})({UNIT})[^。；\d]{{0,10}}，(?:已|其中)?(?:完成|整改|办结|销号|解决)[^，。；\d]{{0,6}}({NUMBER})({UNIT})[^，。；\d]{{0,4}}，(?:整改|办结|销号|完成|解决)?(?:完成)?率[^，。；\d]{{0,5}}({NUMBER})[%％]"
)


def shares(text: Text) -> Iterator[Hit]:
    """Hit shares and rates of completion that do not follow from part and whole."""
    for match in _SHARE.finditer(text.text):
        yield from _share(match, (match[1], match[2]), (match[3], match[4]))
    for match in _OF_TOTAL.finditer(text.text):
        yield from _share(match, (match[3], match[4]), (match[1], match[2]))


def _share(match: re.Match[str], part: tuple[str, str], whole: tuple[str, str]) -> Iterator[Hit]:
    (a, base), (b, whole_base) = scaled(number(part[0]), part[1]), scaled(number(whole[0]), whole[1])
    if base != whole_base or b == 0:
        return
    exact = "." not in part[0] + whole[0] and part[1][0] not in "万亿"
    da, db = (Decimal(0), Decimal(0)) if exact else (scaled(rounding(part[0]), part[1])[0], scaled(rounding(whole[0]), whole[1])[0])  # fmt: skip
    slack = rounding(match[5]) + 100 * (da / b + a * db / (b * b)) + Decimal("0.0001")
    right = a / b * 100
    if abs(right - number(match[5])) > slack:
        value = f"{shown(right, max(len(match[5].partition('.')[2]), 1))}%"
        yield Hit(match.start(5), match.end(5) + 1, value, f"按给出的数字计算应为{value}，请核对。")
