"""Every address, tried by everybody: not logged in, every role, other people's items. What is not opened is closed."""

import re

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from bihuan.models import Account, Evidence
from bihuan.rules.permissions import Duty
from bihuan.web.access import Door
from tests.actions.county import PEOPLE, upload
from tests.web.office import HTMX, Office, text_of

PATTERNS: list[URLPattern] = list(get_resolver("bihuan.web.urls").url_patterns)
NAMES = [str(p.name) for p in PATTERNS]
OPEN_NAMES = {"login", "logout", "second", "provider", "provider-back", "feed"}
#: The pages of an item; whoever may not see the item is refused at each.
OF_ITEMS = {"items-one", "items-step", "items-evidence", "items-picture", "items-picture-file"}
#: The pages of one slip, request, inspection or sample, which are refused to others in their own way; see below.
OF_OTHERS = {"slips-one", "slips-step", "slips-print", "inspections-one", "inspections-step", "inspections-sheet",
             "inspections-finding", "inspections-walk", "inspections-object", "samples-one", "samples-draw", "items-slip", "items-cell",
             "items-ask", "requests-one", "requests-step", "meetings-one", "meetings-step", "meetings-decide", "meetings-paper",
             "overview-burden", "objections-one", "institutions-one", "institutions-step", "institutions-file", "cases-one", "cases-paper"}  # fmt: skip


def address(name: str, item: int = 1, evidence: int = 1) -> str:
    """An address for a pattern; its arguments are those of an item."""
    arguments = {
        "items-one": [item],
        "items-step": [item, "comment"],
        "items-evidence": [item, evidence],
        "items-slip": [item],
        "items-cell": [item, "lead"],
        "items-view-drop": [item],
        "items-sign": [item],
        "items-ask": [item, "extension"],
        "inspections-object": [item, item],
        "objections-one": [item],
        "meetings-one": [item],
        "meetings-paper": [item],
        "meetings-decide": [item],
        "meetings-step": [item, "agenda"],
        "institutions-one": [item],
        "institutions-file": [item],
        "institutions-step": [item, "issue"],
        "cases-one": [item],
        "cases-paper": [item],
        "requests-one": [item],
        "requests-step": [item, "approve"],
        "slips-one": [item],
        "slips-step": [item, "answer"],
        "inspections-one": [item],
        "inspections-sheet": [item],
        "inspections-finding": [item],
        "inspections-walk": [item],
        "inspections-step": [item, "approve"],
        "samples-one": [item],
        "samples-draw": [item],
        "items-export": ["plain"],
        "items-picture": [item],
        "items-picture-file": [item, "svg"],
        "picture-file": ["svg"],
        "overview-burden": [item],
        "import-preview": ["token"],
        "import-one": [item],
        "report-file": ["docx"],
        "people-one": [item],
        "people-revoke": [item],
        "people-account": [item],
        "people-identity": [item],
        "backups-one": ["bihuan-none.zip"],
        "templates-kind": ["stage"],
        "templates-choose": ["stage"],
        "templates-file": ["stage", 0],
        "templates-preview": ["stage", 0],
        "templates-retire": ["stage", item],
        "outlets-one": [item],
        "procedures-one": [item],
        "procedures-file": [item],
        "procedures-adopt": [item],
        "units-one": [item],
        "units-move": [item],
        "units-merge": [item],
        "library-drop": [item],
        "library-batch": ["batch"],
        "library-split": ["token"],
        "library-evidence": [item],
        "library-decompose-one": [item],
        "library-proofread-one": ["token"],
        "library-proofread-dismiss": ["token"],
        "library-proofread-file": ["token"],
        "library-draft": [item],
        "library-draft-put": [item],
        "library-draft-ignore": [item],
        "library-draft-file": [item],
        "library-draft-step": [item, "final"],
        "library-one": [item],
        "library-correct": [item],
        "library-file": [item, "txt"],
        "feed": ["token"],
    }
    return reverse(name, args=arguments.get(name, []))


@pytest.mark.parametrize("pattern", PATTERNS, ids=NAMES)
def test_every_view_says_for_whom_it_is_open(pattern):
    assert isinstance(pattern.callback.opens_to, Door | Duty)


def test_only_log_in_in_its_ways_log_out_and_secret_calendars_are_open_to_anyone():
    assert {p.name for p in PATTERNS if p.callback.opens_to is Door.ANYONE} == OPEN_NAMES


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", [n for n in NAMES if n not in OPEN_NAMES])
def test_nobody_gets_past_the_log_in_page_without_logging_in(db, name, method):
    response = getattr(Client(), method)(address(name))
    back = f"?next={address(name)}" if method == "get" else ""
    assert (response.status_code, response["Location"]) == (302, f"/login/{back}")


@pytest.mark.parametrize("person", list(PEOPLE))
def test_a_page_is_open_to_the_roles_that_its_duty_names_and_closed_to_all_others(office: Office, person):
    actor = office.people[person]
    for pattern in PATTERNS:
        if pattern.name in OPEN_NAMES | OF_ITEMS | OF_OTHERS:
            continue
        whom = pattern.callback.opens_to
        response = office.as_(person).get(address(pattern.name, item=actor.person))
        refused = response.status_code == 403
        may = isinstance(whom, Door) or actor.may(whom)
        if may:
            # what it says then (404 for a token that is none, 405 for a form) is the page's own
            assert not refused or pattern.name in {"items-new", "institutions-new", "ledger-export"}, (
                person,
                pattern.name,
            )
        else:
            assert refused, (person, pattern.name)
            assert "没有权限" in text_of(response) or "岗位" in text_of(response)


def seen_by(office: Office, item: int) -> dict[str, set[int]]:
    """The statuses that each person gets at the pages of ``item``."""
    evidence = Evidence.objects.filter(item_id=item).get().pk
    statuses: dict[str, set[int]] = {}
    for person in PEOPLE:
        for name in OF_ITEMS:
            response = office.as_(person).get(address(name, item, evidence))
            response.getvalue()  # reads a file to its end, which closes it
            statuses.setdefault(person, set()).add(response.status_code)
    return statuses


def test_an_item_is_shown_to_its_unit_its_office_and_those_above_alone(office: Office):
    item = office.at("working")
    office.do("attach", item, "handler", file=upload())
    statuses = seen_by(office, item)
    may = {"supervisor", "lead", "reviewer", "checker", "auditor", "chief", "handler", "head"}
    assert {p for p, found in statuses.items() if found == {200}} == may
    assert {p for p, found in statuses.items() if found == {403}} == set(PEOPLE) - may


def test_a_helping_unit_sees_the_item_and_its_evidence(office: Office):
    item = office.at("working", helpers=[office.units["village"]])
    office.do("attach", item, "handler", file=upload())
    assert seen_by(office, item)["other_handler"] == {200}


def test_no_step_of_another_units_item_can_be_taken(office: Office):
    from bihuan.rules.workflow import STEPS

    item = office.at("working")
    before = office.row(item).version
    for action in STEPS:
        response = office.step("other_handler", item, action, text="x", reason="x", unchanged="1")
        assert response.status_code == 403, action
    assert office.row(item).version == before


def test_evidence_of_one_item_is_not_handed_out_under_another(office: Office):
    mine, other = office.at("working"), office.at("working", owner=office.units["village"])
    office.do("attach", mine, "handler", file=upload())
    evidence = Evidence.objects.get().pk
    response = office.as_("supervisor").get(reverse("items-evidence", args=[other, evidence]))
    assert response.status_code == 404


def test_lists_and_figures_hold_only_what_one_may_see(office: Office):
    office.at("working", title="东镇的事")
    office.at("approved", title="西乡的事", owner=office.units["village"])
    assert "西乡的事" not in text_of(office.as_("handler").get(reverse("items")))
    assert "东镇的事" in text_of(office.as_("handler").get(reverse("items")))
    assert {"东镇的事", "西乡的事"} <= set(text_of(office.as_("supervisor").get(reverse("items"))).split())


def test_administrators_see_no_business_content(office: Office):
    office.at("working", title="机密的事")
    for person in ("admin", "security", "audit"):
        for name in ("todo", "overview"):
            home = text_of(office.as_(person).get(reverse(name)))
            assert "不查看业务内容" in home
            assert "专项整治" not in home


def test_a_filter_for_a_register_that_one_may_not_see_gives_nothing_away(office: Office):
    register = office.registers["rectification"]
    for url in (
        f"/items/?register={register}",
        f"/items/?campaign={office.campaign}",
        f"/overview/?campaign={office.campaign}",
    ):
        there = office.as_("other_handler").get(url)
        nowhere = office.as_("other_handler").get(re.sub(r"\d+$", "999999", url))
        assert there.status_code == nowhere.status_code
        assert text_of(there) == text_of(nowhere)


def test_a_session_ends_after_half_an_hour_without_use(office: Office):
    client = office.as_("handler")
    assert client.get("/items/").status_code == 200
    session = Session.objects.get(session_key=client.cookies["sessionid"].value)
    assert 29 * 60 <= (session.expire_date - timezone.now()).total_seconds() <= 30 * 60
    session.expire_date = timezone.now()
    session.save()
    assert client.get("/items/").status_code == 302


def test_using_the_pages_moves_the_end_of_the_session_on_but_writes_at_most_once_a_minute(
    office: Office, django_assert_num_queries
):
    client = office.as_("handler")
    client.get("/password/")
    session = client.session
    session["seen"] -= 61
    session.save()
    client.get("/password/")
    moved = client.session["seen"]
    client.get("/password/")
    assert client.session["seen"] == moved > session["seen"]


def test_somebody_who_is_no_longer_active_is_logged_out_at_once(office: Office):
    from bihuan.models import Person

    client = office.as_("handler")
    assert client.get("/items/").status_code == 200
    Person.objects.filter(pk=office.people["handler"].person).update(active=False)
    assert client.get("/items/").status_code == 302
    assert SESSION_KEY not in client.session


def test_an_account_that_was_switched_off_is_logged_out_at_once(office: Office):
    client = office.as_("handler")
    Account.objects.update(is_active=False)
    assert client.get("/items/").status_code == 302


def test_a_fragment_without_a_session_says_so_in_place_and_leaves_the_form_alone(office: Office):
    item = office.at("working")
    response = Client().post(reverse("items-step", args=[item, "report"]), {"text": "写了很久"}, headers=HTMX)
    assert response.status_code == 401
    assert "您填写的内容还在" in text_of(response)
    assert response["HX-Retarget"] == "#notice"


def test_a_password_that_must_be_changed_comes_before_everything_else(office: Office):
    Account.objects.filter(pk=office.account("supervisor").pk).update(must_change=True)
    for url in ("/", "/items/", "/import/", "/report/"):
        assert office.as_("supervisor").get(url)["Location"] == "/password/"
    assert office.as_("supervisor").get("/password/").status_code == 200
    assert office.as_("supervisor").post("/logout/")["Location"] == "/login/"
