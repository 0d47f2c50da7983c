"""Slips: every cell of the states × steps table, who may take each, and what a refusal says."""

import pytest

from bihuan.rules.permissions import SYSTEM, Actor, Grant, Role
from bihuan.rules.slips import (
    ENDED,
    LIVE,
    SLIP_STATES,
    SLIP_STEPS,
    UNANSWERED,
    Address,
    SlipState,
    may_issue,
    receivers,
    slip_allowed,
)
from bihuan.rules.workflow import Place

PLACE = Place("/1/2/")
ADDRESS = Address("/1/3/", ("handler",), "lead")

# From which states each step can be taken, and who takes it: (role, unit path); written out by hand.
FROM = {
    "approve": "proposed",
    "deliver": "issued",
    "read": "issued delivered",
    "acknowledge": "issued delivered read",
    "answer": "issued delivered read acknowledged sent-back",
    "judge": "answered",
    "close": "issued delivered read acknowledged sent-back",
    "withdraw": "proposed issued delivered read acknowledged sent-back",
}
WHO = {
    "approve": {("lead", "/1/2/")},
    "deliver": {("supervisor", "/1/2/")},
    "read": {("handler", "/1/3/"), ("unit_head", "/1/3/")},
    "acknowledge": {("handler", "/1/3/"), ("unit_head", "/1/3/")},
    "answer": {("handler", "/1/3/"), ("unit_head", "/1/3/")},
    "judge": {("supervisor", "/1/2/")},
    "close": {("supervisor", "/1/2/")},
    "withdraw": {("supervisor", "/1/2/"), ("lead", "/1/2/")},
}
TO = {
    "approve": "issued",
    "deliver": "delivered",
    "read": "read",
    "acknowledge": "acknowledged",
    "answer": "answered",
    "judge": "closed",
    "close": "closed",
    "withdraw": "withdrawn",
}


def holder(role, path):
    return Actor(7, "某人", 9, (Grant(Role(role), 9, path),))


def test_the_tables_of_this_test_name_every_step_and_state():
    assert set(FROM) == set(WHO) == set(TO) == set(SLIP_STEPS)
    assert set(SLIP_STATES) == set(SlipState)
    assert {s.value for s in ENDED} == {"closed", "withdrawn"}
    assert {s.value for s in LIVE} == {s.value for s in SlipState} - {"closed", "withdrawn"}
    assert {s.value for s in UNANSWERED} == set(FROM["answer"].split())


@pytest.mark.parametrize("action", SLIP_STEPS)
def test_a_step_leads_where_the_table_says(action):
    assert SLIP_STEPS[action].to == TO[action]


@pytest.mark.parametrize("state", SlipState)
@pytest.mark.parametrize("action", SLIP_STEPS)
def test_a_step_is_taken_from_the_states_of_the_table_and_no_other(action, state):
    refused = slip_allowed(action, state, SYSTEM, PLACE, ADDRESS)
    if state in FROM[action].split():
        assert refused is None
        return
    assert refused is not None
    assert refused.code == "wrong-state"
    step = SLIP_STEPS[action]
    assert refused.why == f"单据现在是“{SLIP_STATES[state]}”，不能{step.name}：{step.why}"


@pytest.mark.parametrize("path", ["/1/2/", "/1/3/", "/1/4/"])
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", SLIP_STEPS)
def test_exactly_the_roles_of_the_table_may_take_a_step(action, role, path):
    state = SlipState(FROM[action].split()[0])
    refused = slip_allowed(action, state, holder(role, path), PLACE, ADDRESS)
    assert (refused is None) is ((role.value, path) in WHO[action])
    if refused is not None:
        assert refused.code == "not-allowed"
        assert refused.why.startswith(f"{SLIP_STEPS[action].name}须由")


@pytest.mark.parametrize(
    ("to", "who"),
    [
        (("handler",), "handler unit_head"),
        (("unit_head",), "unit_head"),
        (("unit_head", "handler"), "handler unit_head"),
        (("lead",), "lead"),
        (("lead", "handler"), "lead handler unit_head"),
    ],
)
def test_a_head_stands_in_for_the_handler_and_nobody_else_for_anybody(to, who):
    assert {r.value for r in receivers(Address("/1/3/", to))} == set(who.split())


def test_a_lead_who_is_addressed_receives_for_the_office_and_not_for_the_unit():
    address = Address("/1/3/", ("lead",))
    assert slip_allowed("read", SlipState.ISSUED, holder("lead", "/1/2/"), PLACE, address) is None
    assert slip_allowed("read", SlipState.ISSUED, holder("lead", "/1/3/"), PLACE, address) is not None


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("path", ["/1/2/", "/1/3/"])
def test_a_supervisor_of_the_office_issues_by_hand_and_nobody_else(role, path):
    refused = may_issue(holder(role, path), PLACE)
    assert (refused is None) is ((role.value, path) == ("supervisor", "/1/2/"))


def test_without_a_signer_the_supervisor_signs():
    address = Address("/1/3/", ("handler",))
    assert slip_allowed("approve", SlipState.PROPOSED, holder("supervisor", "/1/2/"), PLACE, address) is None
    assert slip_allowed("approve", SlipState.PROPOSED, holder("lead", "/1/2/"), PLACE, address) is not None
