"""Every operation, tried by everybody: without a token, every role, other people's things. What is refused writes nothing."""

import pytest

from bihuan.api.main import api
from bihuan.ledger.reading import head
from bihuan.models import Account, Person, Token
from bihuan.rules.permissions import Duty
from tests.actions.county import PEOPLE
from tests.api.callers import Callers, at

SCHEMA = api.get_openapi_schema(path_prefix="/api/")
OPERATIONS = [(method, address) for address, methods in SCHEMA["paths"].items() for method in methods]
READS = [address for method, address in OPERATIONS if method == "get"]
#: Reads that need another duty than that of reading items; those of None are everybody's own.
DUTIES = {
    "/api/me": None, "/api/todo": None, "/api/messages": None, "/api/registers/{register_id}/workbook": Duty.EXPORT,
    "/api/samples": Duty.SAMPLE, "/api/samples/{sample_id}": Duty.SAMPLE, "/api/units": None, "/api/procedures": None,
    "/api/procedures/{procedure_id}": None, "/api/calendar/{day}": None, "/api/people": Duty.ROLES,
    "/api/people/{person_id}": Duty.ROLES, "/api/campaigns/{campaign_id}/report.{kind}": Duty.REPORT,
    "/api/feeds": None, "/api/registers/{register_id}/signs": Duty.SIGNS, "/api/imports": Duty.IMPORT,
    "/api/sessions": None, "/api/look-backs": Duty.SAMPLE, "/api/ledger": Duty.AUDIT, "/api/ledger/export": Duty.AUDIT, "/api/library/documents/{document_id}/tasks": Duty.COLLECT,
    "/api/ledger/seals": Duty.AUDIT, "/api/calendar/years/{year}": Duty.CALENDAR, "/api/ledger/seals/file": Duty.AUDIT, "/api/ledger/verifier": Duty.AUDIT, "/api/units/{unit_id}/move": Duty.UNITS,
    "/api/units/{unit_id}/merge": Duty.UNITS, "/api/procedures/{procedure_id}/registers/{register_id}": Duty.CAMPAIGNS,
    **{f"/api/outlets{rest}": Duty.OUTLETS for rest in ("", "/{outlet_id}/failures")},
    **{f"/api/templates/{{kind}}{rest}": Duty.TEMPLATES for rest in ("/{template_id}/file", "/{template_id}/preview")},
    "/api/templates/{kind}": Duty.REPORT,
    **{f"/api/drafts{rest}": Duty.DRAFT for rest in ("", "/{draft_id}", "/{draft_id}/problems", "/{draft_id}/file")},
}  # fmt: skip
#: What changes nothing but the caller's own.
OWN = {"/api/messages/read", "/api/feeds", "/api/views", "/api/library/basket", "/api/library/searches"}
#: What only looks at a text that is sent.
LOOKS = {"/api/library/similar", "/api/proofread"}
#: Reads of one thing of the town's, which the village must not see.
OF_TOWN = [a for a in READS if "_id}" in a and a.split("/")[2] in
           {"items", "slips", "requests", "meetings", "inspections", "samples", "institutions"}]  # fmt: skip


def least(schema):
    """The least that a schema of the content of a call takes."""
    if "$ref" in schema:
        return least(SCHEMA["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if "anyOf" in schema:
        return least(schema["anyOf"][0])
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        return {name: least(schema["properties"][name]) for name in schema.get("required", [])}
    if schema.get("type") == "array":
        return [least(schema["items"])] * schema.get("minItems", 0)
    text = {"date": "2026-03-05", "date-time": "2026-03-05T09:00:00+08:00"}.get(schema.get("format"), "内容")
    return {"string": text, "integer": 1, "boolean": True, None: "内容"}[schema.get("type")]


def body_of(address):
    """The least content of a call to ``address``; files apart, which need a form."""
    content = SCHEMA["paths"][address]["post"].get("requestBody", {}).get("content", {})
    return least(content["application/json"]["schema"]) if "application/json" in content else None


def test_nobody_gets_anything_without_a_token_but_the_description(office: Callers):
    ids = office.ids
    for method, address in OPERATIONS:
        response = office.call("", method, at(address, ids).removeprefix("/api"))
        assert (response.status_code, response.json()["code"]) == (401, "no-token"), address
        assert response["WWW-Authenticate"] == "Bearer"
    assert office.call("", "get", "/openapi.json").status_code == 200
    assert office.call("", "get", "/").status_code == 200
    assert office.call("", "get", "/nowhere").status_code == 401


@pytest.mark.parametrize("person", list(PEOPLE))
def test_a_read_is_open_to_the_roles_that_its_duty_names_and_closed_to_all_others(office: Callers, person):
    actor, ids, wrong = office.people[person], office.ids, {}
    for address in READS:
        duty = DUTIES.get(address, Duty.READ)
        response = office.call(person, "get", at(address, ids).removeprefix("/api"))
        response.getvalue()  # reads a file to its end, which closes it
        if duty is not None and not actor.may(duty) and response.status_code != 403:
            wrong[address] = response.status_code
        if (duty is None or actor.may(duty)) and response.status_code not in {200, 403, 404, 422}:
            wrong[address] = response.status_code
    assert wrong == {}


def test_whoever_supervises_reads_everything(office: Callers):
    ids, statuses = office.ids, {}
    for address in READS:
        response = office.call("chief", "get", at(address, ids).removeprefix("/api"))
        statuses[address] = response.status_code
        response.getvalue()
    closed = {a: s for a, s in statuses.items() if s != 200}
    assert closed == {
        "/api/institutions/{institution_id}/file": 404, "/api/cases/{case_id}": 404, "/api/cases/{case_id}/paper": 404, "/api/people": 403, "/api/people/{person_id}": 403,
        "/api/outlets": 403, "/api/outlets/{outlet_id}/failures": 403, "/api/ledger/seals/file": 404,
    }  # fmt: skip


def test_nothing_of_another_units_is_shown_or_changed(office: Callers):
    ids, before, shown = office.ids, head(), {}
    for address in OF_TOWN:
        shown[address] = office.call(
            "other_handler", "get", at(address, ids).removeprefix("/api")
        ).status_code
    assert {a: s for a, s in shown.items() if s not in {403, 404}} == {}
    for method, address in OPERATIONS:
        if method == "post" and address not in OWN | LOOKS and (body := body_of(address)) is not None:
            response = office.call("other_handler", "post", at(address, ids).removeprefix("/api"), body)
            assert response.status_code in {403, 404, 422}, (address, response.content.decode())
    assert head() == before


@pytest.mark.parametrize("person", ["security", "audit"])
def test_administrators_change_no_business_content(office: Callers, person):
    ids, before = office.ids, head()
    for method, address in OPERATIONS:
        if method == "post" and (body := body_of(address)) is not None:
            office.call(person, "post", at(address, ids).removeprefix("/api"), body)
    assert [kind for kind in kinds_after(before[0]) if not kind.startswith(("person.", "role."))] == []


def kinds_after(seq):
    from bihuan.models import Entry

    return list(Entry.objects.filter(pk__gt=seq).values_list("kind", flat=True))


def test_evidence_of_one_item_is_not_handed_out_under_another(office: Callers):
    other = office.at("working")
    assert (
        office.call("chief", "get", f"/items/{other}/evidence/{office.ids['evidence_id']}").status_code == 404
    )


def test_a_token_ends_with_the_account_the_person_and_its_time(office: Callers):
    handler = office.people["handler"].person
    assert office.get("handler", "/me")["name"] == "handler"
    for table, off, on in (
        (Account.objects.filter(person_id=handler), {"is_active": False}, {"is_active": True}),
        (Person.objects.filter(pk=handler), {"active": False}, {"active": True}),
    ):
        table.update(**off)
        assert office.call("handler", "get", "/me").status_code == 401
        table.update(**on)
    Token.objects.update(expires_at=office.now)
    assert office.call("handler", "get", "/me").status_code == 401


def test_a_password_that_must_be_changed_closes_the_api_too(office: Callers):
    office.token("handler")
    Account.objects.update(must_change=True)
    refused = office.call("handler", "get", "/me")
    assert (refused.status_code, refused.json()["code"]) == (403, "not-ready")
    assert "修改密码" in refused.json()["hint"]


def test_a_token_counts_for_no_page_and_a_session_for_no_call(office: Callers):
    headers = {"Authorization": f"Bearer {office.token('handler')}"}
    from django.test import Client

    assert Client().get("/items/", headers=headers).status_code == 302
    assert office.as_("handler").get("/api/me").status_code == 401
