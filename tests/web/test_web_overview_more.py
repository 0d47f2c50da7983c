"""What the overview shows further down: each number against the list behind it."""

import re
from datetime import timedelta
from html import unescape

from bihuan.queries.counts import figures
from bihuan.queries.trend import trend
from bihuan.rules.figures import Ref
from bihuan.rules.tiers import Tiers
from bihuan.web import dates
from tests.web.markup import faults
from tests.web.office import HTMX, Office, in_days, text_of


def test_every_linked_number_is_the_length_of_its_list(office: Office):
    office.at("working", due=in_days(3))
    office.at("assigned", due=in_days(10))
    office.at("working", due=in_days(10), owner=office.units["village"])
    office.at("closed", due=in_days(3))
    html = office.as_("chief").get("/overview/more/").content.decode()
    links = re.findall(r'<a href="(/items/\?[^"]+)">(\d+)', html)
    assert len(links) >= 4
    for link, number in links:
        text = text_of(office.as_("chief").get(link.replace("&amp;", "&")))
        assert f"共 {number} 项" in text, link
    slips = re.search(r'href="(/slips/\?campaign=\d+&amp;state=out)".*?tile-value">(\d+)', html, re.DOTALL)
    rows = office.as_("supervisor").get(slips[1].replace("&amp;", "&"), headers=HTMX).content.decode()
    assert rows.count('class="c-kind"') == int(slips[2]) > 0


def test_the_trend_agrees_with_the_figures_as_of_each_week(office: Office):
    office.at("closed")
    office.later(days=10)
    office.at("working")
    office.at("cancelled")
    registers, now = list(office.registers.values()), dates.now()
    for week in trend(registers, now, weeks=6):
        as_of = dates.end_of(week.day)
        expected = figures([Ref("registered"), Ref("open"), Ref("finished")], registers, as_of=as_of)
        assert [str(n) for n in (week.registered, week.open, week.closed)] == list(expected.values()), (
            week.day
        )


def test_a_unit_sees_its_own_numbers_alone(office: Office):
    office.at("working")
    office.at("working", owner=office.units["village"])
    page = office.as_("handler").get("/overview/more/")
    assert "东镇" in text_of(page)
    assert "西乡" not in text_of(page)
    for person in ("supervisor", "handler"):
        for headers in (None, HTMX):
            assert faults(office.as_(person).get("/overview/more/", headers=headers).content.decode()) == []


def test_units_stand_in_tiers_with_what_each_means_and_none_where_they_are_off(office: Office, settings):
    office.at("closed")
    office.at("approved", owner=office.units["village"])
    page = office.as_("supervisor").get("/overview/more/")
    text = text_of(page)
    assert re.search(
        r"好 销号率不低于60%，没有逾期 东镇 1 1 100\.0% 0 0\.0% 较好 没有逾期 西乡 1 0 0\.0% 0 0\.0%", text
    )
    assert "需加力 其余单位 没有单位" in text
    assert faults(page.content.decode()) == []
    settings.TIERS = Tiers.read("off")
    assert "分档" not in text_of(office.as_("supervisor").get("/overview/more/"))


def test_the_burden_counts_meetings_to_which_a_unit_was_called(office: Office):
    office.meet([office.at("working")], expected=["head", "handler"])
    text = text_of(office.as_("supervisor").get("/overview/more/"))
    assert re.search(r"未了单据 接受督查 通知参会 东镇( \d+){6} 1 ", text)


def test_a_week_holds_what_falls_due_from_its_first_to_its_last_day(office: Office):
    office.at("working", due=in_days(6))
    office.at("working", due=in_days(7))
    html = office.as_("supervisor").get("/overview/more/").content.decode()
    first = dates.today() + timedelta(days=7)
    assert f"due_from={first.isoformat()}&amp;due_until={in_days(13)}" in html
    assert f"due_from={in_days(0)}&amp;due_until={in_days(6)}" in html


def test_what_falls_due_soon_is_the_same_in_the_list_the_weeks_and_the_register(office: Office):
    for state in ("registered", "working", "reviewing", "passed", "closed", "suspended"):
        office.at(state, title=f"事{state}", due=in_days(5))
    office.at("working", title="再下一周", due=in_days(12))
    office.at("working", title="两周以后", due=in_days(14))
    client = office.as_("supervisor")
    board = client.get("/overview/").content.decode()
    soon = re.findall(r'class="soon-title">(.*?)</span>', board)
    assert soon == ["事registered", "事working", "事reviewing", "事passed", "再下一周"]
    (link,) = re.findall(r'href="([^"]+)">在办、未挂起的，在台账中看', board)
    assert "共 5 项" in text_of(client.get(unescape(link)))
    weeks = (
        client.get("/overview/more/")
        .content.decode()
        .partition('id="due-title"')[2]
        .partition("</section>")[0]
    )
    numbers = re.findall(r'<td class="num[^"]*">(?:<a href="[^"]*">)?(\d+)', weeks)
    assert ("在办、未挂起事项到期" in weeks, numbers) == (True, ["4", "1", "1", "0", "0", "0"])


def test_the_list_of_what_falls_due_soon_says_when_there_is_more(office: Office):
    for n in range(10):
        office.at("approved", title=f"第{n}件", due=in_days(3))
    assert "只列最急的 10 项" not in text_of(office.as_("supervisor").get("/overview/"))
    office.at("approved", title="还有一件", due=in_days(3))
    assert "只列最急的 10 项" in text_of(office.as_("supervisor").get("/overview/"))
