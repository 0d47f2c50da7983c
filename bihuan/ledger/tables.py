"""How projected rows go into and come out of the database: plain dicts, plain SQL, the same on SQLite and PostgreSQL.

The ORM would cost more than the ledger's own work for each entry; this module is the only place that goes around it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from bihuan.models import PROJECTIONS
from bihuan.rules.errors import Invalid

Row = dict[str, Any]
RowKey = Any  # the primary key's value, or a tuple of values where it has several columns
Convert = Callable[[Any], Any]


class TooLong(Invalid):
    """填写的内容太长。"""

    code = "too-long"


def json_text(value: Any) -> str:
    """Return ``value`` as JSON that is the same for equal values."""
    return _encode(value)


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def _write_json(value: Any) -> str | None:
    return None if value is None else json_text(value)


def _sqlite_datetime(value: datetime | None) -> str | None:
    """SQLite keeps the instant in UTC without its zone."""
    return None if value is None else value.isoformat(" ")[: -len("+00:00")]


def _sqlite_date(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _read_datetime(value: datetime | None) -> datetime | None:
    """Django's SQLite connection gives datetimes without a zone; they are UTC."""
    return None if value is None else value.replace(tzinfo=UTC)


def _read_json(value: str | None) -> Any:
    return None if value is None else json.loads(value)


class Query(NamedTuple):
    """A SELECT and its parameters."""

    sql: str
    params: list[Any]


class Write(NamedTuple):
    """A statement to run for each of ``rows``; ``values`` is the part of an INSERT that stands for one row."""

    sql: str
    rows: list[list[Any]]
    values: str = ""


class _Shape:
    """How the values of some columns of a row are taken out, checked and adapted."""

    def __init__(self, columns: Sequence[str], writers: dict[str, Convert], limits: dict[str, int]) -> None:
        self.single = len(columns) == 1
        self.take = itemgetter(*columns)
        self.writers = [(at, writers[c]) for at, c in enumerate(columns) if c in writers]
        self.limits = [(at, limits[c]) for at, c in enumerate(columns) if c in limits]


class Table:
    """A projected table: its columns, and how each is adapted to and from one database."""

    def __init__(self, model: type[models.Model], vendor: str) -> None:
        fields = [f for f in model._meta.concrete_fields if f.column]
        self.name = model._meta.db_table
        self.columns = tuple(f.attname for f in fields)
        self.key = _key_columns(model)
        self.key_of: Callable[[Row], RowKey] = itemgetter(*self.key)
        self.unique = _unique_columns(model)
        self._writers = {f.attname: w for f in fields if (w := _writer(f, vendor))}
        self._readers = [(f.attname, r) for f in fields if (r := _reader(f, vendor))]
        self._limits = {f.attname: n for f in fields if (n := f.max_length) and f.choices is None}
        self._shapes: dict[tuple[str, ...], _Shape] = {}
        self._lock = " FOR UPDATE" if vendor == "postgresql" else ""
        self._insert_sql = f"INSERT INTO {_q(self.name)} ({_list(self.columns)}) VALUES "  # noqa: S608
        self._values = f"({_marks(len(self.columns))})"
        self.select_sql = f"SELECT {_list(self.columns)} FROM {_q(self.name)}"  # noqa: S608
        self.key_sql = " AND ".join(f"{_q(c)}=%s" for c in self.key)

    def adapt(self, row: Row, columns: tuple[str, ...]) -> list[Any]:
        """Return the values of ``columns`` of ``row`` as the database takes them. Raises TooLong."""
        shape = self._shapes.get(columns)
        if shape is None:
            shape = self._shapes[columns] = _Shape(columns, self._writers, self._limits)
        values = [shape.take(row)] if shape.single else [*shape.take(row)]
        for at, limit in shape.limits:
            if len(values[at]) > limit:
                raise _too_long(values[at], limit)
        for at, write in shape.writers:
            values[at] = write(values[at])
        return values

    def adapt_key(self, key: RowKey) -> list[Any]:
        """Return the values of ``key`` as the database takes them."""
        values = key if isinstance(key, tuple) else (key,)
        return self.adapt(dict(zip(self.key, values, strict=True)), self.key)

    def read(self, values: Sequence[Any]) -> Row:
        """Return the row that a SELECT of all columns gave."""
        row = dict(zip(self.columns, values, strict=True))
        for name, convert in self._readers:
            row[name] = convert(row[name])
        return row

    def by_key(self, keys: Iterable[RowKey], *, lock: bool = False) -> Iterator[Query]:
        """Yield the queries for the rows with these ``keys``; ``lock`` holds the rows until the transaction ends.

        Rows are locked in the order of their keys, so that no two transactions wait for each other.
        """
        wanted = [self.adapt_key(k) for k in (sorted(keys) if lock else keys)]
        suffix = f" ORDER BY {_list(self.key)}{self._lock}" if lock and self._lock else ""
        for start in range(0, len(wanted), 400):
            where, params = self._where(wanted[start : start + 400])
            yield Query(f"{self.select_sql} WHERE {where}{suffix}", params)

    def _where(self, keys: list[list[Any]]) -> tuple[str, list[Any]]:
        if len(keys) == 1:
            return self.key_sql, keys[0]
        params = [*chain.from_iterable(keys)]
        if len(self.key) == 1:
            return f"{_q(self.key[0])} IN ({_marks(len(keys))})", params
        return " OR ".join([f"({self.key_sql})"] * len(keys)), params

    def by_column(self, column: str, values: Sequence[Any], *, prefix: bool = False) -> Iterator[Query]:
        """Yield the queries for the rows whose ``column`` is one of ``values`` (with ``prefix``: begins with one)."""
        for start in range(0, len(values), 400):
            part = values[start : start + 400]
            if prefix:
                where = " OR ".join([f"{_q(column)} LIKE %s"] * len(part))
                yield Query(f"{self.select_sql} WHERE {where}", [f"{v}%" for v in part])
            else:
                yield Query(f"{self.select_sql} WHERE {_q(column)} IN ({_marks(len(part))})", [*part])

    def insert(self, rows: Iterable[Row]) -> Write:
        """Return the statement that inserts ``rows``."""
        return Write(self._insert_sql, [self.adapt(r, self.columns) for r in rows], self._values)

    def update(self, rows: Iterable[Row], columns: tuple[str, ...]) -> Write:
        """Return the statement that writes ``columns`` of ``rows``; leaving the others alone spares their indexes."""
        sets = ",".join(f"{_q(c)}=%s" for c in columns)
        sql = f"UPDATE {_q(self.name)} SET {sets} WHERE {self.key_sql}"  # noqa: S608
        return Write(sql, [self.adapt(r, columns + self.key) for r in rows])

    def delete(self, keys: Iterable[RowKey]) -> Write:
        """Return the statement that deletes the rows with these ``keys``."""
        sql = f"DELETE FROM {_q(self.name)} WHERE {self.key_sql}"  # noqa: S608
        return Write(sql, [self.adapt_key(k) for k in keys])


def _too_long(text: str, limit: int) -> TooLong:
    """PostgreSQL would refuse it with an error nobody understands; SQLite would keep it."""
    told = f"“{text[:20]}…”太长：有{len(text)}个字，最多{limit}个字。"
    return TooLong(told, hint="请缩短后再提交。")


def _list(names: Iterable[str]) -> str:
    return ",".join(map(_q, names))


def _marks(count: int) -> str:
    return ",".join(["%s"] * count)


def _q(name: str) -> str:
    return f'"{name}"'


def _key_columns(model: type[models.Model]) -> tuple[str, ...]:
    key = model._meta.pk
    if isinstance(key, models.CompositePrimaryKey):
        return tuple(key.field_names)
    assert key is not None
    return (key.attname,)


def _unique_columns(model: type[models.Model]) -> frozenset[str]:
    """The columns, other than the key, whose values must differ from row to row."""
    single = {f.attname for f in model._meta.concrete_fields if f.unique and not f.primary_key}
    joint = {c for u in model._meta.constraints if isinstance(u, models.UniqueConstraint) for c in u.fields}
    return frozenset(single | joint)


def _writer(field: models.Field[Any, Any], vendor: str) -> Convert | None:
    if isinstance(field, models.JSONField):
        return _write_json
    if vendor != "sqlite":
        return None
    if isinstance(field, models.DateTimeField):
        return _sqlite_datetime
    return _sqlite_date if isinstance(field, models.DateField) else None


def _reader(field: models.Field[Any, Any], vendor: str) -> Convert | None:
    if isinstance(field, models.JSONField):
        return _read_json
    return _read_datetime if vendor == "sqlite" and isinstance(field, models.DateTimeField) else None


@cache
def tables(vendor: str) -> dict[str, Table]:
    """Return the projected tables by name for a database ``vendor``."""
    return {m._meta.db_table: Table(m, vendor) for m in PROJECTIONS}


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
            sql = write.sql + write.values
            if len(write.rows) == 1:
                cursor.execute(sql, write.rows[0])
            elif write.rows:
                cursor.executemany(sql, write.rows)
            counts.append(cursor.rowcount if write.rows else 0)
    return counts


#: Rows in one INSERT, and values in one trip to the server.
_ROWS, _VALUES = 200, 10_000


def _run_together(connection: BaseDatabaseWrapper, writes: list[Write]) -> list[int]:
    counts = [0] * len(writes)
    with connection.cursor() as cursor:
        for trip in _trips(writes):
            cursor.execute(";".join(sql for _, sql, _ in trip), [*chain.from_iterable(p for *_, p in trip)])
            for at, *_ in trip:
                counts[at] += cursor.rowcount
                cursor.nextset()
    return counts


def _trips(writes: list[Write]) -> Iterator[list[tuple[int, str, list[Any]]]]:
    trip: list[tuple[int, str, list[Any]]] = []
    values = 0
    for at, write in enumerate(writes):
        for sql, params in _statements(write):
            trip.append((at, sql, params))
            values += len(params)
            if values > _VALUES:
                yield trip
                trip, values = [], 0
    if trip:
        yield trip


def _statements(write: Write) -> Iterator[tuple[str, list[Any]]]:
    if not write.values:
        yield from ((write.sql, row) for row in write.rows)
        return
    for start in range(0, len(write.rows), _ROWS):
        part = write.rows[start : start + _ROWS]
        yield write.sql + ",".join([write.values] * len(part)), [*chain.from_iterable(part)]


def scan(
    connection: BaseDatabaseWrapper, table: Table, where: str = "1=1", *, page: int = 2_000
) -> Iterator[list[Row]]:
    """Yield all rows of ``table`` for which ``where`` (SQL) holds in pages, in the order of their keys."""
    key = _list(table.key)
    last: list[Any] = []
    while True:
        after = f" AND ({key})>({_marks(len(last))})" if last else ""
        query = Query(f"{table.select_sql} WHERE {where}{after} ORDER BY {key} LIMIT {page}", last)
        found = [table.read(values) for values in ask(connection, [query])[0]]
        if not found:
            return
        yield found
        last = table.adapt(found[-1], table.key)
