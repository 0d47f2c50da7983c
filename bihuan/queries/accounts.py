"""How it stands with an account: what comes before everything else, and whose tokens there are."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from bihuan.models import Account, Token


def password_is_old(account: Account, now: datetime) -> bool:
    """Whether the password was last changed longer ago than the settings allow."""
    days, changed = settings.PASSWORD_DAYS, account.password_at
    return bool(days and changed and now - changed > timedelta(days=days))


def first_of_all(account: Account, now: datetime) -> str:
    """Return what comes before everything else ("" none): ``password`` is to be changed, ``second-set`` the factor set up."""
    if account.must_change or password_is_old(account, now):
        return "password"
    return "second-set" if settings.SECOND_FACTOR_REQUIRED and not account.second else ""


def tokens(account: Account, now: datetime, using: str = "default") -> list[Token]:
    """Return the tokens of ``account`` that can be used still, the newest first."""
    return list(Token.objects.using(using).filter(account_id=account.pk, expires_at__gt=now).order_by("-id"))
