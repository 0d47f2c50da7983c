"""Making tables of SQLite anew: it cannot change how a table is kept in place."""

from __future__ import annotations

from collections.abc import Callable

from django.db.backends.utils import CursorWrapper

_DEFINITION = "SELECT sql FROM sqlite_master WHERE type='table' AND name=%s"
_COLUMNS = "SELECT name, pk FROM pragma_table_info(%s)"
_OTHERS = (
    "SELECT sql FROM sqlite_master WHERE tbl_name=%s AND type IN ('index', 'trigger') AND sql IS NOT NULL"
)


def remake_table(cursor: CursorWrapper, table: str, change: Callable[[str], str]) -> None:
    """Make ``table`` anew as ``change`` makes of its definition, with its rows, indexes and triggers, also such as no model names."""
    cursor.execute(_DEFINITION, [table])
    (definition,) = cursor.fetchone()
    cursor.execute(_COLUMNS, [table])
    found = cursor.fetchall()
    columns = ",".join(f'"{name}"' for name, _ in found)
    key = ",".join(
        f'"{name}"' for name, _ in sorted((c for c in found if c[1]), key=lambda column: column[1])
    )
    cursor.execute(_OTHERS, [table])
    others = [sql for (sql,) in cursor.fetchall()]
    cursor.execute(change(definition).replace(f'"{table}"', f'"new__{table}"', 1))
    cursor.execute(f'INSERT INTO "new__{table}" ({columns}) SELECT {columns} FROM "{table}" ORDER BY {key}')  # noqa: S608
    cursor.execute(f'DROP TABLE "{table}"')
    cursor.execute(f'ALTER TABLE "new__{table}" RENAME TO "{table}"')
    for sql in others:
        cursor.execute(sql)
