"""The project's own files, wherever it was cloned or unpacked to."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: What is made here and is not the project's (the same as .gitignore says).
NOT_OURS = {".git", ".venv", "build", "dist", "var", "node_modules", "vendor", "__pycache__", ".hypothesis"}
BINARY = {".docx", ".xlsx", ".xls", ".xlsm", ".png", ".jpg", ".pdf", ".zip", ".woff2", ".ico"}


@cache
def files() -> tuple[Path, ...]:
    """Every file of the project, relative to its root, sorted."""
    return tuple(sorted(_walk(ROOT)))


def _walk(folder: Path) -> Iterator[Path]:
    for entry in os.scandir(folder):
        ignored = entry.name in NOT_OURS or entry.name.endswith((".egg-info", ".pyc", "_cache"))
        if ignored or entry.name.startswith((".coverage", "coverage.")) or ".sqlite3" in entry.name:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path))
        else:
            yield Path(entry.path).relative_to(ROOT)


def texts(*suffixes: str) -> Iterator[tuple[Path, str]]:
    """Each text file (with one of ``suffixes``, or any) and what it says."""
    for path in files():
        if path.suffix not in BINARY and (not suffixes or path.suffix in suffixes):
            yield path, (ROOT / path).read_text("utf-8", errors="replace")


@cache
def syntax(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse((ROOT / path).read_text("utf-8"))


def python(*folders: str) -> list[Path]:
    """The Python files below ``folders``."""
    return [path for path in files() if path.suffix == ".py" and path.parts[0] in folders]
