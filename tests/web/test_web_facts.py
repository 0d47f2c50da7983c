"""The facts behind a figure: its definition, every line that counts, and nothing of what somebody may not see."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest

from bihuan.queries.counts import all_refs, figures
from bihuan.queries.facts import facts_of
from bihuan.rules.figures import FIGURES, Ref
from bihuan.web import dates
from tests.support.recall import recalled
from tests.web.markup import faults
from tests.web.office import Office, text_of


@pytest.fixture
def lived(db) -> Office:
    """An office where most that figures count has happened."""
    return recalled(_lived, _lived)


def _lived() -> Office:
    office = Office()
    for state in ("registered", "working", "reviewing", "closed", "suspended", "cancelled", "merged"):
        office.at(state, klass="分阶段整改")
    reopened = office.at("closed")
    office.do("reopen", reopened, "lead", reason="又出现")
    office.at("approved", "task", owner=office.units["village"])
    office.at("closed", "tough")
    return office


def every(ref, registers, size=3, **more):
    """All lines of a figure, page by page."""
    found = facts_of(ref, registers, size=size, **more)
    rows, after = list(found.rows), found.next
    while after:
        page = facts_of(ref, registers, size=size, after=after, **more)
        rows += page.rows
        after = page.next
    return found, rows


@pytest.mark.parametrize("earlier", [False, True])
def test_the_lines_of_every_figure_add_up_to_it_now_and_as_of_an_entry(lived: Office, earlier):
    registers = list(lived.registers.values())
    more = {"as_of": lived.now, "upto": lived.row(lived.at("working")).pk - 20} if earlier else {}
    values = figures(all_refs(), registers, **more)
    counted = 0
    for ref in all_refs():
        found, rows = every(ref, registers, **more)
        assert found.value == values[str(ref)], ref
        if not found.parts:
            assert str(sum(row.amount for row in rows)) == found.value, ref
            assert len({row.seq for row in rows}) == len(rows) or not ref.of_deeds
            counted += bool(rows)
    assert counted > 12


def test_the_cuts_of_a_figure_share_its_lines_among_them(lived: Office):
    registers = list(lived.registers.values())
    _, whole = every(Ref("open"), registers)
    parts = [every(Ref.of("open", register=r), registers)[1] for r in registers]
    assert sorted(row.item.pk for part in parts for row in part) == sorted(row.item.pk for row in whole)
    town = every(Ref.of("open", unit=lived.units["town"], colour="green"), registers)[1]
    assert {(row.item.owner_id, row.item.colour) for row in town} == {(lived.units["town"], "green")}


def test_the_page_says_what_it_counts_since_when_and_where_the_list_is(lived: Office):
    page = lived.as_("chief").get("/facts/", {"ref": "open"})
    text = text_of(page)
    assert f"在办：{figures([Ref('open')], list(lived.registers.values()))['open']}项" in text
    assert FIGURES["open"].definition in text
    assert f'href="/items/?campaign={lived.campaign}&amp;state=open"' in page.content.decode()
    assert faults(page.content.decode()) == []
    then = lived.as_("chief").get(
        "/facts/", {"ref": "open", "as_of": (dates.today() - timedelta(days=90)).isoformat()}
    )
    assert "在办：0项" in text_of(then)
    assert "在台账中打开" not in text_of(then)


def test_a_unit_counts_its_own_items_and_none_of_the_deeds_of_the_whole(lived: Office):
    lived.at("working", owner=lived.units["village"])
    theirs = text_of(lived.as_("other_handler").get("/facts/", {"ref": "registered"}))
    assert re.search(r"登记事项：(\d+)项", theirs)[1] == "1"
    refused = lived.as_("other_handler").get("/facts/", {"ref": "slips"})
    assert refused.status_code == 403


@pytest.mark.parametrize("query", ["", "ref=nonsense", "ref=open&as_of=gestern", "ref=open&as_of=2026-03-05T09:00", "ref=open&seq=-1", "ref=open&after=x",
                                   f"ref={quote('slips[since=nie]')}"])  # fmt: skip
def test_an_address_that_cannot_be_read_is_refused(lived: Office, query):
    assert lived.as_("chief").get(f"/facts/?{query}").status_code == 422
