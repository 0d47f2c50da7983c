"""Statements on their way to the database and back: straight to its driver, and on PostgreSQL in as few trips as can be.

Django's cursors cost more than the statements of an action themselves. They are used while somebody listens to them: a test that
counts statements or breaks them, or a debugger.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import cache, lru_cache, partial
from itertools import chain, islice
from typing import Any, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper


class Query(NamedTuple):
    """A statement and its parameters; ``bulk`` when it touches so many rows that it is better planned each time."""

    sql: str
    params: Sequence[Any]
    bulk: bool = False


class Write(NamedTuple):
    """A statement to run for each of ``rows``.

    ``whole`` does the same for all rows at once, given as JSON under the names ``columns`` (PostgreSQL alone).
    """

    sql: str
    rows: Sequence[Sequence[Any]]
    columns: tuple[str, ...] = ()
    whole: str = ""

    def of(self, rows: Sequence[Sequence[Any]]) -> Write:
        """Return the same for other ``rows``."""
        return Write(self.sql, rows, self.columns, self.whole)


def as_json(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return adapted ``rows`` as the JSON that a whole statement takes."""
    return _encode_rows([dict(zip(columns, row, strict=True)) for row in rows])


def _plain(value: date | bytes) -> str:
    return value.isoformat() if isinstance(value, date) else "\\x" + value.hex()


_encode_rows = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain).encode


def ask(
    connection: BaseDatabaseWrapper,
    queries: Iterable[Query],
    first: Iterable[Write] = (),
    *,
    commit: bool = False,
) -> list[list[tuple[Any, ...]]]:
    """Return what each of ``queries`` gives, once ``first`` is written. On PostgreSQL all of it makes one trip to the server.

    With ``commit`` they are the last of their transaction, as for ``run``.
    """
    asked = [*queries]
    if not asked:
        return []
    work = partial(_ASKED[connection.vendor], first=[*first], commit=commit)
    answers: list[list[tuple[Any, ...]]] = _with_cursor(connection, work, asked)
    return answers


def run(connection: BaseDatabaseWrapper, writes: Iterable[Write], *, commit: bool = False) -> list[int]:
    """Run ``writes`` in order; returns how many rows each touched. On PostgreSQL they make few trips to the server.

    With ``commit`` they are the last of their transaction. PostgreSQL then commits with the last trip; elsewhere, and while
    somebody listens, whoever began the transaction does.
    """
    work = partial(_RUN[connection.vendor], commit=commit)
    counts: list[int] = _with_cursor(connection, work, [*writes])
    return counts


#: An empty message in PostgreSQL's log. The transaction that writes it comes back when the log up to there is as safe as the
#: server is set to make it.
EMPTY_MESSAGE = "SELECT pg_logical_emit_message(true,'bihuan','')"


def make_durable(connection: BaseDatabaseWrapper) -> None:
    """Come back when everything that can be read is durable: on PostgreSQL others' steps can be read a moment before."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(EMPTY_MESSAGE)


def _ask_each(
    cursor: Any, asked: list[Query], *, first: list[Write], commit: bool
) -> list[list[tuple[Any, ...]]]:
    _run_each(cursor, first, commit=commit)
    return [cursor.execute(sql, params).fetchall() for sql, params, _ in asked]


def _ask_together(
    cursor: Any, asked: list[Query], *, first: list[Write], commit: bool
) -> list[list[tuple[Any, ...]]]:
    before = [query for write in first for query, _ in _statements(write)]
    answers = cursor.send([*before, *asked], commit=commit)
    return [found.fetchall() for found in islice(answers, len(before), None)]


def _run_each(cursor: Any, writes: list[Write], *, commit: bool) -> list[int]:
    return [_run(cursor, write.sql, write.rows) for write in writes]


def _run(cursor: Any, sql: str, rows: Sequence[Sequence[Any]]) -> int:
    if not rows:
        return 0
    done = cursor.execute(sql, rows[0]) if len(rows) == 1 else cursor.executemany(sql, rows)
    return int(done.rowcount)


# ---- cursors


def _with_cursor(
    connection: BaseDatabaseWrapper, work: Callable[[Any, list[Any]], Any], what: list[Any]
) -> Any:
    """Do ``work`` with the driver's own cursor, or with Django's while somebody listens to it: both are used alike."""
    if connection.execute_wrappers or connection.force_debug_cursor:
        with connection.cursor() as watched:
            return work(_Watched(watched) if connection.vendor == "postgresql" else watched, what)
    if connection.connection is None:
        connection.ensure_connection()
    connection.validate_no_broken_transaction()
    try:
        return work(_NATIVE[connection.vendor](connection), what)
    except Exception:
        with connection.wrap_database_errors:  # Django's names for the driver's errors
            raise


class _Sqlite:
    """Cursors of SQLite, whose driver marks parameters otherwise than Django."""

    __slots__ = ("_raw",)

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._raw: Any = connection.connection

    def execute(self, sql: str, params: Sequence[Any]) -> Any:
        return self._raw.execute(_native(sql), params)

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]]) -> Any:
        return self._raw.executemany(_native(sql), rows)


@lru_cache(maxsize=1_024)
def _native(sql: str) -> str:
    return sql.replace("%s", "?")


class _Watched:
    """Django's cursor on PostgreSQL: what it is asked together is one statement for whoever listens."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def send(self, statements: Sequence[Query], *, commit: bool = False) -> Iterator[Any]:
        sql = ";".join(s.sql for s in statements)
        self._cursor.execute(sql, [*chain.from_iterable(s.params for s in statements)])
        yield self._cursor
        while self._cursor.nextset():
            yield self._cursor


def _postgres(connection: BaseDatabaseWrapper) -> Any:
    return _trips_of()(connection.connection, prepares=connection.settings_dict["PREPARE"])


@cache
def _trips_of() -> Callable[..., Any]:
    from bihuan.ledger.trips_postgres import trips_of  # the other database's driver need not be there

    return trips_of


_NATIVE: dict[str, Callable[[BaseDatabaseWrapper], Any]] = {"sqlite": _Sqlite, "postgresql": _postgres}


# ---- several statements in one trip

#: Rows from which on one statement takes all of them, rows in such a statement, and values in one trip to the server.
_FEW, _ROWS, _VALUES = 4, 2_000, 100_000


def _run_together(cursor: Any, writes: list[Write], *, commit: bool) -> list[int]:
    counts = [0] * len(writes)
    trips = [*_trips(writes)]
    for no, trip in enumerate(trips, 1):
        answers = cursor.send([query for _, query in trip], commit=commit and no == len(trips))
        for (at, _), answer in zip(trip, answers, strict=True):
            counts[at] += answer.rowcount
    return counts


_ASKED = {"sqlite": _ask_each, "postgresql": _ask_together}
_RUN = {"sqlite": _run_each, "postgresql": _run_together}


def _trips(writes: list[Write]) -> Iterator[list[tuple[int, Query]]]:
    trip: list[tuple[int, Query]] = []
    values = 0
    for at, write in enumerate(writes):
        for query, size in _statements(write):
            trip.append((at, query))
            values += size
            if values > _VALUES:
                yield trip
                trip, values = [], 0
    if trip:
        yield trip


def _statements(write: Write) -> Iterator[tuple[Query, int]]:
    if len(write.rows) < _FEW or not write.whole:
        yield from ((Query(write.sql, row), len(row)) for row in write.rows)
        return
    for start in range(0, len(write.rows), _ROWS):
        part = write.rows[start : start + _ROWS]
        yield Query(write.whole, [as_json(write.columns, part)], bulk=True), len(part) * len(write.columns)
