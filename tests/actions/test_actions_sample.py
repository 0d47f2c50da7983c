"""Random samples in the ledger: committed first, drawn once, repeated by anybody."""

import hashlib
from datetime import date

import pytest

from bihuan.actions.sample import Population, commit_sample, draw_sample
from bihuan.ledger.append import writing
from bihuan.ledger.rebuild import digests, rebuild
from bihuan.models import Entry, Sample
from bihuan.queries.sample import find_sample, labels, replay, samples
from bihuan.rules import events as ev
from bihuan.rules.errors import Invalid, Needs, NotAllowed, NotFound, WrongState
from bihuan.rules.sampling import Difference


def items(county, number=6, **values):
    return [county.register(**values) for _ in range(number)]


def commit(county, by="supervisor", purpose="随机抽查", size=2, **population):
    chosen = Population(**(population or {"register": county.registers["rectification"]}))
    return commit_sample(county.people[by], county.now, chosen, purpose, size=size, seed="2026123").sample


def draw(county, sample, by="supervisor"):
    return draw_sample(sample, county.people[by], county.later(minutes=1))


def test_a_sample_is_committed_then_drawn_and_a_stranger_gets_the_same(county):
    ids = items(county)
    sample = commit(county)
    before = Sample.objects.get(pk=sample)
    assert (before.of, before.drawn, before.chosen, before.office_id) == (
        "item",
        0,
        [],
        county.units["office"],
    )
    assert before.strata == [{"name": "全部", "ids": ids, "size": 2}]
    done = draw(county, sample)
    assert (done.population, done.size) == (6, 2)
    commitment = bytes(Entry.objects.get(pk=sample).hash).hex()
    ranks = {i: hashlib.sha256(f"2026123:{commitment}:{i}".encode()).hexdigest() for i in ids}
    row = Sample.objects.get(pk=sample)
    assert row.chosen == [{"name": "全部", "ids": sorted(ids, key=ranks.get)[:2]}]
    assert (row.drawn, row.drawn_at) == (done.seq, county.now)
    assert replay(row).differences == []
    assert len(labels(row)) == 2


def test_tables_are_the_same_after_a_rebuild(county):
    items(county)
    draw(county, commit(county))
    commit(county)
    before = digests()
    rebuild()
    assert digests() == before


def test_a_sample_is_drawn_once_and_stays_although_items_are_added(county):
    items(county)
    sample = commit(county)
    items(county, 3)
    draw(county, sample)
    with pytest.raises(WrongState, match="不能重抽"):
        draw(county, sample)
    assert len(Sample.objects.get(pk=sample).strata[0]["ids"]) == 6


def test_the_population_may_be_divided_by_unit_and_by_class(county):
    items(county, 2)
    items(county, 3, owner=county.units["village"], klass="立行立改")
    register = county.registers["rectification"]
    for stratify, names in (("unit", ["东镇", "西乡"]), ("class", ["分阶段整改", "立行立改"])):
        population = Population(register=register, stratify=stratify)
        made = commit_sample(county.people["checker"], county.now, population, "抽查", each=1).sample
        assert [(s["name"], len(s["ids"])) for s in Sample.objects.get(pk=made).strata] == list(
            zip(names, (2, 3), strict=True)
        )


def test_a_look_back_is_drawn_from_what_was_closed_in_the_period(county):
    items(county, 2)
    closed = county.at("closed")
    county.later(days=10)
    later = county.at("closed")
    register, first = county.registers["rectification"], date(2026, 3, 2)
    for days, expected in (
        ((first, first), [closed]),
        ((date(2026, 3, 3), None), [later]),
        ((None, date(2026, 3, 31)), [closed, later]),
    ):
        sample = commit(county, register=register, closed_from=days[0], closed_to=days[1], size=1)
        assert Sample.objects.get(pk=sample).strata[0]["ids"] == expected
    with pytest.raises(Invalid, match="总体是空的"):
        commit(county, register=register, closed_from=date(2027, 1, 1))


def test_units_are_drawn_from_those_directly_below(county):
    sample = commit(county, by="chief", below=county.units["county"], size=1)
    row = Sample.objects.get(pk=sample)
    assert (row.of, row.strata[0]["ids"]) == (
        "unit",
        [county.units[u] for u in ("office", "town", "village")],
    )
    draw(county, sample, by="chief")
    drawn = Sample.objects.get(pk=sample)
    assert list(labels(drawn)) == drawn.chosen[0]["ids"]


@pytest.mark.parametrize(
    ("population", "purpose", "error", "said"),
    [
        ({"register": 1, "below": 1}, "x", Invalid, "须且只须写一种"),
        ({}, "x", Invalid, "须且只须写一种"),
        ({"register": 1}, " ", Needs, "还缺：用途"),
        ({"register": 1, "stratify": "lead"}, "x", Invalid, "分层方式不对"),
        ({"below": 1, "stratify": "unit"}, "x", Invalid, "分层方式不对"),
        ({"below": 1, "closed_from": date(2026, 1, 1)}, "x", Invalid, "只用于抽取事项"),
        ({"register": 999}, "x", NotFound, "没有编号为 999 的清单"),
        ({"below": 999}, "x", Invalid, "在用单位"),
    ],
)
def test_a_population_that_cannot_be_is_refused(county, population, purpose, error, said):
    with pytest.raises(error, match=said):
        commit_sample(county.people["chief"], county.now, Population(**population), purpose, size=1)


@pytest.mark.parametrize("who", ["lead", "reviewer", "handler", "head", "admin"])
def test_only_those_with_the_duty_sample_for_a_unit(county, who):
    items(county)
    sample = commit(county)
    with pytest.raises(NotAllowed):
        commit(county, by=who)
    with pytest.raises(NotAllowed):
        draw(county, sample, by=who)
    with pytest.raises(NotFound):
        draw(county, 999)


def test_those_who_read_the_office_see_its_samples_also_those_never_drawn(county):
    items(county)
    first, second = commit(county), commit(county)
    assert [s.pk for s in samples(county.people["auditor"])] == [second, first]
    assert samples(county.people["handler"]) == []
    with pytest.raises(NotAllowed):
        find_sample(first, county.people["handler"])
    with pytest.raises(NotFound, match="还没有抽取"):
        replay(find_sample(first, county.people["auditor"]))


def test_a_draw_that_was_entered_wrongly_is_told_by_the_replay(county):
    ids = items(county)
    sample = commit(county)
    with writing(county.now) as ledger:
        ledger.append(ev.SampleDrawn(sample=sample, commitment="00", chosen=[{"name": "全部", "ids": ids}]))
    found = replay(Sample.objects.get(pk=sample))
    right = found.expected[0].ids
    assert found.differences == [
        Difference("", "抽取时引用的承诺哈希与留痕不符"),
        Difference("全部", "抽中的不一样", (), tuple(i for i in ids if i not in right)),
    ]


def test_a_table_that_was_changed_by_hand_is_told_by_the_replay(county):
    items(county)
    sample = commit(county)
    draw(county, sample)
    Sample.objects.update(chosen=[])
    assert [d.what for d in replay(Sample.objects.get()).differences] == [
        "数据表与留痕不一致，请运行 bihuan rebuild"
    ]
