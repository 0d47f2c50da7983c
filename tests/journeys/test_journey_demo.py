"""The main job end to end: the demonstration, as ``make demo`` runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook

from bihuan.cli.main import run
from bihuan.demo.supervision import DEEDS
from bihuan.ledger.reading import head
from bihuan.library.cited import institutions_named
from bihuan.library.proofread.base import Level
from bihuan.library.proofread.engine import review
from bihuan.library.proofread.text import Text
from bihuan.library.search import search
from bihuan.library.similar import similar
from bihuan.library.tasks import decompose
from bihuan.models import Account, Entry, Item
from bihuan.models import Document as Shelved
from bihuan.queries.people import actor_of
from bihuan.queries.scope import Scope
from bihuan.rules.calendar import Calendar
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
    check_shelf()
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


def check_shelf():
    """A newcomer finds papers, sees what was borrowed, tasks to accept, mistakes to mend, and an institution that is named."""
    papers = {paper.kind: paper for paper in Shelved.objects.order_by("-id")}
    assert Shelved.objects.count() == 14
    assert set(papers) == {"讲话", "通知", "汇报", "简报", "办法", "报告", "纪要"}
    assert search("整改 销号").total >= 3
    assert len(similar(papers["汇报"].text, but=papers["汇报"].pk, least=5)) == 4
    assert len(decompose(papers["讲话"].text, base=date(2026, 1, 4), calendar=Calendar.builtin())) >= 8
    report = Shelved.objects.get(title__startswith="柳林镇")
    wrong = {f.rule for f in review(Text(report.text)) if f.level is not Level.HINT}
    assert {"wrong-word", "fixed-expression", "parts-and-total", "heading-sequence"} <= wrong
    clerk = Scope(actor_of(Account.objects.get(name="duban").person_id))
    named = Shelved.objects.get(title__contains="调研报告").text
    assert [n.institution.title for n in institutions_named(clerk, named)] == ["城区市政设施巡查维护办法"]


@pytest.mark.django_db
def test_the_demonstration_is_refused_on_a_ledger_that_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert run(["init"]) == 0
    before = head()
    assert run(["demo", "--out", str(tmp_path), "--json"]) == 1
    assert head() == before
