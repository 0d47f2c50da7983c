"""What somebody's pages cover, and the cuts of the overview."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from bihuan.queries.counts import CUT_BY, cells, cuts_of
from bihuan.queries.scope import Scope
from bihuan.rules.errors import NotAllowed
from bihuan.rules.permissions import Actor
from bihuan.rules.workflow import OPEN
from tests.actions.county import County
from tests.support.recall import recalled

pytestmark = pytest.mark.django_db
_READ = {"register": "all", "unit": "unit", "class": "class"}
LATER = datetime(2030, 1, 1, tzinfo=UTC)


def test_whoever_sees_a_root_sees_every_register_and_campaign():
    county = recalled(County, County)
    scope = Scope(county.people["chief"])
    assert [r.pk for r in scope.registers] == sorted(county.registers.values())
    assert [c.pk for c in scope.campaigns] == [county.campaign]
    assert scope.units is None
    assert all(scope.units_in(r) is None for r in scope.registers)


def test_the_office_that_runs_a_register_reads_all_of_it_though_its_own_units_are_few():
    county = recalled(County, County)
    scope = Scope(county.people["supervisor"])
    assert scope.units == frozenset({county.units["office"]})
    assert [r.pk for r in scope.registers] == sorted(county.registers.values())
    assert all(scope.units_in(r) is None for r in scope.registers)


def test_a_unit_sees_the_registers_in_which_it_owns_or_helps_with_something():
    county = recalled(County, County)
    assert Scope(county.people["other_handler"]).registers == []
    assert Scope(county.people["other_handler"]).campaigns == []
    county.register("rectification", owner=county.units["village"])
    county.register("task", helpers=[county.units["village"]])
    scope = Scope(county.people["other_handler"])
    assert {r.pk for r in scope.registers} == {county.registers["rectification"], county.registers["task"]}
    assert [c.pk for c in scope.campaigns] == [county.campaign]
    assert {scope.units_in(r) for r in scope.registers} == {frozenset({county.units["village"]})}
    with pytest.raises(NotAllowed):
        scope.register(county.registers["tough"])
    with pytest.raises(NotAllowed):
        scope.register(10**9)


def test_nobody_without_a_role_sees_anything():
    county = recalled(County, County)
    county.register()
    scope = Scope(Actor(10**6, "无", county.units["town"]))
    assert (scope.units, scope.registers, scope.campaigns) == (frozenset(), [], [])


@pytest.mark.parametrize("limited", [False, True])
@pytest.mark.parametrize("as_of", [None, LATER])
def test_the_cuts_read_at_once_are_those_read_one_by_one(limited: bool, as_of: datetime | None):
    county = recalled(County, County)
    for state in ("registered", "working", "reviewing", "closed", "suspended"):
        county.at(state, klass="立行立改")
    county.at("working", owner=county.units["village"])
    ids = list(county.registers.values())
    units = {county.units["town"]} if limited else None
    cuts = cuts_of(ids, as_of=as_of, units=units)
    for facet, dim in (("register", "register"), ("unit", "unit"), ("class", "klass")):
        items: Counter[tuple[str, str]] = Counter()
        colours: Counter[tuple[str, str]] = Counter()
        for key, sums in cells(ids, facet=_READ[facet], as_of=as_of, units=units).items():
            label = str(getattr(key, dim))
            items[label, key.state] += sums.items
            colours[label, key.colour] += sums.items * (key.state in OPEN)
        found = {
            (label, k.state): s.items for label, part in cuts.sums[facet].items() for k, s in part.items()
        }
        lit = {(label, c): n for label, part in cuts.colours[facet].items() for c, n in part.items()}
        assert sum(found.values()) > sum(lit.values()) > 0
        assert _named(found) == _named(items)
        assert _named(lit) == _named(colours)
        alone = cuts_of(ids, by=[facet], as_of=as_of, units=units)
        assert alone.sums == {f: cuts.sums[f] if f == facet else {} for f in CUT_BY}
        assert alone.colours == {f: cuts.colours[f] if f == facet else {} for f in CUT_BY}


def _named(counts: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """Those of a label: what has no unit or class is in no line."""
    return {k: n for k, n in counts.items() if n and k[0] not in {"", "0"}}
