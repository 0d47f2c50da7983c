"""What an installation needs, checked: ``bihuan check`` shows it, ``serve`` warns of it."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from bihuan.ledger.backup_postgres import program
from bihuan.ledger.trips import make_durable
from bihuan.models import Head
from bihuan.rules.errors import BihuanError, Missing
from bihuan.rules.providers import Oidc

#: The function as PostgreSQL has it, by whether it is version 17 or later.
_MESSAGE = {
    False: "pg_logical_emit_message(boolean,text,text)",
    True: "pg_logical_emit_message(boolean,text,text,boolean)",
}


@dataclass
class Finding:
    """One thing looked at: ``level`` is ok, warning or error."""

    what: str
    level: str
    message: str
    hint: str = ""


def findings(connection: BaseDatabaseWrapper) -> list[Finding]:
    """Return everything looked at, in order; a failing look is a finding, never an exception."""
    found: list[Finding] = []
    for look in (
        _python,
        _database,
        _ledger,
        _durable,
        _home,
        _key,
        _secret,
        _hashes,
        _assets,
        _backups,
        _provider,
    ):
        found += look(connection)
    return found


def _python(_connection: BaseDatabaseWrapper) -> Iterator[Finding]:
    yield Finding("Python", "ok", ".".join(map(str, sys.version_info[:3])))


def _database(connection: BaseDatabaseWrapper) -> Iterator[Finding]:
    try:
        connection.ensure_connection()
    except OperationalError as error:
        yield Finding(
            "数据库",
            "error",
            f"连不上：{error}".strip(),
            "请核对 DATABASE_URL 或 BIHUAN_HOME，或先运行 bihuan init。",
        )
        return
    version = ".".join(map(str, connection.get_database_version()))
    yield Finding("数据库", "ok", f"{connection.vendor} {version}")
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield Finding("数据表", "error", "结构不是最新的", "请运行 bihuan init（不会改动已有数据）。")


def _ledger(connection: BaseDatabaseWrapper) -> Iterator[Finding]:
    if "head" not in _tables(connection):
        return
    head = Head.objects.filter(pk=1).first()
    if head is None:
        yield Finding("台账库", "error", "还没有建立", "请运行 bihuan init。")
    else:
        yield Finding("台账库", "ok", f"{head.seq} 条留痕，哈希算法 {head.hash_name}")


def _durable(connection: BaseDatabaseWrapper) -> Iterator[Finding]:
    """Try what every step on PostgreSQL ends with."""
    if connection.vendor != "postgresql" or connection.connection is None:
        return
    version = connection.get_database_version()
    try:
        make_durable(connection)
    except DatabaseError as error:
        yield Finding(
            "留痕落盘",
            "error",
            f"数据库账号不能调用 pg_logical_emit_message：{error}".strip(),
            f"请由数据库管理员只授权这一个函数：GRANT EXECUTE ON FUNCTION {_MESSAGE[version >= (17,)]} TO 该账号。",
        )
    else:
        yield Finding("留痕落盘", "ok", "办理成功即已写入磁盘")


def _tables(connection: BaseDatabaseWrapper) -> list[str]:
    try:
        return connection.introspection.table_names()
    except OperationalError:
        return []


def _home(_connection: BaseDatabaseWrapper) -> Iterator[Finding]:
    home = Path(settings.HOME)
    if os.access(home, os.W_OK):
        yield Finding("数据目录", "ok", str(home))
    else:
        yield Finding("数据目录", "error", f"{home} 不存在或不能写", "请核对 BIHUAN_HOME 和目录权限。")


def _key(_connection: BaseDatabaseWrapper) -> Iterator[Finding]:
    path = Path(settings.KEY_FILE)
    if not path.exists():
        yield Finding("封存密钥", "warning", "还没有，首次封存时生成")
    elif path.stat().st_mode & 0o077:
        yield Finding("封存密钥", "error", f"{path} 别人也能读", f"请运行 chmod 600 {path}")
    else:
        yield Finding("封存密钥", "ok", str(path))


def _secret(_connection: BaseDatabaseWrapper) -> Iterator[Finding]:
    if os.environ.get("BIHUAN_SECRET_KEY") or (Path(settings.HOME) / "secret.key").is_file():
        yield Finding("网页密钥", "ok", "已设置")
    else:
        yield Finding("网页密钥", "warning", "没有保存，重启后须重新登录", "运行 bihuan init 会生成。")


def _hashes(_connection: BaseDatabaseWrapper) -> Iterator[Finding]:
    if "sm3" in hashlib.algorithms_available:
        yield Finding("国密 SM3", "ok", "可用")
    else:
        yield Finding("国密 SM3", "warning", "本机 OpenSSL 不支持", "用 SHA-256 的台账不受影响。")


def _assets(_connection: BaseDatabaseWrapper) -> Iterator[Finding]:
    vendor = Path(__file__).parent / "web" / "static" / "vendor"
    if any(vendor.glob("*")):
        yield Finding("网页资源", "ok", "齐全")
    else:
        yield Finding("网页资源", "error", "样式和脚本没有生成", "请运行 make setup，或安装发布的 wheel 包。")


def _backups(connection: BaseDatabaseWrapper) -> Iterator[Finding]:
    """See whether PostgreSQL's own programs are here; without a connection it is known already that nothing goes."""
    if connection.vendor != "postgresql" or connection.connection is None:
        return
    try:
        found = program("pg_dump", connection.alias)
    except Missing as error:
        yield Finding("备份程序", "warning", error.message, error.hint)
    else:
        yield Finding("备份程序", "ok", f"pg_dump {found.major}（{found.path}）")


def _provider(_connection: BaseDatabaseWrapper) -> Iterator[Finding]:
    """Ask the provider of the settings, if there is one, whether it can be reached and lets us in."""
    provider = settings.PROVIDER
    if provider is None:
        return
    try:
        if isinstance(provider, Oidc):
            from bihuan.web import oidc

            found = oidc.look(provider)
        else:
            from bihuan.web import ldap

            found = ldap.look(provider)
    except BihuanError as error:
        yield Finding(provider.name, "error", error.message, error.hint)
    else:
        yield Finding(provider.name, "ok", f"连得上：{found}")
