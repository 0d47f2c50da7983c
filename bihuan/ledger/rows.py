"""The projected rows that a batch of entries reads and changes, held as dicts until they are flushed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.backends.base.base import BaseDatabaseWrapper

from bihuan.ledger.tables import Row, RowKey, Table, delete, fetch, insert, select, select_in, tables, update


class Rows:
    """A cache of rows by table and key that knows what to insert, update and delete.

    The tables named in ``empty`` are taken to hold nothing yet (a rebuild, a fold in memory): a key never seen is not
    looked up in the database before the first flush.
    """

    def __init__(self, connection: BaseDatabaseWrapper, *, empty: frozenset[str] = frozenset()) -> None:
        self.connection = connection
        self._tables = tables(connection.vendor)
        self._rows: dict[str, dict[RowKey, Row | None]] = defaultdict(dict)
        self._stored: dict[str, dict[RowKey, Row]] = defaultdict(dict)
        self._flushed: set[str] = set()
        self._empty = empty
        self._whole: set[str] = set()

    def table(self, name: str) -> Table:
        """Return the table called ``name``."""
        return self._tables[name]

    def find(self, name: str, key: RowKey) -> Row | None:
        """Return the row of table ``name`` with ``key``, or None; changes made to the dict are written at ``flush``."""
        cached = self._rows[name]
        if key not in cached:
            self._load(name, [key])
        return cached[key]

    def get(self, name: str, key: RowKey) -> Row:
        """Return the row that must be there. Raises KeyError when the entries contradict the tables."""
        row = self.find(name, key)
        if row is None:
            raise KeyError(f"{name} {key}")
        return row

    def prefetch(self, name: str, keys: Iterable[RowKey], *, lock: bool = False) -> None:
        """Load the rows with ``keys`` that are not here yet, in few queries; ``lock`` holds them."""
        missing = self.missing(name, keys)
        if missing:
            self._load(name, missing, lock=lock)

    def missing(self, name: str, keys: Iterable[RowKey]) -> list[RowKey]:
        """Return those of ``keys`` that were not asked for yet."""
        cached = self._rows[name]
        return [k for k in keys if k not in cached]

    def _load(self, name: str, keys: list[RowKey], *, lock: bool = False) -> None:
        table = self._tables[name]
        cached, stored = self._rows[name], self._stored[name]
        for key in keys:
            cached[key] = None
        if name in self._empty and name not in self._flushed:
            return
        for row in fetch(self.connection, table, keys, lock=lock):
            key = table.key_of(row)
            cached[key] = row
            stored[key] = dict(row)

    def add(self, name: str, row: Row) -> Row:
        """Insert ``row`` into table ``name``; it must not be there. Returns the row."""
        key = self._tables[name].key_of(row)
        self._rows[name][key] = row
        return row

    def remove(self, name: str, key: RowKey) -> None:
        """Delete the row of table ``name`` with ``key`` if it is there."""
        if self.find(name, key) is not None:
            self._rows[name][key] = None

    def where(self, name: str, column: str, value: object, *, prefix: bool = False) -> list[Row]:
        """Return the rows of table ``name`` whose ``column`` equals (with ``prefix``: begins with) ``value``."""
        self._keep(name, select(self.connection, self._tables[name], column, value, prefix=prefix))
        rows = [r for r in self._rows[name].values() if r is not None]
        if prefix:
            return [r for r in rows if r[column].startswith(value)]
        return [r for r in rows if r[column] == value]

    def every(self, name: str) -> list[Row]:
        """Return all rows of table ``name``; for small tables only. They are read once."""
        if name not in self._whole:
            self._keep(name, select(self.connection, self._tables[name]))
            self._whole.add(name)
        return [r for r in self._rows[name].values() if r is not None]

    def stored(self, name: str, column: str, values: list[object]) -> list[Row]:
        """Return the rows of table ``name`` whose ``column`` is one of ``values``; for tables written at the end alone."""
        table, cached = self._tables[name], self._rows[name]
        found = self._keep(name, select_in(self.connection, table, column, values))
        return [row for r in found if (row := cached[table.key_of(r)]) is not None]

    def _keep(self, name: str, found: list[Row]) -> list[Row]:
        table, cached, stored = self._tables[name], self._rows[name], self._stored[name]
        for row in found:
            key = table.key_of(row)
            if key not in cached:
                cached[key] = row
                stored[key] = dict(row)
        return found

    def count_up(self, series: str) -> int:
        """Raise the counter of ``series`` by one and return it; the first number is 1."""
        found = self.find("counter", series)
        if found is None:
            found = self.add("counter", {"name": series, "value": 0})
        found["value"] += 1
        return int(found["value"])

    def changed(self, name: str) -> list[Row]:
        """Return the rows of table ``name`` that were added or changed since the last flush."""
        stored = self._stored[name]
        return [r for k, r in self._rows[name].items() if r is not None and stored.get(k) != r]

    def flush(self, *, forget_above: int | None = None) -> None:
        """Write what changed; with ``forget_above`` drop a table's cache when it has grown beyond that many rows."""
        for name, cached in self._rows.items():
            self._flush_table(self._tables[name], cached, self._stored[name])
            self._flushed.add(name)
            if forget_above is not None and len(cached) > forget_above:
                cached.clear()
                self._stored[name].clear()
                self._whole.discard(name)

    def _flush_table(self, table: Table, cached: dict[RowKey, Row | None], stored: dict[RowKey, Row]) -> None:
        """Write what changed. Rows whose unique values changed are deleted and inserted anew: two may have swapped them."""
        gone = [k for k in stored if cached.get(k) is None]
        new: list[Row] = []
        changed: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        for key, row in cached.items():
            if row is None:
                continue
            old = stored.get(key)
            if old is None:
                new.append(row)
            elif old != row:
                changed[tuple(c for c in table.columns if row[c] != old[c])].append(row)
        moved = [r for columns in [*changed] if table.unique & {*columns} for r in changed.pop(columns)]
        delete(self.connection, table, gone + [table.key_of(r) for r in moved])
        for columns, rows in changed.items():
            update(self.connection, table, rows, columns)
        insert(self.connection, table, new + moved)
        self._remember(table, [*new, *moved, *(r for rows in changed.values() for r in rows)], gone, stored)

    @staticmethod
    def _remember(table: Table, written: list[Row], gone: list[RowKey], stored: dict[RowKey, Row]) -> None:
        for key in gone:
            del stored[key]
        for row in written:
            stored[table.key_of(row)] = dict(row)
