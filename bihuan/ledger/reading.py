"""Reading entries in order, in flat memory, on either database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from bihuan.ledger.append import NotOpened
from bihuan.ledger.facts import Fact, fact_of

_BATCH = 5000


def hash_name(using: str = "default") -> str:
    """Return the name of the chain's hash. Raises NotOpened when there is no ledger."""
    return str(head(using)[2])


def head(using: str = "default") -> tuple[int, bytes, str]:
    """Return the seq and the hash of the last entry, and the name of the hash. Raises NotOpened."""
    with connections[using].cursor() as cursor:
        cursor.execute('SELECT "seq","hash","hash_name" FROM "head" WHERE "id"=1')
        found = cursor.fetchone()
    if found is None:
        raise NotOpened
    return found[0], bytes(found[1]), found[2]


def entry_hash_at(seq: int, using: str = "default") -> bytes | None:
    """Return the hash of the entry ``seq``, or None when the chain does not reach it."""
    with connections[using].cursor() as cursor:
        cursor.execute('SELECT "hash" FROM "entry" WHERE "seq"=%s', [seq])
        found = cursor.fetchone()
    return bytes(found[0]) if found else None


def pages(
    columns: str, using: str = "default", *, after: int = 0, upto: int | None = None
) -> Iterator[list[tuple[Any, ...]]]:
    """Yield pages of entries as tuples of ``seq`` and ``columns`` (SQL), by seq, from ``after`` to ``upto``."""
    connection: BaseDatabaseWrapper = connections[using]
    sql = f'SELECT "seq",{columns} FROM "entry" WHERE "seq">%s AND "seq"<=%s ORDER BY "seq" LIMIT {_BATCH}'  # noqa: S608
    last = upto if upto is not None else 2**62
    while True:
        with connection.cursor() as cursor:
            cursor.execute(sql, [after, last])
            page = cursor.fetchall()
        if not page:
            return
        yield page
        after = page[-1][0]


def facts_of(item: int, using: str = "default") -> list[Fact]:
    """Return the facts of one item in order."""
    return facts_of_all([item], using)[item]


def facts_of_all(items: Sequence[int], using: str = "default") -> dict[int, list[Fact]]:
    """Return the facts of each of ``items`` in order, none of them left out; a few hundred items at most."""
    found: dict[int, list[Fact]] = {item: [] for item in items}
    if found:
        marks = ",".join(["%s"] * len(found))
        sql = f'SELECT "item_id","body" FROM "entry" WHERE "item_id" IN ({marks}) ORDER BY "seq"'  # noqa: S608
        with connections[using].cursor() as cursor:
            cursor.execute(sql, [*found])
            for item, body in cursor.fetchall():
                found[item].append(fact_of(body))
    return found
