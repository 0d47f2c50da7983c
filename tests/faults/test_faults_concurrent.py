"""Four processes write at once, on the same few items: no update is lost, no number left out, nobody waits for ever."""

from collections import Counter

import pytest

from bihuan.ledger.facts import fact_of
from bihuan.models import Entry, Item
from tests.faults.test_faults_killed import check_acknowledged, check_rebuilt, check_whole


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_four_processes_at_once(writers, seed):
    done = writers(seed=seed, writers=4, kill=0, operations=60)
    assert done["errors"] == []
    check_acknowledged(done["acks"])
    check_whole()
    check_rebuilt()
    acks = done["acks"]
    assert len({a["seq"] for a in acks}) == len(acks)
    entered = Counter(Entry.objects.filter(kind="item.commented").values_list("item_id", flat=True))
    told = Counter(a["item"] for a in acks if a.get("action") == "comment")
    assert entered == told
    assert {"step", "comment", "register", "bulk"} <= {a["ack"] for a in acks}


def test_numbers_given_to_four_processes_at_once_have_no_gap(writers):
    done = writers(seed=3, writers=4, kill=0, operations=40)
    assert done["errors"] == []
    numbers = {}
    for entry in Entry.objects.filter(kind="item.registered").order_by("seq"):
        event = fact_of(entry.body).event
        numbers.setdefault(event.series, []).append(event.no)
    assert numbers
    assert all(given == list(range(1, len(given) + 1)) for given in numbers.values())
    assert Item.objects.values("number").distinct().count() == Item.objects.count()
