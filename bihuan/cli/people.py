"""Who acts at the command line: the person named by ``--as``, else the first supervisor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click

from bihuan.models import Account, Grant
from bihuan.queries.people import actor_of
from bihuan.rules.errors import NotFound
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
