"""The browsers in which somebody is logged in: written down at log-in, shown to their owner, and ended by them.

When somebody was last here is shown to themselves alone: nobody's presence is counted.
"""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.models import Session

from bihuan.models import Account, SignedIn
from bihuan.web import dates


def begin(request: Any, account: Account) -> None:
    """Write down the session that has just begun."""
    if request.session.session_key is None:
        request.session.create()
    now = dates.now()
    SignedIn.objects.update_or_create(
        session_key=request.session.session_key,
        defaults={
            "account_id": account.pk,
            "since": now,
            "seen": now,
            "address": request.META.get("REMOTE_ADDR", "")[:45],
            "browser": request.headers.get("User-Agent", "")[:200],
        },
    )


def touch(request: Any) -> None:
    """Note that the session is still used."""
    SignedIn.objects.filter(session_key=request.session.session_key).update(seen=dates.now())


def forget(request: Any) -> None:
    """The session of this request ends."""
    SignedIn.objects.filter(session_key=request.session.session_key).delete()


def of_account(account: Account) -> list[SignedIn]:
    """Return the sessions that are alive, the latest used first; what is over is swept away."""
    rows = list(SignedIn.objects.filter(account_id=account.pk).order_by("-seen"))
    alive = set(
        Session.objects.filter(
            session_key__in=[r.session_key for r in rows], expire_date__gt=dates.now()
        ).values_list("session_key", flat=True)
    )
    SignedIn.objects.filter(pk__in=[r.pk for r in rows if r.session_key not in alive]).delete()
    return [r for r in rows if r.session_key in alive]


def end(account: Account, number: int) -> bool:
    """End the session at place ``number`` (from 0) of ``of_account``; its key never leaves the server. False if there is none."""
    rows = of_account(account)
    if not 0 <= number < len(rows):
        return False
    _end([rows[number].session_key])
    return True


def end_others(request: Any) -> None:
    """End every session of the account but this one."""
    rows = of_account(request.account)
    _end([r.session_key for r in rows if r.session_key != request.session.session_key])


def _end(keys: list[str]) -> None:
    Session.objects.filter(session_key__in=keys).delete()
    SignedIn.objects.filter(session_key__in=keys).delete()
