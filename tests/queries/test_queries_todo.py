"""What each person has to do, by role and scope; asked of the database with as little as when there is little."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bihuan.actions.inspection import Plan, approve_inspection, propose_inspection
from bihuan.actions.slip import acknowledge_slip, answer_slip, issue_slip
from bihuan.clock.tick import tick
from bihuan.models import Item, Slip
from bihuan.queries import todo as module
from bihuan.queries.item import detail
from bihuan.queries.people import visible_units
from bihuan.queries.slips import unsettled
from bihuan.queries.tasks import LATER, MOST, NOW, SOON
from bihuan.queries.todo import todo
from tests.actions.county import PATH, PEOPLE, County
from tests.support.recall import recalled

#: State → the kinds of task that each person has; who is not named has none.
EXPECTED = {
    "registered": {"approve": {"supervisor", "lead", "chief"}},
    "approved": {"assign": {"supervisor", "chief"}},
    "returned": {"assign": {"supervisor", "chief"}},
    "assigned": {"accept": {"handler", "head"}},
    "working": {"report": {"handler", "head"}},
    "passed": {"close": {"supervisor", "chief"}},
    "closed": {},
    "suspended": {},
    "merged": {},
    "cancelled": {},
}


@pytest.fixture
def county(db):
    return recalled(County, County)


def kinds(county, person, at=None):
    return [t.kind for t in todo(county.people[person], at or county.now).tasks]


def of_items(county, person):
    """The tasks that are about an item alone."""
    return {
        (t.kind, t.item.pk) for t in todo(county.people[person], county.now).tasks if t.item and not t.slip
    }


def test_each_item_waits_for_those_who_move_it_on(county):
    items = {state: county.at(state) for state in EXPECTED}
    del items["merged"]  # its target is another item, which has tasks of its own
    for person in PEOPLE:
        expected = {
            (kind, item)
            for state, item in items.items()
            for kind, who in EXPECTED[state].items()
            if person in who
        }
        found = {(kind, item) for kind, item in of_items(county, person) if item in items.values()}
        assert found == expected, person


@pytest.mark.parametrize("procedure", ["rectification", "task", "livelihood", "tough"])
def test_a_review_waits_for_exactly_those_who_may_review_now(county, procedure):
    item = county.at("reviewing", procedure)
    for _ in county.procedure(item).levels:
        may = {
            p for p, actor in county.people.items()
            if county.row(item).state == "reviewing" and p not in {"admin", "security", "audit"}
            and _reviews(item, actor)
        }  # fmt: skip
        assert {p for p in PEOPLE if "review" in kinds(county, p)} == may
        county.review(item)


def _reviews(item, actor):
    from bihuan.queries.people import visible_units
    from bihuan.rules.errors import NotAllowed

    try:
        return "review" in {s.action for s in detail(item, actor, visible_units(actor)).steps}
    except NotAllowed:
        return False


def test_work_whose_measures_are_done_has_only_to_be_submitted(county):
    item = county.at("working")
    county.do(
        "report", item, "handler", text="完成", measures={"1": {"state": "done"}, "2": {"state": "done"}}
    )
    assert of_items(county, "handler") == {("submit", item)}


def test_what_is_overdue_comes_first_then_what_others_wait_for_then_the_rest(county):
    late = county.at("working", due=(county.now + timedelta(days=3)).date().isoformat())
    calm = county.at("working")
    county.register()
    fresh = county.at("assigned")
    tick(county.later(days=4))
    found = [
        (t.urgency, t.item.pk) for t in todo(county.people["handler"], county.now).tasks if t.slip is None
    ]
    assert found == [(NOW, late), (NOW, fresh), (LATER, calm)]


def test_a_closed_item_whose_look_back_is_due_waits_for_those_who_look_back(county):
    item = county.at("closed")
    assert of_items(county, "supervisor") == set()
    tick(county.later(days=200))
    found = {
        p
        for p in PEOPLE
        if ("look_back", item) in {(t.kind, t.item.pk) for t in todo(county.people[p], county.now).tasks}
    }
    assert found == {"supervisor", "chief", "checker", "reviewer"}


def test_a_slip_waits_in_turn_for_its_signer_its_receiver_and_its_judge(county):
    item = county.at("working")
    tick(county.later(minutes=1))
    notice = next(t.slip for t in todo(county.people["handler"], county.now).tasks if t.slip)
    acknowledge_slip(notice.pk, county.people["handler"], county.later(minutes=1))
    assert "slip-acknowledge" not in kinds(county, "handler")
    county.later(days=5)
    asked = issue_slip(item, "整改反馈单", county.people["supervisor"], county.now).slip
    assert {p for p in PEOPLE if "slip-answer" in kinds(county, p)} == {"handler", "head"}
    answer_slip(asked, county.people["head"], county.later(minutes=1), text="正在办")
    assert {p for p in PEOPLE if "slip-judge" in kinds(county, p)} == {"supervisor", "chief"}
    issue_slip(item, "整改约谈单", county.people["supervisor"], county.later(minutes=1), despite="重要")
    assert {p for p in PEOPLE if "slip-approve" in kinds(county, p)} == {"lead", "chief"}


def test_an_answer_that_is_late_comes_at_once(county):
    item = county.at("working")
    issue_slip(item, "整改反馈单", county.people["supervisor"], county.later(days=5))
    late = [
        t.urgency
        for t in todo(county.people["head"], county.now + timedelta(days=30)).tasks
        if t.kind == "slip-answer"
    ]
    assert late == [NOW]
    assert [t.urgency for t in todo(county.people["head"], county.now).tasks if t.kind == "slip-answer"] == [
        SOON
    ]


def test_a_plan_waits_for_somebody_else_than_its_author_and_then_for_the_group(county):
    day = county.now.date()
    plan = Plan(
        "督查",
        "planned",
        ["财务"],
        "乡镇",
        "今年",
        [county.units["town"]],
        day,
        day,
        county.people["checker"].person,
    )
    made = propose_inspection(
        county.people["chief"], county.later(minutes=1), county.units["office"], plan
    ).inspection
    assert {p for p in PEOPLE if "inspection-approve" in kinds(county, p)} == {"lead"}
    approve_inspection(made, county.people["lead"], county.later(minutes=1))
    assert {p for p in PEOPLE if "inspection-finding" in kinds(county, p)} == {"checker"}


def _many(county, count):
    """Copies of an item at work, as a large ledger has them."""
    row = Item.objects.get(pk=county.at("working"))
    for n in range(count):
        row.pk, row.number = 10_000_000 + n, f"多{n}"
        row.save(force_insert=True)


def test_more_than_the_page_shows_is_counted_and_the_queries_stay_the_same(county):
    county.at("working")
    with CaptureQueriesContext(connection) as few:
        todo(county.people["handler"], county.now)
    _many(county, 2 * MOST)
    with CaptureQueriesContext(connection) as many:
        found = todo(county.people["handler"], county.now)
    assert len([t for t in found.tasks if t.kind == "report"]) == MOST
    assert found.more == {"report": 2 * MOST + 2}
    assert len(many) == len(few) + 1  # the count of what is not shown
    assert len(many) <= 15


def test_more_slips_and_requests_than_the_page_shows_are_counted(county, monkeypatch):
    monkeypatch.setattr(module, "MOST", 1)
    for _ in range(3):
        county.ask("extension", county.at("working"), due="2027-02-01")
    head, lead = (todo(county.people[p], county.now) for p in ("head", "lead"))
    waiting = unsettled(visible_units(county.people["head"]), 99)
    assert waiting == Slip.objects.exclude(state__in=["closed", "withdrawn"]).count() == 3
    assert (len([t for t in head.tasks if t.slip]), head.more["slip"]) == (1, waiting)
    assert (len([t for t in lead.tasks if t.request]), lead.more["request"]) == (1, 3)


def test_a_wide_scope_finds_the_same_by_register(county, monkeypatch):
    for state in PATH[:-1]:
        county.at(state)
    before = {p: [(t.kind, t.item.pk) for t in todo(county.people[p], county.now).tasks] for p in PEOPLE}
    monkeypatch.setattr(module, "_MANY", 1)
    assert {
        p: [(t.kind, t.item.pk) for t in todo(county.people[p], county.now).tasks] for p in PEOPLE
    } == before


def crowd():
    """Put some thousand items beside each that is there: in a table of a few rows PostgreSQL takes any index for as good as another."""
    named = {f.column: f'"{f.column}"' for f in Item._meta.concrete_fields}
    named |= {
        "id": '"id"+g*100000',
        "no": '"no"+g*1000',
        "number": "\"number\"||'-'||g",
        "owner_id": '"owner_id"+g%200',
        "waiting": "CASE g%3 WHEN 0 THEN 'check-in look-back' ELSE '' END",
        "due_order": "\"due_order\"+g*interval '1 hour'",
    }
    columns = ",".join(f'"{column}"' for column in named)
    rows = f'SELECT {",".join(named.values())} FROM "item", generate_series(1, 1000) g'
    with connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO "item" ({columns}) {rows}')
        cursor.execute("ANALYZE item")


def plan_of(sql: str) -> str:
    """How the database would run a query."""
    with connection.cursor() as cursor:
        explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
        cursor.execute(f"{explain} {sql}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def test_every_search_walks_an_index(county):
    for state in PATH[:-1]:
        county.at(state)
    with CaptureQueriesContext(connection) as queries:
        for person in PEOPLE:
            todo(county.people[person], county.now)
    sql = {q["sql"] for q in queries}
    asked = {q for q in sql if 'FROM "item"' in q and "LIMIT" in q and 'FROM "slip"' not in q}
    assert asked
    if connection.vendor == "postgresql":
        crowd()
    for plan in map(plan_of, asked):
        assert "SCAN item" not in plan.replace("Seq Scan on item", "SCAN item"), plan
        assert any(name in plan for name in ("item_unit", "item_office", "item_owner")), plan
