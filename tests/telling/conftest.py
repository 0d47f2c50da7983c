"""A county, and servers on this machine that take what is sent, refuse it, or never answer."""

from __future__ import annotations

import json
import socketserver
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


@pytest.fixture(autouse=True)
def key(monkeypatch, settings):
    """The installation's key, for this process and those that it starts."""
    monkeypatch.setenv("BIHUAN_SECRET_KEY", settings.SECRET_KEY)


@pytest.fixture
def county(db):
    """A small county; see ``tests.actions.county``."""
    from tests.actions.county import County
    from tests.support.recall import recalled

    return recalled(County, County)


@dataclass
class Gateway:
    """An HTTP receiver: ``mode`` is take, refuse or hang; ``got`` is what it was sent; ``before`` is called first.

    ``patience`` is how many seconds its answer is waited for, ``over`` ends what hangs.
    """

    port: int = 0
    mode: str = "take"
    patience: int = 60
    got: list[dict[str, str]] = field(default_factory=list)
    before: object = None
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/in?rto={self.patience}"

    def lines(self) -> list[str]:
        return [line for sent in self.got for line in sent["message"].split("\n")[:-1]]


@pytest.fixture
def gateway():
    made = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            made.got.append(body)
            if made.before:
                made.before()
            if made.mode == "hang":
                made.over.wait()
                return
            self.send_response(500 if made.mode == "refuse" else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield made
        made.over.set()
        server.shutdown()
        thread.join()


@dataclass
class Mails:
    """An SMTP sink: ``got`` is (recipient, the message as bytes)."""

    port: int = 0
    got: list[tuple[str, bytes]] = field(default_factory=list)


@pytest.fixture
def mails():
    made = Mails()

    class Handler(socketserver.StreamRequestHandler):
        def say(self, text):
            self.wfile.write(f"{text}\r\n".encode())

        def handle(self):
            self.say("220 sink")
            to = ""
            while line := self.rfile.readline():
                word = line[:4].upper()
                if word == b"RCPT":
                    to = line.decode().partition("<")[2].partition(">")[0]
                if word == b"DATA":
                    self.say("354 go on")
                    parts = []
                    while (part := self.rfile.readline()) != b".\r\n":
                        parts.append(part.removeprefix(b".") if part.startswith(b"..") else part)
                    made.got.append((to, b"".join(parts)))
                self.say("221 bye" if word == b"QUIT" else "250 ok")
                if word == b"QUIT":
                    return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        made.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield made
        server.shutdown()
        thread.join()
