"""Tiers of units over the tallies and as of an earlier moment."""

from __future__ import annotations

import pytest

from bihuan.clock.tick import tick
from bihuan.queries.tiers import tiers
from bihuan.rules.tiers import Tiers
from tests.actions.county import County
from tests.support.recall import recalled

pytestmark = pytest.mark.django_db


def found(county: County, **given) -> dict[str, list[tuple[str, int, int, int, str, str]]]:
    groups = tiers(list(county.registers.values()), **given)
    return {
        g.tier.name: [
            (u.name, u.registered, u.finished, u.overdue, u.finishing_rate, u.overdue_rate) for u in g.units
        ]
        for g in groups
    }


@pytest.fixture
def county() -> County:
    made = recalled(County, County)
    village, hall = made.units["village"], made.units["office"]
    made.at("closed")
    for owner, due in (
        (village, "2026-12-31"),
        (village, "2026-03-20"),
        (hall, "2026-12-31"),
        (hall, "2026-12-31"),
    ):
        made.at("approved", owner=owner, due=due)
    made.at("cancelled", owner=hall)
    return made


def test_every_unit_with_items_is_in_one_tier_and_inside_it_in_its_own_order(county):
    late = [("西乡", 2, 0, 1, "0.0%", "50.0%")]
    before = {
        "好": [("东镇", 1, 1, 0, "100.0%", "0.0%")],
        "较好": [("督查室", 2, 0, 0, "0.0%", "0.0%"), ("西乡", 2, 0, 0, "0.0%", "0.0%")],
        "一般": [],
        "需加力": [],
    }
    assert found(county) == before
    then = county.now
    county.later(days=30)
    tick(county.now)
    assert found(county) == {**before, "较好": before["较好"][:1], "需加力": late}
    assert found(county, as_of=then) == before
    assert found(county, units=[county.units["village"]]) == {
        "好": [],
        "较好": [],
        "一般": [],
        "需加力": late,
    }


def test_the_setting_decides_and_may_have_none(county, settings):
    settings.TIERS = Tiers.read("全部完成 100 0，未完成")
    assert [len(units) for units in found(county).values()] == [1, 2]
    settings.TIERS = Tiers.read("off")
    assert found(county) == {}
