"""Tokens: what a program shows in a person's name; made and taken back by the person alone."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from bihuan.models import Account, Token
from bihuan.rules.errors import Invalid, Needs, NotFound

#: Days that a token can be used; the person chooses one.
LIVES = (30, 90, 365)
#: More than these at once are a mistake.
MOST = 20
#: By this a token is known where somebody finds one, in a log or in a source.
_PREFIX = "bihuan_"


def token_digest(text: str) -> str:
    """Return what is kept of a token."""
    return sha256(text.encode()).hexdigest()


def make_token(
    account: Account, now: datetime, name: str, *, days: int, using: str = "default"
) -> tuple[Token, str]:
    """Make a token of ``account`` that can be used for ``days``; returns it and its text, which is shown this once.

    Raises Needs without a name, or Invalid for a span that is none of ``LIVES`` and beyond ``MOST`` tokens.
    """
    name = " ".join(name.split())
    if not name:
        raise Needs("还缺：令牌的用途。", hint="写明哪个程序用它，以后好认。")
    if len(name) > 60 or days not in LIVES:
        raise Invalid("用途最多60字，有效期只能从列出的几种里选。")
    mine = Token.objects.using(using).filter(account_id=account.pk)
    mine.filter(expires_at__lte=now).delete()
    if mine.count() >= MOST:
        raise Invalid(f"您已有{MOST}个令牌。", hint="请先停用不再使用的。")
    text = _PREFIX + secrets.token_urlsafe(32)
    made = mine.create(
        account_id=account.pk,
        digest=token_digest(text),
        name=name,
        made_at=now,
        expires_at=now + timedelta(days=days),
    )
    return made, text


def revoke_token(account: Account, token_id: int, *, using: str = "default") -> None:
    """Take a token of ``account`` back, from now on. Raises NotFound when there is none."""
    if not Token.objects.using(using).filter(pk=token_id, account_id=account.pk).delete()[0]:
        raise NotFound("没有这个令牌，或已停用。")


def revoke_tokens(account: Account, *, using: str = "default") -> None:
    """Take every token of ``account`` back."""
    Token.objects.using(using).filter(account_id=account.pk).delete()
