from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from bihuan.actions import do
from bihuan.clock.tick import tick
from bihuan.demo import life
from bihuan.models import Item
from bihuan.queries.counts import all_refs, campaign_named, cells, figures, registers_of
from bihuan.rules.errors import NotFound
from bihuan.rules.figures import FIGURES, Ref
from tests.support.county import NOW, START, World, imported_world, world
from tests.support.recall import recalled

pytestmark = pytest.mark.django_db


@pytest.fixture
def lived() -> World:
    return recalled(_lived, _lived)


def _lived() -> World:
    made = imported_world()
    life.run(made.people, START, 30, seed=7)
    return made


def refs(made: World) -> list[Ref]:
    """Every figure uncut and cut by each dimension that occurs."""
    items = Item.objects.all()
    cuts = [{"register": r} for r in made.registers.values()]
    cuts += [{"unit": u} for u in set(items.values_list("owner_id", flat=True)) if u]
    cuts += [{"class_": c} for c in set(items.values_list("klass", flat=True)) if c]
    cuts += [{"colour": c} for c in ("green", "yellow", "red", "none")]
    cuts += [{"kind": k} for k in ("notice", "prompt", "warning")]
    names = [r.name for r in all_refs()]
    return [
        *all_refs(),
        *(
            Ref.of(n, **cut)
            for n in names
            for cut in cuts
            if {d.rstrip("_") for d in cut} <= {*FIGURES[n].dims}
        ),
    ]


def test_the_counters_and_the_transitions_give_every_figure_alike(lived: World):
    ids = list(lived.registers.values())
    wanted = refs(lived)
    assert figures(wanted, ids) == figures(wanted, ids, as_of=NOW + timedelta(days=400))


def test_the_figures_are_the_counts_of_the_rows(lived: World):
    ids = list(lived.registers.values())
    items = Item.objects.all()
    found = figures(all_refs(), ids)
    expected = {
        "entered": items.count(),
        "finished": items.filter(state="closed").count(),
        "overdue": items.filter(overdue=True).count(),
        "suspended": items.filter(state="suspended").count(),
        "measures": sum(items.exclude(state__in=["merged", "cancelled"]).values_list("measures", flat=True)),
        "looked_back": sum(items.values_list("look_backs", flat=True)),
    }
    assert {name: int(found[name]) for name in expected} == expected


def test_the_figures_of_an_earlier_day_stay_what_they_were_then():
    made = imported_world()
    ids = list(made.registers.values())
    told = []
    for week in range(4):
        life.run(made.people, START + timedelta(days=7 * week), 7, seed=week)
        at = NOW + timedelta(days=7 * week + 6, hours=23)
        tick(at)
        told.append((at, figures(all_refs(), ids)))
    assert [figures(all_refs(), ids, as_of=at) for at, _ in told] == [then for _, then in told]
    assert any(before != after for (_, before), (_, after) in pairwise(told))


def test_two_dimensions_at_once_come_from_the_transitions(lived: World):
    ids = list(lived.registers.values())
    item = Item.objects.exclude(klass="").first()
    assert item is not None
    ref = Ref.of("entered", class_=item.klass, unit=item.owner_id)
    count = Item.objects.filter(klass=item.klass, owner_id=item.owner_id).count()
    assert figures([ref], ids) == {str(ref): str(count)}


def test_what_is_entered_later_does_not_change_a_position_already_reported(lived: World):
    from bihuan.ledger.reading import head

    ids, at, seq = list(lived.registers.values()), NOW + timedelta(days=60), head()[0]
    before = figures(all_refs(), ids, as_of=at, upto=seq)
    item = Item.objects.filter(state="working").first()
    assert item is not None
    do("cancel", item.pk, lived.people.staff["lingdao"], NOW + timedelta(days=40), reason="重复")
    assert figures(all_refs(), ids, as_of=at, upto=seq) == before
    assert figures(all_refs(), ids, as_of=at) != before


def test_only_the_items_of_the_units_asked_for_are_counted(lived: World):
    ids = list(lived.registers.values())
    item = Item.objects.exclude(owner_id=0).first()
    assert item is not None
    for facet in ("all", "unit", "class"):
        found = cells(ids, facet=facet, units={item.owner_id})
        assert sum(s.items for s in found.values()) == Item.objects.filter(owner_id=item.owner_id).count()


def test_a_campaign_is_found_by_name_or_id():
    made = world()
    assert campaign_named("作风建设专项整治").pk == campaign_named(str(made.campaign)).pk == made.campaign
    assert [r.pk for r in registers_of(made.campaign)] == list(made.registers.values())


def test_an_unknown_campaign_is_refused_with_those_that_there_are():
    world()
    with pytest.raises(NotFound) as told:
        campaign_named("没有的专项")
    assert told.value.hint == "现有：作风建设专项整治。"
