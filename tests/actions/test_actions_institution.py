"""Institutions and case reviews: numbers without gaps, a review date that falls due, timelines that show them."""

from datetime import UTC, date, datetime

import pytest

from bihuan.actions.case import review_case
from bihuan.actions.institution import (
    draft_institution,
    issue_institution,
    keep_institution,
    link_items,
    repeal_institution,
    revise_institution,
)
from bihuan.clock.tick import tick
from bihuan.ledger.facts import fact_of
from bihuan.ledger.reading import head
from bihuan.ledger.rebuild import digests, rebuild
from bihuan.models import Deadline, Entry, Institution
from bihuan.queries.closing import case_detail, case_reviews, institution_detail, institutions
from bihuan.queries.counts import figures
from bihuan.queries.item import detail
from bihuan.queries.people import visible_units
from bihuan.rules.errors import Invalid, Needs, NotAllowed, NotFound, WrongState
from bihuan.rules.figures import Ref
from tests.actions.county import upload


def draft(county, by="supervisor", items=None, **given):
    standard = {"title": "河道巡查办法", "unit": county.units["town"], "basis": "水污染防治法"}
    county.later(minutes=1)
    values = {**standard, **given, "items": items if items is not None else [county.at("closed")]}
    return draft_institution(county.people[by], county.now, **values).institution


def issue(county, made, review_on=date(2027, 3, 1), by="supervisor", **given):
    return issue_institution(made, county.people[by], county.later(minutes=1), review_on, **given)


def state(made):
    return Institution.objects.get(pk=made).state


def same_after_rebuild():
    before = digests()
    rebuild()
    return digests() == before


def test_a_rule_goes_from_draft_to_repeal_and_its_items_show_it(county):
    one, two, three = (county.at("closed", klass="河道") for _ in range(3))
    made = draft(county, items=[one, two, one])
    assert (state(made), Institution.objects.get(pk=made).number) == ("drafted", "")
    assert issue(county, made, file=upload(name="办法.docx")).number == "制〔2026〕1号"
    who = county.people["supervisor"]
    revise_institution(
        made, who, county.later(minutes=1), "新发现问题", date(2027, 6, 1), title="新办法", items=[three, one]
    )
    row = Institution.objects.get(pk=made)
    assert (row.state, row.title, row.basis, row.number, row.revisions, row.review_on, row.file) == (
        "revised", "新办法", "水污染防治法", "制〔2026〕1号", 1, date(2027, 6, 1), "办法.docx",
    )  # fmt: skip
    shown = institution_detail("制〔2026〕1号", None)
    assert ([i.pk for i in shown.items], shown.hidden) == ([one, two, three], 0)
    assert [p.name for p in shown.passages] == [
        "起草制度",
        *["列入起因事项"] * 2,
        "印发制度",
        "修订制度",
        "列入起因事项",
    ]
    assert [p.hash for p in shown.passages] == [
        bytes(Entry.objects.get(pk=p.seq).hash).hex() for p in shown.passages
    ]
    for item in (one, two, three):
        found = detail(item, who, None)
        assert [i.pk for i in found.linked.institutions] == [made]
        assert found.timeline[-1].name == "建章立制"
    registers = [county.registers["rectification"]]
    refs = [Ref("institutions"), Ref.of("institutions", class_="河道"), Ref("institutions_revised")]
    assert list(figures(refs, registers).values()) == ["1", "1", "1"]
    repeal_institution(made, who, county.later(minutes=1), "上位法已规定")
    assert (state(made), Deadline.objects.count()) == ("repealed", 0)
    assert same_after_rebuild()


def test_numbers_have_no_gaps_within_a_year_whatever_becomes_of_drafts(county):
    item = county.at("closed")
    made = [draft(county, items=[item]) for _ in range(3)]
    repeal_institution(made[0], county.people["lead"], county.now, "不再需要")
    assert issue(county, made[2]).number == "制〔2026〕1号"
    assert issue(county, made[1], issued_on=date(2025, 12, 30)).number == "制〔2025〕1号"
    assert issue(county, draft(county, items=[item])).number == "制〔2026〕2号"
    with pytest.raises(WrongState, match="已废止"):
        issue(county, made[0])
    assert same_after_rebuild()


def test_the_review_date_falls_due_once_at_its_own_instant_and_is_settled_by_a_review(county):
    made = draft(county)
    issue(county, made, date(2026, 9, 1))
    county.now = datetime(2026, 9, 3, 2, tzinfo=UTC)
    tick(county.now)
    fact = fact_of(Entry.objects.get(kind="deadline.fell_due").body)
    assert (fact.at, fact.event.what, fact.event.ref, fact.event.late) == (
        datetime(2026, 8, 31, 16, tzinfo=UTC), "institution-review", made, True,
    )  # fmt: skip
    after = head()
    tick(county.now)
    assert head() == after
    assert [i.pk for i in institutions(None, waiting=True)] == [made]
    keep_institution(made, county.people["lead"], county.later(minutes=1), "仍适用", date(2027, 9, 1))
    names = [p.name for p in institution_detail(str(made), None).passages]
    assert names == ["起草制度", "列入起因事项", "印发制度", "制度该复核", "复核制度"]
    assert [list(institutions(None, waiting=True)), Institution.objects.get(pk=made).review_on] == [
        [],
        date(2027, 9, 1),
    ]
    assert same_after_rebuild()


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"title": " ", "basis": "", "items": []}, Needs, "名称、依据、起因事项"),
        ({"items": [999]}, NotFound, "没有编号为 999 的事项"),
        ({"unit": 999}, Invalid, "在用单位"),
        ({"by": "handler"}, NotAllowed, "须由督办单位的督办员、牵头领导"),
        ({"by": "other_head"}, NotAllowed, "责任单位负责人"),
    ],
)
def test_a_draft_that_lacks_something_is_refused(county, given, error, said):
    with pytest.raises(error, match=said):
        draft(county, **given)
    assert Institution.objects.count() == 0


def test_the_head_of_the_unit_makes_its_own_rules(county):
    made = draft(county, by="head")
    issue(county, made, by="head")
    with pytest.raises(NotAllowed, match="单位负责人办理"):
        repeal_institution(made, county.people["other_head"], county.now, "不用")
    assert [i.pk for i in institutions(visible_units(county.people["head"]))] == [made]
    assert list(institutions(visible_units(county.people["other_head"]))) == []
    with pytest.raises(NotAllowed, match="不属于您的单位"):
        institution_detail(str(made), visible_units(county.people["other_head"]))
    with pytest.raises(NotFound, match="没有编号为“9”的制度"):
        institution_detail("9", None)


def test_dates_that_cannot_be_are_refused(county):
    made, who = draft(county), county.people["supervisor"]
    with pytest.raises(Invalid, match="还没有到"):
        issue(county, made, issued_on=date(2026, 3, 3))
    with pytest.raises(Invalid, match="应晚于印发日期"):
        issue(county, made, date(2026, 3, 2))
    issue(county, made)
    with pytest.raises(Invalid, match="早于印发日期"):
        revise_institution(made, who, county.now, "x", date(2027, 1, 1), revised_on=date(2026, 3, 1))
    for call in (
        lambda: revise_institution(made, who, county.now, " ", date(2027, 1, 1)),
        lambda: keep_institution(made, who, county.now, "", date(2027, 1, 1)),
        lambda: repeal_institution(made, who, county.now, ""),
        lambda: link_items(made, who, county.now, []),
    ):
        with pytest.raises(Needs):
            call()
    cause = institution_detail(str(made), None).items[0].pk
    with pytest.raises(Invalid, match="都已在起因事项中"):
        link_items(made, who, county.now, [cause])
    link_items(made, who, county.now, [cause, county.at("working")])
    assert len(institution_detail(str(made), None).items) == 2
    with pytest.raises(NotFound, match="没有编号为 999 的制度"):
        keep_institution(999, who, county.now, "好", date(2027, 1, 1))


def test_a_case_review_keeps_its_turning_points_with_their_hashes_in_order(county):
    one, two = county.at("closed"), county.at("returned")
    who = county.people["lead"]
    seqs = [m.seq for m in detail(one, who, None).timeline]
    returned = detail(two, who, None).timeline[-1]
    made = review_case(
        who,
        county.later(minutes=1),
        "断头路案例",
        [one, two],
        "职责不清",
        {returned.seq: "首次退回", seqs[2]: ""},
        "先定责再交办",
    )
    shown = case_detail(made, None)
    assert [(t.item, t.seq, t.text, t.hash) for t in shown.turns] == [
        (one, seqs[2], "交办", bytes(Entry.objects.get(pk=seqs[2]).hash).hex()),
        (two, returned.seq, "首次退回", returned.hash),
    ]
    assert [t.at for t in shown.turns] == sorted(t.at for t in shown.turns)
    assert [c.pk for c in detail(two, who, None).linked.cases] == [made]
    assert [c.pk for c in case_reviews(visible_units(county.people["head"]))] == [made]
    assert case_reviews(visible_units(county.people["other_head"])) == []
    with pytest.raises(NotFound):
        case_detail(made, visible_units(county.people["other_head"]))
    assert same_after_rebuild()


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"title": "", "cause": " ", "lesson": "", "turns": {}}, Needs, "标题、成因、关键节点、经验教训"),
        ({"turns": {1: ""}}, Invalid, "留痕 #1 不在这些事项"),
        ({"items": [999]}, NotFound, "999"),
        ({"by": "handler"}, NotAllowed, "督办员、牵头领导、检查人"),
    ],
)
def test_a_case_review_that_lacks_something_is_refused(county, given, error, said):
    item = county.at("working")
    standard = {"title": "案例", "items": [item], "cause": "因", "turns": {item: "立项"}, "lesson": "训"}
    by = given.get("by", "lead")
    values = {**standard, **{k: v for k, v in given.items() if k != "by"}}
    with pytest.raises(error, match=said):
        review_case(county.people[by], county.now, **values)
    assert case_reviews(None) == []
