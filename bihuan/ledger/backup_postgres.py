"""PostgreSQL is backed up and restored by its own programs, pg_dump and pg_restore."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from django.db import connections, transaction

from bihuan.ledger.reading import head
from bihuan.rules.errors import Missing

_HINT = (
    "请信息技术人员安装 PostgreSQL {server} 或更新的客户端（含 {name}），并把它所在的目录放进 PATH；"
    "或按数据库自己的办法备份，佐证目录另行复制。"
)


@dataclass(frozen=True)
class Program:
    """One of PostgreSQL's own programs: where it is, and the major version that it is of."""

    path: str
    major: int


def dump(target: Path, using: str = "default") -> tuple[int, bytes, str]:
    """Write the database to ``target`` as it is at one moment; return the end of the chain at that moment."""
    with transaction.atomic(using), connections[using].cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        found = head(using)
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        _run(
            "pg_dump", using, "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={target}"
        )  # fmt: skip
    return found


def load(source: Path, using: str = "default") -> None:
    """Read ``source`` into the database, which must be empty: all of it, or nothing."""
    _run("pg_restore", using, "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error",
         f"--dbname={connections[using].settings_dict['NAME']}", str(source))  # fmt: skip


def readable(source: Path) -> str:
    """Return "" when the table of contents of ``source`` can be read, else why not."""
    program = shutil.which("pg_restore")
    if program is None:
        return "这台机器上没有 pg_restore，数据库部分没有核对。"
    done = subprocess.run([program, "--list", source], capture_output=True, text=True, check=False)  # noqa: S603
    return "" if done.returncode == 0 else f"pg_restore 读不出数据库部分：{_last(done.stderr)}"


def program(name: str, using: str = "default") -> Program:
    """Return the first ``name`` on the path that is as new as the server; an older one refuses.

    Raises Missing, which says what there is instead and what to do.
    """
    server = connections[using].get_database_version()[0]
    found = [made for path in _on_path(name) if (made := _asked(path, using))]
    for each in found:
        if each.major >= server:
            return each
    raise Missing(_lack(name, found, server), hint=_HINT.format(server=server, name=name))


def _on_path(name: str) -> list[str]:
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return [path for folder in folders if (path := shutil.which(name, path=folder))]


def _asked(path: str, using: str) -> Program | None:
    """Ask a program for its version; with the settings of the database, because some stand for several programs."""
    done = subprocess.run(  # noqa: S603
        [path, "--version"], capture_output=True, text=True, check=False, env=_environment(using)
    )
    told = re.search(r"\(PostgreSQL\) (\d+)", done.stdout)
    return Program(path, int(told[1])) if told else None


def _lack(name: str, found: list[Program], server: int) -> str:
    if not found:
        return f"这台机器上没有 PostgreSQL 自带的 {name}，不能由系统备份或恢复数据库。"
    newest = max(found, key=lambda each: each.major)
    return (
        f"数据库是 PostgreSQL {server}，这台机器上的 {name} 只是 {newest.major} 版（{newest.path}），"
        "比数据库旧，不能备份或恢复它。"
    )


def _run(name: str, using: str, *arguments: str) -> None:
    done = subprocess.run(  # noqa: S603  # the password goes by the environment, where others cannot read it
        [program(name, using).path, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=_environment(using),
    )
    if done.returncode:
        raise Missing(f"{name} 没有完成：{_last(done.stderr)}", hint="请信息技术人员查看数据库。")


def _environment(using: str) -> dict[str, str]:
    known = connections[using].settings_dict
    names = {
        "NAME": "PGDATABASE",
        "USER": "PGUSER",
        "PASSWORD": "PGPASSWORD",
        "HOST": "PGHOST",
        "PORT": "PGPORT",
    }
    return {**os.environ, **{env: str(known[key]) for key, env in names.items() if known.get(key)}}


def _last(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1][:300] if lines else "没有说明原因"
