"""The transaction of a step. On SQLite it begins and ends straight at the driver: Django's own way takes a fourteenth of a step.

What Django needs to know of it is set on the connection, so that blocks inside, the ORM and hooks of the commit work as in a block
of Django's own. That one is used where somebody listens to the statements, and on PostgreSQL, whose trips begin and end themselves.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper


def block(connection: BaseDatabaseWrapper) -> AbstractContextManager[Any]:
    """Return the block of a transaction, or of a part of the one that is under way: kept when it ends, undone when it fails."""
    if (
        connection.vendor != "sqlite"
        or connection.in_atomic_block
        or connection.execute_wrappers
        or connection.force_debug_cursor
    ):
        return transaction.atomic(using=connection.alias)
    connection.ensure_connection()
    return _Outermost(connection) if connection.autocommit else transaction.atomic(using=connection.alias)


class _Outermost:
    """A transaction of SQLite that no other one is around."""

    __slots__ = ("_connection", "_raw")

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection: Any = connection
        self._raw: Any = connection.connection

    def __enter__(self) -> None:
        self._at_driver("BEGIN IMMEDIATE")
        connection = self._connection
        connection.in_atomic_block, connection.commit_on_exit, connection.needs_rollback = True, True, False

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        connection = self._connection
        connection.in_atomic_block = False
        if connection.closed_in_transaction:
            # SQLite has undone it, and Django opens another connection when somebody asks for one
            connection.connection, connection.run_on_commit = None, []
            return
        if kind is not None or connection.needs_rollback:
            self._undo()
            return
        try:
            self._at_driver("COMMIT")
        except BaseException:
            self._undo()
            raise
        connection.run_and_clear_commit_hooks()

    def _undo(self) -> None:
        self._connection.needs_rollback = False
        self._connection.run_on_commit = []
        if self._raw.in_transaction:  # SQLite may have undone it already
            self._at_driver("ROLLBACK")

    def _at_driver(self, sql: str) -> None:
        try:
            self._raw.execute(sql)
        except Exception:
            with self._connection.wrap_database_errors:  # Django's names for the driver's errors
                raise
