"""Who acts at the command line: the person named by ``--as``, else the first supervisor; units and people by name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click

from bihuan.models import Account, Grant, Person
from bihuan.queries.people import actor_of, directory
from bihuan.rules.errors import Invalid, NotFound
from bihuan.rules.permissions import Actor, Role


def as_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--as`` to a command."""
    option = click.option("--as", "as_name", metavar="用户名", help="以谁的身份办理（默认：首个督办员）。")
    return option(function)


def acting(as_name: str | None) -> Actor:
    """Return the person who acts. Raises NotFound."""
    if as_name:
        account = Account.objects.filter(name=as_name, is_active=True).first()
        if account is None:
            raise NotFound(f"没有用户名为“{as_name}”的账号。")
        return actor_of(account.person_id)
    grant = Grant.objects.filter(role=Role.SUPERVISOR).order_by("id").first()
    if grant is None:
        raise NotFound("还没有督办员。", hint="请先运行 bihuan init，或用 --as 指定用户名。")
    return actor_of(grant.person_id)


def current() -> datetime:
    """Return the time: the only place where commands read the clock."""
    return datetime.now(UTC)


def unit_named(name: str) -> int:
    """Return the unit with this name or alias. Raises Invalid."""
    found = directory().id_of(name)
    if found is None:
        raise Invalid(f"没有名为“{name}”的单位。", hint="请核对全称，或先把这一写法加为单位的别名。")
    return found


def person_named(text: str) -> int:
    """Return the person with this account, id or name. Raises NotFound, also when several are called so."""
    account = Account.objects.filter(name=text).first()
    if account is not None:
        return int(account.person_id)
    if text.isdecimal():
        return int(text)
    named = list(Person.objects.filter(name=text, active=True).values_list("id", flat=True))
    if len(named) != 1:
        raise NotFound(
            f"{'没有' if not named else '不止一个'}名为“{text}”的人员。", hint="请写用户名或人员编号。"
        )
    return named[0]
