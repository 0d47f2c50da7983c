"""Digests go out: gathered for each outlet, claimed by one sender, tried again when they fail.

A sender first marks what it is about to send, in a transaction of its own; then it speaks to the network, holding nothing;
then it enters the outcome. One that dies in between leaves its mark, and when that has expired the messages go out with the
next digest, marked as perhaps delivered already: no message is lost, and none is repeated without saying so.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event

from django.conf import settings
from django.db import connections, transaction
from django.db.models import Exists, F, OuterRef, Q

from bihuan.models import Delivery, Message, Outlet
from bihuan.queries.calendar import calendar_now
from bihuan.rules.calendar import Calendar
from bihuan.rules.digest_words import Digest, Line, digest
from bihuan.rules.digests import Hours, retry_after
from bihuan.rules.errors import BihuanError
from bihuan.rules.outlets import LIMITS
from bihuan.telling.outlet import address_of, send

#: How long a sender may take for one digest before it is taken to be dead; Apprise gives up long before.
LEASE = timedelta(minutes=5)
#: Messages in one digest at most; the rest goes in the next one.
MOST = 200

_WAITING = Q(state="waiting")


@dataclass
class Outcome:
    """What a round led to: digests ``sent``, the messages in them, and digests that ``failed``."""

    sent: int = 0
    messages: int = 0
    failed: int = 0


@dataclass(frozen=True)
class _Batch:
    """Messages of one outlet that this sender alone may send until its ``lease`` ends."""

    outlet: Outlet
    seqs: list[int]
    lease: str
    attempts: int
    urgent: bool
    lines: list[Line]


def deliver(clock: Callable[[], datetime], stop: Event | None = None, *, using: str = "default") -> Outcome:
    """Send every digest that is due; returns what came of it. Between two digests it may be stopped."""
    outcome, hours, calendar = Outcome(), settings.DIGEST_HOURS, calendar_now()
    recover(clock(), hours, calendar, using)
    for outlet in _due_outlets(clock(), hours, calendar, using):
        while not (stop and stop.is_set()):
            batch = _claim(outlet, clock(), hours, calendar, using)
            if batch is None:
                break
            if not _send(batch, clock, using):
                outcome.failed += 1
                break
            outcome.sent += 1
            outcome.messages += len(batch.seqs)
    return outcome


def recover(now: datetime, hours: Hours, calendar: Calendar, using: str = "default") -> int:
    """Take back what a dead sender left; it may have gone out, and nobody can tell. Returns how many messages."""
    dead = Delivery.objects.using(using).filter(state="sending", lease_until__lt=now)
    left = {"state": "waiting", "doubtful": True, "lease": "", "lease_until": None}
    return dead.filter(urgent=True).update(**left, next_at=now) + dead.filter(urgent=False).update(
        **left, next_at=hours.next(now, calendar)
    )


def _due(now: datetime, hours: Hours, calendar: Calendar) -> Q:
    """What may go out now: at night and on days off only what is urgent."""
    due = _WAITING & Q(next_at__lte=now)
    return due if hours.open(now, calendar) else due & Q(urgent=True)


def _due_outlets(now: datetime, hours: Hours, calendar: Calendar, using: str) -> list[int]:
    due = Delivery.objects.using(using).filter(_due(now, hours, calendar))
    return sorted(due.order_by().values_list("outlet_id", flat=True).distinct())


def _claim(outlet_id: int, now: datetime, hours: Hours, calendar: Calendar, using: str) -> _Batch | None:
    """Mark what is due of the outlet as being sent by us; None when there is nothing that nobody else has."""
    with transaction.atomic(using=using):
        outlet = _hold(outlet_id, using)
        if outlet is None:
            return None
        _leave_out_what_was_read(outlet, now, using)
        due = Delivery.objects.using(using).filter(_due(now, hours, calendar), outlet_id=outlet_id)
        rows = list(due.order_by("seq")[:MOST])
        if not rows:
            return None
        lease, seqs = secrets.token_hex(16), [r.seq for r in rows]
        due.filter(seq__in=seqs).update(
            state="sending", attempts=F("attempts") + 1, lease=lease, lease_until=now + LEASE
        )
        attempts = max(r.attempts for r in rows) + 1
        return _Batch(outlet, seqs, lease, attempts, any(r.urgent for r in rows), _lines(outlet, rows, using))


def _hold(outlet_id: int, using: str) -> Outlet | None:
    """Return the outlet, held against other senders; None while one of them holds it (on SQLite there is one writer)."""
    found = Outlet.objects.using(using).filter(pk=outlet_id, active=True)
    if connections[using].vendor == "postgresql":
        found = found.select_for_update(skip_locked=True)
    return found.first()


def _leave_out_what_was_read(outlet: Outlet, now: datetime, using: str) -> None:
    """Whoever has read it in the inbox is not told a second time."""
    if not outlet.person_id:
        return
    read = Message.objects.using(using).filter(
        seq=OuterRef("seq"), person_id=outlet.person_id, read_at__isnull=False
    )
    waiting = Delivery.objects.using(using).filter(_WAITING, Exists(read), outlet_id=outlet.pk)
    waiting.update(state="read", ended_at=now)


def _lines(outlet: Outlet, rows: list[Delivery], using: str) -> list[Line]:
    """Return what the digest tells, in the order of the entries; of a unit's people each hears the same."""
    mine = Q(person_id=outlet.person_id) if outlet.person_id else Q(unit_id=outlet.unit_id)
    told = Message.objects.using(using).filter(mine, seq__in=[r.seq for r in rows]).order_by("-person_id")
    by_seq = {m.seq: m for m in told}
    return [
        Line(m.number, m.title, m.what, m.urgent, r.doubtful)
        for r in rows
        if (m := by_seq.get(r.seq)) is not None
    ]


def _send(batch: _Batch, clock: Callable[[], datetime], using: str) -> bool:
    """Send and enter the outcome; returns whether it was taken. Nothing is held while the network is asked."""
    try:
        reason, unsure = send(address_of(batch.outlet), _digest(batch))
    except BihuanError as error:
        reason, unsure = str(error), False
    now = clock()
    mine = Delivery.objects.using(using).filter(
        outlet_id=batch.outlet.pk, seq__in=batch.seqs, state="sending", lease=batch.lease
    )
    ended = {"lease": "", "lease_until": None, "reason": reason}
    wait = retry_after(batch.attempts)
    if not reason:
        mine.update(state="sent", ended_at=now, **ended)
    elif wait is None:
        mine.update(state="given-up", ended_at=now, **ended)
    else:
        doubtful = {"doubtful": True} if unsure else {}
        mine.update(state="waiting", next_at=now + wait, **doubtful, **ended)
    return not reason


def _digest(batch: _Batch) -> Digest:
    link = f"{settings.SITE.rstrip('/')}/inbox/" if settings.SITE else ""
    outlet = batch.outlet
    return digest(batch.lines, titles=outlet.titles, limit=LIMITS[outlet.kind], link=link)
