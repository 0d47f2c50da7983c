"""Putting a backup in the place of the present ledger, which is kept aside."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePath
from zipfile import ZipFile

from django.conf import settings
from django.core.files import File
from django.db import connections

from bihuan.ledger import backup_postgres
from bihuan.ledger.backup import DATABASES, EVIDENCE, SEALS, Backup, BackupInvalid, workplace
from bihuan.ledger.backup_check import Standing, check_backup
from bihuan.ledger.blobs import evidence_storage, intact
from bihuan.ledger.reading import head
from bihuan.ledger.storage import keep_names
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import Invalid
from bihuan.rules.signing import read_seal


class WouldLose(Invalid):
    """恢复会丢掉现在台账里的留痕。"""

    code = "would-lose"
    default_hint = "确实要丢掉的，请加 --lose-newer；现在的台账会另存一份。"


class InUse(Invalid):
    """还有程序在使用台账库，不能恢复。"""

    code = "in-use"
    default_hint = "请先停止 bihuan serve 和 bihuan worker，再运行恢复命令。"


@dataclass
class Restored:
    """What was done: where the old database and seals were put aside (None: there were none), and how many evidence files came back."""

    count: int
    aside: Path | None = None
    seals_aside: Path | None = None
    evidence: int = 0
    notes: list[str] = field(default_factory=list)


def restore(backup: Backup, now: datetime, *, lose_newer: bool = False, using: str = "default") -> Restored:
    """Check ``backup``, put its evidence where some is missing, and its database in the place of the present one.

    Raises BackupInvalid, WouldLose where the present ledger has entries that the backup has not, and InUse. Until the last
    step, which happens at once or not at all, the present ledger is as it was.
    """
    checked = check_backup(backup, using=using)
    note = backup.note
    if not checked.ok or note is None:
        raise BackupInvalid(f"备份不完好，没有恢复：{'；'.join(p.rstrip('。') for p in checked.problems)}。")
    if note.database != connections[using].vendor:
        raise Invalid(
            f"备份是 {note.database} 的，现在设置的数据库是 {connections[using].vendor}。",
            hint="请把 DATABASE_URL 改成同一种数据库再恢复。",
        )
    if note.database == "postgresql":
        _demand_empty(using)
    if not lose_newer and checked.standing in (Standing.BEHIND, Standing.OTHER):
        raise WouldLose(_loss(checked.standing, note.count, head(using)[0]))
    done = Restored(note.count, notes=checked.notes)
    with ZipFile(backup.path) as file:
        done.evidence = _put_evidence(file)
        if note.database == "sqlite":
            present = None if checked.standing is Standing.NONE else now
            done.aside = _swap(file, Path(connections[using].settings_dict["NAME"]), present)
        else:
            _load(file, backup.path.parent, using)
        done.seals_aside = _put_seals(file, note.count, now)
    return done


def _loss(standing: Standing, count: int, present: int) -> str:
    if standing is Standing.OTHER:
        return f"备份{standing.value}：备份到第{count}条，现在的到第{present}条，第{min(count, present)}条就不相同。"
    return f"备份只到第{count}条，现在的台账已到第{present}条，恢复会丢掉后面的{present - count}条。"


def _put_evidence(file: ZipFile) -> int:
    """Put back what the storage lacks, or has with another content than its name says; nothing else is taken away."""
    storage, count = evidence_storage(), 0
    for info in file.infolist():
        if not info.filename.startswith(EVIDENCE):
            continue
        name = info.filename.removeprefix(EVIDENCE)
        if storage.exists(name):
            if intact(PurePath(name).name):
                continue
            storage.delete(name)
        with file.open(info) as source:
            storage.save(name, File(source, name=name))
        count += 1
    return count


def _swap(file: ZipFile, target: Path, kept_at: datetime | None) -> Path | None:
    """Put the database in place in one step; the old one is kept beside it, named after ``kept_at`` (None: it holds no ledger)."""
    new = target.with_name(f"{target.name}.restoring")
    new.unlink(missing_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    with file.open(DATABASES["sqlite"]) as source, new.open("wb") as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
        copy.flush()
        os.fsync(copy.fileno())
    new.chmod(0o600)
    aside = None
    if target.exists():
        _settle(target)
        if kept_at is not None:
            aside = _beside(target, kept_at)
            os.link(target, aside)
    os.replace(new, target)
    keep_names(target.parent)
    return aside


def _beside(path: Path, now: datetime) -> Path:
    return path.with_name(f"{path.stem}-before-{now.astimezone(CHINA):%Y%m%d-%H%M%S}{path.suffix}")


def _settle(target: Path) -> None:
    """Bring everything into the one file, which only works while nobody else has it open."""
    connections.close_all()
    try:
        with closing(sqlite3.connect(target, timeout=5)) as connection:
            mode = connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
    except sqlite3.OperationalError as error:
        raise InUse from error
    if mode != "delete":
        raise InUse


def _demand_empty(using: str) -> None:
    """PostgreSQL is restored into an empty database: the old one is kept by naming another in ``DATABASE_URL``."""
    with connections[using].cursor() as cursor:
        if connections[using].introspection.table_names(cursor):
            raise Invalid(
                "现在的数据库里已有数据表，恢复只写进空数据库，不覆盖原有的。",
                hint="请新建一个空数据库，把 DATABASE_URL 指向它，再运行恢复命令；原来的数据库留着不动。",
            )


def _load(file: ZipFile, beside: Path, using: str) -> None:
    connections[using].close()
    with workplace(beside) as place:
        file.extract(DATABASES["postgresql"], place)
        backup_postgres.load(place / DATABASES["postgresql"], using)


def _put_seals(file: ZipFile, count: int, now: datetime) -> Path | None:
    """Keep the seals that cover the restored entries; later ones, of entries that are gone, go aside with their file."""
    path = Path(settings.SEAL_FILE)
    kept = path.read_text("utf-8").splitlines() if path.exists() else []
    given = file.read(SEALS).decode().splitlines() if SEALS in file.namelist() else []
    lines = [line for line in dict.fromkeys([*given, *kept]) if line]
    wanted = sorted(
        (line for line in lines if read_seal(line).count <= count), key=lambda x: read_seal(x).count
    )
    if wanted == [line for line in kept if line]:
        return None
    aside = None
    if kept:
        aside = _beside(path, now)
        os.link(path, aside)
    part = path.with_name(f"{path.name}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    part.write_text("".join(f"{line}\n" for line in wanted), "utf-8")
    os.replace(part, path)
    return aside
