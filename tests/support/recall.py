"""A world that many tests begin with is built once, by actions, and its rows and files are put back for the others.

What is put back is what the database and the home held after the building, byte for byte:
``tests/house/test_house_recall.py`` compares the two.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, transaction

from bihuan.rules.clocked import CHINA

Made = TypeVar("Made")
Rows = dict[str, tuple[list[str], list[tuple[Any, ...]]]]


@dataclass(frozen=True)
class _World:
    """What the building returned, the rows that it left (columns and values by table), and the files below the home."""

    made: Any
    rows: Rows
    files: dict[Path, bytes]


_worlds: dict[Hashable, _World] = {}


def recalled(key: Hashable, build: Callable[[], Made]) -> Made:
    """Build the world ``key`` in an empty database, or put back how it was built the first time today in this process.

    In a database that already has a ledger ``build`` is called as it is. Raises AssertionError where a building
    changes what the migrations had written, for such rows cannot be put back.
    """
    named = key, datetime.now(CHINA).date()  # some worlds count their days from today
    found = _worlds.get(named)
    if found is None:
        before = _rows()
        if "head" in before:
            return build()
        made = build()
        after = _rows()
        assert {name: after[name] for name in before} == before, "the building changed what migrations wrote"
        rows = {name: held for name, held in after.items() if name not in before}
        found = _worlds[named] = _World(copy.deepcopy(made), rows, _files())
        return made
    _put_back(found)
    kept: Made = copy.deepcopy(found.made)
    return kept


def _rows() -> Rows:
    """Every table that is not empty."""
    found: Rows = {}
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")
            if rows := cursor.fetchall():
                found[name] = [column[0] for column in cursor.description], [tuple(row) for row in rows]
    return found


def _files() -> dict[Path, bytes]:
    home = Path(settings.HOME)
    return {path.relative_to(home): path.read_bytes() for path in home.rglob("*") if path.is_file()
            and not path.name.startswith("bihuan.sqlite3")}  # fmt: skip


def _put_back(world: _World) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for name, (columns, rows) in world.rows.items():
            names = ", ".join(map(connection.ops.quote_name, columns))
            values = ", ".join(["%s"] * len(columns))
            cursor.executemany(
                f"INSERT INTO {connection.ops.quote_name(name)} ({names}) VALUES ({values})", rows
            )
        models = [m for m in apps.get_models() if m._meta.db_table in world.rows]
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
    for path, content in world.files.items():
        target = Path(settings.HOME) / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
