"""``bihuan slip``: from issue to print, for people and for machines."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from bihuan.cli.main import run
from bihuan.models import Item, Slip
from bihuan.queries.people import actor_of
from bihuan.rules.errors import NotFound
from tests.support.county import World, imported_world

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 5, 2, tzinfo=UTC)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """The county with its workbooks; commands act as the clerk, or as ``--as`` says, an hour after the import."""
    made = imported_world()
    people = made.people
    known = {**people.staff, **{f"head{u}": a for u, a in people.heads.items()}}

    def acting(name: str | None) -> Any:
        if name not in {None, *known}:
            raise NotFound(str(name))
        return actor_of(known[name or "duban"].person)

    monkeypatch.setattr("bihuan.cli.slip_commands.acting", acting)
    monkeypatch.setattr("bihuan.cli.slip_commands.current", lambda: NOW)
    return made


def working() -> Item:
    """An item of the 问题整改 register at work, not overdue."""
    found = (
        Item.objects.filter(state="working", number__startswith="问改", overdue=False).order_by("id").first()
    )
    assert found is not None
    return found


def test_a_slip_goes_from_issue_to_closure_at_the_command_line(world: World, told: Any):
    item = working()
    head = f"head{item.owner_id}"
    status, made = told(
        "slip", "issue", item.number, "整改反馈单", "--text", "请报送清单。", "--despite", "专项部署"
    )
    assert (status, made["state"], made["number"]) == (0, "issued", "改反〔2026〕1号")
    assert told("slip", "acknowledge", made["number"], "--as", head)[1]["state"] == "acknowledged"
    assert (
        told("slip", "answer", made["number"], "--text", "已报送。", "--as", head)[1]["state"] == "answered"
    )
    sent = told("slip", "judge", made["number"], "--send-back", "--opinion", "不完整")
    assert sent[1]["state"] == "sent-back"
    told("slip", "answer", made["number"], "--text", "已补充。", "--as", head)
    assert told("slip", "judge", made["number"], "--accept")[1]["state"] == "closed"
    _, shown = told("slip", "show", made["number"])
    assert [r["step"] for r in shown["receipts"]] == [
        "issue",
        "acknowledge",
        "answer",
        "send-back",
        "answer",
        "accept",
    ]
    assert all(len(r["hash"]) == 64 for r in shown["receipts"])
    assert (shown["item"], shown["text"], shown["despite"]) == (item.number, "请报送清单。", "专项部署")


def test_a_repeated_slip_is_refused_with_what_there_is_and_what_to_do(world: World, told: Any):
    item = working()
    told("slip", "issue", item.number, "整改反馈单", "--despite", "专项部署")
    status, found = told("slip", "issue", item.number, "整改反馈单")
    assert (status, found["error"]["code"]) == (1, "repeated")
    assert "改反〔2026〕1号" in found["error"]["message"]
    assert "despite" in found["error"]["hint"]


def test_a_slip_to_be_signed_is_shown_by_its_id_and_signed_or_withdrawn(world: World, told: Any):
    item = working()
    _, made = told("slip", "issue", item.number, "interview", "--despite", "x")
    assert (made["state"], made["number"]) == ("proposed", "")
    assert told("slip", "approve", str(made["slip"]))[0] == 1
    _, signed = told("slip", "approve", str(made["slip"]), "--as", "lingdao")
    assert signed["number"] == "改约〔2026〕1号"
    assert told("slip", "withdraw", signed["number"], "--reason", "另行安排")[1]["state"] == "withdrawn"


def test_the_list_is_narrowed_and_each_unit_sees_its_own(world: World, told: Any):
    item = working()
    other = Item.objects.filter(state="working").exclude(owner_id__in=[0, item.owner_id]).order_by("id")[0]
    told("slip", "issue", item.number, "整改反馈单", "--despite", "x")
    told("slip", "issue", other.number, "prompt", "--despite", "x")
    _, everything = told("slip", "list")
    _, own = told("slip", "list", "--as", f"head{item.owner_id}")
    _, feedback = told("slip", "list", "--kind", "feedback", "--item", item.number, "--live")
    assert len(everything["slips"]) == Slip.objects.count() > 1
    assert {s["unit_id"] for s in own["slips"]} == {item.owner_id}
    assert [s["number"] for s in feedback["slips"]] == ["改反〔2026〕1号"]
    assert told("slip", "list", "--unit", "没有的单位")[0] == 1


def test_slips_are_printed_into_one_file_a_page_each(world: World, told: Any, tmp_path: Path):
    item = working()
    _, first = told("slip", "issue", item.number, "整改反馈单", "--despite", "x")
    _, second = told("slip", "issue", item.number, "整改提示单", "--despite", "x")
    out = tmp_path / "单据" / "两张.docx"
    status, made = told("slip", "print", first["number"], second["number"], "--out", str(out))
    assert (status, made) == (0, {"file": str(out), "slips": 2})
    text = "\n".join(p.text for p in Document(str(out)).paragraphs)
    assert first["number"] in text
    assert second["number"] in text
    assert run(["slip", "print", first["number"], "--out", str(tmp_path / "a.pdf")]) == 2


def test_a_slip_without_a_number_is_not_printed(world: World, told: Any, tmp_path: Path):
    _, made = told("slip", "issue", working().number, "interview", "--despite", "x")
    status, found = told("slip", "print", str(made["slip"]), "--out", str(tmp_path / "a.docx"))
    assert (status, found["error"]["code"]) == (1, "not-issued")
    assert not (tmp_path / "a.docx").exists()


def test_the_burden_counts_by_unit_and_names_no_person(world: World, told: Any):
    item = working()
    told("slip", "issue", item.number, "整改反馈单", "--despite", "x")
    _, found = told("slip", "burden", "--since", "2026-01-01", "--until", "2026-12-31")
    (unit,) = [u for u in found["units"] if u["unit"] == item.owner_id]
    assert (unit["kinds"]["feedback"], unit["asked"]) == (1, 1)
    assert set(unit) == {
        "unit",
        "name",
        "slips",
        "kinds",
        "asked",
        "items",
        "open_items",
        "waiting",
        "inspections",
        "meetings",
    }


def test_tiers_hold_every_unit_once_and_say_what_they_mean(
    world: World, told: Any, capsys: pytest.CaptureFixture[str]
):
    item = working()
    code, found = told("tiers", "--register", "清单rectification")
    assert code == 0
    assert [t["tier"] for t in found["tiers"]] == ["好", "较好", "一般", "需加力"]
    units = [u["unit"] for t in found["tiers"] for u in t["units"]]
    assert item.owner_id in units
    assert len(units) == len(set(units))
    assert run(["tiers"]) == 0
    assert "较好（没有逾期）：" in capsys.readouterr().out


def test_people_read_lines_and_not_json(world: World, capsys: pytest.CaptureFixture[str]):
    item = working()
    assert run(["slip", "issue", item.number, "整改反馈单", "--despite", "x"]) == 0
    assert capsys.readouterr().out.startswith("改反〔2026〕1号：已发出（留痕 #")
    assert run(["slip", "show", "改反〔2026〕1号"]) == 0
    assert "可办：送达（deliver）、了结（close）、撤回（withdraw）" in capsys.readouterr().out
    assert run(["slip", "burden", "--since", "2026-01-01"]) == 0
    assert "反馈单1份" in capsys.readouterr().out
    assert run(["slip", "list"]) == 0
    assert "改反〔2026〕1号　整改反馈单" in capsys.readouterr().out
