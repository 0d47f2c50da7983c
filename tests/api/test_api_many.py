"""What the pages do beyond single steps: many items at once, views, sessions, look-backs, papers in one file."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import parse_qsl
from zipfile import ZipFile

from django.test import Client

from bihuan.actions.slip import issue_slip
from bihuan.ledger.reading import head
from bihuan.models import Item, SavedView, SignedIn, Slip
from tests.api.callers import Callers, answered
from tests.web.office import PASSWORD, in_days


def chosen(*items):
    return [{"id": i, "version": Item.objects.get(pk=i).version} for i in items]


def many(office: Callers, action, items, values=None, *, preview=False, name="chief", status=200):
    body = {"items": items, "values": values or {}, "preview": preview}
    return office.post(name, f"/many/{action}", body, status)


def test_a_preview_says_what_each_item_would_get_and_writes_nothing(office: Callers):
    items = [office.at("working"), office.at("working")]
    before = head()
    due = in_days(90)
    told = many(office, "extend", chosen(*items), {"due": due, "reason": "汛期"}, preview=True)
    assert (told["done"], told["good"]) == (False, 2)
    assert [(o["item"], o["due"], o["refused"]) for o in told["outcomes"]] == [(i, due, "") for i in items]
    assert head() == before


def test_each_item_becomes_an_entry_and_what_cannot_be_done_is_named_while_the_others_go_on(office: Callers):
    good, closed = office.at("working"), office.at("closed")
    told = many(office, "suspend", chosen(good, closed), {"reason": "等待批复"})
    assert (told["done"], told["good"]) == (True, 1)
    assert [(o["item"], o["state"], bool(o["refused"])) for o in told["outcomes"]] == [
        (good, "suspended", False), (closed, "closed", True),
    ]  # fmt: skip
    assert office.row(good).state == "suspended"


def test_an_item_that_others_changed_since_is_refused(office: Callers):
    item = office.at("working")
    seen = chosen(item)
    office.do("comment", item, "supervisor", text="先看看")
    assert "更新" in many(office, "comment", seen, {"text": "催"})["outcomes"][0]["refused"]


def test_assigned_without_a_unit_each_goes_to_the_one_that_it_names(office: Callers):
    item = office.at("approved", owner=office.units["town"])
    told = many(office, "assign", chosen(item))
    assert told["outcomes"][0]["owner"] == "东镇"
    assert office.row(item).state == "assigned"


def test_items_of_other_units_are_not_taken_and_named(office: Callers):
    item = office.at("working")
    before = head()
    refused = many(office, "comment", chosen(item), {"text": "x"}, name="other_handler", status=404)
    assert str(item) in refused["message"]
    assert head() == before


def test_what_is_not_allowed_is_refused_item_by_item(office: Callers):
    item = office.at("working")
    before = office.row(item).version
    assert (
        many(office, "extend", chosen(item), {"due": in_days(90), "reason": "x"}, name="auditor")["good"] == 0
    )
    assert office.row(item).version == before


def test_the_same_call_sent_again_does_nothing_twice(office: Callers):
    item = office.at("working")
    body = {"items": chosen(item), "values": {"text": "请加快"}, "preview": False}
    first = office.call("supervisor", "post", "/many/comment", body, Idempotency_Key="k")
    at = head()
    again = office.call("supervisor", "post", "/many/comment", body, Idempotency_Key="k")
    assert (again.json(), head()) == (first.json(), at)


def test_a_view_kept_by_a_program_is_the_view_of_the_page_and_reads_the_list(office: Callers):
    item, _ = office.at("working", title="清淤"), office.at("working", title="修路")
    wanted = {"name": "清淤的", "q": "清淤", "sort": "changed", "col": ["title", "due"]}
    made = office.post("supervisor", "/views", wanted, 201)
    assert dict(parse_qsl(made["query"])) == {"q": "清淤", "sort": "changed", "col": "due"}
    assert [r["id"] for r in office.get("supervisor", f"/items?{made['query']}")["rows"]] == [item]
    assert "清淤的" in office.as_("supervisor").get("/items/").content.decode()
    assert office.get("supervisor", "/views") == [made]
    assert office.get("handler", "/views") == []
    assert office.call("handler", "delete", f"/views/{made['id']}").status_code == 404
    assert office.call("supervisor", "delete", f"/views/{made['id']}").status_code == 204
    assert not SavedView.objects.exists()


def test_a_view_of_a_choice_that_is_none_is_not_kept(office: Callers):
    answered(office.call("supervisor", "post", "/views", {"name": "x", "state": "nowhere"}), 422)


def test_sessions_in_browsers_are_listed_to_their_owner_and_ended_without_their_keys(office: Callers):
    account = office.account("handler")
    account.set_password(PASSWORD)
    account.save()
    browser = Client(headers={"user-agent": "Phone"})
    browser.post("/login/", {"name": "handler", "password": PASSWORD})
    told = office.get("handler", "/sessions")
    assert [row["browser"] for row in told] == ["Phone"]
    assert SignedIn.objects.get().session_key not in str(told)
    assert office.get("head", "/sessions") == []
    address = f"/sessions/{told[0]['name']}"
    assert office.call("head", "delete", address).status_code == 404
    assert office.call("handler", "delete", address).status_code == 204
    assert browser.get("/security/").status_code == 302
    assert office.call("handler", "delete", address).status_code == 404


def test_several_slips_come_as_one_file_and_none_of_others(office: Callers):
    by = office.people["supervisor"]
    issued = [issue_slip(office.at("working"), "整改反馈单", by, office.later(days=5)).slip for _ in range(2)]
    address = "/slip-papers?" + "&".join(f"slip={i}" for i in issued)
    response = office.call("supervisor", "get", address)
    assert response.status_code == 200
    with ZipFile(BytesIO(response.getvalue())) as file:
        text = file.read("word/document.xml").decode()
    numbers = Slip.objects.filter(pk__in=issued).values_list("number", flat=True)
    assert [number for number in numbers if number not in text] == []
    assert office.call("other_handler", "get", address).status_code == 403
    assert office.call("supervisor", "get", "/slip-papers").status_code == 422


def test_an_identity_is_set_by_the_administrator_alone_and_belongs_to_one_account(office: Callers):
    for name in ("handler", "head"):
        office.account(name)
    person, other = office.people["handler"].person, office.people["head"].person
    assert office.post("admin", f"/people/{person}/identity", {"identity": " E-1 "})["identity"] == "E-1"
    office.post("admin", f"/people/{other}/identity", {"identity": "E-1"}, 422)
    office.post("admin", f"/people/{other}/identity", {"identity": "handler"}, 422)
    assert office.post("admin", f"/people/{person}/identity", {"identity": ""})["identity"] == ""
    office.post("supervisor", f"/people/{person}/identity", {"identity": "E-2"}, 403)
