"""The browsers in which somebody is logged in: written down at log-in, shown to their owner, and ended by them.

When somebody was last here is shown to themselves alone: nobody's presence is counted.
"""

from __future__ import annotations

from typing import Any

from bihuan.actions.sittings import end_sittings
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


def end_others(request: Any) -> None:
    """End every session of the account but this one; what was over already is swept away."""
    rows = SignedIn.objects.filter(account_id=request.account.pk)
    end_sittings(rows.exclude(session_key=request.session.session_key).values_list("session_key", flat=True))
