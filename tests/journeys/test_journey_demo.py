"""The main job end to end: the demonstration, as ``make demo`` runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook

from bihuan.cli.main import run
from bihuan.demo.supervision import DEEDS
from bihuan.ledger.reading import head
from bihuan.models import Entry, Item
from tests.support.databases import OwnDatabase

VERIFIER = Path(__file__).parents[2] / "verifier" / "bihuan_verify.py"


def test_the_demonstration_ends_with_everything_verified_and_the_same_seed_lives_the_same_life(
    own_database: Callable[[], OwnDatabase], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    own_database()
    assert run(["demo", "--out", str(tmp_path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["items"]) == (True, 41)
    assert told["steps"]["deeds"] == len(DEEDS)
    assert (
        told["steps"]["close"]
        == Item.objects.filter(state="closed").count() + Item.objects.filter(reopens__gt=0).count()
    )
    document = Document(str(tmp_path / "阶段报告.docx"))
    assert document.paragraphs[0].text or document.paragraphs[1].text
    assert (
        "总体情况" in load_workbook(tmp_path / "阶段报告.xlsx").sheetnames[0]
        or load_workbook(tmp_path / "阶段报告.xlsx").sheetnames
    )
    verified = subprocess.run(
        [
            sys.executable,
            str(VERIFIER),
            str(tmp_path / "台账导出.jsonl"),
            "--seals",
            str(tmp_path / "封存.jsonl"),
            "--json",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    found = json.loads(verified.stdout)
    assert (verified.returncode, found["ok"], found["entries"]) == (0, True, head()[0])

    hashes = dict(Entry.objects.values_list("seq", "hash"))
    own_database()
    assert run(["demo", "--out", str(tmp_path / "again"), "--ledger-only"]) == 0
    again, reached, _ = head()
    assert (again > told["items"], bytes(hashes[again])) == (True, reached)


@pytest.mark.django_db
def test_the_demonstration_is_refused_on_a_ledger_that_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert run(["init"]) == 0
    before = head()
    assert run(["demo", "--out", str(tmp_path), "--json"]) == 1
    assert head() == before
