"""The browsers in which somebody is logged in, as they themselves are shown them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.contrib.sessions.models import Session

from bihuan.models import Account, SignedIn
from bihuan.rules.errors import NotFound


@dataclass(frozen=True)
class Sitting:
    """A session that is alive; ``name`` tells it from the others, for its key never leaves the server."""

    name: str
    row: SignedIn


def sittings(account: Account, now: datetime) -> list[Sitting]:
    """Return the sessions that are alive, the latest used first."""
    rows = list(SignedIn.objects.filter(account_id=account.pk).order_by("-seen"))
    alive = Session.objects.filter(session_key__in=[r.session_key for r in rows], expire_date__gt=now)
    keys = set(alive.values_list("session_key", flat=True))
    return [Sitting(_name(r.session_key), r) for r in rows if r.session_key in keys]


def find_sitting(account: Account, name: str, now: datetime) -> Sitting:
    """Return the session called ``name``. Raises NotFound when there is none, or it is over."""
    found = next((s for s in sittings(account, now) if s.name == name), None)
    if found is None:
        raise NotFound("没有这个登录，可能已经结束。")
    return found


def _name(key: str) -> str:
    return sha256(f"bihuan.sitting:{key}".encode()).hexdigest()[:16]
