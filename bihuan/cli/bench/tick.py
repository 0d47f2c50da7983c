"""bench tick: what the clock costs, in ledgers of its own that are thrown away afterwards."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

import click

from bihuan.cli.bench.databases import postgres, postgres_server, sqlite
from bihuan.cli.output import REFUSED, answer, tell, working

_JOB = (sys.executable, "-W", "ignore", "-m", "bihuan.cli.bench.tick_job")
#: What has to hold, and the words for it.
MOST_RATIO, LEAST_TIMERS = 1.3, 1_500
#: Groups of items that fall due one after the other: for the sizes, and how many workers take each.
_SIZE_GROUPS, _ORDER = 2, (1, 2, 2, 1, 1, 2)


@dataclass(frozen=True)
class Ledger:
    """A ledger in a database of its own: the environment of the processes that work on it."""

    environment: dict[str, str]

    def fill(self, items: int, groups: int, due: int, progress: Callable[[int], None]) -> None:
        """Found it with ``items`` items."""
        with self._start("fill", items, groups, due) as process:
            assert process.stdout is not None
            for line in process.stdout:
                progress(json.loads(line)["done"])
        _check(process)

    def settle(self, group: int) -> None:
        """Handle, unmeasured, what falls due before the items of ``group`` do."""
        with self._start("settle", group) as process:
            process.communicate()
        _check(process)

    def round(self, group: int, workers: int) -> float:
        """Let ``workers`` handle at once what is due of ``group``; returns the seconds until all of it is done."""
        self.settle(group)
        processes = [self._start("tick", group) for _ in range(workers)]
        for process in processes:
            _read(process)
        begun = time.perf_counter()
        for process in processes:
            _go(process)
        for process in processes:
            _read(process)
        seconds = time.perf_counter() - begun
        for process in processes:
            process.communicate()
            _check(process)
        return seconds

    @contextmanager
    def batches(self, group: int) -> Iterator[tuple[int, Callable[[], dict[str, float] | None]]]:
        """Yield how many timers of the items of ``group`` are due, and a function that handles a batch of them; None when none is left."""
        self.settle(group)
        process = self._start("batches", group)

        def batch() -> dict[str, float] | None:
            _go(process)
            found = _read(process)
            return found if found["entered"] else None

        yield _read(process)["ready"], batch
        process.communicate()
        _check(process)

    def _start(self, *job: object) -> subprocess.Popen[str]:
        return subprocess.Popen(  # noqa: S603 (our own module)
            [*_JOB, *map(str, job)],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )


def _read(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    found: dict[str, Any] = json.loads(process.stdout.readline() or "{}")
    if not found:
        process.wait()
        _check(process)
    return found


def _go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def _check(process: subprocess.Popen[str]) -> None:
    if process.returncode:
        raise click.ClickException(f"测量的进程没有正常结束（{process.returncode}），原因见上。")


def compare_sizes(small: int, large: int, due: int) -> dict[str, Any]:
    """Measure ticks over ``due`` items in two ledgers, a batch here and a batch there.

    Medians of all batches are compared: what else the machine does meanwhile slows both, and some batches alone.
    """
    with sqlite() as few_place, sqlite() as many_place:
        few, many = Ledger(few_place), Ledger(many_place)
        for what, ledger, items in (("小台账", few, small), ("大台账", many, large)):
            with working(f"建立{what}：{items} 个事项", items) as advance:
                ledger.fill(items, _SIZE_GROUPS, due, advance)
        with working("测量一次走钟"):
            rounds = [_by_turns(few, many, group) for group in range(_SIZE_GROUPS)]
    found = [_summed([r[side] for r in rounds]) for side in (0, 1)]
    return {
        "ratio": round(found[1]["seconds"] / found[0]["seconds"], 3),
        "ratio_cpu": round(found[1]["cpu"] / found[0]["cpu"], 3),
        "timers_per_second": round(found[0]["timers"] / found[0]["seconds"]),
        "small": {"items": small, **found[0]},
        "large": {"items": large, **found[1]},
    }


@dataclass(frozen=True)
class _Round:
    """What one ledger needed for a group: how many timers were due, and each batch's ``seconds`` and ``cpu``."""

    timers: int
    batches: list[dict[str, float]]


def _by_turns(few: Ledger, many: Ledger, group: int) -> tuple[_Round, _Round]:
    with few.batches(group) as (some, here), many.batches(group) as (others, there):
        told: tuple[list[dict[str, float]], list[dict[str, float]]] = [], []
        handlers = {0: here, 1: there}
        while handlers:
            for side, handle in [*handlers.items()]:
                if (found := handle()) is None:
                    del handlers[side]
                else:
                    told[side].append(found)
    return _Round(some, told[0]), _Round(others, told[1])


def _summed(rounds: list[_Round]) -> dict[str, float]:
    """Return the timers of one round, and what it takes when each of its batches takes the median."""
    timers, count = rounds[0].timers, len(rounds[0].batches)
    middle = {n: median(b[n] for r in rounds for b in r.batches) * count for n in ("seconds", "cpu")}
    return {"timers": timers, **{n: round(v, 4) for n, v in middle.items()}}


def compare_workers(items: int, due: int, order: tuple[int, ...] = _ORDER) -> dict[str, Any]:
    """Measure one worker against two on PostgreSQL, in the order 1, 2, 2, 1, 1, 2, so that a growing ledger favours neither.

    ``order`` is how many workers take each group of ``due`` items, one group after the other.
    """
    with postgres_server() as server:
        if not server:
            tell("没有 PostgreSQL，未测多进程：请用 DATABASE_URL 指定服务器。")
            return {"workers_2_vs_1": None}
        with postgres(server) as place:
            ledger = Ledger(place)
            with working(f"在 PostgreSQL 上建立台账：{items} 个事项", items) as advance:
                ledger.fill(items, len(order), due, advance)
            with working("测量一个和两个进程"):
                taken = [(workers, ledger.round(group, workers)) for group, workers in enumerate(order)]
    one, two = (median(seconds for workers, seconds in taken if workers == n) for n in (1, 2))
    return {"workers_2_vs_1": round(one / two, 3), "workers": {"items": due, "one": one, "two": two}}


@click.command()
@click.option("--small", type=click.IntRange(100), default=20_000, show_default=True, help="小台账的事项数。")
@click.option(
    "--items", type=click.IntRange(100), default=1_000_000, show_default=True, help="大台账的事项数。"
)
@click.option("--due", type=click.IntRange(10), default=10_000, show_default=True, help="同时到点的事项数。")
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")
@click.pass_context
def tick(ctx: click.Context, small: int, items: int, due: int, as_json: bool) -> None:
    """测量时钟：到点的事有多少就用多少时间，与台账大小无关；两个进程比一个快。"""
    if min(small, items) < _SIZE_GROUPS * due:
        raise click.BadParameter("事项数至少是同时到点数的两倍。", ctx)
    found = {
        **compare_sizes(small, items, due),
        **compare_workers(small, max(10, small // (len(_ORDER) + 1))),
    }
    two = found["workers_2_vs_1"]
    holds = found["ratio"] <= MOST_RATIO and found["timers_per_second"] >= LEAST_TIMERS
    holds = holds and (two is None or two > 1)
    text = (
        f"大台账与小台账用时之比 {found['ratio']}（要求 ≤ {MOST_RATIO}）\n"
        f"每秒处理到点的事 {found['timers_per_second']}（要求 ≥ {LEAST_TIMERS}）\n"
        f"两个进程与一个进程速度之比 {'未测' if two is None else two}（要求 > 1）"
    )
    answer({**found, "holds": holds}, as_json=as_json, text=text)
    if not holds:
        ctx.exit(REFUSED)
