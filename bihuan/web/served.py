"""What a process does that serves the pages beside others: it begins here, with nothing set up."""

from __future__ import annotations

import os
import signal
import socket
from multiprocessing import parent_process
from multiprocessing.connection import wait
from threading import Thread
from typing import Any, NoReturn


def attend(listener: socket.socket, options: dict[str, Any]) -> None:
    """Serve what comes in at ``listener`` until told to end, or until the process that began this one is gone."""
    signal.signal(signal.SIGTERM, end)
    Thread(target=_end_with_parent, name="parent", daemon=True).start()
    import waitress

    from bihuan.web.wsgi import application  # sets up Django, which must not happen on import of this module

    waitress.serve(application, sockets=[listener], **options)


def end(*_: object) -> NoReturn:
    """Leave a process as if it had come to its end: what it holds is let go of in order."""
    raise SystemExit(0)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)  # its transactions are undone by the database
