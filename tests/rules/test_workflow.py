"""The workflow: every state with every action, and every role at every place, against tables written out by hand."""

import pytest

from bihuan.rules.permissions import ADMINISTRATORS, ROLE_NAMES, SYSTEM, Actor, Grant, Role
from bihuan.rules.workflow import (
    ACTIVE,
    ENDED,
    OPEN,
    STATE_NAMES,
    STEPS,
    Place,
    Refusal,
    Side,
    State,
    allowed,
)

FROM = {
    "registered": "approve merge cancel amend comment",
    "approved": "assign plan merge cancel amend comment",
    "assigned": "accept return plan attach extend transfer suspend merge escalate respond hand_back cancel amend comment",
    "returned": "assign transfer merge escalate respond hand_back cancel amend comment",
    "working": (
        "return plan report attach submit extend transfer suspend merge escalate respond hand_back cancel amend comment"
    ),
    "reviewing": "attach review respond amend comment",
    "passed": "attach close respond amend comment",
    "closed": "look_back reopen amend comment",
    "suspended": "attach resume escalate respond hand_back cancel amend comment",
    "merged": "comment",
    "cancelled": "comment",
}
TO = {
    "approve": "approved",
    "assign": "assigned",
    "accept": "working",
    "return": "returned",
    "plan": None,
    "report": None,
    "attach": None,
    "submit": "reviewing",
    "review": None,
    "close": "closed",
    "look_back": None,
    "reopen": "working",
    "extend": None,
    "transfer": "assigned",
    "suspend": "suspended",
    "resume": "working",
    "merge": "merged",
    "escalate": None,
    "respond": None,
    "hand_back": None,
    "cancel": "cancelled",
    "amend": None,
    "comment": None,
}
NAMES = {
    "registered": "待审定",
    "approved": "待交办",
    "assigned": "待签收",
    "returned": "已退回",
    "working": "办理中",
    "reviewing": "审核中",
    "passed": "待销号",
    "closed": "已销号",
    "suspended": "已挂起",
    "merged": "已并案",
    "cancelled": "已撤销",
}
SAYS = {
    "approve": ("审定", "只有待审定的事项需要审定。"),
    "assign": ("交办", "审定后或被退回后才能交办。"),
    "accept": ("签收", "只有已交办、尚未签收的事项可以签收。"),
    "return": ("退回", "交办后、申请销号前，非本级职责的事项可以退回。"),
    "plan": ("制定措施", "申请销号前才能制定或调整措施。"),
    "report": ("反馈进展", "签收后、申请销号前才能反馈进展。"),
    "attach": ("上传佐证", "交办后、销号前才能上传佐证。"),
    "submit": ("申请销号", "办理中的事项才能申请销号。"),
    "review": ("审核", "申请销号后才能审核。"),
    "close": ("销号", "各级审核都通过后才能销号。"),
    "look_back": ("回头看", "只有已销号的事项可以回头看。"),
    "reopen": ("回潮重办", "只有已销号的事项可以重办。"),
    "extend": ("延期", "交办后、申请销号前才能延期。"),
    "transfer": ("转办", "交办后、申请销号前才能转办。"),
    "suspend": ("挂起", "交办后、申请销号前才能挂起。"),
    "resume": ("恢复办理", "只有已挂起的事项可以恢复。"),
    "merge": ("并案", "申请销号前才能并案。"),
    "escalate": ("提级", "交办后、申请销号前才能提级。"),
    "respond": ("提级回应", "提级后由上级单位回应。"),
    "hand_back": ("交回原级", "提级后、申请销号前才能交回原级。"),
    "cancel": ("撤销", "审核中和已办结的事项不能撤销。"),
    "amend": ("更正", "已并案、已撤销的事项不再更正。"),
    "comment": ("批注", "随时可以批注。"),
}
WORKERS = "handler unit_head"
# Who may take a step when the role is held for: the owner's unit, a helping unit, the supervising office.
WHO = {
    "approve": ("", "", "supervisor lead"),
    "assign": ("", "", "supervisor"),
    "accept": (WORKERS, "", ""),
    "return": (WORKERS, "", ""),
    "plan": (WORKERS, WORKERS, "supervisor"),
    "report": (WORKERS, WORKERS, "supervisor"),
    "attach": (f"{WORKERS} checker", f"{WORKERS} checker", "supervisor checker"),
    "submit": (WORKERS, "", ""),
    "close": ("", "", "supervisor"),
    "look_back": ("", "", "supervisor checker reviewer"),
    "reopen": ("", "", "supervisor lead"),
    "extend": ("", "", "supervisor lead"),
    "transfer": ("", "", "supervisor"),
    "suspend": ("", "", "supervisor lead"),
    "resume": ("", "", "supervisor lead"),
    "merge": ("", "", "supervisor"),
    "escalate": ("", "", "supervisor lead"),
    "respond": ("", "", "supervisor lead"),
    "hand_back": ("", "", "supervisor lead"),
    "cancel": ("", "", "supervisor lead"),
    "amend": ("", "", "supervisor"),
    "comment": (
        "handler unit_head lead reviewer checker auditor",
        "handler unit_head lead reviewer checker auditor",
        "supervisor lead reviewer checker auditor",
    ),
}
OFFICE, OWNER, HELPER, ELSEWHERE, ROOT = "/1/2/", "/1/3/", "/1/4/", "/1/5/", "/1/"
PLACE = Place(OFFICE, (OWNER, HELPER))
EVERY = Actor(1, "全能", 1, tuple(Grant(role, 1, ROOT) for role in Role))


def holder(role, path, *more):
    return Actor(7, "某人", 9, (Grant(role, 9, path), *(Grant(r, 9, p) for r, p in more)))


def state_for(action):
    return min(STEPS[action].frm)


def may(action, actor, place=PLACE, **level):
    return allowed(action, state_for(action), actor, place, **level) is None


def test_the_tables_of_this_test_name_every_state_and_every_action():
    assert set(FROM) == set(State) == set(NAMES)
    assert set(TO) == set(STEPS) == set(SAYS) == {*WHO, "review"}


@pytest.mark.parametrize("state", State)
def test_exactly_the_steps_of_the_table_can_be_taken_from_a_state(state):
    found = {a for a in STEPS if allowed(a, state, EVERY, PLACE, level_roles=frozenset({Role.LEAD})) is None}
    assert found == set(FROM[state].split())


@pytest.mark.parametrize("action", SAYS)
def test_a_step_from_the_wrong_state_is_refused_with_the_state_the_step_and_the_reason(action):
    name, why = SAYS[action]
    for state in set(State) - {State(s) for s, actions in FROM.items() if action in actions.split()}:
        said = f"事项现在是“{NAMES[state]}”，不能{name}：{why}"
        assert allowed(action, state, EVERY, PLACE) == Refusal("wrong-state", said)
        assert allowed(action, state, SYSTEM, PLACE) == Refusal("wrong-state", said)


def test_the_state_is_told_before_the_missing_role():
    assert allowed("close", State.WORKING, Actor(5, "无", 1), PLACE).code == "wrong-state"


def test_each_step_leads_where_the_table_says():
    assert {a: s.to for a, s in STEPS.items()} == TO


@pytest.mark.parametrize("action", WHO)
@pytest.mark.parametrize(("at", "path"), [(0, OWNER), (1, HELPER), (2, OFFICE)])
def test_exactly_the_roles_of_the_table_may_take_a_step_where_they_are_held(action, at, path):
    assert {r for r in Role if may(action, holder(r, path))} == {Role(r) for r in WHO[action][at].split()}


@pytest.mark.parametrize("action", WHO)
def test_a_role_held_above_all_units_counts_for_each_of_them(action):
    assert {r for r in Role if may(action, holder(r, ROOT))} == {
        Role(r) for r in " ".join(WHO[action]).split()
    }


@pytest.mark.parametrize("action", WHO)
def test_a_role_held_elsewhere_or_below_the_unit_allows_nothing(action):
    for path in (ELSEWHERE, f"{OWNER}9/", f"{OFFICE}9/", "/1/33/"):
        assert not any(may(action, holder(role, path)) for role in Role)


@pytest.mark.parametrize("action", STEPS)
def test_without_any_role_nothing_is_allowed(action):
    refusal = allowed(action, state_for(action), Actor(5, "无", 3), PLACE, level_roles=frozenset(Role))
    assert refusal.code == "not-allowed"


@pytest.mark.parametrize("action", STEPS)
def test_administrators_take_no_step(action):
    admins = Actor(5, "三员", 1, tuple(Grant(r, 1, ROOT) for r in ADMINISTRATORS))
    assert not may(action, admins, level_roles=frozenset({Role.REVIEWER}))


@pytest.mark.parametrize("action", STEPS)
def test_the_system_takes_every_step(action):
    assert may(action, SYSTEM)


def test_before_an_owner_is_named_only_the_office_may_act():
    place = Place(OFFICE)
    assert may("plan", holder(Role.SUPERVISOR, OFFICE), place)
    assert not may("plan", holder(Role.HANDLER, OWNER), place)
    assert not may("accept", holder(Role.HANDLER, ROOT), place)


def test_a_supervisor_of_the_owner_alone_does_not_speak_for_the_office():
    assert not may("report", holder(Role.SUPERVISOR, OWNER))


def test_an_office_below_keeps_the_work_and_decides_nothing():
    place = Place(ROOT, (OWNER, HELPER), (OFFICE,))
    below = holder(Role.SUPERVISOR, OFFICE)
    assert {a for a in STEPS if may(a, below, place)} == {"plan", "report", "attach", "comment"}
    assert not may("plan", holder(Role.HANDLER, OFFICE), place)


def test_a_handler_of_the_office_does_not_speak_for_the_owner():
    assert not may("report", holder(Role.HANDLER, OFFICE))


@pytest.mark.parametrize("role", [Role.UNIT_HEAD, Role.LEAD, Role.REVIEWER, Role.CHECKER])
@pytest.mark.parametrize(
    ("side", "path", "other"), [(Side.OWNER, OWNER, OFFICE), (Side.OFFICE, OFFICE, OWNER)]
)
def test_a_review_is_done_by_the_role_and_on_the_side_of_the_level(role, side, path, other):
    level = {"level_roles": frozenset({role}), "level_side": side}
    assert {r for r in Role if may("review", holder(r, path), **level)} == {role}
    assert not any(may("review", holder(r, other), **level) for r in Role)


def test_a_helping_unit_does_not_review_for_the_owner():
    level = {"level_roles": frozenset({Role.UNIT_HEAD}), "level_side": Side.OWNER}
    assert not may("review", holder(Role.UNIT_HEAD, HELPER), **level)


def test_a_missing_role_is_told_with_the_side_and_the_roles_that_have_it():
    nobody = Actor(5, "无", 3)
    assert allowed("approve", State.REGISTERED, nobody, PLACE) == Refusal(
        "not-allowed", "审定须由督办单位的督办员、牵头领导办理，您没有这一岗位。"
    )
    assert allowed("accept", State.ASSIGNED, nobody, PLACE) == Refusal(
        "not-allowed", "签收须由责任单位的承办人、单位负责人办理，您没有这一岗位。"
    )
    assert allowed("report", State.WORKING, nobody, PLACE) == Refusal(
        "not-allowed", "反馈进展须由责任单位或督办单位的督办员、承办人、单位负责人办理，您没有这一岗位。"
    )
    level = {"level_roles": frozenset({Role.REVIEWER}), "level_side": Side.OWNER}
    assert allowed("review", State.REVIEWING, nobody, PLACE, **level) == Refusal(
        "not-allowed", "审核须由责任单位的审核人办理，您没有这一岗位。"
    )


def test_states_are_open_or_ended_and_each_has_a_name():
    assert set(State) == OPEN | ENDED
    assert set(State) - OPEN == ENDED == {State.CLOSED, State.MERGED, State.CANCELLED}
    assert ACTIVE <= OPEN
    assert STATE_NAMES == NAMES


def test_what_a_step_needs_has_a_chinese_name():
    assert {a: [n for n, _ in s.needs] for a, s in STEPS.items() if s.needs} == {
        "assign": ["owner"],
        "return": ["reason"],
        "attach": ["file"],
        "submit": ["text"],
        "review": ["passed"],
        "look_back": ["held", "text"],
        "reopen": ["reason"],
        "extend": ["due", "reason"],
        "transfer": ["owner", "reason"],
        "suspend": ["reason"],
        "merge": ["into", "reason"],
        "escalate": ["unit", "reason"],
        "respond": ["text"],
        "hand_back": ["reason"],
        "cancel": ["reason"],
        "amend": ["changes"],
        "comment": ["text"],
    }
    assert all(label and not label.isascii() for s in STEPS.values() for _, label in s.needs)


def test_every_role_has_a_chinese_name():
    assert set(ROLE_NAMES) == set(Role)
    assert not any(name.isascii() for name in ROLE_NAMES.values())
