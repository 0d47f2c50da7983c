"""Rebuilding: the tables come back from the entries, byte for byte."""

from datetime import date

import pytest
from django.db import connection

from bihuan.actions import house
from bihuan.actions.register import enter, register_row
from bihuan.clock.tick import tick
from bihuan.ledger import derive
from bihuan.ledger import rebuild as rebuilding
from bihuan.ledger.append import writing
from bihuan.ledger.reading import head
from bihuan.ledger.rebuild import digests, rebuild
from bihuan.ledger.tables import scan, tables
from bihuan.ledger.verify import verify
from bihuan.models import PROJECTIONS, Campaign, Entry, Item, Person, Register
from bihuan.rules import events as ev
from bihuan.rules.calendar import CalendarYear
from bihuan.rules.permissions import SYSTEM
from bihuan.rules.workflow import State
from tests.actions.county import County
from tests.ledger.tampering import execute
from tests.support.recall import recalled


@pytest.fixture
def lived(db):
    """A county in which everything has happened at least once."""
    return recalled(_lived, _lived)


def _lived():
    county = County()
    items = [county.at(state, procedure=p) for state in State for p in county.procedures]
    county.do("merge", county.at("working"), "supervisor", into=county.at("working"), reason="重复")
    county.do("resume", next(i for i in items if county.row(i).state == "suspended"), "lead")
    relapsed = county.at("closed")
    county.do("look_back", relapsed, "checker", held=False, text="反弹")
    county.do(
        "amend", relapsed, "supervisor", changes={"helpers": [county.units["village"]], "title": "改名"}
    )
    county.do("amend", relapsed, "supervisor", changes={"helpers": []})
    county.at("working", helpers=[county.units["village"]])
    house.change_unit(
        SYSTEM, county.now, county.units["town"], aliases=["东"], parent=county.units["village"]
    )
    house.revoke_role(
        SYSTEM,
        county.now,
        county.people["head"].person,
        county.people["head"].grants[0].role,
        county.units["town"],
    )
    house.keep_mapping(SYSTEM, county.now, "指纹", {"甲": "title"})
    with writing(county.now) as ledger:
        person = county.people["checker"].person
        ledger.append(
            ev.PersonChanged(person=person, name="改名", post="主任", active=False, unit=county.units["town"])
        )
        ledger.append(
            ev.CampaignChanged(
                campaign=county.campaign, name="改名", starts="2026-01-01", ends="", purpose="x"
            )
        )
        ledger.append(
            ev.RegisterChanged(
                register=county.registers["task"], name="改名", procedure=county.procedures["tough"]
            )
        )
        ledger.append(
            ev.ImportCommitted(
                register=county.registers["task"],
                file="a.xlsx",
                digest="0" * 64,
                rows=3,
                registered=1,
                amended=1,
                unchanged=1,
                missing=[{"row": 3}],
                sheets=[{"name": "表"}],
            )
        )
        row = register_row(ledger, county.registers["livelihood"])
        origin = {"import_id": ledger.last, "sheet": "表", "row": 3, "values": {"title": "x"}}
        fields = {
            "title": "x",
            "state": "working",
            "owner": county.units["town"],
            "origin": origin,
            "claimed": "已完成",
        }
        procedure = derive.parsed(ledger.rows.get("procedure", row["procedure_id"])["text"])
        imported = enter(ledger, SYSTEM, row, procedure, fields)
        event = ev.ItemAmended(changes={"owner": [county.units["town"], county.units["village"]]}, added=[{"text": "补"}],
                               origin={**origin, "row": 4})  # fmt: skip
        ledger.append(event, SYSTEM, item=imported)
        ledger.append(
            ev.ItemAmended(changes={}, measures={"1": {"state": ["open", "done"]}}), SYSTEM, item=imported
        )
    county.later(days=300)
    house.publish_calendar(
        SYSTEM, county.now, CalendarYear(2027, frozenset({date(2027, 1, 1)}), frozenset(), "通知")
    )
    county.later(days=100)
    tick(county.now)
    county.at("assigned", due="2027-12-31")
    return county


def test_a_rebuild_gives_the_same_bytes(lived):
    before, at = digests(), head()
    assert len(set(before.values())) > 10  # the tables hold something
    seen = []
    assert rebuild(progress=seen.append) == Entry.objects.count() == seen[-1]
    assert digests() == before
    assert head() == at
    assert verify().ok


@pytest.mark.parametrize(("cache", "page"), [(0, 1), (1, 7), (5, 50)])
def test_a_rebuild_that_may_hold_little_in_memory_gives_the_same_bytes(lived, monkeypatch, cache, page):
    before = digests()
    monkeypatch.setattr(rebuilding, "CACHE", cache)
    monkeypatch.setattr(rebuilding, "_PAGE", page)
    rebuild()
    assert digests() == before


def test_whatever_was_done_to_the_tables_is_put_right(lived):
    before = digests()
    assert {m._meta.db_table for m in PROJECTIONS if not m.objects.exists()} <= {
        *("sample", "inspection", "finding", "walk_step", "conclusion", "objection", "dismissal"),
        *("institution", "cause", "case_review", "case_item", "deadline"),
    }
    for model in PROJECTIONS:
        if model is Item:
            execute("UPDATE item SET state='closed', colour='red'")
        else:
            execute(f'DELETE FROM "{model._meta.db_table}" WHERE 1=1')
    execute("DELETE FROM item WHERE id IN (SELECT MIN(id) FROM item)")
    assert digests() != before
    rebuild()
    assert digests() == before


def test_a_rebuild_that_is_interrupted_changes_nothing(lived, monkeypatch):
    def stop(folded):
        raise KeyboardInterrupt

    before, indexes = digests(), index_names()
    with pytest.raises(KeyboardInterrupt):
        rebuild(progress=stop)
    assert digests() == before
    assert index_names() == indexes


def index_names():
    with connection.cursor() as cursor:
        return sorted(
            name
            for m in PROJECTIONS
            for name in connection.introspection.get_constraints(cursor, m._meta.db_table)
        )


def test_the_indexes_are_there_again_afterwards(lived):
    before = index_names()
    assert {index.name for m in PROJECTIONS for index in m._meta.indexes} <= set(before)
    rebuild()
    assert index_names() == before


def test_what_events_without_an_action_change_is_projected(lived):
    assert Campaign.objects.get().name == "改名"
    person = Person.objects.get(pk=lived.people["checker"].person)
    assert (person.name, person.post, person.active, person.unit_id) == (
        "改名",
        "主任",
        False,
        lived.units["town"],
    )
    register = Register.objects.get(pk=lived.registers["task"])
    assert (register.name, register.procedure_id) == ("改名", lived.procedures["tough"])


def test_rows_are_adapted_together_as_they_are_one_by_one(lived):
    vendor = tables(connection.vendor)
    for table in vendor.values():
        for page in scan(connection, table):
            for columns in (table.columns, table.key):
                alone = [[*table.adapt(row, columns)] for row in page]
                assert [[*values] for values in table.adapt_all(page, columns)] == alone


def test_digests_tell_a_single_changed_value(lived):
    before = digests()
    execute("UPDATE item SET title='x' WHERE id IN (SELECT MIN(id) FROM item)")
    assert {name for name, digest in digests().items() if digest != before[name]} == {"item"}


@pytest.mark.parametrize("page", [2, 3, 2000])
def test_names_that_changed_hands_many_times_are_followed(county, monkeypatch, page):
    monkeypatch.setattr(rebuilding, "_PAGE", page)
    u = county.units
    for turn in range(3):
        house.change_unit(SYSTEM, county.now, u["town"], name=f"暂{turn}")
        house.change_unit(SYSTEM, county.now, u["village"], name="东镇" if turn % 2 == 0 else "西乡")
        house.change_unit(SYSTEM, county.now, u["town"], name="西乡" if turn % 2 == 0 else "东镇")
    before = digests()
    rebuild()
    assert digests() == before


def test_an_empty_ledger_is_rebuilt(county):
    before = digests()
    rebuild()
    assert digests() == before
    assert not Item.objects.exists()
