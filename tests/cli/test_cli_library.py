"""``bihuan library`` and ``bihuan decompose`` as a clerk uses them."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

from bihuan.cli.main import run
from bihuan.models import Document, Item, Register, Unit
from tests.library.bundles import make
from tests.support.county import imported_world

SPEECH = """在全县重点工作推进会上的讲话
（2025年3月10日）
同志们：
去年，全县完成投资86亿元。
一、突出重点
要新开工项目30个。（责任单位：{unit}、不存在的局；完成时限：2025年12月底）
{unit}要在6月底前完成隐患排查，建立台账。
谢谢大家！
"""


def test_a_split_is_printed_with_places_in_the_text_and_stores_nothing(told: Any, tmp_path: Path):
    made = make(4)
    file = tmp_path / "汇编.txt"
    file.write_text(made.text, "utf-8")
    status, said = told("library", "split", str(file), "--text")
    assert (status, said["text"], said["length"]) == (0, made.text, len(made.text))
    assert [(d["title"], d["start"], d["end"]) for d in said["documents"]] == made.documents
    assert {tuple(sorted(d)) for d in said["documents"]} == {("end", "kind", "removed", "start", "title")}
    for run_ in (r for d in said["documents"] for r in d["removed"]):
        assert made.text[run_["start"] : run_["end"]] == run_["text"]
        assert run_["why"]


@pytest.mark.django_db
def test_the_library_from_adding_to_download(told: Any, tmp_path: Path):
    imported_world()
    folder = tmp_path / "来文"
    folder.mkdir()
    (folder / "讲话.txt").write_text(SPEECH.format(unit="县住建局"), "utf-8")
    (folder / "空.txt").write_text("", "utf-8")
    status, said = told("library", "add", str(folder), "--campaign", "作风建设专项整治")
    assert (status, said["added"], [f["code"] for f in said["failed"]]) == (1, 1, ["document-no-text"])
    number = str(said["documents"][0]["id"])
    assert told("library", "add", "--failed")[1]["failed"][0]["path"].endswith("空.txt")
    status, found = told(
        "library",
        "search",
        "--exact",
        "隐患排查，",
        "--campaign",
        "作风建设专项整治",
        "--kind",
        "讲话",
        "--save",
        "隐患",
    )
    assert (status, found["total"], found["hits"][0]["path"]) == (0, 1, ["一、突出重点"])
    assert told("library", "search", "--saved", "隐患")[1]["total"] == 1
    assert [s["name"] for s in told("library", "searches")[1]["searches"]] == ["隐患", None]
    assert told("library", "suggest", "重点工作")[1]["suggestions"] == ["在全县重点工作推进会上的讲话"]
    assert told("library", "similar", str(folder / "讲话.txt"))[1]["documents"][0]["share"] == 100.0
    assert told("library", "similar", number)[1]["documents"] == []
    assert told("library", "correct", number, "level", "县")[1]["corrections"][0]["value"] == "县"
    shown = told("library", "show", number)[1]
    assert (shown["kind"], shown["date"], shown["sources"][0]["path"]) == ("讲话", "2025-03-10", "讲话.txt")
    assert told("library", "download", number, "--as", "txt", "--out", str(tmp_path / "a.zip"))[0] == 0
    with zipfile.ZipFile(tmp_path / "a.zip") as package:
        assert package.namelist() == ["在全县重点工作推进会上的讲话.txt"]
    assert told("library", "check")[1] == {"documents": 1, "originals": 1, "problems": [], "ok": True}
    status, refused = told("library", "show", "999")
    assert (status, refused["error"]["code"]) == (1, "not-found")


@pytest.mark.django_db
def test_accepted_tasks_become_items_with_their_source_and_only_once(told: Any, tmp_path: Path):
    imported_world()
    unit = Unit.objects.order_by("-id")[0].name
    register = Register.objects.order_by("id")[0]
    file = tmp_path / "讲话.txt"
    file.write_text(SPEECH.format(unit=unit), "utf-8")
    status, said = told("decompose", str(file))
    assert (status, [t["owner"] for t in said["tasks"]]) == (0, [unit, unit])
    assert said["tasks"][0]["target"] == {"text": "30个", "value": "30", "unit": "个"}
    assert [t["due"] for t in said["tasks"]] == ["2025-12-31", "2025-06-30"]
    order = ("decompose", str(file), "--register", str(register.pk), "--as", "duban")
    from bihuan.models import Account, Grant

    Account.objects.create(
        name="duban", person_id=Grant.objects.filter(role="supervisor").order_by("id")[0].person_id
    )
    status, done = told(*order, "--accept", "all", "--drop", "2", "--set", "1.text=新开工项目三十个")
    assert (status, done["left"], done["accepted"][0]["unknown"]) == (0, 1, ["不存在的局"])
    item = Item.objects.get(number=done["accepted"][0]["number"])
    document = Document.objects.get()
    assert (item.title, item.due.isoformat()) == ("新开工项目三十个", "2025-12-31")
    assert item.source.startswith(f"《在全县重点工作推进会上的讲话》（素材 {document.digest[:12]}）第 ")
    assert "要新开工项目30个。（责任单位：" in item.source
    assert [i["number"] for i in told("library", "show", str(document.pk))[1]["items"]] == [item.number]
    assert told(*order, "--accept", "1")[1]["accepted"][0]["already"] is True
    assert told(*order, "--accept", "9")[1]["error"]["code"] == "not-found"


def test_a_choice_without_a_register_is_misuse(tmp_path: Path):
    (tmp_path / "a.txt").write_text(SPEECH, "utf-8")
    assert run(["decompose", str(tmp_path / "a.txt"), "--accept", "1"]) == 2
