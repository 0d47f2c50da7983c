"""Simulated lives: at every few steps everything that must always hold is checked.

The long one is ``make simulate``. ``BIHUAN_TEST_LIVES`` sets how many lives are lived (default 2, in depth 10), ``BIHUAN_TEST_STEPS`` how long each
is (default 200, in depth 1,000).
"""

import os

import pytest
from django.db import transaction

from bihuan.clock.tick import tick
from bihuan.ledger.reading import head
from bihuan.models import Tally
from bihuan.rules.workflow import STEPS as TABLE
from tests.simulation.invariants import check, everything_due_is_entered
from tests.simulation.life import Life
from tests.simulation.years import Years
from tests.support.depth import often

LIVES = int(os.environ.get("BIHUAN_TEST_LIVES", often(2, 10)))
STEPS = int(os.environ.get("BIHUAN_TEST_STEPS", often(200, 1_000)))
EVERY = 25

pytestmark = pytest.mark.usefixtures("db")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(LIVES))
def test_whatever_happens_everything_that_must_hold_holds(seed):
    life = Life(seed)
    for _ in range(0, STEPS, EVERY):
        life.run(EVERY)
        check(life)
        tick(life.county.now)
        everything_due_is_entered(life.county.now)
        life.county.later(microseconds=1)
    assert life.counts["register"] > 0
    assert sum(n for what, n in life.counts.items() if what.startswith("refused")) > 0


def test_the_same_seed_gives_the_same_chain_and_another_seed_another():
    def lived(seed):
        with transaction.atomic():
            mark = transaction.savepoint()
            Life(seed).run(60)
            found = head()
            transaction.savepoint_rollback(mark)
        return found

    assert lived(7) == lived(7)
    assert lived(7) != lived(8)


@pytest.mark.slow
def test_months_of_outages_double_ticks_and_clocks_that_differ_break_nothing():
    years = Years(11, items=8, days=24, full=24, outages=0.2)
    years.run_all()
    assert years.registered == 8
    assert years.watch.entries == head()[0]
    assert years.counts["outage"] * years.counts["tick again"] * years.counts["slip issue"] > 0


def test_a_counter_that_changed_behind_the_ledgers_back_is_seen_on_the_same_day():
    years = Years(11, items=4, days=4)
    years.run_all()
    Tally.objects.filter(facet="all").update(items=99)
    with pytest.raises(AssertionError, match="counters"):
        years.watch.look(None)


def test_long_enough_a_life_reaches_every_kind_of_step():
    life = Life(6)  # one that gets there soon
    beside = ("look_back_draw", "institution", "inspection")
    met = ("meet", "decided", "ask", "approved", "refused", "withdrawn", "refused decision")
    for _ in range(25):
        life.run(100)
        missing = [what for what in (*TABLE, *beside, *met) if not life.counts[what]]
        if not missing:
            break
    assert missing == []
    check(life)
