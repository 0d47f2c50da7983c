"""``bihuan messages``, ``bihuan feed`` and ``bihuan procedure``, for people and for machines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bihuan.models import Account, Delivery, Feed, Outlet, Register
from bihuan.procedures import texts
from tests.actions.county import County
from tests.support.recall import recalled

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(monkeypatch: pytest.MonkeyPatch, settings: Any) -> County:
    monkeypatch.setenv("BIHUAN_SECRET_KEY", settings.SECRET_KEY)
    made = recalled(County, County)
    for name, actor in made.people.items():
        Account.objects.create(name=name, person_id=actor.person)
    return made


def test_the_inbox_lists_what_is_unread_and_marks_it_read(county, told):
    item = county.row(county.at("assigned"))
    status, found = told("messages", "list", "--as", "handler", "--read")
    assert (status, found["unread"], found["more"]) == (0, len(found["messages"]), False)
    assert {m["item"] for m in found["messages"]} == {item.number}
    assert told("messages", "list", "--as", "handler", "--unread")[1]["messages"] == []


def test_an_outlet_is_added_listed_tried_and_removed_by_the_administrator(county, told, capsys):
    add = ("messages", "add", "gateway", "--unit", "东镇", "--secret", "http://127.0.0.1:9/in")
    assert told(*add, "--as", "supervisor")[1]["error"]["code"] == "not-allowed"
    status, made = told(*add, "--as", "admin")
    assert (status, made["name"]) == (0, "东镇的本单位的消息网关")
    county.at("assigned")
    assert told("messages", "send", "--now", "2026-03-02 15:00") == (
        1,
        {"sent": 0, "messages": 0, "failed": 1},
    )
    status, found = told("messages", "outlets", "--as", "admin")
    assert found["outlets"][0]["counts"] == {"waiting": Delivery.objects.count()}
    assert "127.0.0.1:9" not in json.dumps(found)
    status, tried = told("messages", "test", str(made["id"]), "--as", "admin")
    assert (status, tried["sent"]) == (1, False)
    assert (
        told("messages", "remove", str(made["id"]), "--as", "admin")[1]["given_up"]
        == Delivery.objects.count()
    )
    assert told("messages", "test", str(made["id"]), "--as", "admin")[1]["error"]["code"] == "not-found"
    assert not Outlet.objects.filter(active=True).exists()


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("wecom", "--unit", "东镇", "--secret", "x"), "outlet-invalid"),
        (("mail", "--person", "nobody", "--secret", "a@b.cn"), "not-found"),
        (("mail", "--unit", "没有这里", "--secret", "a@b.cn"), "not-found"),
        (("mail", "--secret", "a@b.cn"), "invalid"),
    ],
)
def test_what_makes_no_outlet_is_refused(county, told, args, code):
    assert told("messages", "add", *args, "--as", "admin")[1]["error"]["code"] == code


def test_a_calendar_is_made_listed_and_revoked(county, told):
    status, made = told("feed", "make", "--unit", "东镇", "--as", "supervisor")
    assert (status, made["error"]["code"]) == (1, "not-allowed")  # the office is not above the town
    made = told("feed", "make", "--unit", "东镇", "--as", "chief")[1]
    assert made["path"].startswith("/calendar/")
    own = told("feed", "make", "--as", "handler")[1]
    assert [f["unit"] for f in told("feed", "list", "--as", "admin")[1]["feeds"]] == ["东镇", ""]
    assert [f["id"] for f in told("feed", "list", "--as", "handler")[1]["feeds"]] == [own["id"]]
    assert told("feed", "revoke", str(own["id"]), "--as", "chief")[0] == 1
    assert told("feed", "revoke", str(own["id"]), "--as", "handler") == (0, {"id": own["id"]})
    assert Feed.objects.filter(revoked_at=None).count() == 1


def test_a_new_version_is_published_and_adopted(county, told, tmp_path: Path):
    county.at("working")
    reviewing = county.row(county.at("reviewing"))
    file = tmp_path / "规程.toml"
    file.write_text(texts()["rectification"].replace("version = 1", "version = 2"), "utf-8")
    made = told("procedure", "publish", str(file), "--as", "supervisor")[1]
    assert (made["code"], made["version"]) == ("rectification", 2)
    adopt = ("procedure", "adopt", "rectification", "--as", "supervisor", "--register")
    assert told(*adopt, "没有这个")[1]["error"]["code"] == "not-found"
    assert (
        told("procedure", "adopt", "nothing", "--register", "rectification")[1]["error"]["code"]
        == "not-found"
    )
    found = told(*adopt, "rectification", "--campaign", "专项整治", "--migrate")[1]
    assert found == {"migrated": 1, "left": {"正在审核": [reviewing.number]}}
    listed = told("procedure", "list")[1]["procedures"]
    assert [p["registers"] for p in listed if p["code"] == "rectification"] == [[], ["rectification"]]
    assert Register.objects.get(name="rectification").procedure_id == made["id"]


def test_a_procedure_file_that_is_no_text_is_refused(county, told, tmp_path: Path):
    (tmp_path / "x.toml").write_bytes("规程".encode("gbk"))
    assert told("procedure", "publish", str(tmp_path / "x.toml"))[1]["error"]["code"] == "invalid"
