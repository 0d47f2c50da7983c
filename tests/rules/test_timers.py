from datetime import UTC, date, datetime, timedelta

import pytest
from colours_oracle import (
    CALENDAR,
    CYCLES,
    PROCEDURES,
    check_in_day,
    days,
    first_of,
    items,
    last_of,
    procedure,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from procedure_texts import FULL, SMALL

from bihuan.procedures import texts
from bihuan.rules.check_in import check_day, period
from bihuan.rules.clocked import Clocked, day_end, day_start
from bihuan.rules.colours import onsets
from bihuan.rules.procedure import load
from bihuan.rules.timers import Timer, causes, timers, turns
from tests.support.depth import often

DAY = timedelta(days=1)
START = datetime(2026, 1, 5, 2, tzinfo=UTC)  # 10:00 of a Monday in China
ROLLING = load(SMALL, "small")
FULL_PROCEDURE = load(FULL, "full")
BUILT_IN = {code: load(text, code) for code, text in texts().items()}


def item(state, **more):
    """An item that was assigned on 5 January 2026, without a due day."""
    values = {"due": None, "ongoing": False, "cycle": None, "percent": 0, "assigned_at": START} | more
    return Clocked(state=state, registered_at=START, **values)


def told(clocked, procedure, *, colours=False):
    """Each timer as its local time, kind and detail; without the turns of the colour unless they are asked for."""
    return [
        ((timer.due_at + timedelta(hours=8)).strftime("%m-%d %H:%M"), timer.kind, timer.detail)
        for timer in timers(clocked, procedure, CALENDAR)
        if colours or timer.kind != "colour"
    ]


def with_flow(flow, more=""):
    return load(
        SMALL.replace("approval = false\nacceptance = false\nplan = false", f"approval = false\n{flow}")
        + more,
        "x",
    )


def test_a_day_in_china_begins_at_16_utc_and_ends_when_the_next_begins():
    assert day_start(date(2026, 1, 5)) == datetime(2026, 1, 4, 16, tzinfo=UTC)
    assert day_end(date(2026, 1, 5)) == day_start(date(2026, 1, 6))
    assert day_start(date(2026, 1, 5)).tzinfo is UTC


@pytest.mark.parametrize(
    ("limit", "at"),
    [
        ("2 workdays", "01-08 00:00"),
        ("5 days", "01-13 00:00"),  # 10 January is a Saturday: the last day rolls to Monday
        ("1 month", "02-06 00:00"),
        ("30 hours", "01-06 16:00"),
        ("4 workhours", "01-05 15:30"),
    ],
)
def test_an_item_that_is_not_accepted_in_time_is_late_after_the_limit(limit, at):
    procedure = with_flow(f'acceptance = true\naccept_limit = "{limit}"\nplan = false')
    assert told(item("assigned"), procedure) == [(at, "accept-overdue", "")]


FRIDAY = datetime(2026, 1, 9, 1, tzinfo=UTC)  # 9:00 in China
WEEKEND = ((FRIDAY + timedelta(hours=10), FRIDAY + timedelta(days=3)),)
MONDAY_AND_TUESDAY = ((START, START + 2 * DAY),)  # fourteen working hours: two days of seven


@pytest.mark.parametrize(
    ("limit", "pauses", "at"),
    [
        ("6 workdays", (), "01-14 00:00"),
        ("6 workdays", WEEKEND, "01-14 00:00"),  # nothing is worked then
        ("6 workdays", MONDAY_AND_TUESDAY, "01-16 00:00"),
        ("6 workdays", (*WEEKEND, *MONDAY_AND_TUESDAY), "01-16 00:00"),
        ("4 workhours", MONDAY_AND_TUESDAY, "01-07 15:30"),
        ("30 hours", MONDAY_AND_TUESDAY, "01-08 16:00"),
        ("2 days", MONDAY_AND_TUESDAY, "01-10 00:00"),
        ("7 days", WEEKEND, "01-16 00:00"),  # from 12 January, by 2 days and 14 hours
        ("3 days", MONDAY_AND_TUESDAY, "01-13 00:00"),  # 10 January is a Saturday: it rolls to Monday
        ("2 days", ((START - 5 * DAY, START - DAY),), "01-08 00:00"),  # before it began to run
        ("2 days", ((START - 5 * DAY, START + DAY),), "01-09 00:00"),
        ("2 days", ((FRIDAY, FRIDAY + DAY),), "01-08 00:00"),  # what was late stays late
    ],
)
def test_a_limit_is_moved_by_the_time_for_which_the_work_stood_still(limit, pauses, at):
    waits = with_flow(f'acceptance = true\naccept_limit = "{limit}"\nplan = false')
    plans = with_flow(f'acceptance = false\nplan = true\nplan_limit = "{limit}"')
    assert told(item("assigned", pauses=pauses), waits) == [(at, "accept-overdue", "")]
    assert told(item("working", pauses=pauses), plans) == [(at, "plan-overdue", "")]


def test_a_moved_limit_does_not_roll_where_the_procedure_says_so():
    text = 'acceptance = true\naccept_limit = "3 days"'
    fixed = load(SMALL.replace("roll = true", "roll = false").replace("acceptance = false", text), "x")
    assert told(item("assigned", pauses=MONDAY_AND_TUESDAY), fixed)[0][0] == "01-11 00:00"


def test_the_limit_of_a_review_counts_pauses_too():
    clocked = item("reviewing", submitted_at=START, pauses=((START, START + DAY),))
    assert told(clocked, FULL_PROCEDURE) == [("01-08 12:00", "review-overdue", "自查")]


@pytest.mark.parametrize("state", ["working", "returned", "suspended", "reviewing"])
def test_what_those_above_owe_falls_due_whatever_the_unit_does(state):
    above = item(state, decide_by=START + DAY, escalated_at=START, level=2, submitted_at=START)
    kinds = {(at, kind) for at, kind, _ in told(above, FULL_PROCEDURE)}
    assert {("01-06 10:00", "request-overdue"), ("01-13 00:00", "respond-overdue")} <= kinds
    assert told(item(state, escalated_at=START), ROLLING) == []


@pytest.mark.parametrize("state", ["closed", "merged", "cancelled"])
def test_nobody_owes_anything_once_the_item_is_over(state):
    assert told(item(state, decide_by=START, escalated_at=START), FULL_PROCEDURE) == []


def test_a_suspended_item_is_to_go_on_when_that_was_expected():
    assert told(item("suspended", until=date(2026, 2, 2)), ROLLING) == [("02-02 00:00", "resume-due", "")]


def test_a_limit_does_not_roll_where_the_procedure_says_so():
    procedure = with_flow('acceptance = true\naccept_limit = "5 days"\nplan = false')
    fixed = load(SMALL.replace("roll = true", "roll = false"), "x")
    text = 'acceptance = true\naccept_limit = "5 days"'
    assert told(item("assigned"), procedure)[0][0] == "01-13 00:00"
    fixed = load(SMALL.replace("roll = true", "roll = false").replace("acceptance = false", text), "x")
    assert told(item("assigned"), fixed)[0][0] == "01-11 00:00"


@pytest.mark.parametrize(
    "state", ["registered", "approved", "returned", "working", "reviewing", "passed", "suspended"]
)
def test_acceptance_is_waited_for_only_while_the_item_is_assigned(state):
    procedure = with_flow('acceptance = true\naccept_limit = "1 day"\nplan = false')
    assert told(item(state), procedure) == []


def test_without_a_limit_or_an_assignment_acceptance_is_never_late():
    procedure = with_flow('acceptance = true\naccept_limit = "1 day"\nplan = false')
    assert (told(item("assigned"), ROLLING), told(item("assigned", assigned_at=None), procedure)) == ([], [])


def test_planning_is_late_after_its_limit_counted_from_acceptance():
    procedure = with_flow('acceptance = false\nplan = true\nplan_limit = "3 workdays"')
    found = {
        "accepted": told(item("working", accepted_at=START + 2 * DAY), procedure),
        "at once": told(item("working"), procedure),
        "imported": told(item("working", assigned_at=None), procedure),
        "planned": told(item("working", planned_at=START), procedure),
        "no limit": told(item("working"), ROLLING),
        "not yet": told(item("assigned"), procedure),
    }
    assert found == {
        "accepted": [("01-13 00:00", "plan-overdue", "")],
        "at once": [("01-09 00:00", "plan-overdue", "")],
        "imported": [("01-09 00:00", "plan-overdue", "")],
        "planned": [],
        "no limit": [],
        "not yet": [],
    }


def test_a_review_is_late_after_the_limit_of_its_level():
    found = {
        "first": told(item("reviewing", submitted_at=START), FULL_PROCEDURE),
        "without limit": told(item("reviewing", submitted_at=START, level=2), FULL_PROCEDURE),
        "not submitted": told(item("reviewing"), FULL_PROCEDURE),
    }
    assert found == {
        "first": [("01-07 12:00", "review-overdue", "自查")],
        "without limit": [],
        "not submitted": [],
    }


def test_look_backs_fall_due_one_after_the_other_from_the_day_of_closure():
    closed = {"closed_at": datetime(2026, 1, 5, 17, tzinfo=UTC)}  # already 6 January in China
    found = [told(item("closed", **closed, look_backs=made), BUILT_IN["rectification"]) for made in (0, 1, 2)]
    assert found == [
        [("04-07 00:00", "look-back", "销号后3个月")],  # 6 April is a holiday
        [("07-06 00:00", "look-back", "销号后6个月")],
        [],
    ]
    assert told(item("closed", **closed), ROLLING) == []
    assert told(item("closed"), BUILT_IN["rectification"]) == []


def test_an_ongoing_item_is_to_check_in_on_the_last_day_of_its_period():
    found = {
        "month": told(item("working", ongoing=True), ROLLING),  # 31 January is a Saturday
        "week": told(item("working", ongoing=True, cycle="week"), ROLLING),  # 11 January is a Sunday
        "not accepted": told(item("assigned", ongoing=True), ROLLING),
        "dated": told(item("working", due=date(2026, 3, 2)), ROLLING),
    }
    assert found == {
        "month": [("02-02 00:00", "check-in", "")],
        "week": [("01-12 00:00", "check-in", "")],
        "not accepted": [],
        "dated": [],
    }


@pytest.mark.parametrize(
    ("cycle", "given", "reported"),
    [
        ("day", "2026-03-12", "2026-03-13"),
        ("week", "2026-03-16", "2026-03-23"),
        ("month", "2026-03-31", "2026-04-30"),
        ("quarter", "2026-06-30", "2026-06-30"),  # given out on 12 March, late in the quarter
        ("half-year", "2026-06-30", "2026-12-31"),
        ("year", "2026-12-31", "2027-12-31"),
        (None, "2026-03-31", "2026-04-30"),  # the procedure's own
        ("fortnight", "2026-03-31", "2026-04-30"),
    ],
)
def test_the_first_check_in_leaves_half_a_period_and_the_next_is_one_period_on(cycle, given, reported):
    at = datetime(2026, 3, 12, 4, tzinfo=UTC)
    fresh = item("working", ongoing=True, cycle=cycle, assigned_at=at)
    told_once = item("working", ongoing=True, cycle=cycle, progressed_at=at)
    assert [check_day(one, ROLLING, CALENDAR).isoformat() for one in (fresh, told_once)] == [given, reported]


def test_a_check_in_day_off_stays_where_the_procedure_does_not_roll():
    fixed = load(SMALL.replace("roll = true", "roll = false"), "x")
    assert check_day(item("working", ongoing=True, cycle="month"), fixed, CALENDAR) == date(2026, 1, 31)


@given(st.sampled_from(CYCLES), days)
def test_a_period_holds_its_day_and_every_day_of_the_same_name(cycle, day):
    assert period(cycle, day) == (first_of(cycle, day), last_of(cycle, day))


@settings(max_examples=often(66, 1000))
@given(items(), st.sampled_from(PROCEDURES))
def test_the_check_in_day_is_found_as_by_walking_through_the_days(clocked, procedure):
    assert check_day(clocked, procedure, CALENDAR) == check_in_day(clocked, procedure)


def test_slips_fall_due_when_what_calls_for_them_happens_and_so_long_after():
    waiting = item("assigned", due=date(2026, 4, 14), percent=100)
    working = item("working", due=date(2026, 4, 14), accepted_at=START, amount_done=0, target_amount=100)
    assert told(waiting, FULL_PROCEDURE) == [
        ("01-05 10:00", "notice", "通知单"),
        ("01-06 10:00", "accept-overdue", ""),
        ("01-08 00:00", "feedback", "催签"),  # a day after, which does not roll here
    ]
    assert told(working, FULL_PROCEDURE) == [
        ("01-05 10:00", "notice", "通知单"),
        ("01-25 08:00", "prompt", "提示单"),  # a fifth of the 99 days and 14 hours
        ("02-06 00:00", "plan-overdue", ""),
        ("02-06 00:00", "warning", "预警单"),
    ]


@pytest.mark.parametrize(
    "state", ["registered", "approved", "returned", "reviewing", "passed", "suspended", "merged", "cancelled"]
)
def test_no_slip_is_due_while_the_owner_does_not_have_the_item(state):
    late = item(state, due=date(2026, 1, 6))
    assert [
        timer.kind for timer in timers(late, BUILT_IN["rectification"], CALENDAR) if timer.kind != "colour"
    ] == []


def test_two_things_of_a_kind_at_one_instant_are_one_timer():
    slip = 'number = "{number}{{year}}-{{no}}", on = "overdue", to = ["lead"]'
    slips = ", ".join(
        f'{{ kind = "prompt", name = "{name}", {slip.format(number=name)} }}' for name in ("乙", "甲")
    )
    assert told(
        item("working", due=date(2026, 2, 2)), load(f"slips = [{slips}]\n{SMALL}", "x"), colours=True
    ) == [
        ("02-03 00:00", "colour", "red"),
        ("02-03 00:00", "prompt", "乙、甲"),
    ]


def test_of_two_rules_of_a_kind_the_earlier_calls_for_the_slip():
    near = '{ kind = "near", within = "1 day", name = "明天" , colour = "red"}, { kind = "near", within = "3 days" }'
    slip = 'slips = [{ kind = "prompt", number = "{year}-{no}", on = "near", to = ["lead"] }]\n'
    procedure = load(slip + SMALL.replace('"overdue" }', f'"overdue" }}, {near}'), "x")
    assert told(item("working", due=date(2026, 2, 10)), procedure) == [("02-07 00:00", "prompt", "提示单")]


def test_a_rectification_at_work_has_these_timers():
    problem = item("working", due=date(2026, 6, 30), accepted_at=START + DAY)
    assert told(problem, BUILT_IN["rectification"], colours=True) == [
        ("01-05 10:00", "notice", "整改通知单"),
        ("01-21 00:00", "plan-overdue", ""),
        ("02-21 00:00", "colour", "yellow"),
        ("02-21 00:00", "feedback", "整改反馈单"),
        ("06-23 00:00", "colour", "yellow"),
        ("06-23 00:00", "prompt", "整改提示单"),
        ("07-01 00:00", "colour", "red"),
        ("07-01 00:00", "warning", "整改预警单"),
        ("07-16 00:00", "interview", "整改约谈单"),
    ]


def test_where_a_share_is_looked_at_only_what_was_drawn_falls_due():
    closed = {"closed_at": datetime(2026, 1, 5, 1, tzinfo=UTC)}
    assert BUILT_IN["task"].look_back.sample < 100
    assert told(item("closed", **closed), BUILT_IN["task"]) == []
    drawn = {**closed, "look_back_due": date(2026, 4, 30)}
    expected = [("01-05 09:00", "look-back", "抽中"), ("05-01 00:00", "recheck-overdue", "")]
    assert [told(item("closed", **drawn), BUILT_IN[code]) for code in ("task", "rectification")] == [
        expected
    ] * 2
    assert told(item("closed", look_back_due=date(2026, 4, 30)), BUILT_IN["task"]) == []


def test_an_item_that_is_over_has_no_timers_but_look_backs():
    assert [told(item(state), BUILT_IN["task"]) for state in ("merged", "cancelled")] == [[], []]


KINDS = {
    *(
        "colour",
        "accept-overdue",
        "plan-overdue",
        "review-overdue",
        "check-in",
        "look-back",
        "recheck-overdue",
    ),
    *("notice", "prompt", "feedback", "warning", "interview"),
}


@settings(max_examples=often(100, 1000))
@given(items(), st.sampled_from([*PROCEDURES, *BUILT_IN.values()]))
def test_timers_are_in_order_one_of_a_kind_at_an_instant_and_hold_every_turn(clocked, procedure):
    found = timers(clocked, procedure, CALENDAR)
    keys = [(timer.due_at, timer.kind) for timer in found]
    assert keys == sorted(set(keys))
    assert {timer.kind for timer in found} <= KINDS
    assert {timer.due_at.tzinfo for timer in found} <= {UTC}
    assert [timer for timer in found if timer.kind == "colour"] == [
        Timer(turn.at, "colour", turn.colour)
        for turn in turns(clocked, procedure, CALENDAR, clocked.registered_at)
    ]


@pytest.mark.parametrize(("first", "second"), [("yellow", "red"), ("red", "yellow")])
def test_of_two_rules_of_a_kind_the_earlier_is_what_may_call_for_a_slip(first, second):
    rules = procedure(
        f'{{ kind = "near", within = "9 days", colour = "{first}" }}',
        f'{{ kind = "near", within = "3 days", colour = "{second}", name = "临近" }}',
        '{ kind = "overdue" }',
    )
    clocked = item("working", due=date(2026, 3, 31))
    found = causes(clocked, rules, CALENDAR, onsets(clocked, rules, CALENDAR))
    assert found == {
        "assigned": START,
        "accept-overdue": None,
        "plan-overdue": None,
        "near": day_start(date(2026, 3, 22)),
        "overdue": day_end(date(2026, 3, 31)),
    }
