"""Chinese numerals as people write them: 十二, 二〇二四, 三十一, 两, 廿三, 壹佰贰拾."""

from __future__ import annotations

import re

_DIGITS = {
    **dict(zip("〇一二三四五六七八九", range(10), strict=True)),
    **dict(zip("零壹贰叁肆伍陆柒捌玖", range(10), strict=True)),
    "○": 0,
    "两": 2,
}
_PLAIN = str.maketrans(
    {
        **{char: "零一二三四五六七八九"[digit] for char, digit in _DIGITS.items()},
        **dict(zip("拾佰仟萬億", "十百千万亿", strict=True)),
        "廿": "二十",
        "卅": "三十",
    }
)
_ZEROS = str.maketrans("Oo", "〇〇")
_BELOW_TEN_THOUSAND = re.compile(
    r"(?:([一二三四五六七八九])千)?(零)?(?:([一二三四五六七八九])百)?(零)?(?:([一二三四五六七八九])?(十))?(零)?([一二三四五六七八九])?"
)
_SHORTENED = re.compile(r"([一二三四五六七八九])([百千万亿])([一二三四五六七八九])")
_UNITS = {"百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}

NUMERALS = "".join(_DIGITS) + "十百千廿卅拾佰仟"
"""Every character of a numeral below ten thousand."""

# 统一, 唯一, 专一, 同一, 划一, 归一 end in a numeral that is none.
_UNIT = (
    r"年|月|日|号|天|周|星期[内以之前后,，;；。]|星期$|礼拜|季|旬|小时|分钟|点|次|学期"
    r"|个(?:半|工作日|自然日|日历日|月|季|周|星期|礼拜|小时|年|学期)|工作日|自然日|日历日"
)
# In 九至十二月 the first numeral shares the unit of the second.
_BEFORE_UNIT = re.compile(
    rf"(?<![统唯专同划归{NUMERALS}])([{NUMERALS}]+)(?=(?:[-~～—至到、和及]第?[{NUMERALS}\d]+)?(?:{_UNIT}))"
)
_NUMERAL = re.compile(rf"[{NUMERALS}]")
_YEAR_WITH_LETTER = re.compile(r"[一二三四五六七八九〇零○Oo]{4}(?=年)")


def to_int(text: str) -> int | None:
    """The number that ``text`` is, or None: 二十三 → 23, 二〇二四 → 2024 (digit by digit), 一百五 → 150, 三万二 → 32000."""
    plain = text.translate(_PLAIN)
    if not plain:
        return None
    if all(char in "零一二三四五六七八九" for char in plain):
        return int("".join(str(_DIGITS[char]) for char in plain))
    shortened = _SHORTENED.fullmatch(plain)
    if shortened:
        digit, unit, rest = shortened.groups()
        return _DIGITS[digit] * _UNITS[unit] + _DIGITS[rest] * _UNITS[unit] // 10
    return _by_unit(plain, "亿万")


def to_text(number: int) -> str:
    """Return ``number`` (1 to 99) as headings count: 一, 十, 十二, 二十三; a larger one in digits."""
    if number >= 100:
        return str(number)
    tens, ones = divmod(number, 10)
    digits = "一二三四五六七八九"
    head = ("" if tens == 1 else digits[tens - 1]) + "十" if tens else ""
    return head + (digits[ones - 1] if ones else "")


def normalise_digits(text: str) -> str:
    """Write Chinese numerals that stand before a unit of time in digits: 十二月三十一日 → 12月31日, 两周内 → 2周内.

    Numerals elsewhere stay: 十四五, 统一, 三张清单.
    """
    if not _NUMERAL.search(text):
        return text
    text = _YEAR_WITH_LETTER.sub(lambda match: _in_digits(match[0].translate(_ZEROS)), text)
    return _BEFORE_UNIT.sub(lambda match: _in_digits(match[1]), text)


def _in_digits(numeral: str) -> str:
    number = to_int(numeral)
    return numeral if number is None else str(number)


def _by_unit(plain: str, units: str) -> int | None:
    """Read what stands before and after the largest unit of ``units``."""
    if not units:
        return _small(plain)
    left, found, right = plain.partition(units[0])
    if not found:
        return _by_unit(plain, units[1:])
    high = _by_unit(left, units[1:])
    low = _by_unit(right, units[1:]) if right else 0
    return None if not high or low is None else high * _UNITS[units[0]] + low


def _small(plain: str) -> int | None:
    match = _BELOW_TEN_THOUSAND.fullmatch(plain)
    if not match:
        return None
    thousands, _, hundreds, _, tens, ten, _, ones = match.groups()
    digits = [_DIGITS[char] if char else 0 for char in (thousands, hundreds, tens or (ten and "一"), ones)]
    return digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3]
