"""The day in China does not change while a test runs: some ask more than once which it is."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from bihuan.rules.clocked import CHINA


def to_midnight(now: datetime) -> float:
    """Return the seconds from ``now`` to the next midnight in China."""
    local = now.astimezone(CHINA)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return (midnight - local).total_seconds()


def pass_midnight(seconds: float) -> None:
    """Where midnight comes within ``seconds``, wait until it is past."""
    left = to_midnight(datetime.now(UTC))
    if left < seconds:
        time.sleep(left + 0.1)
