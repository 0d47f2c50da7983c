"""On SQLite the number of a row is the key by which its table is kept, and no longer an index beside it."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from bihuan.migrations._remade import remake_table
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


def _by_number(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _remake(apps, editor, "bigint", "integer")


def _by_index(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _remake(apps, editor, "integer", "bigint")


def _remake(apps: StateApps, editor: BaseDatabaseSchemaEditor, old: str, new: str) -> None:
    if editor.connection.vendor != "sqlite":
        return
    with editor.connection.cursor() as cursor:
        for model, key in _KEYS:
            table, was, will = (
                apps.get_model("bihuan", model)._meta.db_table,
                f'"{key}" {old} ',
                f'"{key}" {new} ',
            )
            remake_table(cursor, table, partial(_rekeyed, table, was, will))


def _rekeyed(table: str, was: str, will: str, definition: str) -> str:
    """Return the definition of ``table`` with its key ``will`` instead of ``was``."""
    if was not in definition:
        raise RuntimeError(f"{table}: no {was}in {definition}")
    return definition.replace(was, will, 1)


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
