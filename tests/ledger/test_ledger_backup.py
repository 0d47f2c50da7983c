"""Backups: whole or not at all, sound while others write, and restored without losing anything unasked."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.db import connections

from bihuan.ledger.backup import backup_named, backups, make_backup, opened, sweep
from bihuan.ledger.backup_check import Standing, check_backup
from bihuan.ledger.blobs import path_of
from bihuan.ledger.reading import head
from bihuan.ledger.rebuild import digests
from bihuan.ledger.restore import InUse, WouldLose, restore
from bihuan.ledger.seal import make_seal, read_seals
from bihuan.ledger.verify import verify
from bihuan.models import Evidence
from bihuan.rules.errors import Invalid, NotFound
from tests.actions.county import County, upload
from tests.support import environment
from tests.support.damage import damaged
from tests.support.databases import homes_below
from tests.support.waiting import until

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def county(own_database, postgres_programs):
    """A county in a real database, with an item that has evidence."""
    own = own_database()
    made = County()
    made.own = own
    made.item = made.at("working")
    made.do("attach", made.item, "handler", file=upload())
    return made


def refused_by_postgres() -> bool:
    """On PostgreSQL nothing is restored over a database that has tables, whatever is asked."""
    if not environment.on_postgres():
        return False
    with pytest.raises(Invalid, match="已有数据表"):
        restore(make_backup(NOW), NOW, lose_newer=True)
    return True


def empty(county, own_database):
    """Point this process at a place without a ledger; files stay where they are."""
    if environment.on_postgres():
        own_database()
        homes_below(county.own.settings, county.own.home)
        with connections["default"].cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    else:
        connections.close_all()
        Path(county.own.name).unlink()


def bare(folder: Path) -> set[str]:
    return {p.name for p in folder.iterdir()}


def test_a_backup_holds_the_ledger_and_its_evidence_and_says_so(county):
    made = make_backup(NOW)
    count, last, name = head()
    assert (made.note.count, made.note.head, made.note.hash_name) == (count, last.hex(), name)
    assert made.note.evidence == 1
    assert made.path.parent == settings.BACKUPS
    assert made.path.name == f"bihuan-20261126-160000-{count}.zip"
    assert [b.path for b in backups()] == [made.path]
    checked = check_backup(made)
    assert (checked.problems, checked.standing) == ([], Standing.SAME)
    assert checked.entries == (0 if environment.on_postgres() else count)
    assert bare(settings.BACKUPS) == {made.path.name}, "nothing it worked with is left"


def test_the_keys_are_not_in_a_backup(county):
    make_seal(NOW)
    with ZipFile(make_backup(NOW).path) as file:
        names = set(file.namelist())
    digest = Evidence.objects.get().digest
    database = "bihuan.dump" if environment.on_postgres() else "bihuan.sqlite3"
    assert names == {"backup.json", "seals.jsonl", database, f"evidence/{digest[:2]}/{digest}"}


def test_two_backups_at_the_same_moment_are_two_files(county):
    assert len({make_backup(NOW).path, make_backup(NOW).path}) == 2


def test_a_backup_of_what_went_on_is_told_to_be_older(county):
    made = make_backup(NOW)
    county.do("comment", county.item, "handler", text="还在办")
    assert check_backup(made).standing is Standing.BEHIND


def test_a_backup_is_found_by_its_name_alone(county):
    made = make_backup(NOW)
    assert backup_named(made.path.name).path == made.path
    for name in ("nichts.zip", "../bihuan.sqlite3", f"../backups/{made.path.name}"):
        with pytest.raises(NotFound):
            backup_named(name)


@pytest.mark.parametrize("part", ["bihuan.", "evidence/", ""])
def test_a_changed_byte_is_found_wherever_it_is(county, part):
    made = make_backup(NOW)
    for content in damaged(made.path.read_bytes(), part, 24):
        made.path.write_bytes(content)
        assert not check_backup(opened(made.path)).ok


def test_a_part_of_a_backup_is_no_backup(county):
    made = make_backup(NOW)
    made.path.write_bytes(made.path.read_bytes()[:-100])
    (found,) = backups()
    assert found.note is None
    assert check_backup(found).problems == ["文件不完整，或不是本系统的备份。"]
    with pytest.raises(Invalid, match="备份不完好"):
        restore(found, NOW)


def test_a_ledger_that_was_altered_inside_of_a_backup_is_found_by_its_chain(county, tmp_path):
    if refused_by_postgres():
        return
    made = make_backup(NOW)
    with ZipFile(made.path) as file:
        file.extractall(tmp_path / "x")
    copy = tmp_path / "x" / "bihuan.sqlite3"
    with closing(sqlite3.connect(copy)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute("UPDATE entry SET body=replace(body,'修路','铺路')")
        connection.commit()
    note = json.loads((tmp_path / "x" / "backup.json").read_text())
    note["sha256"] = hashlib.sha256(copy.read_bytes()).hexdigest()
    (tmp_path / "x" / "backup.json").write_text(json.dumps(note))
    forged = settings.BACKUPS / "bihuan-forged.zip"
    with ZipFile(forged, "w") as file:
        for path in sorted((tmp_path / "x").rglob("*")):
            if path.is_file():
                file.write(path, path.relative_to(tmp_path / "x"))
    problems = check_backup(opened(forged)).problems
    assert any("内容与哈希不符" in p for p in problems)


def test_what_is_restored_is_what_was_backed_up_and_the_old_ledger_is_kept(county):
    if refused_by_postgres():
        return
    before = digests()
    made = make_backup(NOW)
    county.do("comment", county.item, "handler", text="后来的")
    ahead = head()[0]
    with pytest.raises(WouldLose, match=f"备份只到第{made.note.count}条，现在的台账已到第{ahead}条"):
        restore(made, NOW)
    assert head()[0] == ahead
    shutil.rmtree(settings.HOME / "evidence")
    done = restore(made, NOW, lose_newer=True)
    assert (done.count, done.evidence) == (made.note.count, 1)
    assert head()[0] == made.note.count
    assert digests() == before
    assert verify().ok
    with closing(sqlite3.connect(done.aside)) as connection:
        assert connection.execute("SELECT seq FROM head").fetchone() == (ahead,)


@pytest.mark.parametrize("change", [lambda b: b[:-1], lambda b: bytes([b[0] ^ 1]) + b[1:]])
def test_evidence_that_has_become_another_is_put_back_and_what_is_whole_is_not_touched(
    county, own_database, change
):
    county.do("attach", county.item, "handler", file=upload(b"two", "二.txt"))
    whole, spoilt = (path_of(e.digest) for e in Evidence.objects.order_by("id"))
    made = make_backup(NOW)
    folder = settings.HOME / "evidence"
    kept = (folder / whole).stat().st_mtime_ns
    content = (folder / spoilt).read_bytes()
    (folder / spoilt).chmod(0o600)
    (folder / spoilt).write_bytes(change(content))
    empty(county, own_database)
    assert restore(made, NOW).evidence == 1
    assert (folder / spoilt).read_bytes() == content
    assert (folder / whole).stat().st_mtime_ns == kept


def test_seals_of_entries_that_are_gone_go_aside(county):
    if refused_by_postgres():
        return
    early = make_seal(NOW)
    made = make_backup(NOW)
    county.do("comment", county.item, "handler", text="后来的")
    late = make_seal(NOW)
    done = restore(made, NOW, lose_newer=True)
    assert [s.count for s in read_seals()] == [early.count]
    assert str(late.count) in done.seals_aside.read_text()
    assert verify().ok


def test_a_ledger_is_not_restored_over_another_unless_told_so(county, own_database):
    if refused_by_postgres():
        return
    made = make_backup(NOW)
    kept = made.path
    own_database()
    other = County(now=datetime(2026, 4, 1, tzinfo=UTC))
    other.at("working")
    with pytest.raises(WouldLose, match="不是同一本"):
        restore(opened(kept), NOW)
    assert restore(opened(kept), NOW, lose_newer=True).aside is not None


def test_a_ledger_in_use_is_not_replaced(county):
    if refused_by_postgres():
        return
    made = make_backup(NOW)
    other = sqlite3.connect(connections["default"].settings_dict["NAME"])
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM entry").fetchone()
    with pytest.raises(InUse):
        restore(made, NOW)
    other.close()
    assert restore(made, NOW).aside is not None


def test_an_empty_place_is_filled(county, own_database):
    made = make_backup(NOW)
    if environment.on_postgres():
        with pytest.raises(Invalid, match="已有数据表"):
            restore(made, NOW)
    empty(county, own_database)
    assert restore(made, NOW).aside is None
    assert head()[0] == made.note.count
    assert verify().ok


def test_a_backup_taken_while_others_write_is_sound_and_keeps_nobody_waiting(county):
    stop, done, wrong = Event(), [], []

    def write():
        try:
            while not stop.is_set():
                done.append(county.do("comment", county.item, "handler", text="又有进展").seq)
        except Exception as error:
            wrong.append(error)
        finally:
            connections.close_all()

    thread = Thread(target=write)
    thread.start()
    try:
        made = []
        for _ in range(4):
            waited = len(done)
            until(lambda waited=waited: len(done) >= waited + 3 or wrong)
            made.append(make_backup(NOW))
    finally:
        stop.set()
        thread.join()
    assert wrong == []
    counts = [b.note.count for b in made]
    assert counts == sorted(set(counts))
    for backup in made:
        checked = check_backup(backup)
        assert (checked.problems, checked.standing) == (
            [],
            Standing.BEHIND if backup.note.count < head()[0] else Standing.SAME,
        )
    if not environment.on_postgres():
        restore(made[0], NOW, lose_newer=True)
        assert verify().ok


BACK_UP = """
import django; django.setup()
from datetime import UTC, datetime
from bihuan.ledger.backup import make_backup
print('ready', flush=True)
while True: make_backup(datetime.now(UTC))
"""


def test_a_killed_backup_leaves_no_half_file_and_what_it_worked_with_goes_with_the_next(county):
    folder, chance = settings.BACKUPS, random.Random(7)
    for no in range(60):
        (settings.HOME / "evidence" / "zz").mkdir(parents=True, exist_ok=True)
        (settings.HOME / "evidence" / "zz" / f"{no:064x}").write_bytes(chance.randbytes(100_000))
    left = 0
    for turn in range(40):
        if turn >= 4 and left:  # one at least was killed at work
            break
        process = subprocess.Popen(
            [sys.executable, "-c", BACK_UP], stdout=subprocess.PIPE, text=True, cwd=ROOT,
            env={**county.own.environment(), "DJANGO_SETTINGS_MODULE": "bihuan.settings"},
        )  # fmt: skip
        assert process.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0.02, 0.4))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert [b.fault for b in backups() if b.note is None] == []
        left += len(bare(folder)) - len(backups()) if folder.exists() else 0
    assert left > 0
    sweep(folder)
    assert bare(folder) == {b.path.name for b in backups()}


def test_several_backups_are_checked_at_once_and_no_database_stays_known(county):
    made, found = make_backup(NOW), []
    known = set(connections.settings)

    def check():
        try:
            found.append(check_backup(made).problems)
        finally:
            connections.close_all()

    threads = [Thread(target=check) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[], [], []]
    assert set(connections.settings) == known
