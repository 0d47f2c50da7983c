"""Log-in accounts: made with a random password that must be changed at first use."""

from __future__ import annotations

import secrets

from django.db.models import Q

from bihuan.actions.tokens import revoke_tokens
from bihuan.models import Account
from bihuan.rules.errors import Invalid, Needs

_LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789"  # nothing that is mistaken for another


def create_account(
    name: str, person_id: int, *, using: str = "default", must_change: bool = True, by_password: bool = True
) -> str:
    """Create the account ``name`` for a person and return its random password, which is kept nowhere else.

    Without ``by_password`` there is none (""), and the provider alone opens the account.
    """
    name = name.strip()
    if not name:
        raise Needs("还缺：用户名。")
    if Account.objects.using(using).filter(Q(name=name) | Q(identity=name)).exists():
        raise Invalid(f"用户名“{name}”已被使用。")
    password = random_password() if by_password else ""
    account = Account(name=name, person_id=person_id, must_change=must_change and bool(password))
    account.set_password(password or None)
    account.save(using=using)
    return password


def set_identity(name: str, identity: str, *, using: str = "default") -> None:
    """Say what the provider calls the person of an account; "" is the account's own name again.

    Raises Invalid where that means somebody else already: one identity must never open two accounts.
    """
    identity = " ".join(identity.split())
    accounts = Account.objects.using(using)
    if len(identity) > 200:
        raise Invalid("统一身份标识最多200字。")
    others = accounts.exclude(name=name)
    if identity and others.filter(Q(identity=identity) | Q(name=identity)).exists():
        raise Invalid(f"统一身份标识“{identity}”已是另一个账号的。", hint="请核对认证平台里的账号。")
    if not accounts.filter(name=name).update(identity=identity):
        raise Invalid(f"没有用户名为“{name}”的账号。")


def reset_password(name: str, *, using: str = "default") -> str:
    """Give the account a new random password, unlock it, take its second factor and its tokens away, and return the password."""
    account = Account.objects.using(using).filter(name=name).first()
    if account is None:
        raise Invalid(f"没有用户名为“{name}”的账号。")
    password = random_password()
    account.set_password(password)
    account.must_change, account.failures, account.locked_until, account.second = True, 0, None, ""
    account.save(using=using)
    revoke_tokens(account, using=using)
    return password


def random_password(length: int = 14) -> str:
    """Return a random password that holds a lower-case letter, a capital and a digit."""
    while True:
        found = "".join(secrets.choice(_LETTERS) for _ in range(length))
        if (
            any(c.islower() for c in found)
            and any(c.isupper() for c in found)
            and any(c.isdigit() for c in found)
        ):
            return found


def switch_account(name: str, *, active: bool, using: str = "default") -> None:
    """Let nobody log in with the account any more, or again."""
    if not Account.objects.using(using).filter(name=name).update(is_active=active):
        raise Invalid(f"没有用户名为“{name}”的账号。")
