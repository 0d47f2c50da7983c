"""Escalation: the higher unit leads and owes a response, the lower keeps the work, and it comes back."""

from datetime import UTC, datetime

import pytest

from bihuan.ledger.rebuild import digests, rebuild
from bihuan.queries.item import detail
from bihuan.queries.people import visible_units
from bihuan.queries.requests import escalated
from bihuan.rules import events as ev
from bihuan.rules.errors import NotAllowed, WrongState


def up(county, item, by="lead", **more):
    return county.do("escalate", item, by, unit=county.units["county"], reason="跨部门", **more)


def steps(county, item, name):
    actor = county.people[name]
    return {s.action for s in detail(item, actor, visible_units(actor)).steps}


def test_the_higher_unit_leads_and_the_lower_keeps_the_work(county):
    item = county.at("working", lead="王县长", due="2026-06-30")
    up(county, item, lead="李书记", helpers=[county.units["village"]])
    row = county.row(item)
    assert (row.office_id, row.owner_id, row.state, row.lead, row.helpers, row.escalations) == (
        county.units["county"],
        county.units["town"],
        "working",
        "李书记",
        [county.units["village"]],
        1,
    )
    assert row.below == [{"unit": county.units["office"], "lead": "王县长"}]
    assert steps(county, item, "supervisor") == {"plan", "report", "attach", "comment"}
    assert {"respond", "hand_back", "suspend", "transfer"} <= steps(county, item, "chief")
    assert steps(county, item, "handler") >= {"report", "submit"}
    with pytest.raises(NotAllowed):
        county.do("extend", item, "lead", due="2026-07-31", reason="x")
    county.do("report", item, "supervisor", text="原单位继续跟进")
    before = digests()
    rebuild()
    assert digests() == before


def test_the_higher_unit_sees_it_among_its_own_and_must_respond(county):
    item, other = county.at("working"), county.at("working")
    up(county, other)
    up(county, item)
    at = datetime(2026, 3, 4, 16, tzinfo=UTC)  # two working days
    assert [i.pk for i in escalated(frozenset({county.units["county"]}))] == [other, item]
    assert list(escalated(frozenset({county.units["town"]}))) == []
    county.do("respond", other, "chief", text=" 由县里协调资金 ", lead="李书记")
    assert [i.pk for i in escalated(None)] == [item, other]
    assert county.last(other) == ev.ItemResponded(text="由县里协调资金", lead="李书记")
    with pytest.raises(WrongState, match="这次提级已经回应过"):
        county.do("respond", other, "chief", text="再回应")
    assert "respond" not in steps(county, other, "chief")
    county.now = at
    county.do("comment", item, "chief", text="催办")
    county.do("comment", other, "chief", text="催办")
    assert [county.row(i).waiting for i in (item, other)] == ["respond-overdue", ""]


def test_it_comes_back_to_the_office_and_the_lead_of_before(county):
    item = county.at("working", lead="王县长")
    with pytest.raises(WrongState, match="事项没有提级"):
        county.do("hand_back", item, "lead", reason="x")
    with pytest.raises(WrongState, match="事项没有提级"):
        county.do("respond", item, "lead", text="x")
    assert not {"respond", "hand_back"} & steps(county, item, "lead")
    up(county, item, lead="李书记")
    with pytest.raises(NotAllowed):
        county.do("hand_back", item, "lead", reason="已协调")
    county.do("hand_back", item, "chief", reason=" 已协调 ")
    row = county.row(item)
    assert (row.office_id, row.lead, row.below, row.escalated_at, row.waiting) == (
        county.units["office"],
        "王县长",
        [],
        None,
        "",
    )
    assert county.last(item) == ev.ItemHandedBack(unit=county.units["office"], reason="已协调", lead="王县长")
    assert list(escalated(None)) == []
    county.do("extend", item, "lead", due="2027-01-29", reason="复杂")
    up(county, item)
    assert county.row(item).escalations == 2
