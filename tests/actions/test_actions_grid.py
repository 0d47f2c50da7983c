"""Every step from every state, at the door: what is refused says why and leaves no trace."""

import pytest

from bihuan.actions import do
from bihuan.ledger.reading import head
from bihuan.ledger.rebuild import digests
from bihuan.models import Entry
from bihuan.rules.errors import BihuanError, NotAllowed, NotFound, WrongState
from bihuan.rules.permissions import Actor
from bihuan.rules.workflow import STATE_NAMES, STEPS, State
from tests.actions.county import upload

VALUES = {
    "assign": {"owner": 2},
    "return": {"reason": "非本级职责"},
    "plan": {"measures": ["再修一段"]},
    "report": {"unchanged": True},
    "submit": {"text": "完成"},
    "review": {"passed": True},
    "look_back": {"held": True, "text": "成果保持"},
    "reopen": {"reason": "反弹"},
    "extend": {"due": "2027-01-31", "reason": "汛期停工"},
    "transfer": {"owner": 2, "reason": "职责调整"},
    "suspend": {"reason": "待批复"},
    "merge": {"into": 1, "reason": "重复"},
    "escalate": {"unit": 2, "reason": "跨部门"},
    "respond": {"text": "由县里牵头"},
    "hand_back": {"reason": "已协调"},
    "cancel": {"reason": "登记错误"},
    "amend": {"changes": {"title": "改名"}},
    "comment": {"text": "请加快"},
}


@pytest.mark.parametrize("state", State)
def test_every_step_that_a_state_does_not_allow_is_refused_and_leaves_no_trace(county, state):
    item = county.at(state)
    assert county.row(item).state == state
    before = head(), digests(), Entry.objects.count()
    for action, step in STEPS.items():
        if state in step.frm:
            continue
        values = {"file": upload()} if action == "attach" else VALUES.get(action, {})
        with pytest.raises(WrongState) as caught:
            do(action, item, county.people["chief"], county.now, **values)
        assert caught.value.message == f"事项现在是“{STATE_NAMES[state]}”，不能{step.name}：{step.why}"
    assert (head(), digests(), Entry.objects.count()) == before


@pytest.mark.parametrize("state", State)
def test_every_step_is_refused_to_whoever_has_no_role(county, state):
    item = county.at(state)
    stranger = Actor(
        county.people["admin"].person, "管理员", county.units["county"], county.people["admin"].grants
    )
    before = head()
    for action in (a for a, s in STEPS.items() if state in s.frm):
        values = {"file": upload()} if action == "attach" else VALUES.get(action, {})
        with pytest.raises(NotAllowed, match="您没有这一岗位"):
            do(action, item, stranger, county.now, **values)
    assert head() == before


@pytest.mark.parametrize("action", [a for a, s in STEPS.items() if s.needs])
def test_a_step_without_what_it_needs_is_refused_by_the_names_of_what_is_missing(county, action):
    step = STEPS[action]
    item = county.at(min(step.frm - {State.REGISTERED}, default="registered"))
    if action == "look_back":
        item = county.at("closed")
    by = {"review": "head", "accept": "handler", "return": "handler", "submit": "handler"}.get(
        action, "chief"
    )
    before = head()
    with pytest.raises(BihuanError) as caught:
        county.do(action, item, by)
    labels = "、".join(label for _, label in step.needs)
    assert caught.value.message == f"{step.name}还缺：{labels}。"
    assert caught.value.code == "needs"
    assert head() == before


@pytest.mark.parametrize("empty", ["", "  \n", None, [], {}, ()])
def test_empty_words_are_no_words(county, empty):
    item = county.at("working")
    with pytest.raises(BihuanError) as caught:
        county.do("cancel", item, "lead", reason=empty)
    assert caught.value.code in {"needs", "invalid"}
    assert county.row(item).state == "working"


def test_an_unknown_step_and_an_unknown_item_are_not_found(county):
    item = county.at("working")
    with pytest.raises(NotFound, match="没有“vanish”这一步"):
        county.do("vanish", item, "supervisor")
    with pytest.raises(NotFound, match="没有编号为 999999 的事项"):
        county.do("comment", 999999, "supervisor", text="x")
