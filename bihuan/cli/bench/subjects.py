"""The subjects of ``bihuan bench``: each measures what is asked of it and its reference in the same run."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bihuan.cli.bench.databases import finish, postgres, postgres_server, run, sqlite, start
from bihuan.cli.bench.figure import Bound, Figure, Reference
from bihuan.cli.bench.proofread import proofread
from bihuan.cli.output import tell

_VERIFIER = Path(__file__).resolve().parents[3] / "verifier" / "bihuan_verify.py"


@dataclass(frozen=True)
class Size:
    """How much is measured: the full size is what the targets are about."""

    rows: int
    items: int
    small: int
    entries: int
    seconds: float
    rounds: int


SIZES = {
    "full": Size(20_000, 1_000_000, 10_000, 1_000_000, 3.0, 5),
    "quick": Size(300, 400, 200, 1_500, 0.2, 1),
}


def imports(size: Size) -> Iterator[Figure]:
    """From a workbook's bytes to the committed ledger, against merely reading the same file."""
    with sqlite() as place:
        path = str(Path(place["BIHUAN_HOME"]) / "台账.xlsx")
        run(place, "jobs:write_workbook", path=path, rows=size.rows)
        run(place, "jobs:found")
        reference = min(run(place, "jobs:read_with_openpyxl", path=path)["seconds"] for _ in range(2))
        found = run(place, "jobs:import_workbook", path=path)
    yield Figure(
        "import", "import_seconds", f"导入 {size.rows} 行台账", found["seconds"], "秒", "most", 4, relative=True,
        reference=Reference("openpyxl 只读一遍", reference), details={"items": found["result"], "peak_mb": found["peak_mb"]},
    )  # fmt: skip


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
    run(place, "jobs:fill_items", items=max(400, size.small // 2))
    run(place, "jobs:make_bare")
    bare, acted = [], []
    for _ in range(size.rounds):
        bare.append(_together(place, "jobs:commit_bare", clients, size.seconds))
        acted.append(_together(place, "jobs:act", clients, size.seconds))
    return Figure(
        "action", f"actions_{name.lower()}", f"{name} 上 {clients} 个进程每秒办理", statistics.median(acted), "次", "least", 0.25,
        relative=True, reference=Reference("每秒裸提交", statistics.median(bare)), details={"rounds": size.rounds},
    )  # fmt: skip


def _together(place: dict[str, str], job: str, clients: int, seconds: float) -> float:
    processes = [start(place, job, seconds=seconds, client=client) for client in range(clients)]
    return float(sum(finish(process)["result"] for process in processes))


def lists(size: Size) -> Iterator[Figure]:
    """The overview and the first pages of lists in a large ledger, against a small one."""
    with sqlite() as few, sqlite() as many:
        run(few, "jobs:fill_items", items=size.small)
        run(many, "jobs:fill_items", items=size.items)
        small, large = _pages(few, many)
    for name, label in _PAGES.items():
        yield Figure(
            "list", name, f"{label}（{size.items} 个事项）", large[name]["ms"], "毫秒", "most", 1.5, relative=True,
            reference=Reference(f"{size.small} 个事项时", small[name]["ms"]), details={"queries": large[name]["queries"]},
        )  # fmt: skip
        yield Figure("list", f"{name}_queries", f"{label}查询次数", large[name]["queries"], "次", "most", 10)


_PAGES = {
    "overview": "总览",
    "list_state": "按状态的首页",
    "list_colour": "按亮灯的首页",
    "list_unit": "按单位的首页",
}


def _pages(few: dict[str, str], many: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Look at both ledgers by turns and keep the best of three of each page: the rest is noise of the machine."""
    rounds = [
        (run(few, "jobs:read_pages")["result"], run(many, "jobs:read_pages")["result"]) for _ in range(3)
    ]
    best = [{n: min((r[side][n] for r in rounds), key=lambda v: v["ms"]) for n in _PAGES} for side in (0, 1)]
    return best[0], best[1]


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
    subprocess.run([sys.executable, str(_VERIFIER), str(path), "--json"], check=True, capture_output=True)  # noqa: S603
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return min(used, time.perf_counter() - begun)


SUBJECTS = {"import": imports, "action": actions, "list": lists, "chain": chains, "proofread": proofread}
