"""The outbox: told in the transaction of the entry, to those who hold the role nearest to the unit, never twice."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from bihuan.actions import house
from bihuan.clock.tick import tick
from bihuan.ledger.rebuild import digests, rebuild
from bihuan.models import Delivery, Message, Outlet
from bihuan.rules.errors import NotAllowed
from bihuan.rules.permissions import SYSTEM, Role


def told(person, county) -> list[tuple[str, str]]:
    rows = Message.objects.filter(person_id=county.people[person].person).order_by("seq")
    return [(m.kind, m.what) for m in rows]


def test_the_unit_hears_of_its_work_and_whoever_gave_it_does_not(county):
    item = county.at("assigned")
    what = "已交由你单位办理，办结时限为2026年12月31日，请签收"
    assert ("item.assigned", what) in told("handler", county)
    assert ("item.assigned", what) in told("head", county)
    assert "item.assigned" not in dict(told("supervisor", county))
    message = Message.objects.filter(kind="item.assigned").first()
    row = county.row(item)
    assert (message.number, message.title, message.item_id, message.unit_id) == (
        row.number, row.title, item, county.units["town"]
    )  # fmt: skip
    assert (message.at, message.told_at, message.read_at, message.urgent) == (
        row.assigned_at,
        county.now,
        None,
        False,
    )


def test_of_a_role_those_are_told_who_hold_it_nearest_to_the_unit(county):
    county.add_person("county_handler", "county", (Role.HANDLER,))
    station = house.create_unit(SYSTEM, county.now, "东镇供水站", parent=county.units["town"])
    county.at("approved")
    item = county.at("approved")
    county.do("assign", item, "supervisor", owner=station)
    hall = house.create_unit(SYSTEM, county.now, "政务大厅", parent=county.units["county"])
    other = county.at("approved")
    county.do("assign", other, "supervisor", owner=hall)
    by_item = {
        i: set(Message.objects.filter(item_id=i, kind="item.assigned").values_list("person_id", flat=True))
        for i in (item, other)
    }
    people = {name: county.people[name].person for name in ("handler", "head", "county_handler")}
    assert by_item == {item: {people["handler"], people["head"]}, other: {people["county_handler"]}}


def test_who_left_is_told_nothing(county):
    house.create_person(SYSTEM, county.now, "x", county.units["town"])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE person SET active=%s WHERE id=%s", [False, county.people["handler"].person])
    county.at("assigned")
    assert told("handler", county) == []


def test_a_step_that_is_refused_tells_nobody(county):
    item = county.at("registered")
    with pytest.raises(NotAllowed):
        county.do("approve", item, "handler")
    assert Message.objects.count() == 0


def test_a_transaction_that_is_undone_takes_its_messages_with_it(county):
    item = county.at("approved")
    before = Message.objects.count()
    mark = transaction.savepoint()
    county.do("assign", item, "supervisor", owner=county.units["town"])
    assert Message.objects.count() > before
    transaction.savepoint_rollback(mark)
    assert Message.objects.count() == before


def test_a_rebuild_and_a_second_tick_tell_nobody_anew(county):
    county.at("assigned")
    county.at("reviewing")
    county.later(days=400)
    assert tick(county.now) > 0
    before, tables = Message.objects.count(), digests()
    assert before > 0
    tick(county.now)
    rebuild()
    assert (Message.objects.count(), digests()) == (before, tables)


def test_what_the_clock_enters_late_is_told_with_the_moment_it_was_due(county):
    county.at("working", measures=[])
    county.later(days=300)
    tick(county.now)
    late = Message.objects.filter(kind="item.fell_due").first()
    assert late.at < late.told_at == county.now


def test_an_inspection_is_told_to_its_lead_and_its_members_alone(county):
    from bihuan.actions.inspection import Plan, approve_inspection, propose_inspection

    people = {name: actor.person for name, actor in county.people.items()}
    day = county.now.date()
    plan = Plan(
        "暗访",
        "covert",
        ["窗口"],
        "大厅",
        "作风",
        [county.units["town"]],
        day,
        day,
        people["checker"],
        [people["supervisor"]],
    )
    made = propose_inspection(county.people["checker"], county.now, county.units["office"], plan)
    assert [w for _, w in told("lead", county)] == ["督查方案待您批准"]
    approve_inspection(made.inspection, county.people["lead"], county.later(minutes=1))
    assert [w for _, w in told("supervisor", county)] == ["督查方案已批准，由您参加"]
    assert {m.about for m in Message.objects.all()} == {"inspection"}
    assert told("handler", county) == told("head", county) == []


def test_nothing_waits_for_a_robot_that_nobody_has(county):
    county.at("closed")
    assert (Delivery.objects.count(), Outlet.objects.count()) == (0, 0)
