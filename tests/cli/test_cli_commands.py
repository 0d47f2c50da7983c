from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bihuan.cli.main import COMMANDS, run
from bihuan.demo import workbooks
from bihuan.ledger.reading import head
from bihuan.models import Account, Item, Register
from tests.support.county import START, imported_world
from tests.support.recall import recalled

pytestmark = pytest.mark.django_db


@pytest.fixture
def founded(told: Any) -> dict[str, str]:
    """A ledger founded by ``init``; account → password."""

    def found() -> dict[str, str]:
        status, made = told("init", "--name", "某县督查室")
        assert status == 0
        return {a["name"]: a["password"] for a in made["accounts"]}

    return recalled("init", found)


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "问题整改台账.xlsx"
    path.write_bytes(_problems())
    return path


@cache
def _problems() -> bytes:
    return workbooks.problems(START)


def test_init_makes_four_people_with_different_random_passwords(founded: dict[str, str]):
    assert sorted(founded) == ["admin", "audit", "duban", "security"]
    assert len(set(founded.values())) == 4
    account = Account.objects.get(name="duban")
    assert (account.check_password(founded["duban"]), account.must_change) == (True, True)


def test_init_again_changes_nothing(founded: dict[str, str], told: Any):
    before = head()
    assert told("init") == (0, {"founded": False, "accounts": []})
    assert head() == before


def test_a_preview_writes_nothing_and_tells_every_row(founded: dict[str, str], told: Any, workbook: Path):
    before = head()
    status, found = told("import", str(workbook), "--preview")
    assert (status, head()) == (0, before)
    (sheet,) = found["sheets"]
    assert (sheet["header_rows"], len(sheet["rows"])) == ([3, 4], 24)
    assert {sheet["letters"][path]: name for path, name in sheet["columns"].items()}["G"] == "owner"
    fields = {"number", "title", "class", "target", "measures", "lead", "owner", "helpers", "handler", "due", "ongoing",
              "cycle", "progress", "state"}  # fmt: skip
    assert fields <= set(sheet["rows"][0])


def test_the_path_from_workbook_to_verified_report(
    founded: dict[str, str], told: Any, workbook: Path, tmp_path: Path
):
    status, done = told("import", str(workbook), "--register", "问题整改清单", "--campaign", "专项整治")
    assert (status, done["registered"]) == (0, 24)
    status, again = told("import", str(workbook), "--register", "问题整改清单")
    assert (status, again["seq"], again["unchanged"]) == (0, 0, 24)
    out = tmp_path / "报告.docx"
    status, report = told("report", "stage", "--campaign", "专项整治", "--out", str(out))
    assert (status, report["file"]) == (0, str(out))
    assert told("verify-report", str(out))[1]["ok"] is True
    assert told("verify")[1]["problems"] == []
    assert told("rebuild", "--check")[1]["differ"] == []


def test_an_edited_report_is_found_wanting_with_status_1(
    founded: dict[str, str], told: Any, workbook: Path, tmp_path: Path
):
    told("import", str(workbook), "--register", "清单", "--campaign", "专项整治")
    out = tmp_path / "报告.docx"
    told("report", "stage", "--campaign", "专项整治", "--out", str(out))
    from docx import Document

    document = Document(str(out))
    texts = [
        t
        for t in document.element.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t")
        if t.text == "24"
    ]
    texts[0].text = "42"
    document.save(str(out))
    status, verdict = told("verify-report", str(out))
    assert (status, verdict["ok"]) == (1, False)
    assert [(p["stated"], p["printed"]) for p in verdict["problems"] if p["kind"] == "edited"] == [
        ("24", "42")
    ]


def test_a_step_is_taken_by_number_and_shown_in_the_timeline(
    founded: dict[str, str], told: Any, workbook: Path
):
    told("import", str(workbook), "--register", "清单")
    number = Item.objects.order_by("id")[0].number
    status, done = told("do", "comment", number, "text=请加快进度")
    assert (status, done["number"], done["state"]) == (0, number, "working")
    status, shown = told("item", number)
    assert (status, shown["timeline"][-1]["data"]) == (0, {"text": "请加快进度"})


def test_a_refused_step_says_why_and_leaves_with_status_1(founded: dict[str, str], told: Any, workbook: Path):
    told("import", str(workbook), "--register", "清单")
    number = Item.objects.order_by("id")[0].number
    status, found = told("do", "close", number)
    assert (status, found["error"]["code"]) == (1, "wrong-state")
    assert found["error"]["message"].startswith("事项现在是“办理中”，不能销号")


def test_an_item_is_registered_from_the_command_line(founded: dict[str, str], told: Any, workbook: Path):
    told("import", str(workbook), "--register", "清单")
    register = Register.objects.get()
    status, done = told(
        "do", "register", str(register.pk), "title=新发现的问题", "owner=县水利局", "due=60日内"
    )
    assert (status, done["state"]) == (0, "registered")
    assert Item.objects.get(pk=done["item"]).title == "新发现的问题"


def test_a_corrected_mapping_is_kept_for_the_next_time(founded: dict[str, str], told: Any, workbook: Path):
    told("import", str(workbook), "--register", "清单", "--map", "E=progress", "--map", "K=extra")
    _, found = told("import", str(workbook), "--preview")
    (sheet,) = found["sheets"]
    columns = {sheet["letters"][path]: name for path, name in sheet["columns"].items()}
    assert (columns["E"], columns["K"]) == ("progress", None)


def test_figures_can_be_asked_one_by_one_and_as_of_a_day(told: Any):
    imported_world()
    status, found = told("figures", "registered", "open[colour=red]", "--as-of", "2026-01-05")
    assert status == 0
    assert [(f["ref"], f["value"]) for f in found["figures"]] == [
        ("registered", "30"),
        ("open[colour=red]", "0"),
    ]
    assert told("figures", "registered", "--as-of", "2026-01-04")[1]["figures"][0]["value"] == "0"


def test_an_unknown_figure_is_refused(told: Any):
    imported_world()
    status, found = told("figures", "no_such_figure")
    assert (status, found["error"]["code"]) == (1, "invalid")


def test_a_year_is_published_and_counted_with(founded: dict[str, str], told: Any, tmp_path: Path):
    assert told("calendar", "show", "2026-02-13", "--workdays", "5")[1]["after"] == "2026-02-27"
    year = {"year": 2027, "holidays": ["2027-01-01"], "workdays": ["2027-01-03"], "source": "试验"}
    path = tmp_path / "2027.json"
    path.write_text(json.dumps(year), "utf-8")
    before = told("calendar", "show", "2027-01-03")[1]
    status, _ = told("calendar", "import", str(path))
    after = told("calendar", "show", "2027-01-03")[1]
    assert (status, before["workday"], after["workday"], after["provisional"]) == (0, False, True, False)


def test_the_whole_chain_is_exported_and_sealed(founded: dict[str, str], told: Any, tmp_path: Path):
    out = tmp_path / "export.jsonl"
    status, found = told("export", "--ledger", "--out", str(out))
    lines = out.read_text("utf-8").splitlines()
    assert (status, found["entries"], len(lines)) == (0, head()[0], head()[0])
    status, sealed = told("seal")
    assert (status, sealed["count"], sealed["head"]) == (0, head()[0], json.loads(lines[-1])["hash"])


def test_check_names_what_is_there_and_what_is_missing(founded: dict[str, str], told: Any):
    _, found = told("check")
    levels = {f["what"]: f["level"] for f in found["findings"]}
    assert (levels["台账库"], levels["数据库"], levels["数据目录"]) == ("ok", "ok", "ok")


@pytest.mark.parametrize(
    "args",
    [
        ["nonsense"],
        ["do"],
        ["import", "没有这个文件.xlsx"],
        ["figures", "--as-of", "不是日子"],
        ["verify", "--no-such"],
        ["export", "--out", "x"],
    ],
)
def test_misuse_leaves_with_status_2_and_says_how(args: list[str], capsys: pytest.CaptureFixture[str]):
    assert run(args) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("用法不对：")


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]):
    assert run([name, "--help"]) == 0
    assert f"bihuan {name}" in capsys.readouterr().out


def test_an_empty_database_is_told_to_be_founded(told: Any):
    status, found = told("verify")
    assert (status, found["error"]["code"]) == (1, "not-opened")


def test_a_file_is_previewed_before_there_is_any_ledger(told: Any, workbook: Path):
    status, found = told("import", str(workbook), "--preview")
    assert (status, len(found["sheets"][0]["rows"])) == (0, 24)


def test_without_a_database_a_command_says_to_found_a_ledger(tmp_path: Path):
    environment = {**os.environ, "BIHUAN_HOME": str(tmp_path / "nowhere"), "DATABASE_URL": ""}
    commands = ["verify", "rebuild", "seal", "tick", "figures"]
    program = f"from bihuan.cli.main import run; print([run([c]) for c in {commands}])"
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment
    )
    assert told.stdout == "[1, 1, 1, 1, 1]\n"
    assert told.stderr.count("请先运行 bihuan init 建立台账库。") == len(commands)
    assert not (tmp_path / "nowhere").exists()


def test_the_program_ends_with_the_status_of_its_command(tmp_path: Path):
    environment = {**os.environ, "BIHUAN_HOME": str(tmp_path / "nowhere"), "DATABASE_URL": ""}
    told = subprocess.run(
        [sys.executable, "-m", "bihuan.cli.main", "tick"],
        capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip
    assert (told.returncode, told.stdout) == (1, "")
    assert "请先运行 bihuan init 建立台账库。" in told.stderr


def test_a_register_is_exported_in_the_layout_that_came_in_and_plainly(told: Any, tmp_path: Path):
    made = imported_world()
    for layout, count in (("original", 24), ("plain", 24)):
        out = tmp_path / f"{layout}.xlsx"
        status, found = told(
            "export",
            "--register",
            str(made.registers["rectification"]),
            "--layout",
            layout,
            "--out",
            str(out),
        )
        assert (status, found) == (0, {"file": str(out), "items": count})
        assert out.read_bytes().startswith(b"PK")
    out = tmp_path / "部分.xlsx"
    _, found = told(
        "export",
        "--register",
        str(made.registers["rectification"]),
        "--unit",
        "东河乡",
        "--state",
        "办理中",
        "--out",
        str(out),
    )
    assert found["items"] == 1


def test_units_are_listed_named_and_merged(founded: dict[str, str], told: Any, workbook: Path):
    told("import", str(workbook), "--register", "清单")
    assert told("unit", "alias", "县住建局", "住建部门")[0] == 0
    status, made = told("unit", "add", "县城建办", "--alias", "城建办")
    assert (status, made["name"]) == (0, "县城建办")
    status, done = told("unit", "merge", "城建办", "县住建局", "--reason", "同一单位")
    assert (status, done["items"], done["people"]) == (0, 0, 0)
    _, units = told("unit", "list")
    named = {u["name"]: u["aliases"] for u in units}
    assert (named["县住建局"], "县城建办" in named) == (["住建部门", "县城建办", "城建办"], False)
    assert told("unit", "merge", "没有的单位", "县住建局", "--reason", "同一单位")[0] == 1


def test_a_refused_file_leaves_no_register_behind(founded: dict[str, str], told: Any, tmp_path: Path):
    file = tmp_path / "台账.csv"
    file.write_text("序号,问题表现,整改措施,责任单位\n1,,更换路灯,县住建局\n", encoding="utf-8")
    before = head()
    status, answer = told("import", str(file), "--register", "新清单")
    assert (status, answer["error"]["code"], "B2" in answer["error"]["message"]) == (1, "import-errors", True)
    assert (head(), Register.objects.filter(name="新清单").exists()) == (before, False)


def test_a_preview_without_any_ledger_is_found_wanting(told: Any, tmp_path: Path):
    file = tmp_path / "说明.csv"
    file.write_text("这是一段说明\n没有表格\n", encoding="utf-8")
    status, found = told("import", str(file), "--preview")
    assert (status, [sheet["rows"] for sheet in found["sheets"]]) == (1, [[]])
