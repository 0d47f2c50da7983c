"""The conclusion of an inspection: fed back, objected to in time, re-examined by others; informants stay unnamed."""

from datetime import date, timedelta

import pytest

from bihuan.actions.inspection import finish_inspection
from bihuan.actions.objection import TooLate, object_to, reexamine
from bihuan.clock.tick import tick
from bihuan.models import Conclusion, Deadline, Entry, Item, Objection
from bihuan.queries.burden import burden
from bihuan.queries.counts import NO_REGISTER, figures
from bihuan.queries.inspection import inspection_detail, record_form
from bihuan.rules.errors import Invalid, Needs, NotAllowed, NotFound, WrongState
from bihuan.rules.figures import Ref
from bihuan.rules.permissions import Role
from tests.actions.test_actions_inspection import approved, find, propose, same_after_rebuild, walk


def finished(county, **given):
    made = approved(county, units=[county.units["town"], county.units["village"]], **given)
    find(county, made, category="财务")
    own = {county.units["town"]: "东镇账目未公开"}
    finish_inspection(made, county.people["checker"], county.later(minutes=1), "限期整改", by_unit=own)
    return made


def told(county, unit="town"):
    return Conclusion.objects.get(unit_id=county.units[unit]).pk


def test_each_unit_is_told_its_conclusion_and_may_object_for_thirty_days(county):
    made = finished(county)
    assert [(c.unit_id, c.text, c.object_by) for c in Conclusion.objects.order_by("id")] == [
        (county.units["town"], "东镇账目未公开", date(2026, 4, 1)),
        (county.units["village"], "限期整改", date(2026, 4, 1)),
    ]
    seen = inspection_detail(made, county.people["head"])
    assert [c.text for c in seen.conclusions] == ["东镇账目未公开"]
    assert len(inspection_detail(made, county.people["lead"]).conclusions) == 2
    county.now = county.now.replace(month=4, day=1)
    object_to(told(county), county.people["head"], county.now, "账目已公开")
    county.later(days=1)
    with pytest.raises(TooLate, match="2026-04-01"):
        object_to(told(county, "village"), county.people["other_head"], county.now, "不服")
    assert same_after_rebuild()


def test_an_objection_is_decided_once_by_somebody_who_had_no_hand_in_it(county):
    finished(county)
    made = object_to(told(county), county.people["head"], county.later(minutes=1), "账目已公开").objection
    assert Objection.objects.get(pk=made).decide_by == date(2026, 4, 1)
    for who in ("checker", "supervisor"):  # who led the group, and who made the plan
        with pytest.raises(NotAllowed, match="应当回避"):
            reexamine(made, county.people[who], county.now, "upheld", "维持")
    with pytest.raises(NotAllowed, match="须由督查单位"):
        reexamine(made, county.people["head"], county.now, "upheld", "维持")
    county.add_person("second", "office", (Role.CHECKER,))
    with pytest.raises(Invalid, match="没有“better”这种结果"):
        reexamine(made, county.people["second"], county.now, "better", "好")
    with pytest.raises(Needs, match="复核意见"):
        reexamine(made, county.people["second"], county.now, "changed", " ")
    reexamine(made, county.people["second"], county.later(minutes=1), "changed", "部分属实")
    row = Objection.objects.get(pk=made)
    assert (row.outcome, row.text, row.decided_by, Deadline.objects.count()) == (
        "changed", "部分属实", county.people["second"].person, 0,
    )  # fmt: skip
    with pytest.raises(WrongState, match="已经复核：变更结论"):
        reexamine(made, county.people["lead"], county.now, "upheld", "维持")
    seen = inspection_detail(row.inspection_id, county.people["head"])
    assert [(o.reason, o.text) for o in seen.objections] == [("账目已公开", "部分属实")]
    assert inspection_detail(row.inspection_id, county.people["other_head"]).objections == []
    assert same_after_rebuild()


def test_a_decision_that_is_late_is_told_once(county):
    finished(county)
    made = object_to(told(county), county.people["head"], county.now, "账目已公开").objection
    county.now = county.now.replace(month=4, day=2)
    for at, overdue in ((county.now - timedelta(hours=10), False), (county.now, True), (county.now, True)):
        tick(at)
        assert Objection.objects.get(pk=made).overdue is overdue
    assert Entry.objects.filter(kind="deadline.fell_due").count() == 1
    reexamine(made, county.people["lead"], county.later(minutes=1), "revoked", "撤销")
    assert Objection.objects.get(pk=made).overdue is True
    assert same_after_rebuild()


def test_the_head_alone_objects_and_once_with_a_reason(county):
    finished(county)
    for who in ("handler", "other_head", "lead"):
        with pytest.raises(NotAllowed, match="须由“东镇”的单位负责人"):
            object_to(told(county), county.people[who], county.now, "不服")
    with pytest.raises(Needs, match="理由"):
        object_to(told(county), county.people["head"], county.now, "")
    with pytest.raises(NotFound):
        object_to(999, county.people["head"], county.now, "不服")
    object_to(told(county), county.people["head"], county.now, "不服")
    with pytest.raises(WrongState, match="已提出过异议"):
        object_to(told(county), county.people["head"], county.now, "还不服")
    with pytest.raises(NotFound):
        reexamine(999, county.people["lead"], county.now, "upheld", "维持")


def test_a_conclusion_is_for_inspected_units_alone(county):
    made = approved(county)
    with pytest.raises(Invalid, match="不在督查对象内"):
        finish_inspection(
            made, county.people["checker"], county.now, "完", by_unit={county.units["village"]: "x"}
        )
    assert Conclusion.objects.count() == 0


def test_numbers_that_could_give_an_informant_away_are_kept_out(county):
    number = "据13812345678反映"
    made = approved(county)
    for call in (
        lambda: propose(county, name=number),
        lambda: find(county, made, text=number),
        lambda: finish_inspection(made, county.people["checker"], county.now, number),
        lambda: walk(county, made, what=number),
    ):
        with pytest.raises(Invalid, match="内容里有手机号码"):
            call()
    assert Item.objects.count() == 0


def test_a_finding_goes_into_the_register_of_the_plan_and_counts_for_it(county):
    register = county.registers["rectification"]
    made = approved(county, register=register, mode="walk")
    find(county, made, register=0, category="作风")
    walk(county, made, obstacle="要求重复提供复印件")
    walk(county, made)
    other = approved(county, name="另一次", units=[county.units["village"]])
    for number in (made, other):
        finish_inspection(number, county.people["checker"], county.later(minutes=1), "限期整改")
    names = [
        "inspections",
        "walk_throughs",
        "obstacles",
        "findings",
        "findings_registered",
        "inspected",
        "objections",
    ]
    refs = [
        *map(Ref, names),
        Ref.of("findings", class_="作风", kind="walk"),
        Ref.of("inspected", unit=county.units["town"]),
    ]
    assert list(figures(refs, [register]).values()) == ["1", "1", "1", "1", "1", "1", "0", "1", "1"]
    assert figures([Ref("inspections")], [NO_REGISTER, *county.registers.values()]) == {"inspections": "2"}
    assert figures([Ref.of("inspections", since=county.now.date() + timedelta(1))], [register]) == {
        f"inspections[since={county.now.date() + timedelta(1)}]": "0"
    }
    with pytest.raises(NotFound, match="没有编号为 999 的清单"):
        propose(county, register=999)
    assert same_after_rebuild()


def test_the_form_for_the_field_offers_what_the_plan_covers_and_nothing_else(county):
    made = approved(county, contents=["财务", "采购"])
    mine, _ = county.at("working"), county.at("closed")
    form = record_form(made, county.people["checker"])
    assert (form.units, form.contents, form.walk, form.register) == (
        {county.units["town"]: "东镇"}, ["财务", "采购"], False, 0,
    )  # fmt: skip
    assert ([i.pk for i in form.items], set(form.registers)) == ([mine], set(county.registers.values()))
    with pytest.raises(NotAllowed):
        record_form(made, county.people["head"])
    with pytest.raises(WrongState):
        record_form(propose(county, name="未批"), county.people["checker"])


def test_earlier_inspections_of_the_unit_are_shown_and_counted_as_its_burden(county):
    first = approved(county, ends=date(2026, 3, 5))
    later = propose(county, name="又一次", starts=date(2026, 4, 1), ends=date(2026, 4, 9))
    far = propose(county, name="明年", starts=date(2027, 4, 1), ends=date(2027, 4, 9))
    lead = county.people["lead"]
    assert [e.pk for e in inspection_detail(later, lead).earlier] == [first]
    assert inspection_detail(far, lead).earlier == inspection_detail(first, lead).earlier == []
    week = timedelta(days=7)
    found = burden(county.now - week, county.now + week)
    assert [(u.name, u.inspections) for u in found if u.inspections] == [("东镇", 1)]
    assert burden(county.now + 2 * week, county.now + 3 * week) == []
