"""Statements reach the database the same way whether somebody listens to them or not."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from bihuan.ledger.tables import tables
from bihuan.ledger.trips import Query, Write, ask, run
from bihuan.models import Counter

INSERT = 'INSERT INTO "counter" ("name","value") VALUES (%s,%s)'


def counters(names):
    return Write(INSERT, [[name, at] for at, name in enumerate(names)])


def watched():
    return CaptureQueriesContext(connection)


def test_many_statements_give_the_same_watched_and_not(db):
    assert run(connection, [counters(["甲"]), counters([]), counters(["乙%", "丙'?"])]) == [1, 0, 2]
    queries = [
        Query('SELECT "value" FROM "counter" WHERE "name"=%s', ["丙'?"]),
        Query('SELECT "name" FROM "counter" WHERE "name" LIKE %s ORDER BY "name"', ["乙%"]),
        Query('SELECT "name" FROM "counter" WHERE "value">%s', [7]),
    ]
    plain = ask(connection, queries)
    with watched() as seen:
        assert ask(connection, queries) == plain == [[(1,)], [("乙%",)], []]
    assert len(seen) == (3 if connection.vendor == "sqlite" else 1)


def test_every_kind_of_value_comes_back_as_it_went(db):
    table = tables(connection.vendor)["measure"]
    row = dict.fromkeys(table.columns, "") | {
        "item_id": 1 << 40, "no": 2, "text": "甲\n'\"\\%s?;", "due": date(2026, 3, 5),
        "ended_at": datetime(2026, 3, 4, 5, 6, 7, 8, tzinfo=UTC),
    }  # fmt: skip
    run(connection, [table.insert([row, {**row, "no": 3, "due": None, "ended_at": None}])])
    (found,) = ask(connection, [*table.by_key([table.key_of(row)])])
    assert [table.read(values) for values in found] == [row]


def enter_twice():
    run(connection, [counters(["甲", "甲"])])


def test_what_the_database_refuses_is_an_error_of_django_s(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        enter_twice()
    with watched(), pytest.raises(IntegrityError), transaction.atomic():
        enter_twice()
    assert Counter.objects.count() == 0


def test_nothing_is_sent_in_a_transaction_that_has_failed(db):
    with transaction.atomic():
        with pytest.raises(IntegrityError), transaction.atomic(savepoint=False):
            enter_twice()
        with pytest.raises(TransactionManagementError):
            ask(connection, [Query("SELECT 1", [])])
        transaction.set_rollback(True)
    assert Counter.objects.count() == 0


def test_a_connection_that_was_closed_is_opened_again(own_database):
    connection.close()
    assert ask(connection, [Query("SELECT 1", [])]) == [[(1,)]]
