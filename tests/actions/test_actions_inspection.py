"""Inspections: an approved plan that is not exceeded, findings that become items, names that stay veiled."""

from datetime import date, timedelta

import pytest

from bihuan.actions.finding import BeyondPlan, record_finding, record_step
from bihuan.actions.inspection import (
    Overlapping,
    Plan,
    amend_inspection,
    approve_inspection,
    cancel_inspection,
    finish_inspection,
    propose_inspection,
)
from bihuan.actions.sample import Population, commit_sample, draw_sample
from bihuan.ledger.rebuild import digests, rebuild
from bihuan.models import Finding, Inspection, Item, WalkStep
from bihuan.queries.inspection import find_inspection, inspection_detail, inspections
from bihuan.queries.item import detail
from bihuan.queries.people import visible_units
from bihuan.rules.errors import Invalid, Needs, NotAllowed, NotFound, WrongState
from bihuan.rules.permissions import Role


def plan(county, **given):
    standard = {
        "name": "财务公开督查", "mode": "planned", "contents": ["财务公开"], "objects": "乡镇", "scope": "2025年以来",
        "units": [county.units["town"]], "starts": date(2026, 3, 2), "ends": date(2026, 3, 31),
        "leader": county.people["checker"].person,
    }  # fmt: skip
    return Plan(**{**standard, **given})


def propose(county, by="supervisor", **given):
    county.later(minutes=1)
    return propose_inspection(
        county.people[by], county.now, county.units["office"], plan(county, **given)
    ).inspection


def approve(county, inspection, by="lead", **given):
    return approve_inspection(inspection, county.people[by], county.later(minutes=1), **given)


def approved(county, **given):
    made = propose(county, **given)
    approve(county, made)
    return made


def find(county, inspection, by="checker", **given):
    standard = {"unit": county.units["town"], "text": "账目未公开", "klass": "立行立改"}
    standard |= {"register": county.registers["rectification"], "due": "2026-12-31", "measures": ["公开"]}
    if "item" in given:
        standard = {"unit": county.units["town"], "text": "账目未公开"}
    return record_finding(inspection, county.people[by], county.later(minutes=1), **{**standard, **given})


def same_after_rebuild():
    before = digests()
    rebuild()
    return digests() == before


def state(inspection):
    return Inspection.objects.get(pk=inspection).state


def test_an_inspection_goes_from_proposal_to_conclusion(county):
    made = propose(county)
    assert state(made) == "proposed"
    approve(county, made, opinion="同意")
    assert state(made) == "approved"
    found = find(county, made, category="财务")
    assert state(made) == "underway"
    finish_inspection(made, county.people["checker"], county.later(minutes=1), "限期整改")
    row = Inspection.objects.get(pk=made)
    assert (row.state, row.conclusion, row.findings, row.approved_by) == (
        "finished",
        "限期整改",
        1,
        county.people["lead"].person,
    )
    item = Item.objects.get(pk=found.item)
    assert (item.title, item.source, item.owner_id, item.state, item.number) == (
        "账目未公开",
        "督查：财务公开督查（计划督查）",
        county.units["town"],
        "registered",
        found.number,
    )
    assert county.kinds(found.item) == ["item.registered", "inspection.found"]
    assert same_after_rebuild()


def test_a_finding_is_tied_to_an_item_of_the_unit_and_leaves_a_trace_there(county):
    made, item = approved(county), county.at("working")
    version = county.row(item).version
    found = find(county, made, item=item)
    assert (found.item, county.kinds(item)[-1]) == (item, "inspection.found")
    assert (county.row(item).state, county.row(item).version) == ("working", version + 1)
    assert Finding.objects.get(pk=found.finding).registered is False
    other = county.at("working", procedure="task")
    county.do("transfer", other, "supervisor", owner=county.units["village"], reason="职责调整")
    with pytest.raises(Invalid, match="不是这个单位的"):
        find(county, made, item=other)
    with pytest.raises(NotFound, match="没有编号为 999 的事项"):
        find(county, made, item=999)
    with pytest.raises(Invalid, match="不能再填登记内容"):
        find(county, made, item=item, lead="张三")
    assert same_after_rebuild()


@pytest.mark.parametrize("given", [{"register": 0}, {"register": 5, "item": 5}])
def test_every_finding_becomes_an_item_or_is_tied_to_one(county, given):
    with pytest.raises(Invalid, match="两者取一"):
        record_finding(approved(county), county.people["checker"], county.now, unit=5, text="x", **given)


def test_a_finding_beyond_the_plan_is_refused_until_the_plan_is_amended_and_approved_anew(county):
    made = approved(county)
    village = county.units["village"]
    with pytest.raises(BeyondPlan, match="“西乡”不在批准的督查对象内"):
        find(county, made, unit=village)
    with pytest.raises(BeyondPlan, match="“人事”不在批准的督查内容（财务公开）内"):
        find(county, made, content="人事")
    with pytest.raises(BeyondPlan, match="2026-03-01 不在批准的督查时段"):
        find(county, made, happened_at=county.now - timedelta(days=1))
    assert Finding.objects.count() == 0
    who = county.people["supervisor"]
    amend_inspection(made, who, county.now, "举报涉及", units=[county.units["town"], village])
    with pytest.raises(WrongState, match="待批准"):
        find(county, made, unit=village)
    approve(county, made)
    find(county, made, unit=village)
    assert Item.objects.get().owner_id == village
    amend_inspection(made, who, county.later(minutes=1), "延长", ends=date(2026, 4, 30))
    assert state(made) == "proposed"
    approve(county, made)
    assert state(made) == "underway"
    assert same_after_rebuild()


def test_what_an_inspection_with_several_contents_found_says_under_which_it_falls(county):
    made = approved(county, contents=["财务公开", " 采购 ", "采购"])
    assert Inspection.objects.get(pk=made).contents == ["财务公开", "采购"]
    with pytest.raises(Needs, match="属于哪一项督查内容"):
        find(county, made)
    assert Finding.objects.get(pk=find(county, made, content="采购").finding).content == "采购"


def test_an_offline_sheet_is_entered_later_with_its_own_time(county):
    made = approved(county)
    seen = county.now
    county.later(days=40)
    found = Finding.objects.get(pk=find(county, made, happened_at=seen).finding)
    assert (found.happened_at, found.entered_at) == (seen, county.now)
    with pytest.raises(Invalid, match="晚于现在"):
        find(county, made, happened_at=county.now + timedelta(days=1))


def test_overlapping_inspections_are_shown_and_need_a_reason(county):
    first, second = (
        approved(county),
        propose(county, name="另一次", starts=date(2026, 3, 31), ends=date(2026, 4, 9)),
    )
    elsewhere = propose(county, name="别处", units=[county.units["village"]])
    lead = county.people["lead"]
    assert [o.pk for o in inspection_detail(second, lead).overlapping] == [first]
    assert inspection_detail(elsewhere, lead).overlapping == []
    with pytest.raises(Overlapping, match="财务公开督查（2026-03-02 至 2026-03-31）"):
        approve(county, second)
    approve(county, second, despite="举报紧急")
    approve(county, elsewhere)
    assert Inspection.objects.get(pk=second).despite == "举报紧急"


def test_a_cancelled_inspection_stands_in_nobodys_way(county):
    first = approved(county)
    cancel_inspection(first, county.people["lead"], county.now, "合并开展")
    approved(county)
    assert state(first) == "cancelled"
    assert same_after_rebuild()


def test_nobody_approves_their_own_plan(county):
    county.add_person("both", "office", (Role.LEAD, Role.CHECKER))
    made = propose(county, by="both")
    with pytest.raises(NotAllowed, match="提出人自己"):
        approve(county, made, by="both")
    amend_inspection(made, county.people["supervisor"], county.now, "补充", scope="全部")
    approve(county, made, by="both")


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"name": " ", "contents": [" "], "objects": "", "scope": "", "units": []}, Needs, "名称、对象、范围、内容、单位"),
        ({"starts": date(2026, 4, 1)}, Invalid, "2026-04-01 晚于 2026-03-31"),
        ({"leader": 0}, NotFound, "没有编号为 0 的在用人员"),
        ({"units": [999]}, Invalid, "在用单位"),
        ({"mode": "secret"}, Invalid, "没有“secret”这种督查"),
        ({"mode": "random"}, Needs, "还缺：抽样编号"),
        ({"sample": 999}, NotFound, "没有编号为 999 的抽样"),
    ],
)  # fmt: skip
def test_a_plan_that_lacks_something_is_refused(county, given, error, said):
    with pytest.raises(error, match=said):
        propose(county, **given)
    assert Inspection.objects.count() == 0


def test_nobody_inspects_their_own_unit(county):
    with pytest.raises(Invalid, match="应当回避"):
        propose(county, members=[county.people["handler"].person])
    propose(county, units=[county.units["county"]])


def test_a_random_inspection_takes_its_units_from_the_draw(county):
    chief = county.people["chief"]
    for population in (
        Population(below=county.units["county"]),
        Population(register=county.registers["rectification"]),
    ):
        county.register()
        sample = commit_sample(chief, county.now, population, "抽查", size=1, seed="1").sample
        with pytest.raises(NotFound, match="还没有抽取"):
            propose(county, mode="random", units=[], sample=sample)
        draw_sample(sample, chief, county.now)
        drawn = inspection_units(county, sample, population)
        leader = chief.person
        made = propose(county, mode="random", units=[], sample=sample, leader=leader)
        assert Inspection.objects.get(pk=made).units == drawn
        with pytest.raises(Invalid, match="与抽中的不一致"):
            propose(county, mode="random", units=[county.units["county"]], sample=sample, leader=leader)
        with pytest.raises(Invalid, match="由抽样决定"):
            amend_inspection(made, chief, county.now, "扩大", units=[county.units["county"]])


def inspection_units(county, sample, population):
    from bihuan.models import Sample

    ids = Sample.objects.get(pk=sample).chosen[0]["ids"]
    return (
        ids
        if population.below
        else sorted(set(Item.objects.filter(pk__in=ids).values_list("owner_id", flat=True)))
    )


def test_a_walk_through_records_each_step_with_its_time_and_obstacle(county):
    made = approved(county, mode="walk", name="办证走流程")
    for what, minutes, obstacle in (("取号", 5, ""), ("递交材料", 40, "要求重复提供复印件")):
        record_step(
            made, county.people["checker"], county.later(minutes=minutes), unit=county.units["town"],
            service="办理低保", what=what, minutes=minutes, obstacle=obstacle,
        )  # fmt: skip
    assert list(WalkStep.objects.order_by("id").values_list("what", "minutes", "obstacle")) == [
        ("取号", 5, ""),
        ("递交材料", 40, "要求重复提供复印件"),
    ]
    assert (state(made), Inspection.objects.get(pk=made).steps) == ("underway", 2)
    with pytest.raises(BeyondPlan):
        walk(county, made, unit=county.units["village"])
    with pytest.raises(Invalid, match="不小于 0"):
        walk(county, made, minutes=-1)
    with pytest.raises(Needs, match="这一步做了什么"):
        walk(county, made, what=" ")
    with pytest.raises(Invalid, match="只有走流程"):
        walk(county, approved(county, units=[county.units["village"]]))
    assert same_after_rebuild()


def walk(county, made, **given):
    standard = {"unit": county.units["town"], "service": "办理低保", "what": "取号", "minutes": 1}
    return record_step(made, county.people["checker"], county.now, **{**standard, **given})


def test_findings_are_counted_by_class(county):
    made = approved(county)
    for category in ("财务", "作风", "财务", ""):
        find(county, made, category=category)
    assert inspection_detail(made, county.people["lead"]).categories == {
        "作风": 1,
        "财务": 2,
        "（未分类）": 1,
    }


def test_a_covert_visit_keeps_its_names_from_the_unit_until_it_is_over(county):
    made = approved(county, mode="covert", members=[county.people["reviewer"].person])
    head = county.people["head"]
    with pytest.raises(NotFound):
        find_inspection(made, head)
    assert inspections(head) == []
    item = find(county, made).item

    def seen(name):
        who = county.people[name]
        shown = inspection_detail(made, who)
        timeline = detail(item, who, visible_units(who)).timeline
        return shown.leader, shown.members, {m.person for m in timeline} | {*shown.people.values()} - {"系统"}

    assert seen("head") == ("暗访人员", ["暗访人员"], {"暗访人员"})
    assert seen("lead") == ("checker", ["reviewer"], {"checker", "reviewer"})
    finish_inspection(made, county.people["checker"], county.later(minutes=1), "限期整改")
    assert seen("head") == ("checker", ["reviewer"], {"checker", "reviewer"})


def test_a_unit_sees_what_concerns_it_alone(county):
    made = approved(county, units=[county.units["town"], county.units["village"]])
    find(county, made)
    find(county, made, unit=county.units["village"], text="另一件")
    other = propose(county, name="未批准")
    head = county.people["head"]
    shown = inspection_detail(made, head)
    assert ([f.text for f in shown.findings], shown.overlapping) == (["账目未公开"], [])
    assert [i.pk for i in inspections(head)] == [made]
    assert [i.pk for i in inspections(county.people["lead"])] == [other, made]
    with pytest.raises(NotFound):
        find_inspection(other, head)


def test_a_member_without_a_role_records_findings_and_others_do_not(county):
    county.add_person("guest", "office", ())
    made = approved(county, members=[county.people["guest"].person])
    assert find(county, made, by="guest").item
    for who in ("handler", "reviewer", "auditor"):
        with pytest.raises(NotAllowed):
            find(county, made, by=who)
    with pytest.raises(NotAllowed, match="提出督查方案须由"):
        propose(county, by="lead")


def test_what_registration_asks_for_is_asked_of_a_finding(county):
    made = approved(county)
    with pytest.raises(Needs, match="问题内容"):
        find(county, made, text=" ")
    with pytest.raises(Invalid, match="登记没有这些内容"):
        find(county, made, colour="red")
    with pytest.raises(NotFound, match="没有编号为 999 的清单"):
        find(county, made, register=999)
    assert Finding.objects.count() == 0


def test_the_end_needs_words_and_comes_once(county):
    made, who = approved(county), county.people["checker"]
    with pytest.raises(Needs, match="结论"):
        finish_inspection(made, who, county.now, " ")
    with pytest.raises(Needs, match="理由"):
        cancel_inspection(made, who, county.now, "")
    with pytest.raises(Needs, match="理由"):
        amend_inspection(made, who, county.now, "")
    find(county, made)
    amend_inspection(made, who, county.now, "延长", ends=date(2026, 5, 1))
    with pytest.raises(Invalid, match="已有记录，不能取消"):
        cancel_inspection(made, who, county.now, "不做了")
    approve(county, made)
    finish_inspection(made, who, county.now, "完")
    with pytest.raises(WrongState):
        finish_inspection(made, who, county.now, "完")
    with pytest.raises(NotFound):
        finish_inspection(999, who, county.now, "完")
