"""Addresses of static files that change with their content, so that browsers may keep them for a year."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


class Versioned(StaticFilesStorage):
    """Adds ``?v=`` and the start of the content's hash; a file that is missing is an error, not a dead link."""

    def url(self, name: str | None, *args: object, **kwargs: object) -> str:
        """Return the address of ``name``."""
        return f"{super().url(name)}?v={version(name or '')}"


@lru_cache(maxsize=64)
def version(name: str) -> str:
    """Return the first ten hex digits of the SHA-256 of a static file."""
    found = finders.find(name)
    if not isinstance(found, str):
        raise FileNotFoundError(f"static file {name}: run make setup")
    return hashlib.sha256(Path(found).read_bytes()).hexdigest()[:10]
