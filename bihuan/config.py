"""Reads the environment for ``bihuan.settings``."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from bihuan.rules.errors import Invalid
from bihuan.rules.providers import NAME, Ldap, Oidc, Provider, one_of

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
    """Settings of one SQLite file: WAL, synchronous FULL, IMMEDIATE transactions; each thread keeps its connection.

    A new one reads the whole schema and prepares every statement anew, which took a tenth to a quarter of each page.
    """
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 30, "init_command": SQLITE_PRAGMAS},
    }


def postgres(url: str) -> dict[str, Any]:
    """Settings of a PostgreSQL database: persistent, checked connections.

    With ``?prepare=off`` no statement is kept ready on the server, for a pooler that gives each transaction another connection.
    """
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    prepare = query.pop("prepare", "on")
    if prepare not in {"on", "off"}:
        raise Invalid(
            f"DATABASE_URL 里的 prepare={prepare} 不认识。", hint="请写 prepare=on（默认）或 prepare=off。"
        )
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
        "PREPARE": prepare == "on",
    }


def secret_key(home: Path) -> str:
    """``BIHUAN_SECRET_KEY``, else the key kept in ``home`` (made at ``init``), else one for this process alone."""
    if key := os.environ.get("BIHUAN_SECRET_KEY"):
        return key
    kept = home / "secret.key"
    return kept.read_text().strip() if kept.is_file() else secrets.token_urlsafe(50)


def secret(name: str, file_name: str) -> str:
    """The environment variable ``name``, else the first line of the file that ``file_name`` names, else nothing."""
    if (given := os.environ.get(name)) or not (path := os.environ.get(file_name)):
        return given or ""
    try:
        return Path(path).read_text("utf-8").split("\n", 1)[0].strip()
    except OSError as error:
        raise Invalid(
            f"读不了 {file_name} 指的文件“{path}”：{error.strerror}。", hint="请核对路径和权限。"
        ) from None


def provider() -> Provider | None:
    """Who says who somebody is, beside our own passwords; None where nobody else does."""
    env = os.environ
    common = {
        "name": env.get("BIHUAN_PROVIDER_NAME", NAME),
        "ca": _readable(env.get("BIHUAN_PROVIDER_CA", "")),
    }
    oidc = env.get("BIHUAN_OIDC") and Oidc(
        env["BIHUAN_OIDC"],
        env.get("BIHUAN_OIDC_CLIENT", ""),
        secret("BIHUAN_OIDC_SECRET", "BIHUAN_OIDC_SECRET_FILE"),
        claim=env.get("BIHUAN_OIDC_CLAIM", Oidc.claim),
        scope=env.get("BIHUAN_OIDC_SCOPE", Oidc.scope),
        **common,
    )
    ldap = env.get("BIHUAN_LDAP") and Ldap(
        env["BIHUAN_LDAP"],
        env.get("BIHUAN_LDAP_BASE", ""),
        filter=env.get("BIHUAN_LDAP_FILTER", Ldap.filter),
        user=env.get("BIHUAN_LDAP_USER", ""),
        password=secret("BIHUAN_LDAP_PASSWORD", "BIHUAN_LDAP_PASSWORD_FILE"),
        attribute=env.get("BIHUAN_LDAP_ATTRIBUTE", Ldap.attribute),
        **common,
    )
    return one_of(oidc or None, ldap or None)


def _readable(path: str) -> str:
    if path and not os.access(path, os.R_OK):
        raise Invalid(f"读不了 BIHUAN_PROVIDER_CA 指的文件“{path}”。", hint="请核对路径和权限。")
    return path


def local_log_in() -> str:
    """Who logs in with a password of ours where there is a provider: ``admins`` or ``all``."""
    found = os.environ.get("BIHUAN_LOCAL_LOG_IN", "admins")
    if found not in {"admins", "all"}:
        raise Invalid(
            f"BIHUAN_LOCAL_LOG_IN 写的是“{found}”。", hint="只能写 admins（只有管理员）或 all（所有人）。"
        )
    return found
