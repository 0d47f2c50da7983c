"""Rebuild: empty every projection and fold the entries again, in flat memory."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from bihuan.ledger import derive
from bihuan.ledger.append import lock_all
from bihuan.ledger.counting import FACETS, counting
from bihuan.ledger.facts import Fact, fact_of
from bihuan.ledger.project import project
from bihuan.ledger.reading import pages
from bihuan.ledger.rows import Rows, Want
from bihuan.ledger.tables import Row, json_text, scan, tables
from bihuan.ledger.trips import run
from bihuan.models import PROJECTIONS
from bihuan.rules.figures import SUM_NAMES

Progress = Callable[[int], None]
#: Rows of one table kept in memory beyond those of the page of entries at hand; more gains no speed.
CACHE = 10_000
_PAGE = 2_000
#: Tables whose rows no later entry looks at.
_ADDED = ("evidence", "happening", "receipt", "review")
#: Tables in which entries about the house look for what they touch: few rows, by their indexes.
_LOOKED_THROUGH = frozenset({"unit", "unit_alias", "person", "role_grant"})
_INDEXES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type='index' AND sql LIKE 'CREATE INDEX %%' AND tbl_name=%s",
    "postgresql": "SELECT c.relname, pg_get_indexdef(c.oid) FROM pg_index i JOIN pg_class c ON c.oid=i.indexrelid "
    "WHERE NOT i.indisunique AND i.indrelid=%s::regclass",
}
_UNKNOWN = f"\"waiting\"='{derive.UNKNOWN}'"


def rebuild(*, using: str = "default", progress: Progress | None = None) -> int:
    """Recreate every projection from the entries, in one transaction; returns how many entries were folded."""
    connection = connections[using]
    with _unmapped(connection), transaction.atomic(using=using):
        lock_all(connection)
        _empty(connection)
        with _without_indexes(connection), _without_collector():
            folded = _fold(connection, using, progress)
            _set_timers(connection)
            _count(connection)
    return folded


def _empty(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        for model in PROJECTIONS:
            cursor.execute(f'DELETE FROM "{model._meta.db_table}"')  # noqa: S608


@contextmanager
def _unmapped(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Map nothing of an SQLite file: all of it is read once, and each page of it would count as memory until the end."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        mapped = cursor.execute("PRAGMA mmap_size").fetchone()
        cursor.execute("PRAGMA mmap_size=0")
        try:
            yield
        finally:
            if mapped:  # a database in memory has no file to map
                cursor.execute(f"PRAGMA mmap_size={mapped[0]:d}")


@contextmanager
def _without_indexes(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Drop the secondary indexes meanwhile: keeping them up to date row by row takes longer than making them anew."""
    made = [found for m in PROJECTIONS for found in _indexes(connection, m._meta.db_table)]
    with connection.cursor() as cursor:
        for name, _ in made:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        for _, definition in made:
            cursor.execute(definition)


def _indexes(connection: BaseDatabaseWrapper, table: str) -> list[tuple[str, str]]:
    """Return the indexes of a table as the database has them, each with the statement that makes it; what is unique stays."""
    if table in _LOOKED_THROUGH:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_INDEXES[connection.vendor], [table])
        return [(name, definition) for name, definition in cursor.fetchall()]


@contextmanager
def _without_collector() -> Iterator[None]:
    """Rows make no cycles: the collector would walk through all of those in memory again and again for nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _fold(connection: BaseDatabaseWrapper, using: str, progress: Progress | None) -> int:
    rows = Rows(connection, empty=frozenset(tables(connection.vendor)), exact=False)
    folded = 0
    for page in pages('"body"', using):
        for start in range(0, len(page), _PAGE):
            facts = [fact_of(body) for _, body in page[start : start + _PAGE]]
            _prefetch(rows, facts)
            for fact in facts:
                if fact.kind == "calendar.published":
                    rows.flush(forget_above=0)
                    _set_waiting(connection)
                project(rows, fact)
            rows.spill(CACHE, _ADDED)
        folded += len(page)
        if progress:
            progress(folded)
    rows.flush()
    return folded


def _prefetch(rows: Rows, facts: list[Fact]) -> None:
    """Load what a page of entries will ask for in few queries."""
    items = {f.item for f in facts if f.item}
    measures = {
        (f.item, int(no))
        for f in facts
        for no in (vars(f.event).get("measures") or ())
        if isinstance(no, str)
    }
    rows.load([Want("item", items), Want("measure", measures)])


def _set_timers(connection: BaseDatabaseWrapper) -> None:
    """Derive the timers once, from the last state of each item: they are a function of it and the calendar alone."""
    kept = tables(connection.vendor)
    for page in scan(connection, kept["item"], derive.TIMED_ITEMS):
        rows = Rows(connection)
        rows.prefetch("slip", [slip for item in page for slip in item["slips"]])
        _wait(rows, page)
        run(connection, [kept["timer"].insert(t for item in page for t in derive.timers_of(rows, item))])


def _set_waiting(connection: BaseDatabaseWrapper) -> None:
    """Work out what the items wait for by the calendar as it stands: until their next entry no other one moves that."""
    for page in scan(connection, tables(connection.vendor)["item"], _UNKNOWN):
        _wait(Rows(connection), page)


def _wait(rows: Rows, items: list[Row]) -> None:
    unknown = [item for item in items if item["waiting"] == derive.UNKNOWN]
    for item in unknown:
        derive.wait(rows, item)
    run(rows.connection, [rows.table("item").update(unknown, ("waiting",))])


def _count(connection: BaseDatabaseWrapper) -> None:
    """Count the items once, from their last state."""
    into = ",".join(("register_id", "facet", "label", "state", "colour", *SUM_NAMES))
    with connection.cursor() as cursor:
        for facet in FACETS:
            cursor.execute(f"INSERT INTO tally ({into}) {counting(facet)}")


def digests(using: str = "default") -> dict[str, str]:
    """Return a SHA-256 over all rows of each projection, in key order: equal digests are equal tables."""
    connection = connections[using]
    found = {}
    for name, table in tables(connection.vendor).items():
        digest = hashlib.sha256()
        for page in scan(connection, table):
            for row in page:
                digest.update(json_text({k: _plain(v) for k, v in row.items()}).encode())
        found[name] = digest.hexdigest()
    return found


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | list | dict | None) else str(value)
