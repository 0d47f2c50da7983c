"""Backing up and restoring from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from bihuan.ledger.reading import head
from tests.actions.county import County
from tests.support import environment


@pytest.fixture
def county(own_database: Any, postgres_programs: None) -> County:
    """A county in a real database, with PostgreSQL's programs at hand."""
    own_database()
    made = County()
    made.at("working")
    return made


def test_a_backup_goes_where_it_is_wanted_is_checked_and_restores(county, told, tmp_path: Path):
    status, made = told("backup", "--out", str(tmp_path / "elsewhere"), "--check")
    assert (status, made["ok"], made["count"]) == (0, True, head()[0])
    file = Path(made["file"])
    assert file.parent == tmp_path / "elsewhere"
    status, checked = told("restore", "--check", str(file))
    assert (status, checked["ok"], checked["standing"]) == (0, True, "same")
    if environment.on_postgres():
        assert told("restore", str(file))[1]["error"]["code"] == "invalid"
        return
    connections.close_all()
    status, done = told("restore", str(file))
    assert (status, done["ok"], done["count"]) == (0, True, made["count"])
    assert Path(done["aside"]).is_file()


def test_newer_entries_are_lost_only_when_that_is_asked_for(county, told):
    file = told("backup")[1]["file"]
    county.at("registered")
    status, refused = told("restore", file)
    if environment.on_postgres():
        assert (status, refused["error"]["code"]) == (1, "invalid"), "the database has tables"
    else:
        assert (status, refused["error"]["code"]) == (1, "would-lose")
        assert "--lose-newer" in refused["error"]["hint"]
    assert told("restore", "--check", file)[1]["standing"] == "behind"


def test_what_is_no_backup_is_refused(county, told, tmp_path: Path):
    file = tmp_path / "x.zip"
    file.write_bytes(b"nichts")
    status, checked = told("restore", "--check", str(file))
    assert (status, checked["ok"]) == (1, False)
    assert told("restore", str(file))[1]["error"]["code"] == "backup-invalid"
