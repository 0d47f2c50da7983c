"""A step that moves an item nowhere writes no index: none holds what every step changes, and its page has room for the row."""

from __future__ import annotations

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def _leave_room(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute('ALTER TABLE "item" SET (fillfactor=70)')


def _fill(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute('ALTER TABLE "item" RESET (fillfactor)')


class Migration(migrations.Migration):
    """PostgreSQL writes a changed row anew; in another page, or with an indexed value changed, it enters it into every index."""

    dependencies: ClassVar = [("bihuan", "0100_indexes_of_pages")]
    operations: ClassVar = [
        migrations.RemoveIndex(model_name="item", name="item_changed"),
        migrations.RunPython(_leave_room, _fill),
    ]
