"""The hours of a working day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from itertools import pairwise

from bihuan.rules.errors import Invalid

# A fixed offset, not a zone file: China has kept UTC+8 without summer time since 1992, and a machine without a zone
# database must count the same hours.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


class WorkHoursInvalid(Invalid):
    """工作时间有误。"""

    code = "work-hours-invalid"
    default_hint = "应写成先后不重叠的时段，例如 09:00–12:00、13:30–17:30。"


@dataclass(frozen=True)
class WorkHours:
    """The spans of a working day, in order, local time of China. Raises WorkHoursInvalid."""

    spans: tuple[tuple[time, time], ...] = ((time(9), time(12)), (time(13, 30), time(17, 30)))

    def __post_init__(self) -> None:
        edges = [edge for span in self.spans for edge in span]
        if not edges or any(left >= right for left, right in pairwise(edges)):
            raise WorkHoursInvalid

    @property
    def length(self) -> timedelta:
        """The working time of one whole day."""
        return self.inside(timedelta(0), timedelta(days=1))

    def inside(self, start: timedelta, end: timedelta) -> timedelta:
        """The working time between two times of a working day, both counted from midnight."""
        spans = [(_since_midnight(left), _since_midnight(right)) for left, right in self.spans]
        pieces = [min(right, end) - max(left, start) for left, right in spans]
        return sum((piece for piece in pieces if piece > timedelta(0)), timedelta(0))

    def reach(self, start: timedelta, work: timedelta) -> timedelta:
        """The earliest time of day by which ``work`` (> 0) is done when it begins at ``start``; it must fit the day."""
        for left, right in self.spans:
            begin = max(_since_midnight(left), start)
            room = _since_midnight(right) - begin
            if work <= room:
                return begin + work
            work -= max(room, timedelta(0))
        raise ValueError("the work does not fit the day")


OFFICE_HOURS = WorkHours()


def local(instant: datetime) -> datetime:
    """The same instant in China's time. A naive instant is refused: its zone would have to be guessed."""
    if instant.tzinfo is None:
        raise ValueError(f"instant without a time zone: {instant}")
    return instant.astimezone(SHANGHAI)


def midnight(day: date) -> datetime:
    """00:00 of the day in China's time."""
    return datetime.combine(day, time(0), SHANGHAI)


def _since_midnight(moment: time) -> timedelta:
    return timedelta(
        hours=moment.hour, minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond
    )
