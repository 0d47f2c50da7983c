"""check."""

from __future__ import annotations

import click
from django.db import connection

from bihuan.checks import Finding, findings
from bihuan.cli.output import REFUSED, answer


@click.command()
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")
@click.pass_context
def check(ctx: click.Context, as_json: bool) -> None:
    """检查安装和设置：数据库、组件、密钥、目录权限。"""
    found = findings(connection)
    marks = {"ok": "√", "warning": "！", "error": "×"}
    lines = [f"{marks[f.level]} {f.what}：{f.message}" + (f" {f.hint}" if f.hint else "") for f in found]
    answer(
        {"ok": _ok(found), "findings": [f.__dict__ for f in found]}, as_json=as_json, text="\n".join(lines)
    )
    if not _ok(found):
        ctx.exit(REFUSED)


def _ok(found: list[Finding]) -> bool:
    return all(f.level != "error" for f in found)


COMMANDS = {"check": check}
