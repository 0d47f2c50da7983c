"""Several clocks, clocks that differ, and clocks that are killed: the ledger is that of one clock that never stopped."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest

from bihuan.cli.main import run
from bihuan.clock.tick import batches, pending, tick
from bihuan.ledger.rebuild import digests, rebuild
from bihuan.ledger.verify import verify
from bihuan.models import Entry, Item, Tally, Timer
from tests.support.county import imported_world
from tests.support.tree import ROOT
from tests.support.waiting import until

END = datetime(2026, 6, 30, 16, tzinfo=UTC)
#: One tick in a process of its own, with small batches so that there are many moments at which it may end. It kills itself
#: before the statement to the database that it is told (0: it lives): seconds would say nothing of how far it came.
TICK = """
import os, signal, sys, django
from datetime import datetime
from itertools import count
django.setup()
from django.db import connection
from bihuan.clock import claim
from bihuan.clock.tick import tick
claim.BATCH = 2
last, numbers = int(sys.argv[2]), count(1)

def until_the_last(execute, *call):
    if next(numbers) == last:
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(*call)

print("ready", flush=True)
with connection.execute_wrapper(until_the_last):
    tick(datetime.fromisoformat(sys.argv[1]))
"""


def lives() -> dict[int, list[tuple[str, str, str]]]:
    """What every item went through, without when that was written and whether it was late.

    Of a slip only when and that it was issued: its number tells which of two clocks came first.
    """
    found = defaultdict(list)
    for (body,) in Entry.objects.exclude(item_id=None).order_by("seq").values_list("body"):
        fact = json.loads(body)
        data = {k: v for k, v in fact["data"].items() if k != "late"}
        said = json.dumps(data) if fact["kind"].startswith("item.") else ""
        found[fact["item"] or fact["seq"]].append((fact["at"], fact["kind"], said))
    return dict(found)


def state() -> tuple[object, ...]:
    """The facts of every item and the rows that follow from them, but for the ids of slips."""
    items = [{k: v for k, v in row.items() if k != "slips"} for row in Item.objects.order_by("id").values()]
    tallies, timers = Tally.objects.order_by("pk").values_list(), Timer.objects.order_by("pk").values_list()
    return lives(), items, list(tallies), list(timers)


@pytest.fixture
def undisturbed(own_database):
    """What one tick that nothing disturbs leads to."""
    own_database()
    imported_world()
    assert tick(END) > 20
    return state()


@pytest.fixture
def database(undisturbed, own_database):
    """The same world once more, before the tick."""
    made = own_database()
    imported_world()
    assert pending(END)
    return made


def start(database, now: datetime = END, last: int = 0) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", TICK, now.isoformat(), str(last)],
        cwd=ROOT,
        env=database.environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def finish(process: subprocess.Popen[str]) -> int:
    with process:
        return process.wait(60)


def holds() -> None:
    assert verify().ok
    same = digests()
    rebuild()
    assert digests() == same


def test_a_clock_that_is_killed_again_and_again_leaves_the_ledger_of_one_that_never_stopped(
    database, undisturbed
):
    chance = random.Random(7)
    for _ in range(8):
        assert finish(start(database, last=chance.randrange(1, 120))) == -signal.SIGKILL
        assert pending(END), "it was killed in the middle of the work"
    assert finish(start(database)) == 0
    assert not pending(END)
    assert state() == undisturbed
    holds()


def test_three_clocks_at_once_that_do_not_agree_on_the_time_enter_everything_once(database, undisturbed):
    clocks = [start(database, END - timedelta(minutes=behind)) for behind in (0, 7, 90)]
    assert [finish(clock) for clock in clocks] == [0, 0, 0]
    assert not pending(END)
    assert state() == undisturbed
    holds()


def test_a_clock_that_is_behind_or_runs_twice_adds_nothing(database, undisturbed):
    for now in (END - timedelta(days=30), END - timedelta(days=31), END, END - timedelta(days=2), END):
        tick(now)
    assert state() == undisturbed


def test_work_that_is_left_off_between_two_batches_stays_due(database, undisturbed, monkeypatch):
    monkeypatch.setattr("bihuan.clock.claim.BATCH", 4)
    work = batches(END)
    assert next(work) > 0
    work.close()
    assert pending(END)
    tick(END)
    assert state() == undisturbed


def run_worker(database, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            sys.executable,
            "-W",
            "ignore",
            "-c",
            "from bihuan.cli.main import main; main()",
            "worker",
            *options,
        ],
        cwd=ROOT,
        env=database.environment(),
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_worker_catches_up_and_stops_when_it_is_told_to(database, number):
    process = run_worker(database, "--every", "0.2s")
    assert process.stderr is not None
    assert process.stderr.readline() == "时钟已启动，每 0.2 秒处理一次到点的事（按 Ctrl+C 停止）。\n"
    begun = datetime.now(UTC)  # later something else may have fallen due
    until(lambda: not pending(begun))
    process.send_signal(number)
    rest = process.stderr.read()
    assert finish(process) == 0
    assert rest.endswith("时钟已停止，没有留下半成品。\n")
    assert not pending(begun)
    holds()


@pytest.mark.parametrize("every", ["soon", "0s", "2天", "-3s"])
def test_a_period_that_cannot_be_is_refused(every, capsys):
    assert run(["worker", f"--every={every}"]) == 2
    assert "应写成 30s、5m 这样的时间" in capsys.readouterr().err
