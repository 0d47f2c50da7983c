"""Keys that are numbers: on SQLite the number by which the table is kept, also in a database made before it was so."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection

from bihuan.ledger.rebuild import digests
from bihuan.ledger.verify import verify
from bihuan.models import Entry, Message
from tests.support import environment
from tests.support.county import imported_world

pytestmark = pytest.mark.db


def schema():
    """What the database keeps beside the tables: name → the statement that made it."""
    sql = "SELECT name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"
    with connection.cursor() as cursor:
        return dict(cursor.execute(sql).fetchall())


def indexes_of_keys():
    """The tables whose key is an index beside them."""
    sql = "SELECT name, sql FROM sqlite_master WHERE type='table'"
    with connection.cursor() as cursor:
        return {
            name for name, made in cursor.execute(sql).fetchall() if "bigint NOT NULL PRIMARY KEY" in made
        }


@pytest.fixture
def sqlite(own_database):
    if environment.on_postgres():
        pytest.skip("PostgreSQL keeps every key in an index")
    own_database()
    imported_world()


def test_no_key_that_is_a_number_is_kept_in_an_index_beside_its_table(sqlite):
    assert indexes_of_keys() == set()


def test_a_database_made_before_keeps_rows_indexes_and_triggers(sqlite):
    call_command("migrate", "bihuan", "0120", verbosity=0)
    beside, tables, entries = schema(), digests(), [*Entry.objects.order_by("seq").values()]
    call_command("migrate", "bihuan", "0110", verbosity=0)
    assert {"entry", "item", "slip", "person"} <= indexes_of_keys()
    assert (schema(), digests()) == (beside, tables)
    call_command("migrate", "bihuan", "0120", verbosity=0)
    assert indexes_of_keys() == set()
    assert (schema(), digests(), [*Entry.objects.order_by("seq").values()]) == (beside, tables, entries)
    call_command("migrate", "bihuan", verbosity=0)
    assert verify().ok


def kept_by_their_keys():
    with connection.cursor() as cursor:
        found = cursor.execute(
            "SELECT name FROM sqlite_master WHERE type='table' AND sql LIKE '%% WITHOUT ROWID'"
        )
        return {name for (name,) in found.fetchall() if "library" not in name}


def test_tables_of_short_rows_are_kept_by_their_keys_and_come_back_as_they_were(sqlite):
    kept = {"happening", "helper", "message", "tally", "timer", "transition"}
    beside, tables, messages = schema(), digests(), [*Message.objects.order_by("seq", "person_id").values()]
    assert kept_by_their_keys() == kept
    call_command("migrate", "bihuan", "0120", verbosity=0)
    assert kept_by_their_keys() == set()
    assert digests() == tables
    call_command("migrate", "bihuan", verbosity=0)
    assert kept_by_their_keys() == kept
    assert (schema(), digests()) == (beside, tables)
    assert [*Message.objects.order_by("seq", "person_id").values()] == messages
    assert verify().ok


@pytest.mark.parametrize(
    "change", ["UPDATE entry SET kind='x'", "DELETE FROM entry", "REPLACE INTO entry SELECT * FROM entry"]
)
def test_entries_stay_append_only_in_a_table_made_anew(sqlite, change):
    call_command("migrate", "bihuan", "0110", verbosity=0)
    call_command("migrate", "bihuan", verbosity=0)
    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(change)
