"""The ladder: which slip is called for, when, and when it is not called for again."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from colours_oracle import CALENDAR

from bihuan.procedures import texts
from bihuan.rules.clocked import Clocked
from bihuan.rules.colours import onsets
from bihuan.rules.ladder import Served, next_rung
from bihuan.rules.procedure import Span, load
from bihuan.rules.slip_words import CAUSE_WORDS, Matter, instant_words, slip_text

RECTIFICATION = load(texts()["rectification"], "rectification")
TASK = load(texts()["task"], "task")
START = datetime(2026, 3, 2, 1, tzinfo=UTC)  # 9:00 of a Monday in China
HOUR = timedelta(hours=1)
OVERDUE = datetime(2026, 3, 31, 16, tzinfo=UTC)  # the end of 31 March in China


def item(state="working", *, registered=START - HOUR, **more):
    values = {"due": date(2026, 3, 31), "ongoing": False, "cycle": None, "percent": 0, "assigned_at": START}
    return Clocked(state=state, registered_at=registered, planned_at=START, **values | more)


def called(clocked, *served, procedure=RECTIFICATION, begun=False):
    rung = next_rung(clocked, procedure, CALENDAR, served, onsets(clocked, procedure, CALENDAR), begun=begun)
    return None if rung is None else (rung.rule.name, rung.at)


def settled(name, at):
    return Served(name, at)


NOTICE = settled("整改通知单", START)
PROMPT = settled("整改提示单", datetime(2026, 3, 23, 16, tzinfo=UTC))


def test_the_notice_comes_with_the_assignment():
    assert called(item()) == ("整改通知单", START)


def test_an_item_that_was_at_work_already_when_it_was_registered_has_no_notice():
    told = called(item(registered=START), begun=True)
    assert told is not None
    assert told[0] == "整改提示单"
    assert called(item(registered=START)) == ("整改通知单", START)


def test_a_rung_is_not_called_for_again_by_the_same_cause():
    told = called(item(), NOTICE)
    assert told == ("整改提示单", PROMPT.changed_at)
    assert called(item(), NOTICE, PROMPT) == ("整改预警单", OVERDUE)


def test_a_later_cause_calls_for_the_rung_again():
    later = item(due=date(2026, 5, 29))
    assert called(later, NOTICE, PROMPT) == ("整改反馈单", datetime(2026, 4, 16, 16, tzinfo=UTC))
    anew = item(assigned_at=START + 5 * HOUR)
    assert called(anew, NOTICE) == ("整改通知单", START + 5 * HOUR)


def test_of_two_rungs_that_wait_after_their_causes_the_one_that_ends_first_is_called_for():
    def after(count):
        slips = [replace(s, after=Span(count, "day")) if s.on == "near" else s for s in RECTIFICATION.slips]
        return replace(RECTIFICATION, slips=(replace(slips[0], after=Span(25, "day")), *slips[1:]))

    told = [called(item(), procedure=after(count)) for count in (1, 30)]
    assert [name for name, _ in told] == ["整改提示单", "整改通知单"]


def test_a_slip_that_waits_holds_its_rung():
    warned = Served("整改预警单", OVERDUE, waits=True)
    told = called(item(progressed_at=OVERDUE), NOTICE, PROMPT, warned)
    assert told is not None
    assert told[0] == "整改约谈单"
    assert told[1] == datetime(2026, 4, 16, 16, tzinfo=UTC)  # ten working days, over 清明


@pytest.mark.parametrize(
    "state", ["registered", "approved", "returned", "reviewing", "passed", "suspended", "closed"]
)
def test_no_slip_while_others_have_the_item(state):
    assert called(item(state)) is None


def test_it_is_too_late_to_prompt_once_the_item_is_overdue():
    late = item(registered=OVERDUE, assigned_at=OVERDUE)
    assert called(late, begun=True) == ("整改预警单", OVERDUE)


def test_a_new_unit_is_not_blamed_for_the_time_before_it_had_the_item():
    moved = item(assigned_at=OVERDUE + 24 * HOUR)
    told = called(moved, settled("整改通知单", OVERDUE + 24 * HOUR))
    assert told == ("整改预警单", OVERDUE + 24 * HOUR)


def asked(due, **more):
    return Served("督办单", OVERDUE, waits=True, answer_due=due, **more)


TASK_PROMPT = settled("督查提示单", datetime(2026, 3, 25, 16, tzinfo=UTC))


def test_the_interview_follows_when_the_letter_is_not_answered():
    due = OVERDUE + 72 * HOUR
    assert called(item(), TASK_PROMPT, asked(due), procedure=TASK) == ("督查约谈单", due)


def test_no_interview_follows_a_letter_that_was_answered():
    answered = Served("督办单", OVERDUE + HOUR, waits=True)
    assert called(item(), TASK_PROMPT, answered, procedure=TASK) is None


def test_no_second_interview_for_the_same_letter():
    due = OVERDUE + 72 * HOUR
    interview = Served("督查约谈单", due + HOUR, waits=False)
    assert called(item(), TASK_PROMPT, asked(due), interview, procedure=TASK) is None


def test_a_procedure_without_slips_calls_for_none():
    bare = replace(TASK, slips=())
    assert called(item(), procedure=bare) is None


# ---- what a slip says ----

MATTER = Matter("问改〔2026〕3号", "窗口排队时间长。", "问题", date(2026, 3, 31), "3月底前")


def test_a_slip_says_what_the_matter_is_and_what_is_asked():
    assert slip_text("warning", "overdue", MATTER) == (
        "问题“窗口排队时间长”（问改〔2026〕3号），办结时限为2026年3月31日，已超过办结时限，尚未办结。"
        "请查明原因，采取有效措施，尽快办结。"
    )


def test_a_slip_by_hand_gives_no_cause_and_one_on_silence_names_what_was_not_answered():
    plain = Matter("督〔2026〕1号", "落实会议精神", "事项", None, "长期坚持")
    assert slip_text("prompt", "", plain) == (
        "事项“落实会议精神”（督〔2026〕1号），办结时限为“长期坚持”。请抓紧办理，确保按期办结。"
    )
    assert "，“督办单”（督办〔2026〕2号）逾期未答复。" in slip_text(
        "interview", "unanswered", plain, of="“督办单”（督办〔2026〕2号）"
    )


def test_every_cause_of_a_procedure_has_its_words():
    from bihuan.rules.procedure_slips import CAUSES, KINDS

    assert set(CAUSE_WORDS) == {"", *CAUSES}
    assert all(slip_text(kind, cause, MATTER).endswith("。") for kind in KINDS for cause in CAUSES)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2026, 4, 3, 16, tzinfo=UTC), "2026年4月3日前"),
        (datetime(2026, 4, 3, 9, 5, tzinfo=UTC), "2026年4月3日17时05分前"),
        (datetime(2025, 12, 31, 16, tzinfo=UTC), "2025年12月31日前"),
    ],
)
def test_a_limit_is_told_as_a_day_or_with_its_hour(at, said):
    assert instant_words(at) == said
