"""How projected rows go into and come out of the database: plain dicts, plain SQL, the same on SQLite and PostgreSQL.

The ORM would cost more than the ledger's own work for each entry; this module is the only place that goes around it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache, cached_property, lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from pydantic_core import from_json

from bihuan.ledger.trips import Query, Write, as_json, ask
from bihuan.models import PROJECTIONS, Entry
from bihuan.rules.errors import Invalid

Row = dict[str, Any]
#: A row that is only ever inserted, a ``NamedTuple`` of its columns.
Logged = Any
RowKey = Any  # the primary key's value, or a tuple of values where it has several columns
Convert = Callable[[Any], Any]


class TooLong(Invalid):
    """填写的内容太长。"""

    code = "too-long"


def json_text(value: Any) -> str:
    """Return ``value`` as JSON that is the same for equal values."""
    return _encode(value)


def read_json(text: str) -> Any:
    """Return what ``text`` holds, JSON that we wrote. Raises ValueError."""
    return from_json(text)


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def _write_json(value: Any) -> str | None:
    if value is None:
        return None
    return json_text(value) if value else _NOTHING.get(type(value)) or json_text(value)


#: Most lists and objects of a row are empty.
_NOTHING: dict[type, str] = {list: "[]", dict: "{}"}


@lru_cache(maxsize=1 << 15)  # an entry's instant stands in several rows
def _sqlite_datetime(value: datetime | None) -> str | None:
    """SQLite keeps the instant in UTC without its zone."""
    return None if value is None else value.isoformat(" ")[: -len("+00:00")]


def _sqlite_date(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


@lru_cache(maxsize=1 << 15)
def _read_datetime(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@lru_cache(maxsize=1 << 12)
def _read_date(text: str) -> date:
    return date.fromisoformat(text)


def _read_json(text: str) -> Any:
    return [] if text == "[]" else read_json(text)


_FLAGS: Convert = {0: False, 1: True}.__getitem__


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
        self._readers = [(at, r) for at, f in enumerate(fields) if (r := _reader(f, vendor))]
        self._limits = {f.attname: n for f in fields if (n := f.max_length) and f.choices is None}
        self._plain_key = not any(c in self._writers or c in self._limits for c in self.key)
        self._shapes: dict[tuple[str, ...], _Shape] = {}
        self._types = {f.attname: _TYPES[f.get_internal_type()] for f in fields}
        self._on_postgres = vendor == "postgresql"
        self._updates: dict[tuple[str, ...], Write] = {}
        self._logs: dict[tuple[str, ...], Write] = {}
        self.select_sql = f"SELECT {_selected(fields, vendor)} FROM {_q(self.name)}"  # noqa: S608
        self.key_sql = " AND ".join(f"{_q(c)}=%s" for c in self.key)
        self._one = [f"{self.select_sql} WHERE {self.key_sql}{self._locking(lock)}" for lock in (False, True)]
        self._by: dict[str, str] = {}
        self._insert = self._insertion("", self.columns)
        self._delete = self._deletion("")

    def adapt(self, row: Row, columns: tuple[str, ...]) -> list[Any]:
        """Return the values of ``columns`` of ``row`` as the database takes them. Raises TooLong."""
        shape = self._shape(columns)
        values = [shape.take(row)] if shape.single else [*shape.take(row)]
        for at, limit in shape.limits:
            if len(values[at]) > limit:
                raise _too_long(values[at], limit)
        for at, write in shape.writers:
            values[at] = write(values[at])
        return values

    def adapt_all(self, rows: Iterable[Row], columns: tuple[str, ...]) -> Sequence[Sequence[Any]]:
        """Return what ``adapt`` returns of each of ``rows``, column by column: many rows take half the time."""
        many = [*rows]
        if len(many) < _FEW or len(columns) == 1:
            return [self.adapt(row, columns) for row in many]
        shape = self._shape(columns)
        values: list[Sequence[Any]] = [*zip(*map(shape.take, many), strict=True)]
        for at, limit in shape.limits:
            longest = max(values[at], key=len)
            if len(longest) > limit:
                raise _too_long(longest, limit)
        for at, write in shape.writers:
            values[at] = [*map(write, values[at])]
        return [*zip(*values, strict=True)]

    def _shape(self, columns: tuple[str, ...]) -> _Shape:
        shape = self._shapes.get(columns)
        if shape is None:
            shape = self._shapes[columns] = _Shape(columns, self._writers, self._limits)
        return shape

    def adapt_key(self, key: RowKey) -> list[Any]:
        """Return the values of ``key`` as the database takes them."""
        values = key if isinstance(key, tuple) else (key,)
        if self._plain_key:
            return [*values]
        return self.adapt(dict(zip(self.key, values, strict=True)), self.key)

    def read(self, values: Sequence[Any]) -> Row:
        """Return the row that a SELECT of all columns gave."""
        found: list[Any] = [*values] if self._on_postgres else read_json(values[0])
        for at, convert in self._readers:
            if (value := found[at]) is not None:
                found[at] = convert(value)
        return dict(zip(self.columns, found, strict=True))

    def by_key(self, keys: Iterable[RowKey], *, lock: bool = False) -> list[Query]:
        """Return the queries for the rows with these ``keys``; ``lock`` holds the rows until the transaction ends.

        Rows are locked in the order of their keys, so that no two transactions wait for each other.
        """
        wanted = [self.adapt_key(k) for k in (sorted(keys) if lock else keys)]
        if len(wanted) == 1:
            return [Query(self._one[lock], wanted[0])]
        found = []
        for start in range(0, len(wanted), _KEYS):
            part = wanted[start : start + _KEYS]
            where, params = self._where(part)
            sql = f"{self.select_sql} WHERE {where}{self._locking(lock)}"
            found.append(Query(sql, params, bulk=len(part) > _SHORT))
        return found

    def _locking(self, lock: bool) -> str:
        return f" ORDER BY {_list(self.key)} FOR UPDATE" if lock and self._on_postgres else ""

    def _where(self, keys: list[list[Any]]) -> tuple[str, list[Any]]:
        if len(keys) == 1:
            return self.key_sql, keys[0]
        params = [*chain.from_iterable(keys)]
        if self._on_postgres and len(self.key) == 1:
            return f"{_q(self.key[0])}=ANY(%s)", [params]
        if self._on_postgres:
            return f"({_list(self.key)}) IN ({self._chosen(self.key)})", [as_json(self.key, keys)]
        if len(self.key) == 1:
            return f"{_q(self.key[0])} IN ({_marks(len(keys))})", params
        return " OR ".join([f"({self.key_sql})"] * len(keys)), params

    def by_column(self, column: str, values: Sequence[Any], *, prefix: bool = False) -> list[Query]:
        """Return the queries for the rows whose ``column`` is one of ``values`` (with ``prefix``: begins with one)."""
        if len(values) == 1 and not prefix:
            return [Query(self._one_by(column), values)]
        found = []
        for start in range(0, len(values), _KEYS):
            part = values[start : start + _KEYS]
            if prefix:
                where = " OR ".join([f"{_q(column)} LIKE %s"] * len(part))
                found.append(Query(f"{self.select_sql} WHERE {where}", [f"{v}%" for v in part]))
            elif self._on_postgres:
                sql = f"{self.select_sql} WHERE {_q(column)}=ANY(%s)"
                found.append(Query(sql, [[*part]], bulk=len(part) > _SHORT))
            else:
                found.append(Query(f"{self.select_sql} WHERE {_q(column)} IN ({_marks(len(part))})", [*part]))
        return found

    def _one_by(self, column: str) -> str:
        sql = self._by.get(column)
        if sql is None:
            sql = self._by[column] = f"{self.select_sql} WHERE {_q(column)}=%s"
        return sql

    def insert(self, rows: Iterable[Row]) -> Write:
        """Return the statement that inserts ``rows``."""
        return self._insert.of(self.adapt_all(rows, self.columns))

    def insert_logged(self, rows: Sequence[Logged]) -> Write:
        """Return the statement that inserts ``rows``, whose texts were checked where they came from."""
        columns = rows[0]._fields
        if columns not in self._logs:
            self._logs[columns] = self._insertion("", columns)
        writers = [(at, self._writers[c]) for at, c in enumerate(columns) if c in self._writers]
        values: list[Iterable[Any]] = [*zip(*rows, strict=True)]
        for at, write in writers:
            values[at] = map(write, values[at])
        return self._logs[columns].of([*zip(*values, strict=True)])

    def add_up(self, added: Mapping[RowKey, Mapping[str, int]]) -> list[Write]:
        """Return the statements that add to the rows with these keys, and delete what came to nothing."""
        sums, adding, nothing = self._summing
        rows = [
            {**dict(zip(self.key, key, strict=True)), **dict.fromkeys(sums, 0), **amounts}
            for key, amounts in added.items()
            if any(amounts.values())
        ]
        less = [self.adapt(r, self.key) for r in rows if any(r[n] < 0 for n in sums)]
        return [
            adding.of(self.adapt_all(rows, self.columns)),
            nothing.of(less),
        ]

    @cached_property
    def _summing(self) -> tuple[list[str], Write, Write]:
        """The columns that are summed, and the statements that add to them and delete what came to nothing."""
        sums = [c for c in self.columns if c not in self.key]
        totals = ",".join(f"{_q(n)}={_q(self.name)}.{_q(n)}+excluded.{_q(n)}" for n in sums)
        adding = self._insertion(f" ON CONFLICT ({_list(self.key)}) DO UPDATE SET {totals}", self.columns)
        return sums, adding, self._deletion("".join(f"{_q(n)}=0 AND " for n in sums))

    def update(self, rows: Iterable[Row], columns: tuple[str, ...]) -> Write:
        """Return the statement that writes ``columns`` of ``rows``; leaving the others alone spares their indexes."""
        named = columns + self.key
        if columns not in self._updates:
            sets = ",".join(f"{_q(c)}=%s" for c in columns)
            sql = f"UPDATE {_q(self.name)} SET {sets} WHERE {self.key_sql}"  # noqa: S608
            self._updates[columns] = Write(sql, [], named, self._update_whole(columns))
        return self._updates[columns].of(self.adapt_all(rows, named))

    def delete(self, keys: Iterable[RowKey]) -> Write:
        """Return the statement that deletes the rows with these ``keys``."""
        return self._delete.of([self.adapt_key(k) for k in keys])

    def _insertion(self, conflict: str, columns: tuple[str, ...]) -> Write:
        into = f"INSERT INTO {_q(self.name)} ({_list(columns)}) "
        whole = f"{into}{self._chosen(columns)}{conflict}" if self._on_postgres else ""
        return Write(f"{into}VALUES ({_marks(len(columns))}){conflict}", [], columns, whole)

    def _update_whole(self, columns: tuple[str, ...]) -> str:
        if not self._on_postgres:
            return ""
        sets = ",".join(f"{_q(c)}={self._typed(c)}" for c in columns)
        same = " AND ".join(f"{_q(self.name)}.{_q(c)}=x.{_q(c)}" for c in self.key)
        return f"UPDATE {_q(self.name)} SET {sets} FROM {self._given(columns + self.key)} WHERE {same}"  # noqa: S608

    def _deletion(self, where: str) -> Write:
        sql = f"DELETE FROM {_q(self.name)} WHERE {where}"  # noqa: S608
        whole = f"{sql}({_list(self.key)}) IN ({self._chosen(self.key)})" if self._on_postgres else ""
        return Write(sql + self.key_sql, [], self.key, whole)

    # ---- rows given to PostgreSQL as one JSON value: it takes a statement of thousands of parameters apart slowly, and
    # so does its driver, while others wait for the end of the chain

    def _given(self, columns: Iterable[str]) -> str:
        typed = ",".join(f"{_q(c)} {_GIVEN.get(self._types[c], self._types[c])}" for c in columns)
        return f"json_to_recordset(%s::json) AS x({typed})"

    def _typed(self, column: str) -> str:
        cast = f"::{self._types[column]}" if self._types[column] in _GIVEN else ""
        return f"x.{_q(column)}{cast}"

    def _chosen(self, columns: Sequence[str]) -> str:
        return f"SELECT {','.join(map(self._typed, columns))} FROM {self._given(columns)}"  # noqa: S608


#: What PostgreSQL calls the types of columns, and how those come that JSON has no word for.
_TYPES = {
    "BigIntegerField": "bigint",
    "BinaryField": "bytea",
    "BooleanField": "boolean",
    "CharField": "text",
    "DateField": "date",
    "DateTimeField": "timestamptz",
    "IntegerField": "integer",
    "JSONField": "jsonb",
    "SmallIntegerField": "smallint",
    "TextField": "text",
}
_GIVEN = {"jsonb": "text"}
#: Rows from which on they are adapted column by column.
_FEW = 4
#: Keys asked for in one query; up to how many of them one plan is good for each time.
_KEYS, _SHORT = 400, 10


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
    """How what is there of ``field`` is read: never None."""
    if vendor != "sqlite":
        return _read_json if isinstance(field, models.JSONField) else None
    if isinstance(field, models.BooleanField):
        return _FLAGS
    if isinstance(field, models.DateTimeField):
        return _read_datetime
    return _read_date if isinstance(field, models.DateField) else None


def _selected(fields: Iterable[models.Field[Any, Any]], vendor: str) -> str:
    """What a SELECT of whole rows names. From SQLite they come as JSON: its driver takes long over each column by itself."""
    if vendor != "sqlite":
        return _list(f.attname for f in fields)
    named = [f"json({_q(f.attname)})" if isinstance(f, models.JSONField) else _q(f.attname) for f in fields]
    return f"json_array({','.join(named)})"


@cache
def tables(vendor: str) -> dict[str, Table]:
    """Return the projected tables by name for a database ``vendor``."""
    return {m._meta.db_table: Table(m, vendor) for m in PROJECTIONS}


@cache
def entries(vendor: str) -> Table:
    """Return the table of entries, which is no projection."""
    return Table(Entry, vendor)


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
