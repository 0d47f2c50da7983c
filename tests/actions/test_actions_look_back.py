"""Look-backs: by schedule, by lot, and what a relapse asks for anew."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from bihuan.actions.sample import Population, commit_sample, draw_sample
from bihuan.clock.tick import tick
from bihuan.ledger.facts import fact_of
from bihuan.ledger.rebuild import digests, rebuild
from bihuan.models import Entry, Evidence, Review, Sample
from bihuan.queries.closing import look_back_tasks
from bihuan.queries.counts import figures
from bihuan.queries.sample import find_sample, replay
from bihuan.rules.errors import Invalid, Needs, NotAllowed, WrongState
from bihuan.rules.figures import Ref
from bihuan.rules.permissions import Role
from tests.actions.county import County, upload

SINCE, UNTIL = date(2026, 3, 1), date(2026, 3, 31)


def population(county, code="task", **given):
    standard = {"closed_from": SINCE, "closed_to": UNTIL, "look_back": True}
    return Population(register=county.registers[code], **{**standard, **given})


def commit(county, code="task", by="supervisor", **given):
    amounts = {k: given.pop(k) for k in ("share", "size") if k in given}
    return commit_sample(
        county.people[by],
        county.now,
        population(county, code, **given),
        "一季度回头看",
        seed="2026",
        **amounts,
    )


def drawn_from(county, closed=6, **given):
    """Close some items in March and draw from them in April; returns the sample's id and the ids of all items."""
    items = [county.at("closed", procedure="task") for _ in range(closed)]
    county.now = county.now.replace(month=4, day=2)
    made = commit(county, **given).sample
    county.later(minutes=1)
    draw_sample(made, county.people["supervisor"], county.now)
    return made, items


def chosen(sample):
    return sorted(i for part in Sample.objects.get(pk=sample).chosen for i in part["ids"])


def test_the_share_of_the_procedure_is_drawn_and_each_drawn_item_gets_a_task(county):
    made, items = drawn_from(county)
    picked = chosen(made)
    assert len(picked) == 2  # 20 % of six, rounded up
    for item in items:
        row = county.row(item)
        assert row.look_back_sample == (made if item in picked else 0)
        assert row.waiting == ("look-back" if item in picked else "")
        assert county.kinds(item)[-1] == ("item.chosen" if item in picked else "item.closed")
    due = county.row(picked[0]).look_back_due
    assert due == date(2026, 6, 2)  # three months after the closure on 2 March
    tasks = look_back_tasks([county.registers["task"]], None)
    assert [(t.item.pk, t.by, t.sample, t.overdue) for t in tasks] == [(i, due, made, False) for i in picked]
    assert figures([Ref("chosen")], [county.registers["task"]]) == {"chosen": "2"}
    assert replay(find_sample(made, county.people["supervisor"])).differences == []
    before = digests()
    rebuild()
    assert digests() == before


def test_a_task_is_done_by_looking_back_and_falls_overdue_otherwise(county):
    made, _ = drawn_from(county, share=50, due=date(2026, 4, 20))
    first, second, third = chosen(made)
    county.do("look_back", first, "checker", held=True, text="未见反弹")
    assert (county.row(first).waiting, county.row(first).look_back_due) == ("", None)
    county.now = county.now.replace(day=21)
    tick(county.now)
    assert [county.row(i).waiting for i in (first, second, third)] == [
        "",
        *["look-back recheck-overdue"] * 2,
    ]
    assert [t.overdue for t in look_back_tasks([county.registers["task"]], None)] == [True, True]
    county.do("look_back", second, "checker", held=False, text="反弹")
    assert (county.row(second).state, county.row(second).waiting) == ("working", "")


def test_a_drawn_item_that_is_open_again_gets_no_task(county):
    items = [county.at("closed", procedure="task") for _ in range(2)]
    county.now = county.now.replace(month=4, day=2)
    made = commit(county, size=2).sample
    county.do("reopen", items[0], "lead", reason="反映问题复发")
    draw_sample(made, county.people["supervisor"], county.now)
    assert [county.row(i).look_back_sample for i in items] == [0, made]
    with pytest.raises(WrongState, match="已经抽过"):
        draw_sample(made, county.people["supervisor"], county.now)


def test_a_far_closure_is_given_a_month_and_one_without_a_share_must_say_how_many(county):
    item = county.at("closed", procedure="task")
    county.now = county.now.replace(month=9, day=1)
    made = commit(county).sample
    draw_sample(made, county.people["supervisor"], county.now)
    assert county.row(item).look_back_due == date(2026, 10, 8)  # 1 October is a holiday


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"closed_from": None}, Needs, "清单和销号时段"),
        ({"closed_to": date(2026, 4, 2)}, Invalid, "还没有过完"),
        ({"due": date(2026, 4, 1)}, Invalid, "已经过去"),
        ({"share": 101}, Invalid, "1 到 100 之间"),
    ],
)
def test_a_look_back_that_cannot_be_drawn_is_refused(county, given, error, said):
    county.at("closed", procedure="task")
    county.now = county.now.replace(month=4, day=2)
    with pytest.raises(error, match=said):
        commit(county, **given)
    assert Sample.objects.count() == 0


def test_nobody_looks_back_on_what_they_handled(county):
    item = county.at("working")
    county.do("report", item, "supervisor", text="督办员代填")
    county.to_reviewing(item)
    row = county.row(item)
    assert county.people["supervisor"].person in row.handled_by
    county.add_person("second", "office", (Role.SUPERVISOR,))
    while county.row(item).state == "reviewing":
        level = county.procedure(item).levels[county.row(item).level - 1]
        by = {"unit_head": "head", "supervisor": "second"}.get(level.role, level.role)
        county.do("review", item, by, passed=True)
    county.do("close", item, "second")
    with pytest.raises(NotAllowed, match="不能由您回头看"):
        county.do("look_back", item, "supervisor", held=True, text="好")
    county.do("look_back", item, "second", held=True, text="好")


def missing(county, item, **values):
    with pytest.raises(Needs) as refused:
        county.do("submit", item, "handler", text="再次申请", **values)
    return refused.value.message


class RelapseAsksForEverythingAnew(TestCase):
    """Whatever was proved before a relapse, in any number of rounds, proves nothing after it."""

    @settings(max_examples=4)
    @given(st.integers(1, 2), st.sampled_from(["livelihood", "rectification"]))
    def test_evidence_reviews_and_rating_of_earlier_rounds_do_not_count(self, rounds, code):
        county = County()
        item = county.at("closed", procedure=code)
        number = county.row(item).number
        for done in range(1, rounds + 1):
            county.do("look_back", item, "checker", held=False, text="问题反弹")
            row = county.row(item)
            assert (row.number, row.state, row.reopens, row.relapses) == (number, "working", done, done)
            assert (row.evidence, row.measures_done, row.percent, row.affirmed) == (0, 0, 0, [])
            assert "还有措施没有完成" in missing(county, item)
            county.do("report", item, "handler", text="重新整改", percent=100, amount=(row.quantity or {}).get("target"),
                      measures={str(n): {"state": "done"} for n in range(1, row.measures + 1)})  # fmt: skip
            assert Evidence.objects.filter(item_id=item).exists()
            for condition in county.procedure(item).closing:
                if condition.kind == "evidence":
                    assert condition.reason.rstrip("。") in missing(county, item)
                    for _ in range(condition.count):
                        county.do(
                            "attach", item, "handler", file=upload(), evidence=(condition.of or ("",))[0]
                        )
            county.submit(item)
            levels = len(county.procedure(item).levels)
            round_ = county.row(item).round
            for level in range(1, levels + 1):
                assert county.row(item).level == level
                with pytest.raises(WrongState):
                    county.do("close", item, "supervisor", rating="满意")
                county.review(item)
            assert Review.objects.filter(item_id=item, round=round_, passed=True).count() == levels
            if any(c.kind == "rating" for c in county.procedure(item).closing):
                stated = [c.name for c in county.procedure(item).conditions("close") if c.kind == "statement"]
                with pytest.raises(Needs):
                    county.do("close", item, "supervisor", affirmed=stated)
            county.to_closed(item)
            county.later(days=1)
        assert county.row(item).state == "closed"
        assert county.row(item).number == number


def test_what_was_drawn_stands_in_the_entries(county):
    made, _ = drawn_from(county, due=date(2026, 5, 6))
    entries = Entry.objects.filter(kind="item.chosen").order_by("seq")
    facts = [fact_of(e.body) for e in entries]
    assert [(f.item, f.event.sample, f.event.due) for f in facts] == [
        (i, made, "2026-05-06") for i in [i for p in Sample.objects.get(pk=made).chosen for i in p["ids"]]
    ]
    assert {f.at for f in facts} == {county.now}
    assert timedelta(0) == facts[0].recorded - facts[0].at
