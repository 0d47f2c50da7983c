"""A step writes fewer pages: entries stand in an index less, and on SQLite some tables are kept by their keys alone.

Entries of an item are found by the item, and only those of the house by their kind; what was looked for by kind alone, items that
were escalated, has an index of its own. A table of SQLite whose key has several columns is otherwise kept by a number of its own,
with the key in an index beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from bihuan.migrations._remade import remake_table

#: Tables of short rows: long ones would make the search for a key slow.
_TABLES = ("happening", "helper", "message", "tally", "timer", "transition")
_MARK = " WITHOUT ROWID"


def _by_key(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _remake(editor, lambda made: made + _MARK)


def _by_number(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _remake(editor, lambda made: made.removesuffix(_MARK))


def _remake(editor: BaseDatabaseSchemaEditor, change: Callable[[str], str]) -> None:
    if editor.connection.vendor == "sqlite":
        with editor.connection.cursor() as cursor:
            for table in _TABLES:
                remake_table(cursor, table, change)


class Migration(migrations.Migration):
    """The tables are made anew with their indexes and triggers as they stand, also such as no model names."""

    dependencies: ClassVar = [("bihuan", "0120_numbers_of_rows")]
    operations: ClassVar = [
        migrations.RemoveIndex(model_name="entry", name="entry_kind"),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                fields=["kind", "seq"], name="entry_house", condition=models.Q(item_id__isnull=True)
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                fields=["office_id", "state", "id"],
                name="item_escalated",
                condition=models.Q(escalated_at__isnull=False),
            ),
        ),
        migrations.RunPython(_by_key, _by_number),
    ]
