"""Calls at the same time, each in a thread with its own connection to a real database."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connections

from bihuan.ledger.reading import head
from bihuan.models import Answer
from tests.api.callers import Callers


def at_once(call, times):
    """The statuses and contents with which ``times`` calls made together are answered."""

    def one(_):
        try:
            response = call()
            return response.status_code, response.content
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def test_calls_sent_at_once_under_one_key_are_done_once_and_answered_alike(own_database):
    own_database()
    office = Callers()
    item = office.at("working")
    office.token("handler")
    before = head()[0]
    address = f"/items/{item}/actions/comment"
    answers = at_once(lambda: office.call("handler", "post", address, {"text": "好"}, Idempotency_Key="k"), 4)
    assert len(set(answers)) == 1
    assert answers[0][0] == 200
    assert (head()[0], Answer.objects.count()) == (before + 1, 1)


def test_of_steps_sent_at_once_on_one_version_one_is_taken_and_the_others_are_told_the_present_one(
    own_database,
):
    own_database()
    office = Callers()
    item = office.at("working")
    office.token("handler")
    version = office.row(item).version
    address = f"/items/{item}/actions/comment"
    answers = at_once(
        lambda: office.call("handler", "post", address, {"text": "好"}, If_Match=f'"{version}"'), 3
    )
    assert sorted(status for status, _ in answers) == [200, 412, 412]
    assert office.row(item).version == version + 1
