"""Publishing a calendar: dates that rested on a guess move, counted from the day they were said; the rest follows."""

from datetime import UTC, date, datetime

import pytest

from bihuan.actions import house
from bihuan.clock.tick import pending, tick
from bihuan.ledger.reading import facts_of
from bihuan.ledger.rebuild import digests, rebuild
from bihuan.ledger.verify import verify
from bihuan.models import Timer
from bihuan.procedures import texts
from bihuan.rules.calendar import Calendar, CalendarYear
from bihuan.rules.errors import NotAllowed
from bihuan.rules.permissions import SYSTEM

DECEMBER = datetime(2026, 12, 1, 1, tzinfo=UTC)  # a Tuesday
# A made-up notice: 1 and 4 to 8 January 2027 off, the Sunday 10 January worked.
NOTICE = CalendarYear(
    2027,
    frozenset(date(2027, 1, d) for d in (1, 2, 3, 4, 5, 6, 7, 8)) | {date(2027, 5, 1), date(2027, 10, 1)},
    frozenset({date(2027, 1, 10)}),
    "试验通知",
)
KNOWN = Calendar.builtin().with_year(NOTICE)


@pytest.fixture
def december(county):
    county.now = DECEMBER
    return county


def publish(county, year=NOTICE):
    moved = house.publish_calendar(SYSTEM, county.later(minutes=1), year)
    assert verify().ok
    before = digests()
    rebuild()
    assert digests() == before
    return moved


def test_a_provisional_date_moves_and_is_certain_afterwards(december):
    item = december.at("working", due="30个工作日内")
    assert december.row(item).provisional
    assert publish(december) == 1
    row = december.row(item)
    assert (row.due, row.provisional) == (KNOWN.add_workdays(date(2026, 12, 1), 30).date, False)
    rescheduled = facts_of(item)[-1].event
    assert (rescheduled.due, rescheduled.reason) == (row.due.isoformat(), "2027年放假安排已发布")


def test_the_days_are_counted_from_the_day_on_which_they_were_said(december):
    item = december.at("approved", due=None)
    december.later(days=7)
    december.do("assign", item, "supervisor", owner=december.units["town"], due="30个工作日内")
    december.later(days=7)
    december.do("accept", item, "handler")
    publish(december)
    assert december.row(item).due == KNOWN.add_workdays(date(2026, 12, 8), 30).date


def test_words_kept_from_the_registration_are_counted_from_the_registration(december):
    item = december.at("approved", due="30个工作日内")
    december.later(days=7)
    december.do("assign", item, "supervisor", owner=december.units["town"])
    publish(december)
    assert december.row(item).due == KNOWN.add_workdays(date(2026, 12, 1), 30).date


def test_immediate_work_is_counted_again_by_the_procedures_few_days(december):
    december.now = datetime(2026, 12, 30, 1, tzinfo=UTC)
    item = december.at("working", due="立行立改")
    assert (december.row(item).due, december.row(item).provisional) == (date(2027, 1, 7), True)
    publish(december)
    assert (december.row(item).due, december.row(item).provisional) == (date(2027, 1, 13), False)


def test_a_default_limit_is_counted_again(december):
    december.now = datetime(2026, 12, 23, 1, tzinfo=UTC)
    item = december.at("working", procedure="task", due=None)
    publish(december)
    assert december.row(item).due == KNOWN.add_workdays(date(2026, 12, 23), 15).date


def test_an_extension_is_counted_from_its_own_day(december):
    item = december.at("working", due="2026-12-15")
    december.now = datetime(2026, 12, 10, 1, tzinfo=UTC)
    december.do("extend", item, "lead", due="20个工作日内", reason="复杂")
    publish(december)
    assert december.row(item).due == KNOWN.add_workdays(date(2026, 12, 10), 20).date


def test_the_pause_of_a_suspended_item_is_kept(december):
    item = december.at("working", due="30个工作日内")
    december.now = datetime(2026, 12, 7, 0, 59, tzinfo=UTC)
    december.do("suspend", item, "lead", reason="待批复")
    december.now = datetime(2026, 12, 14, 0, 59, tzinfo=UTC)
    december.do("resume", item, "lead")
    publish(december)
    counted = KNOWN.add_workdays(date(2026, 12, 1), 30).date
    assert december.row(item).due == KNOWN.add_workdays(counted, 5).date


def test_a_fixed_date_that_a_pause_carried_into_the_unknown_year_is_moved_again(december):
    item = december.at("working", due="2026-12-31")
    december.now = datetime(2026, 12, 7, 0, 59, tzinfo=UTC)
    december.do("suspend", item, "lead", reason="待批复")
    december.now = datetime(2026, 12, 14, 0, 59, tzinfo=UTC)
    december.do("resume", item, "lead")
    december.do("amend", item, "supervisor", changes={"title": "改名"})
    assert (december.row(item).due, december.row(item).provisional) == (date(2027, 1, 8), True)
    publish(december)
    assert (december.row(item).due, december.row(item).provisional) == (date(2027, 1, 14), False)


def test_a_corrected_deadline_is_counted_from_its_correction(december):
    item = december.at("working", due="2026-12-31")
    december.now = datetime(2026, 12, 10, 1, tzinfo=UTC)
    december.do("amend", item, "supervisor", changes={"due": "20个工作日内"})
    publish(december)
    assert december.row(item).due == KNOWN.add_workdays(date(2026, 12, 10), 20).date


def test_a_reopened_item_is_counted_from_its_reopening(december):
    item = december.at("closed", procedure="task")
    december.now = datetime(2026, 12, 21, 1, tzinfo=UTC)
    december.do("reopen", item, "lead", reason="反弹")
    publish(december)
    assert december.row(item).due == KNOWN.add_workdays(date(2026, 12, 21), 15).date


def test_a_date_that_does_not_move_becomes_certain(december):
    item = december.at("working", due="2个月内")
    assert december.row(item).provisional
    assert publish(december) == 0
    assert (december.row(item).due, december.row(item).provisional) == (date(2027, 2, 1), False)


def test_a_date_resting_on_another_year_stays_provisional_and_no_entry_is_made(december):
    item = december.at("working", due="400个工作日内")
    version = december.row(item).version
    publish(december, CalendarYear(2029, frozenset(), frozenset(), "试验通知"))
    assert (december.row(item).provisional, december.row(item).version) == (True, version)


def test_fixed_dates_and_ended_items_stay_as_they_are(december):
    fixed = december.at("working", due="2027年1月底前")
    ended = december.at("cancelled", due="30个工作日内")
    before = {i: (december.row(i).due, december.row(i).version) for i in (fixed, ended)}
    assert publish(december) == 0
    assert {i: (december.row(i).due, december.row(i).version) for i in (fixed, ended)} == before


def test_a_date_that_was_not_computed_as_we_know_how_is_left_to_a_person(december):
    from bihuan.actions.register import enter, register_row
    from bihuan.ledger import derive
    from bihuan.ledger.append import writing

    with writing(december.now) as ledger:  # as an import does, whose words counted from the day of the sheet
        row = register_row(ledger, december.registers["task"])
        procedure = derive.parsed(ledger.rows.get("procedure", row["procedure_id"])["text"])
        fields = {
            "title": "x",
            "state": "working",
            "due": "2027-02-26",
            "due_text": "30个工作日内",
            "provisional": True,
        }
        item = enter(ledger, SYSTEM, row, procedure, fields)
    publish(december)
    assert (december.row(item).due, december.row(item).provisional) == (date(2027, 2, 26), True)


def test_the_instants_at_which_colours_turn_follow_the_new_calendar(december):
    item = december.at("working", procedure="task", due="2027-01-12")  # near three working days before
    december.do("report", item, "handler", text="已完成九成", percent=95)

    def turns():
        return list(Timer.objects.filter(item_id=item, kind="colour").values_list("due_at", flat=True))

    guessed = turns()
    publish(december)
    assert guessed != turns()
    december.now = datetime(2027, 1, 13, 1, tzinfo=UTC)
    while pending(december.now):
        assert tick(december.now) > 0
    assert december.row(item).overdue
    assert verify().ok


def test_a_colour_that_the_new_calendar_has_turned_already_is_entered_with_the_notice(december):
    december.now = datetime(2027, 1, 5, 1, tzinfo=UTC)
    text = texts()["task"].replace("version = 1", "version = 2").replace("share = 30", "share = 100")
    procedure = house.publish_procedure(SYSTEM, december.now, text)
    december.registers["task"] = house.create_register(
        SYSTEM, december.now, december.campaign, "改版", procedure
    )
    item = december.at("working", procedure="task", due="2027-01-12")
    assert december.row(item).colour == "green"
    publish(december)
    assert december.row(item).colour == "yellow"
    coloured = next(f for f in facts_of(item) if f.kind == "item.coloured")
    assert (coloured.event.colour, coloured.event.rule, coloured.at) == ("yellow", "near", december.now)


def test_a_tick_ends_although_a_calendar_moved_what_it_was_waiting_for(december):
    items = [december.at("working", procedure="task", due=f"2027-01-{day}") for day in (11, 12, 13, 14)]
    publish(december)
    december.now = datetime(2027, 2, 1, 1, tzinfo=UTC)
    tick(december.now)
    assert not pending(december.now)
    assert tick(december.now) == 0
    assert all(december.row(i).overdue for i in items)


def test_publishing_again_replaces_the_year(december):
    item = december.at("working", due="30个工作日内")
    publish(december)
    first = december.row(item).due
    publish(december, CalendarYear(2027, frozenset({date(2027, 1, 1)}), frozenset(), "更正通知"))
    assert december.row(item).due == first  # what is certain is not computed again
    other = december.register(due="30个工作日内")
    assert december.row(other).due == date(2027, 1, 13)


def test_only_those_who_keep_the_calendar_publish_it(december):
    for name in ("handler", "lead", "auditor", "security"):
        with pytest.raises(NotAllowed):
            house.publish_calendar(december.people[name], december.now, NOTICE)
    house.publish_calendar(december.people["admin"], december.now, NOTICE)
