"""Fresh databases for tests that commit: copies of one migrated template.

Django's own way is to truncate the tables after each test, which an append-only ledger refuses.
"""

from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings

from tests.support import environment


def homes_below(settings: Any, home: Path) -> None:
    """Move every path that the settings keep below their home to ``home``."""
    old = settings.HOME
    for name in (n for n in dir(django_settings) if n.isupper()):
        value = getattr(django_settings, name)
        if (moved := _moved(value, old, home)) != value:
            setattr(settings, name, moved)
    home.mkdir(parents=True, exist_ok=True)


def _moved(value: Any, old: Path, new: Path) -> Any:
    if isinstance(value, dict):
        return {key: _moved(inner, old, new) for key, inner in value.items()}
    if isinstance(value, Path) and value.is_relative_to(old):
        return new / value.relative_to(old)
    return value


def point_at(name: str) -> None:
    """Let every new connection of this process, in whatever thread, go to the database ``name``."""
    from django.db import connections

    connections.close_all()
    connections.settings["default"]["NAME"] = name


@dataclass
class OwnDatabase:
    """One database of its own. ``url`` is its ``DATABASE_URL``, ``home`` its ``BIHUAN_HOME``."""

    name: str
    url: str
    home: Path
    settings: Any = field(repr=False)

    def use(self) -> None:
        """Work on this database and home from now on."""
        point_at(self.name)
        homes_below(self.settings, self.home)

    def environment(self) -> dict[str, str]:
        """The environment of another process that works on this database."""
        return {**os.environ, "DATABASE_URL": self.url, "BIHUAN_HOME": str(self.home)}

    def drop(self) -> None:
        """Remove the database, whoever is still connected."""
        if environment.on_postgres():
            _admin(f'DROP DATABASE "{self.name}" WITH (FORCE)')
        shutil.rmtree(self.home, ignore_errors=True)


@dataclass
class Template:
    """The migrated database from which the others are copied; ``original`` is the one the ordinary tests use."""

    original: str
    name: str
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    @classmethod
    def make(cls) -> Template:
        """Copy the test database as it is after the migrations (tests that use ``db`` roll back, so it stays so)."""
        from django.db import connections

        original = str(connections["default"].settings_dict["NAME"])
        connections.close_all()  # PostgreSQL copies only what nobody is connected to
        template = cls(original, f"{original}_template")
        template._copy(original, template.name)
        return template

    def database(self, home: Path, settings: Any) -> OwnDatabase:
        """Make a copy; ``home`` will hold its files."""
        home.mkdir(parents=True)
        if environment.on_postgres():
            name = f"{self.original}_own{next(self._numbers)}"
            url = environment.url_of(name)
        else:
            name = str(home / "bihuan.sqlite3")
            url = f"sqlite:///{name}"
        self._copy(self.name, name)
        return OwnDatabase(name, url, home, settings)

    def point_back(self) -> None:
        """Let the ordinary tests have their database again."""
        point_at(self.original)

    def drop(self) -> None:
        """Remove the template; a SQLite file goes with the run's home directory."""
        if environment.on_postgres():
            _admin(f'DROP DATABASE "{self.name}"')

    @staticmethod
    def _copy(source: str, target: str) -> None:
        if environment.on_postgres():
            return _admin(f'CREATE DATABASE "{target}" TEMPLATE "{source}" STRATEGY FILE_COPY')
        with sqlite3.connect(source) as old, sqlite3.connect(target) as new:
            old.backup(new)
        old.close()
        new.close()
        return None


def _admin(statement: str) -> None:
    import psycopg

    with psycopg.connect(os.environ["BIHUAN_TEST_POSTGRES"], autocommit=True) as connection:
        connection.execute(statement)
