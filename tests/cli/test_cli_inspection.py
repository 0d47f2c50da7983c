"""``bihuan inspection``: propose, approve, record, finish, show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bihuan.cli.main import run
from bihuan.cli.people import current
from bihuan.models import Account, Finding, Grant, Item, Person, Register
from bihuan.rules.clocked import CHINA
from tests.support.county import imported_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Any:
    made = imported_world()
    for name, actor in made.people.staff.items():
        Account.objects.create(name=name, person_id=actor.person)

    def ask(*args: str) -> tuple[int, Any]:
        capsys.readouterr()
        status = run(["inspection", *args, "--json"])
        return status, json.loads(capsys.readouterr().out)

    return ask


@pytest.fixture
def unit() -> str:
    from bihuan.models import Unit

    return Unit.objects.get(pk=Item.objects.exclude(owner_id=0).order_by("id")[0].owner_id).name


def today() -> str:
    return current().astimezone(CHINA).date().isoformat()


def proposed(told: Any, unit: str, *more: str) -> str:
    plan = ["--name", "督查", "--content", "财务", "--objects", "部门", "--scope", "今年", "--unit", unit]
    plan += ["--from", "2026-01-01", "--to", today(), "--leader", "duban", *more]
    status, made = told("propose", *plan)
    assert (status, made["state"]) == (0, "proposed")
    return str(made["inspection"])


def leader_of_all() -> str:
    """The account of somebody who may approve."""
    held = Grant.objects.filter(role="lead").order_by("id").values_list("person_id", flat=True)
    return Account.objects.filter(person_id__in=held).order_by("id")[0].name


def test_an_inspection_from_proposal_to_conclusion(told: Any, unit: str):
    number, lead = proposed(told, unit), leader_of_all()
    assert told("approve", number, "--opinion", "同意", "--as", lead)[1]["state"] == "approved"
    register = Register.objects.order_by("id")[0]
    status, found = told(
        "finding", number, "--unit", unit, "--text", "账目未公开", "--class", "财务", "--register",
        str(register.pk), "--happened", "2026-01-05", "klass=立行立改", "measures=公开；建账", "due=2027-12-31",
    )  # fmt: skip
    assert status == 0, found
    item = Item.objects.get(pk=found["item"])
    assert (item.title, item.measures, item.register_id) == ("账目未公开", 2, register.pk)
    tied = Item.objects.filter(owner_id=item.owner_id).order_by("id")[0]
    status, second = told("finding", number, "--unit", unit, "--text", "同一问题", "--item", tied.number)
    assert (status, second["item"]) == (0, tied.pk)
    assert told("finish", number, "--conclusion", "限期整改")[1]["state"] == "finished"
    shown = told("show", number)[1]
    assert [(f["number"], f["registered"], f["class"]) for f in shown["findings"]] == [
        (item.number, True, "财务"),
        (tied.number, False, ""),
    ]
    assert shown["findings_by_class"] == {"财务": 1, "（未分类）": 1}
    first = Finding.objects.order_by("id")[0]
    assert f"{first.happened_at.astimezone(CHINA):%Y-%m-%d %H:%M}" == "2026-01-05 12:00"
    assert first.entered_at > first.happened_at
    assert told("list")[1]["inspections"] == [shown]


def test_what_the_plan_does_not_cover_is_refused_until_it_is_amended(told: Any, unit: str):
    number, lead = proposed(told, unit), leader_of_all()
    told("approve", number, "--as", lead)
    outside = ["finding", number, "--unit", unit, "--text", "x", "--item", "1", "--content", "人事"]
    item = Item.objects.filter(owner_id__gt=0).order_by("id")[0]
    outside[7] = item.number
    assert told(*outside)[1]["error"]["code"] == "beyond-plan"
    status, made = told("amend", number, "--content", "财务", "--content", "人事", "--reason", "举报涉及")
    assert (status, made["state"]) == (0, "proposed")
    assert told(*outside)[1]["error"]["code"] == "wrong-state"
    told("approve", number, "--as", lead)
    assert told(*outside)[0] == 0
    assert told("cancel", number, "--reason", "不做了")[1]["error"]["code"] == "wrong-state"


def test_an_overlapping_inspection_is_shown_and_refused_without_a_reason(told: Any, unit: str):
    first, second, lead = proposed(told, unit), proposed(told, unit), leader_of_all()
    told("approve", first, "--as", lead)
    assert [o["id"] for o in told("show", second)[1]["overlapping"]] == [int(first)]
    assert told("approve", second, "--as", lead)[1]["error"]["code"] == "overlapping"
    assert told("approve", second, "--despite", "举报紧急", "--as", lead)[0] == 0
    assert told("cancel", second, "--reason", "合并")[1]["state"] == "cancelled"


def test_a_walk_through_is_recorded_step_by_step(told: Any, unit: str):
    number, lead = proposed(told, unit, "--kind", "walk"), leader_of_all()
    told("approve", number, "--as", lead)
    step = ["step", number, "--unit", unit, "--service", "办低保", "--what", "取号"]
    assert told(*step, "--minutes", "5", "--obstacle", "无人值守")[1]["state"] == "underway"
    shown = told("show", number)[1]["steps"]
    assert [(s["what"], s["minutes"], s["obstacle"]) for s in shown] == [("取号", 5, "无人值守")]


def test_people_are_named_by_account_id_or_name_and_units_by_name(told: Any, unit: str):
    person = Person.objects.get(pk=Account.objects.get(name="duban").person_id)
    for text in (str(person.pk), person.name):
        number = proposed(told, unit, "--leader", text)
        assert told("show", number)[1]["leader"] == person.name
    plan = ["--from", "2026-01-01", "--to", "2026-02-01"]
    assert told("propose", *plan, "--leader", "无此人")[1]["error"]["code"] == "not-found"
    assert told("propose", *plan, "--leader", "duban", "--unit", "无此单位")[1]["error"]["code"] == "invalid"
    assert told("propose", *plan, "--leader", "duban")[1]["error"]["code"] == "needs"


@pytest.mark.parametrize("args", [["propose", "--name", "x"], ["amend", "1", "--reason", "x"], ["show", "x"]])
def test_misuse_leaves_with_status_2(args: list[str]):
    assert run(["inspection", *args]) == 2


def test_the_text_for_people_tells_the_plan_and_the_records(told: Any, unit: str, capsys: Any):
    number = proposed(told, unit)
    capsys.readouterr()
    assert run(["inspection", "show", number]) == 0
    assert f"督查 {number}　督查　计划督查　待批准　2026-01-01 至 {today()}" in capsys.readouterr().out


def test_the_sheet_is_written_for_the_inspectors_alone(told: Any, unit: str, tmp_path: Path):
    number, out = proposed(told, unit), tmp_path / "用表.docx"
    assert told("sheet", number, "--out", str(out))[1]["error"]["code"] == "not-approved"
    assert not out.exists()
    told("approve", number, "--as", leader_of_all())
    assert told("sheet", number, "--out", str(out)) == (0, {"file": str(out), "pages": 1})
    assert out.read_bytes().startswith(b"PK")
    item = Item.objects.exclude(owner_id=0).order_by("id")[0]
    held = Grant.objects.filter(role="handler", unit_id=item.owner_id).order_by("id")[0]
    handler = Account.objects.create(name="someone-there", person_id=held.person_id)
    status, refused = told("sheet", number, "--out", str(out), "--as", handler.name)
    assert (status, refused["error"]["code"]) == (1, "not-allowed")
