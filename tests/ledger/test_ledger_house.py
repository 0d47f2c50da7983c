"""What the process keeps of the house: asked for once, never out of date, never what was taken back."""

import importlib

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bihuan.actions import house as houses
from bihuan.ledger import house
from bihuan.ledger.append import writing
from bihuan.ledger.rebuild import rebuild
from bihuan.ledger.rows import Rows
from bihuan.models import Counter, Entry, Unit
from bihuan.rules.errors import NotFound
from tests.ledger.tampering import execute


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    monkeypatch.setattr(house, "_kept", {})


def last_of_the_house():
    return Entry.objects.filter(kind__in=house.KINDS).order_by("-seq").values_list("seq", flat=True).first()


def name_of_the_unit(county, item):
    """What a step on ``item`` takes its owner for."""
    with writing(county.now) as ledger:
        row = ledger.item(item)
        return ledger.rows.get("unit", row["owner_id"])["name"]


def rename(county, name):
    houses.change_unit(county.people["admin"], county.later(minutes=1), county.units["town"], name=name)


def test_the_counter_names_the_entry_that_touched_the_house_last(county):
    assert Counter.objects.get(pk="house").value == last_of_the_house()
    county.at("closed")
    assert Counter.objects.get(pk="house").value == last_of_the_house()
    rename(county, "东街道")
    assert Counter.objects.get(pk="house").value == last_of_the_house() == Entry.objects.latest("seq").seq
    rebuild()
    assert Counter.objects.get(pk="house").value == last_of_the_house()


def test_what_a_step_asks_of_the_house_is_asked_once(county):
    first, second = county.at("working"), county.at("working")
    county.do("report", first, "handler", text="一")
    with CaptureQueriesContext(connection) as seen:
        county.do("report", second, "handler", text="二")
    asked = " ".join(q["sql"] for q in seen)
    assert [t for t in ("unit", "procedure", "calendar_year") if f'FROM "{t}"' in asked] == []


def test_a_change_counts_from_the_next_step_on(county):
    item = county.at("working")
    assert name_of_the_unit(county, item) == "东镇"
    rename(county, "东街道")
    assert name_of_the_unit(county, item) == "东街道"


def test_a_change_counts_within_its_own_transaction(county):
    with transaction.atomic():
        item = county.at("working")
        assert name_of_the_unit(county, item) == "东镇"
        rename(county, "东街道")
        assert name_of_the_unit(county, item) == "东街道"
    assert name_of_the_unit(county, item) == "东街道"


def test_a_change_that_was_taken_back_is_not_kept(county):
    item = county.at("working")
    with transaction.atomic():
        rename(county, "东街道")
        assert name_of_the_unit(county, item) == "东街道"
        transaction.set_rollback(True)
    assert name_of_the_unit(county, item) == "东镇"


def test_whoever_changes_a_row_changes_nothing_that_is_kept(county):
    item = county.at("working")

    def change_it_and_give_up():
        with writing(county.now) as ledger:
            ledger.rows.get("unit", ledger.item(item)["owner_id"])["name"] = "没有这样的镇"
            raise NotFound

    with pytest.raises(NotFound):
        change_it_and_give_up()
    assert name_of_the_unit(county, item) == "东镇"


def test_a_table_put_right_is_seen_when_what_was_kept_has_grown_old(county, monkeypatch):
    item = county.at("working")
    house._kept.clear()
    Unit.objects.filter(pk=county.units["town"]).update(name="改错的名字")
    assert name_of_the_unit(county, item) == "改错的名字"
    rebuild()
    assert name_of_the_unit(county, item) == "改错的名字"
    monkeypatch.setattr(house, "_SECONDS", 0.0)
    assert name_of_the_unit(county, item) == "东镇"


def test_few_houses_are_kept(county, monkeypatch):
    monkeypatch.setattr(house, "_MOST", 2)
    item = county.at("working")
    for no in range(4):
        rename(county, f"东镇{no}")
        name_of_the_unit(county, item)
        assert len(house._kept) <= 2


def test_without_the_counter_nothing_is_kept(county):
    item = county.at("working")
    house._kept.clear()
    Counter.objects.filter(pk="house").delete()
    assert name_of_the_unit(county, item) == "东镇"
    assert house._kept == {}


def test_rows_that_were_asked_for_no_house_have_one_of_their_own(county):
    assert Rows(connection).house is not Rows(connection).house


def test_the_counter_of_a_ledger_that_is_older_is_made_by_the_migration(county):
    migration = importlib.import_module("bihuan.migrations.0090_counter_of_the_house")
    Counter.objects.filter(pk="house").delete()
    execute(migration._COUNT)
    assert Counter.objects.get(pk="house").value == last_of_the_house()
    assert all(f"'{kind}'" in migration._COUNT for kind in house.KINDS)
