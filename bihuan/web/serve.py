"""Serving the pages: waitress, and a clock beside it."""

from __future__ import annotations

import logging
from threading import Event, Thread

import waitress
from django.conf import settings
from django.db import close_old_connections, connections

from bihuan.clock.tick import tick
from bihuan.web.dates import now
from bihuan.web.wsgi import application

TICK_SECONDS = 60
THREADS = 8
_log = logging.getLogger(__name__)


def serve(host: str, port: int) -> None:
    """Serve until interrupted. Several processes may do so at once: a tick twice gives the same ledger."""
    stop = Event()
    clock = Thread(target=keep_ticking, args=(stop,), name="clock", daemon=True)
    clock.start()
    try:
        waitress.serve(application, **options(host, port))
    finally:
        stop.set()
        clock.join(timeout=5)


def options(host: str, port: int) -> dict[str, object]:
    """Return how waitress is run; a larger body than any page takes is refused before it is read."""
    return {
        "host": host,
        "port": port,
        "threads": THREADS,
        "ident": "",
        "max_request_body_size": settings.EVIDENCE_MAX_BYTES * 2,
        "clear_untrusted_proxy_headers": not settings.SECURE_PROXY_SSL_HEADER,
    }


def keep_ticking(stop: Event, seconds: float = TICK_SECONDS) -> None:
    """Handle what falls due, now and every ``seconds``, until ``stop``; a failure is logged and tried again."""
    while True:
        try:
            close_old_connections()
            tick(now())
        except Exception:
            _log.exception("the clock failed; it tries again in %s s", seconds)
        if stop.wait(seconds):
            break
    connections.close_all()
