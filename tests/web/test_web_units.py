"""The tree of units from the browser: its places, moving with what follows, merging with what goes over."""

from __future__ import annotations

import pytest

from bihuan.models import Entry, Unit, UnitAlias
from tests.web.markup import faults
from tests.web.office import Office, text_of


def test_the_tree_stands_as_the_units_do_and_offers_to_drag_what_one_keeps(office: Office):
    html = office.as_("admin").get("/units/").content.decode()
    assert faults(html) == []
    assert html.index("某县</a>") < html.index("督查室</a>") < html.index("东镇</a>")
    assert html.count("data-unit=") == 4
    assert 'data-unit="东镇"' not in office.as_("supervisor").get("/units/").content.decode()


def test_before_a_unit_moves_the_page_names_what_goes_with_it_and_whose_roles_change(office: Office):
    office.at("working")
    below = office.as_("admin").post("/units/", {"name": "河湾村", "parent": "东镇", "aliases": ""})
    assert below.status_code == 302
    before = Entry.objects.count()
    response = office.as_("admin").get(f"/units/{office.units['town']}/move/?parent=西乡")
    text = text_of(response)
    assert "从“某县”之下，移到“西乡”之下" in text
    assert "1 个（河湾村）" in text
    assert "人员 2 名、负责的事项 1 个（未办结 1 个）" in text
    assert "以后也能管到它们的岗位：other_handler（西乡承办人）、other_head（西乡单位负责人）" in text
    assert "没有人因此不再管到它们" in text
    assert faults(response.content.decode()) == []
    assert Entry.objects.count() == before
    assert Unit.objects.get(pk=office.units["town"]).parent_id == office.units["county"]


def test_a_move_out_of_a_unit_names_who_no_longer_reaches_it_and_is_done_once_confirmed(office: Office):
    office.as_("admin").post("/units/", {"name": "河湾村", "parent": "东镇", "aliases": ""})
    village = Unit.objects.get(name="河湾村")
    text = text_of(office.as_("admin").get(f"/units/{village.pk}/move/?parent=某县"))
    assert "以后不再管到它们的岗位： handler（东镇承办人）、head（东镇单位负责人）" in text
    response = office.as_("admin").post(f"/units/{village.pk}/move/", {"parent": "某县"}, follow=True)
    assert "“河湾村”已移到“某县”之下" in text_of(response)
    village.refresh_from_db()
    assert village.path == f"/{office.units['county']}/{village.pk}/"


@pytest.mark.parametrize(
    ("parent", "said"),
    [("东镇", "不能移到自己或自己的下级"), ("某县", "它现在就在这里"), ("南村", "没有名为“南村”的单位")],
)
def test_a_place_that_does_not_do_is_refused_before_anything_is_asked(office: Office, parent, said):
    response = office.as_("admin").get(f"/units/{office.units['town']}/move/", {"parent": parent})
    assert response.status_code == 422
    assert said in text_of(response)


def test_a_unit_is_not_moved_below_itself_whatever_is_sent(office: Office):
    response = office.as_("admin").post(f"/units/{office.units['county']}/move/", {"parent": "东镇"})
    assert response.status_code == 422
    assert "不能移到自己的下级" in text_of(response)


def test_a_merge_shows_what_goes_over_first_and_then_hands_it_over(office: Office):
    item = office.at("working")
    client, url = office.as_("admin"), f"/units/{office.units['town']}/merge/"
    shown = client.get(url, {"into": "西乡"})
    text = text_of(shown)
    assert "负责的事项 1 个（未办结 1 个）" in text
    assert "人员 2 名：handler、head" in text
    assert "以后台账里写作“东镇”的，都认作“西乡”" in text
    assert faults(shown.content.decode()) == []
    assert office.row(item).owner_id == office.units["town"]
    refused = client.post(url, {"into": "西乡", "reason": ""})
    assert refused.status_code == 422
    assert Unit.objects.get(pk=office.units["town"]).active
    done = client.post(url, {"into": "西乡", "reason": "重复录入"}, follow=True)
    assert "转入事项1个、人员2名" in text_of(done)
    assert office.row(item).owner_id == office.units["village"]
    assert UnitAlias.objects.get(alias="东镇").unit_id == office.units["village"]


def test_what_the_action_refuses_of_a_merge_is_told_in_the_form(office: Office):
    url = f"/units/{office.units['office']}/merge/"
    response = office.as_("admin").post(url, {"into": "东镇", "reason": "试试"})
    assert response.status_code == 422
    assert "是督办单位" in text_of(response)
    above = office.as_("admin").get(f"/units/{office.units['county']}/merge/", {"into": "东镇"})
    assert "不能并入自己或自己的下级" in text_of(above)


@pytest.mark.parametrize("step", ["move", "merge"])
def test_a_unit_outside_of_ones_own_is_neither_moved_nor_merged(office: Office, step):
    url = f"/units/{office.units['town']}/{step}/"
    assert office.as_("supervisor").get(url).status_code == 403
    given = {"parent": "督查室", "into": "督查室", "reason": "x"}
    assert office.as_("supervisor").post(url, given).status_code == 403
