"""bench web: how long the pages take and what they weigh, on a real server with a real ledger and simulated people."""

from __future__ import annotations

import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from bihuan.cli.bench.databases import run, sqlite
from bihuan.cli.bench.figure import Figure, Reference
from bihuan.cli.bench.web_people import RESTLESS_SECONDS
from bihuan.cli.output import tell

#: What has to hold: milliseconds of any page, and bytes over the wire of a first load without charts, and of a fragment.
MOST_MS, FIRST_LOAD, FRAGMENT = 150, 350_000, 15_000
_PROSE = Path(__file__).resolve().parents[3] / "examples" / "prose"
_BIHUAN = (sys.executable, "-W", "ignore", "-c", "from bihuan.cli.main import main; main()")
_EMPTY = (sys.executable, "-W", "ignore", "-m", "bihuan.cli.bench.web_empty")
_THREADS = 8
_WAIT = 60


def web(size: Any) -> Iterator[Figure]:
    """Measure every page of the demonstration's county with ``size.pages`` further items, where the sources are at hand."""
    if not _PROSE.is_dir():
        tell("没有示例文稿，未测：请在项目目录里运行。")
        return
    with sqlite() as place:
        found_county(place, size.pages)
        found = visited(place, size.visits, RESTLESS_SECONDS if size.visits > 1 else 0)
    yield from _times(found)
    yield _weight("first_load", "首次打开一个页面（不含图表）", found["pages"], FIRST_LOAD)
    yield _weight("fragment", "一个片段", found["fragments"], FRAGMENT)


def found_county(place: dict[str, str], items: int) -> None:
    """Make the demonstration's ledger with its accounts, and fill it."""
    out = f"{place['BIHUAN_HOME']}/out"
    command = [*_BIHUAN, "demo", "--ledger-only", "--until", "today", "--out", out]
    subprocess.run(command, env=place, check=True, capture_output=True)  # noqa: S603 (our own program)
    run(place, "web_job:fill_county", items=items, prose=str(_PROSE))


def visited(place: dict[str, str], rounds: int, rest: float) -> dict[str, Any]:
    """Serve the ledger and an empty page, let people visit both, and return what they told."""
    port, empty = _free_port(), _free_port()
    ours = _served([*_BIHUAN, "serve", "--port", str(port)], place, port)
    with ours, _served([*_EMPTY, str(empty), str(_THREADS)], place, empty):
        found = run(place, "web_job:visit", port=port, empty=empty, rounds=rounds, rest=rest)
    return dict(found["result"])


@contextmanager
def _served(command: list[str], place: dict[str, str], port: int) -> Iterator[None]:
    process = subprocess.Popen(command, env=place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        _wait_for(port, process)
        yield
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(_WAIT * 10):
        with socket.socket() as found:
            if found.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise click.ClickException(f"测量用的网页服务没有起来（{process.poll()}）。")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _p95(times: list[float]) -> float:
    return sorted(times)[max(0, -(-len(times) * 95 // 100) - 1)]


def _times(found: dict[str, Any]) -> Iterator[Figure]:
    """The 95th percentile of each page beside that of an empty page, and of all that was asked."""
    empty = Reference("空白 Django 页面", _p95(found["empty"]))
    every = [ms for times in found["ms"].values() for ms in times]
    rates = {n: found[n] for n in ("per_second", "empty_per_second", "seconds")}
    yield _time("all", "全部请求 p95", every, empty, rates)
    for name, times in found["ms"].items():
        who = found["accounts"].get(name, "chengban")
        yield _time(name, f"{name}（{who}）p95", times, empty, {"account": who})


def _time(name: str, label: str, times: list[float], empty: Reference, details: dict[str, Any]) -> Figure:
    details = {"requests": len(times), "median": statistics.median(times), "most": max(times), **details}
    return Figure("web", name, label, _p95(times), "毫秒", "most", MOST_MS, reference=empty, details=details)


def _weight(name: str, label: str, weights: dict[str, int], limit: int) -> Figure:
    heaviest = max(weights, key=lambda n: weights[n])
    details = {"heaviest": heaviest, "bytes": weights}
    return Figure(
        "web",
        name,
        f"{label}，最重的是 {heaviest}",
        weights[heaviest],
        "字节",
        "most",
        limit,
        details=details,
    )
