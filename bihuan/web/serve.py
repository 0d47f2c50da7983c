"""Serving the pages: waitress, with a clock and a sender of messages beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import waitress
from django.conf import settings

from bihuan.clock.worker import keep, work
from bihuan.telling.deliver import deliver
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
    """Handle what falls due and send digests, now and every ``every`` seconds, each in a thread of its own while the block runs."""
    stop = Event()
    threads = [
        Thread(target=work, args=(stop, now, every), name="clock", daemon=True),
        Thread(target=_send, args=(stop, every), name="sender", daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _send(stop: Event, every: float) -> None:
    keep(stop, every, lambda: deliver(now, stop).sent, name="sending messages")


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
