"""A world that is put back is the one that was built: its rows, its files and what is done next."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from bihuan.ledger.append import AlreadyOpened
from bihuan.ledger.reading import head
from bihuan.ledger.rebuild import digests, rebuild
from bihuan.ledger.verify import verify
from bihuan.models import Entry
from tests.actions.county import County
from tests.support.recall import recalled


def rows():
    with connection.cursor() as cursor:
        found = {}
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{name}"')
            found[name] = sorted(map(repr, cursor.fetchall()))
        return found


def files():
    home = Path(settings.HOME)
    return {p.relative_to(home): p.read_bytes() for p in home.rglob("*") if p.is_file()}


def looked_at():
    return rows(), files(), head(), digests()


@pytest.mark.usefixtures("db")
def test_a_world_put_back_is_the_world_built_and_goes_on_as_it_does():
    def lived():
        county = County()
        county.at("closed")
        return county

    mark = transaction.savepoint()
    built = recalled("a test of recalling", lived)
    first = looked_at()
    built.at("reviewing")
    after = head()
    transaction.savepoint_rollback(mark)
    assert not Entry.objects.exists()

    back = recalled("a test of recalling", lived)
    assert looked_at() == first
    assert back is not built
    back.at("reviewing")
    assert head() == after
    assert verify().ok
    before = digests()
    rebuild()
    assert digests() == before


def test_a_world_can_be_put_back_in_another_database(own_database):
    own_database()
    recalled("a test of recalling elsewhere", County)
    first = looked_at()[0], looked_at()[2:]
    own_database()
    back = recalled("a test of recalling elsewhere", County)
    assert (looked_at()[0], looked_at()[2:]) == first
    back.at("closed")
    assert verify().ok


@pytest.mark.usefixtures("db")
def test_in_a_ledger_that_is_there_the_world_is_built_and_not_put_back():
    County()
    with pytest.raises(AlreadyOpened):
        recalled("a test of recalling on top", County)
