"""worker."""

from __future__ import annotations

import re
import signal
from threading import Event, Thread

import click

from bihuan.cli.output import tell
from bihuan.cli.people import current
from bihuan.clock.worker import keep, work
from bihuan.ledger.reading import head
from bihuan.telling.deliver import deliver

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "秒": 1, "分": 60, "分钟": 60, "小时": 3600}
_DAY = 86_400


def _period(ctx: click.Context, param: click.Parameter, value: str) -> float:
    """Return the seconds of ``30s``, ``5m``, ``1h`` or a bare number, from 0.1 to a day."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(\D*?)\s*", value)
    seconds = float(found[1]) * _UNITS.get(found[2], 0) if found else 0
    if not 0.1 <= seconds <= _DAY:
        said = f"“{value}”应写成 30s、5m 这样的时间，至少 0.1 秒，至多一天。"
        raise click.BadParameter(said, ctx, param)
    return seconds


@click.command()
@click.option(
    "--every",
    default="30s",
    show_default=True,
    callback=_period,
    metavar="时间",
    help="每隔多久处理一次，如 30s、5m。",
)
def worker(every: float) -> None:
    """一直处理到点的事、发出该发的汇总，直到被停止。可以同时运行多个，也可以在多台机器上运行。"""
    head()
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    tell(f"时钟已启动，每 {every:g} 秒处理一次到点的事（按 Ctrl+C 停止）。")
    sender = Thread(target=_send, args=(stop, every))  # a mail server that hangs must not hold up the clock
    sender.start()
    work(stop, current, every, _told)
    sender.join()
    tell("时钟已停止，没有留下半成品。")


def _send(stop: Event, every: float) -> None:
    keep(stop, every, lambda: deliver(current, stop).sent, _sent, "sending messages")


def _sent(digests: int | None) -> None:
    if digests:
        tell(f"发出了 {digests} 份汇总。")


def _told(entered: int | None) -> None:
    if entered:
        tell(f"处理了 {entered} 件到点的事。")


COMMANDS = {"worker": worker}
