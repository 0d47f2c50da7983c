"""People, roles, accounts and units from the browser."""

import re

import pytest
from django.test import Client

from bihuan.models import Account, Grant, Person, Unit, UnitAlias
from bihuan.rules.permissions import Role
from bihuan.rules.providers import Oidc
from tests.web.office import HTMX, Office, notice_of, text_of


def add(office: Office, person: str = "admin", **values):
    given = {
        "name": "钱多",
        "unit": "东镇",
        "post": "科员",
        "role": "handler",
        "account": "qianduo",
        **values,
    }
    return office.as_(person).post("/people/new/", given)


def shown_password(response) -> str:
    return re.findall(r"<dd>([^<]+)</dd>", response.content.decode())[1]


def test_somebody_is_added_with_role_and_account_and_can_log_in(office: Office):
    response = add(office)
    password = shown_password(response)
    person = Person.objects.get(name="钱多")
    assert (person.unit_id, person.post) == (office.units["town"], "科员")
    assert list(Grant.objects.filter(person_id=person.pk).values_list("role", "unit_id")) == [
        ("handler", office.units["town"])
    ]
    client = Client()
    assert client.post("/login/", {"name": "qianduo", "password": password})["Location"] == "/"
    assert client.get("/items/")["Location"] == "/password/", "a first password is changed first"
    assert password not in text_of(office.as_("admin").get(f"/people/{person.pk}/"))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"account": "handler"}, "已被使用"),
        ({"name": " "}, "必填"),
        ({"unit": "南村"}, "没有名为“南村”的单位"),
    ],
)
def test_what_does_not_do_is_told_and_nothing_is_left_behind(office: Office, values, said):
    office.account("handler")
    before = Person.objects.count()
    response = add(office, **values)
    assert response.status_code == 422
    assert said in text_of(response)
    assert Person.objects.count() == before


def test_the_list_shows_everybody_with_roles_and_account(office: Office):
    add(office)
    text = text_of(office.as_("security").get("/people/"))
    assert "钱多 科员 东镇 承办人 qianduo 待改初始密码" in text
    assert "没有账号" in text
    found = office.as_("admin").get("/people/?q=钱", headers=HTMX)
    assert "共 1 人" in text_of(found)


def test_roles_are_granted_and_revoked(office: Office):
    person = office.people["handler"].person
    client = office.as_("security")
    client.post(f"/people/{person}/", {"role": "unit_head", "unit": "西乡"})
    assert Grant.objects.filter(person_id=person, role="unit_head", unit_id=office.units["village"]).exists()
    client.post(f"/people/{person}/revoke/", {"role": "unit_head", "unit": office.units["village"]})
    assert not Grant.objects.filter(person_id=person, role="unit_head").exists()
    assert client.post(f"/people/{person}/revoke/", {"role": "lead", "unit": "1"}).status_code == 404


def test_an_administrator_gets_no_business_role_and_nobody_two_administrators(office: Office):
    client = office.as_("security")
    for person, role in (("admin", "supervisor"), ("admin", "audit_admin"), ("handler", "system_admin")):
        response = client.post(f"/people/{office.people[person].person}/", {"role": role, "unit": "某县"})
        assert response.status_code == 422
        assert "须各设专人" in notice_of(response)


def test_an_account_is_made_reset_switched_off_and_on(office: Office):
    person = office.people["handler"].person
    client, url = office.as_("admin"), f"/people/{person}/account/"
    first = shown_password(client.post(url, {"do": "create", "name": "lisi"}))
    Account.objects.filter(name="lisi").update(failures=3)
    second = shown_password(client.post(url, {"do": "reset"}))
    account = Account.objects.get(name="lisi")
    assert account.check_password(second)
    assert not account.check_password(first)
    assert (account.failures, account.must_change) == (0, True)
    client.post(url, {"do": "off"})
    assert Client().post("/login/", {"name": "lisi", "password": second}).status_code == 401
    assert "已停用" in text_of(client.get(f"/people/{person}/"))
    client.post(url, {"do": "on"})
    assert Client().post("/login/", {"name": "lisi", "password": second}).status_code == 302


def test_nobody_switches_off_their_own_account_or_does_what_there_is_not(office: Office):
    mine = f"/people/{office.people['admin'].person}/account/"
    assert "不能停用自己" in text_of(office.as_("admin").post(mine, {"do": "off"}))
    assert office.as_("admin").post(mine, {"do": "create", "name": "x"}).status_code == 422
    other = f"/people/{office.people['head'].person}/account/"
    assert office.as_("admin").post(other, {"do": "reset"}).status_code == 422


def test_an_administrator_of_one_unit_sees_and_changes_nobody_elsewhere(office: Office):
    office.add_person("town_admin", "town", (Role.SYSTEM_ADMIN,))
    client = office.as_("town_admin")
    text = text_of(client.get("/people/"))
    assert "head" in text
    assert "other_head" not in text
    person = office.people["other_head"].person
    assert client.get(f"/people/{person}/").status_code == 403
    assert client.post(f"/people/{person}/account/", {"do": "create", "name": "x"}).status_code == 403
    assert "管理“西乡”" in notice_of(add(office, "town_admin", unit="西乡"))


def test_nobody_takes_a_role_from_themselves(office: Office):
    url = f"/people/{office.people['admin'].person}/revoke/"
    response = office.as_("admin").post(url, {"role": "system_admin", "unit": office.units["county"]})
    assert "不能撤销自己的岗位" in text_of(response)
    assert Grant.objects.filter(person_id=office.people["admin"].person).exists()


def test_the_security_administrator_grants_but_makes_no_accounts(office: Office):
    person = office.people["handler"].person
    assert add(office, "security").status_code == 403
    assert (
        office.as_("security").post(f"/people/{person}/account/", {"do": "create", "name": "x"}).status_code
        == 403
    )
    assert "建账号" not in text_of(office.as_("security").get(f"/people/{person}/"))


def test_units_are_added_renamed_moved_and_retired(office: Office):
    client = office.as_("admin")
    client.post("/units/", {"name": "北山街道", "parent": "某县", "aliases": "北山、北山街道办，北山"})
    unit = Unit.objects.get(name="北山街道")
    assert unit.parent_id == office.units["county"]
    assert set(UnitAlias.objects.filter(unit_id=unit.pk).values_list("alias", flat=True)) == {
        "北山",
        "北山街道办",
    }
    client.post(f"/units/{unit.pk}/move/", {"parent": "东镇"})
    client.post(f"/units/{unit.pk}/", {"name": "北山镇", "aliases": "北山街道", "retire": "1"})
    unit.refresh_from_db()
    assert (unit.name, unit.parent_id, unit.active) == ("北山镇", office.units["town"], False)
    assert list(UnitAlias.objects.filter(unit_id=unit.pk).values_list("alias", flat=True)) == ["北山街道"]
    text = text_of(client.get("/units/"))
    assert "北山镇 已停用 又写作：北山街道" in text


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": "东镇"}, "已有名为“东镇”"),
        ({"name": ""}, "必填"),
        ({"name": "x", "parent": "南村"}, "没有名为“南村”"),
    ],
)
def test_a_unit_that_does_not_do_is_refused_with_its_reason(office: Office, values, said):
    response = office.as_("admin").post("/units/", {"aliases": "", "parent": "某县", **values})
    assert response.status_code == 422
    assert said in text_of(response)


def test_a_supervisor_changes_only_units_below_their_own(office: Office):
    html = office.as_("supervisor").get("/units/").content.decode()
    assert f"/units/{office.units['office']}/" in html
    assert f"/units/{office.units['town']}/" not in html
    values = {"name": "东关镇", "parent": "某县", "aliases": ""}
    refused = office.as_("supervisor").post(f"/units/{office.units['town']}/", values)
    assert refused.status_code == 422
    assert Unit.objects.get(pk=office.units["town"]).name == "东镇"


@pytest.fixture
def provider(settings):
    """An organisation whose people log in through a provider of its own."""
    settings.PROVIDER = Oidc("https://sso.example.cn", "bihuan", "s", name="一网通")


def test_an_account_made_where_there_is_a_provider_has_no_password_but_an_administrators_has(
    office: Office, provider
):
    said = add(office)
    assert said.status_code == 302
    made = Account.objects.get(name="qianduo")
    assert (made.has_usable_password(), made.must_change) == (False, False)
    page = text_of(office.as_("admin").get(said["Location"]))
    assert "本人用一网通登录，没有本机密码" in page
    assert "重置密码" not in page
    shown = add(office, name="孙管", account="sunguan", role="audit_admin")
    assert shown_password(shown)
    assert Account.objects.get(name="sunguan").must_change


def test_what_the_provider_calls_somebody_is_written_on_their_page_and_belongs_to_one_account(
    office: Office, provider
):
    handler, head = (office.account(name) for name in ("handler", "head"))
    page = f"/people/{handler.person_id}/"
    assert 'name="identity"' in office.as_("admin").get(page).content.decode()
    for identity, kept in (("E-1047", "E-1047"), ("", ""), (" E-2 ", "E-2")):
        assert office.as_("admin").post(f"{page}identity/", {"identity": identity})["Location"] == page
        handler.refresh_from_db()
        assert handler.identity == kept
    for taken in ("E-2", "handler"):
        refused = office.as_("admin").post(f"/people/{head.person_id}/identity/", {"identity": taken})
        assert refused.status_code == 422
        assert "已是另一个账号的" in text_of(refused)
    assert add(office, account="E-2").status_code == 422
    assert office.as_("supervisor").post(f"{page}identity/", {"identity": "x"}).status_code == 403


def test_a_person_without_an_account_has_no_identity(office: Office, provider):
    person = office.people["other_head"].person
    refused = office.as_("admin").post(f"/people/{person}/identity/", {"identity": "x"})
    assert (refused.status_code, "还没有账号" in text_of(refused)) == (422, True)
