"""The block of a step keeps all or nothing, and everything that Django does inside of one works as ever."""

import sqlite3

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from bihuan.ledger.outermost import block
from bihuan.models import Counter
from tests.support import environment

pytestmark = pytest.mark.db


@pytest.fixture(autouse=True)
def own(own_database):
    return own_database()


def enter(name):
    Counter.objects.create(name=name, value=1)


def kept():
    return sorted(Counter.objects.values_list("name", flat=True))


def is_straight(found):
    return not environment.on_postgres() and not isinstance(found, transaction.Atomic)


def test_on_sqlite_alone_and_only_outermost_it_is_not_djangos_own():
    assert is_straight(block(connection)) is not environment.on_postgres()
    with block(connection):
        assert not is_straight(block(connection))
    with CaptureQueriesContext(connection):
        assert not is_straight(block(connection))
    with connection.execute_wrapper(lambda execute, *rest: execute(*rest)):
        assert not is_straight(block(connection))


def test_all_is_kept_at_the_end_and_nothing_when_it_fails():
    with block(connection):
        enter("甲")
        assert connection.in_atomic_block
    assert not connection.in_atomic_block

    def fail():
        with block(connection):
            enter("乙")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert not connection.in_atomic_block
    assert kept() == ["甲"]


def test_an_inner_block_that_fails_is_undone_alone():
    def fail():
        with block(connection):
            enter("乙")
            raise KeyError

    with block(connection):
        enter("甲")
        with pytest.raises(KeyError):
            fail()
        with block(connection):
            enter("丙")
    assert kept() == ["丙", "甲"]


def test_what_is_marked_to_be_undone_is_undone_and_the_next_one_is_not():
    with block(connection):
        enter("甲")
        transaction.set_rollback(True)
    with block(connection):
        enter("乙")
    assert kept() == ["乙"]


def test_an_error_inside_of_the_orm_undoes_all_of_it():
    def enter_twice():
        with block(connection):
            enter("甲")
            enter("甲")

    with pytest.raises(IntegrityError):
        enter_twice()
    assert kept() == []


def test_hooks_of_the_commit_run_behind_it_and_not_when_it_fails():
    seen = []

    def note():
        seen.append((connection.in_atomic_block, kept()))

    def fail():
        with block(connection):
            transaction.on_commit(note)
            enter("乙")
            raise KeyError

    with block(connection):
        transaction.on_commit(note)
        enter("甲")
        assert seen == []
    with pytest.raises(KeyError):
        fail()
    with block(connection):
        enter("丙")
    assert seen == [(False, ["甲"])]


def test_a_connection_that_is_closed_inside_keeps_nothing_and_another_one_works():
    def close():
        with block(connection):
            enter("甲")
            connection.close()

    close()
    with block(connection):
        enter("乙")
    assert kept() == ["乙"]


@pytest.fixture
def sqlite(own):
    if environment.on_postgres():
        pytest.skip("PostgreSQL's trips begin and end by themselves")


def test_while_another_one_writes_it_is_told_in_djangos_words(sqlite):
    kept()
    connection.connection.execute("PRAGMA busy_timeout=0")

    def begin():
        with block(connection):
            enter("甲")

    with sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"):
            begin()
        other.execute("ROLLBACK")
    other.close()
    begin()
    assert kept() == ["甲"]


def test_a_commit_that_is_refused_leaves_nothing_behind(sqlite):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE above (id INTEGER PRIMARY KEY)")
        cursor.execute("CREATE TABLE below (id INTEGER REFERENCES above DEFERRABLE INITIALLY DEFERRED)")

    def commit():
        with block(connection):
            enter("甲")
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO below VALUES (1)")

    with pytest.raises(IntegrityError):
        commit()
    assert kept() == []
    with block(connection):
        enter("乙")
    assert kept() == ["乙"]
