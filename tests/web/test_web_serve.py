"""Serving: the pages over a socket, and the clock beside them."""

import http.client
from threading import Thread
from time import monotonic, sleep

import waitress.server

from bihuan.web import serve
from bihuan.web.wsgi import application
from tests.web.office import Office


def test_the_pages_are_served_without_naming_the_server(own_database):
    own_database()
    server = waitress.server.create_server(application, **serve.options("127.0.0.1", 0))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        asked = http.client.HTTPConnection("127.0.0.1", server.effective_port, timeout=10)
        asked.request("GET", "/login/")
        answer = asked.getresponse()
        assert (answer.status, answer.getheader("Server")) == (200, None)
        assert "登录" in answer.read().decode()
        asked.close()
    finally:
        server.close()
        server.task_dispatcher.shutdown()


def test_what_fell_due_is_handled_while_the_pages_are_served(own_database):
    from bihuan.clock.tick import pending
    from bihuan.web.dates import now

    own_database()
    office = Office()
    office.at("assigned")
    assert pending(now()), "nobody signed for it within two days"
    with serve.clock_beside(every=0.01):
        deadline = monotonic() + 10
        while pending(now()) and monotonic() < deadline:
            sleep(0.01)
    assert not pending(now())
