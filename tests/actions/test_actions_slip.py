"""Slips from issue to closure: by hand and by the clock, their numbers, receipts, burden and figures."""

from datetime import UTC, datetime, timedelta

import pytest

from bihuan.actions.slip import (
    Repeated,
    acknowledge_slip,
    answer_slip,
    approve_slip,
    close_slip,
    deliver_slip,
    issue_slip,
    judge_slip,
    read_slip,
    withdraw_slip,
)
from bihuan.clock.tick import pending, tick
from bihuan.ledger.reading import entry_hash_at, facts_of
from bihuan.ledger.rebuild import digests, rebuild
from bihuan.ledger.repeats import repeated
from bihuan.ledger.verify import verify
from bihuan.models import Happening, Slip
from bihuan.queries.burden import burden
from bihuan.queries.counts import all_refs, figures
from bihuan.queries.slips import find_slip, marks, slip_detail, slips
from bihuan.rules.errors import Invalid, Needs, NotAllowed, NotFound, WrongState
from bihuan.rules.figures import Ref

DAY = timedelta(days=1)
SLIP_REFS = ("slips", "slips_asked", "slips_answered", "slips_answered_in_time", "slips_answer_rate")


def of(item, **wanted):
    return list(Slip.objects.filter(item_id=item, **wanted).order_by("id"))


def told(item):
    """Each slip of an item: its rung, state and number."""
    return [(s.rung, s.state, s.number) for s in of(item)]


def issue(county, item, rung="整改反馈单", by="supervisor", **more):
    return issue_slip(item, rung, county.people[by], county.later(minutes=1), **more)


def step(county, function, slip, by, **values):
    return function(slip, county.people[by], county.later(minutes=1), **values)


def counted(county, **more):
    registers = list(county.registers.values())
    return tuple(figures([Ref(r) for r in SLIP_REFS], registers, **more).values())


@pytest.fixture
def work(county):
    """An item at work whose notice was issued days ago."""
    item = county.at("working")
    tick(county.later(days=7))
    return item


# ---- by the clock ----


def test_the_notice_is_issued_with_the_assignment_at_its_own_time(county):
    item = county.at("assigned")
    at = county.now
    assert pending(county.now)
    tick(county.later(minutes=2))
    (notice,) = of(item)
    assert (notice.rung, notice.number, notice.state) == ("整改通知单", "改通〔2026〕1号", "issued")
    assert (notice.called_at, notice.unit_id, notice.to) == (
        at,
        county.units["town"],
        ["unit_head", "handler"],
    )
    assert "请按时限要求抓好落实" in notice.text
    assert not notice.late


def test_an_item_that_nobody_answers_for_climbs_the_ladder_to_the_interview(county):
    item = county.at("working", procedure="task", due="2026-03-31")
    for _ in range(50):
        tick(county.later(days=1))
        for waiting in Slip.objects.filter(state="proposed"):
            by = "lead" if waiting.kind == "interview" else "supervisor"
            step(county, approve_slip, waiting.pk, by)
    assert told(item) == [
        ("督查提示单", "issued", "督提〔2026〕1号"),
        ("督办单", "issued", "督办〔2026〕1号"),
        ("督查约谈单", "issued", "督约〔2026〕1号"),
    ]
    letter, interview = of(item)[1:]
    assert interview.called_at == letter.answer_due
    assert (interview.cause, interview.approver) == ("unanswered", "lead")
    assert "“督办单”（督办〔2026〕1号）逾期未答复" in interview.text


def test_an_answer_in_time_stops_the_ladder(county):
    item = county.at("working", procedure="task", due="2026-03-31")
    county.now = datetime(2026, 4, 1, 1, tzinfo=UTC)
    tick(county.now)
    letter = of(item, kind="warning")[0]
    step(county, approve_slip, letter.pk, "supervisor")
    step(county, answer_slip, letter.pk, "head", text="已查明，4月10日前办结。")
    tick(county.later(days=30))
    assert [s.rung for s in of(item)] == ["督查提示单", "督办单"]
    letter.refresh_from_db()
    assert (letter.state, letter.in_time) == ("answered", True)


def test_what_fell_due_while_the_system_was_down_is_late_and_its_limit_runs_from_now(county):
    item = county.at("working")
    tick(county.later(minutes=1))
    county.later(days=90)
    tick(county.now)
    feedback = of(item, kind="feedback")[0]
    assert feedback.late
    assert feedback.called_at < feedback.issued_at == county.now
    assert feedback.answer_due > county.now
    assert not of(item, kind="interview")


def test_ticking_twice_issues_nothing_twice(county):
    item = county.at("working", due="2026-03-31")
    tick(county.later(days=60))
    before = told(item)
    tick(county.now)
    assert told(item) == before
    assert not pending(county.now)


def test_no_slip_is_called_for_while_the_item_is_suspended(county):
    item = county.at("suspended", due="2026-03-31")
    before = told(item)
    tick(county.later(days=60))
    assert told(item) == before


def test_the_former_unit_s_slips_are_withdrawn_and_the_new_unit_gets_its_notice(county):
    item = county.at("working")
    issue(county, item, despite="专项部署")
    county.do("transfer", item, "supervisor", owner=county.units["village"], reason="职责调整")
    tick(county.later(minutes=1))
    assert [(s.rung, s.unit_id, s.state) for s in of(item)] == [
        ("整改通知单", county.units["town"], "withdrawn"),
        ("整改反馈单", county.units["town"], "withdrawn"),
        ("整改通知单", county.units["village"], "issued"),
    ]


def test_slips_end_with_their_item_by_an_entry_of_their_own(county):
    item = county.at("working")
    slip = issue(county, item, despite="专项部署").slip
    county.do("cancel", item, "lead", reason="登记错误")
    assert [f.event.to_data()["note"] for f in facts_of(item) if f.kind == "slip.closed"] == [
        "事项已撤销。"
    ] * 2
    assert find_slip(str(slip)).state == "closed"


# ---- by hand ----


def test_a_slip_by_hand_is_issued_with_the_next_number_and_an_answer_is_due(county, work):
    done = issue(county, work, text="请报送排查清单。")
    slip = find_slip(done.number)
    assert (done.number, done.state) == ("改反〔2026〕1号", "issued")
    assert (slip.text, slip.cause) == ("请报送排查清单。", "")
    assert slip.answer_due == datetime(2026, 3, 16, 16, tzinfo=UTC)  # five working days after Monday 9 March


def test_a_slip_that_another_role_signs_is_proposed_and_has_no_number_until_then(county, work):
    done = issue(county, work, "interview")
    assert (done.number, done.state) == ("", "proposed")
    assert not slips(frozenset({county.units["town"]}), item=work, kind="interview").exists()
    with pytest.raises(NotAllowed, match="签批须由督办单位的牵头领导办理"):
        step(county, approve_slip, done.slip, "supervisor")
    signed = step(county, approve_slip, done.slip, "lead", text="定于周五上午约谈。")
    assert (signed.slip, signed.number) == (done.slip, "改约〔2026〕1号")
    assert find_slip(signed.number).text == "定于周五上午约谈。"


def test_whoever_holds_the_signer_s_role_signs_by_issuing(county, work):
    assert issue(county, work, "整改预警单").state == "issued"


def test_a_duplicate_is_shown_before_it_is_issued_and_goes_on_with_a_reason(county, work):
    first = issue(county, work)
    county.later(days=4)
    with pytest.raises(Repeated, match="改反〔2026〕1号"):
        issue(county, work)
    again = issue(county, work, despite="情况有变，须补充材料")
    assert find_slip(again.number).despite == "情况有变，须补充材料"
    assert facts_of(work)[-1].event.despite == "情况有变，须补充材料"
    assert first.slip != again.slip


def test_a_recent_request_to_the_same_unit_is_shown_whatever_it_was_about(county, work):
    issue(county, work)
    other = county.at("working")
    with pytest.raises(Repeated, match="近3天内"):
        issue(county, other, "整改提示单")


def test_of_many_that_speak_against_another_the_oldest_are_named_and_the_rest_counted(
    county, work, monkeypatch
):
    issue(county, work)
    town, item = county.units["town"], county.at("working")
    every = repeated(item, town, "", county.now)
    assert [s.pk for s in every.slips] == sorted(s.pk for s in every.slips)
    assert (every.count, every.unnamed) == (len(every.slips), 0)
    monkeypatch.setattr("bihuan.ledger.repeats.NAMED", 1)
    found = repeated(item, town, "", county.now)
    assert (found.slips, found.count) == (every.slips[:1], every.count)
    assert found.unnamed == every.count - 1 > 0
    with pytest.raises(Repeated, match=f"另外还有{found.unnamed}张"):
        issue(county, item, "整改提示单")


def test_what_the_clock_has_just_issued_counts_as_recent(county):
    item = county.at("assigned")
    with pytest.raises(Repeated, match="整改通知单"):
        issue(county, item)
    assert told(item) == []  # refused, so that nothing of it stayed


@pytest.mark.parametrize("state", ["registered", "approved", "returned", "closed", "merged", "cancelled"])
def test_no_slip_is_issued_for_an_item_that_no_unit_has(county, state):
    item = county.at(state)
    with pytest.raises(WrongState, match="不能发单据"):
        issue(county, item, despite="x")


def test_only_a_supervisor_issues_by_hand_and_only_a_rung_of_the_procedure(county, work):
    with pytest.raises(NotAllowed):
        issue(county, work, by="handler")
    with pytest.raises(NotFound, match="没有“督办单”") as caught:
        issue(county, work, "督办单")
    assert "整改反馈单" in caught.value.hint


# ---- receipt, answer, judgement ----


def test_every_step_leaves_a_receipt_that_its_entry_proves(county, work):
    slip = issue(county, work).slip
    step(county, deliver_slip, slip, "supervisor", note="专人送达，张三签收")
    step(county, read_slip, slip, "handler")
    step(county, acknowledge_slip, slip, "head")
    step(county, answer_slip, slip, "handler", text="已完成摸底。")
    step(county, judge_slip, slip, "supervisor", accepted=False, opinion="没有写明时限")
    assert find_slip(str(slip)).state == "sent-back"
    step(county, answer_slip, slip, "handler", text="已完成摸底，4月底前整改到位。")
    assert step(county, judge_slip, slip, "supervisor", accepted=True).state == "closed"
    found = marks(slip)
    assert [(m.step, m.person) for m in found] == [
        ("issue", "supervisor"),
        ("deliver", "supervisor"),
        ("read", "handler"),
        ("acknowledge", "head"),
        ("answer", "handler"),
        ("send-back", "supervisor"),
        ("answer", "handler"),
        ("accept", "supervisor"),
    ]
    assert all(m.hash == entry_hash_at(m.seq).hex() for m in found)


def test_an_answer_sent_back_has_the_limit_anew_and_needs_a_reason(county, work):
    slip = issue(county, work).slip
    step(county, answer_slip, slip, "handler", text="在办。")
    county.later(days=7)
    with pytest.raises(Needs):
        step(county, judge_slip, slip, "supervisor", accepted=False)
    step(county, judge_slip, slip, "supervisor", accepted=False, opinion="过于笼统")
    assert find_slip(str(slip)).answer_due == datetime(2026, 3, 23, 16, tzinfo=UTC)


def test_a_slip_that_asks_for_no_answer_is_done_with_when_it_is_signed_for(county, work):
    (notice,) = of(work, kind="notice")
    with pytest.raises(Invalid, match="不要求答复"):
        step(county, answer_slip, notice.pk, "handler", text="收到")
    assert step(county, acknowledge_slip, notice.pk, "handler").state == "closed"


def test_another_unit_neither_sees_nor_answers_a_slip(county, work):
    slip = issue(county, work).slip
    with pytest.raises(NotAllowed):
        step(county, answer_slip, slip, "other_handler", text="代答")
    with pytest.raises(NotAllowed):
        slip_detail(slip, county.people["other_handler"], frozenset({county.units["village"]}))


def test_the_steps_shown_to_a_person_are_those_that_they_may_take(county, work):
    slip = issue(county, work).slip
    shown = {by: [s.action for s in slip_detail(slip, county.people[by], None).steps]
             for by in ("handler", "supervisor", "auditor")}  # fmt: skip
    assert shown == {
        "handler": ["read", "acknowledge", "answer"],
        "supervisor": ["deliver", "close", "withdraw"],
        "auditor": [],
    }


def test_what_must_be_said_is_asked_for(county, work):
    slip = issue(county, work).slip
    with pytest.raises(Needs, match="答复内容"):
        step(county, answer_slip, slip, "handler", text=" ")
    with pytest.raises(Needs, match="理由"):
        step(county, withdraw_slip, slip, "supervisor", reason="")
    with pytest.raises(NotFound):
        step(county, read_slip, 10_000, "handler")


# ---- numbers, figures, burden ----


def test_numbers_have_no_gaps_whatever_is_turned_down_or_rolled_back(county, work):
    first = issue(county, work)
    with pytest.raises(Repeated):
        issue(county, work)
    proposed = issue(county, work, "interview", despite="x")
    step(county, withdraw_slip, proposed.slip, "lead", reason="不必约谈")
    second = issue(county, work, despite="补充")
    assert [first.number, second.number] == ["改反〔2026〕1号", "改反〔2026〕2号"]
    county.now = datetime(2027, 1, 4, 1, tzinfo=UTC)
    tick(county.now)
    interview = issue(county, work, "interview", despite="x")
    assert step(county, approve_slip, interview.slip, "lead").number == "改约〔2027〕1号"


def test_figures_of_slips_are_the_same_at_an_earlier_moment_as_they_were_then(county, work):
    moments = [(county.now, counted(county))]
    slip = issue(county, work).slip
    moments.append((county.now, counted(county)))
    step(county, answer_slip, slip, "handler", text="已办")
    moments.append((county.now, counted(county)))
    other = issue(county, work, despite="补充")
    moments.append((county.now, counted(county)))
    county.later(days=10)
    tick(county.now)
    step(county, answer_slip, other.slip, "handler", text="已办")
    moments.append((county.now, counted(county)))
    step(county, withdraw_slip, of(work, kind="notice")[0].pk, "supervisor", reason="错发")
    moments.append((county.now, counted(county)))
    assert [m[1] for m in moments] == [
        ("1", "0", "0", "0", "—"),
        ("2", "1", "0", "0", "0.0%"),
        ("2", "1", "1", "1", "100.0%"),
        ("3", "2", "1", "1", "50.0%"),
        ("3", "2", "2", "1", "100.0%"),
        ("2", "2", "2", "1", "100.0%"),
    ]
    assert [counted(county, as_of=at) for at, _ in moments] == [values for _, values in moments]


def test_figures_of_slips_are_cut_by_kind_and_unit(county, work):
    issue(county, work)
    registers = list(county.registers.values())
    town = county.units["town"]
    refs = [Ref.of("slips", kind="feedback"), Ref.of("slips", unit=town), Ref.of("slips", unit=town + 1)]
    assert list(figures(refs, registers).values()) == ["1", "2", "0"]
    assert set(figures(all_refs(), registers)) >= set(SLIP_REFS)


def test_each_unit_s_requests_are_counted_and_shown(county, work):
    since = county.now - 10 * DAY
    issue(county, work)
    withdrawn = issue(county, work, despite="x")
    step(county, withdraw_slip, withdrawn.slip, "supervisor", reason="重复")
    (town,) = burden(since, county.now + DAY)
    assert (town.name, town.slips, town.kinds) == ("东镇", 2, {"feedback": 1, "notice": 1})
    assert (town.asked, town.items, town.open_items, town.waiting) == (1, 1, 1, 2)
    assert burden(since, county.now + DAY, units=[county.units["village"]]) == []


def test_a_life_of_slips_is_rebuilt_byte_for_byte_and_verified(county):
    items = [county.at("working", procedure=p, due="2026-03-31") for p in ("rectification", "task")]
    tick(county.later(days=45))
    for slip in Slip.objects.filter(state="proposed"):
        step(county, approve_slip, slip.pk, "lead" if slip.approver == "lead" else "supervisor")
    first = of(items[0], kind="warning")[0]
    step(county, answer_slip, first.pk, "head", text="说明情况")
    step(county, judge_slip, first.pk, "supervisor", accepted=True)
    step(county, close_slip, of(items[1], kind="warning")[0].pk, "supervisor", note="已当面说明")
    tick(county.later(days=30))
    before = digests()
    rebuild()
    assert digests() == before
    assert verify().problems == []
    issued = Slip.objects.filter(issued_at__isnull=False).exclude(state="withdrawn").count()
    assert issued == sum(Happening.objects.filter(what="slip-issued").values_list("amount", flat=True)) > 5
