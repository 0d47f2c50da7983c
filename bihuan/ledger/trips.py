"""Statements on their way to the database and back: on PostgreSQL in as few trips as can be."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain
from typing import Any, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper


class Query(NamedTuple):
    """A SELECT and its parameters."""

    sql: str
    params: list[Any]


class Write(NamedTuple):
    """A statement to run for each of ``rows``.

    ``whole`` does the same for all rows at once, given as JSON under the names ``columns`` (PostgreSQL alone).
    """

    sql: str
    rows: Sequence[Sequence[Any]]
    columns: tuple[str, ...] = ()
    whole: str = ""


def as_json(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return adapted ``rows`` as the JSON that a whole statement takes."""
    return _encode_rows([dict(zip(columns, row, strict=True)) for row in rows])


def _plain(value: date | bytes) -> str:
    return value.isoformat() if isinstance(value, date) else "\\x" + value.hex()


_encode_rows = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain).encode


def ask(connection: BaseDatabaseWrapper, queries: Iterable[Query]) -> list[list[tuple[Any, ...]]]:
    """Return what each of ``queries`` gives. On PostgreSQL they make one trip to the server and back."""
    asked = [*queries]
    if not asked:
        return []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(";".join(q.sql for q in asked), [*chain.from_iterable(q.params for q in asked)])
            return [cursor.fetchall(), *_further(cursor)]
        return [*_each(cursor, asked)]


def _further(cursor: CursorWrapper) -> Iterator[list[tuple[Any, ...]]]:
    while cursor.nextset():
        yield cursor.fetchall()


def _each(cursor: CursorWrapper, queries: list[Query]) -> Iterator[list[tuple[Any, ...]]]:
    for sql, params in queries:
        cursor.execute(sql, params)
        yield cursor.fetchall()


def run(connection: BaseDatabaseWrapper, writes: Iterable[Write]) -> list[int]:
    """Run ``writes`` in order; returns how many rows each touched. On PostgreSQL they make few trips to the server."""
    if connection.vendor == "postgresql":
        return _run_together(connection, [*writes])
    counts = []
    with connection.cursor() as cursor:
        for write in writes:
            if len(write.rows) == 1:
                cursor.execute(write.sql, write.rows[0])
            elif write.rows:
                cursor.executemany(write.sql, write.rows)
            counts.append(cursor.rowcount if write.rows else 0)
    return counts


#: Rows from which on one statement takes all of them, rows in such a statement, and values in one trip to the server.
_FEW, _ROWS, _VALUES = 4, 2_000, 100_000


def _run_together(connection: BaseDatabaseWrapper, writes: list[Write]) -> list[int]:
    counts = [0] * len(writes)
    with connection.cursor() as cursor:
        for trip in _trips(writes):
            cursor.execute(";".join(sql for _, sql, _ in trip), [*chain.from_iterable(p for *_, p in trip)])
            for at, *_ in trip:
                counts[at] += cursor.rowcount
                cursor.nextset()
    return counts


def _trips(writes: list[Write]) -> Iterator[list[tuple[int, str, Sequence[Any]]]]:
    trip: list[tuple[int, str, Sequence[Any]]] = []
    values = 0
    for at, write in enumerate(writes):
        for sql, params, size in _statements(write):
            trip.append((at, sql, params))
            values += size
            if values > _VALUES:
                yield trip
                trip, values = [], 0
    if trip:
        yield trip


def _statements(write: Write) -> Iterator[tuple[str, Sequence[Any], int]]:
    if len(write.rows) < _FEW or not write.whole:
        yield from ((write.sql, row, len(row)) for row in write.rows)
        return
    for start in range(0, len(write.rows), _ROWS):
        part = write.rows[start : start + _ROWS]
        yield write.whole, [as_json(write.columns, part)], len(part) * len(write.columns)
