"""Merging one unit into another."""

import pytest

from bihuan.actions import do, house
from bihuan.actions.merge_unit import merge_unit
from bihuan.ledger.reading import facts_of
from bihuan.ledger.rebuild import digests, rebuild
from bihuan.ledger.verify import verify
from bihuan.models import Grant, Helper, Item, Person, Slip, Unit
from bihuan.queries.counts import figures
from bihuan.queries.people import actor_of, directory
from bihuan.rules.errors import Invalid, Needs, NotAllowed, NotFound
from bihuan.rules.figures import Ref
from bihuan.rules.permissions import SYSTEM, Role


@pytest.fixture
def twin(county):
    """The town under another name, as an import brings it: with an alias, a person, an item and a slip."""
    made = house.create_unit(
        SYSTEM, county.now, "城关镇人民政府", parent=county.units["county"], aliases=["城关镇政府"]
    )
    person = house.create_person(SYSTEM, county.now, "周镇长", made)
    house.grant_role(SYSTEM, county.now, person, Role.HANDLER, made)
    below = house.create_unit(SYSTEM, county.now, "城关镇财政所", parent=made)
    item = county.at("approved")
    county.do("assign", item, "supervisor", owner=made)
    do("accept", item, actor_of(person), county.later(minutes=1))
    return {"unit": made, "person": person, "below": below, "item": item}


def merge(county, twin, **more):
    return merge_unit(
        SYSTEM, county.later(minutes=1), twin["unit"], county.units["town"],
        **{"reason": "同一单位", **more},
    )  # fmt: skip


def test_everything_of_the_unit_follows_and_its_name_becomes_an_alias(county, twin):
    town = county.units["town"]
    (slip,) = Slip.objects.filter(item_id=twin["item"], state="issued").values_list("id", flat=True)
    helped = county.register(owner=county.units["office"], helpers=[twin["unit"], town])
    done = merge(county, twin)
    assert (done.items, done.people) == (2, 1)
    item = Item.objects.get(pk=twin["item"])
    assert (item.owner_id, Slip.objects.get(pk=slip).unit_id, Slip.objects.get(pk=slip).state) == (
        town, town, "issued",
    )  # fmt: skip
    assert list(Helper.objects.filter(item_id=helped).values_list("unit_id", flat=True)) == [town]
    assert Person.objects.get(pk=twin["person"]).unit_id == town
    assert [g.unit_id for g in Grant.objects.filter(person_id=twin["person"])] == [town]
    path = Unit.objects.get(pk=town).path
    assert Unit.objects.get(pk=twin["below"]).path == f"{path}{twin['below']}/"
    names = directory()
    assert [names.id_of(n) for n in ("城关镇人民政府", "城关镇政府")] == [town, town]
    assert "城关镇人民政府" not in names.units


def test_what_was_entered_before_stays_and_each_item_keeps_the_trace(county, twin):
    before = figures([Ref("registered")], list(county.registers.values()))
    done = merge(county, twin)
    facts = facts_of(twin["item"])
    assigned, amended = next(f for f in facts if f.kind == "item.assigned"), facts[-1]
    assert assigned.event.owner == twin["unit"]
    assert amended.event.changes["owner"] == [twin["unit"], county.units["town"]]
    assert "同一单位" in amended.event.reason
    assert amended.seq > done.seq
    assert figures([Ref("registered")], list(county.registers.values())) == before
    kept = digests()
    rebuild()
    assert digests() == kept
    assert verify().problems == []


def test_a_person_of_the_merged_unit_goes_on_with_its_items(county, twin):
    merge(county, twin)
    handler = actor_of(twin["person"])
    done = do("report", twin["item"], handler, county.later(minutes=1), text="已完成排查", percent=30)
    assert done.state == "working"


def test_a_role_that_would_be_held_twice_is_held_once(county, twin):
    house.grant_role(SYSTEM, county.now, twin["person"], Role.HANDLER, county.units["town"])
    merge(county, twin)
    assert Grant.objects.filter(person_id=twin["person"]).count() == 1


def test_a_merged_unit_cannot_come_back_beside_its_heir(county, twin):
    merge(county, twin)
    with pytest.raises(Invalid, match="已有名为“城关镇人民政府”的单位或别名"):
        house.change_unit(SYSTEM, county.later(minutes=1), twin["unit"], active=True)


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"reason": " "}, Needs, "须写明理由"),
        ({"into": "self"}, Invalid, "不能并入自己"),
        ({"into": "below"}, Invalid, "上级不能并入下级"),
        ({"unit": "office"}, Invalid, "是督办单位（专项整治"),
        ({"unit": 99_999}, NotFound, "没有编号为 99999 的单位"),
        ({"by": "supervisor"}, NotAllowed, "须由"),
    ],
)
def test_what_cannot_be_merged_is_refused_and_nothing_changes(county, twin, change, error, says):
    places = {"self": twin["unit"], "below": twin["below"], "office": county.units["office"]}
    unit = places.get(change.get("unit"), change.get("unit", twin["unit"]))
    into = places.get(change.get("into"), county.units["town"])
    before = digests()
    with pytest.raises(error, match=says):
        merge_unit(
            county.people.get(change.get("by"), SYSTEM), county.later(minutes=1), unit, into,
            reason=change.get("reason", "同一单位"),
        )  # fmt: skip
    assert digests() == before
