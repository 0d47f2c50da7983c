"""From a file's bytes to its text. What comes in is never trusted: sizes are limited, nothing in it is run."""

from bihuan.library.extract.read import Extracted, extract, extract_one

__all__ = ["Extracted", "extract", "extract_one"]
