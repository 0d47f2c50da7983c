"""Which items a tick takes: those whose timers are due first, and on PostgreSQL no others' than nobody else has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bihuan.ledger.append import Ledger

#: Timers handled in one transaction: enough that its fixed cost is small, few enough that people wait for moments only.
BATCH = 500

_DUE = 'SELECT t."item_id",t."due_at" FROM'
_FIRST = 'WHERE t."due_at"<=%s ORDER BY t."due_at",t."item_id" LIMIT %s'
#: Whoever waits for an item holds none of another's meanwhile, so that two workers never wait for each other.
#: The items come first: a rebuild has them before it wants the timers.
_FREE = '"item" i JOIN "timer" t ON i."id"=t."item_id"', "FOR UPDATE OF i SKIP LOCKED"
_ALL = '"timer" t'


@dataclass(frozen=True)
class Claim:
    """The items, held until the transaction ends, and the instant up to which they are to be handled."""

    items: frozenset[int]
    until: datetime


def claim(ledger: Ledger, now: datetime) -> Claim:
    """Hold the items whose timers are due first at ``now``.

    A second worker takes the next ones. When others hold all that is due, this waits for the first of them: it may be held
    by a person whose action does not go through.
    """
    found = _chosen(ledger, now)
    items = frozenset(item for item, _ in found)
    ledger.hold(items)
    return Claim(items, _utc(found[-1][1]) if len(found) == BATCH else now)


def _chosen(ledger: Ledger, now: datetime) -> list[Any]:
    """Choose among the items that nobody holds; SQLite has one writer, so there nobody does."""
    if ledger.connection.vendor != "postgresql":
        return _select(ledger, f"{_DUE} {_ALL} {_FIRST}", now, BATCH)
    free = _select(ledger, f"{_DUE} {_FREE[0]} {_FIRST} {_FREE[1]}", now, BATCH)
    return free or _select(ledger, f"{_DUE} {_ALL} {_FIRST}", now, 1)


def _select(ledger: Ledger, sql: str, now: datetime, limit: int) -> list[Any]:
    instant = str(now.astimezone(UTC).replace(tzinfo=None)) if ledger.connection.vendor == "sqlite" else now
    with ledger.connection.cursor() as cursor:
        cursor.execute(sql, [instant, limit])
        return list(cursor.fetchall())


def _utc(value: Any) -> datetime:
    """SQLite gives text without a zone."""
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
