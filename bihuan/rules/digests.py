"""When messages go out, and when one that failed is tried again: pure functions of the time, the settings and the calendar."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from bihuan.rules.calendar import Calendar
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import Invalid

_DAY = timedelta(days=1)
#: How long after each failure it is tried again; after the last it is given up.
RETRIES = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 480, 1440))


class HoursInvalid(Invalid):
    """消息汇总的时间设置有误。"""

    code = "hours-invalid"
    default_hint = "BIHUAN_DIGEST_TIMES 写成 09:00,15:00，BIHUAN_DIGEST_HOURS 写成 08:30-18:00。"


@dataclass(frozen=True)
class Hours:
    """When digests go out on working days: at ``times``, and whatever is late only from ``first`` to before ``last``."""

    times: tuple[time, ...] = (time(9), time(15))
    first: time = time(8, 30)
    last: time = time(18)

    @classmethod
    def read(cls, times: str, hours: str) -> Hours:
        """Read ``09:00,15:00`` and ``08:30-18:00``. Raises HoursInvalid, also for a time outside the hours."""
        first, last = _times(hours, "-", 2)
        found = tuple(sorted({*_times(times, ",")}))
        if not all(first <= at < last for at in found):
            raise HoursInvalid("消息汇总的时刻要在允许发送的时段之内。")
        return cls(found, first, last)

    def open(self, at: datetime, calendar: Calendar) -> bool:
        """Whether what is not urgent may go out at ``at``: neither at night nor on a day off."""
        local = at.astimezone(CHINA)
        return self.first <= local.time() < self.last and calendar.is_workday(local.date())

    def next(self, at: datetime, calendar: Calendar) -> datetime:
        """Return the first time for a digest (UTC) at or after ``at``."""
        local = at.astimezone(CHINA)
        day = local.date()
        if calendar.is_workday(day):
            for moment in self.times:
                if moment >= local.time():
                    return datetime.combine(day, moment, CHINA).astimezone(UTC)
        return datetime.combine(calendar.next_workday(day), self.times[0], CHINA).astimezone(UTC)


def _times(text: str, between: str, count: int = 0) -> list[time]:
    parts = [p.strip() for p in text.split(between)]
    if not all(re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", p) for p in parts) or (
        count and len(parts) != count
    ):
        raise HoursInvalid(f"消息汇总的时间“{text}”读不懂。")
    return [time(int(p[:-3]), int(p[-2:])) for p in parts]


def retry_after(attempts: int) -> timedelta | None:
    """Return how long to wait after the ``attempts``-th failure; None: it is given up."""
    return RETRIES[attempts - 1] if attempts <= len(RETRIES) else None
