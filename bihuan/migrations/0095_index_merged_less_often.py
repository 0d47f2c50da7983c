"""Merge the pieces of SQLite's full-text index eight at a time instead of four: less is written again while documents come in."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

_SET = "INSERT INTO library_index(library_index, rank) VALUES ('automerge', {})"


def eight(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Set it, which the index keeps."""
    if editor.connection.vendor == "sqlite":
        editor.execute(_SET.format(8), params=None)


def four(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Set what SQLite has by itself."""
    if editor.connection.vendor == "sqlite":
        editor.execute(_SET.format(4), params=None)


class Migration(migrations.Migration):
    """A setting of the index."""

    dependencies: ClassVar = [("bihuan", "0091_index_of_titles")]
    operations: ClassVar = [migrations.RunPython(eight, four)]
