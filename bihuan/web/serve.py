"""Serving the pages: waitress, in one process or several, with a clock and a sender of messages beside it."""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from threading import Event, Thread

import waitress
from django.conf import settings

from bihuan.clock.worker import keep, work
from bihuan.rules.errors import Invalid
from bihuan.telling.deliver import deliver
from bihuan.web.dates import now
from bihuan.web.served import attend, end
from bihuan.web.wsgi import application

_log = logging.getLogger(__name__)

TICK_SECONDS = 60
THREADS = 8
#: Processes that serve where nobody says how many: one for each core, but no more than this.
MOST = 4
#: After one of them died, the next begins this much later, so that a fault at the start does not keep the machine busy.
_BREATH = 1.0


def usual_processes() -> int:
    """Return how many processes serve unless somebody says otherwise."""
    return min(os.cpu_count() or 1, MOST)


class NoAddress(Invalid):
    """这个地址用不了。"""

    code = "no-address"
    default_hint = "请换一个端口（--port），或先停止占用它的程序。"


#: Why an address cannot be had, in the words of whoever starts the service.
_REASONS = {errno.EADDRINUSE: "已经有程序在用", errno.EACCES: "没有权限（1024以下的端口只有系统管理员能用）"}


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that is bound to ``port`` of ``host``. Raises NoAddress."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise NoAddress(f"地址{host}用不了：{error.strerror}。") from error
    if os.name == "posix":  # on Windows it would let two programs have the same port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
    except OSError as error:
        listener.close()
        why = _REASONS.get(error.errno or 0, error.strerror)
        raise NoAddress(f"地址{host}的端口{port}用不了：{why}。") from error
    return listener


def serve(listener: socket.socket, processes: int = 1) -> None:
    """Serve what comes in at ``listener`` until interrupted. Several processes may do so at once: a tick twice gives the same ledger.

    With more than one of them the clock has this process for itself.
    """
    if processes == 1:
        with clock_beside():
            waitress.serve(application, sockets=[listener], **options())
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        with clock_beside():
            _keep_serving(listener, processes)
    finally:
        signal.signal(signal.SIGTERM, before)


def _keep_serving(listener: socket.socket, processes: int) -> None:
    """Have ``processes`` of them serve until this one is told to end; one that dies is followed by another."""
    serving = {_begun(listener) for _ in range(processes)}
    try:
        while True:
            wait([process.sentinel for process in serving])
            for process in [p for p in serving if not p.is_alive()]:
                _log.error("a process that served the pages ended with %s; another begins", process.exitcode)
                serving.remove(process)
                Event().wait(_BREATH)
                serving.add(_begun(listener))
    finally:
        for process in serving:
            process.terminate()
        for process in serving:
            process.join()


def _begun(listener: socket.socket) -> BaseProcess:
    process = get_context("spawn").Process(target=attend, args=(listener, options()), name="pages")
    process.start()
    return process


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


def options() -> dict[str, object]:
    """Return how waitress is run; a larger body than any page takes is refused before it is read."""
    return {
        "threads": THREADS,
        "ident": "",
        "max_request_body_size": settings.EVIDENCE_MAX_BYTES * 2,
        "clear_untrusted_proxy_headers": not settings.SECURE_PROXY_SSL_HEADER,
    }
