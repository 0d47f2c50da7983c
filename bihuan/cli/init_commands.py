"""init."""

from __future__ import annotations

from dataclasses import asdict

import click

from bihuan.actions.founding import Login, found, prepare_database
from bihuan.cli.output import answer, tell
from bihuan.cli.people import current
from bihuan.ledger.seal import seed
from bihuan.queries.position import ledger_exists
from bihuan.rules.chain import HASHES


@click.command()
@click.option("--name", default="督查室", show_default=True, help="督办单位的名称。")
@click.option(
    "--hash",
    "hash_name",
    type=click.Choice(HASHES),
    default="sha256",
    show_default=True,
    help="哈希算法，建库后不能改。",
)
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")
def init(name: str, hash_name: str, as_json: bool) -> None:
    """建立台账库：数据表、封存密钥、首个单位和首批账号。已建好的只更新数据表结构。"""
    prepare_database()
    seed()
    if ledger_exists():
        answer(
            {"founded": False, "accounts": []},
            as_json=as_json,
            text="台账库已经建好，数据表结构是最新的，没有改动数据。",
        )
        return
    logins = found(name, hash_name, current())
    answer({"founded": True, "accounts": [asdict(a) for a in logins]}, as_json=as_json, text=table(logins))
    tell("密码只显示这一次，首次登录须修改。下一步：bihuan import 台账.xlsx，或 bihuan serve 打开网页。")


def table(logins: list[Login]) -> str:
    """Return the log-ins as lines of text."""
    return "\n".join(f"用户名 {a.name:<10} 密码 {a.password}　{a.roles}" for a in logins)


COMMANDS = {"init": init}
