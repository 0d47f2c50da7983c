from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from colours_oracle import CALENDAR, MICROSECOND, PROCEDURES, colour_of, instants, items, procedure
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bihuan.rules.clocked import Clocked, due_at
from bihuan.rules.colours import Colour, colour, onsets
from bihuan.rules.procedure_types import COLOURS, SCHEMES, WORST_FIRST
from bihuan.rules.timers import next_turn, turns
from tests.support.depth import often

DAY = timedelta(days=1)
START = datetime(2026, 1, 4, 16, tzinfo=UTC)  # 00:00 of 5 January in China, a Monday
EVERY = (
    '{ kind = "overdue" }',
    '{ kind = "milestone" }',
    '{ kind = "behind", points = 20 }',
    '{ kind = "near", within = "7 days" }',
    '{ kind = "stale", after = "30 days" }',
    '{ kind = "check-in" }',
)
PROCEDURE = procedure(*EVERY, more='quantity = { unit = "户", milestones = true }\n')


def item(state="working", **more):
    """An item at work since 5 January 2026, due on 14 April: a hundred days."""
    values = {"due": date(2026, 4, 14), "ongoing": False, "cycle": None, "percent": 100} | more
    return Clocked(state=state, registered_at=START, assigned_at=START, accepted_at=START, **values)


def shown(clocked, *, day, hour=0, rules=PROCEDURE):
    """Colour and rule at an hour of a day in China."""
    now = datetime.fromisoformat(f"{day}T{hour:02}:00:00+08:00")
    found = colour(clocked, rules, CALENDAR, now)
    return found.name, found.rule


NORMAL = ("green", "")


def test_colours_are_ranked_worst_first_and_named_in_chinese():
    mixed = procedure(
        '{ kind = "near", within = "3 days", colour = "yellow" }',
        '{ kind = "overdue" }',
        '{ kind = "stale", after = "9 days", colour = "red" }',
        '{ kind = "behind", points = 20, colour = "yellow" }',
    )
    assert [rule.kind for rule in mixed.colours.worst_first] == ["overdue", "stale", "near", "behind"]
    assert (
        set(COLOURS) == set(WORST_FIRST) == {"none", *(name for names in SCHEMES.values() for name in names)}
    )
    assert [[COLOURS[name] for name in names] for names in SCHEMES.values()] == [
        ["绿灯", "黄灯", "红灯"],
        ["蓝灯", "橙灯", "红灯"],
        ["绿灯", "蓝灯", "黄灯", "红灯"],
    ]
    assert Colour("red", "overdue", "x").label == "红灯"


@pytest.mark.parametrize("names", SCHEMES.values())
def test_each_scheme_goes_from_the_normal_colour_to_the_worst(names):
    assert [name for name in WORST_FIRST if name in names] == list(reversed(names))


@pytest.mark.parametrize(
    ("state", "reason"),
    [("closed", "已销号"), ("merged", "已并案"), ("cancelled", "已撤销"), ("suspended", "已挂起")],
)
def test_an_item_that_has_ended_or_stands_still_is_unlit_however_late(state, reason):
    found = colour(item(state), PROCEDURE, CALENDAR, datetime(2030, 1, 1, tzinfo=UTC))
    assert found == Colour("none", "", reason)
    assert turns(item(state), PROCEDURE, CALENDAR, START) == []


@pytest.mark.parametrize(
    "state", ["registered", "approved", "assigned", "returned", "working", "reviewing", "passed"]
)
def test_an_open_item_is_red_from_midnight_in_china_after_its_due_day(state):
    last, first = datetime(2026, 4, 14, 15, 59, 59, 999999, tzinfo=UTC), datetime(2026, 4, 14, 16, tzinfo=UTC)
    waiting = item(state, progressed_at=last)
    assert due_at(waiting) == first
    assert colour(waiting, PROCEDURE, CALENDAR, last) == Colour("yellow", "near", "临近办理时限")
    assert colour(waiting, PROCEDURE, CALENDAR, first) == Colour("red", "overdue", "已过办理时限")


@pytest.mark.parametrize(
    ("day", "found"),
    [("2026-04-06", NORMAL), ("2026-04-07", ("yellow", "near")), ("2026-04-14", ("yellow", "near"))],
)
def test_an_item_is_near_from_the_start_of_the_day_so_many_days_before(day, found):
    reported = item(progressed_at=START + 90 * DAY)
    assert shown(reported, day=day, hour=23 if found == NORMAL else 0) == found


@pytest.mark.parametrize(
    ("due", "first"),
    [
        ("2026-04-17", "2026-04-10"),  # a Friday: from the Friday before
        ("2026-04-18", "2026-04-10"),  # a Saturday: five working days follow that Friday as well
        ("2026-05-08", "2026-04-28"),  # 29 and 30 April, 6 to 8 May; the days between are off
    ],
)
def test_working_days_before_the_due_day_skip_days_off(due, first):
    rules = procedure('{ kind = "overdue" }', '{ kind = "near", within = "5 workdays" }')
    waiting = item(due=date.fromisoformat(due))
    before = date.fromisoformat(first) - DAY
    assert (shown(waiting, day=before, hour=23, rules=rules), shown(waiting, day=first, rules=rules)) == (
        NORMAL,
        ("yellow", "near"),
    )


def test_hours_before_the_due_day_count_back_from_its_end():
    rules = procedure('{ kind = "overdue" }', '{ kind = "near", within = "30 hours" }')
    found = [shown(item(), day="2026-04-13", hour=hour, rules=rules) for hour in (17, 18)]
    assert found == [NORMAL, ("yellow", "near")]


def test_a_short_task_is_not_near_from_its_first_day_on():
    rules = procedure('{ kind = "overdue" }', '{ kind = "near", within = "7 days", share = 20 }')
    task = item(due=date(2026, 1, 9))  # five days, so a day is a fifth
    assert (
        shown(task, day="2026-01-08", hour=23, rules=rules),
        shown(task, day="2026-01-09", rules=rules),
    ) == (
        NORMAL,
        ("yellow", "near"),
    )


def test_an_item_given_out_after_its_due_day_is_overdue_and_never_near_or_behind():
    late = item(due=date(2025, 12, 31), percent=0)
    assert [turn.rule for turn in turns(late, PROCEDURE, CALENDAR, START - 30 * DAY)] == ["near", "overdue"]
    assert shown(late, day="2026-01-06") == ("red", "overdue")


@pytest.mark.parametrize(
    ("percent", "turned"),
    [
        (0, START + 20 * DAY),  # a hundred days are allowed, twenty points may be missing
        (1, START + 21 * DAY),
        (79, START + 99 * DAY),
        (80, None),  # the whole hundred days: by then it is overdue
        (99, None),
        (100, None),
    ],
)
def test_an_item_is_behind_from_the_instant_at_which_the_missing_points_are_complete(percent, turned):
    rules = procedure('{ kind = "overdue" }', '{ kind = "behind", points = 20 }')
    behind = [
        turn.at for turn in turns(item(percent=percent), rules, CALENDAR, START) if turn.rule == "behind"
    ]
    assert behind == ([] if turned is None else [turned])


def test_an_uneven_instant_is_rounded_up_to_the_microsecond_from_which_it_holds():
    rules = procedure('{ kind = "overdue" }', '{ kind = "behind", points = 20 }')
    odd = Clocked("working", date(2026, 1, 5), False, None, 13, START + timedelta(microseconds=1))
    total = 24 * 3600 * 10**6 - 1
    turn = next_turn(onsets(odd, rules, CALENDAR), START)
    assert turn.at == START + timedelta(microseconds=1 + -(-33 * total // 100))
    assert (33 * total) % 100 != 0


MILESTONES = {
    "due": date(2026, 12, 31),
    "target_amount": 1300,
    "milestones": ((date(2026, 12, 1), 1000), (date(2026, 4, 14), 400)),
}


def test_a_missed_milestone_shows_from_midnight_after_its_day():
    rules = procedure(
        '{ kind = "overdue" }',
        '{ kind = "milestone" }',
        more='quantity = { unit = "户", milestones = true }\n',
    )
    households = item(**MILESTONES, amount_done=399)
    assert (
        shown(households, day="2026-04-14", hour=23, rules=rules),
        shown(households, day="2026-04-15", rules=rules),
    ) == (
        NORMAL,
        ("yellow", "milestone"),
    )
    assert shown(item(**MILESTONES, amount_done=400), day="2026-04-15", rules=rules) == NORMAL
    assert shown(item(**MILESTONES, amount_done=400), day="2026-12-02", rules=rules) == (
        "yellow",
        "milestone",
    )


def test_with_milestones_the_schedule_rises_from_one_to_the_next():
    rules = procedure('{ kind = "overdue" }', '{ kind = "behind", points = 20 }')  # 260 of 1300 households
    found = {
        done: [
            turn.at
            for turn in turns(item(**MILESTONES, amount_done=done), rules, CALENDAR, START)
            if turn.rule == "behind"
        ]
        for done in (0, 140, 440, 840, 1040)
    }
    assert found == {
        0: [START + 65 * DAY],  # 260 of the 400 that the first hundred days ask for
        140: [START + 100 * DAY],
        440: [
            START + 100 * DAY + 231 * DAY / 2
        ],  # halfway from 400 to 1000, on the 231 days up to 1 December
        840: [START + 331 * DAY + 30 * DAY / 3],
        1040: [],  # the last 260 are due when the item is, and then it is overdue
    }


def test_milestones_without_a_target_or_a_due_day_are_the_schedule_themselves():
    rules = procedure('{ kind = "overdue" }', '{ kind = "behind", points = 50 }')
    loose = item(due=None, milestones=((date(2026, 4, 14), 10),))
    assert [turn.at for turn in turns(loose, rules, CALENDAR, START)] == [START + 50 * DAY]


def test_an_item_without_progress_is_stale_after_whole_days():
    told = item(due=None, progressed_at=START + 10 * DAY + timedelta(hours=23))
    assert (shown(told, day="2026-02-14", hour=23), shown(told, day="2026-02-15")) == (
        NORMAL,
        ("yellow", "stale"),
    )


@pytest.mark.parametrize("state", ["registered", "returned", "reviewing", "passed"])
def test_waiting_for_others_is_neither_slow_nor_behind(state):
    assert shown(item(state, percent=0, **{"due": date(2026, 12, 31)}), day="2026-10-01") == NORMAL


def test_work_that_was_resumed_is_measured_from_then_on():
    resumed = item(percent=0, due=date(2026, 6, 1), resumed_at=START + 48 * DAY)
    assert next((turn.at, turn.rule) for turn in turns(resumed, PROCEDURE, CALENDAR, START)) == (
        START + 48 * DAY + 20 * DAY,
        "behind",
    )
    assert resumed.moved_at == START + 48 * DAY


def test_ongoing_work_alone_never_turns_red_and_yellow_only_when_a_check_in_is_missed():
    ongoing = item(due=None, ongoing=True, percent=0)
    assert (shown(ongoing, day="2026-02-02", hour=23), shown(ongoing, day="2026-02-03")) == (
        NORMAL,
        ("yellow", "check-in"),
    )
    assert [turn.colour for turn in turns(ongoing, PROCEDURE, CALENDAR, START - DAY)] == ["yellow"]


def test_ongoing_work_with_a_dated_part_is_overdue_until_that_part_is_done():
    both = {
        "due": date(2026, 3, 31),
        "ongoing": True,
        "cycle": "half-year",
        "progressed_at": START + 80 * DAY,
    }
    assert shown(item(**both, percent=99), day="2026-04-01") == ("red", "overdue")
    assert shown(item(**both), day="2026-04-01") == NORMAL
    assert (due_at(item(**both, percent=99)), due_at(item(**both))) == (START + 86 * DAY, None)


def test_the_worst_colour_wins_and_then_the_first_rule():
    rules = procedure(
        '{ kind = "stale", after = "1 day" }', '{ kind = "near", within = "1 day" }', '{ kind = "overdue" }'
    )
    found = {
        day: shown(item(due=date(2026, 1, 6)), day=day, rules=rules)
        for day in ("2026-01-05", "2026-01-06", "2026-01-07")
    }
    found["reported"] = shown(item(due=date(2026, 1, 8)), day="2026-01-07", rules=rules)
    assert found == {
        "2026-01-05": ("yellow", "near"),
        "2026-01-06": ("yellow", "near"),
        "2026-01-07": ("red", "overdue"),
        "reported": ("yellow", "stale"),
    }


def test_a_turn_is_told_where_only_the_rule_changes():
    rules = procedure(
        '{ kind = "stale", after = "50 days" }',
        '{ kind = "near", within = "60 days" }',
        '{ kind = "overdue" }',
    )
    assert [(turn.at, turn.colour, turn.rule) for turn in turns(item(), rules, CALENDAR, START)] == [
        (START + 39 * DAY, "yellow", "near"),
        (START + 51 * DAY, "yellow", "stale"),
        (START + 100 * DAY, "red", "overdue"),
    ]


def test_a_procedure_may_have_other_colours():
    rules = procedure('{ kind = "overdue", colour = "orange" }', scheme="blue-orange-red")
    assert (shown(item(), day="2026-04-14", rules=rules), shown(item(), day="2026-04-15", rules=rules)) == (
        ("blue", ""),
        ("orange", "overdue"),
    )


@settings(max_examples=often(133, 1000))
@given(items(), st.sampled_from(PROCEDURES), instants, st.integers(-2, 2))
@example(item(), PROCEDURE, START, 0)
def test_the_colour_is_what_the_rules_say_at_any_moment_and_around_every_turn(clocked, rules, now, step):
    moments = [
        now,
        *(turn.at + step * MICROSECOND for turn in turns(clocked, rules, CALENDAR, START - 3650 * DAY)),
    ]
    found = [colour(clocked, rules, CALENDAR, at) for at in moments]
    assert [(one.name, one.rule) for one in found] == [colour_of(clocked, rules, at) for at in moments]


@settings(max_examples=often(133, 1000))
@given(items(), st.sampled_from(PROCEDURES), instants)
def test_the_colour_now_is_that_of_the_last_turn(clocked, rules, now):
    everything = turns(clocked, rules, CALENDAR, START - 3650 * DAY)
    normal = ("none" if colour_of(clocked, rules, now)[0] == "none" else rules.colours.normal, "")
    past = [(turn.colour, turn.rule) for turn in everything if turn.at <= now]
    found = colour(clocked, rules, CALENDAR, now)
    assert (found.name, found.rule) == (past[-1] if past else normal)
    assert turns(clocked, rules, CALENDAR, now) == [turn for turn in everything if turn.at > now]
    assert next_turn(onsets(clocked, rules, CALENDAR), now) == next(
        (turn for turn in everything if turn.at > now), None
    )
    assert [pair for pair in pairwise(everything) if pair[0].at >= pair[1].at] == []
    assert {turn.at.tzinfo for turn in everything} <= {UTC}
