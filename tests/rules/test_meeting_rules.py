"""Meetings: every state with every step, by whom, and who takes no part."""

import pytest

from bihuan.rules.meeting import (
    DECIDABLE,
    MEETING_STATES,
    MEETING_STEPS,
    PRESENCE_NAMES,
    MeetingState,
    Presence,
    meeting_allowed,
    recused,
    taking_part,
)
from bihuan.rules.permissions import SYSTEM, Actor, Grant, Role
from bihuan.rules.workflow import STEPS

FROM = {
    "called": "agenda attend cancel",
    "held": "agenda attend decide minutes confirm",
    "confirmed": "",
    "cancelled": "",
}
OFFICE = "/1/2/"
CHAIR = Actor(5, "主持", 2, (Grant(Role.LEAD, 2, OFFICE),))
RECORDER = Actor(6, "记录", 2, (Grant(Role.SUPERVISOR, 2, OFFICE),))


def said(action, state, actor):
    refusal = meeting_allowed(action, MeetingState(state), actor, OFFICE, [5])
    return "" if refusal is None else refusal.why


@pytest.mark.parametrize("state", FROM)
def test_exactly_the_steps_of_the_table_can_be_taken_from_a_state(state):
    assert {a for a in MEETING_STEPS if not said(a, state, SYSTEM)} == set(FROM[state].split())


@pytest.mark.parametrize("action", MEETING_STEPS)
def test_the_recorder_enters_and_who_chairs_confirms(action):
    state = next(s for s, actions in FROM.items() if action in actions.split())
    mine, other = (CHAIR, RECORDER) if action == "confirm" else (RECORDER, CHAIR)
    assert said(action, state, mine) == ""
    name = MEETING_STEPS[action].name
    whom = "会议主持人办理。" if action == "confirm" else "召集单位的督办员办理，您没有这一岗位。"
    assert said(action, state, other) == f"{name}须由{whom}"


def test_confirmed_minutes_are_changed_by_a_later_meeting_alone():
    assert said("decide", "confirmed", RECORDER) == (
        "会议现在是“纪要已确认”，不能登记议定事项：登记到会情况后才能登记；会议纪要确认后，只能由以后的会议变更。"
    )


def test_every_state_presence_and_decision_has_a_name_and_a_step():
    assert set(MEETING_STATES) == set(MeetingState)
    assert set(PRESENCE_NAMES) == set(Presence)
    assert set(DECIDABLE) <= set(STEPS)


def test_those_in_the_room_are_who_came_and_who_stood_in_for_others():
    attendance = [
        {"person": 5, "presence": "present"},
        {"person": 6, "presence": "absent"},
        {"person": 7, "presence": "represented", "by": 9},
        {"person": 9, "presence": "present"},
    ]
    assert taking_part(attendance) == [5, 9]
    assert recused([5, 9], [9, 12]) == [9]
