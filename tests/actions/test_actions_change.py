"""Extending, suspending, resuming, merging, cancelling, commenting; stale versions and clocks that differ."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bihuan.actions import do, register
from bihuan.actions.slip import answer_slip, approve_slip
from bihuan.clock.tick import tick
from bihuan.ledger.reading import facts_of, head
from bihuan.ledger.rebuild import digests, rebuild
from bihuan.ledger.verify import verify
from bihuan.models import Measure, Slip, Timer
from bihuan.rules import events as ev
from bihuan.rules.errors import Invalid, NotAllowed, NotFound, Stale, WrongState

# ---- extension ----


def test_an_extension_moves_the_deadline_and_is_counted(county):
    item = county.at("working", due="2026-06-30")
    county.do("extend", item, "lead", due="2026年8月底前", reason="汛期停工")
    row = county.row(item)
    assert (row.due, row.due_text, row.extensions, row.state) == (
        date(2026, 8, 31),
        "2026年8月底前",
        1,
        "working",
    )
    assert county.last(item) == ev.ItemExtended(due="2026-08-31", reason="汛期停工", due_text="2026年8月底前")


def test_an_item_is_extended_only_as_often_as_the_procedure_says(county):
    item = county.at("working", due="2026-03-31")
    for due in ("2026-04-30", "2026-05-29"):
        county.do("extend", item, "lead", due=due, reason="复杂")
    with pytest.raises(Invalid) as caught:
        county.do("extend", item, "lead", due="2026-06-30", reason="复杂")
    assert caught.value.message == "这一事项最多可延期2次，已延期2次。"
    assert county.row(item).due == date(2026, 5, 29)


@pytest.mark.parametrize(
    ("due", "fits"), [("2026-09-30", True), ("2026-10-08", False), ("2026-10-09", False)]
)
def test_an_extension_reaches_only_as_far_as_the_procedure_says(county, due, fits):
    item = county.at("working", due="2026-06-30")
    if fits:
        county.do("extend", item, "lead", due=due, reason="复杂")
        assert county.row(item).due == date.fromisoformat(due)
    else:
        with pytest.raises(Invalid) as caught:
            county.do("extend", item, "lead", due=due, reason="复杂")
        assert caught.value.message == "每次最多延期3个月，最晚到 2026-09-30。"


@pytest.mark.parametrize("due", ["2026-06-30", "2026-06-29", "2026-03-01", "长期坚持"])
def test_a_new_deadline_must_be_later_than_the_old(county, due):
    item = county.at("working", due="2026-06-30")
    with pytest.raises(Invalid, match="新的时限应晚于原时限2026-06-30"):
        county.do("extend", item, "lead", due=due, reason="复杂")


def test_only_the_approver_of_the_procedure_extends(county):
    item = county.at("working")
    with pytest.raises(NotAllowed) as caught:
        county.do("extend", item, "supervisor", due="2027-01-31", reason="复杂")
    assert caught.value.message == "延期须由牵头领导批准，您没有这一岗位。"
    county.do("extend", item, "lead", due="2027-01-31", reason="复杂")


def test_ongoing_work_without_a_date_gets_one_by_an_extension(county):
    item = county.at("working", due="长期坚持")
    county.do("extend", item, "lead", due="2027-06-30", reason="定出期限")
    assert county.row(item).due == date(2027, 6, 30)
    item = county.at("working", due="长期坚持")
    with pytest.raises(Invalid, match="新的时限应晚于原时限（未定）"):
        county.do("extend", item, "lead", due="长期坚持", reason="x")


def test_an_overdue_item_that_is_extended_is_overdue_no_more(county):
    item = county.at("working", due="2026-03-31")
    county.now = datetime(2026, 4, 2, 1, tzinfo=UTC)
    county.do("comment", item, "lead", text="已逾期")
    assert (county.row(item).overdue, county.row(item).colour) == (True, "red")
    county.do("extend", item, "lead", due="2026-06-30", reason="补办")
    assert (county.row(item).overdue, county.row(item).colour) == (False, "green")


# ---- suspension ----


def test_a_suspended_item_has_no_colour_and_nothing_falls_due(county):
    item = county.at("working", due="2026-03-31")
    county.do("suspend", item, "lead", reason="待批复", until="2026年5月底前")
    row = county.row(item)
    assert (row.state, row.colour, row.suspended_at, row.due) == (
        "suspended",
        "none",
        county.now,
        date(2026, 3, 31),
    )
    assert list(Timer.objects.filter(item_id=item).values_list("kind", "due_at")) == [
        ("resume-due", datetime(2026, 5, 30, 16, tzinfo=UTC))
    ]
    assert county.last(item) == ev.ItemSuspended(reason="待批复", until="2026-05-31")


def test_a_suspension_up_to_a_day_that_is_over_is_refused(county):
    item = county.at("working")
    with pytest.raises(Invalid, match="预计恢复的日期 2026-03-02 应晚于今天"):
        county.do("suspend", item, "lead", reason="待批复", until="2026-03-02")


@pytest.mark.parametrize(
    ("days", "due"),
    [
        (0, date(2026, 4, 10)),  # back within minutes: a part of a day is given back as a whole one
        (7, date(2026, 4, 17)),  # five working days
        (2, date(2026, 4, 14)),
    ],
)
def test_resuming_moves_the_deadline_by_the_working_days_that_passed(county, days, due):
    item = county.at("working", due="2026-04-10")
    county.now = datetime(2026, 3, 9, 0, 59, tzinfo=UTC)  # a Monday, 9:00 in China when the step is taken
    county.do("suspend", item, "lead", reason="待批复")
    county.later(days=days, minutes=-1 if days else 0)
    county.do("resume", item, "lead", note="批复已到")
    row = county.row(item)
    assert (row.state, row.suspended_at, row.resumed_at) == ("working", None, county.now)
    assert row.due == due if days else row.due in (date(2026, 4, 10), date(2026, 4, 13))


def test_waiting_over_a_weekend_gains_nothing(county):
    item = county.at("working", due="2026-04-10")
    county.now = datetime(2026, 3, 6, 12, tzinfo=UTC)  # Friday, 20:00 in China
    county.do("suspend", item, "lead", reason="待批复")
    county.now = datetime(2026, 3, 8, 12, tzinfo=UTC)
    county.do("resume", item, "lead")
    assert county.row(item).due == date(2026, 4, 10)


def test_what_was_overdue_when_it_was_suspended_stays_overdue(county):
    item = county.at("working", due="2026-03-10")
    county.now = datetime(2026, 3, 12, 1, tzinfo=UTC)
    county.do("suspend", item, "lead", reason="待批复")
    assert not county.row(item).overdue
    county.later(days=20)
    county.do("resume", item, "lead")
    assert (county.row(item).due, county.row(item).overdue) == (date(2026, 3, 10), True)


def test_an_item_without_a_deadline_resumes_without_one(county):
    item = county.at("working", due="长期坚持")
    county.do("suspend", item, "lead", reason="待批复")
    county.later(days=20)
    county.do("resume", item, "lead")
    assert (county.row(item).due, county.row(item).ongoing) == (None, True)


def test_the_time_that_an_item_stood_still_is_no_slowness(county):
    item = county.at("working", due="2026-12-31")
    county.do("suspend", item, "lead", reason="待批复")
    county.later(days=60)  # longer than the 45 days after which work counts as stale
    county.do("resume", item, "lead")
    assert county.row(item).colour == "green"


def test_a_provisional_deadline_stays_provisional_over_a_pause(county):
    county.now = datetime(2026, 12, 1, 1, tzinfo=UTC)
    item = county.at("working", due="30个工作日内")
    due = county.row(item).due
    assert county.row(item).provisional
    for hour in (1, 14):  # in the working time, which moves the date, and in the evening, which does not
        county.now = datetime(2026, 12, 3, hour, tzinfo=UTC)
        county.do("suspend", item, "lead", reason="待批复")
        county.do("resume", item, "lead")
        assert county.row(item).provisional
        assert county.row(item).due > due


def test_an_item_suspended_before_it_was_signed_for_waits_to_be_signed_for_again(county):
    item = county.at("assigned")  # on Monday 2 March: to be signed for by the end of Wednesday
    county.do("suspend", item, "lead", reason="待批复")
    county.later(days=7)
    county.do("resume", item, "supervisor")
    row = county.row(item)
    assert (row.state, row.accepted_at, row.resumed_at) == ("assigned", None, county.now)
    assert timer(item, "accept-overdue") == datetime(
        2026, 3, 12, 16, tzinfo=UTC
    )  # by a week and a part of a day
    county.to_working(item)
    assert county.row(item).state == "working"


def test_milestones_and_measures_move_with_a_suspension_and_their_timers_with_them(county):
    """By five working days: what was ahead, and not what was over or done."""
    days = ("2026-03-06", "2026-03-27", "2026-06-30")
    stages = [{"due": day, "amount": amount} for day, amount in zip(days, (1, 400, 900), strict=True)]
    quantity = {"target": 1300, "unit": "户", "milestones": stages}
    item = county.at("working", "livelihood", quantity=quantity, measures=["立项"])
    new = [
        {"text": "踏勘", "due": days[0]},
        {"text": "铺管", "due": "2026-04-10"},
        {"text": "试压", "due": "2026-04-10"},
    ]
    county.do("plan", item, "handler", measures=new)
    county.do("report", item, "handler", text="开工", amount=399, measures={"4": {"state": "done"}})
    county.now = datetime(2026, 3, 9, 0, 59, tzinfo=UTC)
    county.do("suspend", item, "lead", reason="待批复")
    assert [t.kind for t in Timer.objects.filter(item_id=item)] == []
    county.later(days=7, minutes=-1)
    county.do("resume", item, "lead")
    row = county.row(item)
    assert row.quantity == quantity | {
        "milestones": [
            {"due": "2026-03-06", "amount": 1},
            {"due": "2026-04-03", "amount": 400},
            {"due": "2026-07-07", "amount": 900},
        ]
    }
    dues = list(Measure.objects.filter(item_id=item).order_by("no").values_list("due", flat=True))
    assert dues == [None, date(2026, 3, 6), date(2026, 4, 17), date(2026, 4, 10)]
    assert county.last(item).measures == {"3": {"due": "2026-04-17"}}
    assert Timer.objects.get(item_id=item, kind="slip").due_at == datetime(2026, 4, 3, 16, tzinfo=UTC)
    before = digests()
    rebuild()
    assert digests() == before


def timer(item, kind):
    return Timer.objects.get(item_id=item, kind=kind).due_at


def test_the_limit_of_planning_is_moved_by_the_working_days_of_a_suspension(county):
    item = county.at("working", procedure="tough", measures=[])
    before = timer(item, "plan-overdue")
    county.now = datetime(2026, 3, 6, 12, tzinfo=UTC)  # Friday, 20:00 in China
    county.do("suspend", item, "lead", reason="待批复")
    county.now = datetime(2026, 3, 8, 12, tzinfo=UTC)
    county.do("resume", item, "lead")
    assert timer(item, "plan-overdue") == before  # nothing is worked over a weekend
    county.now = datetime(2026, 3, 9, 0, 59, tzinfo=UTC)  # Monday, before work
    county.do("suspend", item, "lead", reason="待批复")
    county.now = datetime(2026, 3, 11, 10, tzinfo=UTC)  # Wednesday, after work
    county.do("resume", item, "lead")
    assert timer(item, "plan-overdue") == datetime(2026, 4, 2, 16, tzinfo=UTC)
    assert before == datetime(2026, 3, 30, 16, tzinfo=UTC)


def test_the_limit_of_an_answer_is_moved_by_a_suspension_and_none_passes_meanwhile(county):
    item = county.at("working", procedure="task", due="2026-03-06")
    tick(datetime(2026, 3, 6, 17, tzinfo=UTC))
    county.now = datetime(2026, 3, 9, 0, 59, tzinfo=UTC)  # Monday, before work
    slips = [
        approve_slip(s.pk, county.people["supervisor"], county.now).slip
        for s in Slip.objects.all()
        if s.approver
    ]
    assert Slip.objects.get(pk=slips[0]).answer_due == datetime(2026, 3, 12, 16, tzinfo=UTC)
    county.do("suspend", item, "lead", reason="待批复", until="2026-03-31")
    county.now = datetime(2026, 3, 16, 0, 59, tzinfo=UTC)  # a week later
    county.do("resume", item, "lead")
    moved = datetime(2026, 3, 19, 16, tzinfo=UTC)
    assert Slip.objects.get(pk=slips[0]).answer_due == moved
    assert county.last(item).answers == {str(slips[0]): "2026-03-19T16:00:00.000000Z"}
    county.do("suspend", item, "lead", reason="待批复", until="2026-03-31")
    answer_slip(slips[0], county.people["head"], moved + timedelta(days=2), text="已落实")
    assert Slip.objects.get(pk=slips[0]).in_time
    before = digests()
    rebuild()
    assert digests() == before


# ---- merging ----


def test_merging_ends_one_item_and_leaves_a_trace_in_both(county):
    first, second = county.at("working"), county.at("assigned")
    done = county.do("merge", second, "supervisor", into=first, reason="同一问题")
    assert (done.item, done.state, county.row(second).merged_into) == (second, "merged", first)
    assert county.row(first).state == "working"
    merged, closed = facts_of(second)[-2:]
    assert merged.event == ev.ItemMerged(into=first, reason="同一问题")
    assert (closed.kind, closed.event.note) == ("slip.closed", "事项已并案。")
    assert facts_of(first)[-1].event == ev.ItemAbsorbed(absorbed=second)
    assert facts_of(first)[-1].at == merged.at == closed.at == county.now


@pytest.mark.parametrize("into", ["self", "absent", "elsewhere"])
def test_an_item_is_merged_only_into_another_of_its_register(county, into):
    item = county.at("working")
    other = {"self": item, "absent": 999999, "elsewhere": county.at("working", procedure="task")}[into]
    with pytest.raises(NotFound) as caught:
        county.do("merge", item, "supervisor", into=other, reason="重复")
    assert caught.value.message == "没有找到可并入的事项。"


@pytest.mark.parametrize(
    ("state", "name"),
    [("closed", "已销号"), ("merged", "已并案"), ("cancelled", "已撤销"), ("reviewing", "审核中")],
)
def test_an_item_is_not_merged_into_one_that_does_not_go_on(county, state, name):
    item, other = county.at("working"), county.at(state)
    with pytest.raises(WrongState) as caught:
        county.do("merge", item, "supervisor", into=other, reason="重复")
    assert caught.value.message == f"要并入的事项是“{name}”，不能再并入。"
    assert county.row(item).state == "working"


def test_what_fell_due_for_the_other_item_is_entered_before_the_merger(county):
    first = county.at("working", due="2026-03-31")
    second = county.at("working", due="2026-12-31")
    county.now = datetime(2026, 4, 2, 1, tzinfo=UTC)
    county.do("merge", second, "supervisor", into=first, reason="重复")
    facts = facts_of(first)
    assert [f.at for f in facts] == sorted(f.at for f in facts)
    assert [(f.kind, f.at) for f in facts][-3:] == [
        ("item.coloured", datetime(2026, 3, 31, 16, tzinfo=UTC)),
        ("slip.proposed", datetime(2026, 3, 31, 16, tzinfo=UTC)),
        ("item.absorbed", county.now),
    ]
    assert county.row(first).overdue


# ---- cancelling and commenting ----


def test_a_cancelled_item_is_over_and_has_no_colour(county):
    item = county.at("working")
    county.do("cancel", item, "lead", reason="登记错误")
    assert (county.row(item).state, county.row(item).colour) == ("cancelled", "none")
    assert not Timer.objects.filter(item_id=item).exists()


def test_a_comment_changes_nothing_but_the_timeline(county):
    item = county.at("working")
    before = county.row(item)
    county.do("comment", item, "auditor", text=" 请加快 ")
    after = county.row(item)
    differ = {
        f.attname
        for f in before._meta.concrete_fields
        if getattr(before, f.attname) != getattr(after, f.attname)
    }
    assert differ == {"version", "changed_at"}
    assert county.last(item) == ev.ItemCommented(text="请加快")


# ---- versions and clocks ----


def test_a_step_on_an_item_that_has_moved_on_is_refused(county):
    item = county.at("working")
    seen = county.row(item).version
    county.do("comment", item, "lead", text="一", version=seen)
    before = head()
    for stale in (seen, seen - 1, seen + 5):
        with pytest.raises(Stale):
            county.do("comment", item, "lead", text="二", version=stale)
    assert head() == before
    done = county.do("comment", item, "lead", text="二", version=seen + 1)
    assert done.version == seen + 2 == county.row(item).version


def test_staleness_is_told_before_anything_else(county):
    item = county.at("closed")
    with pytest.raises(Stale):
        county.do("submit", item, "lead", text="x", version=1)


def test_a_clock_that_is_behind_never_puts_an_entry_before_the_last(county):
    item = county.at("working")
    last = county.row(item).changed_at
    done = do("comment", item, county.people["lead"], last - timedelta(hours=3), text="慢钟")
    fact = facts_of(item)[-1]
    assert (fact.seq, fact.at, fact.recorded) == (done.seq, last, last - timedelta(hours=3))
    assert verify().ok


def test_an_instant_of_another_zone_is_kept_in_universal_time(county):
    from bihuan.rules.clocked import CHINA

    now = datetime(2026, 3, 3, 9, 0, tzinfo=CHINA)
    done = register(county.registers["task"], county.people["supervisor"], now, title="x")
    assert county.row(done.item).registered_at == now
    assert facts_of(done.item)[0].at == datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
    assert verify().ok
