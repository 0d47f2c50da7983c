"""The pages over a socket, in a thread of this process, ended without a loose end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import waitress.server
from waitress import wasyncore

from bihuan.web.serve import options
from bihuan.web.wsgi import application

#: How long an answer that is being written is waited for, in seconds: a thread left behind would work on the next test's database.
PATIENCE = 60


@contextmanager
def served() -> Iterator[int]:
    """Serve on a free port while the block runs; yields the port."""
    server = waitress.server.create_server(application, host="127.0.0.1", port=0, **options())
    stop = Event()
    thread = Thread(target=_loop, args=(server, stop), name="waitress")
    thread.start()
    try:
        yield server.effective_port
    finally:
        stop.set()
        thread.join(timeout=2 * PATIENCE)
        assert not thread.is_alive()


def _loop(server: Any, stop: Event) -> None:
    """Look ten times a second whether it is over, and close what is open in the loop's own thread.

    From outside the loop could only be woken while it runs: a moment later its file descriptor is another's.
    """
    while not stop.is_set():
        wasyncore.loop(timeout=0.1, map=server._map, count=1)
    server.task_dispatcher.shutdown(timeout=PATIENCE)
    wasyncore.close_all(server._map)
