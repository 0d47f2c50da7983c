"""The overview: every number is the number of the list behind it."""

import re
from datetime import timedelta
from html import unescape

import pytest

from bihuan.ledger.reading import entry_hash_at
from bihuan.models import Item
from bihuan.rules.figures import percent
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


def linked_numbers(html: str) -> list[tuple[str, str]]:
    """Every link of the overview that shows a number or a rate, with what it shows."""
    links = re.findall(r'<a\b[^>]*?href="([^"]+)"[^>]*>(.*?)</a>', html, re.DOTALL)
    shown = [(unescape(url), re.sub(r"<[^>]+>", " ", inside).strip()) for url, inside in links]
    return [
        (url, m[1])
        for url, text in shown
        if url.startswith(("/items/?", "/facts/", "/slips/?", "/overview/burden/"))
        and (m := re.search(r"(?<![\d.])(\d+(?:\.\d%)?|—)\s*(?:项|次|份)?$", text))
    ]


def counted(office: Office, person: str, url: str) -> str:
    """How much stands behind a link: counted line by line where the page lists lines."""
    client = office.as_(person)
    text = text_of(client.get(url))
    if url.startswith("/items/"):
        return re.search(r"共 (\d+) 项", text)[1]
    if url.startswith("/slips/"):
        return str(client.get(url, headers=HTMX).content.decode().count('class="c-kind"'))
    if url.startswith("/overview/burden/"):
        section = (
            client.get(url).content.decode().split(f'id="{url.partition("#")[2]}"')[1].split("</section>")[0]
        )
        return str(section.count("<li>"))
    return of_facts(office, person, url)


def of_facts(office: Office, person: str, url: str) -> str:
    """The figure of a facts page, once its lines add up to it over all pages."""
    html = office.as_(person).get(url).content.decode()
    told = re.search(r"<h1>[^<]*：([\d.%]+|—)", html)[1]
    if "由这两个数算出" in html:
        part, of = (
            int(of_facts(office, person, unescape(link)))
            for link in re.findall(r'<li><a href="(/facts/[^"]+)"', html)
        )
        assert told == percent(part, of)
        return told
    total, lines = 0, 0
    while True:
        rows = re.findall(
            r"<tr><td class=\"num\">(\d+)</td>.*?<td class=\"num\">(-?\d+)</td><td class=\"num\">(\d+)</td>.*?>([0-9a-f]{64})<",
            html,
            re.DOTALL,
        )
        for number, amount, seq, digest in rows:
            lines, total = lines + 1, total + int(amount)
            assert int(number) == lines
            assert entry_hash_at(int(seq)).hex() == digest
        further = re.search(r'href="(\?[^"]+)">下一页', html)
        if further is None:
            break
        html = office.as_(person).get("/facts/" + unescape(further[1])).content.decode()
    assert str(total) == told, url
    return told


def numbers_of(office: Office, person: str, day: str = "") -> set[tuple[str, str]]:
    """Every linked number of the overview, in each of its cuts, and of what it shows further down."""
    pages = [
        *(f"/overview/?by={cut}&as_of={day}" for cut in ("register", "unit", "class")),
        f"/overview/more/?as_of={day}",
    ]
    return {
        found for page in pages for found in linked_numbers(office.as_(person).get(page).content.decode())
    }


@pytest.mark.parametrize("person", ["supervisor", "handler", "other_handler"])
def test_every_number_opens_what_it_counts_and_that_is_just_so_many(lived: Office, person: str):
    numbers = numbers_of(lived, person)
    assert len(numbers) > 25
    assert {(url, n) for url, n in numbers if counted(lived, person, url) != n} == set()


@pytest.mark.parametrize("person", ["chief", "handler"])
def test_every_number_of_an_earlier_day_opens_what_it_counted_then(lived: Office, person: str):
    numbers = numbers_of(lived, person, (today() - timedelta(days=1)).isoformat())
    assert len(numbers) > 20
    assert {url.partition("?")[0] for url, _ in numbers} == {"/facts/"}
    assert {(url, n) for url, n in numbers if counted(lived, person, url) != n} == set()


@pytest.mark.parametrize("page", ["/overview/?by=unit", "/overview/more/"])
@pytest.mark.parametrize("back", [0, 1])
def test_no_number_stands_without_a_link_but_zero_and_the_share_of_what_is_late(
    lived: Office, page: str, back: int
):
    day = (today() - timedelta(days=back)).isoformat()
    html = lived.as_("chief").get(page, {"by": "unit", "as_of": day}).content.decode()
    cells = re.findall(r'<td class="num[^"]*">(.*?)</td>', html)
    bare = [c for c in cells if "<a " not in c and not c.endswith("%")]
    assert len(cells) > 8
    assert set(bare) <= {"0", "—"}


def test_the_tiles_of_a_unit_count_what_it_owns(lived: Office):
    def registered(person: str) -> int:
        html = lived.as_(person).get("/overview/").content.decode()
        return int(re.search(r"登记事项</span>\s*<span class=\"tile-value\">(\d+)", html)[1])

    owned = Item.objects.exclude(state__in=["cancelled", "merged"])
    assert registered("supervisor") == owned.count()
    assert registered("handler") == owned.filter(owner_id=lived.units["town"]).count()
    assert registered("other_handler") == owned.filter(owner_id=lived.units["village"]).count()


def test_an_earlier_day_shows_the_figures_of_its_end(lived: Office):
    before = lived.as_("supervisor").get("/overview/", {"as_of": (today() - timedelta(days=90)).isoformat()})
    assert "登记事项 0 项" in text_of(before)
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
