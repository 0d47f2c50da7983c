"""What falls due: entered once, in order, at the instant at which it was due, and marked when it is late."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from bihuan.clock.tick import pending, tick
from bihuan.ledger.append import writing
from bihuan.ledger.reading import facts_of, head
from bihuan.ledger.rebuild import digests, rebuild
from bihuan.ledger.verify import verify
from bihuan.models import Timer
from bihuan.rules.errors import NotAllowed

DUE = datetime(2026, 3, 31, 16, tzinfo=UTC)  # the end of 31 March in China


def coloured(item):
    return [
        (f.at, f.event.colour, f.event.overdue, f.event.late)
        for f in facts_of(item)
        if f.kind == "item.coloured"
    ]


@pytest.fixture
def item(county):
    return county.at("working", due="2026-03-31", procedure="rectification")


def test_colours_turn_at_the_instants_that_were_known_beforehand(county, item):
    near = datetime(2026, 3, 23, 16, tzinfo=UTC)  # seven days before the end: from the start of 24 March
    known = set(Timer.objects.filter(item_id=item).values_list("kind", "due_at"))
    assert {("colour", near), ("overdue", DUE)} <= known
    tick(near - timedelta(microseconds=1))
    assert coloured(item) == []
    tick(near)
    assert coloured(item) == [(near, "yellow", False, False)]
    assert (county.row(item).colour, county.row(item).rule) == ("yellow", "near")
    tick(DUE)
    assert coloured(item)[1:] == [(DUE, "red", True, False)]
    assert (county.row(item).colour, county.row(item).overdue) == ("red", True)


@pytest.mark.parametrize(
    ("late_by", "late"), [(timedelta(minutes=10), False), (timedelta(minutes=10, microseconds=1), True)]
)
def test_what_is_entered_later_than_ten_minutes_is_marked_late(county, item, late_by, late):
    tick(DUE + late_by)
    assert coloured(item)[-1] == (DUE, "red", True, late)
    assert facts_of(item)[-1].recorded == DUE + late_by


def test_a_step_enters_first_what_fell_due_before_it(county, item):
    county.now = DUE + timedelta(days=2)
    county.do("comment", item, "lead", text="已逾期")
    facts = facts_of(item)
    assert [f.at for f in facts] == sorted(f.at for f in facts)
    assert facts[-1].kind == "item.commented"
    assert coloured(item)[-1] == (DUE, "red", True, True)
    assert tick(county.now) == 0


def test_a_refused_step_leaves_what_fell_due_to_the_clock(county, item):
    county.now = DUE + timedelta(days=2)
    before = head()
    with pytest.raises(NotAllowed):
        county.do("extend", item, "handler", due="2026-06-30", reason="x")
    assert head() == before
    assert tick(county.now) > 0


def test_ticking_twice_enters_nothing_more(county, item):
    now = DUE + timedelta(days=100)
    assert tick(now) > 0
    before = head(), digests()
    assert tick(now) == 0
    assert not pending(now)
    assert (head(), digests()) == before


def test_one_late_tick_and_many_punctual_ones_tell_the_same_story(county):
    items = [
        county.at("working", due=f"2026-0{m}-15", procedure=p) for m in (4, 5) for p in county.procedures
    ]
    items += [
        county.at(s, due="2026-04-20") for s in ("registered", "assigned", "reviewing", "closed", "suspended")
    ]

    def story(step):
        mark = transaction.savepoint()
        day, until = county.now, county.now + timedelta(days=100)
        while day < until:
            day = min(day + step, until)
            tick(day)
        told = {i: [(at, colour, overdue) for at, colour, overdue, _ in coloured(i)] for i in items}
        rows = {i: (county.row(i).colour, county.row(i).rule, county.row(i).overdue) for i in items}
        transaction.savepoint_rollback(mark)
        return told, rows

    punctual = story(timedelta(hours=7))
    assert punctual == story(timedelta(days=100)) == story(timedelta(days=17))
    assert sum(len(told) for told in punctual[0].values()) > 20


def test_after_a_tick_a_rebuild_gives_the_same_and_the_counters_hold(county):
    for month in (3, 4, 5, 6):
        county.at("working", due=f"2026-0{month}-20", procedure="task")
        county.at("assigned", due=f"2026-0{month}-20", procedure="livelihood")
    for days in (20, 40, 200):
        tick(county.later(days=days))
        before = digests()
        rebuild()
        assert digests() == before
        assert verify().ok


def test_items_without_a_date_fall_due_for_nothing_but_what_the_procedure_says(county):
    ongoing = county.at("working", due="长期坚持")
    tick(county.later(days=1000))
    assert not county.row(ongoing).overdue
    assert county.row(ongoing).state == "working"


def test_ended_items_wait_for_no_deadline(county):
    for state in ("cancelled", "merged"):
        ended = county.at(state, due="2026-03-31")
        assert not Timer.objects.filter(item_id=ended).exists()


def test_what_is_due_by_the_timers_kept_is_asked_without_working_them_out(county, item):
    with writing(DUE - timedelta(days=1)) as ledger:
        row = ledger.item(item)
        earliest = min(Timer.objects.filter(item_id=item).values_list("due_at", flat=True))
        assert ledger.is_quiet(row, earliest - timedelta(microseconds=1))
        assert not ledger.is_quiet(row, earliest)
        row["version"] += 1  # the timers kept are no longer those of the item
        assert not ledger.is_quiet(row, earliest - timedelta(microseconds=1))
        row["version"] -= 1
        ledger.checkpoint()
        assert not ledger.is_quiet(row, earliest - timedelta(microseconds=1))  # they may have changed since
