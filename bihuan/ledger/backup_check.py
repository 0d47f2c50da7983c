"""Whether a backup holds: every byte of it, the chain on a copy of its database, and how it stands to the present ledger."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from threading import Lock
from typing import IO, Any
from uuid import uuid4
from zipfile import BadZipFile, ZipFile

from django.db import DatabaseError, connections

from bihuan.config import sqlite
from bihuan.ledger import backup_postgres
from bihuan.ledger.append import NotOpened
from bihuan.ledger.backup import DATABASES, EVIDENCE, Backup, workplace
from bihuan.ledger.blobs import path_of
from bihuan.ledger.reading import entry_hash_at, head
from bihuan.ledger.verify import verify
from bihuan.models import Evidence

_CHUNK = 1 << 20
_KNOWING = Lock()


class Standing(Enum):
    """How the ledger of a backup stands to the one in use."""

    NONE = "这里还没有台账"
    SAME = "与现在的台账一致"
    BEHIND = "比现在的台账旧，此后又有新的留痕"
    AHEAD = "比现在的台账新"
    OTHER = "与现在的台账不是同一本，或其中一本被改动过"


@dataclass
class Checked:
    """What was found: every problem, how many entries were checked (0: not looked at), and the standing; ``notes`` are no problems."""

    backup: Backup
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    entries: int = 0
    standing: Standing | None = None

    @property
    def ok(self) -> bool:
        """Whether everything holds that was looked at."""
        return not self.problems


def check_backup(backup: Backup, *, using: str = "default") -> Checked:
    """Read every byte of ``backup`` and verify the chain on a copy of its database."""
    found = Checked(backup)
    if backup.note is None:
        found.problems.append(backup.fault)
        return found
    try:
        with ZipFile(backup.path) as file, workplace(backup.path.parent) as place:
            there = _evidence(found, file)
            copy = place / DATABASES[backup.note.database]
            with file.open(copy.name) as source:
                if _take_out(source, copy) != backup.note.sha256:
                    found.problems.append("数据库部分与备份时的不同。")
            if found.ok:
                _database(found, copy, there, using)
    except (BadZipFile, zlib.error, OSError, KeyError, EOFError, ValueError) as error:
        found.problems.append(f"文件有损坏，读不完整（{error}）。")
    return found


def _evidence(found: Checked, file: ZipFile) -> set[str]:
    """Check that every evidence file still has the hash that names it; returns the hashes."""
    assert found.backup.note is not None
    names = [name for name in file.namelist() if name.startswith(EVIDENCE)]
    there = set()
    for name in names:
        digest = hashlib.sha256()
        with file.open(name) as source:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
        there.add(digest.hexdigest())
        if name != EVIDENCE + path_of(digest.hexdigest()):
            found.problems.append(f"佐证文件 {name.removeprefix(EVIDENCE)} 的内容不对。")
    if len(names) != found.backup.note.evidence:
        found.problems.append(f"佐证文件应有{found.backup.note.evidence}个，实有{len(names)}个。")
    return there


def _take_out(source: IO[bytes], target: Path) -> str:
    digest = hashlib.sha256()
    with target.open("wb") as copy:
        while chunk := source.read(_CHUNK):
            copy.write(chunk)
            digest.update(chunk)
    return digest.hexdigest()


def _database(found: Checked, copy: Path, there: set[str], using: str) -> None:
    assert found.backup.note is not None
    if found.backup.note.database != "sqlite":
        if said := backup_postgres.readable(copy):
            found.problems.append(said)
        found.standing = standing(found.backup, using)
        found.notes.append("PostgreSQL 的备份要恢复到一个空数据库里，才能逐条核验；恢复命令会自动核验。")
        return
    with _opened(copy) as alias:
        try:
            _chain(found, alias)
            found.standing = standing(found.backup, using, alias)
            named = set(Evidence.objects.using(alias).values_list("digest", flat=True))
        except (DatabaseError, NotOpened) as error:
            found.problems.append(f"数据库部分打不开：{error}")
            return
    if missing := named - there:
        found.notes.append(f"有{len(missing)}个佐证文件不在备份里：备份时存储中就没有它们。")


def _chain(found: Checked, alias: str) -> None:
    assert found.backup.note is not None
    verdict = verify(using=alias, whole=False)
    found.entries = verdict.entries
    found.problems += verdict.problems
    if (verdict.entries, verdict.head) != (found.backup.note.count, found.backup.note.head):
        found.problems.append("台账末尾与备份时记下的不同。")


@contextmanager
def _opened(path: Path) -> Iterator[str]:
    """Open the SQLite file at ``path`` beside the ledger in use; yields the alias, which no other check has."""
    alias = f"backup-{uuid4().hex}"
    _know(alias, {**connections.settings["default"], **sqlite(path)})
    try:
        yield alias
    finally:
        connections[alias].close()
        del connections[alias]
        _know(alias, None)


def _know(alias: str, values: dict[str, Any] | None) -> None:
    """Make a database known, or (None) forget it, by a new table: other threads go through the old one meanwhile."""
    with _KNOWING:
        known = {name: found for name, found in connections.settings.items() if name != alias}
        connections.settings = known if values is None else {**known, alias: values}


def standing(backup: Backup, using: str, alias: str = "") -> Standing:
    """Return how the ledger of ``backup`` stands to the one in use, by the end of the shorter of the two.

    ``alias`` is the copy of its database; without one a backup that reaches further is taken to be of the same ledger.
    """
    assert backup.note is not None
    try:
        count, last, _ = head(using)
    except (NotOpened, DatabaseError):
        return Standing.NONE
    kept = entry_hash_at(backup.note.count, using)
    if kept is None:
        same = not alias or entry_hash_at(count, alias) == last
        return Standing.AHEAD if same else Standing.OTHER
    if kept.hex() != backup.note.head:
        return Standing.OTHER
    return Standing.SAME if (count, last.hex()) == (backup.note.count, backup.note.head) else Standing.BEHIND
