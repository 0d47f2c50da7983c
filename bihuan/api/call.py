"""A call to the API: who makes it, how often, and with what content."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParserError

from bihuan.actions.tokens import token_digest
from bihuan.api.errors import REPLACED, NoToken, NotReady, TooOften, Unreadable, WrongMedia
from bihuan.models import Account, Token
from bihuan.queries.accounts import first_of_all
from bihuan.queries.people import actor_of
from bihuan.queries.scope import Scope
from bihuan.rules.errors import NotFound

_MINUTE = 60
#: Seconds between two writes of when a token was used.
_KEPT_FRESH = timedelta(minutes=1)
#: JSON knows no larger whole number that every program reads alike.
_LARGEST = 2**53


class Call(HttpRequest):
    """A request that was let in: ``who`` asks, by which ``token`` (``secret`` is its text) of which ``account``."""

    who: Scope
    account: Account
    token: Token
    secret: str
    content: Any


def now() -> datetime:
    """Return the time: the only place where the API reads the clock."""
    return datetime.now(UTC)


def admit(request: Any) -> None:
    """Find out who calls, and count the call. Raises NoToken, NotReady or TooOften."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    found = Token.objects.filter(digest=token_digest(secret.strip()), expires_at__gt=now()).first()
    if kind.lower() != "bearer" or found is None:
        _count(f"address:{request.META.get('REMOTE_ADDR', '')}")
        raise NoToken
    _count(f"token:{found.pk}")
    account = Account.objects.filter(pk=found.account_id, is_active=True).first()
    if account is None:
        raise NoToken
    try:
        actor = actor_of(account.person_id)
    except NotFound:
        raise NoToken from None
    if first_of_all(account, now()):
        raise NotReady
    _note_use(found)
    request.who, request.account, request.token, request.secret = Scope(actor), account, found, secret.strip()


def _note_use(token: Token) -> None:
    if token.used_at is None or now() - token.used_at > _KEPT_FRESH:
        Token.objects.filter(pk=token.pk).update(used_at=now())


def _count(whose: str) -> None:
    """Count a call of this minute. Raises TooOften beyond the limit of the settings, with the rest of the minute."""
    at = time.time()
    key = f"calls:{int(at // _MINUTE)}:{whose}"
    cache.add(key, 0, 2 * _MINUTE)
    if cache.incr(key) > settings.API_CALLS:
        raise TooOften(_MINUTE - int(at % _MINUTE))


def read_content(request: Any) -> None:
    """Read the content of a call and see that a ledger can hold it. Raises Unreadable, TooBig or WrongMedia."""
    try:
        _demand_plain(_texts(request.GET))
        if request.content_type == "multipart/form-data":
            _demand_plain(_texts(request.POST))
            _demand_plain(file.name for _, files in request.FILES.lists() for file in files)
        elif request.body:
            request.content = _parsed(request)
    except (SuspiciousOperation, BadRequest, MultiPartParserError) as error:
        raise REPLACED[next(kind for kind in REPLACED if isinstance(error, kind))]() from error


def _texts(given: QueryDict) -> Iterable[str]:
    return (text for name, texts in given.lists() for text in (name, *map(str, texts)))


def _parsed(request: Any) -> Any:
    if request.content_type != "application/json":
        raise WrongMedia
    try:
        found = json.loads(request.body, parse_constant=_no_number)
        _demand(found)
    except (ValueError, RecursionError):
        raise Unreadable from None
    return found


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _demand(value: Any) -> None:
    """Raise ValueError for what an entry cannot hold: fractions, huge numbers, NUL, halves of characters."""
    if isinstance(value, str):
        _demand_plain([value])
    elif isinstance(value, float) or (isinstance(value, int) and abs(value) > _LARGEST):
        raise ValueError("no such numbers")
    elif isinstance(value, dict):
        for name, inner in value.items():
            _demand(name)
            _demand(inner)
    elif isinstance(value, list):
        for inner in value:
            _demand(inner)


def _demand_plain(texts: Iterable[str]) -> None:
    for text in texts:
        if "\0" in text:
            raise Unreadable
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Unreadable from None
