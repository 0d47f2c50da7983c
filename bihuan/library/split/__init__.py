"""Bundles: one file that holds many documents, with what collections add to them."""

from bihuan.library.split.bundle import Part, split
from bihuan.library.split.removal import Removed

__all__ = ["Part", "Removed", "split"]
