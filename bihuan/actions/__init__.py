"""What people do: each step of an item (``do``), registering, and keeping the house."""

from bihuan.actions import amend, assign, change, review, work  # noqa: F401  (they register their steps)
from bihuan.actions.register import register
from bihuan.actions.step import Done, do

__all__ = ["Done", "do", "register"]
