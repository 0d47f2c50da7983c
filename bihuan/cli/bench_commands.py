"""bench."""

from __future__ import annotations

import click

from bihuan.cli.bench.tick import tick


@click.group()
def bench() -> None:
    """测量速度：都在用完即弃的台账里测，不碰正在使用的数据。"""


bench.add_command(tick)

COMMANDS = {"bench": bench}
