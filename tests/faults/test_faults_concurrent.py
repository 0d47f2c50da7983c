"""Four processes or threads write at once, on the same few items: no update is lost, no number left out, nobody waits for ever."""

import threading
from collections import Counter

import pytest
from django.db import connection

from bihuan.actions import do
from bihuan.clock.tick import tick
from bihuan.ledger.facts import fact_of
from bihuan.ledger.reading import facts_of
from bihuan.models import Entry, Item, Measure
from bihuan.rules.errors import Stale
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


def test_four_threads_on_one_item_lose_no_update(county):
    item = county.at("working", measures=[])
    begun = county.row(item).measures
    done, errors = [], []

    def work(name):
        try:
            for n in range(8):
                while True:
                    seen = county.row(item).version
                    try:
                        done.append(
                            do(
                                "plan",
                                item,
                                county.people["head"],
                                county.now,
                                version=seen,
                                measures=[f"{name}{n}"],
                            )
                        )
                        break
                    except Stale:
                        continue
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(name,)) for name in "甲乙丙丁"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert errors == []
    assert sorted(Measure.objects.filter(item_id=item).values_list("text", flat=True)) == sorted(
        f"{name}{n}" for name in "甲乙丙丁" for n in range(8)
    )
    assert county.row(item).measures == begun + 32
    assert len({d.version for d in done}) == 32
    check_whole()
    check_rebuilt()


def test_four_clocks_at_once_enter_everything_once(county):
    items = [county.at("working", due=f"2026-03-{day}") for day in range(10, 30)]
    county.later(days=90)
    entered, errors = [], []

    def work():
        try:
            entered.append(tick(county.now))
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    before = Entry.objects.count()
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert errors == []
    assert sum(entered) == Entry.objects.count() - before
    assert all(county.row(item).overdue for item in items)
    overdue = [f for i in items for f in facts_of(i) if f.kind == "item.coloured" and f.event.overdue]
    assert len(overdue) == len(items)
    assert tick(county.now) == 0
    check_whole()
    check_rebuilt()


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
