"""``bihuan proofread``: what it prints, writes, keeps and refuses."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bihuan.cli.main import run
from bihuan.models import ProofDismissal
from tests.support.county import imported_world

CLEAN = "请各单位抓好落实。\n"
WRONG = (
    "关于防汛工作的通知\n请各单位认真学习,抓好落实，按时上报，不得延误。\n请于2026年2月30日前报送有关情况。\n"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "通知.txt"
    path.write_text(WRONG, "utf-8")
    return path


def told(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, Any]:
    capsys.readouterr()
    status = run(["proofread", *args, "--json"])
    return status, json.loads(capsys.readouterr().out)


@pytest.mark.django_db
def test_findings_have_rule_level_place_and_advice(file: Path, capsys: pytest.CaptureFixture[str]):
    status, found = told(capsys, str(file))
    assert status == 1
    first, second = found["findings"]
    keys = ("rule", "number", "level", "start", "end", "text", "suggestion", "safe", "paragraph")
    assert tuple(first[k] for k in keys) == ("half-width-mark", 8, "error", 18, 19, ",", "，", True, 2)
    assert tuple(second[k] for k in keys) == ("date", 28, "error", 37, 47, "2026年2月30日", None, False, 3)
    assert found["counts"] == {"error": 2, "warning": 0, "hint": 0}
    assert WRONG[first["start"] : first["end"]] == first["text"]


@pytest.mark.django_db
def test_people_read_level_place_reason_and_advice(file: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["proofread", str(file)]) == 1
    text = capsys.readouterr().out
    assert "错误（2处）" in text
    assert "第2段" in text
    assert "依据：GB/T 15834—2011" in text
    assert "改为：，" in text
    assert "共 2 处：错误 2 处，疑似错误 0 处，提示 0 处。其中 1 处可用 --fix 直接改好。" in text


@pytest.mark.django_db
def test_a_clean_text_leaves_with_nought(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "a.txt"
    path.write_text(CLEAN, "utf-8")
    assert run(["proofread", str(path)]) == 0
    assert capsys.readouterr().out == "没有发现问题。\n"


@pytest.mark.django_db
def test_sure_findings_are_fixed_into_another_file(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    out = tmp_path / "out" / "改.txt"
    assert run(["proofread", str(file), "--fix", str(out)]) == 1
    assert out.read_text("utf-8") == WRONG.replace(",", "，")
    assert file.read_text("utf-8") == WRONG
    assert "改了 1 处" in capsys.readouterr().err


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("args", "status", "said"),
    [
        (["--fix", "{same}"], 2, "另一个文件"),
        (["--fix", "out.docx"], 2, ".txt 结尾"),
        (["--dismiss", "1"], 2, "理由"),
        (["--dismiss", "1", "--reason", "惯例"], 1, "bihuan init"),
        (["--campaign", "整改"], 1, "还没有台账"),
    ],
)
def test_what_cannot_be_done_is_refused(
    file: Path, args: list[str], status: int, said: str, capsys: pytest.CaptureFixture[str]
):
    assert run(["proofread", str(file), *[a.format(same=file) for a in args]]) == status
    assert said in capsys.readouterr().err


@pytest.mark.django_db
def test_a_dismissed_finding_stays_so_in_a_later_version(file: Path, capsys: pytest.CaptureFixture[str]):
    imported_world()
    status, _ = told(capsys, str(file), "--dismiss", "9", "--reason", "惯例")
    assert status == 1
    assert not ProofDismissal.objects.exists()
    status, found = told(capsys, str(file), "--dismiss", "2", "--reason", "原文如此")
    assert [f["rule"] for f in found["findings"]] == ["half-width-mark"]
    file.write_text(WRONG.replace("认真学习", "认真组织学习") + "请遵照执行。\n", "utf-8")
    status, found = told(capsys, str(file))
    assert [(f["rule"], f["reason"]) for f in found["dismissed"]] == [("date", "原文如此")]
    assert ProofDismissal.objects.get().found == "2026年2月30日"


@pytest.mark.django_db
def test_figures_are_compared_with_the_ledger_of_the_campaign(file: Path, capsys: pytest.CaptureFixture[str]):
    from bihuan.models import Campaign

    imported_world()
    file.write_text("全县已销号9999项，销号率为99.9%。\n", "utf-8")
    campaign = Campaign.objects.order_by("id")[0].name
    status, found = told(capsys, str(file), "--campaign", campaign)
    assert status == 1
    assert [f["text"] for f in found["findings"] if f["rule"] == "ledger-figure"] == ["9999", "99.9"]


def zipped(path: Path, **files: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as package:
        for name, content in files.items():
            package.writestr(name.replace("_", "."), content)
    return path


@pytest.mark.django_db
def test_every_file_of_a_zip_is_proofread_and_each_finding_names_its_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    imported_world()
    page = f"<html><body><p>{WRONG.splitlines()[1]}</p></body></html>".encode()
    path = zipped(
        tmp_path / "几份.zip", 甲_txt=WRONG.encode(), 乙_txt=CLEAN.encode(), 丙_html=page, 丁_exe=b"MZ\0"
    )
    status, found = told(capsys, str(path))
    assert status == 1
    assert [(f["id"], f["file"], f["text"]) for f in found["findings"]] == [
        (1, "甲.txt", ","), (2, "甲.txt", "2026年2月30日"), (3, "丙.html", ","),
    ]  # fmt: skip
    assert [(f["file"], f["code"]) for f in found["failed"]] == [("丁.exe", "not-readable")]
    out = tmp_path / "改.zip"
    assert run(["proofread", str(path), "--fix", str(out), "--dismiss", "2", "--reason", "原文如此"]) == 1
    fixed = zipfile.ZipFile(out)
    assert fixed.read("甲.txt").decode() == WRONG.replace(",", "，")
    assert (fixed.read("丙.html"), fixed.read("丁.exe")) == (page, b"MZ\0")
    said = capsys.readouterr()
    assert "丙.html 这种文件不能改好写回" in said.err
    assert "校对了 3 个文件，1 个没有校对。" in said.out
    assert [f["id"] for f in told(capsys, str(path))[1]["dismissed"]] == [2]
    assert run(["proofread", str(path), "--dismiss", "4", "--reason", "x"]) == 1
