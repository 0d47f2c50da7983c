"""Calendars of deadlines: an address that only its holder knows, and that can be taken back."""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import sha256

from bihuan.models import Feed, Unit
from bihuan.rules.errors import NotAllowed, NotFound
from bihuan.rules.permissions import DUTIES, Actor, Duty

#: Somebody forgets an address, somebody makes another: more than these are a mistake.
MOST = 20


def digest_of(token: str) -> str:
    """Return what is kept of the address with ``token``."""
    return sha256(token.encode()).hexdigest()


def make_feed(actor: Actor, now: datetime, *, unit: int = 0, using: str = "default") -> tuple[Feed, str]:
    """Make a calendar of ``actor``'s own deadlines, or of those of ``unit``; returns it and the token, shown this once.

    Raises NotFound, or NotAllowed for a unit whose items ``actor`` may not read.
    """
    if unit:
        row = Unit.objects.using(using).filter(pk=unit, active=True).first()
        if row is None:
            raise NotFound(f"没有编号为 {unit} 的在用单位。")
        if not actor.holds(DUTIES[Duty.READ], row.path):
            raise NotAllowed("您不能查看这个单位的事项，不能订阅它的期限。")
    live = Feed.objects.using(using).filter(person_id=actor.person, revoked_at__isnull=True)
    if live.count() >= MOST:
        raise NotAllowed(f"您已有{MOST}个日历订阅。", hint="请先停用不再使用的。")
    token = secrets.token_urlsafe(32)
    feed = Feed.objects.using(using).create(
        digest=digest_of(token), person_id=actor.person, unit_id=unit, made_at=now
    )
    return feed, token


def revoke_feed(actor: Actor, now: datetime, feed_id: int, *, using: str = "default") -> None:
    """Take an address back: it shows nothing from now on. Everybody takes back their own, an administrator anybody's."""
    found = Feed.objects.using(using).filter(pk=feed_id, revoked_at__isnull=True)
    if not actor.may(Duty.OUTLETS):
        found = found.filter(person_id=actor.person)
    if not found.update(revoked_at=now):
        raise NotFound(f"没有编号为 {feed_id} 的日历订阅，或已停用。")
