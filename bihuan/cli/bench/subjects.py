"""The subjects of ``bihuan bench``: each measures what is asked of it and its reference in the same run."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bihuan.cli.bench.databases import finish, postgres, postgres_server, run, sqlite, start
from bihuan.cli.bench.figure import Bound, Figure, Reference
from bihuan.cli.bench.proofread import proofread
from bihuan.cli.bench.web import web
from bihuan.cli.output import tell
from bihuan.ledger.export import verifier_program


@dataclass(frozen=True)
class Size:
    """How much is measured: the full size is what the targets are about."""

    rows: int
    items: int
    small: int
    entries: int
    seconds: float
    windows: int
    rounds: int
    pages: int
    visits: int


SIZES = {
    "full": Size(20_000, 1_000_000, 10_000, 1_000_000, 0.5, 20, 3, 100_000, 25),
    "quick": Size(300, 400, 200, 1_500, 0.1, 3, 1, 300, 1),
}


def imports(size: Size) -> Iterator[Figure]:
    """From a workbook's bytes to the committed ledger, against merely reading the same file, by turns.

    Both keep one core busy, so that processor time is compared: it is the same on a machine that is busy otherwise.
    """
    read, imported = [], []
    with tempfile.TemporaryDirectory(prefix="bihuan-bench-") as folder:
        path = str(Path(folder) / "台账.xlsx")
        for no in range(size.rounds):
            with sqlite() as place:
                if no == 0:
                    run(place, "jobs:write_workbook", path=path, rows=size.rows)
                run(place, "jobs:found")
                read.append(run(place, "jobs:read_with_openpyxl", path=path))
                imported.append(run(place, "jobs:import_workbook", path=path))
    yield Figure(
        "import", "import_seconds", f"导入 {size.rows} 行台账（处理器时间）", _median(imported, "cpu"), "秒", "most", 4, relative=True,
        reference=Reference("openpyxl 只读一遍", _median(read, "cpu")),
        details={
            "items": imported[0]["result"], "rounds": size.rounds, "wall_seconds": round(_median(imported, "seconds"), 2),
            "wall_reference": round(_median(read, "seconds"), 2),
        },
    )  # fmt: skip
    yield Figure(
        "import", "import_peak_mb", "导入内存峰值", max(r["peak_mb"] for r in imported), "MB", "most", 400
    )


def _median(rounds: list[dict[str, Any]], name: str) -> float:
    return float(statistics.median(r[name] for r in rounds))


def actions(size: Size) -> Iterator[Figure]:
    """Durable actions against bare one-row transactions, by turns: on SQLite one client, on PostgreSQL four."""
    with sqlite() as place:
        yield _actions(place, size, 1, "SQLite")
    with postgres_server() as server:
        if not server:
            tell("没有 PostgreSQL，未测：请用 DATABASE_URL 指定服务器。")
            return
        with postgres(server) as place:
            yield _actions(place, size, 4, "PostgreSQL")


def _actions(place: dict[str, str], size: Size, clients: int, name: str) -> Figure:
    run(place, "jobs:fill_punctual", items=max(400, size.small // 2))
    run(place, "jobs:make_bare")
    values = {"windows": size.windows, "seconds": size.seconds, "clients": clients}
    processes = [start(place, "jobs:by_turns", **values, client=client) for client in range(clients)]
    done = [
        sum(counts) / size.seconds for counts in zip(*(finish(p)["result"] for p in processes), strict=True)
    ]
    bare, acted = done[::2], done[1::2]
    return Figure(
        "action", f"actions_{name.lower()}", f"{name} 上 {clients} 个进程每秒办理", statistics.median(acted), "次", "least", 0.25,
        relative=True, reference=Reference("每秒裸提交", statistics.median(bare)),
        details={"windows": size.windows, "seconds": size.seconds},
    )  # fmt: skip


def lists(size: Size) -> Iterator[Figure]:
    """The overview and the first pages of lists in a large ledger, against a small one."""
    with sqlite() as few, sqlite() as many:
        run(few, "jobs:fill_items", items=size.small)
        run(many, "jobs:fill_items", items=size.items)
        small, large = _pages(few, many)
    for name, label in _PAGES.items():
        yield Figure(
            "list", name, f"{label}（{size.items} 个事项，处理器时间）", large[name]["ms"], "毫秒", "most", 1.5, relative=True,
            reference=Reference(f"{size.small} 个事项时", small[name]["ms"]), details={"queries": large[name]["queries"]},
        )  # fmt: skip
        yield Figure("list", f"{name}_queries", f"{label}查询次数", large[name]["queries"], "次", "most", 10)


_PAGES = {
    "overview": "总览",
    "list_state": "按状态的首页",
    "list_colour": "按亮灯的首页",
    "list_unit": "按单位的首页",
    "list_changed": "最近更新的首页",
}


def _pages(few: dict[str, str], many: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Look at both ledgers by turns and take each page's median of the rounds: what else the machine does slows both."""
    rounds = [
        (run(few, "jobs:read_pages")["result"], run(many, "jobs:read_pages")["result"]) for _ in range(5)
    ]
    middle = [
        {n: {k: statistics.median(r[side][n][k] for r in rounds) for k in ("ms", "queries")} for n in _PAGES}
        for side in (0, 1)
    ]
    return middle[0], middle[1]


def chains(size: Size) -> Iterator[Figure]:
    """verify, the stand-alone verifier, rebuild and export on one large ledger, with their peaks of memory."""
    with sqlite() as place:
        run(place, "jobs:fill_entries", entries=size.entries)
        path = Path(place["BIHUAN_HOME"]) / "export.jsonl"
        exported = run(place, "jobs:export_ledger", path=str(path))
        verified = run(place, "jobs:verify_ledger")
        rebuilt = run(place, "jobs:rebuild_ledger")
        alone = _verifier(path)
    entries = exported["result"]
    for name, label, seconds, least in (
        ("verify", "核验", verified["cpu"], 60_000),
        ("verifier", "独立核验程序", alone, 60_000),
        ("rebuild", "重建", rebuilt["cpu"], 15_000),
    ):
        yield _speed(name, f"{label}每秒留痕（单核）", entries / seconds, least)
    for name, label, found in (
        ("export", "导出", exported),
        ("verify", "核验", verified),
        ("rebuild", "重建", rebuilt),
    ):
        yield Figure("chain", f"{name}_peak_mb", f"{label}内存峰值", found["peak_mb"], "MB", "most", 400)


def _speed(name: str, label: str, value: float, least: float) -> Figure:
    bound: Bound = "least"
    return Figure("chain", f"{name}_entries_per_second", label, value, "条", bound, least)


def _verifier(path: Path) -> float:
    """Return the processor time of the stand-alone verifier on the export."""
    import resource

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    subprocess.run([sys.executable, verifier_program(), str(path), "--json"], check=True, capture_output=True)  # noqa: S603
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return min(used, time.perf_counter() - begun)


SUBJECTS = {
    "import": imports,
    "action": actions,
    "list": lists,
    "chain": chains,
    "proofread": proofread,
    "web": web,
}
