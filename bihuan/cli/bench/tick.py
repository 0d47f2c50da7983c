"""bench tick: what the clock costs, in ledgers of its own that are thrown away afterwards."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

from bihuan.cli.bench.databases import postgres, postgres_server, sqlite
from bihuan.cli.output import REFUSED, answer, tell, working

_JOB = (sys.executable, "-W", "ignore", "-m", "bihuan.cli.bench.tick_job")
#: What has to hold, and the words for it.
MOST_RATIO, LEAST_TIMERS = 1.3, 1_500


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

    def round(self, group: int, workers: int = 1) -> dict[str, float]:
        """Let ``workers`` handle what is due of ``group``; returns ``timers`` due and the ``seconds`` until all are done."""
        with self._start("settle", group) as process:
            process.communicate()
        _check(process)
        processes = [self._start("tick", group) for _ in range(workers)]
        timers = [_read(process)["ready"] for process in processes]
        begun = time.perf_counter()
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        told = [_read(process) for process in processes]
        seconds = time.perf_counter() - begun
        for process in processes:
            process.communicate()
            _check(process)
        return {"timers": timers[0], "seconds": seconds, "cpu": sum(t["cpu"] for t in told)}

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


def _check(process: subprocess.Popen[str]) -> None:
    if process.returncode:
        raise click.ClickException(f"测量的进程没有正常结束（{process.returncode}），原因见上。")


def compare_sizes(small: int, large: int, due: int) -> dict[str, Any]:
    """Measure ticks over ``due`` items in two ledgers, by turns, and keep the best of two each: the rest is noise."""
    groups = 2
    with sqlite() as few_place, sqlite() as many_place:
        few, many = Ledger(few_place), Ledger(many_place)
        for what, ledger, items in (("小台账", few, small), ("大台账", many, large)):
            with working(f"建立{what}：{items} 个事项", items) as advance:
                ledger.fill(items, groups, due, advance)
        rounds = [(few.round(group), many.round(group)) for group in range(groups)]
    best_few = min((r[0] for r in rounds), key=lambda r: r["seconds"])
    best_many = min((r[1] for r in rounds), key=lambda r: r["seconds"])
    return {
        "ratio": round(best_many["seconds"] / best_few["seconds"], 3),
        "timers_per_second": round(best_few["timers"] / best_few["seconds"]),
        "small": {"items": small, **best_few},
        "large": {"items": large, **best_many},
    }


def compare_workers(items: int, due: int) -> dict[str, Any]:
    """Measure one worker against two on PostgreSQL, in the order 1, 2, 2, 1, so that a growing ledger favours neither."""
    with postgres_server() as server:
        if not server:
            tell("没有 PostgreSQL，未测多进程：请用 DATABASE_URL 指定服务器。")
            return {"workers_2_vs_1": None}
        with postgres(server) as place:
            ledger = Ledger(place)
            with working(f"在 PostgreSQL 上建立台账：{items} 个事项", items) as advance:
                ledger.fill(items, 4, due, advance)
            seconds = [ledger.round(group, workers)["seconds"] for group, workers in enumerate((1, 2, 2, 1))]
    one, two = seconds[0] + seconds[3], seconds[1] + seconds[2]
    return {"workers_2_vs_1": round(one / two, 3), "workers": {"one": one, "two": two}}


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
    if min(small, items) < 2 * due:
        raise click.BadParameter("事项数至少是同时到点数的两倍。", ctx)
    found = {**compare_sizes(small, items, due), **compare_workers(small, max(10, due // 2))}
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
