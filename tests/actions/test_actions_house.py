"""Keeping the house: units, people, roles, procedures, campaigns, registers."""

import pytest

from bihuan.actions import house
from bihuan.ledger.append import AlreadyOpened, open_ledger
from bihuan.ledger.reading import head
from bihuan.ledger.rebuild import digests, rebuild
from bihuan.models import Campaign, Grant, HeaderMapping, Item, Person, Procedure, Register, Unit, UnitAlias
from bihuan.procedures import texts
from bihuan.queries.people import actor_of
from bihuan.rules.chain import HashUnknown
from bihuan.rules.errors import Invalid, Needs, NotAllowed, NotFound, ProcedureInvalid
from bihuan.rules.permissions import SYSTEM, Actor, Role
from bihuan.rules.permissions import Grant as Held


def paths():
    return dict(Unit.objects.values_list("name", "path"))


def aliases():
    return dict(UnitAlias.objects.values_list("alias", "unit_id"))


def same_after_rebuild():
    before = digests()
    rebuild()
    return digests() == before


# ---- units ----


def test_a_unit_lies_below_its_parent(county):
    u = county.units
    below = house.create_unit(
        SYSTEM, county.now, " 东镇  水利站 ", parent=u["town"], aliases=["水利站", " 东水 "]
    )
    assert paths()["东镇 水利站"] == f"/{u['county']}/{u['town']}/{below}/"
    assert aliases() == {"水利站": below, "东水": below}
    assert Unit.objects.get(pk=below).parent_id == u["town"]


@pytest.mark.parametrize(
    ("name", "more", "said"),
    [
        ("东镇", (), "已有名为“东镇”的单位或别名。"),
        ("新镇", ("西乡",), "已有名为“西乡”的单位或别名。"),
        ("老名", (), "已有名为“老名”的单位或别名。"),
    ],
)
def test_no_two_units_share_a_name_or_an_alias(county, name, more, said):
    house.change_unit(SYSTEM, county.now, county.units["town"], aliases=["老名"])
    with pytest.raises(Invalid) as caught:
        house.create_unit(SYSTEM, county.now, name, aliases=more)
    assert caught.value.message == said


@pytest.mark.parametrize(("name", "more"), [(" ", ()), ("新镇", ("",))])
def test_a_unit_without_a_name_is_refused(county, name, more):
    with pytest.raises(Needs):
        house.create_unit(SYSTEM, county.now, name, aliases=more)


def test_moving_a_unit_moves_all_below_it_and_with_them_who_may_act(county):
    u = county.units
    below = house.create_unit(SYSTEM, county.now, "水利站", parent=u["town"])
    item = county.at("assigned")
    house.change_unit(SYSTEM, county.now, u["town"], parent=u["village"])
    assert paths()["东镇"] == f"/{u['county']}/{u['village']}/{u['town']}/"
    assert paths()["水利站"] == f"/{u['county']}/{u['village']}/{u['town']}/{below}/"
    county.people["other_head"] = actor_of(county.people["other_head"].person)
    county.do("accept", item, "other_head")
    house.change_unit(SYSTEM, county.now, u["town"], parent=0)
    assert paths()["水利站"] == f"/{u['town']}/{below}/"
    assert same_after_rebuild()


@pytest.mark.parametrize("under", ["town", "station"])
def test_a_unit_is_not_moved_below_itself(county, under):
    station = house.create_unit(SYSTEM, county.now, "水利站", parent=county.units["town"])
    parent = {"town": county.units["town"], "station": station}[under]
    with pytest.raises(Invalid, match="单位不能移到自己的下级之下"):
        house.change_unit(SYSTEM, county.now, county.units["town"], parent=parent)


def test_a_unit_is_renamed_and_its_aliases_replaced(county):
    town = county.units["town"]
    house.change_unit(SYSTEM, county.now, town, name="东街道", aliases=["东镇", "东办"])
    assert paths()["东街道"].endswith(f"/{town}/")
    house.change_unit(SYSTEM, county.now, town, aliases=["东办", "东街"])
    assert aliases() == {"东办": town, "东街": town}
    house.change_unit(SYSTEM, county.now, town, aliases=[], active=False)
    assert aliases() == {}
    assert not Unit.objects.get(pk=town).active
    house.change_unit(SYSTEM, county.now, town, active=True)
    assert Unit.objects.get(pk=town).active


def test_names_may_be_swapped_and_a_rebuild_follows(county):
    u = county.units
    house.change_unit(SYSTEM, county.now, u["town"], name="暂名")
    house.change_unit(SYSTEM, county.now, u["village"], name="东镇")
    house.change_unit(SYSTEM, county.now, u["town"], name="西乡")
    assert {k: v.split("/")[-2] for k, v in paths().items() if k in {"东镇", "西乡"}} == {
        "东镇": str(u["village"]),
        "西乡": str(u["town"]),
    }
    assert same_after_rebuild()


@pytest.mark.parametrize("name", ["", "  "])
def test_a_unit_does_not_lose_its_name(county, name):
    with pytest.raises(Needs, match="单位名称"):
        house.change_unit(SYSTEM, county.now, county.units["town"], name=name)


def test_changes_to_units_that_are_not_there_are_refused(county):
    with pytest.raises(NotFound):
        house.change_unit(SYSTEM, county.now, 999, name="x")
    with pytest.raises(Invalid, match="在用单位"):
        house.change_unit(SYSTEM, county.now, county.units["town"], parent=999)
    with pytest.raises(Invalid, match="东镇"):
        house.change_unit(SYSTEM, county.now, county.units["village"], name="东镇")


def test_a_tree_deeper_than_can_be_kept_is_refused_and_not_cut(county):
    parent, depth = county.units["county"], 1
    while len(f"{Unit.objects.get(pk=parent).path}{head()[0] + 1}/") <= 400:
        parent, depth = house.create_unit(SYSTEM, county.now, f"第{depth}层", parent=parent), depth + 1
    with pytest.raises(Invalid, match="太长"):
        house.create_unit(SYSTEM, county.now, f"第{depth}层", parent=parent)
    assert max(len(p) for p in paths().values()) <= 400


# ---- who may keep the house ----


def acting(county, role, unit):
    path = Unit.objects.get(pk=county.units[unit]).path
    return Actor(900, "某人", county.units[unit], (Held(role, county.units[unit], path),))


HOUSE = {
    "create_unit": lambda c, a: house.create_unit(a, c.now, "新镇", parent=c.units["town"]),
    "change_unit": lambda c, a: house.change_unit(a, c.now, c.units["town"], name="新镇"),
    "create_person": lambda c, a: house.create_person(a, c.now, "新人", c.units["town"]),
    "grant_role": lambda c, a: house.grant_role(
        a, c.now, c.people["handler"].person, Role.UNIT_HEAD, c.units["town"]
    ),
    "revoke_role": lambda c, a: house.revoke_role(
        a, c.now, c.people["handler"].person, Role.HANDLER, c.units["town"]
    ),
    "publish_procedure": lambda c, a: house.publish_procedure(
        a, c.now, texts()["task"].replace("version = 1", "version = 2")
    ),
    "publish_builtin": lambda c, a: house.publish_builtin(a, c.now),
    "create_campaign": lambda c, a: house.create_campaign(a, c.now, "另一专项", c.units["town"]),
    "create_register": lambda c, a: house.create_register(
        a, c.now, town_campaign(c), "清单", c.procedures["task"]
    ),
    "keep_mapping": lambda c, a: house.keep_mapping(a, c.now, "指纹", {"甲": "title"}),
}
MAY = {
    "create_unit": {Role.SYSTEM_ADMIN, Role.SUPERVISOR},
    "change_unit": {Role.SYSTEM_ADMIN, Role.SUPERVISOR},
    "create_person": {Role.SYSTEM_ADMIN},
    "grant_role": {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN},
    "revoke_role": {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN},
    "publish_procedure": {Role.SYSTEM_ADMIN, Role.SUPERVISOR},
    "publish_builtin": {Role.SYSTEM_ADMIN, Role.SUPERVISOR},
    "create_campaign": {Role.SUPERVISOR},
    "create_register": {Role.SUPERVISOR},
    "keep_mapping": {Role.SUPERVISOR},
}
EVERYWHERE = {"publish_procedure", "publish_builtin", "keep_mapping"}


def town_campaign(county):
    found = Campaign.objects.filter(name="镇专项").first()
    return found.pk if found else house.create_campaign(SYSTEM, county.now, "镇专项", county.units["town"])


@pytest.mark.parametrize("what", HOUSE)
@pytest.mark.parametrize("role", Role)
def test_the_house_is_kept_by_the_roles_of_the_table_for_their_own_units(county, what, role):
    town_campaign(county)
    for unit in ("village", "town"):
        before = head()
        if role in MAY[what] and (unit == "town" or what in EVERYWHERE):
            HOUSE[what](county, acting(county, role, unit))
            break
        with pytest.raises(NotAllowed):
            HOUSE[what](county, acting(county, role, unit))
        assert head() == before


def test_only_the_system_administrator_sets_units_at_the_top(county):
    with pytest.raises(NotAllowed, match="顶级单位须由系统管理员设置"):
        house.create_unit(acting(county, Role.SUPERVISOR, "county"), county.now, "另一县")
    with pytest.raises(NotAllowed, match="顶级单位"):
        house.change_unit(
            acting(county, Role.SUPERVISOR, "county"), county.now, county.units["town"], parent=0
        )
    top = house.create_unit(acting(county, Role.SYSTEM_ADMIN, "county"), county.now, "另一县")
    assert paths()["另一县"] == f"/{top}/"


def test_a_unit_is_not_moved_into_the_care_of_others(county):
    with pytest.raises(NotAllowed, match="管理“西乡”的"):
        house.change_unit(
            acting(county, Role.SUPERVISOR, "town"),
            county.now,
            county.units["town"],
            parent=county.units["village"],
        )


# ---- people and roles ----


def test_a_person_belongs_to_a_unit(county):
    person = house.create_person(SYSTEM, county.now, " 张  三 ", county.units["town"], post="科长")
    found = Person.objects.get(pk=person)
    assert (found.name, found.unit_id, found.post, found.active) == (
        "张 三",
        county.units["town"],
        "科长",
        True,
    )
    with pytest.raises(Invalid):
        house.create_person(SYSTEM, county.now, "李四", 999)
    with pytest.raises(Needs, match="姓名"):
        house.create_person(SYSTEM, county.now, " ", county.units["town"])


def test_roles_are_held_once_and_taken_away_again(county):
    person, town = county.people["handler"].person, county.units["town"]
    with pytest.raises(Invalid, match="已有这一岗位"):
        house.grant_role(SYSTEM, county.now, person, Role.HANDLER, town)
    house.grant_role(SYSTEM, county.now, person, Role.HANDLER, county.units["village"])
    house.revoke_role(SYSTEM, county.now, person, Role.HANDLER, town, reason="调离")
    held = Grant.objects.filter(person_id=person).values_list("role", "unit_id")
    assert list(held) == [("handler", county.units["village"])]
    with pytest.raises(NotFound, match="没有这一岗位"):
        house.revoke_role(SYSTEM, county.now, person, Role.HANDLER, town)
    assert same_after_rebuild()


ADMINS = [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN]


@pytest.mark.parametrize("admin", ADMINS)
@pytest.mark.parametrize("other", Role)
def test_an_administrator_holds_no_other_role(county, admin, other):
    unit = county.units["county"]
    for first, second in ((admin, other), (other, admin)):
        person = house.create_person(SYSTEM, county.now, "某人", unit)
        house.grant_role(SYSTEM, county.now, person, first, unit)
        if first == second:
            house.grant_role(SYSTEM, county.now, person, second, county.units["town"])
            continue
        with pytest.raises(Invalid, match="须各设专人"):
            house.grant_role(SYSTEM, county.now, person, second, unit)


def test_business_roles_may_be_held_together(county):
    person = county.people["lead"].person
    house.grant_role(SYSTEM, county.now, person, Role.REVIEWER, county.units["office"])
    assert Grant.objects.filter(person_id=person).count() == 2


def test_a_role_for_nobody_or_nowhere_is_refused(county):
    with pytest.raises(NotFound, match="没有编号为 999 的人员"):
        house.grant_role(SYSTEM, county.now, 999, Role.HANDLER, county.units["town"])
    with pytest.raises(Invalid, match="在用单位"):
        house.grant_role(SYSTEM, county.now, county.people["lead"].person, Role.HANDLER, 999)


# ---- procedures, campaigns, registers ----


def test_the_same_text_is_published_once(county):
    before = head()
    assert house.publish_builtin(SYSTEM, county.now) == county.procedures
    assert house.publish_procedure(SYSTEM, county.now, texts()["task"]) == county.procedures["task"]
    assert head() == before
    assert sorted(county.procedures) == ["livelihood", "rectification", "task", "tough"]


def test_a_new_text_needs_a_higher_version(county):
    text = texts()["task"].replace('name = "督查事项"', 'name = "督查督办"')
    with pytest.raises(Invalid) as caught:
        house.publish_procedure(SYSTEM, county.now, text)
    assert (caught.value.message, caught.value.hint) == (
        "规程“督查督办”已有第1版，新内容的版本号须大于它。",
        "请把 version 改为 2。",
    )
    new = house.publish_procedure(SYSTEM, county.now, text.replace("version = 1", "version = 3"))
    assert Procedure.objects.get(pk=new).version == 3


def test_items_keep_the_version_under_which_they_were_registered(county):
    item = county.at("working", procedure="task")
    text = (
        texts()["task"]
        .replace("version = 1", "version = 2")
        .replace("times = 1\nlength", "times = 0\nlength")
    )
    text = text.replace('times = 0\nlength = "15 workdays"\napprover = "lead"', "times = 0")
    new = house.publish_procedure(SYSTEM, county.now, text)
    assert county.row(item).procedure_id == county.procedures["task"]
    county.do("extend", item, "lead", due="2027-01-15", reason="复杂")
    county.registers["task"] = house.create_register(SYSTEM, county.now, county.campaign, "新版", new)
    other = county.at("working", procedure="task")
    with pytest.raises(Invalid, match="最多可延期0次"):
        county.do("extend", other, "lead", due="2027-01-15", reason="复杂")


def test_a_faulty_procedure_is_refused_and_nothing_is_entered(county):
    before = head()
    with pytest.raises(ProcedureInvalid):
        house.publish_procedure(SYSTEM, county.now, "code = 1", source="新规程.toml")
    assert head() == before


def test_a_campaign_and_its_registers_have_names_of_their_own(county):
    with pytest.raises(Invalid, match="已有名为“专项整治”的专项工作"):
        house.create_campaign(SYSTEM, county.now, " 专项整治 ", county.units["office"])
    with pytest.raises(Invalid, match="已有名为“task”的清单"):
        house.create_register(SYSTEM, county.now, county.campaign, "task", county.procedures["task"])
    with pytest.raises(Needs, match="专项工作名称"):
        house.create_campaign(SYSTEM, county.now, "", county.units["office"])
    with pytest.raises(Needs, match="清单名称"):
        house.create_register(SYSTEM, county.now, county.campaign, " ", county.procedures["task"])
    new = house.create_campaign(
        SYSTEM,
        county.now,
        "主题教育",
        county.units["town"],
        starts="2026-03-01",
        ends="2026-12-31",
        purpose="学做结合",
    )
    found = Campaign.objects.get(pk=new)
    assert (found.name, found.unit_id, found.starts, found.ends, found.purpose) == (
        "主题教育",
        county.units["town"],
        "2026-03-01",
        "2026-12-31",
        "学做结合",
    )
    again = house.create_register(SYSTEM, county.now, new, "task", county.procedures["task"])
    assert Register.objects.get(pk=again).unit_id == county.units["town"]


def test_what_a_register_needs_must_be_there(county):
    with pytest.raises(NotFound, match="没有编号为 999 的专项工作"):
        house.create_register(SYSTEM, county.now, 999, "x", county.procedures["task"])
    with pytest.raises(NotFound, match="没有编号为 999 的规程"):
        house.create_register(SYSTEM, county.now, county.campaign, "x", 999)
    with pytest.raises(Invalid, match="在用单位"):
        house.create_campaign(SYSTEM, county.now, "x", 999)


def test_numbers_may_carry_the_name_of_their_register_however_long(county):
    text = (
        texts()["task"]
        .replace("version = 1", "version = 2")
        .replace("督〔{year}〕{no}号", "{register}〔{year}〕{no}号")
    )
    procedure = house.publish_procedure(SYSTEM, county.now, text)
    name = "长" * 190
    county.registers["task"] = house.create_register(SYSTEM, county.now, county.campaign, name, procedure)
    county.register("task")
    county.register("task")
    assert list(Item.objects.order_by("id").values_list("number", flat=True)) == [
        f"{name}〔2026〕1号",
        f"{name}〔2026〕2号",
    ]


def test_a_kept_mapping_is_replaced_by_a_newer_one(county):
    supervisor = county.people["supervisor"]
    house.keep_mapping(supervisor, county.now, "指纹", {"甲": "title"})
    house.keep_mapping(supervisor, county.now, "指纹", {"甲": "target"})
    assert list(HeaderMapping.objects.values_list("fingerprint", "columns")) == [("指纹", {"甲": "target"})]
    assert same_after_rebuild()


# ---- opening ----


def test_a_ledger_is_opened_once(county):
    before = head()
    with pytest.raises(AlreadyOpened, match="已有台账"):
        open_ledger("又一套", "sha256", county.now)
    assert head() == before


@pytest.mark.usefixtures("db")
def test_a_ledger_is_opened_with_a_hash_that_is_known():
    from tests.actions.county import START

    with pytest.raises(HashUnknown):
        open_ledger("某县", "md5", START)
    open_ledger("某县", "sm3", START)
    assert head()[2] == "sm3"
