"""What somebody with full rights on the database could do to it."""

from django.db import connection


def execute(sql, params=()):
    """Run ``sql`` past every door; returns how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.rowcount


def unguard():
    """Take the triggers off the entries."""
    if connection.vendor == "sqlite":
        for trigger in ("entry_no_update", "entry_no_delete", "entry_no_replace"):
            execute(f"DROP TRIGGER {trigger}")
    else:
        execute("ALTER TABLE entry DISABLE TRIGGER ALL")
        execute("GRANT ALL ON entry TO CURRENT_USER")
