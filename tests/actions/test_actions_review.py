"""Reviewing level by level, closing, looking back, reopening."""

from datetime import date

import pytest

from bihuan.models import Evidence, Measure, Review
from bihuan.rules import events as ev
from bihuan.rules.errors import Invalid, Needs, NotAllowed, WrongState
from bihuan.rules.permissions import Role
from tests.actions.county import upload

REVIEWERS = {
    "rectification": ["head", "supervisor", "reviewer", "lead"],
    "task": ["head", "supervisor", "lead"],
    "livelihood": ["head", "checker", "reviewer"],
    "tough": ["head", "supervisor", "lead"],
}
EVERYBODY = ["supervisor", "lead", "reviewer", "checker", "auditor", "handler", "head", "other_head", "admin"]


def reviews(item):
    found = Review.objects.filter(item_id=item).order_by("id")
    return [(r.round, r.level, r.name, r.passed) for r in found]


@pytest.mark.parametrize("procedure", REVIEWERS)
def test_every_level_is_passed_in_order_by_its_own_role_and_nobody_else(county, procedure):
    item = county.at("reviewing", procedure=procedure)
    for level, by in enumerate(REVIEWERS[procedure], 1):
        assert county.row(item).level == level
        meets = county.procedure(item).levels[level - 1].meeting
        for other in set(EVERYBODY) - ({by} if not meets else set()):
            with pytest.raises(NotAllowed):
                county.do("review", item, other, passed=True, opinion="同意")
        if meets:
            county.review(item, opinion=" 同意 ")
        else:
            county.do("review", item, by, passed=True, opinion=" 同意 ")
        assert county.row(item).state == ("passed" if level == len(REVIEWERS[procedure]) else "reviewing")
    row = county.row(item)
    assert (row.level, row.submitted_at) == (0, None)
    assert [passed for *_, passed in reviews(item)] == [True] * len(REVIEWERS[procedure])
    assert county.last(item).last


def test_a_supervisor_of_the_owner_does_not_review_for_the_office(county):
    county.add_person("town_supervisor", "town", (Role.SUPERVISOR, Role.REVIEWER, Role.LEAD))
    item = county.at("reviewing")
    county.review(item)
    with pytest.raises(NotAllowed):
        county.do("review", item, "town_supervisor", passed=True)


@pytest.mark.parametrize("action", ["report", "submit"])
def test_nobody_reviews_what_they_handled(county, action):
    item = county.at("working")
    if action == "report":
        county.do("report", item, "head", unchanged=True)
        county.prove(item)
        county.submit(item)
    else:
        county.prove(item)
        county.submit(item, by="head")
    with pytest.raises(NotAllowed) as caught:
        county.do("review", item, "head", passed=True)
    assert caught.value.message == "您办理过这一事项，不能审核自己办理的结果。"
    with pytest.raises(NotAllowed):
        county.do("review", item, "head", passed=False, opinion="退回")
    county.add_person("deputy", "town", (Role.UNIT_HEAD,))
    county.do("review", item, "deputy", passed=True)


def test_whoever_handled_it_before_a_reopening_still_does_not_review(county):
    item = county.at("working")
    county.do("report", item, "supervisor", text="代填")
    county.prove(item)
    county.submit(item)
    county.review(item)
    with pytest.raises(NotAllowed, match="您办理过"):
        county.do("review", item, "supervisor", passed=True)


def test_sending_back_needs_a_reason_and_starts_a_new_round_from_the_first_level(county):
    item = county.at("reviewing")
    county.review(item)
    with pytest.raises(Needs) as caught:
        county.review(item, passed=False, opinion=" ")
    assert caught.value.message == "退回修改还缺：理由。"
    county.review(item, passed=False, opinion="佐证不充分")
    row = county.row(item)
    assert (row.state, row.level, row.round, row.submitted_at) == ("working", 0, 1, None)
    county.submit(item)
    row = county.row(item)
    assert (row.state, row.level, row.round) == ("reviewing", 1, 2)
    county.review(item)
    assert reviews(item) == [
        (1, 1, "责任单位自查", True),
        (1, 2, "牵头部门初审", False),
        (2, 1, "责任单位自查", True),
    ]


@pytest.mark.parametrize("passed", ["是", "false", 0, 1, None])
def test_a_review_says_yes_or_no_and_nothing_else(county, passed):
    item = county.at("reviewing")
    with pytest.raises((Invalid, Needs)):
        county.do("review", item, "head", passed=passed, opinion="x")
    assert county.row(item).level == 1


# ---- closing conditions ----


def refused(county, action, item, by, **values):
    with pytest.raises(Needs) as caught:
        county.do(action, item, by, **values)
    return caught.value.message


SUBMIT_REASONS = {
    "rectification": "还不能申请销号：还有措施没有完成，也没有注明不再实施的理由；还没有反馈过办理进展；"
    "还没有上传能证明整改结果的材料（整改报告、对照材料、制度文件等任一份）。",
    "task": "还不能申请销号：还有措施没有完成，也没有注明不再实施的理由；还没有反馈过办理情况。",
    "livelihood": "还不能申请销号：还有措施没有完成，也没有注明不再实施的理由；还没有达到目标数量；还没有反馈过办理进展；"
    "还没有上传项目验收意见。",
    "tough": "还不能申请销号：还有措施没有完成，也没有注明不再实施的理由；完成进度还没有到 100%；还没有反馈过办理进展；"
    "还没有说明防止问题反复的机制是否建立。",
}


@pytest.mark.parametrize("procedure", SUBMIT_REASONS)
def test_nothing_done_is_refused_with_every_reason_at_once(county, procedure):
    item = county.at("working", procedure=procedure)
    assert refused(county, "submit", item, "handler", text="完成") == SUBMIT_REASONS[procedure]
    assert county.row(item).state == "working"


def test_one_open_measure_is_enough_to_refuse(county):
    item = county.at("working")
    county.prove(item)
    county.do("report", item, "handler", measures={"2": {"state": "open"}})
    said = refused(county, "submit", item, "handler", text="完成")
    assert said == "还不能申请销号：还有措施没有完成，也没有注明不再实施的理由。"
    county.do("report", item, "handler", measures={"2": {"state": "waived", "reason": "已无必要"}})
    county.submit(item)


def test_no_measures_at_all_is_refused_where_the_procedure_asks_for_a_plan(county):
    item = county.at("working", measures=[])
    county.prove(item)
    assert refused(county, "submit", item, "handler", text="完成") == "还不能申请销号：还没有制定措施。"
    task = county.at("working", procedure="task", measures=[])
    county.prove(task)
    county.submit(task)


def test_a_report_without_words_is_no_report_of_progress(county):
    item = county.at("working", procedure="task", measures=[])
    county.do("report", item, "handler", unchanged=True, percent=100)
    assert refused(county, "submit", item, "handler", text="完成") == "还不能申请销号：还没有反馈过办理情况。"


@pytest.mark.parametrize(("amount", "enough"), [(1299, False), (1300, True), (1301, True)])
def test_the_target_amount_must_be_reached(county, amount, enough):
    item = county.at("working", procedure="livelihood")
    county.prove(item)
    county.do("report", item, "handler", amount=amount)
    if enough:
        county.submit(item)
    else:
        assert (
            refused(county, "submit", item, "handler", text="完成") == "还不能申请销号：还没有达到目标数量。"
        )


def test_the_percentage_must_be_full(county):
    item = county.at("working", procedure="tough")
    county.prove(item)
    county.do("report", item, "handler", percent=99)
    said = refused(county, "submit", item, "handler", text="完成", affirmed=["长效机制已建立"])
    assert said == "还不能申请销号：完成进度还没有到 100%。"


def test_evidence_must_be_of_the_kind_that_is_asked_for(county):
    item = county.at("working", procedure="livelihood")
    county.do(
        "report",
        item,
        "handler",
        text="x",
        amount=1300,
        measures={"1": {"state": "done"}, "2": {"state": "done"}},
    )
    county.do("attach", item, "handler", file=upload(), evidence="公示材料")
    county.do("attach", item, "handler", file=upload())
    assert (
        refused(county, "submit", item, "handler", text="完成") == "还不能申请销号：还没有上传项目验收意见。"
    )
    county.do("attach", item, "handler", file=upload(), evidence="验收意见")
    county.submit(item)


def test_a_statement_must_be_affirmed_by_its_own_name(county):
    item = county.at("working", procedure="tough")
    county.prove(item)
    said = refused(county, "submit", item, "handler", text="完成", affirmed=["别的"])
    assert said == "还不能申请销号：还没有说明防止问题反复的机制是否建立。"
    county.do("submit", item, "handler", text="完成", affirmed=["长效机制已建立"])
    assert county.row(item).affirmed == ["长效机制已建立"]
    assert county.last(item).affirmed == ["长效机制已建立"]
    county.to_passed(item)
    county.do("close", item, "supervisor")


def test_closing_asks_for_the_statement_and_the_rating_of_the_procedure(county):
    item = county.at("passed", procedure="livelihood")
    statement, rating = "还没有确认完成情况公示期满、没有异议", "还没有填写受益群众的评价"
    assert refused(county, "close", item, "supervisor") == f"还不能销号：{statement}；{rating}。"
    assert refused(county, "close", item, "supervisor", rating="满意") == f"还不能销号：{statement}。"
    said = refused(county, "close", item, "supervisor", rating=" ", affirmed=["公示期满无异议"])
    assert said == f"还不能销号：{rating}。"
    county.do("close", item, "supervisor", rating="满意", affirmed=["公示期满无异议"], note="同意")
    row = county.row(item)
    assert (row.state, row.closed_at, row.percent) == ("closed", county.now, 100)
    assert county.last(item) == ev.ItemClosed(note="同意", rating="满意", affirmed=["公示期满无异议"])


def test_what_was_there_at_submission_must_still_be_there_at_closure(county):
    item = county.at("passed")
    Measure.objects.filter(item_id=item, no=1).update(state="open", ended_at=None)
    county.row(item).__class__.objects.filter(pk=item).update(measures_done=1)
    assert (
        refused(county, "close", item, "supervisor")
        == "还不能销号：还有措施没有完成，也没有注明不再实施的理由。"
    )


@pytest.mark.parametrize("by", ["lead", "reviewer", "head", "handler", "checker"])
def test_only_the_supervisor_closes(county, by):
    item = county.at("passed")
    with pytest.raises(NotAllowed, match="销号须由督办单位的督办员办理"):
        county.do("close", item, by)


# ---- after closing ----


def test_a_look_back_that_holds_leaves_the_item_closed(county):
    item = county.at("closed")
    for count in (1, 2):
        county.do("look_back", item, "checker", held=True, text=" 成果保持 ")
        row = county.row(item)
        assert (row.state, row.look_backs, row.looked_back, row.relapses) == ("closed", count, count, 0)
    assert county.last(item) == ev.ItemLookedBack(held=True, text="成果保持")


def test_a_relapse_opens_the_item_again_under_the_same_number_with_a_new_deadline(county):
    item = county.at("closed")
    number = county.row(item).number
    county.do("look_back", item, "reviewer", held=False, text="问题反弹", due="2027年1月底前")
    row = county.row(item)
    assert (row.state, row.number, row.look_backs, row.relapses, row.reopens) == ("working", number, 1, 1, 1)
    assert (row.due, row.due_text) == (date(2027, 1, 31), "2027年1月底前")
    assert county.kinds(item)[-2:] == ["item.looked_back", "item.reopened"]


def test_a_reopened_item_has_lost_all_that_proved_its_closure(county):
    item = county.at("closed", procedure="livelihood")
    county.do("reopen", item, "lead", reason="群众反映反弹", due="2026-12-31")
    row = county.row(item)
    assert (row.state, row.percent, row.amount, row.progress, row.evidence, row.measures_done) == (
        "working",
        0,
        0,
        "",
        0,
        0,
    )
    assert (row.closed_at, row.progressed_at, row.planned_at, row.affirmed, row.claimed) == (
        None,
        None,
        None,
        [],
        "",
    )
    assert (row.assigned_at, row.accepted_at, row.reopens) == (county.now, county.now, 1)
    assert list(Measure.objects.filter(item_id=item).values_list("state", "ended_at")) == [("open", None)] * 2
    assert refused(county, "submit", item, "handler", text="完成") == SUBMIT_REASONS["livelihood"]


def test_evidence_of_an_earlier_closure_proves_nothing_afterwards(county):
    item = county.at("closed")
    county.do("reopen", item, "lead", reason="反弹")
    county.do(
        "report",
        item,
        "handler",
        text="重办",
        percent=100,
        measures={"1": {"state": "done"}, "2": {"state": "done"}},
    )
    assert "还没有上传能证明整改结果的材料" in refused(county, "submit", item, "handler", text="完成")
    county.do("attach", item, "handler", file=upload())
    assert list(Evidence.objects.filter(item_id=item).order_by("id").values_list("life", flat=True)) == [0, 1]
    county.submit(item)
    assert county.row(item).round == 2
    with pytest.raises(WrongState):
        county.do("close", item, "supervisor")
    county.to_passed(item)
    county.to_closed(item)
    assert [level for round_, level, *_ in reviews(item) if round_ == 2] == [1, 2, 3, 4]
    assert county.row(item).looked_back == 0


@pytest.mark.parametrize(
    ("procedure", "klass", "due", "said"),
    [
        ("rectification", "立行立改", date(2026, 3, 9), "重办之日起5个工作日"),
        ("rectification", "分阶段整改", date(2026, 6, 2), "重办之日起3个月"),
        ("rectification", "其他", date(2026, 3, 9), "重办之日起5个工作日"),
        ("tough", "改革", date(2026, 3, 9), "重办之日起5个工作日"),
    ],
)
def test_an_item_opened_again_without_a_date_gets_the_limit_of_the_procedure(
    county, procedure, klass, due, said
):
    item = county.at("closed", procedure=procedure, klass=klass)
    county.do("reopen", item, "chief", reason="反弹")
    assert (county.row(item).due, county.row(item).due_text) == (due, said)


def test_ongoing_work_that_is_opened_again_stays_ongoing(county):
    item = county.at("closed", due="长期坚持，每季度报送")
    assert (county.row(item).ongoing, county.row(item).cycle) == (True, "quarter")
    county.do("look_back", item, "supervisor", held=False, text="反弹")
    row = county.row(item)
    assert (row.state, row.ongoing, row.cycle, row.due) == ("working", True, "quarter", None)
    other = county.at("closed")
    county.do("reopen", other, "lead", reason="反弹", due="长期坚持")
    assert (county.row(other).ongoing, county.row(other).due) == (True, None)


def test_a_deadline_that_cannot_be_read_reopens_nothing(county):
    item = county.at("closed")
    with pytest.raises(Invalid):
        county.do("look_back", item, "checker", held=False, text="反弹", due="2026-13-45")
    row = county.row(item)
    assert (row.state, row.look_backs) == ("closed", 0)


def test_old_evidence_of_the_right_kind_does_not_stand_in_beside_new_of_another(county):
    item = county.at("closed", procedure="livelihood")
    county.do("reopen", item, "lead", reason="反弹", due="2026-12-31")
    done = {"1": {"state": "done"}, "2": {"state": "done"}}
    county.do("report", item, "handler", text="重办", amount=1300, measures=done)
    county.do("attach", item, "handler", file=upload(), evidence="公示材料")
    assert (
        refused(county, "submit", item, "handler", text="完成") == "还不能申请销号：还没有上传项目验收意见。"
    )


def test_an_item_relapses_and_is_closed_again_and_again(county):
    item = county.at("closed", procedure="task")
    for reopens in (1, 2):
        county.do("reopen", item, "lead", reason="反弹")
        county.to_reviewing(item)
        county.to_passed(item)
        county.to_closed(item)
        row = county.row(item)
        assert (row.state, row.reopens, row.round) == ("closed", reopens, reopens + 1)
