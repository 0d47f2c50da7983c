"""``bihuan sample``: commit, draw, show, verify."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bihuan.cli.main import run
from bihuan.ledger.append import writing
from bihuan.models import Item, Register
from bihuan.rules import events as ev
from tests.support.county import NOW, imported_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Any:
    imported_world()

    def ask(*args: str) -> tuple[int, Any]:
        capsys.readouterr()
        status = run(["sample", *args, "--json"])
        return status, json.loads(capsys.readouterr().out)

    return ask


def test_a_sample_is_drawn_shown_and_verified(told: Any):
    register = str(Register.objects.order_by("id")[0].pk)
    status, found = told(
        "draw", "--register", register, "--stratify", "unit", "--size", "5", "--purpose", "抽查"
    )
    assert (status, found["size"], len(found["members"])) == (0, 5, 5)
    assert {m["id"] for m in found["members"]} <= set(Item.objects.values_list("id", flat=True))
    number = str(found["id"])
    assert told("show", number) == (0, found)
    status, checked = told("verify", number)
    assert (status, checked["ok"], checked["differences"]) == (0, True, [])
    assert [s["id"] for s in told("list")[1]["samples"]] == [found["id"]]


def test_what_was_committed_is_drawn_later_by_its_id(told: Any):
    register = str(Register.objects.order_by("id")[0].pk)
    status, made = told(
        "commit", "--register", register, "--of", "全部=3", "--seed", "7 9 2", "--purpose", "回头看"
    )
    assert (status, made["size"]) == (0, 3)
    assert told("verify", str(made["sample"]))[1]["error"]["code"] == "not-found"
    status, found = told("draw", str(made["sample"]))
    assert (status, found["seed"], len(found["members"])) == (0, "7 9 2", 3)
    assert told("draw", str(made["sample"]))[1]["error"]["code"] == "wrong-state"


def test_a_wrong_draw_leaves_with_status_1_and_names_what_differs(
    told: Any, capsys: pytest.CaptureFixture[str]
):
    register = str(Register.objects.order_by("id")[0].pk)
    made = told("commit", "--register", register, "--size", "1", "--purpose", "抽查")[1]["sample"]
    with writing(NOW) as ledger:
        ledger.append(ev.SampleDrawn(sample=made, commitment="", chosen=[]))
    status, checked = told("verify", str(made))
    assert (status, checked["ok"], [d["stratum"] for d in checked["differences"]]) == (1, False, ["", "全部"])
    assert run(["sample", "verify", str(made)]) == 1
    assert "全部：抽中的不一样；应有而没有" in capsys.readouterr().out


@pytest.mark.parametrize(
    "args", [["draw", "1", "--size", "2"], ["commit", "--of", "东镇"], ["commit", "--stratify", "lead"]]
)
def test_misuse_leaves_with_status_2(args: list[str]):
    assert run(["sample", *args]) == 2
