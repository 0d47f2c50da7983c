"""Backups from the browser: made, listed, verified; restoring is told, not done."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

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


def test_a_backup_is_made_listed_verified_and_its_restoring_told(office: Office, monkeypatch):
    client = office.as_("admin")
    assert "还没有备份" in text_of(client.get("/backups/"))
    if environment.on_postgres():
        monkeypatch.setenv("PATH", str(settings.HOME))
        refused = client.post("/backups/")
        assert refused.status_code == 422
        assert "没有 PostgreSQL 自带的 pg_dump" in text_of(refused)
        return
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
