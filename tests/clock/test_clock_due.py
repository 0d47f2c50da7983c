"""What falls due beside the colour: limits of acceptance, plan and review, check-ins and look-backs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from bihuan.actions.house import publish_calendar
from bihuan.actions.request import refuse_request
from bihuan.clock.tick import tick
from bihuan.ledger import derive
from bihuan.ledger.append import writing
from bihuan.ledger.facts import Fact
from bihuan.ledger.reading import facts_of, head
from bihuan.ledger.rebuild import digests, rebuild
from bihuan.ledger.rows import Rows
from bihuan.models import Timer
from bihuan.queries.items import Filter, page_of
from bihuan.rules import events as ev
from bihuan.rules.calendar import CalendarYear
from bihuan.rules.clocked import CHINA, day_end
from bihuan.rules.permissions import SYSTEM
from bihuan.rules.timers import WAITING_NAMES, timers

TICK = timedelta(microseconds=1)


def steps(item: int) -> list[Fact]:
    """What happened to the item itself, without its slips."""
    return [f for f in facts_of(item) if f.kind.startswith("item.")]


def fallen(item: int) -> list[tuple[str, str, datetime]]:
    return [(f.event.what, f.event.detail, f.at) for f in facts_of(item) if f.kind == "item.fell_due"]


def timer(item: int, kind: str) -> datetime:
    return Timer.objects.get(item_id=item, kind=kind).due_at


CASES = {
    "accept-overdue": ("assigned", "rectification", {}, lambda c, i: c.to_working(i)),
    "plan-overdue": (
        "working",
        "tough",
        {"measures": []},
        lambda c, i: c.do("plan", i, "handler", measures=[{"text": "拆迁"}]),
    ),
    "review-overdue": ("reviewing", "rectification", {}, lambda c, i: c.review(i)),
    "check-in": (
        "working",
        "rectification",
        {"due": "长期坚持"},
        lambda c, i: c.do("report", i, "handler", text="照常"),
    ),
    "look-back": (
        "closed",
        "rectification",
        {},
        lambda c, i: c.do("look_back", i, "checker", held=True, text="未见反弹"),
    ),
    "request-overdue": (
        "working",
        "rectification",
        {"asks": {"kind": "extension", "due": "2027-01-29"}},
        lambda c, i: refuse_request(c.row(i).requests[0], c.people["lead"], c.now, opinion="按期完成"),
    ),
    "respond-overdue": (
        "working",
        "rectification",
        {"first": ("escalate", {"reason": "跨部门", "unit": 2})},
        lambda c, i: c.do("respond", i, "chief", text="由县里牵头"),
    ),
    "resume-due": (
        "working",
        "rectification",
        {"first": ("suspend", {"reason": "待批复", "until": "2026-03-05"})},
        lambda c, i: c.do("resume", i, "lead"),
    ),
}


def begun(county, state, procedure, values):
    """An item at ``state``, after a ``first`` step of the lead, or something that its unit ``asks`` for."""
    values = dict(values)
    first, asks = values.pop("first", None), values.pop("asks", None)
    item = county.at(state, procedure, **values)
    if first:
        county.do(first[0], item, "lead", **first[1])
    if asks:
        county.ask(item=item, **asks)
    return item


@pytest.mark.parametrize("kind", CASES)
def test_each_limit_falls_due_once_at_its_own_instant_and_ends_with_the_step_it_asked_for(county, kind):
    state, procedure, values, step = CASES[kind]
    item = begun(county, state, procedure, values)
    at = timer(item, kind)
    tick(at - TICK)
    assert (county.row(item).waiting, fallen(item)) == ("", [])
    tick(at + timedelta(hours=3))
    assert county.row(item).waiting == kind
    assert [(what, when) for what, _, when in fallen(item)] == [(kind, at)]
    assert not Timer.objects.filter(item_id=item, kind=kind).exists()
    before = head()
    tick(at + timedelta(hours=4))
    assert head() == before
    county.now = at + timedelta(hours=5)
    step(county, item)
    assert county.row(item).waiting == ""
    same = digests()
    rebuild()
    assert digests() == same


def test_a_look_back_that_was_drawn_waits_at_once_and_is_late_the_day_after_its_last(county):
    item = county.at("closed")
    with writing(county.later(minutes=1)) as ledger:
        ledger.item(item)
        ledger.append(ev.ItemChosen(sample=1, due="2026-04-20"), item=item)
    assert (county.row(item).waiting, timer(item, "recheck-overdue")) == (
        "look-back",
        day_end(date(2026, 4, 20)),
    )
    tick(day_end(date(2026, 4, 20)) - TICK)
    assert fallen(item) == []
    tick(day_end(date(2026, 4, 20)))
    assert (county.row(item).waiting, fallen(item)) == (
        "look-back recheck-overdue",
        [("recheck-overdue", "", day_end(date(2026, 4, 20)))],
    )
    same = digests()
    rebuild()
    assert digests() == same


def test_every_kind_that_an_item_can_wait_for_is_tried_here():
    assert {*CASES, "recheck-overdue"} == set(WAITING_NAMES)
    assert not any(
        a in b for a in WAITING_NAMES for b in WAITING_NAMES if a != b
    )  # lists look for a kind in a text


def test_what_fell_due_while_the_system_was_down_holds_when_it_was_due_and_is_marked_late(county):
    item = county.at("assigned")
    at = timer(item, "accept-overdue")
    tick(at + timedelta(days=5))
    fact = next(f for f in facts_of(item) if f.kind == "item.fell_due")
    assert (fact.at, fact.recorded, fact.event.late) == (at, at + timedelta(days=5), True)


def test_what_falls_due_on_time_is_not_late(county):
    item = county.at("assigned")
    at = timer(item, "accept-overdue")
    tick(at + timedelta(minutes=10))
    assert steps(item)[-1].event == ev.ItemFellDue(what="accept-overdue")


def test_a_step_enters_first_what_fell_due_before_it(county):
    item = county.at("assigned")
    at = timer(item, "accept-overdue")
    county.now = at + timedelta(days=1)
    county.to_working(item)
    assert [f.kind for f in steps(item)[-2:]] == ["item.fell_due", "item.accepted"]
    assert county.row(item).waiting == ""


def test_two_things_at_one_instant_are_both_entered(county):
    """The limit for signing and the due day end together."""
    at = timer(county.at("assigned"), "accept-overdue")
    item = county.at("assigned", due=(at - TICK).astimezone(CHINA).date().isoformat())
    assert timer(item, "accept-overdue") == county.row(item).due_at
    tick(at)
    row = county.row(item)
    assert (row.overdue, row.waiting) == (True, "accept-overdue")
    assert [(f.kind, f.at) for f in steps(item)[-2:]] == [("item.coloured", at), ("item.fell_due", at)]


def test_the_clock_enters_in_the_order_of_time_over_all_items(county):
    items = [county.at(state) for state in ("assigned", "reviewing", "working", "closed", "assigned")]
    start = head()[0]
    tick(county.now + timedelta(days=400))
    facts = sorted((f for i in items for f in facts_of(i) if f.seq > start), key=lambda f: f.seq)
    assert len(facts) > 8
    assert [(f.at, f.item) for f in facts] == sorted((f.at, f.item) for f in facts)


@pytest.mark.parametrize("state", ["assigned", "working", "reviewing", "closed"])
def test_the_rows_are_what_the_rules_say_of_the_future_without_slips(county, state):
    item = county.at(state, due="2026-12-31")
    tick(county.now + timedelta(days=1))
    rows = Rows(connection)
    row = rows.get("item", item)
    said = timers(derive.clocked(row), derive.procedure_of(rows, row), derive.calendar_of(rows))
    found = Timer.objects.filter(item_id=item, kind__in=WAITING_NAMES)
    assert {(t.due_at, t.kind) for t in found} == {
        (t.due_at, t.kind) for t in said if t.kind in WAITING_NAMES and t.due_at > row["changed_at"]
    }


def test_timers_move_when_a_calendar_is_published_and_a_rebuild_agrees(county):
    item = county.at("closed")
    tick(datetime(2027, 2, 1, tzinfo=UTC))
    county.now = datetime(2027, 2, 3, 1, tzinfo=UTC)
    open_item = county.register(due="2027-12-31")
    county.to_approved(open_item)
    county.to_assigned(open_item)
    before = timer(open_item, "accept-overdue")
    year = CalendarYear.from_data(
        {
            "year": 2027,
            "holidays": ["2027-01-01", *(f"2027-02-{d:02}" for d in range(4, 12)), "2027-10-01"],
            "workdays": [],
            "source": "通知",
        }
    )
    publish_calendar(SYSTEM, county.now, year)
    assert timer(open_item, "accept-overdue") > before
    same = digests()
    rebuild()
    assert digests() == same
    assert county.row(item).state == "closed"


def test_what_had_fallen_due_is_put_off_by_a_calendar_that_makes_its_days_holidays(county):
    county.now = datetime(2027, 2, 3, 1, tzinfo=UTC)
    item = county.at("assigned", due="2027-12-31")
    tick(timer(item, "accept-overdue"))
    assert county.row(item).waiting == "accept-overdue"
    days = [f"2027-02-{d:02}" for d in range(3, 20)]
    year = CalendarYear.from_data({"year": 2027, "holidays": days, "workdays": [], "source": "通知"})
    publish_calendar(SYSTEM, county.row(item).changed_at + timedelta(minutes=1), year)
    assert county.row(item).waiting == ""
    assert steps(item)[-1].event == ev.ItemPutOff(what="accept-overdue", reason="2027年放假安排已发布")
    tick(datetime(2027, 3, 31, tzinfo=UTC))
    assert [what for what, _, _ in fallen(item)] == ["accept-overdue", "accept-overdue"]
    same = digests()
    rebuild()
    assert digests() == same


def test_a_list_shows_what_waits_for_one_thing(county):
    late, other = county.at("assigned"), county.at("reviewing")
    tick(county.now + timedelta(days=40))
    register = county.row(late).register_id
    found = {
        kind: page_of(Filter((register,), waiting=kind))
        for kind in ("accept-overdue", "review-overdue", "check-in")
    }
    assert {kind: [i.pk for i in page.rows] for kind, page in found.items()} == {
        "accept-overdue": [late],
        "review-overdue": [other],
        "check-in": [],
    }
    assert [(page.total, page.exact) for page in found.values()] == [(1, True), (1, True), (0, True)]


def test_an_item_keeps_its_limits_when_its_register_gets_another_procedure(county):
    item = county.at("assigned")
    at = timer(item, "accept-overdue")
    register = county.row(item).register_id
    with writing(county.later(minutes=1)) as ledger:
        ledger.append(ev.RegisterChanged(register=register, procedure=county.procedures["tough"]))
    assert timer(item, "accept-overdue") == at
    tick(at)
    assert county.row(item).waiting == "accept-overdue"
    same = digests()
    rebuild()
    assert digests() == same
