"""What is kept ready on PostgreSQL; on SQLite the same statements give the same answers in their own way."""

import os
import signal
from threading import Timer

import pytest
from django.db import DataError, IntegrityError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from psycopg.pq import TransactionStatus

from bihuan.config import database
from bihuan.ledger import trips_postgres
from bihuan.ledger.rows import Rows
from bihuan.ledger.trips import Query, Write, ask, run
from bihuan.models import Counter
from bihuan.rules.errors import Invalid
from tests.support import environment

INSERT = 'INSERT INTO "counter" ("name","value") VALUES (%s,%s)'
NUMBERED = 'INSERT INTO "counter" ("name","value") VALUES ($1,$2)'
BY_NAME = Query('SELECT "value" FROM "counter" WHERE "name"=%s', ["甲"])
AMONG = 'SELECT count(*) FROM "counter" WHERE "value"=ANY(%s)'


def kept() -> list[tuple[str, str]]:
    """Name and text of each statement that the server keeps ready for this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, statement FROM pg_prepared_statements ORDER BY name")
        return cursor.fetchall()


@pytest.fixture
def postgres(own_database):
    if not environment.on_postgres():
        pytest.skip("SQLite's driver keeps its statements ready by itself")
    own_database()


def enter(name: str, value: int = 1) -> list[int]:
    return run(connection, [Write(INSERT, [[name, value]])])


def test_an_answer_is_the_same_however_often_it_is_asked_for(own_database):
    own_database()
    before = Counter.objects.count()
    answers = [(enter(f"甲{no}", no), ask(connection, [BY_NAME, BY_NAME])) for no in range(5)]
    assert answers == [([1], [[], []])] * 5
    assert Counter.objects.count() == before + 5
    enter("甲", 7)
    assert ask(connection, [BY_NAME]) == [[(7,)]]


def test_a_statement_is_kept_ready_from_the_second_time_on(postgres):
    enter("甲")
    assert kept() == []
    enter("乙")
    enter("丙")
    assert kept() == [("bihuan_1", NUMBERED)]


def test_what_touches_many_rows_is_planned_each_time(postgres):
    table = Write(INSERT, [[f"甲{no}", no] for no in range(9)], ("name", "value"),
                  'INSERT INTO "counter" ("name","value") SELECT "name","value" FROM '
                  'jsonb_to_recordset(%s) AS r("name" text,"value" bigint)')  # fmt: skip
    for _ in range(3):
        run(connection, [table])
        Counter.objects.filter(name__startswith="甲").delete()
        ask(connection, [Query(AMONG, [[*range(11)]], bulk=True)])
    assert kept() == []


@pytest.mark.parametrize(("asked", "ready"), [(10, 1), (11, 0)])
def test_few_keys_are_asked_for_by_what_is_kept_ready(postgres, asked, ready):
    for first in range(3):
        Rows(connection).prefetch("slip", range(first, first + asked))
    assert len(kept()) == ready


def test_what_is_kept_ready_is_made_anew_now_and_then(postgres, monkeypatch):
    monkeypatch.setattr(trips_postgres, "USES", 2)
    names = []
    for no in range(16):
        enter(f"甲{no}")
        names += [name for name, _ in kept()]
    assert names == ["bihuan_1"] * 4 + ["bihuan_2"] * 8 + ["bihuan_3"] * 3
    assert Counter.objects.filter(name__startswith="甲").count() == 16
    assert kept() == [("bihuan_3", NUMBERED)]


def test_a_statement_that_comes_twice_in_one_trip_is_made_ready_once(postgres):
    run(connection, [Write(INSERT, [["甲", 1], ["乙", 2], ["丙", 3]])])
    assert kept() == [("bihuan_1", NUMBERED)]
    assert Counter.objects.filter(name__in="甲乙丙").count() == 3


def test_what_a_failed_trip_made_ready_is_used_by_the_next(postgres):
    enter("甲")
    for _ in range(3):
        with pytest.raises(IntegrityError):
            enter("甲")
    enter("乙")
    assert kept() == [("bihuan_1", NUMBERED)]
    assert Counter.objects.filter(name__in="甲乙").count() == 2


def test_what_an_error_kept_from_being_made_ready_is_made_ready_later(postgres):
    for _ in range(2):
        ask(connection, [BY_NAME])
    enter("甲")
    with pytest.raises(DataError):
        run(connection, [Write("SELECT 1/%s", [[0]]), Write(INSERT, [["乙", 1]])])
    enter("乙")
    assert [sql for _, sql in kept()] == ['SELECT "value" FROM "counter" WHERE "name"=$1', NUMBERED]


def test_what_stands_behind_an_error_in_a_trip_is_not_done(postgres):
    with pytest.raises(IntegrityError, match="counter_pkey"):
        run(connection, [Write(INSERT, [["甲", 1], ["甲", 2], ["乙", 3]])])
    assert not Counter.objects.filter(name__in="甲乙").exists()


def test_a_value_that_cannot_be_sent_leaves_the_connection_in_order(postgres):
    with pytest.raises(DataError, match="NUL"):
        run(connection, [Write(INSERT, [["甲", 1], ["乙\0", 2]])])
    enter("甲")
    assert ask(connection, [BY_NAME]) == [[(1,)]]


def test_a_trip_that_is_broken_off_leaves_the_connection_in_order(postgres):
    """As by Ctrl-C: the statement is taken back on the server, and the connection is good for the next trip."""
    timer = Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        ask(connection, [Query("SELECT pg_sleep(30)", []), BY_NAME])
    timer.join()
    enter("甲")
    assert ask(connection, [BY_NAME]) == [[(1,)]]


def test_a_server_that_goes_away_in_a_trip_is_told_as_such(postgres):
    ask(connection, [BY_NAME])
    pid = connection.connection.info.backend_pid
    with pytest.raises(OperationalError, match=r"terminating connection|server closed the connection"):
        ask(connection, [Query("SELECT pg_terminate_backend(%s)", [pid]), Query("SELECT pg_sleep(30)", [])])
    connection.close()
    assert ask(connection, [Query("SELECT 1", [])]) == [[(1,)]]


def test_a_trip_that_failed_leaves_the_connection_in_order(postgres):
    enter("甲")
    for _ in range(3):
        with pytest.raises(IntegrityError), transaction.atomic():
            enter("甲")
    with transaction.atomic():
        enter("乙")
    assert [*Counter.objects.filter(name__in="甲乙").order_by("value", "name").values_list("name")] == [
        ("乙",),
        ("甲",),
    ]


def test_a_transaction_begins_with_its_first_statement_and_is_undone_as_a_whole(postgres):
    with transaction.atomic():
        enter("甲")
        Counter.objects.create(name="乙", value=2)
        transaction.set_rollback(True)
    assert not Counter.objects.filter(name__in="甲乙").exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        run(connection, [Write(INSERT, [["甲", 1], ["甲", 2]])])
    assert not Counter.objects.filter(name__in="甲乙").exists()
    enter("甲")  # in no transaction: it stands at once
    connection.close()
    assert Counter.objects.filter(name="甲").exists()


def test_nothing_is_kept_ready_where_the_address_says_so(postgres, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "PREPARE", False)
    for name in "甲乙丙":
        enter(name)
    assert kept() == []


@pytest.mark.parametrize(("ending", "prepares"), [("", True), ("?prepare=on", True), ("?prepare=off", False)])
def test_the_address_says_whether_statements_are_kept_ready(ending, prepares, tmp_path):
    found = database(f"postgresql://db.example.gov.cn/bihuan{ending}", tmp_path)
    assert (found["PREPARE"], found["OPTIONS"]) == (prepares, {})


def test_an_address_with_another_word_is_refused(tmp_path):
    with pytest.raises(Invalid) as refused:
        database("postgresql://db.example.gov.cn/bihuan?prepare=maybe", tmp_path)
    assert refused.value.hint == "请写 prepare=on（默认）或 prepare=off。"


def test_the_last_writes_commit_with_their_trip_where_nobody_listens(postgres):
    with transaction.atomic():
        run(connection, [Write(INSERT, [["甲", 1]])], commit=True)
        assert connection.connection.info.transaction_status == TransactionStatus.IDLE
    assert ask(connection, [BY_NAME]) == [[(1,)]]


def test_writes_that_fail_are_not_committed(postgres):
    with pytest.raises(IntegrityError), transaction.atomic():
        run(connection, [Write(INSERT, [["甲", 1]]), Write(INSERT, [["甲", 2]])], commit=True)
    assert ask(connection, [BY_NAME]) == [[]]


def test_who_listens_to_the_connection_hears_its_commit(postgres):
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        run(connection, [Write(INSERT, [["甲", 1]])], commit=True)
    assert queries.captured_queries[-1]["sql"] == "COMMIT"
