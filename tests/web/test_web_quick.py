"""Pages stay quick: so many queries however much there is, the first of many with "N more", and what takes long is put off."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bihuan.models import Item
from bihuan.queries.counts import figures, registers_of
from bihuan.rules.figures import Ref
from bihuan.web import later
from bihuan.web.dates import today
from bihuan.web.views import institutions, lookbacks, report, signs
from tests.web.office import HTMX, Office, text_of
from tests.web.test_web_signs import copied


def queries(office: Office, person: str, address: str) -> int:
    client = office.as_(person)
    client.get(address)
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


@pytest.mark.parametrize(
    ("person", "address"),
    [
        ("supervisor", "/institutions/recurring/"),
        ("supervisor", "/lookbacks/"),
        ("supervisor", "/slips/"),
        ("handler", "/slips/"),
        ("chief", "/overview/more/"),
        ("chief", f"/overview/?as_of={today() - timedelta(days=7)}"),
        ("chief", "/picture/"),
        ("chief", "/facts/?ref=registered"),
    ],
)
def test_twice_as_many_items_ask_the_database_as_often(office: Office, person, address):
    def more() -> None:
        for n in range(4):
            office.register("task", klass="照明", title=f"第{n}处路灯不亮")
            office.at("working", klass="照明")

    more()
    asked = queries(office, person, address)
    more()
    assert queries(office, person, address) == asked


def test_recurring_problems_beyond_the_first_are_counted_and_a_click_away(office: Office, monkeypatch):
    monkeypatch.setattr(institutions, "MOST_CLASSES", 1)
    monkeypatch.setattr(institutions, "MOST_ITEMS", 2)
    for klass in ("照明", "积水"):
        for n in range(3):
            office.register("task", klass=klass, title=f"{klass}{n}")
    page = office.as_("supervisor").get("/institutions/recurring/")
    text = text_of(page)
    assert ("积水 " in text, "照明" in text, "其余 1 类" in text) == (False, True, True)
    assert ("照明0" in text, "照明1" in text, "照明2" in text) == (False, True, True)
    assert "列出最近的 2 个，另外还有 1 个" in text
    every = text_of(office.as_("supervisor").get("/institutions/recurring/?all=1"))
    assert ("照明2" in every, "积水2" in every, "其余" in every) == (True, True, False)


def test_look_backs_beyond_the_first_are_counted_and_a_click_away(office: Office, monkeypatch):
    due = [office.at("closed", "task", title=f"第{n}件") for n in range(3)]
    Item.objects.filter(pk__in=due).update(waiting="look-back")
    monkeypatch.setattr(lookbacks, "_PAGE", 2)
    text = text_of(office.as_("supervisor").get("/lookbacks/"))
    assert ("该回头看的事项 3" in text, "其余 1 个" in text, text.count("第2件")) == (True, True, 0)
    every = text_of(office.as_("supervisor").get("/lookbacks/?all=1"))
    assert ("该回头看的事项 3" in every, "其余" in every, every.count("第2件")) == (True, False, 1)


def test_signs_are_shown_page_by_page_and_none_is_left_out(office: Office, monkeypatch):
    copied(office)
    for title in ("南河清淤", "北河清淤"):
        item = office.at("working", title=title)
        office.prove(item)
        office.do(
            "submit",
            item,
            "handler",
            text="清淤完成，闸门更换，护坡加固，沿线绿化补种三千株，河道巡查每周两次",
        )
    office.as_("checker").post("/signs/")
    monkeypatch.setattr(signs, "PAGE", 1)
    shown, address = [], "/signs/"
    for _ in range(9):
        page = office.as_("checker").get(address)
        shown += [sign.item for sign in page.context["found"].signs]
        further = re.search(r'rel="next" href="([^"]+)"', page.content.decode())
        if further is None:
            break
        address = "/signs/" + further[1].replace("&amp;", "&")
    else:
        raise AssertionError("no end")
    monkeypatch.setattr(signs, "PAGE", 50)
    assert len(shown) == 2
    assert shown == [sign.item for sign in office.as_("checker").get("/signs/").context["found"].signs]


def test_a_picture_of_an_earlier_day_of_many_items_is_asked_for_afterwards(office: Office, monkeypatch):
    for n in range(3):
        office.at("working", title=f"第{n}处坑洼")
    monkeypatch.setattr(later, "MANY_ITEMS", 2)
    day = today().isoformat()
    assert "<svg xmlns" in office.as_("chief").get("/picture/").content.decode()
    address = f"/picture/?as_of={today() - timedelta(days=1)}"
    at_once = office.as_("chief").get(address).content.decode()
    assert (
        "<svg xmlns" in at_once,
        f'hx-get="?as_of={today() - timedelta(days=1)}&amp;whole=1"' in at_once,
    ) == (False, True)
    asked = office.as_("chief").get(f"{address}&whole=1", headers=HTMX).content.decode()
    assert ("<svg xmlns" in asked, "<html" in asked) == (True, False)
    assert "<svg xmlns" in office.as_("chief").get(f"{address}&whole=1").content.decode()
    assert "<svg xmlns" in office.as_("chief").get(f"/picture/?as_of={day}").content.decode()


def test_a_report_of_many_items_is_asked_for_afterwards_and_a_huge_one_gives_its_figures(
    office: Office, monkeypatch
):
    for n in range(3):
        office.at("working", title=f"第{n}处坑洼")
    monkeypatch.setattr(later, "MANY_ITEMS", 2)
    address = f"/report/?campaign={office.campaign}"
    at_once = office.as_("chief").get(address)
    assert ("第2处坑洼" in text_of(at_once), "whole=1" in at_once.content.decode()) == (False, True)
    whole = text_of(office.as_("chief").get(f"{address}&whole=1"))
    assert ("第2处坑洼" in whole, "全部数据项和口径" in whole) == (True, True)
    monkeypatch.setattr(report, "MOST_READ", 2)
    huge = text_of(office.as_("chief").get(f"{address}&whole=1", headers=HTMX))
    registered = figures([Ref("registered")], [r.pk for r in registers_of()])["registered"]
    assert ("第2处坑洼" in huge, f"登记事项 {registered}" in huge, "超过 2 个" in huge) == (False, True, True)
