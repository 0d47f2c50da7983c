"""Kinds of columns that Django does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

if TYPE_CHECKING:
    _Whole = models.BigIntegerField[int, int]
else:
    _Whole = models.BigIntegerField  # it takes no types while the program runs


class RowNumber(_Whole):
    """A whole number that is the key of its table.

    On SQLite it is the number by which the table itself is kept (``INTEGER PRIMARY KEY``): no index beside it has to be
    written and gone through.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        """Return what the column's type is called in the database of ``connection``."""
        return "integer" if connection.vendor == "sqlite" else super().db_type(connection)
