"""The overview: every number is the number of the list behind it."""

import re
from datetime import timedelta

import pytest

from bihuan.models import Item
from bihuan.web.dates import day_words, today
from tests.support.recall import recalled
from tests.web.office import HTMX, Office, text_of


@pytest.fixture
def lived(db) -> Office:
    """An office with items in many states, of two units, some overdue, one reopened."""
    return recalled(_lived, _lived)


def _lived() -> Office:
    office = Office()
    for state in (
        "registered",
        "approved",
        "working",
        "reviewing",
        "passed",
        "closed",
        "suspended",
        "cancelled",
    ):
        office.at(state, klass="分阶段整改")
    office.at("working", "task", title="督查的事", due="2026-03-31")
    reopened = office.at("closed")
    office.do("reopen", reopened, "lead", reason="又出现")
    other = office.register(owner=office.units["village"], helpers=[office.units["town"]])
    office.do("approve", other, "supervisor")
    office.do("assign", other, "supervisor", owner=office.units["village"])
    return office


def linked_numbers(html: str) -> list[tuple[str, int]]:
    """Every link of the overview to a list, with the number that it shows."""
    links = re.findall(r'<a href="(/items/\?[^"]+)"[^>]*>(.*?)</a>', html, re.DOTALL)
    shown = [(url.replace("&amp;", "&"), re.sub(r"<[^>]+>", " ", inside)) for url, inside in links]
    return [
        (url, int(m[1]))
        for url, text in shown
        if (m := re.search(r"(?<![\d.])(\d+)(?![\d.%])\s*(?:项)?\s*$", text.strip()))
    ]


@pytest.mark.parametrize("person", ["supervisor", "chief", "handler", "head", "other_handler"])
def test_every_number_opens_a_list_of_just_so_many(lived: Office, person: str):
    shown = set()
    for cut in ("register", "unit", "class"):
        numbers = linked_numbers(lived.as_(person).get(f"/overview/?by={cut}").content.decode())
        assert len(numbers) > 8
        shown.update(numbers)
    for url, number in shown:
        if "reopened=1" in url:
            continue  # counts times, the list counts items
        assert f"共 {number} 项" in text_of(lived.as_(person).get(url)), url


def test_the_tiles_of_a_unit_count_what_it_owns(lived: Office):
    def registered(person: str) -> int:
        html = lived.as_(person).get("/overview/").content.decode()
        return int(re.search(r"登记事项</span>\s*<span class=\"tile-value\">(\d+)", html)[1])

    owned = Item.objects.exclude(state__in=["cancelled", "merged"])
    assert registered("supervisor") == owned.count()
    assert registered("handler") == owned.filter(owner_id=lived.units["town"]).count()
    assert registered("other_handler") == owned.filter(owner_id=lived.units["village"]).count()


def test_an_earlier_day_shows_the_figures_of_its_end_and_no_links(lived: Office):
    before = lived.as_("supervisor").get("/overview/", {"as_of": (today() - timedelta(days=90)).isoformat()})
    assert "登记事项 0 项" in text_of(before)
    assert linked_numbers(before.content.decode()) == []
    assert day_words(today() - timedelta(days=90)) in text_of(before)


@pytest.mark.parametrize("day", ["", "kein Tag", "2999-01-01"])
def test_no_day_or_one_to_come_shows_now(lived: Office, day: str):
    response = lived.as_("supervisor").get("/overview/", {"as_of": day})
    assert "回到现在" not in text_of(response)
    assert linked_numbers(response.content.decode())


def test_the_switcher_answers_with_a_fragment_and_the_address_with_a_page(lived: Office):
    fragment = lived.as_("supervisor").get("/overview/?by=unit", headers=HTMX).content.decode()
    page = lived.as_("supervisor").get("/overview/?by=unit").content.decode()
    assert fragment.lstrip().startswith('<div id="board">')
    assert "<html" in page
    assert re.findall(r'class="tile-value">\s*([\d.%]+)', fragment) == re.findall(
        r'class="tile-value">\s*([\d.%]+)', page
    )


def test_the_chart_carries_the_numbers_of_the_table(lived: Office):
    from bihuan.models import Campaign
    from bihuan.queries.scope import Scope
    from bihuan.web.views.overview import board

    shown = board(Scope(lived.people["supervisor"]), Campaign.objects.get(), None, "unit")
    chart = shown["chart"]
    table = {line.label: [int(n.value) for n in line.colours] for line in shown["table"]}
    drawn = {
        label: [series["values"][i] for series in reversed(chart["series"])]
        for i, label in enumerate(chart["labels"])
    }
    assert drawn == {label: values for label, values in table.items() if sum(values)}
    assert drawn


def test_what_is_due_within_two_weeks_is_listed(office: Office):
    from tests.web.office import in_days

    soon = office.at("working", title="快到期的事", due=in_days(10))
    office.at("working", title="不急的事", due=in_days(100))
    html = office.as_("supervisor").get("/overview/").content.decode()
    listed = html[html.index('class="soon"') :]
    assert f"/items/{soon}/" in listed
    assert "不急的事" not in listed


def test_an_office_without_a_campaign_is_told_how_to_begin(db):
    from django.test import Client

    from bihuan.actions import house
    from bihuan.ledger.append import open_ledger
    from bihuan.models import Account
    from bihuan.rules.permissions import SYSTEM, Role
    from bihuan.web.dates import now

    open_ledger("空", "sha256", now())
    unit = house.create_unit(SYSTEM, now(), "督查室")
    person = house.create_person(SYSTEM, now(), "王", unit)
    house.grant_role(SYSTEM, now(), person, Role.SUPERVISOR, unit)
    client = Client()
    client.force_login(Account.objects.create(name="w", person_id=person, password="!"))
    assert "导入一份 Excel 台账就能开始" in text_of(client.get("/overview/"))
    assert "还没有事项" in text_of(client.get("/items/"))


def test_a_unit_without_items_is_told_so(office: Office):
    assert "您单位还没有交办的事项" in text_of(office.as_("other_handler").get("/overview/"))
