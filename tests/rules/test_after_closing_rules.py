"""Institutions, recurring problems, signs, personal numbers and objections: held against tables written by hand."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bihuan.rules.confidential import personal_number
from bihuan.rules.institution import (
    IN_FORCE,
    INSTITUTION_STATES,
    INSTITUTION_STEPS,
    NUMBER,
    InstitutionState,
    institution_allowed,
)
from bihuan.rules.objection import DEADLINES, DECIDE_WITHIN, OBJECT_WITHIN, OUTCOMES
from bihuan.rules.recurring import RESULT_CLASSES, Case, Recurrence, recurrences
from bihuan.rules.signs import SIGN_NAMES, is_just_before

TABLE = {
    "link": "drafted issued revised",
    "issue": "drafted",
    "revise": "issued revised",
    "keep": "issued revised",
    "repeal": "drafted issued revised",
}


@pytest.mark.parametrize("state", InstitutionState)
@pytest.mark.parametrize("action", TABLE)
def test_a_step_with_an_institution_is_taken_from_its_states_alone(action, state):
    refused = institution_allowed(action, state)
    assert (refused is None) is (state in TABLE[action].split())
    if refused is not None:
        assert refused.code == "wrong-state"
        assert INSTITUTION_STATES[state] in refused.why


def test_the_tables_name_every_step_state_outcome_and_deadline():
    assert set(TABLE) == set(INSTITUTION_STEPS)
    assert set(INSTITUTION_STATES) == set(InstitutionState)
    assert {s.value for s in IN_FORCE} == {"issued", "revised"}
    assert set(OUTCOMES) == {"upheld", "changed", "revoked"}
    assert set(DEADLINES) == {"institution-review", "re-examination"}
    assert (str(OBJECT_WITHIN), str(DECIDE_WITHIN)) == ("30天", "30天")
    assert set(SIGN_NAMES) == {"copied", "photo", "bulk", "waived", "relapse"}
    assert NUMBER.format(year=2026, no=3) == "制〔2026〕3号"


def test_what_comes_often_in_one_unit_or_in_several_is_told():
    cases = [
        Case(7, "财务"),
        Case(7, "财务", 4, items=3),
        Case(8, "财务"),
        Case(9, "作风"),
        Case(9, "", 6, items=6),
    ]
    assert recurrences(cases, times=5, units=2) == [
        Recurrence("财务", (7,), 4, 5, across=False),
        Recurrence("财务", (7, 8), 5, 6, across=True),
    ]
    assert recurrences(cases, times=6, units=3) == []


@pytest.mark.parametrize("klass", sorted(RESULT_CLASSES))
def test_how_something_is_put_right_is_no_class_of_problems(klass):
    assert recurrences([Case(n, klass) for n in range(9)], times=2, units=2) == []


CASES = st.lists(
    st.builds(Case, unit=st.integers(1, 3), klass=st.sampled_from(["", "甲", "乙"]),
              times=st.integers(1, 3)),
    max_size=8,
)  # fmt: skip


@settings(max_examples=40)
@given(CASES, st.integers(2, 5), st.integers(2, 3))
def test_a_recurrence_is_told_exactly_where_the_threshold_is_reached(cases, times, units):
    found = recurrences(cases, times=times, units=units)
    alone = {(r.klass, r.units[0]): r.times for r in found if not r.across}
    sums: dict = {}
    for c in cases:
        if c.klass:
            sums[c.klass, c.unit] = sums.get((c.klass, c.unit), 0) + c.times
    assert alone == {k: n for k, n in sums.items() if n >= times}
    spread = {k: {u for klass, u in sums if klass == k} for k in ("甲", "乙")}
    assert {r.klass for r in found if r.across} == {k for k, us in spread.items() if len(us) >= units}


@pytest.mark.parametrize(
    ("day", "due", "told"),
    [
        (date(2026, 6, 27), date(2026, 6, 30), True),
        (date(2026, 6, 30), date(2026, 6, 30), True),
        (date(2026, 6, 26), date(2026, 6, 30), False),
        (date(2026, 7, 1), date(2026, 6, 30), False),
        (date(2026, 6, 30), None, False),
    ],
)
def test_just_before_a_deadline_is_three_days_and_not_after(day, due, told):
    assert is_just_before(day, due) is told


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("来电13812345678反映", "手机号码"),
        ("手机 138-1234-5678", "手机号码"),
        ("身份证340104199003071234。", "身份证号"),
        ("34010419900307123x", "身份证号"),
        ("热线12345，合同编号113812345678，金额13812345元", ""),
        ("编号A340104199003071234", ""),
        ("340104199013071234", ""),
        ("", ""),
    ],
)
def test_numbers_that_could_give_an_informant_away_are_seen(text, found):
    assert personal_number(text) == found
