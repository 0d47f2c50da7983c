"""bench."""

from __future__ import annotations

import click

from bihuan.cli.bench.figure import Figure
from bihuan.cli.bench.library import library
from bihuan.cli.bench.subjects import SIZES, SUBJECTS
from bihuan.cli.bench.tick import tick
from bihuan.cli.output import REFUSED, answer, tell, working

_SIZE = click.option(
    "--size", type=click.Choice(list(SIZES)), default="full", show_default=True, help="quick 只看能不能跑通。"
)
_JSON = click.option("--json", is_flag=True, expose_value=False, help="结果总是 JSON；写不写都一样。")


@click.group(invoke_without_command=True)
@_SIZE
@_JSON
@click.pass_context
def bench(ctx: click.Context, size: str) -> None:
    """测量速度：都在用完即弃的台账里测，不碰正在使用的数据；不写项目的全部测一遍。"""
    if ctx.invoked_subcommand is None:
        _measure(ctx, tuple(SUBJECTS), size)


def _measure(ctx: click.Context, names: tuple[str, ...], size: str) -> None:
    figures: list[Figure] = []
    for name in names:
        with working(f"测量 {name}"):
            for figure in SUBJECTS[name](SIZES[size]):
                figures.append(figure)
                tell(figure.line())
    holds = all(figure.holds for figure in figures)
    answer({"holds": holds, "size": size, "figures": [f.to_data() for f in figures]}, as_json=True)
    if not holds and size == "full":
        ctx.exit(REFUSED)


def _subject(name: str, what: str) -> click.Command:
    @click.command(name, help=f"只测{what}。")
    @_SIZE
    @_JSON
    @click.pass_context
    def one(ctx: click.Context, size: str) -> None:
        _measure(ctx, (name,), size)

    return one


for _name, _what in (
    ("import", "导入"),
    ("action", "办理"),
    ("list", "总览和清单"),
    ("chain", "核验、重建和导出"),
    ("proofread", "校对"),
    ("web", "网页"),
):
    bench.add_command(_subject(_name, _what))
bench.add_command(tick)
bench.add_command(library)

COMMANDS = {"bench": bench}
