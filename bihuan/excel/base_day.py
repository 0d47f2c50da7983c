"""The day that a ledger speaks from: it gives the year to 12月底前 and the start to 15个工作日内."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from bihuan.excel.text import clean, squeeze
from bihuan.rules.chinese_numbers import normalise_digits

_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?(?!\d)")
_MONTH_END = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*年\s*(\d{1,2})\s*月(?:末|底)")
_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*(?:年\s*(\d{1,2})\s*月|[.-](\d{1,2})(?![\d.-]))")
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*(?:年|(?=[^\d]|$))")


def find_base(texts: Iterable[str]) -> date | None:
    """The day named in titles, unit-and-date rows, sheet and file names: the most exact one, of several the latest.

    A month gives its first day, 6月底 the month's last, a year its first day.
    """
    plain = [normalise_digits(squeeze(clean(text))) for text in texts]
    for finder in (_days, _months, _years):
        found = [day for text in plain for day in finder(text)]
        if found:
            return max(found)
    return None


def _days(text: str) -> list[date]:
    found = [*_DAY.findall(text), *_COMPACT.findall(text)]
    return [day for year, month, dom in found if (day := _day(int(year), int(month), int(dom)))]


def _months(text: str) -> list[date]:
    ends = [_month_end(int(year), int(month)) for year, month in _MONTH_END.findall(text)]
    starts = [_day(int(year), int(a or b), 1) for year, a, b in _MONTH.findall(_MONTH_END.sub("", text))]
    return [day for day in (*ends, *starts) if day]


def _years(text: str) -> list[date]:
    return [date(int(year), 1, 1) for year in _YEAR.findall(text)]


def _month_end(year: int, month: int) -> date | None:
    first = _day(year, month, 1)
    following = _day(year + month // 12, month % 12 + 1, 1)
    return None if first is None or following is None else date.fromordinal(following.toordinal() - 1)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
