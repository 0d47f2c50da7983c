"""The WSGI application, for waitress or any other server."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bihuan.settings")
application = get_wsgi_application()

#: How much of the file a process that serves pages has mapped: as far as SQLite goes.
MAPPED = 2_147_418_112


def share_pages(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Let connections to SQLite share the file's own pages.

    Each thread keeps its connection; what is not mapped each of them would hold in a cache of its own.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA mmap_size={MAPPED:d}")


connection_created.connect(share_pages)
