"""The clock for good: ticks until it is told to stop, on any number of processes and hosts at once.

Between two ticks it extends the index of the signs (``queries.sign_index``), so that nobody has to wait for that.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from threading import Event

from django.db import close_old_connections, connections

from bihuan.clock.tick import batches
from bihuan.queries import sign_index

_log = logging.getLogger(__name__)
#: Called after each round with how many entries it made; None: it failed and is tried again.
Told = Callable[[int | None], None]


def work(stop: Event, clock: Callable[[], datetime], every: float, told: Told = lambda _: None) -> None:
    """Handle what is due now and every ``every`` seconds until ``stop`` is set; a batch under way is finished first.

    A failure (the database restarts, another process writes for too long) is logged and tried again in the next round:
    what was not committed is due as before.
    """
    while True:
        told(_round(stop, clock()))
        if stop.wait(every):
            break
    connections.close_all()


def _round(stop: Event, now: datetime) -> int | None:
    entered = 0
    try:
        close_old_connections()
        for batch in batches(now):
            entered += batch
            if stop.is_set():
                break
    except Exception:
        _log.exception("the clock failed; it tries again")
        return None
    _index(stop)
    return entered


def _index(stop: Event) -> None:
    """Extend the index of the signs; its failure is no failure of the clock."""
    try:
        sign_index.extend(stop=stop.is_set)
    except Exception:
        _log.exception("the index of the signs was not extended; it is tried again")
