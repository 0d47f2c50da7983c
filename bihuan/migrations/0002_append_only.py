"""Entries are append-only: triggers refuse UPDATE, DELETE and TRUNCATE on both databases.

On PostgreSQL the role that owns the table gives up these privileges too.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SQLITE = (
    """CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry
       BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END""",
    """CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry
       BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END""",
    # INSERT OR REPLACE deletes the old row without asking the trigger above
    """CREATE TRIGGER entry_no_replace BEFORE INSERT ON entry WHEN EXISTS (SELECT 1 FROM entry WHERE seq = NEW.seq)
       BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END""",
)
POSTGRES = (
    """CREATE FUNCTION entry_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'entries are append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    """CREATE TRIGGER entry_no_change BEFORE UPDATE OR DELETE ON entry
       FOR EACH ROW EXECUTE FUNCTION entry_append_only()""",
    """CREATE TRIGGER entry_no_truncate BEFORE TRUNCATE ON entry
       FOR EACH STATEMENT EXECUTE FUNCTION entry_append_only()""",
    """DO $$ BEGIN EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON entry FROM %I', current_user); END $$""",
)


def guard(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Create the triggers of the database in use."""
    for statement in SQLITE if editor.connection.vendor == "sqlite" else POSTGRES:
        editor.execute(statement, params=None)  # without parameters a % is just a %


class Migration(migrations.Migration):
    """There is no way back: a ledger stays append-only."""

    dependencies: ClassVar = [("bihuan", "0001_tables")]
    operations: ClassVar = [migrations.RunPython(guard)]
