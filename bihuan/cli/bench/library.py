"""bench library: how fast the library finds, builds, adds and compares, in a database of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from bihuan.cli.bench.databases import finish, run, sqlite, start
from bihuan.cli.bench.figure import Figure, Reference
from bihuan.cli.output import REFUSED, answer, tell, working


@dataclass(frozen=True)
class Size:
    """How many documents, queries compared with the scan, queries timed, documents compared, and documents added."""

    documents: int
    exact: int
    timed: int
    near: int
    added: int


SIZES = {"full": Size(76_000, 1_000, 800, 100, 1_000), "quick": Size(200, 40, 20, 5, 10)}
_JOB = "library_job"


def measure(size: Size, laws: str) -> Iterator[Figure]:
    """Yield each figure as soon as it is measured."""
    with sqlite() as place:
        built = run(place, f"{_JOB}:build", count=size.documents, laws=laws)["result"]
        yield from _built(built)
        timed = run(place, f"{_JOB}:latency", queries=size.timed)["result"]
        yield from _timed(timed, built)
        exact = run(place, f"{_JOB}:exactness", queries=size.exact)["result"]
        for name, label in (("precision", "精确率"), ("recall", "召回率")):
            yield _figure(
                f"exact_{name}",
                f"精确查找的{label}（与逐份扫描比，{size.exact} 次）",
                exact[name],
                "",
                "least",
                1.0,
                exact,
            )
        near = run(place, f"{_JOB}:near", count=size.near)["result"]
        yield _figure(
            "near_p95_ms",
            f"与 {size.documents} 份比对雷同 p95（处理器时间）",
            near["p95"],
            "毫秒",
            "most",
            200,
            near,
        )
        yield from _added(place, size, laws)


def _built(built: dict[str, float]) -> Iterator[Figure]:
    speed = built["characters"] / built["index_seconds"]
    yield _figure(
        "build_characters_per_second", "建库和索引每秒字数（单核）", speed, "字", "least", 1_000_000, built
    )
    yield Figure(
        "library", "index_bytes", "索引大小", built["index_bytes"], "字节", "most", 4, relative=True,
        reference=Reference("文字大小", built["bytes"]),
    )  # fmt: skip


def _timed(timed: dict[str, dict[str, float]], built: dict[str, float]) -> Iterator[Figure]:
    size = f"{built['characters'] / 1e6:.1f} 百万字"
    yield _figure(
        "exact_p95_ms",
        f"精确查找 2～30 字 p95（{size}，处理器时间）",
        timed["long"]["p95"],
        "毫秒",
        "most",
        10,
        timed["long"],
    )
    yield _figure(
        "one_p95_ms",
        f"精确查找 1 字 p95（{size}，处理器时间）",
        timed["one"]["p95"],
        "毫秒",
        "most",
        50,
        timed["one"],
    )
    yield Figure(
        "library", "exact_against_scan", "精确查找与 instr 扫描用时（中位数）", timed["long"]["p50"], "毫秒", "most", 1 / 40, relative=True,
        reference=Reference("SQLite instr 扫描", timed["scan"]["p50"]), details={"ranked": timed["ranked"]},
    )  # fmt: skip


def _added(place: dict[str, str], size: Size, laws: str) -> Iterator[Figure]:
    """Add documents from files while another process searches."""
    folder = str(Path(place["BIHUAN_HOME"]) / "files")
    run(place, f"{_JOB}:write_files", folder=folder, count=size.added, first=size.documents, laws=laws)
    searching = start(place, f"{_JOB}:keep_searching", seconds=max(1.0, size.added / 100))
    begun = time.perf_counter()
    done = run(place, f"{_JOB}:add", folder=folder)
    seconds = time.perf_counter() - begun
    waits = finish(searching)["result"]
    details = {"documents": done["result"], "cpu": done["cpu"], "with_start_of_process": seconds, **waits}
    yield _figure(
        "add_seconds", f"收 {size.added} 份文件（同时有人查找）", done["seconds"], "秒", "most", 20, details
    )
    yield _figure(
        "search_while_adding_ms", "收文时查找最长等待", waits["longest"], "毫秒", "most", 2_000, waits
    )


def _figure(
    name: str, label: str, value: float, unit: str, bound: Any, limit: float, details: dict[str, Any]
) -> Figure:
    return Figure("library", name, label, value, unit, bound, limit, details=details)


@click.command()
@click.option(
    "--size", type=click.Choice(list(SIZES)), default="full", show_default=True, help="quick 只看能不能跑通。"
)
@click.option(
    "--laws", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="用这个文件里的句子拼成语料（jsonl 或 jsonl.gz，每行有 text）；不写用内置的句子。",
)  # fmt: skip
@click.option("--json", is_flag=True, expose_value=False, help="结果总是 JSON；写不写都一样。")
@click.pass_context
def library(ctx: click.Context, size: str, laws: Path | None) -> None:
    """测量资料库：九千万字上的精确查找、建库、收文、比对雷同；语料由句子重新拼成。"""
    tell(f"语料：{SIZES[size].documents} 份，由{'所给文件' if laws else '内置'}的句子重新拼成。")
    figures = []
    with working("测量资料库"):
        for figure in measure(SIZES[size], str(laws.resolve()) if laws else ""):
            figures.append(figure)
            tell(figure.line())
    holds = all(figure.holds for figure in figures)
    answer(
        {
            "holds": holds,
            "size": size,
            "corpus": laws.name if laws else "built-in",
            "figures": [f.to_data() for f in figures],
        },
        as_json=True,
    )
    if not holds and size == "full":
        ctx.exit(REFUSED)
