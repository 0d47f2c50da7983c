"""Outlets of messages from the browser: added, tried, switched off; a secret is never shown again."""

from __future__ import annotations

import pytest

from bihuan.models import Delivery, Outlet
from bihuan.secret import unlock
from tests.support.ports import kept_port
from tests.web.markup import faults
from tests.web.office import Office, text_of

TOKEN = "a1b2c3d4e5f6g7h8"


@pytest.fixture(autouse=True)
def key(monkeypatch, settings):
    """The installation's own key, with which secrets are kept."""
    monkeypatch.setenv("BIHUAN_SECRET_KEY", settings.SECRET_KEY)


def add(office: Office, by: str = "admin", **values):
    given = {"kind": "wecom", "secret": TOKEN, "person": "", "unit": "东镇", "titles": "", **values}
    return office.as_(by).post("/outlets/", given)


def test_an_outlet_is_added_for_a_unit_and_its_secret_never_shown(office: Office):
    response = add(office)
    outlet = Outlet.objects.get()
    assert response["Location"] == f"/outlets/{outlet.pk}/"
    assert (outlet.unit_id, outlet.person_id, outlet.titles) == (office.units["town"], 0, False)
    assert unlock(outlet.secret) == TOKEN
    for url in ("/outlets/", f"/outlets/{outlet.pk}/"):
        html = office.as_("admin").get(url).content.decode()
        assert "东镇的企业微信群机器人" in html
        assert TOKEN not in html
        assert outlet.secret not in html
        assert faults(html) == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"unit": ""}, "请在人员和单位中填一个"),
        ({"person": "handler"}, "请在人员和单位中填一个"),
        ({"secret": "短"}, "群机器人的地址不对"),
        ({"secret": ""}, "必填"),
        ({"unit": "南村"}, "没有名为“南村”的单位"),
    ],
)
def test_what_does_not_do_is_told_and_what_was_secret_is_not_put_back(office: Office, values, said):
    response = add(office, **values)
    assert response.status_code == 422
    assert said in text_of(response)
    assert TOKEN not in response.content.decode()
    assert not Outlet.objects.exists()


def test_a_trial_that_fails_says_why_without_the_secret(office: Office):
    with kept_port() as port:  # nobody listens there
        add(office, kind="gateway", secret=f"http://127.0.0.1:{port}/in/{TOKEN}")
        outlet = Outlet.objects.get()
        response = office.as_("admin").post(f"/outlets/{outlet.pk}/", {"do": "try"})
    text = text_of(response)
    assert "没有发成：" in text
    assert TOKEN not in response.content.decode()


def test_what_failed_is_listed_with_its_reason_and_no_title(office: Office):
    add(office)
    outlet = Outlet.objects.get()
    office.at("assigned", title="机密的事")
    waiting = Delivery.objects.filter(outlet_id=outlet.pk, state="waiting")
    assert waiting.count() == 1
    waiting.update(attempts=3, reason="对方没有接收")
    text = text_of(office.as_("admin").get(f"/outlets/{outlet.pk}/"))
    assert "对方没有接收" in text
    assert "3 次" in text
    assert "机密的事" not in text


def test_an_outlet_that_is_switched_off_forgets_its_secret_and_gives_up_what_waits(office: Office):
    add(office)
    outlet = Outlet.objects.get()
    office.at("assigned")
    response = office.as_("admin").post(f"/outlets/{outlet.pk}/", {"do": "remove"}, follow=True)
    assert "1条待发送的消息不再发送" in text_of(response)
    outlet.refresh_from_db()
    assert (outlet.active, outlet.secret) == (False, "")
    assert office.as_("admin").get(f"/outlets/{outlet.pk}/").status_code == 404


def test_nobody_but_the_system_administrator_keeps_them(office: Office):
    for person in ("supervisor", "security", "audit"):
        assert add(office, person).status_code == 403
    assert not Outlet.objects.exists()
