"""token."""

from __future__ import annotations

from typing import Any

import click

from bihuan.actions.tokens import LIVES, make_token, revoke_token
from bihuan.cli.output import answer, tell
from bihuan.cli.people import current
from bihuan.models import Account, Person, Token
from bihuan.queries.accounts import tokens
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import NotFound

_JSON = click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")
_AS = click.option(
    "--as", "as_name", metavar="用户名", required=True, help="谁的令牌；程序以这个人的名义办事。"
)


@click.group()
def token() -> None:
    """接口令牌：让程序以一个人的名义读写台账。"""


@token.command()
@click.argument("purpose", metavar="用途")
@click.option(
    "--days",
    type=click.Choice([str(days) for days in LIVES]),
    default=str(LIVES[0]),
    show_default=True,
    help="有效期（天）。",
)
@_AS
@_JSON
def make(purpose: str, days: str, as_name: str, as_json: bool) -> None:
    """新建令牌，只显示这一次。例：bihuan token make 每周汇总脚本 --as zhangsan --days 90"""
    made, text = make_token(_account(as_name), current(), purpose, days=int(days))
    answer({**_plain(made), "token": text}, as_json=as_json, text=text)
    tell(f"令牌 {made.pk} 只显示这一次，{_day(made.expires_at)}到期。泄露了就用 bihuan token end 停用。")


@token.command("list")
@_AS
@_JSON
def list_(as_name: str, as_json: bool) -> None:
    """列出还能用的令牌；令牌本身不再显示。"""
    found = [_plain(row) for row in tokens(_account(as_name), current())]
    answer({"tokens": found}, as_json=as_json, text="\n".join(map(_line, found)) or "没有令牌。")


@token.command()
@click.argument("number", metavar="编号", type=int)
@_AS
@_JSON
def end(number: int, as_name: str, as_json: bool) -> None:
    """停用令牌。"""
    revoke_token(_account(as_name), number)
    answer({"ended": number}, as_json=as_json, text=f"令牌 {number} 已停用，用它的程序从现在起不能再访问。")


def _account(name: str) -> Account:
    """Return the account whose person may still come in. Raises NotFound: a token of anybody else would open nothing."""
    account = Account.objects.filter(name=name, is_active=True).first()
    if account is None or not Person.objects.filter(pk=account.person_id, active=True).exists():
        raise NotFound(f"没有用户名为“{name}”的账号，或已停用。", hint="请核对用户名。")
    return account


def _plain(row: Token) -> dict[str, Any]:
    return {
        "id": row.pk, "name": row.name, "made_at": row.made_at, "expires_at": row.expires_at, "used_at": row.used_at,
    }  # fmt: skip


def _line(plain: dict[str, Any]) -> str:
    used = f"{_day(plain['used_at'])}用过" if plain["used_at"] else "还没有用过"
    return f"{plain['id']}　{plain['name']}　{_day(plain['made_at'])}建立，{_day(plain['expires_at'])}到期，{used}"


def _day(at: Any) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d}"


COMMANDS = {"token": token}
