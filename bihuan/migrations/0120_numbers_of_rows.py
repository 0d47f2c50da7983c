"""On SQLite the number of a row is the key by which its table is kept, and no longer an index beside it."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.utils import CursorWrapper
from django.db.migrations.state import StateApps

from bihuan.models.fields import RowNumber

_KEYS = (
    ("campaign", "id"),
    ("casereview", "id"),
    ("conclusion", "id"),
    ("decision", "id"),
    ("dismissal", "id"),
    ("documentmarks", "document_id"),
    ("entry", "seq"),
    ("evidence", "id"),
    ("finding", "id"),
    ("grant", "id"),
    ("import", "id"),
    ("inspection", "id"),
    ("institution", "id"),
    ("item", "id"),
    ("meeting", "id"),
    ("objection", "id"),
    ("origin", "item_id"),
    ("person", "id"),
    ("procedure", "id"),
    ("receipt", "id"),
    ("register", "id"),
    ("request", "id"),
    ("review", "id"),
    ("sample", "id"),
    ("seal", "count"),
    ("signtext", "seq"),
    ("slip", "id"),
    ("unit", "id"),
    ("walkstep", "id"),
)
_DEFINITION = "SELECT sql FROM sqlite_master WHERE type='table' AND name=%s"
_COLUMNS = "SELECT name FROM pragma_table_info(%s)"
_OTHERS = (
    "SELECT sql FROM sqlite_master WHERE tbl_name=%s AND type IN ('index', 'trigger') AND sql IS NOT NULL"
)


def _by_number(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _remake(apps, editor, "bigint", "integer")


def _by_index(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _remake(apps, editor, "integer", "bigint")


def _remake(apps: StateApps, editor: BaseDatabaseSchemaEditor, old: str, new: str) -> None:
    if editor.connection.vendor != "sqlite":
        return
    with editor.connection.cursor() as cursor:
        for model, key in _KEYS:
            _remake_table(
                cursor, apps.get_model("bihuan", model)._meta.db_table, f'"{key}" {old} ', f'"{key}" {new} '
            )


def _remake_table(cursor: CursorWrapper, table: str, old: str, new: str) -> None:
    """Make ``table`` anew, its key ``old`` being ``new``, with all that belongs to it: SQLite cannot change a key in place."""
    cursor.execute(_DEFINITION, [table])
    (definition,) = cursor.fetchone()
    if old not in definition:
        raise RuntimeError(f"{table}: no {old}in {definition}")
    cursor.execute(_COLUMNS, [table])
    columns = ",".join(f'"{name}"' for (name,) in cursor.fetchall())
    cursor.execute(_OTHERS, [table])
    others = [sql for (sql,) in cursor.fetchall()]
    made = definition.replace(f'"{table}"', f'"new__{table}"', 1).replace(old, new, 1)
    cursor.execute(made)
    cursor.execute(f'INSERT INTO "new__{table}" ({columns}) SELECT {columns} FROM "{table}" ORDER BY 1')  # noqa: S608
    cursor.execute(f'DROP TABLE "{table}"')
    cursor.execute(f'ALTER TABLE "new__{table}" RENAME TO "{table}"')
    for sql in others:
        cursor.execute(sql)


class Migration(migrations.Migration):
    """The tables are made anew with their indexes and triggers as they stand, also such as no model names."""

    dependencies: ClassVar = [("bihuan", "0110_item_changed_in_place")]
    operations: ClassVar = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(_by_number, _by_index)],
            state_operations=[
                migrations.AlterField(model, key, RowNumber(primary_key=True, serialize=False))
                for model, key in _KEYS
            ],
        )
    ]
