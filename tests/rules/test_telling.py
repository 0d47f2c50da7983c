"""Who is told of what: every kind of entry, and the words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bihuan.procedures import texts
from bihuan.rules import events as ev
from bihuan.rules.permissions import Role
from bihuan.rules.procedure import load
from bihuan.rules.telling import TELLERS, Matter, Told, told_of

RECTIFICATION = load(texts()["rectification"], "rectification")
TASK = load(texts()["task"], "task")
OWNER, HELPER, OFFICE = 11, 12, 13
ITEM = {
    "owner_id": OWNER, "office_id": OFFICE, "helpers": [HELPER], "due": date(2026, 3, 5), "due_text": "3月初",
    "provisional": False, "level": 1, "handled_by": [7], "extra": {},
    "below": [], "decide_by": datetime(2026, 3, 10, 16, tzinfo=UTC),
}  # fmt: skip
SLIP = {"rung": "督办单", "number": "督〔2026〕3号", "unit_id": OWNER, "to": ["unit_head"]}
BELOW, ASKER = 14, 7
REQUEST = {
    "kind": "extension", "unit_id": OWNER, "asked_by": ASKER, "decide_due": datetime(2026, 3, 10, 16, tzinfo=UTC),
}  # fmt: skip
LEAD = frozenset({Role.LEAD})
HANDLER, SUPERVISOR = frozenset({Role.HANDLER}), frozenset({Role.SUPERVISOR})
UNIT = frozenset({Role.HANDLER, Role.UNIT_HEAD})
LIMIT = "，办结时限为2026年3月5日"
DUE = "2026-03-10T16:00:00.000000Z"

SAID = {
    "assigned": (
        ev.ItemAssigned(owner=OWNER),
        [(OWNER, UNIT, f"已交由你单位办理{LIMIT}，请签收"), (HELPER, UNIT, f"由你单位配合办理{LIMIT}")],
    ),
    "transferred without acceptance": (
        ev.ItemTransferred(owner=OWNER, reason="x", state="working"),
        [(OWNER, UNIT, f"已交由你单位办理{LIMIT}，请抓紧办理"), (HELPER, UNIT, f"由你单位配合办理{LIMIT}")],
    ),
    "returned": (ev.ItemReturned(reason="非本级职责"), [(OFFICE, SUPERVISOR, "承办单位退回：非本级职责")]),
    "submitted": (ev.ItemSubmitted(text="完成"), [(OWNER, frozenset({Role.UNIT_HEAD}), "待责任单位自查")]),
    "sent back": (
        ev.ItemReviewed(level=1, name="自查", passed=False, opinion="材料不全"),
        [(OWNER, UNIT, "自查未通过，退回办理：材料不全")],
    ),
    "all levels passed": (
        ev.ItemReviewed(level=4, name="审签", passed=True, last=True),
        [(OFFICE, SUPERVISOR, "审核已全部通过，待销号")],
    ),
    "closed": (ev.ItemClosed(), [(OWNER, HANDLER, "已销号")]),
    "relapsed": (
        ev.ItemLookedBack(held=False, text="又坏了"),
        [(OFFICE, SUPERVISOR | {Role.LEAD}, "回头看发现问题反弹：又坏了")],
    ),
    "held": (ev.ItemLookedBack(held=True), []),
    "reopened": (ev.ItemReopened(reason="反弹"), [(OWNER, UNIT, f"回潮重办：反弹{LIMIT}")]),
    "extended": (ev.ItemExtended(due="2026-03-05", reason="汛期"), [(OWNER, HANDLER, f"同意延期{LIMIT}")]),
    "rescheduled": (
        ev.ItemRescheduled(due="2026-03-05", reason="2027年放假安排已发布"),
        [(OWNER, HANDLER, f"2027年放假安排已发布，时限随之调整{LIMIT}")],
    ),
    "suspended": (ev.ItemSuspended(reason="待批复"), [(OWNER, HANDLER, "已挂起：待批复")]),
    "resumed": (ev.ItemResumed(), [(OWNER, HANDLER, f"已恢复办理{LIMIT}")]),
    "merged": (ev.ItemMerged(into=9, reason="重复"), [(OWNER, HANDLER, "已并入其他事项：重复")]),
    "escalated": (
        ev.ItemEscalated(unit=OFFICE, reason="跨部门"),
        [(OFFICE, SUPERVISOR | LEAD, "提级由你单位牵头：跨部门，请在2个工作日内回应"), (OWNER, UNIT, "已提级督办：跨部门")],
    ),
    "escalated, and others called in": (
        ev.ItemEscalated(unit=OFFICE, reason="跨部门", helpers=[HELPER]),
        [
            (OFFICE, SUPERVISOR | LEAD, "提级由你单位牵头：跨部门，请在2个工作日内回应"),
            (OWNER, UNIT, "已提级督办：跨部门"),
            (HELPER, UNIT, f"提级后请你单位配合办理：跨部门{LIMIT}"),
        ],
    ),
    "responded": (ev.ItemResponded(text="县里协调"), [(OWNER, UNIT, "上级单位回应提级：县里协调")]),
    "handed back": (
        ev.ItemHandedBack(unit=OFFICE, reason="已协调"),
        [
            (OFFICE, SUPERVISOR, "上级单位交回，由你单位继续牵头：已协调"),
            (OWNER, UNIT, "提级事项已交回原级督办：已协调"),
        ],
    ),
    "drawn": (
        ev.ItemChosen(sample=9, due="2026-06-02"),
        [(OFFICE, SUPERVISOR, "抽样抽中，请于2026年6月2日前回头看")],
    ),
    "asked": (
        ev.RequestAsked(request_kind="extension", reason="汛期", unit=OWNER, approver="lead", decide_due=DUE),
        [(OFFICE, LEAD, "延期申请待您批复：汛期，请于2026年3月10日前批复")],
    ),
    "asked without a limit": (
        ev.RequestAsked(request_kind="extension", reason="汛期", unit=OWNER),
        [(OFFICE, LEAD, "延期申请待您批复：汛期")],
    ),
    "approved": (
        ev.RequestDecided(request=9, approved=True),
        [(OWNER, frozenset(), "您提出的延期申请已批准")],
    ),
    "refused": (
        ev.RequestDecided(request=9, approved=False, opinion="按期完成"),
        [(OWNER, frozenset(), "您提出的延期申请未获批准：按期完成")],
    ),
    "withdrawn": (
        ev.RequestWithdrawn(request=9, reason="事项已销号。"),
        [
            (OFFICE, LEAD, "延期申请已撤回，不必批复：事项已销号。"),
            (OWNER, frozenset(), "您提出的延期申请已撤回：事项已销号。"),
        ],
    ),
    "request late": (
        ev.ItemFellDue(what="request-overdue"),
        [(OFFICE, LEAD, "延期申请逾期未批，请尽快批复")],
    ),
    "response late": (ev.ItemFellDue(what="respond-overdue"), [(OFFICE, SUPERVISOR | LEAD, "提级后逾期未回应")]),
    "suspension over": (ev.ItemFellDue(what="resume-due"), [(OFFICE, SUPERVISOR, "该恢复办理")]),
    "drawn look-back late": (ev.ItemFellDue(what="recheck-overdue"), [(OFFICE, SUPERVISOR, "回头看超期")]),
    "cancelled": (ev.ItemCancelled(reason="登记错误"), [(OWNER, HANDLER, "已撤销：登记错误")]),
    "deadline amended": (
        ev.ItemAmended(changes={"due": ["", "2026-03-05"]}),
        [(OWNER, HANDLER, f"时限已更正{LIMIT}")],
    ),
    "title amended": (ev.ItemAmended(changes={"title": ["a", "b"]}), []),
    "commented": (ev.ItemCommented(text="请加快"), [(OWNER, HANDLER, "有新批注：请加快")]),
    "acceptance late": (ev.ItemFellDue(what="accept-overdue"), [(OWNER, UNIT, "逾期未签收")]),
    "plan late": (ev.ItemFellDue(what="plan-overdue"), [(OWNER, HANDLER, "逾期未定措施")]),
    "review late": (
        ev.ItemFellDue(what="review-overdue", detail="责任单位自查"),
        [(OWNER, frozenset({Role.UNIT_HEAD}), "审核超期，待责任单位自查")],
    ),
    "look-back": (
        ev.ItemFellDue(what="look-back", detail="销号后3个月"),
        [(OFFICE, SUPERVISOR, "该回头看（销号后3个月）")],
    ),
    "normal again": (ev.ItemColoured(colour="green", rule=""), []),
    "stale, and a slip of the same cause goes out": (ev.ItemColoured(colour="yellow", rule="stale"), []),
    "check-in missed": (
        ev.ItemColoured(colour="yellow", rule="check-in"),
        [(OWNER, HANDLER, "长期坚持事项没有按周期反馈，已亮黄灯")],
    ),
    "poor feedback, already overdue": (
        ev.ItemColoured(colour="yellow", rule="poor", overdue=True),
        [(OWNER, UNIT, "反馈被退回，还没有重新反馈，已亮黄灯")],
    ),
    "slip proposed": (
        ev.SlipProposed(rung="约谈单", slip_kind="interview", unit=OWNER, to=["unit_head"], text="x", approver="lead"),
        [(OFFICE, frozenset({Role.LEAD}), "约谈单待您签批")],
    ),
    "slip issued": (
        ev.SlipIssued(rung="督办单", slip_kind="warning", unit=OWNER, to=["handler", "supervisor"], copy=["lead"], text="x",
                      no=3, number="督〔2026〕3号", series="督", answer_due=DUE),
        [
            (OWNER, HANDLER, "收到督办单（督〔2026〕3号），请于2026年3月10日前答复"),
            (OFFICE, SUPERVISOR, "收到督办单（督〔2026〕3号），请于2026年3月10日前答复"),
            (OFFICE, frozenset({Role.LEAD}), "抄送督办单（督〔2026〕3号）"),
        ],
    ),
    "slip without an answer": (
        ev.SlipIssued(rung="督办单", slip_kind="notice", unit=OWNER, to=["unit_head"], text="x", no=3, number="督3", series="督"),
        [(OWNER, frozenset({Role.UNIT_HEAD}), "收到督办单（督3）")],
    ),
    "slip answered": (ev.SlipAnswered(slip=5, text="x"), [(OFFICE, SUPERVISOR, "督办单（督〔2026〕3号）已答复，待评判")]),
    "answer accepted": (ev.SlipJudged(slip=5, accepted=True), []),
    "answer sent back": (
        ev.SlipJudged(slip=5, accepted=False, opinion="空泛", answer_due=DUE),
        [(OWNER, frozenset({Role.UNIT_HEAD}), "督办单（督〔2026〕3号）的答复被退回：空泛，请于2026年3月10日前重新答复")],
    ),
    "slip withdrawn": (
        ev.SlipWithdrawn(slip=5, reason="发错"),
        [(OWNER, frozenset({Role.UNIT_HEAD}), "督办单（督〔2026〕3号）已撤回：发错")],
    ),
    "progress": (ev.ItemProgressed(text="进展"), []),
}  # fmt: skip


def said(event: ev.Event, **item: object) -> list[Told]:
    return told_of(event, Matter({**ITEM, **item}, RECTIFICATION, SLIP, (REQUEST,)))


@pytest.mark.parametrize("what", SAID)
def test_each_entry_is_told_to_those_whom_it_concerns(what):
    event, expected = SAID[what]
    assert [t[:3] for t in said(event)] == expected


def test_every_kind_that_tells_somebody_is_tried_here():
    assert {event.kind for event, _ in SAID.values()} - {"item.progressed"} == set(TELLERS)


def test_a_level_of_the_office_is_told_there_and_never_to_who_handled_the_item():
    passed = ev.ItemReviewed(level=1, name="自查", passed=True)
    level = RECTIFICATION.levels[1]
    assert level.scope == "register"
    assert said(passed, level=2) == [
        Told(OFFICE, frozenset({Role(level.role)}), f"待{level.name}", but=frozenset({7}))
    ]


def test_a_level_of_a_meeting_is_told_to_those_who_call_one():
    tough = load(texts()["tough"], "tough")
    no, level = next((n, v) for n, v in enumerate(tough.levels, 1) if v.meeting)
    passed = ev.ItemReviewed(level=no - 1, name="审核", passed=True)
    found = told_of(passed, Matter({**ITEM, "level": no}, tough))
    assert found == [Told(OFFICE, SUPERVISOR, f"待{level.name}，请列入会议议程")]


def test_an_item_that_no_unit_has_tells_no_unit():
    assert said(ev.ItemCancelled(reason="x"), owner_id=0) == []


def test_a_proposal_that_is_turned_down_was_never_known_to_the_unit():
    matter = Matter(ITEM, RECTIFICATION, {**SLIP, "number": ""})
    assert told_of(ev.SlipWithdrawn(slip=5, reason="不发"), matter) == []


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ({"provisional": True}, "，办结时限为2026年3月5日（暂定）"),
        ({"due": None}, "，办结时限为“3月初”"),
        ({"due": None, "due_text": ""}, ""),
    ],
)
def test_a_deadline_is_told_as_it_stands(item, words):
    assert Matter({**ITEM, **item}, RECTIFICATION).limit == words


def test_what_is_urgent_is_what_the_procedure_says():
    assert Matter({**ITEM, "extra": {"urgency": "特急"}}, TASK).urgent
    assert not Matter({**ITEM, "extra": {"urgency": "急"}}, TASK).urgent
    assert not Matter({**ITEM, "extra": None}, TASK).urgent


def test_the_office_from_which_it_was_escalated_last_follows_the_work():
    below = [{"unit": 15, "lead": ""}, {"unit": BELOW, "lead": ""}]
    up, answer = ev.ItemEscalated(unit=OFFICE, reason="跨部门"), ev.ItemResponded(text="县里协调")
    assert said(up, below=below)[-1] == Told(BELOW, SUPERVISOR, "已提级，由上级单位牵头：跨部门")
    assert said(answer, below=below)[-1] == Told(BELOW, SUPERVISOR, "上级单位回应提级：县里协调")


def test_an_escalation_that_need_not_be_answered_by_a_day_says_none():
    unlimited = load(texts()["rectification"].replace('respond = "2 workdays"\n', ""), "rectification")
    matter = Matter(ITEM, unlimited)
    assert told_of(ev.ItemEscalated(unit=OFFICE, reason="x"), matter)[0].what == "提级由你单位牵头：x"


def test_who_asks_is_told_of_the_decision_and_never_asked_to_decide():
    asked = ev.RequestAsked(request_kind="extension", reason="汛期", unit=OWNER)
    assert [t.but for t in said(asked)] == [frozenset({ASKER})]
    assert [t.people for t in said(ev.RequestDecided(request=9, approved=True))] == [(ASKER,)]


def test_a_full_stop_that_somebody_wrote_does_not_stand_inside_a_sentence():
    asked = ev.RequestAsked(request_kind="extension", reason="因汛期停工。", unit=OWNER, decide_due=DUE)
    assert said(asked)[0].what == "延期申请待您批复：因汛期停工，请于2026年3月10日前批复"
    assert said(ev.ItemReopened(reason="又坏了。"), due=None, due_text="")[0].what == "回潮重办：又坏了。"


def test_of_the_requests_that_wait_only_the_late_one_is_told():
    later = {**REQUEST, "kind": "merge", "decide_due": None}
    matter = Matter(ITEM, RECTIFICATION, requests=(later, REQUEST))
    assert [t.what for t in told_of(ev.ItemFellDue(what="request-overdue"), matter)] == [
        "延期申请逾期未批，请尽快批复"
    ]


def test_what_is_drawn_without_look_backs_in_the_procedure_is_for_the_supervisors():
    plain = replace(RECTIFICATION, look_back=None)
    drawn = ev.ItemChosen(sample=9, due="2026-06-02")
    assert [t.roles for t in told_of(drawn, Matter(ITEM, plain))] == [SUPERVISOR]


def test_a_procedure_may_have_everything_told_at_once():
    always = load(texts()["task"].replace('urgent = ["特急"]', "always = true"), "task")
    assert Matter(ITEM, always).urgent
