"""Reads the environment for ``bihuan.settings``."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from bihuan.rules.errors import Invalid

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;"
    "PRAGMA cache_size=-65536;PRAGMA temp_store=MEMORY;PRAGMA mmap_size=268435456;"
    "PRAGMA wal_autocheckpoint=4000"  # pages that change with every entry are copied into the file less often
)


def flag(name: str) -> bool:
    """Whether the environment variable ``name`` is set to a true word."""
    return os.environ.get(name, "").lower() in {"1", "true", "yes", "on"}


def database(url: str, home: Path) -> dict[str, Any]:
    """Return Django's database settings for ``url`` (empty: SQLite in ``home``)."""
    if not url:
        return sqlite(home / "bihuan.sqlite3")
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite(Path(unquote(url.removeprefix("sqlite://").removeprefix("/"))))
    if parts.scheme not in {"postgres", "postgresql"}:
        raise Invalid(
            f"DATABASE_URL 的类型“{parts.scheme}”不支持。",
            hint="请使用 postgresql:// 或 sqlite:// 开头的地址。",
        )
    return postgres(url)


def sqlite(path: Path) -> dict[str, Any]:
    """Settings of one SQLite file: WAL, synchronous FULL, IMMEDIATE transactions."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 30, "init_command": SQLITE_PRAGMAS},
    }


def postgres(url: str) -> dict[str, Any]:
    """Settings of a PostgreSQL database: persistent, checked connections."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    host = query.pop("host", None) or unquote(parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": query,
    }


def secret_key(home: Path) -> str:
    """``BIHUAN_SECRET_KEY``, else the key kept in ``home`` (made at ``init``), else one for this process alone."""
    if key := os.environ.get("BIHUAN_SECRET_KEY"):
        return key
    kept = home / "secret.key"
    return kept.read_text().strip() if kept.is_file() else secrets.token_urlsafe(50)
