"""A register adopts a new version of its procedure: new items follow it, the others when they are migrated on purpose."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bihuan.actions import house
from bihuan.actions.adopt import adopt_procedure
from bihuan.actions.slip import answer_slip, issue_slip, judge_slip
from bihuan.clock.tick import tick
from bihuan.ledger.reading import facts_of
from bihuan.ledger.rebuild import digests, rebuild
from bihuan.models import Procedure, Register, Timer
from bihuan.procedures import texts
from bihuan.rules.errors import Invalid, NotAllowed, NotFound
from bihuan.rules.permissions import SYSTEM


def version(county, *changes: tuple[str, str]) -> int:
    text = texts()["rectification"].replace("version = 1", "version = 2")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return house.publish_procedure(SYSTEM, county.later(minutes=1), text)


LATER = ('within = "7 days"', 'within = "60 days"'), ("share = 30", "share = 100")


def adopt(county, procedure, by="supervisor", **values):
    register = county.registers["rectification"]
    return adopt_procedure(county.people[by], county.later(minutes=1), register, procedure, **values)


def test_items_keep_their_version_and_new_ones_take_the_new_one(county):
    old, new = county.at("working"), version(county, *LATER)
    assert adopt(county, new).migrated == 0
    later = county.at("working")
    versions = [Procedure.objects.get(pk=county.row(i).procedure_id).version for i in (old, later)]
    assert versions == [1, 2]
    assert Register.objects.get(pk=county.registers["rectification"]).procedure_id == new


def test_a_migrated_item_has_the_colours_and_timers_of_the_new_version(county):
    due = (county.now + timedelta(days=40)).date().isoformat()
    item = county.at("working", due=due)
    before = set(Timer.objects.filter(item_id=item).values_list("kind", "due_at"))
    assert county.row(item).colour == "green"
    found = adopt(county, version(county, *LATER), migrate=True, reason="新办法施行")
    assert (found.migrated, dict(found.left)) == (1, {})
    row = county.row(item)
    event = next(f.event for f in facts_of(item) if f.kind == "item.migrated")
    assert (row.colour, row.rule, row.procedure_id) == ("yellow", "near", event.procedure)
    assert (event.version, event.reason) == (2, "新办法施行")
    assert (county.kinds(item)[-1], county.last(item).rung) == ("slip.issued", "整改提示单")
    assert set(Timer.objects.filter(item_id=item).values_list("kind", "due_at")) != before
    tables = digests()
    rebuild()
    assert digests() == tables


def test_what_an_item_waited_for_under_the_old_version_alone_is_waited_for_no_more(county):
    item = county.at("assigned")
    county.later(days=20)
    tick(county.now)
    assert county.row(item).waiting == "accept-overdue"
    text = Procedure.objects.get(code="rectification").text
    limit = next(line for line in text.splitlines() if line.startswith("accept_limit"))
    adopt(county, version(county, (limit, 'accept_limit = "90 days"')), migrate=True)
    assert (county.row(item).waiting, county.kinds(item)[-1]) == ("", "item.migrated")


def test_an_item_under_review_or_with_a_slip_that_the_new_version_lacks_stays(county):
    reviewed, slipped = county.at("reviewing"), county.at("working")
    issue_slip(slipped, "整改预警单", county.people["supervisor"], county.later(minutes=1), despite="急")
    closed, over = county.at("closed"), county.at("cancelled")
    new = version(county, ('name = "整改预警单"', 'name = "整改警示单"'))
    found = adopt(county, new, migrate=True)
    assert dict(found.left) == {
        "正在审核": [county.row(reviewed).number],
        "有新规程里没有的单据尚未办结": [county.row(slipped).number],
    }
    assert found.migrated == 1  # the closed one has look-backs before it
    assert (county.row(closed).procedure_id == new, county.row(over).procedure_id == new) == (True, False)
    assert adopt(county, new, migrate=True).migrated == 0


def test_only_whoever_runs_the_register_may_and_only_within_one_procedure(county):
    new = version(county)
    with pytest.raises(NotAllowed):
        adopt(county, new, by="handler")
    with pytest.raises(Invalid, match="同一规程"):
        adopt(county, county.procedures["task"])
    with pytest.raises(NotFound):
        adopt(county, 10**9)
    with pytest.raises(NotFound):
        adopt_procedure(county.people["supervisor"], county.now, 10**9, new)


def test_feedback_that_is_sent_back_turns_the_item_yellow_until_it_is_given_anew(county):
    item, office = county.at("working"), county.people["supervisor"]
    county.do("report", item, "handler", text="开工")
    slip = issue_slip(item, "整改反馈单", office, county.later(minutes=1), despite="急").slip
    answer_slip(slip, county.people["handler"], county.later(minutes=1), text="已落实")
    judge_slip(slip, office, county.later(minutes=1), accepted=False, opinion="内容空泛")
    row = county.row(item)
    assert (row.colour, row.rule, row.faulted_at) == ("yellow", "poor", county.now)
    answer_slip(slip, county.people["handler"], county.later(minutes=1), text="已更换管网三百米")
    row = county.row(item)
    assert (row.colour, row.rule, row.faulted_at) == ("green", "", None)


def test_an_application_that_is_sent_back_is_poor_feedback_too(county):
    item = county.at("reviewing")
    county.review(item, passed=False, opinion="材料不全")
    assert (county.row(item).colour, county.row(item).rule) == ("yellow", "poor")
    county.do("report", item, "handler", text="已补齐")
    assert (county.row(item).colour, county.row(item).rule) == ("green", "")
