"""A backup: one file with the database of one moment, every evidence file, the seals, and a note of what is in it.

It is made in a folder of its own beside the others and gets its name when it is whole, so that a backup that was killed
leaves nothing that looks like one. Writers go on meanwhile. The keys are not in it: they are kept apart.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from django.conf import settings
from django.core.files.storage import Storage
from django.db import connections

from bihuan.ledger import backup_postgres
from bihuan.ledger.append import NotOpened
from bihuan.ledger.blobs import evidence_storage
from bihuan.ledger.storage import keep_names
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import Invalid, Missing, NotFound

#: What the file is called in which the database lies, by what kind of database it is.
DATABASES = {"sqlite": "bihuan.sqlite3", "postgresql": "bihuan.dump"}
EVIDENCE, SEALS, _NOTE = "evidence/", "seals.jsonl", "backup.json"
_FORMAT, _CHUNK, _MAKING = 1, 1 << 20, ".making-"
_PREFIX, _SUFFIX = "bihuan-", ".zip"


class BackupInvalid(Invalid):
    """这不是完好的备份。"""

    code = "backup-invalid"
    default_hint = "请换一份备份；文件若是复制来的，请核对是否复制完整。"


@dataclass(frozen=True)
class Note:
    """What a backup says of itself: the database's kind and hash, the end of the chain, how many evidence files there are."""

    format: int
    bihuan: str
    made_at: str
    database: str
    count: int
    head: str
    hash_name: str
    sha256: str
    evidence: int


@dataclass(frozen=True)
class Backup:
    """A file in the folder of backups; ``note`` is None where it cannot be read, and ``fault`` says why."""

    path: Path
    size: int
    note: Note | None
    fault: str = ""

    @property
    def made_at(self) -> datetime:
        """When it was made; by the file's time where it does not say so."""
        if self.note is None:
            return datetime.fromtimestamp(self.path.stat().st_mtime, UTC)
        return datetime.fromisoformat(self.note.made_at)


def folder() -> Path:
    """Return the folder of the backups (``BIHUAN_BACKUPS``)."""
    return Path(settings.BACKUPS)


def backups() -> list[Backup]:
    """Return the backups that are kept, the newest first."""
    found = [opened(path) for path in folder().glob(f"{_PREFIX}*{_SUFFIX}")]
    return sorted(found, key=lambda b: (b.made_at, b.path.name), reverse=True)


def backup_named(name: str) -> Backup:
    """Return the kept backup called ``name``. Raises NotFound, also for what is no name of a backup."""
    found = next((b for b in backups() if b.path.name == name), None)
    if found is None:
        raise NotFound("没有这份备份。", hint="可能已被删去或移走，请刷新列表。")
    return found


def opened(path: Path) -> Backup:
    """Return the backup at ``path`` with what it says of itself."""
    size = path.stat().st_size
    try:
        with ZipFile(path) as file:
            return Backup(path, size, _read_note(file))
    except BackupInvalid as error:
        return Backup(path, size, None, error.message)
    except (BadZipFile, zlib.error, OSError, EOFError, ValueError, KeyError, TypeError):
        return Backup(path, size, None, "文件不完整，或不是本系统的备份。")


def _read_note(file: ZipFile) -> Note:
    data: dict[str, Any] = json.loads(file.read(_NOTE))
    if data.get("format") != _FORMAT:
        raise BackupInvalid(f"备份的格式（{data.get('format')}）不认识，可能出自更新的版本。")
    return Note(**data)


def obstacle(using: str = "default") -> Missing | None:
    """Return why no backup can be made here, as ``make_backup`` would refuse it; None where one can."""
    if connections[using].vendor == "postgresql":
        try:
            backup_postgres.program("pg_dump", using)
        except Missing as error:
            return error
    return None


def make_backup(now: datetime, *, into: Path | None = None, using: str = "default") -> Backup:
    """Back everything up into the folder ``into`` (default: the one of the settings) and return the backup.

    Raises NotOpened without a ledger, Missing where PostgreSQL's own program is not there or too old.
    """
    target = into or folder()
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    sweep(target)
    with workplace(target) as place:
        kind = connections[using].vendor
        dump = place / DATABASES[kind]
        # The database first: whatever it names had been stored before, and nothing stored is ever taken away.
        count, head, hash_name = (_copy_sqlite if kind == "sqlite" else backup_postgres.dump)(dump, using)
        part = place / "part.zip"
        with ZipFile(part, "w", ZIP_DEFLATED, compresslevel=1) as file:
            digest = _add_file(file, dump)
            evidence = _add_evidence(file, evidence_storage())
            if Path(settings.SEAL_FILE).is_file():
                file.write(settings.SEAL_FILE, SEALS)
            note = Note(
                _FORMAT, version("bihuan"), now.astimezone(UTC).isoformat(), kind, count, head.hex(), hash_name, digest, evidence
            )  # fmt: skip
            file.writestr(_NOTE, json.dumps(asdict(note), ensure_ascii=False, indent=1))
        return opened(_named(part, target, f"{now.astimezone(CHINA):%Y%m%d-%H%M%S}-{count}"))


def _named(part: Path, target: Path, stem: str) -> Path:
    """Give the whole file its name, which no other has; it is on the disk before."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.chmod(0o600)
    for no in range(1, 1000):
        path = target / f"{_PREFIX}{stem}{f'-{no}' if no > 1 else ''}{_SUFFIX}"
        try:
            os.link(part, path)  # unlike a renaming it never takes the place of another
        except FileExistsError:
            continue
        keep_names(target)
        return path
    raise Invalid("同一时刻的备份太多。", hint="请过一会儿再试。")


def _copy_sqlite(target: Path, using: str) -> tuple[int, bytes, str]:
    """Copy the database as it is at one moment, in one step: writers begin no copy anew."""
    name = connections[using].settings_dict["NAME"]
    source = sqlite3.connect(f"file:{name}?mode=ro" if "?" not in str(name) else str(name), uri=True)
    with closing(source), closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # all of it in one file
        try:
            found = copy.execute('SELECT "seq","hash","hash_name" FROM "head" WHERE "id"=1').fetchone()
        except sqlite3.OperationalError:
            found = None
    if found is None:
        raise NotOpened
    count, head, hash_name = found
    return count, head, hash_name


def _add_file(file: ZipFile, path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as source:
        _pour(file, ZipInfo.from_file(path, path.name), source, digest)
    return digest.hexdigest()


def _pour(file: ZipFile, info: ZipInfo, source: IO[bytes], digest: Any = None) -> None:
    info.compress_type = ZIP_DEFLATED if info.filename in DATABASES.values() else ZIP_STORED
    with file.open(info, "w", force_zip64=True) as target:
        while chunk := source.read(_CHUNK):
            target.write(chunk)
            if digest is not None:
                digest.update(chunk)


def _add_evidence(file: ZipFile, storage: Storage) -> int:
    """Add what the evidence's storage holds, as it is there: photographs and the like hardly get smaller."""
    count = 0
    for name in stored(storage):
        with storage.open(name) as source:
            _pour(file, ZipInfo(EVIDENCE + name), source)
        count += 1
    return count


def stored(storage: Storage, below: str = "") -> Iterator[str]:
    """Yield the names of everything in ``storage``; what is only being written has a name that begins with a dot."""
    if below == "" and not storage.exists(""):
        return
    folders, files = storage.listdir(below)
    yield from (f"{below}{name}" for name in sorted(files) if not name.startswith("."))
    for name in sorted(folders):
        yield from stored(storage, f"{below}{name}/")


@contextmanager
def workplace(target: Path) -> Iterator[Path]:
    """A folder below ``target`` (the home, where that may not be written to) to work in, which is gone afterwards.

    It is held by a lock that ends with the process.
    """
    target = target if os.access(target, os.W_OK) else Path(settings.HOME)
    place = Path(tempfile.mkdtemp(prefix=_MAKING, dir=target))
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)


def sweep(target: Path) -> None:
    """Remove the working folders of processes that were killed."""
    for place in target.glob(f"{_MAKING}*"):
        try:
            with (place / "lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(place, ignore_errors=True)
        except OSError:
            continue  # another backup is at work there
