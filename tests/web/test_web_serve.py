"""Serving: the pages over a socket, and the clock beside them."""

import http.client
from time import monotonic, sleep

from bihuan.web import serve
from tests.web.office import Office
from tests.web.served import served


def test_the_pages_are_served_without_naming_the_server(own_database):
    own_database()
    with served() as port:
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
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
        deadline = monotonic() + 10
        while pending(now()) and monotonic() < deadline:
            sleep(0.01)
    assert not pending(now())
