"""How it stands with an account: what comes before everything else, and whose tokens there are."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from bihuan.models import Account, Grant, Token
from bihuan.rules.permissions import ADMINISTRATORS
from bihuan.rules.providers import Oidc


def password_is_old(account: Account, now: datetime) -> bool:
    """Whether the password was last changed longer ago than the settings allow."""
    days, changed = settings.PASSWORD_DAYS, account.password_at
    return bool(days and changed and now - changed > timedelta(days=days))


def wants_password(person_id: int) -> bool:
    """Whether a person logs in with a password of ours: everybody where there is no provider, else administrators (or as set)."""
    if settings.PROVIDER is None or settings.LOCAL_LOG_IN == "all":
        return True
    return Grant.objects.filter(person_id=person_id, role__in=ADMINISTRATORS).exists()


def provider_name() -> str:
    """Return what people call the provider; "" without one."""
    return settings.PROVIDER.name if settings.PROVIDER else ""


def uses_password(account: Account) -> bool:
    """Whether the account can be opened with a password of ours."""
    return settings.PROVIDER is None or (account.has_usable_password() and wants_password(account.person_id))


def uses_second(account: Account) -> bool:
    """Whether a second factor of ours is asked for; whoever comes by OpenID Connect alone has shown theirs to the provider."""
    return not isinstance(settings.PROVIDER, Oidc) or uses_password(account)


def first_of_all(account: Account, now: datetime) -> str:
    """Return what comes before everything else ("" none): ``password`` is to be changed, ``second-set`` the factor set up."""
    if (account.must_change or password_is_old(account, now)) and uses_password(account):
        return "password"
    required = settings.SECOND_FACTOR_REQUIRED and not account.second
    return "second-set" if required and uses_second(account) else ""


def account_of(identity: str) -> Account | None:
    """Return the account of whom the provider calls ``identity``: the one that names it, else the one that is called so."""
    if not identity:
        return None
    found = Account.objects.filter(identity=identity).first()
    return found or Account.objects.filter(name=identity, identity="").first()


def tokens(account: Account, now: datetime, using: str = "default") -> list[Token]:
    """Return the tokens of ``account`` that can be used still, the newest first."""
    return list(Token.objects.using(using).filter(account_id=account.pk, expires_at__gt=now).order_by("-id"))
