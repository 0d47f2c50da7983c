"""Inspections and samples in the browser: planned, approved, walked, found, ended, drawn and drawn again."""

from datetime import timedelta

import pytest
from django.urls import reverse

from bihuan.models import Conclusion, Finding, Inspection, Item, Objection, Sample, WalkStep
from bihuan.web.dates import today
from tests.web.markup import faults
from tests.web.office import Office, in_days, notice_of, text_of

PLAN = {
    "mode": "planned", "name": "消防督查", "contents": "通道\n值守", "objects": "乡镇", "scope": "今年", "units": "东镇",
    "leader": "checker", "members": "", "sample": "",
}  # fmt: skip


def propose(office: Office, by="supervisor", **given):
    given = {**PLAN, "starts": in_days(-3), "ends": in_days(20), **given}
    return office.as_(by).post("/inspections/new/", given)


def step(office: Office, by: str, inspection: int, action: str, **values):
    return office.as_(by).post(reverse("inspections-step", args=[inspection, action]), values)


@pytest.fixture
def approved(office: Office) -> int:
    """An inspection that may begin."""
    propose(office)
    made = Inspection.objects.get().pk
    step(office, "lead", made, "approve")
    return made


def find(office: Office, inspection: int, by="checker", **given):
    values = {
        "unit": office.units["town"], "text": "通道被堵", "content": "通道", "category": "消防",
        "register": office.registers["rectification"], "klass": "分阶段整改", **given,
    }  # fmt: skip
    return office.as_(by).post(reverse("inspections-finding", args=[inspection]), values)


def test_a_plan_is_proposed_approved_by_somebody_else_and_ended_with_its_conclusion(office: Office):
    made = propose(office)
    found = Inspection.objects.get()
    assert made["Location"] == reverse("inspections-one", args=[found.pk])
    assert (found.contents, found.leader_id) == (["通道", "值守"], office.people["checker"].person)
    assert step(office, "supervisor", found.pk, "approve").status_code == 403
    assert step(office, "lead", found.pk, "approve")["Location"] == made["Location"]
    step(office, "checker", found.pk, "finish", conclusion="总体良好")
    found.refresh_from_db()
    assert (found.state, found.conclusion) == ("finished", "总体良好")
    assert "总体良好" in text_of(office.as_("head").get(made["Location"]))


def test_what_was_typed_into_a_plan_stays_and_the_mistake_is_named(office: Office):
    response = propose(office, units="东镇人民政府", leader="没有这人")
    assert response.status_code == 422
    html = response.content.decode()
    assert "没有名为“东镇人民政府”的单位。是不是：东镇？" in text_of(response)
    assert "没有名为“没有这人”的人员" in text_of(response)
    assert "消防督查" in html
    assert faults(html) == []


def test_a_finding_becomes_an_item_or_joins_one_and_the_form_comes_back_for_the_next(
    office: Office, approved
):
    response = find(office, approved)
    assert response["Location"] == reverse("inspections-finding", args=[approved])
    item = Item.objects.get()
    assert (item.title, item.source) == ("通道被堵", "督查：消防督查（计划督查）")
    find(office, approved, text="还是被堵", register="0", item=item.number)
    assert [f.item_id for f in Finding.objects.order_by("id")] == [item.pk, item.pk]
    page = text_of(office.as_("head").get(reverse("inspections-one", args=[approved])))
    assert "通道被堵" in page
    assert item.number in page


def test_a_finding_beyond_the_plan_is_refused_and_what_was_typed_stays(office: Office, approved):
    response = find(office, approved, happened_at=f"{(today() - timedelta(days=9)).isoformat()}T10:00")
    assert response.status_code == 422
    assert "不在批准的督查时段" in notice_of(response)
    assert "通道被堵" in response.content.decode()
    assert not Finding.objects.exists()
    assert find(office, approved, unit=office.units["village"]).status_code == 422


def test_a_walk_through_is_recorded_step_by_step_and_added_up(office: Office):
    propose(office, mode="walk", contents="报销")
    made = Inspection.objects.get().pk
    step(office, "lead", made, "approve")
    url = reverse("inspections-walk", args=[made])
    values = {
        "unit": office.units["town"],
        "service": "报销",
        "what": "取号",
        "minutes": "12",
        "obstacle": "",
    }
    assert office.as_("checker").post(url, values)["Location"] == url
    assert 'value="报销"' in office.as_("checker").get(url).content.decode()
    office.as_("checker").post(url, values | {"what": "等候", "minutes": "30"})
    assert WalkStep.objects.count() == 2
    assert "用时 42 分钟" in text_of(office.as_("supervisor").get(reverse("inspections-one", args=[made])))


def test_an_amended_plan_says_only_what_changed_and_waits_anew(office: Office, approved):
    url = reverse("inspections-one", args=[approved])
    html = office.as_("supervisor").get(url, {"do": "amend"}).content.decode()
    assert faults(html) == []
    same = {k: v for k, v in PLAN.items() if k not in {"mode", "sample"}}
    row = Inspection.objects.get()
    values = {**same, "starts": row.starts.isoformat(), "ends": in_days(30), "reason": "延长"}
    step(office, "supervisor", approved, "amend", **values)
    row.refresh_from_db()
    assert (row.ends.isoformat(), row.state, row.contents) == (in_days(30), "proposed", ["通道", "值守"])


def test_a_second_inspection_of_the_same_unit_is_shown_and_asks_why(office: Office, approved):
    propose(office, name="又一次")
    second = Inspection.objects.order_by("id").last().pk
    assert "同一单位在同一时段还有别的督查" in text_of(
        office.as_("lead").get(reverse("inspections-one", args=[second]))
    )
    assert step(office, "lead", second, "approve").status_code == 422
    step(office, "lead", second, "approve", despite="专项要求")
    assert Inspection.objects.get(pk=second).despite == "专项要求"


def test_a_covert_visit_is_unknown_to_its_unit_until_it_is_over(office: Office):
    propose(office, mode="covert", name="悄悄看看")
    made = Inspection.objects.get().pk
    step(office, "lead", made, "approve")
    url = reverse("inspections-one", args=[made])
    assert office.as_("head").get(url).status_code == 404
    assert "悄悄看看" not in text_of(office.as_("head").get("/inspections/"))
    step(office, "checker", made, "finish", conclusion="好")
    assert office.as_("head").get(url).status_code == 200


def test_no_stranger_opens_an_inspection_or_its_papers(office: Office, approved):
    names = ("inspections-one", "inspections-sheet", "inspections-finding", "inspections-walk")
    for person in ("other_handler", "other_head"):
        assert {office.as_(person).get(reverse(n, args=[approved])).status_code for n in names} == {404}
        assert find(office, approved, by=person).status_code == 404
    assert office.as_("head").get(reverse("inspections-sheet", args=[approved])).status_code == 403
    assert office.as_("checker").get(reverse("inspections-sheet", args=[approved])).getvalue()[:2] == b"PK"
    assert find(office, approved, by="head").status_code == 422
    assert not Finding.objects.exists()


def test_a_sample_is_committed_drawn_once_and_repeated_before_everybodys_eyes(office: Office):
    for n in range(4):
        office.register(title=f"第{n}件")
    given = {"purpose": "抽查", "register": office.registers["rectification"], "size": "2", "stratify": ""}
    url = office.as_("checker").post("/samples/", given)["Location"]
    sample = Sample.objects.get()
    assert url == reverse("samples-one", args=[sample.pk])
    assert "没有抽取" in text_of(office.as_("supervisor").get("/samples/"))
    assert office.as_("checker").post(f"{url}draw/")["Location"] == url
    assert office.as_("checker").post(f"{url}draw/").status_code == 422
    page = office.as_("auditor").get(url)
    assert "重算相符" in text_of(page)
    assert faults(page.content.decode()) == []
    Sample.objects.update(chosen=[{"name": "全部", "ids": [1, 2]}])
    assert "重算与记录不符" in text_of(office.as_("auditor").get(url))
    assert office.as_("handler").get(url).status_code == 403


def test_the_pages_are_well_formed(office: Office, approved):
    find(office, approved)
    one = reverse("inspections-one", args=[approved])
    urls = {"supervisor": ["/inspections/", "/inspections/new/", one, f"{one}?do=amend", f"{one}?do=finish", "/samples/"],
            "checker": [f"{one}finding/"], "head": [one]}  # fmt: skip
    assert [u for p, us in urls.items() for u in us if faults(office.as_(p).get(u).content.decode())] == []


def test_a_unit_objects_to_its_conclusion_and_somebody_who_did_not_inspect_decides(office: Office, approved):
    find(office, approved)
    step(office, "checker", approved, "finish", conclusion="东镇整改不力")
    told = Conclusion.objects.get(unit_id=office.units["town"]).pk
    one, url = (
        reverse("inspections-one", args=[approved]),
        reverse("inspections-object", args=[approved, told]),
    )
    assert url in office.as_("head").get(one).content.decode()
    assert url not in office.as_("handler").get(one).content.decode()
    assert faults(office.as_("head").get(url).content.decode()) == []
    assert office.as_("handler").post(url, {"reason": "不符"}).status_code == 422
    assert office.as_("other_head").post(url, {"reason": "不符"}).status_code == 404
    assert office.as_("head").post(url, {"reason": ""}).status_code == 422
    assert office.as_("head").post(url, {"reason": "通道当天已清理"})["Location"] == one
    made = Objection.objects.get()
    decide = reverse("objections-one", args=[made.pk])
    assert office.as_("head").get(url).status_code == 422
    for person in ("checker", "supervisor", "head"):  # who inspected, who made the plan, who objects
        assert "复核异议" not in text_of(office.as_(person).get("/"))
        assert office.as_(person).get(decide).status_code == 404
    home = office.as_("lead").get("/")
    assert "复核异议" in text_of(home)
    assert f'href="{decide}"' in home.content.decode()
    assert decide in office.as_("lead").get(one).content.decode()
    assert faults(office.as_("lead").get(decide).content.decode()) == []
    bad = office.as_("lead").post(decide, {"outcome": "", "text": "查明<属实>"})
    assert bad.status_code == 422
    assert "查明&lt;属实&gt;" in bad.content.decode()
    assert office.as_("lead").post(decide, {"outcome": "changed", "text": "查明属实"})["Location"] == one
    assert "变更结论。查明属实" in text_of(office.as_("head").get(one))
    assert "复核异议" not in text_of(office.as_("lead").get("/"))
