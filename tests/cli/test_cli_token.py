"""``bihuan token``: made, listed, ended; a program comes in with it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from bihuan.cli.main import run
from bihuan.models import Account, Token
from tests.actions.county import County
from tests.support.recall import recalled

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(monkeypatch: pytest.MonkeyPatch, settings: Any) -> County:
    monkeypatch.setenv("BIHUAN_SECRET_KEY", settings.SECRET_KEY)
    made = recalled(County, County)
    for name in ("handler", "head"):
        Account.objects.create(name=name, person_id=made.people[name].person)
    return made


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Any:
    def ask(*args: str) -> tuple[int, Any]:
        capsys.readouterr()
        status = run(["token", *args, "--json"])
        return status, json.loads(capsys.readouterr().out)

    return ask


def me(text: str) -> int:
    return Client().get("/api/me", headers={"Authorization": f"Bearer {text}"}).status_code


def test_a_token_opens_the_api_until_it_is_ended_and_is_shown_once(county, told, capsys):
    status, made = told("make", "每周汇总脚本", "--as", "handler", "--days", "90")
    assert status == 0
    assert me(made["token"]) == 200
    listed = told("list", "--as", "handler")[1]["tokens"]
    assert [(t["id"], t["name"]) for t in listed] == [(made["id"], "每周汇总脚本")]
    assert made["token"] not in json.dumps(listed)
    assert run(["token", "list", "--as", "handler"]) == 0
    assert "每周汇总脚本" in capsys.readouterr().out
    assert told("end", str(made["id"]), "--as", "head")[1]["error"]["code"] == "not-found"
    assert told("end", str(made["id"]), "--as", "handler") == (0, {"ended": made["id"]})
    assert me(made["token"]) == 401
    assert told("list", "--as", "handler")[1]["tokens"] == []


def test_the_text_alone_goes_to_the_output_so_that_a_script_can_keep_it(county, capsys):
    assert run(["token", "make", "脚本", "--as", "handler"]) == 0
    said = capsys.readouterr()
    assert me(said.out.strip()) == 200
    assert "只显示这一次" in said.err


def test_nobody_gets_a_token_of_an_account_that_is_none_or_switched_off(county, told):
    assert told("make", "脚本", "--as", "nobody")[1]["error"]["code"] == "not-found"
    Account.objects.update(is_active=False)
    assert told("make", "脚本", "--as", "handler")[1]["error"]["code"] == "not-found"
    assert not Token.objects.exists()


def test_a_token_is_always_somebodys(county, capsys):
    assert run(["token", "make", "脚本"]) == 2
    assert run(["token", "make", "脚本", "--as", "handler", "--days", "31"]) == 2
