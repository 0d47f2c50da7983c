"""Serving: the pages over a socket, and the clock beside them."""

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from bihuan.web import serve
from bihuan.web.wsgi import MAPPED
from tests.support.ports import kept_port
from tests.support.waiting import until
from tests.web.office import Office
from tests.web.served import served


def test_the_pages_are_served_without_naming_the_server(own_database):
    own_database()
    with served() as port:
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        asked.request("GET", "/login/")
        answer = asked.getresponse()
        assert (answer.status, answer.getheader("Server")) == (200, None)
        assert "登录" in answer.read().decode()
        asked.close()


def test_what_fell_due_is_handled_while_the_pages_are_served(own_database):
    from bihuan.clock.tick import pending
    from bihuan.web.dates import now

    own_database()
    office = Office()
    office.at("assigned")
    assert pending(now()), "nobody signed for it within two days"
    with serve.clock_beside(every=0.01):
        until(lambda: not pending(now()))


def test_whoever_serves_shares_the_pages_of_the_file(own_database):
    own_database()
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            assert cursor.execute("PRAGMA mmap_size").fetchone() == (MAPPED,)


# ---- several processes


@contextmanager
def serving(own) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run ``bihuan serve`` with two processes; yields the one that began them, and the port."""
    order = [sys.executable, "-W", "ignore", "-c", "from bihuan.cli.main import main; main()", "serve"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with kept_port() as port:
        order += ["--port", str(port), "--processes", "2"]
        with subprocess.Popen(order, env=own.environment(), **quiet) as process:
            try:
                until(lambda: answers(port))
                yield process, port
            finally:
                process.kill()


def answers(port: int) -> bool:
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        asked.request("GET", "/login/")
        return asked.getresponse().status == 200
    except ConnectionError:
        return False
    finally:
        asked.close()


def pages_of(process: subprocess.Popen[bytes]) -> set[int]:
    """The processes that serve pages for ``process``."""
    begun = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return {int(pid) for pid in begun if b"spawn_main" in command_of(int(pid))}


def command_of(pid: int) -> bytes:
    """What a process was begun with; nothing for one that is gone, also while nobody has asked how it ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def test_a_process_that_dies_is_followed_by_another_and_all_end_with_the_first(own_database):
    own = own_database()
    Office()
    with serving(own) as (process, port):
        until(lambda: len(pages_of(process)) == 2)
        first = pages_of(process)
        os.kill(min(first), signal.SIGKILL)
        until(lambda: len(pages_of(process) - first) == 1)
        assert answers(port)
        serve_now = pages_of(process)
        process.terminate()
        assert process.wait(timeout=60) == 0
        until(lambda: not any(command_of(pid) for pid in serve_now))
    assert not answers(port)


def test_no_page_is_served_once_the_first_process_was_killed(own_database):
    own = own_database()
    Office()
    with serving(own) as (process, port):
        begun = pages_of(process)
        process.kill()
        until(lambda: not any(command_of(pid) for pid in begun))
    assert not answers(port)


def test_an_address_that_is_taken_is_refused_with_what_to_do(own_database):
    own_database()
    with served() as port, pytest.raises(serve.NoAddress) as refused:
        serve.listening("127.0.0.1", port)
    assert refused.value.message == f"地址127.0.0.1的端口{port}用不了：已经有程序在用。"
    assert refused.value.hint == "请换一个端口（--port），或先停止占用它的程序。"


def test_an_address_that_is_nowhere_is_refused():
    with pytest.raises(serve.NoAddress, match=r"地址nowhere\.invalid用不了"):
        serve.listening("nowhere.invalid", 0)
