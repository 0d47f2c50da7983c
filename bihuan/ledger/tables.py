"""How projected rows go into and come out of the database: plain dicts, plain SQL, the same on SQLite and PostgreSQL.

The ORM would cost more than the ledger's own work for each entry; this module is the only place that goes around it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

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
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _write_json(value: Any) -> str | None:
    return None if value is None else json_text(value)


def _sqlite_datetime(value: datetime | None) -> str | None:
    return None if value is None else str(value.replace(tzinfo=None))


def _sqlite_date(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _read_datetime(value: datetime | None) -> datetime | None:
    """Django's SQLite connection gives datetimes without a zone; they are UTC."""
    return None if value is None else value.replace(tzinfo=UTC)


def _read_json(value: str | None) -> Any:
    return None if value is None else json.loads(value)


class Table:
    """A projected table: its columns, and how each is adapted to and from one database."""

    def __init__(self, model: type[models.Model], vendor: str) -> None:
        fields = model._meta.concrete_fields
        self.name = model._meta.db_table
        self.model = model
        self.columns = tuple(f.attname for f in fields if f.column)
        self.key = _key_columns(model)
        self._writers = {f.attname: w for f in fields if f.column and (w := _writer(f, vendor))}
        self._readers = [(f.attname, r) for f in fields if f.column and (r := _reader(f, vendor))]
        self._limits = {
            f.attname: n for f in fields if f.column and (n := f.max_length) and f.choices is None
        }
        self.unique = _unique_columns(model)
        self._placeholders = ",".join(["%s"] * len(self.columns))
        self.insert_sql = (
            f"INSERT INTO {_q(self.name)} ({','.join(map(_q, self.columns))}) VALUES ({self._placeholders})"  # noqa: S608
        )
        self.select_sql = f"SELECT {','.join(map(_q, self.columns))} FROM {_q(self.name)}"  # noqa: S608
        self.key_sql = " AND ".join(f"{_q(c)}=%s" for c in self.key)

    def key_of(self, row: Row) -> RowKey:
        """Return the primary key of ``row``."""
        return row[self.key[0]] if len(self.key) == 1 else tuple(row[c] for c in self.key)

    def adapt(self, row: Row) -> list[Any]:
        """Return the values of ``row``, column by column, as the database takes them."""
        return self.adapt_some(row, self.columns)

    def adapt_some(self, row: Row, columns: Sequence[str]) -> list[Any]:
        """Return the values of ``columns`` of ``row`` as the database takes them. Raises TooLong."""
        self._check_lengths(row)
        writers = self._writers
        return [writers[c](row[c]) if c in writers else row[c] for c in columns]

    def _check_lengths(self, row: Row) -> None:
        """PostgreSQL would refuse a text that is too long with an error nobody understands; SQLite would keep it."""
        for name, limit in self._limits.items():
            if name in row and len(row[name]) > limit:
                text = row[name]
                raise TooLong(
                    f"“{text[:20]}…”太长：有{len(text)}个字，最多{limit}个字。", hint="请缩短后再提交。"
                )

    def adapt_key(self, key: RowKey) -> list[Any]:
        """Return the values of ``key`` as the database takes them."""
        values = key if isinstance(key, tuple) else (key,)
        return self.adapt_some(dict(zip(self.key, values, strict=True)), self.key)

    def read(self, values: Sequence[Any]) -> Row:
        """Return the row that a SELECT of all columns gave."""
        row = dict(zip(self.columns, values, strict=True))
        for name, convert in self._readers:
            row[name] = convert(row[name])
        return row


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


def fetch(
    connection: BaseDatabaseWrapper, table: Table, keys: Iterable[RowKey], *, lock: bool = False
) -> list[Row]:
    """Return the rows of ``table`` with these ``keys``; ``lock`` holds them until the transaction ends.

    Rows are locked in the order of their keys, so that no two transactions wait for each other.
    """
    wanted = [table.adapt_key(k) for k in (sorted(keys) if lock else keys)]
    suffix = ""
    if lock and connection.vendor == "postgresql":
        suffix = f" ORDER BY {','.join(map(_q, table.key))} FOR UPDATE"
    found = []
    with connection.cursor() as cursor:
        for start in range(0, len(wanted), 400):
            part = wanted[start : start + 400]
            where, params = _where(table, part)
            cursor.execute(f"{table.select_sql} WHERE {where}{suffix}", params)
            found += [table.read(values) for values in cursor.fetchall()]
    return found


def _where(table: Table, keys: list[list[Any]]) -> tuple[str, list[Any]]:
    if len(keys) == 1:
        return table.key_sql, list(keys[0])
    if len(table.key) == 1:
        return f"{_q(table.key[0])} IN ({','.join(['%s'] * len(keys))})", [k[0] for k in keys]
    return " OR ".join([f"({table.key_sql})"] * len(keys)), [v for k in keys for v in k]


def select(
    connection: BaseDatabaseWrapper,
    table: Table,
    column: str = "",
    value: Any = None,
    *,
    prefix: bool = False,
) -> list[Row]:
    """Return the rows whose ``column`` equals (with ``prefix``: begins with) ``value``; without a column all rows."""
    sql = table.select_sql
    if column:
        sql += f" WHERE {_q(column)} {'LIKE' if prefix else '='} %s"
    with connection.cursor() as cursor:
        cursor.execute(sql, ([f"{value}%" if prefix else value]) if column else [])
        return [table.read(values) for values in cursor.fetchall()]


def select_in(connection: BaseDatabaseWrapper, table: Table, column: str, values: Sequence[Any]) -> list[Row]:
    """Return the rows whose ``column`` (of integers or texts) is one of ``values``."""
    found = []
    with connection.cursor() as cursor:
        for start in range(0, len(values), 400):
            part = values[start : start + 400]
            cursor.execute(f"{table.select_sql} WHERE {_q(column)} IN ({','.join(['%s'] * len(part))})", part)
            found += [table.read(row) for row in cursor.fetchall()]
    return found


def scan(
    connection: BaseDatabaseWrapper, table: Table, where: str = "1=1", *, page: int = 2_000
) -> Iterator[list[Row]]:
    """Yield all rows of ``table`` for which ``where`` (SQL) holds in pages, in the order of their keys."""
    key = ",".join(map(_q, table.key))
    last: list[Any] = []
    while True:
        after = f" AND ({key})>({','.join(['%s'] * len(last))})" if last else ""
        with connection.cursor() as cursor:
            cursor.execute(f"{table.select_sql} WHERE {where}{after} ORDER BY {key} LIMIT {page}", last)
            found = [table.read(values) for values in cursor.fetchall()]
        if not found:
            return
        yield found
        last = table.adapt_some(found[-1], table.key)


def insert(connection: BaseDatabaseWrapper, table: Table, rows: Iterable[Row]) -> None:
    """Insert ``rows``."""
    run(connection, table.insert_sql, [table.adapt(r) for r in rows])


def update(
    connection: BaseDatabaseWrapper, table: Table, rows: Iterable[Row], columns: Sequence[str]
) -> None:
    """Write the changed ``columns`` of ``rows``; leaving the others alone spares their indexes."""
    sets = ",".join(f"{_q(c)}=%s" for c in columns)
    sql = f"UPDATE {_q(table.name)} SET {sets} WHERE {table.key_sql}"  # noqa: S608
    run(connection, sql, [table.adapt_some(r, [*columns, *table.key]) for r in rows])


def delete(connection: BaseDatabaseWrapper, table: Table, keys: Iterable[RowKey]) -> None:
    """Delete the rows with these ``keys``."""
    sql = f"DELETE FROM {_q(table.name)} WHERE {table.key_sql}"  # noqa: S608
    run(connection, sql, [table.adapt_key(k) for k in keys])


def run(connection: BaseDatabaseWrapper, sql: str, params: list[list[Any]]) -> None:
    """Run ``sql`` for each of ``params``."""
    if not params:
        return
    with connection.cursor() as cursor:
        if len(params) == 1:
            cursor.execute(sql, params[0])
        else:
            cursor.executemany(sql, params)
