"""Founding a ledger: the database, the first unit, its people and their accounts."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from bihuan.actions.accounts import create_account
from bihuan.actions.house import create_person, create_unit, grant_role, publish_builtin
from bihuan.ledger.append import open_ledger
from bihuan.rules.permissions import ROLE_NAMES, SYSTEM, Role

#: The accounts that a new ledger begins with: user name → roles. The three administrators are three people.
FIRST: dict[str, tuple[Role, ...]] = {
    "admin": (Role.SYSTEM_ADMIN,),
    "security": (Role.SECURITY_ADMIN,),
    "audit": (Role.AUDIT_ADMIN,),
    "duban": (Role.SUPERVISOR,),
}


@dataclass(frozen=True)
class Login:
    """An account as it is told once to whoever founded the ledger."""

    name: str
    password: str
    person: str
    roles: str


def prepare_database(using: str = "default") -> None:
    """Create the home folder, the web key and the tables; what is there already stays."""
    home = Path(settings.HOME)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    _keep_secret(home / "secret.key")
    call_command("migrate", database=using, interactive=False, verbosity=0)


def _keep_secret(path: Path) -> None:
    if os.environ.get("BIHUAN_SECRET_KEY") or path.exists():
        return
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(50))


def found(name: str, hash_name: str, now: datetime, *, using: str = "default") -> list[Login]:
    """Open the ledger of the office ``name`` with its procedures, its unit and the first accounts; returns the log-ins."""
    open_ledger(name, hash_name, now, using)
    publish_builtin(SYSTEM, now, using=using)
    unit = create_unit(SYSTEM, now, name, using=using)
    return [_first(account, roles, unit, now, using) for account, roles in FIRST.items()]


def _first(account: str, roles: tuple[Role, ...], unit: int, now: datetime, using: str) -> Login:
    title = "、".join(ROLE_NAMES[r] for r in roles)
    person = create_person(SYSTEM, now, title, unit, using=using)
    for role in roles:
        grant_role(SYSTEM, now, person, role, unit, using=using)
    return Login(account, create_account(account, person, using=using), title, title)
