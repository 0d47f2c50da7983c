"""The slips that somebody may see, however they are brought together."""

from __future__ import annotations

import pytest

from bihuan.queries import slips as module
from bihuan.queries.people import visible_units
from bihuan.queries.slips import slips, unsettled
from bihuan.rules.slips import LIVE
from tests.actions.county import PEOPLE, County
from tests.support.recall import recalled

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("few", [0, 10])
def test_gathered_they_are_the_same_and_in_the_same_order(monkeypatch, few: int):
    monkeypatch.setattr(module, "_FEW", few)
    county = recalled(County, County)
    for owner in ("town", "village"):
        for state in ("working", "closed"):
            county.at(state, owner=county.units[owner])
    seen = {}
    for person in PEOPLE:
        units = visible_units(county.people[person])
        found = list(slips(units))
        assert list(slips(units, gathered=True)) == found
        assert unsettled(units, 99) == sum(s.state in LIVE for s in found)
        assert unsettled(units, 1) == min(1, unsettled(units, 99))
        seen[person] = len(found)
    assert seen["chief"] >= seen["handler"] > 0
