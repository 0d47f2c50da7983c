"""``bihuan look-back``, ``signs``, ``recurring``, ``institution``, ``case``: what they do and what they say."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bihuan.cli.main import run
from bihuan.models import Account, Entry
from bihuan.queries import sign_index
from tests.actions.county import County
from tests.support.recall import recalled

pytestmark = pytest.mark.django_db
TEXT = "已完成清淤三公里，组织志愿者巡查二十次，沿岸垃圾全部清理，群众反映良好，建立长效机制"


@pytest.fixture
def county(monkeypatch: pytest.MonkeyPatch) -> County:
    made = recalled(County, County)
    for name, actor in made.people.items():
        Account.objects.create(name=name, person_id=actor.person)
    for module in ("closing_commands", "institution_commands", "inspection_commands"):
        monkeypatch.setattr(f"bihuan.cli.{module}.current", lambda: made.later(minutes=1))
    return made


@pytest.fixture
def told(county: County, capsys: pytest.CaptureFixture[str]) -> Any:
    def ask(*args: str, as_json: bool = True) -> tuple[int, Any]:
        capsys.readouterr()
        status = run([*args, "--json"] if as_json else [*args])
        out = capsys.readouterr().out
        return status, json.loads(out) if as_json else out

    return ask


def number(county: County, item: int) -> str:
    return str(county.row(item).number)


def test_a_share_is_drawn_and_listed(county: County, told: Any) -> None:
    items = [county.at("closed", procedure="task") for _ in range(2)]
    county.now += timedelta(days=31)
    period = (
        "--register",
        "task",
        "--from",
        "2026-03-01",
        "--to",
        "2026-03-31",
        "--share",
        "50",
        "--seed",
        "1",
    )
    status, made = told("look-back", "commit", *period)
    assert (status, made["population"], made["size"]) == (0, 2, 1)
    status, drawn = told("look-back", "draw", str(made["sample"]))
    (task,) = drawn["tasks"]
    assert (status, task["sample"], task["item"] in items) == (0, made["sample"], True)
    assert told("look-back", "list", "--register", "task")[1]["tasks"] == [task]
    text = told("look-back", "list", as_json=False)[1]
    assert f"{task['number']}　" in text
    assert f"抽样 {made['sample']} 抽中，2026-06-02 前完成" in text
    assert told("look-back", "draw", str(made["sample"]))[1]["error"]["code"] == "wrong-state"


def copied(county: County) -> tuple[int, int]:
    items = []
    for _ in range(2):
        item = county.at("working", klass="河道")
        county.prove(item)
        county.do("submit", item, "handler", text=TEXT)
        items.append(item)
    return items[0], items[1]


def test_a_tick_extends_the_index_of_the_signs(county: County, told: Any) -> None:
    copied(county)
    assert sign_index.reached() == 0
    assert told("tick", "--now", county.now.isoformat())[0] == 0
    assert sign_index.reached() == Entry.objects.count()


def test_signs_are_listed_shown_on_the_item_and_set_aside(county: County, told: Any) -> None:
    first, second = copied(county)
    status, found = told("signs", "--as", "checker")
    (sign,) = found["signs"]
    assert (status, sign["item"], sign["sign"], found["upto"]) == (0, second, "copied", Entry.objects.count())
    assert [p["number"] for p in sign["proofs"]] == [number(county, first)]
    text = told("signs", "--item", number(county, second), as_json=False)[1]
    assert "文字与其他事项雷同" in text
    assert "不是结论" in text
    assert told("item", number(county, second))[1]["signs"] == [sign]
    assert "迹象：文字与其他事项雷同" in told("item", number(county, second), as_json=False)[1]
    wrong = told("signs", "dismiss", number(county, second), "copied", "1-2", "--reason", "x")
    assert (wrong[0], wrong[1]["error"]["code"]) == (1, "not-found")
    assert (
        told("signs", "dismiss", number(county, second), "copied", sign["key"], "--reason", "同一工程")[0]
        == 0
    )
    assert told("signs")[1]["signs"] == []
    assert [s["dismissed"] for s in told("signs", "--all")[1]["signs"]] == ["同一工程"]
    assert told("signs", "--kind", "photo", "--all")[1]["signs"] == []


def test_what_recurs_becomes_an_institution(county: County, told: Any) -> None:
    numbers = [number(county, county.at("working", klass="河道")) for _ in range(3)]
    county.at("working", klass="立行立改")
    (proposal,) = told("recurring", "--register", "rectification")[1]["proposals"]
    assert (proposal["klass"], proposal["times"], proposal["across"], proposal["items"], proposal["institutions"]) == (
        "河道", 3, False, numbers, [],
    )  # fmt: skip
    assert told("recurring", "--times", "4")[1]["proposals"] == []
    items = [part for n in numbers for part in ("--item", n)]
    made = told("institution", "draft", "河道办法", "--unit", "东镇", "--basis", "水法", *items)[1]
    assert told("recurring")[1]["proposals"][0]["institutions"] == [made["institution"]]
    issued = told("institution", "issue", str(made["institution"]), "--review", "2027-01-01")[1]
    assert issued["number"] == "制〔2026〕1号"
    assert (
        told("institution", "revise", "制〔2026〕1号", "--reason", "新情况", "--review", "2027-06-01")[0] == 0
    )
    assert (
        told("institution", "keep", "制〔2026〕1号", "--opinion", "仍适用", "--review", "2027-09-01")[0] == 0
    )
    shown = told("institution", "show", "制〔2026〕1号")[1]
    assert (shown["state"], shown["items"], shown["review_on"]) == ("revised", numbers, "2027-09-01")
    assert "制〔2026〕1号　《河道办法》　已修订" in told("institution", "list", as_json=False)[1]
    assert "列入起因事项" in told("institution", "show", "制〔2026〕1号", as_json=False)[1]
    assert told("institution", "link", "制〔2026〕1号", "--item", numbers[0])[1]["error"]["code"] == "invalid"
    assert (
        told("institution", "repeal", "制〔2026〕1号", "--reason", "上位法已规定")[1]["state"] == "repealed"
    )
    assert told("institution", "list", "--state", "issued")[1]["institutions"] == []
    assert told("item", numbers[0])[1]["institutions"][0]["number"] == "制〔2026〕1号"


def test_a_case_is_written_up_and_printed(county: County, told: Any, tmp_path: Path) -> None:
    item = county.at("closed")
    turns = ("--turn", f"{item}=立项", "--turn", f"#{Entry.objects.get(kind='item.closed').seq}")
    words = ("--title", "案例", "--cause", "因", "--lesson", "训")
    made = told("case", "add", number(county, item), *words, *turns)[1]["case"]
    shown = told("case", "show", str(made))[1]
    assert [t["text"] for t in shown["turns"]] == ["立项", "销号"]
    assert "经验教训：训" in told("case", "show", str(made), as_json=False)[1]
    assert [c["id"] for c in told("case", "list")[1]["cases"]] == [made]
    out = tmp_path / "案例.docx"
    assert told("case", "print", str(made), "--out", str(out))[0] == 0
    assert out.read_bytes()[:2] == b"PK"
    assert told("case", "add", number(county, item), *words, "--turn", "x", as_json=False)[0] == 2


def test_an_objection_is_made_and_decided(county: County, told: Any) -> None:
    plan = ["--name", "督查", "--content", "财务", "--objects", "乡镇", "--scope", "今年", "--unit", "东镇"]
    plan += [
        "--from",
        "2026-03-01",
        "--to",
        "2026-03-31",
        "--leader",
        "checker",
        "--register",
        "rectification",
    ]
    made = str(told("inspection", "propose", *plan, "--as", "checker")[1]["inspection"])
    assert told("inspection", "approve", made, "--as", "lead")[0] == 0
    assert (
        told(
            "inspection", "finish", made, "--conclusion", "整改", "--tell", "东镇=公开账目", "--as", "checker"
        )[0]
        == 0
    )
    (conclusion,) = told("inspection", "show", made)[1]["conclusions"]
    assert conclusion["text"] == "公开账目"
    objected = told("inspection", "object", str(conclusion["id"]), "--reason", "已公开", "--as", "head")[1]
    decided = ("--outcome", "changed", "--text", "属实", "--as", "lead")
    assert told("inspection", "reexamine", str(objected["objection"]), *decided)[0] == 0
    text = told("inspection", "show", made, as_json=False)[1]
    assert "已公开　变更结论　属实" in text
    assert told("inspection", "finish", made, "--conclusion", "x", "--tell", "东镇", as_json=False)[0] == 2
