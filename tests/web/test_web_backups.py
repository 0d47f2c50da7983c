"""Backups from the browser: made, listed, verified; restoring is told, not done."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from bihuan.checks import findings
from bihuan.ledger.backup import backups
from bihuan.ledger.reading import head
from tests.support import environment
from tests.web.markup import faults
from tests.web.office import Office, text_of


@pytest.fixture
def office(own_database):
    """A county whose rows are committed: a backup is made by a connection of its own."""
    own_database()
    return Office()


def test_a_backup_is_made_listed_verified_and_its_restoring_told(office: Office, postgres_programs):
    client = office.as_("admin")
    empty = client.get("/backups/")
    assert "还没有备份" in text_of(empty)
    assert "现在不能在这里备份" not in text_of(empty)
    listed = client.post("/backups/", follow=True)
    (made,) = backups()
    assert f"第 {head()[0]} 条" in text_of(listed)
    page = client.get(f"/backups/{made.path.name}/")
    assert f"bihuan restore {made.path}" in text_of(page)
    checked = client.post(f"/backups/{made.path.name}/")
    assert "备份完好。" in text_of(checked)
    assert "它与现在的台账一致" in text_of(checked)
    for response in (listed, page, checked):
        assert faults(response.content.decode()) == []


@pytest.fixture
def lack(monkeypatch, tmp_path) -> Callable[[int], str]:
    """Leaves on the path a pg_dump of a version (0: none), and returns what is said of it on the page."""

    def left(version: int) -> str:
        folder = tmp_path / f"programs-{version}"
        folder.mkdir()
        monkeypatch.setenv("PATH", str(folder))
        if not version:
            return "这台机器上没有 PostgreSQL 自带的 pg_dump"
        program = folder / "pg_dump"
        program.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}.4 (Debian {version}.4-1)'\n")
        program.chmod(0o700)
        server = connection.get_database_version()[0]
        return f"数据库是 PostgreSQL {server}，这台机器上的 pg_dump 只是 {version} 版（{program}）"

    return left


@pytest.mark.parametrize("version", [0, 9])
def test_without_a_fitting_pg_dump_the_page_and_the_check_say_so_before_anybody_tries(
    office: Office, lack, version
):
    said = lack(version)
    page, refused = office.as_("admin").get("/backups/"), office.as_("admin").post("/backups/")
    told = [(f.level, f.message) for f in findings(connection) if f.what == "备份程序"]
    if not environment.on_postgres():
        assert ("现在不能在这里备份" in text_of(page), refused.status_code, told) == (False, 302, [])
        return
    assert ("现在不能在这里备份。" in text_of(page), said in text_of(page)) == (True, True)
    assert '<button class="btn btn-primary" disabled>' in page.content.decode()
    assert (refused.status_code, said in text_of(refused), backups()) == (422, True, [])
    assert [(level, message.startswith(said)) for level, message in told] == [("warning", True)]
    assert faults(page.content.decode()) == []


def test_the_check_names_the_pg_dump_that_is_used_also_where_an_older_one_comes_first(
    office: Office, lack, monkeypatch
):
    lack(9)
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:{environment.programs()}")
    told = [(f.level, f.message) for f in findings(connection) if f.what == "备份程序"]
    server = connection.get_database_version()[0]
    used = [("ok", f"pg_dump {server}（{environment.programs() / 'pg_dump'}）")]
    assert told == (used if environment.on_postgres() else [])
    assert office.as_("admin").post("/backups/").status_code == 302


def test_a_file_that_is_no_backup_is_listed_with_what_is_wrong(office: Office):
    settings.BACKUPS.mkdir()
    (settings.BACKUPS / "bihuan-x.zip").write_bytes(b"PK\x03\x04 nichts")
    client = office.as_("admin")
    assert "文件不完整，或不是本系统的备份。" in text_of(client.get("/backups/"))
    assert "备份不完好，不能用来恢复" in text_of(client.post("/backups/bihuan-x.zip/"))


def test_a_name_that_leads_elsewhere_is_no_backup(office: Office):
    for name in ("secret.key", "..%2Fsecret.key", "bihuan-none.zip"):
        assert office.as_("admin").get(f"/backups/{name}/").status_code == 404


def test_the_system_administrator_alone_keeps_the_backups(office: Office):
    assert Client().get("/backups/").status_code == 302
    for person in ("supervisor", "security", "audit", "auditor"):
        assert office.as_(person).post("/backups/").status_code == 403
