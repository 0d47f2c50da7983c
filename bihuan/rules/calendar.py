"""The working calendar: what is a working day, and when a period of days, months or hours ends.

Sources: 民法典 201–203; the yearly notices of the State Council's office (through ``chinesecalendar``, 2004 to the latest
published year, and what administrators enter).

The start day is never counted (201). A period of months or years ends on the day of the same number, or on the month's
last day (202). When the last day of a period of natural days, months or years is a 法定休假日, the period ends on the day
after it (203). 法定休假日 are here *all* days on which the country rests: the statutory festivals, the days that a notice
moves to them, and ordinary weekends (the weekly rest of 国务院关于职工工作时间的规定, article 7); a weekend that a notice makes
a working day is none. So a last day rolls to the first working day, and no list of the statutory days proper is needed.
A fixed date ("12月31日前") is no period and never rolls.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from calendar import isleap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType

import chinese_calendar

from bihuan.rules.calendar_year import FIRST_YEAR, LAST_YEAR, CalendarInvalid, CalendarYear, fixed_days
from bihuan.rules.errors import Invalid
from bihuan.rules.work_hours import OFFICE_HOURS, SHANGHAI, WorkHours, local, midnight

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "OFFICE_HOURS",
    "SHANGHAI",
    "Calendar",
    "CalendarInvalid",
    "CalendarRange",
    "CalendarYear",
    "Due",
    "DueAt",
    "WorkHours",
    "month_end",
    "shift_months",
]

_DAY = timedelta(days=1)
_NO_TIME = timedelta(0)


class CalendarRange(Invalid):
    """日期超出可以计算的范围。"""

    code = "calendar-range"
    default_hint = f"只能计算 {FIRST_YEAR} 年至 {LAST_YEAR} 年的日期，请核对年份和期限。"


@dataclass(frozen=True)
class Due:
    """A day on which something falls due; ``provisional`` when it rests on a year whose notice is not out."""

    date: date
    provisional: bool = False


@dataclass(frozen=True)
class DueAt:
    """An instant (China's time) at which something falls due; ``provisional`` as in Due."""

    at: datetime
    provisional: bool = False


@dataclass(frozen=True)
class Calendar:
    """All published years. Immutable: ``with_year`` gives a new one with a higher ``version``.

    In a year without a notice the days from Monday to Friday are worked except the statutory days of fixed date, and
    results that rest on it are provisional. Years outside 1900–2199 raise CalendarRange.
    """

    years: Mapping[int, CalendarYear]
    version: int = 1
    _tables: dict[int, tuple[int, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "years", MappingProxyType(dict(self.years)))

    def __hash__(self) -> int:
        return hash((self.version, len(self.years)))

    @classmethod
    def builtin(cls) -> Calendar:
        """The years that the ``chinesecalendar`` package knows; version 1; one shared object."""
        return _builtin()

    def with_year(self, year: CalendarYear) -> Calendar:
        """The calendar in which ``year`` replaces what was known of that year."""
        return Calendar({**self.years, year.year: year}, self.version + 1)

    def changes(self, year: CalendarYear) -> list[tuple[date, bool]]:
        """Return the days that are worked now and would not be under ``year``, or the other way round, with whether they would be."""
        new, first = self.with_year(year), date(year.year, 1, 1)
        every = (first + timedelta(days=n) for n in range((date(year.year, 12, 31) - first).days + 1))
        return [(day, new.is_workday(day)) for day in every if new.is_workday(day) != self.is_workday(day)]

    def is_published(self, year: int) -> bool:
        """Whether the year's notice is known."""
        return year in self.years

    # Days

    def is_workday(self, day: date) -> bool:
        """Whether the day is worked: make-up days yes, weekends and holidays no."""
        table, ordinal = self._table(day.year), day.toordinal()
        at = bisect_left(table, ordinal)
        return at < len(table) and table[at] == ordinal

    def next_workday(self, day: date) -> date:
        """The first working day after ``day``."""
        return self.add_workdays(day, 1).date

    def previous_workday(self, day: date) -> date:
        """The last working day before ``day``."""
        return self.add_workdays(day, -1).date

    def add_workdays(self, start: date, n: int) -> Due:
        """The ``n``-th working day after ``start`` (before it for a negative ``n``); ``start`` itself for 0."""
        if n == 0:
            return Due(start)
        year = start.year
        if n > 0:
            at = bisect_right(self._table(year), start.toordinal()) + n - 1
            while at >= len(self._table(year)):
                at -= len(self._table(year))
                year += 1
        else:
            at = bisect_left(self._table(year), start.toordinal()) + n
            while at < 0:
                year -= 1
                at += len(self._table(year))
        due = date.fromordinal(self._table(year)[at])
        return Due(due, self._rests_on_guess(start + _DAY if n > 0 else start - _DAY, due))

    def workdays_between(self, a: date, b: date) -> int:
        """Working days after ``a`` up to and including ``b``; negative when ``b`` is earlier.

        The inverse of add_workdays: ``workdays_between(a, add_workdays(a, n).date) == n``.
        """
        if b < a:
            return self._workdays_before(b) - self._workdays_before(a, year=b.year)
        return self._workdays_before(b + _DAY, year=a.year) - self._workdays_before(a + _DAY, year=a.year)

    def add_days(self, start: date, n: int, *, roll: bool = True) -> Due:
        """``n`` natural days after ``start``; with ``roll`` a last day off moves to the next working day."""
        try:
            last = start + timedelta(days=n)
        except OverflowError:
            raise CalendarRange from None
        return self.roll(last) if roll else Due(last)

    def add_months(self, start: date, n: int, *, roll: bool = True) -> Due:
        """The day of the same number ``n`` months later, else that month's last day; ``roll`` as in add_days."""
        last = shift_months(start, n)
        return self.roll(last) if roll else Due(last)

    def roll(self, day: date) -> Due:
        """The day itself when it is worked, else the first working day after it."""
        if self.is_workday(day):
            return Due(day, not self.is_published(day.year))
        rolled = self.add_workdays(day, 1).date
        return Due(rolled, self._rests_on_guess(day, rolled))

    # Hours

    def add_hours(self, start: datetime, n: float) -> DueAt:
        """``n`` natural hours after ``start`` (an aware datetime)."""
        try:
            return DueAt(local(start) + timedelta(hours=n))
        except OverflowError:
            raise CalendarRange from None

    def add_work_hours(self, start: datetime, n: float, hours: WorkHours = OFFICE_HOURS) -> DueAt:
        """The earliest instant by which ``n`` (≥ 0) working hours have passed since ``start`` (an aware datetime)."""
        try:
            return self._add_work(local(start), timedelta(hours=n), hours)
        except OverflowError:
            raise CalendarRange from None

    def work_time_between(self, a: datetime, b: datetime, hours: WorkHours = OFFICE_HOURS) -> timedelta:
        """The working time inside ``[a, b)``; nothing when ``b`` is not after ``a``."""
        a, b = local(a), local(b)
        if b <= a:
            return _NO_TIME
        if a.date() == b.date():
            return self._work_of_day(a.date(), _time_of(a), _time_of(b), hours)
        between = self.workdays_between(a.date(), b.date() - _DAY)
        first = self._work_of_day(a.date(), _time_of(a), _DAY, hours)
        return first + between * hours.length + self._work_of_day(b.date(), _NO_TIME, _time_of(b), hours)

    # Pauses

    def after_pauses(
        self,
        due: datetime,
        pauses: Iterable[tuple[datetime, datetime]],
        *,
        working: bool = True,
        hours: WorkHours = OFFICE_HOURS,
    ) -> DueAt:
        """``due`` moved by the time for which the work stood still.

        ``pauses`` are (suspended, resumed) instants in any order; where they overlap the time counts once. With
        ``working`` only working time inside a pause counts and is given back as working time, so that waiting over a
        weekend gains nothing; else natural time. A pause that begins when the (moved) due instant has passed moves
        nothing: what is overdue stays overdue.
        """
        moved, provisional = local(due), False
        for start, end in _merged(pauses):
            if start >= moved:
                break
            if not working:
                moved += end - start
                continue
            worked = self.work_time_between(start, end, hours)
            if worked:
                step = self._add_work(moved, worked, hours)
                guessed = self._rests_on_guess(start.date(), end.date())
                moved, provisional = step.at, provisional or step.provisional or guessed
        return DueAt(moved, provisional)

    def date_after_pauses(
        self,
        due: date,
        pauses: Iterable[tuple[datetime, datetime]],
        *,
        working: bool = True,
        hours: WorkHours = OFFICE_HOURS,
    ) -> Due:
        """Like after_pauses for a deadline that lasts to the end of a day.

        A part of a day, summed over all pauses, is given back as one whole day. Without ``working`` a moved last day
        that is off rolls to the next working day.
        """
        end_of_day = midnight(due + _DAY)
        moved = self.after_pauses(end_of_day, pauses, working=working, hours=hours)
        if moved.at == end_of_day:
            return Due(due)
        day = (moved.at - timedelta(microseconds=1)).date()
        return Due(day, moved.provisional) if working else self.roll(day)

    # Inside

    def _table(self, year: int) -> tuple[int, ...]:
        """The ordinals of the year's working days, ascending."""
        table = self._tables.get(year)
        if table is None:
            table = self._tables[year] = _workdays_of(year, self.years.get(year))
        return table

    def _workdays_before(self, day: date, year: int | None = None) -> int:
        """Working days from the first day of ``year`` (of the day's year by default) up to, not including, ``day``."""
        whole = sum(len(self._table(past)) for past in range(day.year if year is None else year, day.year))
        return whole + bisect_left(self._table(day.year), day.toordinal())

    def _rests_on_guess(self, first: date, last: date) -> bool:
        """Whether a year between the two days, in either order, has no notice yet."""
        low, high = sorted((first.year, last.year))
        return any(year not in self.years for year in range(low, high + 1))

    def _work_of_day(self, day: date, start: timedelta, end: timedelta, hours: WorkHours) -> timedelta:
        return hours.inside(start, end) if self.is_workday(day) else _NO_TIME

    def _add_work(self, start: datetime, work: timedelta, hours: WorkHours) -> DueAt:
        if work < _NO_TIME:
            raise ValueError("working time cannot be counted backwards")
        if not work:
            return DueAt(start)
        day = start.date()
        today = self._work_of_day(day, _time_of(start), _DAY, hours)
        if work <= today:
            return DueAt(midnight(day) + hours.reach(_time_of(start), work), not self.is_published(day.year))
        days = -((today - work) // hours.length)
        last = self.add_workdays(day, days)
        rest = work - today - (days - 1) * hours.length
        guessed = last.provisional or self._rests_on_guess(day, day)
        return DueAt(midnight(last.date) + hours.reach(_NO_TIME, rest), guessed)


def month_end(year: int, month: int) -> date:
    """The last day of a month (1–12) of a year within 1900–2199. Raises CalendarRange."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CalendarRange
    days = 30 if month in (4, 6, 9, 11) else 31
    return date(year, month, 28 + isleap(year) if month == 2 else days)


def shift_months(start: date, n: int) -> date:
    """The day of the same number ``n`` months later (earlier when negative), else that month's last day."""
    year, month = divmod(start.year * 12 + start.month - 1 + n, 12)
    last = month_end(year, month + 1)
    return last.replace(day=min(start.day, last.day))


@lru_cache(maxsize=1)
def _builtin() -> Calendar:
    off, made_up = frozenset(chinese_calendar.holidays), frozenset(chinese_calendar.workdays)
    source = f"国务院办公厅放假通知（chinesecalendar {chinese_calendar.__version__}）"
    years = [
        CalendarYear(
            year,
            frozenset(day for day in off if day.year == year),
            frozenset(day for day in made_up if day.year == year),
            source,
        )
        for year in sorted({day.year for day in off})
    ]
    return Calendar({year.year: year for year in years})


def _workdays_of(year: int, notice: CalendarYear | None) -> tuple[int, ...]:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CalendarRange
    off = notice.holidays if notice else frozenset(fixed_days(year))
    made_up = {day.toordinal() for day in notice.workdays} if notice else set()
    resting = {day.toordinal() for day in off}
    first, after = date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()
    # Ordinal 1 is a Monday, so ordinal % 7 is 1–5 from Monday to Friday.
    return tuple(
        day for day in range(first, after) if day in made_up or (1 <= day % 7 <= 5 and day not in resting)
    )


def _time_of(instant: datetime) -> timedelta:
    return instant - midnight(instant.date())


def _merged(pauses: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """The pauses in order, local time, those that touch or overlap made one."""
    merged: list[tuple[datetime, datetime]] = []
    for start, end in sorted((local(start), local(end)) for start, end in pauses):
        if end < start:
            raise ValueError(f"pause ends before it begins: {start} – {end}")
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged
