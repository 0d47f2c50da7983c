"""The rows that a transaction holds: whatever is done to them, the database has the same after a flush."""

import string
from typing import NamedTuple

import pytest
from django.db import connection
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from bihuan.ledger.rows import Rows, Want
from bihuan.ledger.tables import TooLong, json_text, scan, tables
from bihuan.ledger.trips import ask
from bihuan.models import Campaign, Counter, HeaderMapping, Unit
from tests.support.depth import often

NAMES = st.text(string.ascii_lowercase, min_size=1, max_size=2)
KEYS = st.integers(1, 5)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), KEYS, NAMES),
        st.tuples(st.just("rename"), KEYS, NAMES),
        st.tuples(st.just("swap"), KEYS, KEYS),
        st.tuples(st.just("remove"), KEYS),
        st.tuples(st.just("flush"), st.sampled_from([None, 0, 2])),
        st.tuples(st.just("spill"), st.sampled_from([0, 1, 3])),
        st.tuples(st.just("where"), NAMES),
        st.tuples(
            st.just("every"),
        ),
    ),
    max_size=25,
)


def unit(key, name):
    return {"id": key, "name": name, "parent_id": 0, "path": f"/{key}/", "sort": 0, "active": True}


class RowsAgainstAModel(TestCase):
    """A dict is the model: key → name, names unique."""

    @settings(max_examples=often(40, 1000), deadline=None)
    @given(STEPS)
    @example([("add", 1, "a"), ("add", 2, "b"), ("flush", None), ("swap", 1, 2), ("flush", None)])
    def test_any_order_of_changes_and_flushes_ends_in_the_same_rows(self, steps):
        rows, model = Rows(connection), {}
        for step in steps:
            self.take(rows, model, *step)
        rows.flush()
        assert dict(Unit.objects.values_list("id", "name")) == model
        assert {k: None if (r := rows.find("unit", k)) is None else r["name"] for k in range(1, 6)} == {
            k: model.get(k) for k in range(1, 6)
        }

    def take(self, rows, model, what, *values):
        if what == "add" and values[0] not in model and values[1] not in model.values():
            assert rows.find("unit", values[0]) is None
            rows.add("unit", unit(*values))
            model[values[0]] = values[1]
        elif what == "rename" and values[0] in model and values[1] not in model.values():
            rows.get("unit", values[0])["name"] = model[values[0]] = values[1]
        elif what == "swap" and values[0] in model and values[1] in model:
            one, two = rows.get("unit", values[0]), rows.get("unit", values[1])
            one["name"], two["name"] = two["name"], one["name"]
            model[values[0]], model[values[1]] = model[values[1]], model[values[0]]
        elif what == "remove":
            rows.remove("unit", values[0])
            model.pop(values[0], None)
        elif what == "flush":
            rows.flush(forget_above=values[0])
        elif what == "spill":
            rows.spill(values[0])
        elif what == "where":
            assert {r["id"] for r in rows.where("unit", "name", values[0])} == {
                k for k, n in model.items() if n == values[0]
            }
        elif what == "every":
            assert {r["id"]: r["name"] for r in rows.every("unit")} == model


@pytest.fixture
def rows(db):
    return Rows(connection)


def test_a_row_that_must_be_there_and_is_not_contradicts_the_entries(rows):
    with pytest.raises(KeyError, match="unit 7"):
        rows.get("unit", 7)


def test_rows_are_found_by_the_beginning_of_a_text(rows):
    for key, path in ((1, "/1/"), (2, "/1/2/"), (12, "/12/")):
        rows.add("unit", {**unit(key, f"第{key}"), "path": path})
    rows.flush()
    assert [r["id"] for r in Rows(connection).where("unit", "path", "/1/", prefix=True)] == [1, 2]
    rows.get("unit", 2)["path"] = "/12/2/"
    assert [r["id"] for r in rows.where("unit", "path", "/1/", prefix=True)] == [1]


def test_counters_begin_at_one_and_are_kept(rows):
    assert [rows.count_up("甲"), rows.count_up("甲"), rows.count_up("乙")] == [1, 2, 1]
    rows.flush()
    assert Rows(connection).count_up("甲") == 3
    assert dict(Counter.objects.values_list("name", "value")) == {"甲": 2, "乙": 1}


def test_many_rows_are_loaded_in_few_queries(rows, django_assert_num_queries):
    for key in range(1000):
        rows.add("counter", {"name": str(key), "value": key})
    rows.flush()
    other, keys = Rows(connection), [str(k) for k in range(1000)]
    with django_assert_num_queries(3 if connection.vendor == "sqlite" else 1):
        assert sorted(other.load([Want("counter", keys)])[0]) == sorted(keys)
    with django_assert_num_queries(0):
        assert other.load([Want("counter", keys)]) == [[]]
        assert other.get("counter", "999")["value"] == 999


def test_rows_of_several_tables_are_loaded_together(rows, django_assert_num_queries):
    rows.add("unit", unit(1, "甲"))
    rows.add("unit_alias", {"alias": "甲单位", "unit_id": 1})
    rows.add("unit_alias", {"alias": "乙单位", "unit_id": 2})
    rows.flush()
    other = Rows(connection)
    other.remove("unit_alias", "甲单位")
    with django_assert_num_queries(3 if connection.vendor == "sqlite" else 1):
        found = other.load(
            [Want("unit", [1, 9]), Want("unit_alias", [1, 2], "unit_id"), Want("counter", ["x"])]
        )
    assert [sorted(keys) for keys in found] == [[1], ["乙单位", "甲单位"], []]
    with django_assert_num_queries(0):
        assert (other.find("unit", 9), other.find("counter", "x")) == (None, None)
        assert other.find("unit_alias", "甲单位") is None  # what this transaction did to it stands
        assert other.get("unit_alias", "乙单位")["unit_id"] == 2


def test_whether_the_database_has_a_row_is_known_without_asking(rows):
    rows.add("unit", unit(1, "甲"))
    assert not rows.known("unit", 1)
    rows.flush()
    rows.remove("unit", 1)
    assert rows.known("unit", 1)
    rows.flush()
    assert not rows.known("unit", 1)


class Logged(NamedTuple):
    """A counter that is only ever added."""

    name: str
    value: int


def test_what_is_logged_is_written_at_the_next_flush(rows):
    rows.log("counter", Logged("甲", 1))
    assert not Counter.objects.exists()
    rows.flush()
    rows.flush()
    assert dict(Counter.objects.values_list("name", "value")) == {"甲": 1}


def test_a_row_removed_and_added_anew_is_written_whatever_the_order_of_its_columns(rows):
    rows.add("unit", unit(1, "甲"))
    rows.flush()
    other = Rows(connection)
    other.remove("unit", 1)
    other.add("unit", {**dict(reversed(unit(1, "甲").items())), "sort": 7})
    other.flush()
    assert list(Unit.objects.values_list("name", "sort", "path")) == [("甲", 7, "/1/")]


def test_the_writes_that_go_first_say_how_many_rows_they_touched(rows):
    rows.add("unit", unit(1, "甲"))
    rows.add("unit", unit(2, "乙"))
    rows.flush()
    table = rows.table("unit")
    rows.count_up("x")
    moved = table.update([{**unit(1, "甲"), "sort": 1}, {**unit(3, "丙"), "sort": 1}], ("sort",))
    assert rows.flush([moved, table.delete([1, 2])]) == [1, 2]
    assert Counter.objects.get().value == 1


def test_many_rows_are_written_whole(rows):
    for key in range(1, 2001):
        rows.add("unit", unit(key, f"第{key}"))
    assert rows.flush() == []
    for key in range(1, 2001):
        rows.get("unit", key)["sort"] = key
    rows.flush()
    assert list(Unit.objects.order_by("id").values_list("id", "sort")) == [(k, k) for k in range(1, 2001)]


def test_a_table_taken_for_empty_is_not_asked_before_the_first_flush(db, django_assert_num_queries):
    rows = Rows(connection, empty=frozenset({"counter"}))
    with django_assert_num_queries(0):
        assert rows.find("counter", "甲") is None
    rows.count_up("甲")
    rows.flush()
    with django_assert_num_queries(1):
        assert rows.find("counter", "乙") is None


def test_only_the_columns_that_changed_are_written(rows, django_assert_num_queries):
    rows.add("counter", {"name": "甲", "value": 1})
    rows.flush()
    with django_assert_num_queries(0):
        rows.flush()
    rows.get("counter", "甲")["value"] = 2
    assert rows.changed("counter") == [{"name": "甲", "value": 2}]
    with django_assert_num_queries(1):
        rows.flush()
    assert rows.changed("counter") == []


@pytest.mark.parametrize("value", [{}, {"b": [1, None, True], "a": {"深": "“"}}, {"x": 2**53 - 1}])
def test_json_comes_back_as_it_went_in(rows, value):
    rows.add("header_mapping", {"fingerprint": "x", "columns": value})
    rows.flush()
    assert Rows(connection).get("header_mapping", "x")["columns"] == value
    assert HeaderMapping.objects.get().columns == value


def test_equal_values_have_equal_json():
    assert json_text({"b": 1, "a": "“"}) == json_text({"a": "“", "b": 1}) == '{"a":"“","b":1}'


@pytest.mark.parametrize(("table", "row", "column", "limit"), [
    ("unit", unit(1, "x"), "name", 200),
    ("unit", unit(1, "x"), "path", 400),
    ("counter", {"name": "x", "value": 1}, "name", 300),
])  # fmt: skip
def test_a_text_longer_than_its_column_is_refused_on_either_database(rows, table, row, column, limit):
    rows.add(table, {**row, column: "长" * limit})
    rows.flush()
    fresh = Rows(connection)
    fresh.add(table, {**row, "id": 2, column: "长" * (limit + 1)})
    with pytest.raises(TooLong, match=f"有{limit + 1}个字，最多{limit}个字"):
        fresh.flush()


def test_a_text_that_becomes_too_long_is_refused_too(rows):
    rows.add("unit", unit(1, "x"))
    rows.flush()
    rows.get("unit", 1)["name"] = "长" * 201
    with pytest.raises(TooLong):
        rows.flush()


def test_the_longest_text_of_many_rows_is_the_one_that_is_refused(rows):
    for key, longer in enumerate((0, 1, 3, 2, -200), 1):
        rows.add("unit", unit(key, str(key) * (200 + longer)))
    with pytest.raises(TooLong, match="有203个字，最多200个字"):
        rows.flush()


def test_every_table_knows_what_must_be_unique():
    vendor = tables(connection.vendor)
    assert {n: sorted(t.unique) for n, t in vendor.items() if t.unique} == {
        "unit": ["name"],
        "procedure": ["code", "version"],
        "campaign": ["name"],
        "register": ["campaign_id", "name"],
        "item": ["number"],
        **{
            n: sorted(t.unique)
            for n, t in vendor.items()
            if n in {"slip", "receipt", "happening"} and t.unique
        },
    }


def test_scanning_gives_every_row_once_in_the_order_of_keys(rows):
    table = rows.table("counter")
    for key in range(25):
        rows.add("counter", {"name": f"{key:02}", "value": key})
    rows.flush()
    pages = list(scan(connection, table, '"value">4', page=7))
    assert [len(p) for p in pages] == [7, 7, 6]
    assert [r["value"] for p in pages for r in p] == list(range(5, 25))


def test_rows_are_read_as_they_are_kept(db):
    Campaign(id=3, name="专项", unit_id=1, starts="2026-01-01").save()
    table = tables(connection.vendor)["campaign"]
    row = {"id": 3, "name": "专项", "unit_id": 1, "starts": "2026-01-01", "ends": "", "purpose": ""}
    queries = [*table.by_key([3]), *table.by_key([4]), *table.by_column("name", ["专项", "他"])]
    assert [[table.read(v) for v in values] for values in ask(connection, queries)] == [[row], [], [row]]


def test_spilling_writes_what_came_in_first_and_lets_go_of_it_alone(rows, django_assert_num_queries):
    for key in range(1, 6):
        rows.add("counter", {"name": str(key), "value": key})
    rows.spill(3)
    assert dict(Counter.objects.values_list("name", "value")) == {"1": 1, "2": 2}
    with django_assert_num_queries(0):
        rows.get("counter", "3")["value"] = 30
    with django_assert_num_queries(1):
        rows.get("counter", "1")["value"] = 10
    rows.flush()
    assert dict(Counter.objects.values_list("name", "value")) == {"1": 10, "2": 2, "3": 30, "4": 4, "5": 5}


def test_spilling_lets_go_at_once_of_what_nobody_looks_at_again(rows, django_assert_num_queries):
    rows.add("unit", unit(1, "甲"))
    rows.add("counter", {"name": "1", "value": 1})
    rows.spill(3, ("unit", "review"))
    assert dict(Unit.objects.values_list("id", "name")) == {1: "甲"}
    assert Counter.objects.count() == 0
    with django_assert_num_queries(1):
        assert rows.get("unit", 1) == unit(1, "甲")


def test_spilling_writes_a_whole_table_whose_unique_values_may_move(rows):
    rows.add("unit", unit(1, "甲"))
    rows.add("unit", unit(2, "乙"))
    rows.flush()
    other = Rows(connection)
    other.get("unit", 2)["name"] = "丙"
    other.add("unit", unit(3, "乙"))
    other.get("unit", 1)["name"] = "丁"
    other.add("unit", unit(4, "甲"))
    other.spill(3)
    assert dict(Unit.objects.values_list("id", "name")) == {1: "丁", 2: "丙", 3: "乙", 4: "甲"}
