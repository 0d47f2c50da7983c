"""serve."""

from __future__ import annotations

from pathlib import Path

import click
from django.conf import settings
from django.db import connection

from bihuan.actions.founding import prepare_database
from bihuan.checks import findings
from bihuan.cli.output import tell
from bihuan.ledger.append import NotOpened
from bihuan.queries.position import ledger_exists


@click.command()
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="监听地址；给别的电脑用时写 0.0.0.0，并放在 HTTPS 反向代理之后。",
)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="监听端口。")
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    help="同时处理请求的进程数；不写则每个处理器核一个，最多4个。",
)
def serve(host: str, port: int, processes: int | None) -> None:
    """启动网页；到点的事由后台自动处理。"""
    prepare_database()
    if not ledger_exists():
        raise NotOpened
    for finding in findings(connection):
        if finding.level != "ok":
            tell(f"注意：{finding.what}：{finding.message} {finding.hint}")
    from bihuan.web import serve as web

    with web.listening(host, port) as listener:
        tell(f"网页地址：http://{host}:{port}/ （按 Ctrl+C 停止）")
        _tell_logins()
        web.serve(listener, processes or web.usual_processes())


def _tell_logins() -> None:
    """Show the random passwords of a demonstration; a real ledger keeps none."""
    kept = Path(settings.HOME) / "演示账号.txt"
    if kept.is_file():
        tell("演示账号（密码是随机生成的，只用于演示）：")
        tell(kept.read_text("utf-8").rstrip())
    else:
        tell("用 bihuan init 时显示的账号登录。")


COMMANDS = {"serve": serve}
