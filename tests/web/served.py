"""The pages over a socket, in a thread of this process, ended without a loose end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import waitress.server
from waitress import wasyncore

from bihuan.web.serve import options
from bihuan.web.wsgi import application


@contextmanager
def served() -> Iterator[int]:
    """Serve on a free port while the block runs; yields the port."""
    server = waitress.server.create_server(application, **options("127.0.0.1", 0))
    thread = Thread(target=server.run, name="waitress")
    thread.start()
    try:
        yield server.effective_port
    finally:
        # in the loop's own thread: closing under its feet would be a bad file descriptor
        server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))
        thread.join(timeout=10)
        server.task_dispatcher.shutdown()
        assert not thread.is_alive()
