"""The projected rows that a batch of entries reads and changes, held as dicts until they are flushed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import compress, islice
from operator import is_not
from typing import Any, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper

from bihuan.ledger.house import COUNTER, WHICH, House, house_of
from bihuan.ledger.tables import Logged, Row, RowKey, Table, tables
from bihuan.ledger.trips import Query, Write, ask, run


class Want(NamedTuple):
    """Rows of table ``name``: those with the keys ``values``, or whose ``column`` is one of ``values``.

    ``prefix`` asks for a column that begins with one of them; ``lock`` holds the rows until the transaction ends.
    """

    name: str
    values: Iterable[Any]
    column: str = ""
    prefix: bool = False
    lock: bool = False


class Rows:
    """A cache of rows by table and key that knows what to insert, update and delete.

    A row that was handed out may be changed until the next flush, which writes where it differs from the database.
    The tables named in ``empty`` are taken to hold nothing yet (a rebuild, a fold in memory): a key never seen is not
    looked up in the database before the first flush. Not ``exact``, they leave to whoever made them what a long fold works
    out once at its end: the counters, and what the items wait for.
    """

    def __init__(
        self, connection: BaseDatabaseWrapper, *, empty: frozenset[str] = frozenset(), exact: bool = True
    ) -> None:
        self.connection = connection
        self.exact = exact
        self._tables = tables(connection.vendor)
        self._rows: dict[str, dict[RowKey, Row | None]] = defaultdict(dict)
        #: What was handed out since the last flush, as the database has it; None is not there.
        self._before: dict[str, dict[RowKey, Row | None]] = defaultdict(dict)
        self._logged: dict[str, list[Logged]] = defaultdict(list)
        self._sums: dict[str, dict[RowKey, dict[str, int]]] = defaultdict(dict)
        #: What is known of the house. Until ``load`` is asked for what the process keeps, it is of these rows alone.
        self.house = House()
        #: The end of the chain as it was then, where that is where it still is: its seq, its hash, the hash's name.
        self.head: tuple[int, bytes, str] | None = None
        self._empty = set(empty)
        self._whole: set[str] = set()

    def table(self, name: str) -> Table:
        """Return the table called ``name``."""
        return self._tables[name]

    def find(self, name: str, key: RowKey) -> Row | None:
        """Return the row of table ``name`` with ``key``, or None; changes made to the dict are written at ``flush``."""
        try:
            row = self._rows[name][key]
        except KeyError:
            self.load([Want(name, [key])])
            row = self._rows[name][key]
        if row is not None and key not in self._before[name]:
            self._before[name][key] = row.copy()
        return row

    def get(self, name: str, key: RowKey) -> Row:
        """Return the row that must be there. Raises KeyError when the entries contradict the tables."""
        row = self.find(name, key)
        if row is None:
            raise KeyError(f"{name} {key}")
        return row

    def look(self, name: str, key: RowKey) -> Mapping[str, Any]:
        """Return the row that must be there, to be read alone: it costs the flush nothing. Raises KeyError like ``get``."""
        cached = self._rows[name]
        if key not in cached:
            self.load([Want(name, [key])])
        row = cached[key]
        if row is None:
            raise KeyError(f"{name} {key}")
        return row

    def missing(self, name: str, keys: Iterable[RowKey]) -> list[RowKey]:
        """Return those of ``keys`` that were not asked for yet."""
        cached = self._rows[name]
        return [k for k in keys if k not in cached]

    def prefetch(self, name: str, keys: Iterable[RowKey]) -> None:
        """Bring in the rows with ``keys`` that are not known yet, in few queries."""
        if missing := self.missing(name, keys):
            self.load([Want(name, missing)])

    def load(self, wanted: Sequence[Want], *, house: bool = False) -> list[list[RowKey]]:
        """Bring in rows of several tables together, where they are not known yet; returns the keys that each want found.

        With ``house`` what the process keeps of the house as it is now comes in too, on SQLite with the end of the chain; nothing
        may have been entered before.
        """
        queries = [self._queries(want) for want in wanted]
        asked = [q for part in queries for q in part]
        answers = iter(ask(self.connection, [*asked, WHICH[self.connection.vendor]] if house else asked))
        found: list[list[RowKey]] = []
        for want, part in zip(wanted, queries, strict=True):
            found.append([])
            for _ in part:
                found[-1] += self._keep(want.name, next(answers))
        if house and (which := next(answers)):
            digest, *head = which[0]
            self.house, self.head = house_of(digest), (head[0], bytes(head[1]), head[2]) if head else None
        return found

    def _queries(self, want: Want) -> list[Query]:
        table = self._tables[want.name]
        if want.column:
            return table.by_column(want.column, [*want.values], prefix=want.prefix)
        missing = self.missing(want.name, want.values)
        self._rows[want.name].update(dict.fromkeys(missing))
        return [] if want.name in self._empty else table.by_key(missing, lock=want.lock)

    def _keep(self, name: str, found: Iterable[Sequence[Any]]) -> list[RowKey]:
        table, cached, before = self._tables[name], self._rows[name], self._before[name]
        keys = []
        for values in found:
            row = table.read(values)
            key = table.key_of(row)
            if cached.get(key) is None and key not in before:
                cached[key] = row
            keys.append(key)
        return keys

    def add(self, name: str, row: Row) -> Row:
        """Insert ``row`` into table ``name``; it must not be there. Returns the row."""
        key = self._tables[name].key_of(row)
        self._rows[name][key] = row
        self._before[name].setdefault(key, None)
        return row

    def log(self, name: str, row: Logged) -> None:
        """Insert ``row`` into table ``name``, which nothing here reads and nothing else is added to."""
        self._logged[name].append(row)

    def adds(self, names: Iterable[str]) -> bool:
        """Whether rows of one of the tables ``names`` are new since the last flush, or anything is to be added up."""
        if self._sums:
            return True
        return any(self._logged.get(n) or None in self._before.get(n, {}).values() for n in names)

    def add_up(self, name: str, key: RowKey, amounts: Mapping[str, int]) -> None:
        """Add ``amounts`` to the columns of the row of table ``name`` with ``key``; a row of nothing is no row.

        The row is not read: a table is either added up or read here.
        """
        sums = self._sums[name].setdefault(key, {})
        for column, amount in amounts.items():
            sums[column] = sums.get(column, 0) + amount

    def renumber(self, name: str, columns: Iterable[str], above: int, shift: int) -> None:
        """Lower by ``shift`` what is larger than ``above`` in ``columns`` of the rows of table ``name`` that are new."""
        if not (self._before.get(name) or self._logged.get(name)):
            return
        cached, before, key_of = self._rows[name], self._before[name], self._tables[name].key_of
        added = {k: row for k, old in before.items() if old is None and (row := cached[k]) is not None}
        for row in added.values():
            row.update({c: row[c] - shift for c in columns if row[c] > above})
        self._logged[name] = [
            r._replace(**{c: n - shift for c in columns if (n := getattr(r, c)) > above})
            for r in self._logged[name]
        ]
        for key, row in added.items():
            del cached[key], before[key]
            cached[key_of(row)], before[key_of(row)] = row, None

    def remove(self, name: str, key: RowKey) -> None:
        """Delete the row of table ``name`` with ``key`` if it is there."""
        if self.find(name, key) is not None:
            self._rows[name][key] = None

    def where(self, name: str, column: str, value: Any, *, prefix: bool = False) -> list[Row]:
        """Return the rows of table ``name`` whose ``column`` equals (with ``prefix``: begins with) ``value``."""
        (keys,) = self.load([Want(name, [value], column, prefix)])
        known = (self.find(name, k) for k in dict.fromkeys([*keys, *self._before[name]]))
        rows = [r for r in known if r is not None]
        return [r for r in rows if (r[column].startswith(value) if prefix else r[column] == value)]

    def every(self, name: str) -> list[Row]:
        """Return all rows of table ``name``; for small tables only. They are read once."""
        if name not in self._whole:
            self._keep(name, ask(self.connection, [Query(self._tables[name].select_sql, [])])[0])
            self._whole.add(name)
        known = (self.find(name, k) for k in [*self._rows[name]])
        return [r for r in known if r is not None]

    def known(self, name: str, key: RowKey) -> bool:
        """Whether the database holds the row of table ``name`` with ``key``, as far as was asked."""
        before = self._before[name]
        return before[key] is not None if key in before else self._rows[name].get(key) is not None

    def is_touched(self, name: str, key: RowKey) -> bool:
        """Whether the row of table ``name`` with ``key`` differs from the database, as far as was asked."""
        before = self._before[name]
        return key in before and before[key] != self._rows[name][key]

    def units(self, wanted: Iterable[int]) -> None:
        """Bring in the units ``wanted``, from what is kept of the house where it has them."""
        kept, cached = self.house.units, self._rows["unit"]
        missing = self.missing("unit", dict.fromkeys(wanted))
        cached.update({u: kept[u].copy() for u in missing if u in kept})
        if new := [u for u in missing if u not in kept]:
            self.load([Want("unit", new)])
            kept.update({u: row.copy() for u in new if (row := cached[u]) is not None})

    def change_house(self, seq: int) -> None:
        """Let go of what is kept of the house, which the entry ``seq`` has changed."""
        self.house = House()
        found = self.find("counter", COUNTER)
        if found is None:
            self.add("counter", {"name": COUNTER, "value": seq})
        else:
            found["value"] = seq

    def count_up(self, series: str) -> int:
        """Raise the counter of ``series`` by one and return it; the first number is 1."""
        found = self.find("counter", series)
        if found is None:
            found = self.add("counter", {"name": series, "value": 0})
        found["value"] += 1
        return int(found["value"])

    def changed(self, name: str) -> list[Row]:
        """Return the rows of table ``name`` that were added or changed since the last flush."""
        cached = self._rows[name]
        return [r for k, old in self._before[name].items() if (r := cached[k]) is not None and r != old]

    def writes(self, but: Collection[str]) -> list[Write]:
        """Return the statements for what has changed so far, except in the tables ``but``; whoever asks runs them at once.

        The rows count as written: what changes later is written behind them.
        """
        found = []
        for name in [n for n in self._before if n not in but]:
            found += self._writes(name, self._before.pop(name))
        return found

    def flush(
        self, first: Sequence[Write] = (), *, forget_above: int | None = None, commit: bool = False
    ) -> list[int]:
        """Run the writes ``first``, then write what changed; returns how many rows each of ``first`` touched.

        With ``forget_above`` only so many rows of a table stay in memory, those that came in last. With ``commit`` nothing else
        is written in this transaction.
        """
        sums = [w for name, added in self._sums.items() for w in self._tables[name].add_up(added)]
        counts = self._run(self._before, first, sums, commit=commit)
        self._before.clear()
        self._sums.clear()
        if forget_above is not None:
            self._forget(self._first(forget_above))
        return counts

    def spill(self, above: int, at_once: Collection[str] = ()) -> None:
        """Write and forget the first rows of each table that has more than ``above`` in memory; the others wait.

        A row that changes again and again is so written once. Of the tables named in ``at_once``, whose rows are not looked at
        again, none waits. Where unique values may move from row to row, all of the table's rows are written: one that waits may
        hold what another takes.
        """
        first = self._first(above) | {name: [*self._rows[name]] for name in at_once}
        parts: dict[str, dict[RowKey, Row | None]] = {}
        for name, keys in first.items():
            before = self._before[name]
            moving = self._tables[name].unique and name != "item"  # an item's number is its own for ever
            parts[name] = {k: before.pop(k) for k in ([*before] if moving else keys) if k in before}
        self._run(parts)
        self._forget(first)

    def _run(
        self,
        parts: Mapping[str, dict[RowKey, Row | None]],
        first: Sequence[Write] = (),
        last: Sequence[Write] = (),
        *,
        commit: bool = False,
    ) -> list[int]:
        writes = [*first]
        for name, before in parts.items():
            writes += self._writes(name, before)
        writes += [self._tables[name].insert_logged(rows) for name, rows in self._logged.items() if rows]
        counts = run(self.connection, [*writes, *last], commit=commit)
        self._empty -= parts.keys()
        self._logged.clear()
        return counts[: len(first)]

    def _first(self, above: int) -> dict[str, list[RowKey]]:
        """Return by table the keys that came in before the last ``above``."""
        return {n: [*islice(rows, len(rows) - above)] for n, rows in self._rows.items() if len(rows) > above}

    def _forget(self, keys: Mapping[str, list[RowKey]]) -> None:
        for name, gone in keys.items():
            self._whole.discard(name)
            cached = self._rows[name]
            for key in gone:
                del cached[key]

    def _writes(self, name: str, before: dict[RowKey, Row | None]) -> list[Write]:
        """Return what brings the table up to date.

        Rows whose unique values changed are deleted and inserted anew: two may have swapped them.
        """
        table, cached = self._tables[name], self._rows[name]
        gone: list[RowKey] = []
        new: list[Row] = []
        changed: dict[tuple[str, ...], list[Row]] = {}
        for key, old in before.items():
            row = cached[key]
            if row == old:
                continue
            if row is None:
                gone.append(key)
            elif old is None:
                new.append(row)
            else:
                changed.setdefault(_changed(row, old), []).append(row)
        for columns in [c for c in changed if table.unique and not table.unique.isdisjoint(c)]:
            moved = changed.pop(columns)
            gone += map(table.key_of, moved)
            new += moved
        writes = [table.delete(gone)] if gone else []
        writes += [table.update(rows, columns) for columns, rows in changed.items()]
        return [*writes, table.insert(new)] if new else writes


def _changed(row: Row, old: Row) -> tuple[str, ...]:
    """Return the columns in which ``row`` differs from ``old``, a copy of it as it was: most values are the same object."""
    others = compress(old, map(is_not, old.values(), row.values()))
    return tuple([c for c in others if row[c] != old[c]])
