"""The measurement of the clock: it measures what it says, in ledgers of its own."""

import pytest

from bihuan.cli.bench.tick import compare_sizes, compare_workers
from bihuan.cli.bench.tick_job import turned
from bihuan.cli.main import run

pytestmark = pytest.mark.slow


def test_both_ledgers_have_the_same_number_of_timers_due_whatever_their_size():
    found = compare_sizes(small=300, large=900, due=50)
    assert (found["small"]["items"], found["large"]["items"]) == (300, 900)
    assert (found["small"]["timers"], found["large"]["timers"]) == (100, 100)  # a colour and a slip each
    assert found["ratio"] == round(found["large"]["seconds"] / found["small"]["seconds"], 3)
    assert found["timers_per_second"] == round(100 / found["small"]["seconds"])


def test_two_workers_are_compared_with_one():
    found = compare_workers(150, 50, order=(1, 2))
    assert found["workers"]["items"] == 50
    assert found["workers_2_vs_1"] == round(found["workers"]["one"] / found["workers"]["two"], 3)


def test_the_groups_turn_one_after_the_other():
    assert [(turned(g + 1) - turned(g)).days for g in range(3)] == [2, 2, 2]


def test_more_due_than_a_ledger_has_in_two_rounds_is_misuse():
    assert run(["bench", "tick", "--small", "100", "--items", "100", "--due", "51"]) == 2
