"""Serving the pages: waitress, and a clock beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import waitress
from django.conf import settings

from bihuan.clock.worker import work
from bihuan.web.dates import now
from bihuan.web.wsgi import application

TICK_SECONDS = 60
THREADS = 8


def serve(host: str, port: int) -> None:
    """Serve until interrupted. Several processes may do so at once: a tick twice gives the same ledger."""
    with clock_beside():
        waitress.serve(application, **options(host, port))


@contextmanager
def clock_beside(every: float = TICK_SECONDS) -> Iterator[None]:
    """Handle what falls due, now and every ``every`` seconds, in a thread of its own while the block runs."""
    stop = Event()
    clock = Thread(target=work, args=(stop, now, every), name="clock", daemon=True)
    clock.start()
    try:
        yield
    finally:
        stop.set()
        clock.join()


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
