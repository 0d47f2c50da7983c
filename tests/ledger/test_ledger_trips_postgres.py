"""What is kept ready on PostgreSQL; on SQLite the same statements give the same answers in their own way."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from psycopg.pq import TransactionStatus

from bihuan.config import database
from bihuan.ledger import trips_postgres
from bihuan.ledger.trips import Query, Write, ask, run
from bihuan.models import Counter
from bihuan.rules.errors import Invalid
from tests.support import environment

INSERT = 'INSERT INTO "counter" ("name","value") VALUES (%s,%s)'
BY_NAME = Query('SELECT "value" FROM "counter" WHERE "name"=%s', ["甲"])
AMONG = 'SELECT count(*) FROM "counter" WHERE "value"=ANY(%s)'


def kept() -> list[str]:
    """What made ready each statement that the server keeps for this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements ORDER BY prepare_time")
        return [statement for (statement,) in cursor.fetchall()]


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
    assert kept() == ['PREPARE bihuan_1 AS INSERT INTO "counter" ("name","value") VALUES ($1,$2)']


def test_what_touches_many_rows_is_planned_each_time(postgres):
    table = Write(INSERT, [[f"甲{no}", no] for no in range(9)], ("name", "value"),
                  'INSERT INTO "counter" ("name","value") SELECT "name","value" FROM '
                  'jsonb_to_recordset(%s) AS r("name" text,"value" bigint)')  # fmt: skip
    for _ in range(3):
        run(connection, [table])
        Counter.objects.filter(name__startswith="甲").delete()
        ask(connection, [Query(AMONG, [[*range(11)]])])
    assert kept() == []
    for _ in range(3):
        ask(connection, [Query(AMONG, [[*range(10)]])])
    assert len(kept()) == 1


def test_what_is_kept_ready_is_made_anew_now_and_then(postgres, monkeypatch):
    monkeypatch.setattr(trips_postgres, "USES", 4)
    for no in range(9):
        enter(f"甲{no}")
        assert len(kept()) <= 1
    assert Counter.objects.filter(name__startswith="甲").count() == 9
    assert kept()[0].startswith("DEALLOCATE bihuan_2;PREPARE bihuan_3 AS ")


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
