"""From a file's bytes to its text. What comes in is never trusted: sizes are limited, nothing in it is run."""

from bihuan.library.extract.read import Extracted, Single, extract, extract_one, read_single, singles

__all__ = ["Extracted", "Single", "extract", "extract_one", "read_single", "singles"]
