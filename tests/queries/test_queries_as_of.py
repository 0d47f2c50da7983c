from __future__ import annotations

from datetime import timedelta

import pytest

from bihuan.demo import life
from bihuan.ledger.rows import Rows
from bihuan.models import Head, Item, Measure
from bihuan.queries.as_of import items_as_of
from bihuan.queries.counts import registers_of
from bihuan.queries.overview import overview
from bihuan.rules.workflow import RUNNING
from tests.support.county import NOW, START, imported_world

pytestmark = pytest.mark.django_db


def rows_now() -> list[dict]:
    from django.db import connection

    rows = Rows(connection)
    return [rows.get("item", pk) for pk in Item.objects.order_by("id").values_list("id", flat=True)]


def test_items_as_of_now_are_the_rows_of_now():
    made = imported_world()
    life.run(made.people, START, 20, seed=3)
    assert items_as_of(registers_of(), NOW + timedelta(days=300)).items == rows_now()


def test_items_as_of_an_earlier_day_are_the_rows_of_that_day():
    made = imported_world()
    life.run(made.people, START, 10, seed=3)
    then, at = rows_now(), NOW + timedelta(days=9, hours=20)
    life.run(made.people, START + timedelta(days=10), 10, seed=4)
    assert items_as_of(registers_of(), at).items == then
    assert rows_now() != then


def measures_now() -> dict[int, list[dict]]:
    from django.db import connection

    rows = Rows(connection)
    found = {}
    for pk, item in Measure.objects.order_by("item_id", "no").values_list("pk", "item_id"):
        key = tuple(Measure.objects.values_list("item_id", "no").get(pk=pk))
        found.setdefault(item, []).append(rows.get("measure", key))
    return found


def test_measures_are_those_of_that_day_whether_something_came_later_or_not():
    made = imported_world()
    life.run(made.people, START, 20, seed=6)
    then, at, items = measures_now(), NOW + timedelta(days=19, hours=20), rows_now()
    life.run(made.people, START + timedelta(days=20), 2, seed=7)
    found = items_as_of(registers_of(), at)
    assert found.measures == then
    assert found.items == items
    touched = [now != before for now, before in zip(rows_now(), items, strict=True)]
    assert (any(touched), all(touched)) == (True, False)


def test_what_was_entered_later_for_an_earlier_day_is_left_out_by_its_seq():
    made = imported_world()
    life.run(made.people, START, 10, seed=8)
    then, seq = rows_now(), Head.objects.get(pk=1).seq
    life.run(made.people, START + timedelta(days=10), 2, seed=9)
    assert items_as_of(registers_of(), NOW + timedelta(days=300), upto=seq).items == then
    assert rows_now() != then


def test_nothing_was_there_before_the_first_registration():
    imported_world()
    assert items_as_of(registers_of(), NOW - timedelta(days=1)).items == []


def test_the_overview_agrees_with_the_rows():
    made = imported_world()
    life.run(made.people, START, 40, seed=5)
    found = overview(registers_of(), NOW + timedelta(days=40))
    items = Item.objects.all()
    assert {t.ref: t.value for t in found.tiles}["open"] == str(items.exclude(state="closed").count())
    assert sum(found.colours.values()) == items.exclude(state="closed").count()
    assert sum(int(line.figures["registered"]) for line in found.units) == items.exclude(owner_id=0).count()
    assert [line.label for line in found.registers] == ["清单rectification", "清单task"]


def test_the_overview_of_a_unit_counts_only_what_it_owns():
    made = imported_world()
    unit = next(u for u in made.people.handlers if Item.objects.filter(owner_id=u).exists())
    found = overview(registers_of(), NOW, units=frozenset({unit}))
    assert {t.ref: t.value for t in found.tiles}["registered"] == str(
        Item.objects.filter(owner_id=unit).count()
    )


def test_what_falls_due_soon_is_listed_by_date():
    imported_world()
    at = NOW + timedelta(days=40)
    found = overview(registers_of(), at).due_soon
    expected = Item.objects.filter(
        due_order__gte=at, due_order__lt=at + timedelta(days=14), state__in=RUNNING
    )
    assert [i.pk for i in found] == list(
        expected.order_by("due_order", "id").values_list("id", flat=True)[:10]
    )
