"""Work for good: rounds until they are told to stop, on any number of processes and hosts at once."""

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
    """Handle what is due now and every ``every`` seconds until ``stop`` is set; a batch under way is finished first."""
    keep(stop, every, lambda: _due(stop, clock()), told, "the clock")


def keep(
    stop: Event, every: float, act: Callable[[], int], told: Told = lambda _: None, name: str = "the work"
) -> None:
    """Call ``act`` now and every ``every`` seconds until ``stop`` is set.

    A failure (the database restarts, another process writes for too long) is logged and tried again in the next round:
    what was not committed is to be done as before.
    """
    while True:
        told(_round(act, name))
        if stop.wait(every):
            break
    connections.close_all()


def _round(act: Callable[[], int], name: str) -> int | None:
    try:
        close_old_connections()
        return act()
    except Exception:
        _log.exception("%s failed; it tries again", name)
        return None


def _due(stop: Event, now: datetime) -> int:
    entered = 0
    for batch in batches(now):
        entered += batch
        if stop.is_set():
            break
    _index(stop)
    return entered


def _index(stop: Event) -> None:
    """Extend the index of the signs; its failure is no failure of the clock."""
    try:
        sign_index.extend(stop=stop.is_set)
    except Exception:
        _log.exception("the index of the signs was not extended; it is tried again")
