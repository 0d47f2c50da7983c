"""What a search for words in titles and numbers reads on SQLite: an index alone, a fraction of the rows themselves.

PostgreSQL keeps no index of texts that may be long.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def add(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Create the index on SQLite."""
    if editor.connection.vendor == "sqlite":
        editor.execute(
            'CREATE INDEX "item_text" ON "item" ("register_id", "title", "number", "due_order", "id")'
        )


def remove(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Drop it again."""
    if editor.connection.vendor == "sqlite":
        editor.execute('DROP INDEX "item_text"')


class Migration(migrations.Migration):
    """An index that the model does not name: it is of one database alone."""

    dependencies: ClassVar = [("bihuan", "0090_counter_of_the_house")]
    operations: ClassVar = [migrations.RunPython(add, remove)]
