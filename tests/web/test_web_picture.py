"""The picture in the page, as a file and by command: its figures are those of the overview, and nobody sees more than they may."""

import re
from datetime import timedelta
from urllib.parse import quote
from xml.etree import ElementTree

import pytest

from bihuan.models import Campaign
from bihuan.queries.counts import figures
from bihuan.queries.picture import MOST_BARS, campaign_picture
from bihuan.queries.scope import Scope
from bihuan.rules.figures import Ref
from bihuan.web import dates
from tests.support.recall import recalled
from tests.web.markup import faults
from tests.web.office import HTMX, Office, in_days, text_of


@pytest.fixture
def lived(db) -> Office:
    """An office with items of three registers and two units in many states."""
    return recalled(_lived, _lived)


def _lived() -> Office:
    office = Office()
    for state in ("registered", "working", "reviewing", "closed", "cancelled", "suspended"):
        office.at(state, title=f"问题{state}", measures=[{"text": "修路", "due": in_days(9)}, "绿化"])
    office.at("working", "livelihood", title="改厕", due=in_days(40))
    office.at(
        "working",
        "tough",
        title="断头路",
        target="打通断头路",
        lead="王县长",
        extra={"plan": "三步走", "team": "攻坚专班"},
    )
    office.at("approved", title="西乡的事", owner=office.units["village"])
    return office


def words(response):
    """The words of the picture on a page."""
    svg = re.search(r"<svg xmlns.*?</svg>", response.content.decode(), re.DOTALL)[0]
    return [
        e.text or (e[0].tail if len(e) else "")
        for e in ElementTree.fromstring(svg).iter()
        if e.tag.endswith("}text")
    ]


def test_the_tiles_are_the_figures_of_the_overview(lived: Office):
    shown = words(lived.as_("chief").get("/picture/"))
    values = figures(
        [Ref(n) for n in ("registered", "finished", "open", "overdue")], list(lived.registers.values())
    )
    for label, name in (
        ("登记事项", "registered"),
        ("已销号", "finished"),
        ("在办", "open"),
        ("逾期", "overdue"),
    ):
        assert shown[shown.index(label) + 1] == values[name]


def test_every_group_counts_what_its_register_has_and_every_item_is_drawn_or_counted(lived: Office):
    campaign = Campaign.objects.get()
    for person in ("supervisor", "handler"):
        who = Scope(lived.people[person])
        registers = who.registers_in(campaign)
        found = campaign_picture(campaign, registers, dates.now(), units=who.units_in(registers[0]))
        drawn = sum(len(lane.bars) + lane.left_out for lane in found.lanes)
        assert str(drawn) == found.tiles[0].value
        assert sum(int(lane.figures["registered"]) for lane in found.lanes) == drawn


def test_a_day_gone_by_shows_what_was_then_and_now_the_same_both_ways(lived: Office):
    campaign = Campaign.objects.get()
    who = Scope(lived.people["chief"])
    registers, now = who.registers_in(campaign), dates.now()
    tables = campaign_picture(campaign, registers, now)
    entries = campaign_picture(campaign, registers, now, as_of=now)
    for name in ("tiles", "lanes", "coming", "states", "colours"):
        assert getattr(tables, name) == getattr(entries, name), name
    day = dates.today() - timedelta(days=90)
    page = lived.as_("chief").get("/picture/", {"as_of": day.isoformat()})
    assert "到这一天还没有登记事项。" in words(page)
    assert f"这是 {dates.day_words(day)} 24 时的情况" in text_of(page)


def test_a_measure_with_a_day_of_its_own_is_a_milestone_and_comes_up(lived: Office):
    campaign = Campaign.objects.get()
    found = campaign_picture(campaign, Scope(lived.people["chief"]).registers_in(campaign), dates.now())
    bars = {bar.title: bar for lane in found.lanes for bar in lane.bars}
    assert [(m.figure, m.reached) for m in bars["问题working"].milestones] == [("0/1", False)]
    assert [(m.figure, m.reached) for m in bars["改厕"].milestones] == [("400户", False)]
    assert [c.title for c in found.coming] == [
        "修路"
    ] * 3  # not the suspended one's, and not the closed one's


def test_what_finds_no_room_is_counted(lived: Office):
    for _ in range(MOST_BARS):
        lived.register()
    campaign = Campaign.objects.get()
    found = campaign_picture(campaign, Scope(lived.people["chief"]).registers_in(campaign), dates.now())
    assert sum(len(lane.bars) for lane in found.lanes) == MOST_BARS
    assert sum(lane.left_out for lane in found.lanes) == int(found.tiles[0].value) - MOST_BARS


def test_one_problem_is_told_with_its_leader_plan_team_and_measures(lived: Office):
    item = lived.at("working", "tough", title="供热老化", target="改造管网", lead="李县长", extra={"plan": "两年三步", "team": "供热专班"},
                    measures=[f"第{n}步" for n in range(1, 8)])  # fmt: skip
    lived.do("report", item, "handler", text="已开工", percent=30, measures={"1": {"state": "done"}})
    shown = words(lived.as_("supervisor").get(f"/items/{item}/picture/"))
    for said in (
        "供热老化",
        "改造管网",
        "李县长",
        "两年三步",
        "供热专班",
        "已开工",
        "30%",
        "7条，已完成1条",
        *(f"{n}. 第{n}步" for n in range(1, 8)),
    ):
        assert said in shown, said


def test_an_item_before_its_registration_is_refused(lived: Office):
    item = lived.at("working")
    day = (dates.today() - timedelta(days=90)).isoformat()
    response = lived.as_("supervisor").get(f"/items/{item}/picture/", {"as_of": day})
    assert response.status_code == 404
    assert "还没有登记" in text_of(response)


def test_a_unit_sees_its_own_items_alone(lived: Office):
    mine, theirs = (words(lived.as_(n).get("/picture/")) for n in ("handler", "other_handler"))
    assert not [w for w in mine if "西乡" in w]
    assert [w for w in theirs if "西乡的事" in w]
    assert not [w for w in theirs if "断头路" in w]


def test_each_item_leads_to_its_page(lived: Office):
    html = lived.as_("chief").get("/picture/").content.decode()
    links = set(re.findall(r'<a href="(/items/\d+/)"><text', html))
    assert len(links) == 8
    assert {lived.as_("chief").get(link).status_code for link in links} == {200}


@pytest.mark.parametrize("url", ["/picture/", "/picture/?by=unit", "/picture/?by=nonsense"])
def test_the_page_is_sound_as_a_whole_and_as_a_fragment(lived: Office, url):
    assert faults(lived.as_("chief").get(url).content.decode()) == []
    fragment = lived.as_("chief").get(url, headers=HTMX).content.decode()
    assert fragment.lstrip().startswith('<div id="picture">')
    assert faults(fragment) == []


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_files_are_called_what_they_are_and_hold_the_same_picture(lived: Office, cjk_font, kind):
    response = lived.as_("chief").get(f"/picture.{kind}")
    content = response.getvalue()
    assert (
        response["Content-Disposition"] == f"attachment; filename*=utf-8''{quote(f'专项整治一图读懂.{kind}')}"
    )
    assert content[:4] == {"svg": b"<svg", "png": b"\x89PNG"}[kind]
    item = lived.at("working")
    assert lived.as_("chief").get(f"/items/{item}/picture.{kind}").getvalue()[:4] == content[:4]
    assert lived.as_("chief").get("/picture.pdf").status_code == 404


def test_overview_item_and_menu_lead_to_the_picture(lived: Office):
    item = lived.at("working")
    overview = lived.as_("chief").get("/overview/").content.decode()
    assert f'href="/picture/?campaign={lived.campaign}"' in overview
    assert '<a href="/picture/"' in overview
    assert f'href="/items/{item}/picture/"' in lived.as_("chief").get(f"/items/{item}/").content.decode()
