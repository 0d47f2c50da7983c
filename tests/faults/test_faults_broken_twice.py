"""Each write is broken twice: it failed and was not persisted, and it failed though it was persisted.

Not persisted: the connection breaks at each statement in turn, and at the commit. Persisted: it breaks after the commit, so
that the caller is told of a failure that was none. Afterwards nothing is half done, and the same step with the same version
is refused as stale instead of done twice.
"""

from contextlib import contextmanager
from datetime import date

import pytest
from django.db import OperationalError, connection

from bihuan.actions import house, register
from bihuan.actions.decide import Resolution
from bihuan.actions.institution import draft_institution, issue_institution
from bihuan.actions.request import approve_request
from bihuan.actions.sample import Population, commit_sample, draw_sample
from bihuan.clock.tick import tick
from bihuan.ledger.outermost import _Outermost
from bihuan.ledger.reading import head
from bihuan.ledger.rebuild import digests, rebuild
from bihuan.ledger.seal import make_seal, read_seals
from bihuan.ledger.trips_postgres import Trips
from bihuan.ledger.verify import verify
from bihuan.models import Entry, Item
from bihuan.procedures import texts
from bihuan.rules.calendar import CalendarYear
from bihuan.rules.errors import BihuanError, Stale, WrongState
from bihuan.rules.permissions import SYSTEM, Role
from bihuan.rules.workflow import STEPS
from tests.actions.county import upload


class Broken(OperationalError):
    """The connection broke."""


@contextmanager
def broken_at(number):
    """Break the connection at the ``number``-th statement that reads or writes; yields how many there were so far."""
    seen = [0]

    def run(execute, sql, params, many, context):
        seen[0] += 1
        if seen[0] == number:
            raise Broken(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(run):
        yield seen


@contextmanager
def broken_commit(*, persisted):
    """Break the connection when it commits, also with a trip or at the driver: before the database has, or (``persisted``) after."""

    def breaking(commit):
        def fail(*args):
            if persisted:
                commit(*args)
            raise Broken("COMMIT")

        return fail

    def commits(asked):
        return any(statement.sql == "COMMIT" for statement in asked)

    make_trip, at_driver = Trips._make_trip, _Outermost._at_driver
    commit_with_trip, commit_at_driver = breaking(make_trip), breaking(at_driver)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "_commit", breaking(connection._commit))
        patch.setattr(
            Trips,
            "_make_trip",
            lambda trips, asked: (commit_with_trip if commits(asked) else make_trip)(trips, asked),
        )
        patch.setattr(
            _Outermost,
            "_at_driver",
            lambda block, sql: (commit_at_driver if sql == "COMMIT" else at_driver)(block, sql),
        )
        yield


def snapshot():
    return head(), digests(), Entry.objects.count()


def break_everywhere(write, what):
    """Break ``write`` at each statement and at the commit; nothing may be there afterwards. Returns how many it ran."""
    before = snapshot()
    number = 0
    while True:
        number += 1
        with pytest.raises(Broken) as broken, broken_at(number) as seen, broken_commit(persisted=False):
            write()
        assert snapshot() == before, f"{what} left something behind: {broken.value}"
        if seen[0] < number:  # every statement ran, and the commit itself broke
            assert verify().ok
            return seen[0]


def lose_the_answer(write):
    """Let ``write`` be committed and its answer be lost."""
    with pytest.raises(Broken), broken_commit(persisted=True):
        write()


#: How many statements a step takes at least: on PostgreSQL all that it writes makes one trip.
FEWEST = {"sqlite": 5, "postgresql": 3}
#: Action → (state to begin from, who, values); ``#`` stands for a unit or another item of the county.
STEPS_TAKEN = {
    "approve": ("registered", "supervisor", {}),
    "assign": ("approved", "supervisor", {"owner": "#village", "helpers": ["#town"]}),
    "accept": ("assigned", "handler", {"handler": "李四"}),
    "return": ("assigned", "handler", {"reason": "非本级职责"}),
    "plan": ("working", "handler", {"measures": ["补"], "changed": {"1": {"text": "改"}}}),
    "report": ("working", "handler", {"text": "进展", "percent": 40, "measures": {"1": {"state": "done"}}}),
    "attach": ("working", "handler", {"file": "#file"}),
    "submit": ("proved", "handler", {"text": "完成"}),
    "review": ("reviewing", "head", {"passed": True}),
    "close": ("passed", "supervisor", {}),
    "look_back": ("closed", "checker", {"held": False, "text": "反弹"}),
    "reopen": ("closed", "lead", {"reason": "反弹"}),
    "extend": ("working", "lead", {"due": "2027-01-31", "reason": "汛期"}),
    "transfer": ("working", "supervisor", {"owner": "#village", "reason": "调整"}),
    "suspend": ("working", "lead", {"reason": "待批复"}),
    "resume": ("suspended", "lead", {}),
    "merge": ("working", "supervisor", {"into": "#item", "reason": "重复"}),
    "escalate": ("working", "lead", {"unit": "#county", "reason": "跨部门"}),
    "respond": ("escalated", "chief", {"text": "由县里协调", "lead": "李书记"}),
    "hand_back": ("escalated", "chief", {"reason": "已协调"}),
    "cancel": ("working", "lead", {"reason": "登记错误"}),
    "amend": ("working", "supervisor", {"changes": {"title": "改名", "helpers": ["#village"]}}),
    "comment": ("working", "lead", {"text": "抓紧"}),
}


def given(county, value):
    """Fill in what ``#`` stands for."""
    if isinstance(value, dict):
        return {k: given(county, v) for k, v in value.items()}
    if isinstance(value, list):
        return [given(county, v) for v in value]
    if value == "#item":
        return county.other
    if value == "#file":
        return upload()
    return county.units[value[1:]] if isinstance(value, str) and value.startswith("#") else value


def test_the_table_of_this_test_names_every_step():
    assert set(STEPS_TAKEN) == set(STEPS)


@pytest.mark.slow
def test_every_step_of_an_item_survives_being_broken_twice(county):
    county.other = county.at("working")
    for action, (state, by, values) in STEPS_TAKEN.items():
        item = county.at("working" if state in {"proved", "escalated"} else state)
        if state == "proved":
            county.prove(item)
        if state == "escalated":
            county.do("escalate", item, "lead", unit=county.units["county"], reason="跨部门")
        county.later(days=1)
        seen = county.row(item).version

        def write(action=action, item=item, by=by, values=values, seen=seen):
            county.do(action, item, by, version=seen, **given(county, values))

        assert break_everywhere(write, action) >= FEWEST[connection.vendor]
        assert county.row(item).version == seen
        lose_the_answer(write)
        done = snapshot()
        assert county.row(item).version > seen, action
        with pytest.raises(Stale):
            write()
        assert snapshot() == done
        assert verify().ok
    before = digests()
    rebuild()
    assert digests() == before


@pytest.mark.slow
def test_registering_survives_being_broken_twice(county):
    def write():
        county.register(helpers=[county.units["village"]])

    break_everywhere(write, "register")
    lose_the_answer(write)
    write()
    assert [i.number for i in Item.objects.order_by("id")] == ["问改〔2026〕1号", "问改〔2026〕2号"]
    assert verify().ok


@pytest.mark.slow
def test_decisions_of_a_meeting_and_on_a_request_survive_being_broken_twice(county):
    items = [county.at("working", due="2026-06-30"), county.at("working", procedure="task")]
    meeting = county.meet(items)
    request = county.ask("transfer", items[0], owner=county.units["village"])
    resolutions = [Resolution(i, "plan", {"measures": ["补"]}, "研究决定") for i in items]
    for what, write in {
        "decide": lambda: county.decide(meeting, *resolutions),
        "approve": lambda: approve_request(request, county.people["supervisor"], county.now),
    }.items():
        assert break_everywhere(write, what) >= 5
        lose_the_answer(write)
    with pytest.raises(WrongState):
        approve_request(request, county.people["supervisor"], county.now)
    assert [county.row(i).measures for i in items] == [3, 3]
    assert county.row(items[0]).owner_id == county.units["village"]
    assert verify().ok
    before = digests()
    rebuild()
    assert digests() == before


NOTICE = CalendarYear(2027, frozenset({date(2027, 1, 1)}), frozenset(), "通知")
HOUSE = {
    "create_unit": lambda c: house.create_unit(
        SYSTEM, c.now, "新镇", parent=c.units["county"], aliases=["新"]
    ),
    "change_unit": lambda c: house.change_unit(
        SYSTEM, c.now, c.units["town"], parent=c.units["village"], aliases=["东"]
    ),
    "create_person": lambda c: house.create_person(SYSTEM, c.now, "某人", c.units["town"]),
    "grant_role": lambda c: house.grant_role(
        SYSTEM, c.now, c.people["lead"].person, Role.REVIEWER, c.units["office"]
    ),
    "revoke_role": lambda c: house.revoke_role(
        SYSTEM, c.now, c.people["lead"].person, Role.LEAD, c.units["office"]
    ),
    "publish_procedure": lambda c: house.publish_procedure(
        SYSTEM, c.now, texts()["task"].replace("version = 1", "version = 2")
    ),
    "publish_calendar": lambda c: house.publish_calendar(SYSTEM, c.now, NOTICE),
    "create_campaign": lambda c: house.create_campaign(SYSTEM, c.now, "又一专项", c.units["office"]),
    "create_register": lambda c: house.create_register(
        SYSTEM, c.now, c.campaign, "新清单", c.procedures["task"]
    ),
    "keep_mapping": lambda c: house.keep_mapping(SYSTEM, c.now, "指纹", {"甲": "title"}),
}
#: What may be repeated without harm, and what the repetition says otherwise.
REPEATED = {
    "create_unit": "已有名为“新镇”",
    "grant_role": "已有这一岗位",
    "revoke_role": "没有这一岗位",
    "create_campaign": "已有名为",
    "create_register": "已有名为",
}


@pytest.mark.slow
def test_every_change_of_the_house_survives_being_broken_twice(county):
    county.at("working", due="300个工作日内")
    for what, change in HOUSE.items():

        def write(change=change):
            change(county)

        break_everywhere(write, what)
        before = head()
        lose_the_answer(write)
        assert head()[0] > before[0], what
        if what in REPEATED:
            done = snapshot()
            with pytest.raises(BihuanError, match=REPEATED[what]):
                write()
            assert snapshot() == done
    assert verify().ok
    before = digests()
    rebuild()
    assert digests() == before


def test_a_draw_and_a_rule_survive_being_broken_twice_and_are_made_once(county):
    item = county.at("closed", procedure="task")
    county.later(days=40)
    who, day = county.people["supervisor"], county.now.date()
    period = {"closed_from": date(2026, 3, 1), "closed_to": date(2026, 3, 31), "look_back": True}
    population = Population(register=county.registers["task"], **period)
    sample = commit_sample(who, county.now, population, "回头看", seed="1").sample
    rule = draft_institution(who, county.now, "办法", county.units["town"], "依据", [item]).institution
    writes = {
        "draw": lambda: draw_sample(sample, who, county.now),
        "issue": lambda: issue_institution(rule, who, county.now, day.replace(year=2027)),
    }
    for what, write in writes.items():
        break_everywhere(write, what)
        lose_the_answer(write)
        done = snapshot()
        with pytest.raises(WrongState):
            write()
        assert snapshot() == done
    assert (county.row(item).look_back_sample, county.kinds(item).count("item.chosen")) == (sample, 1)
    assert verify().ok
    rebuild()
    assert snapshot() == done


def test_a_tick_survives_being_broken_twice(county):
    items = [county.at("working", due=f"2026-03-{day}") for day in (20, 25)]
    county.later(days=60)
    break_everywhere(lambda: tick(county.now), "tick")
    lose_the_answer(lambda: tick(county.now))
    tick(county.now)
    done = snapshot()
    assert tick(county.now) == 0
    assert snapshot() == done
    assert all(county.row(item).overdue for item in items)
    assert verify().ok


def test_a_rebuild_survives_being_broken_twice(county):
    county.at("closed")
    before = snapshot()
    break_everywhere(rebuild, "rebuild")
    assert snapshot() == before
    lose_the_answer(rebuild)
    assert snapshot() == before


def test_a_seal_survives_being_broken_twice(county):
    number = 0
    while True:
        number += 1
        try:
            with broken_at(number) as seen:
                make_seal(county.now)
        except Broken:
            assert all(s.count == head()[0] for s in read_seals())
            continue
        assert seen[0] < number
        break
    assert {s.count for s in read_seals()} == {head()[0]}
    assert verify().ok


def test_a_file_whose_entry_failed_is_no_evidence_until_it_is_attached_again(county):
    item = county.at("working")
    with pytest.raises(Broken), broken_commit(persisted=False):
        county.do("attach", item, "handler", file=upload())
    assert county.row(item).evidence == 0
    county.do("attach", item, "handler", file=upload())
    assert county.row(item).evidence == 1


def test_an_interrupted_registration_gives_its_number_to_the_next(county):
    with pytest.raises(Broken), broken_commit(persisted=False):
        county.register()
    done = register(county.registers["rectification"], county.people["supervisor"], county.now, title="x")
    assert done.number == "问改〔2026〕1号"
