"""Inspections: who may take which step from which state, and what a plan covers, held against tables written by hand."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.rules.inspection import (
    ENDED,
    INSPECTION_STATES,
    INSPECTION_STEPS,
    MODE_NAMES,
    STANDING,
    InspectionMode,
    InspectionState,
    Reach,
    inspection_allowed,
)
from bihuan.rules.permissions import SYSTEM, Actor, Grant, Role

#: Step → states from which, roles that may, whether the group may.
TABLE = {
    "amend": ("proposed approved underway", "supervisor checker", False),
    "approve": ("proposed", "lead", False),
    "finding": ("approved underway", "supervisor checker", True),
    "step": ("approved underway", "supervisor checker", True),
    "finish": ("approved underway", "supervisor checker", True),
    "cancel": ("proposed approved", "supervisor checker lead", False),
}
OFFICE = "/1/2/"


def test_the_table_names_every_step_state_and_mode():
    assert set(TABLE) == set(INSPECTION_STEPS)
    assert set(INSPECTION_STATES) == set(InspectionState)
    assert set(MODE_NAMES) == set(InspectionMode)
    assert {s.value for s in STANDING} == {"approved", "underway", "finished"}
    assert {s.value for s in ENDED} == {"finished", "cancelled"}


@pytest.mark.parametrize("state", InspectionState)
@pytest.mark.parametrize("action", TABLE)
def test_a_step_is_taken_from_its_states_by_its_roles_and_by_nobody_else(action, state):
    states, roles, group = TABLE[action]
    for role in Role:
        for path, covers in ((OFFICE, True), ("/1/", True), ("/1/3/", False)):
            actor = Actor(7, "某人", 2, (Grant(role, 2, path),))
            refused = inspection_allowed(action, state, actor, OFFICE, ())
            if state not in states.split():
                assert refused is not None
                assert refused.code == "wrong-state"
            else:
                assert (refused is None) is (role in roles.split() and covers)
    member = inspection_allowed(action, state, Actor(7, "某人", 2), OFFICE, (5, 7))
    assert (member is None) is (state in states.split() and group)


def test_a_refusal_says_what_is_so_and_who_may():
    refused = inspection_allowed("approve", InspectionState.FINISHED, SYSTEM, OFFICE, ())
    assert refused.why == "督查现在是“已结束”，不能批准方案：只有待批准的方案需要批准。"
    refused = inspection_allowed("finding", InspectionState.APPROVED, Actor(7, "某人", 2), OFFICE, ())
    assert refused.why == "登记发现的问题须由督查单位的督办员、检查人，或由督查组成员办理，您没有这一岗位。"


def reach(number, paths, starts, ends, contents=("财务",)):
    return Reach(number, tuple(paths), date(2026, 3, starts), date(2026, 3, ends), contents)


@pytest.mark.parametrize(
    ("paths", "starts", "ends", "meets"),
    [
        (["/1/3/"], 10, 20, True),
        (["/1/3/9/"], 20, 25, True),
        (["/1/"], 1, 10, True),
        (["/1/3/"], 21, 25, False),
        (["/1/3/"], 1, 9, False),
        (["/1/4/"], 10, 20, False),
        (["/1/33/"], 10, 20, False),
        (["/1/4/", "/1/3/9/"], 15, 15, True),
    ],
)
def test_plans_meet_at_one_unit_on_one_day_whichever_is_asked(paths, starts, ends, meets):
    mine, other = reach(1, ["/1/3/"], 10, 20), reach(2, paths, starts, ends)
    assert mine.meets(other) is other.meets(mine) is meets


@given(st.data())
def test_plans_meet_exactly_when_some_unit_is_covered_by_both_on_some_day(data):
    units = ["/1/", "/1/2/", "/1/3/", "/1/2/4/", "/1/2/5/", "/1/3/6/"]
    days = st.tuples(st.integers(1, 8), st.integers(1, 8)).map(sorted)
    one, two = (
        reach(n, data.draw(st.lists(st.sampled_from(units), min_size=1, max_size=2)), *data.draw(days))
        for n in (1, 2)
    )
    both = any(
        one.covers(u)
        and two.covers(u)
        and one.starts <= (d := date(2026, 3, day)) <= one.ends
        and two.starts <= d <= two.ends
        for u in units
        for day in range(1, 9)
    )
    assert one.meets(two) is both


@pytest.mark.parametrize(
    ("path", "day", "content", "excess"),
    [
        ("/1/3/", 10, "财务", ""),
        ("/1/3/9/", 20, "采购", ""),
        ("/1/4/", 10, "财务", "“某镇”不在批准的督查对象内"),
        ("/1/3/", 9, "财务", "2026-03-09 不在批准的督查时段（2026-03-10 至 2026-03-20）内"),
        ("/1/3/", 21, "财务", "2026-03-21 不在批准的督查时段（2026-03-10 至 2026-03-20）内"),
        ("/1/3/", 10, "人事", "“人事”不在批准的督查内容（财务、采购）内"),
    ],
)
def test_what_goes_beyond_the_plan_is_named(path, day, content, excess):
    plan = reach(1, ["/1/3/"], 10, 20, ("财务", "采购"))
    assert plan.excess("某镇", path, date(2026, 3, day), content) == excess
