"""``bihuan meeting`` and ``bihuan request``: from the call to confirmed minutes, from asking to a decision."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from bihuan.actions import do
from bihuan.cli.main import run
from bihuan.models import Account, Item, Meeting
from tests.support.county import NOW, World, imported_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """The county with its workbooks and accounts; the first item of the problems is at work."""
    made = imported_world()
    people = {**made.people.staff, **{f"h{u}": a for u, a in made.people.handlers.items()}}
    for name, actor in people.items():
        Account.objects.create(name=name, person_id=actor.person)
    return made


@pytest.fixture
def told(world: World, capsys: pytest.CaptureFixture[str]) -> Any:
    def ask(*args: str, rc: int = 0) -> Any:
        capsys.readouterr()
        status = run([*args, "--json"])
        found = json.loads(capsys.readouterr().out)
        assert status == rc, found
        return found

    return ask


def at_work(world: World, place: int = 0) -> Item:
    """An item that its unit has signed for, due at the end of 2027."""
    ready = Item.objects.filter(state__in=["registered", "working"]).exclude(owner_id=0).order_by("id")
    item = ready[place]
    if item.state == "registered":
        do("approve", item.pk, world.people.staff["lingdao"], NOW)
        do("assign", item.pk, world.people.staff["duban"], NOW, owner=item.owner_id, due="2027-12-31")
        do("accept", item.pk, world.people.handlers[item.owner_id], NOW)
    return Item.objects.get(pk=item.pk)


def called(told: Any, *more: str) -> str:
    args = [
        "--title",
        "专题会",
        "--at",
        "2026-11-20 15:00",
        "--place",
        "一号会议室",
        "--chair",
        "lingdao",
        *more,
    ]
    return str(told("meeting", "call", *args)["meeting"])


def test_a_meeting_from_its_call_to_its_minutes(told: Any, world: World, tmp_path: Path):
    first, second = at_work(world), at_work(world, 1)
    meeting = called(told, "--expect", "shenhe", "--expect", "jiancha")
    told("meeting", "agenda", meeting, f"{first.number}：延期")
    told("meeting", "agenda", meeting, second.number, "--add")
    attended = ["--absent", "jiancha", "--represented", "shenhe=shenji", "--observer", "李四"]
    assert told("meeting", "attend", meeting, *attended)["state"] == "held"
    done = told(
        "meeting",
        "decide",
        meeting,
        "comment",
        "--item",
        first.number,
        "--item",
        second.number,
        "--reason",
        "抓紧",
    )
    assert [d["number"] for d in done["done"]] == [first.number, second.number]
    file = tmp_path / "议定.json"
    rows = [
        {"item": first.number, "step": "plan", "values": {"measures": ["建泵站"]}, "reason": "补充"},
        {"item": second.number, "step": "amend", "values": {"target": "两小时退水"}, "presider": "lingdao"},
    ]
    file.write_text(json.dumps(rows), "utf-8")
    told("meeting", "decide", meeting, "--file", str(file))
    assert Item.objects.get(pk=second.pk).target == "两小时退水"
    told("meeting", "minutes", meeting, "--no", "1", "--text", "会议听取了汇报。")
    told("meeting", "confirm", meeting, rc=1)
    told("meeting", "confirm", meeting, "--as", "lingdao")
    paper = tmp_path / "纪要.docx"
    assert told("meeting", "minutes", meeting, "--out", str(paper)) == {"file": str(paper)}
    texts = [p.text for p in Document(str(paper)).paragraphs]
    assert "会议听取了汇报。" in texts
    assert "出席：王立新　陆平（代许静）" in texts
    shown = told("meeting", "show", meeting)
    assert (shown["state"], shown["absent"], len(shown["agenda"]), shown["decisions"]) == (
        "confirmed",
        ["方圆"],
        2,
        4,
    )
    assert [d["step"] for d in shown["agenda"][0]["decisions"]] == ["comment", "plan"]
    assert told("meeting", "list")["meetings"][0]["number"] == shown["number"]
    history = told("meeting", "history", second.number)["changes"]
    assert [(c["what"], c["new"], c["meeting"]) for c in history][-1] == (
        "目标",
        "两小时退水",
        shown["number"],
    )


def test_a_meeting_is_cancelled_and_what_is_written_wrong_is_told(told: Any, world: World, tmp_path: Path):
    meeting = called(told)
    assert run(["meeting", "decide", meeting]) == 2
    assert run(["meeting", "attend", meeting, "--represented", "shenhe"]) == 2
    bad = tmp_path / "x.json"
    for text, status in (("{", 2), ('{"item": 1}', 1), ('[{"item": 1, "why": 2}]', 1)):
        bad.write_text(text, "utf-8")
        assert run(["meeting", "decide", meeting, "--file", str(bad)]) == status
    assert told("meeting", "cancel", meeting, "--reason", "改期")["state"] == "cancelled"
    assert told("meeting", "minutes", meeting, rc=1)["error"]["code"] == "not-held"
    assert told("meeting", "show", "999", rc=1)["error"]["code"] == "not-found"
    assert Meeting.objects.count() == 1


def test_a_request_from_asking_to_its_decision(told: Any, world: World):
    item = at_work(world)
    handler = f"h{item.owner_id}"
    assert item.due is not None
    month, half = (str(item.due + timedelta(days=n)) for n in (30, 15))
    asked = told(
        "request", "ask", "extension", item.number, f"due={month}", "--reason", "汛期停工", "--as", handler
    )
    number = str(asked["request"])
    assert [r["id"] for r in told("request", "list", "--mine", "--as", "lingdao")["requests"]] == [
        int(number)
    ]
    assert told("request", "approve", number, rc=1)["error"]["code"] == "not-allowed"
    granted = json.dumps({"due": half})
    assert told("request", "approve", number, "--granted", granted, "--as", "lingdao")["state"] == "approved"
    assert str(Item.objects.get(pk=item.pk).due) == half
    again = str(
        told("request", "ask", "suspension", item.number, "--reason", "待批复", "--as", handler)["request"]
    )
    assert told("request", "refuse", again, "--opinion", "继续办理", "--as", "lingdao")["state"] == "refused"
    last = str(
        told("request", "ask", "suspension", item.number, "--reason", "待批复", "--as", handler)["request"]
    )
    assert told("request", "withdraw", last, "--as", handler)["state"] == "withdrawn"
    listed = told("request", "list", "--item", item.number)["requests"]
    assert [(r["kind"], r["state"], r["opinion"]) for r in listed] == [
        ("suspension", "withdrawn", "申请人撤回。"),
        ("suspension", "refused", "继续办理"),
        ("extension", "approved", ""),
    ]
    assert told("request", "list", "--kind", "extension", "--state", "asked")["requests"] == []


def test_escalated_items_are_listed_for_the_unit_that_leads(told: Any, world: World):
    item = at_work(world)
    do("escalate", item.pk, world.people.staff["lingdao"], NOW, unit=world.people.root, reason="跨部门")
    [found] = told("request", "escalated")["items"]
    assert (found["number"], found["responded_at"]) == (item.number, None)


def test_people_read_it_in_lines(world: World, capsys: pytest.CaptureFixture[str]):
    for command in (["meeting", "list"], ["request", "list"], ["request", "escalated"]):
        assert run(command) == 0
    assert capsys.readouterr().out == "没有会议。\n没有申请。\n没有提级的事项。\n"
