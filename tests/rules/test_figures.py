"""Figures: each counts what its definition says, cut by any dimension, and is written and read without loss."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.rules.errors import Invalid
from bihuan.rules.figures import (
    DEED_DIMENSIONS,
    DIMENSIONS,
    FIGURES,
    SUM_NAMES,
    Deed,
    Key,
    Ref,
    Sums,
    percent,
    value,
)
from bihuan.rules.workflow import State

# Which states a figure counts, and which value it sums there, written out by hand.
OPEN_STATES = "registered approved assigned returned working reviewing passed suspended"
COUNTS = {
    "entered": ("items", f"{OPEN_STATES} closed merged cancelled"),
    "registered": ("items", f"{OPEN_STATES} closed"),
    "measures": ("measures", f"{OPEN_STATES} closed"),
    "measures_done": ("measures_done", f"{OPEN_STATES} closed"),
    "finished": ("items", "closed"),
    "open": ("items", OPEN_STATES),
    "working": ("items", "assigned working reviewing passed"),
    "reviewing": ("items", "reviewing passed"),
    "suspended": ("items", "suspended"),
    "overdue": ("overdue", f"{OPEN_STATES} closed merged cancelled"),
    "ongoing": ("ongoing", f"{OPEN_STATES} closed"),
    "claimed": ("claimed", OPEN_STATES),
    "merged": ("items", "merged"),
    "cancelled": ("items", "cancelled"),
    "reopened": ("reopens", f"{OPEN_STATES} closed merged cancelled"),
    "looked_back": ("look_backs", f"{OPEN_STATES} closed merged cancelled"),
    "relapsed": ("relapses", f"{OPEN_STATES} closed merged cancelled"),
    "extended": ("extensions", f"{OPEN_STATES} closed merged cancelled"),
}
# Which deeds a figure counts.
DEEDS = {
    "slips": "slip-issued",
    "slips_asked": "slip-asked",
    "slips_answered": "slip-answered",
    "slips_answered_in_time": "slip-answered-in-time",
    "inspections": "inspection",
    "obstacles": "obstacle",
    "findings": "finding",
    "findings_registered": "finding-registered",
    "inspected": "inspected",
    "objections": "objection",
    "chosen": "chosen",
    "institutions": "institution-issued",
    "institutions_revised": "institution-revised",
    "reviews_passed": "review-passed",
    "reviews_sent_back": "review-sent-back",
    "meeting_items": "meeting-item",
    "requests": "request-asked",
    "requests_approved": "request-approved",
    "requests_refused": "request-refused",
}
# Which deeds of which kind a figure counts.
DEEDS_OF_A_KIND = {"walk_throughs": ("inspection", "walk")}
DEED_RATES = {
    "slips_answer_rate": ("slips_answered", "slips_asked"),
    "slips_in_time_rate": ("slips_answered_in_time", "slips_asked"),
}
RATES = {"finishing_rate": ("finished", "registered"), "measures_rate": ("measures_done", "measures")}

LABELS = st.text(st.characters(codec="utf-8"), max_size=6)
NAMES = st.sampled_from(sorted(FIGURES))
KEYS = st.builds(
    Key,
    register=st.integers(1, 2),
    unit=st.integers(0, 2),
    klass=st.sampled_from(["", "交通"]),
    channel=st.sampled_from(["", "热线"]),
    state=st.sampled_from([s.value for s in State]),
    colour=st.sampled_from(["green", "red"]),
)
SUMS = st.builds(Sums, **{name: st.integers(0, 5) for name in SUM_NAMES})
CELLS = st.dictionaries(KEYS, SUMS, max_size=12)
DONE = st.dictionaries(
    st.builds(
        Deed,
        what=st.sampled_from([*DEEDS.values(), "other"]),
        kind=st.sampled_from(["warning", "walk"]),
        register=st.integers(1, 2),
        unit=st.integers(0, 2),
        klass=st.sampled_from(["", "交通"]),
        channel=st.sampled_from(["", "热线"]),
    ),
    st.integers(-1, 5),
    max_size=12,
)


def key(**changed):
    plain = {"register": 1, "unit": 2, "klass": "交通", "channel": "", "state": "working", "colour": "green"}
    return Key(**{**plain, **changed})


def test_the_tables_of_this_test_name_every_figure():
    of_deeds = {*DEEDS, *DEED_RATES, *DEEDS_OF_A_KIND, "meetings"}
    assert {*COUNTS, *RATES, *of_deeds} == set(FIGURES)
    assert {n for n, f in FIGURES.items() if f.dims == DEED_DIMENSIONS} == of_deeds
    assert {n for n, f in FIGURES.items() if f.dims == DIMENSIONS} == {*COUNTS, *RATES}


def test_a_meeting_counts_once_however_many_items_it_decided():
    def deed(meeting, register=1, unit=1):
        return Deed("meeting-item", meeting, register, unit, "", "")

    deeds = {
        deed("7"): 3,
        deed("7", unit=2): 1,
        deed("9", register=2): 1,
        Deed("review-passed", "7", 1, 1, "", ""): 1,
    }
    assert [value(Ref.parse(r), deeds) for r in ("meetings", "meetings[register=1]", "meetings[unit=9]")] == [
        "2",
        "1",
        "0",
    ]
    assert value(Ref("meeting_items"), deeds) == "5"


@given(DONE)
def test_a_figure_of_deeds_sums_how_often_its_own_was_done(done):
    for name, what in DEEDS.items():
        assert value(Ref(name), done) == str(sum(n for d, n in done.items() if d.what == what))
        cut = sum(int(value(Ref.of(name, kind=kind), done)) for kind in ("warning", "walk"))
        assert cut == int(value(Ref(name), done))
    for name, (what, kind) in DEEDS_OF_A_KIND.items():
        assert value(Ref(name), done) == str(
            sum(n for d, n in done.items() if (d.what, d.kind) == (what, kind))
        )


@given(DONE)
def test_a_rate_of_deeds_divides_the_two_counts_of_the_table(done):
    for name, (part, whole) in DEED_RATES.items():
        assert value(Ref(name), done) == percent(int(value(Ref(part), done)), int(value(Ref(whole), done)))


@pytest.mark.parametrize("text", ["open[kind=warning]", "slips[colour=red]", "slips[state=working]"])
def test_a_figure_is_cut_by_the_dimensions_of_its_own_family_alone(text):
    with pytest.raises(Invalid, match="不能按"):
        Ref.parse(text)


@given(CELLS)
def test_a_count_sums_its_value_over_the_states_of_the_table(cells):
    for name, (summed, states) in COUNTS.items():
        counted = sum(getattr(s, summed) for k, s in cells.items() if k.state in states.split())
        assert value(Ref(name), cells) == str(counted)


@given(CELLS)
def test_a_rate_divides_the_two_counts_of_the_table(cells):
    for name, (part, whole) in RATES.items():
        assert value(Ref(name), cells) == percent(int(value(Ref(part), cells)), int(value(Ref(whole), cells)))


@given(CELLS)
def test_the_cuts_by_a_dimension_add_up_to_the_whole(cells):
    for dim in DIMENSIONS:
        field = "klass" if dim == "class" else dim
        labels = {str(getattr(k, field)) for k in cells}
        cut = sum(int(value(Ref("open", ((dim, label),)), cells)) for label in labels)
        assert cut == int(value(Ref("open"), cells))


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (0, 0, "—"),
        (3, 0, "—"),
        (0, 7, "0.0%"),
        (7, 7, "100.0%"),
        (1, 3, "33.3%"),
        (2, 3, "66.7%"),
        (1, 8, "12.5%"),
        (1, 2000, "0.1%"),
        (1, 2001, "0.0%"),
        (1999, 2000, "100.0%"),
        (87, 1000, "8.7%"),
    ],
)
def test_a_percentage_has_one_decimal_and_rounds_half_up(part, whole, said):
    assert percent(part, whole) == said


def test_sums_are_added_and_taken_away():
    sums = Sums(items=1, measures=4)
    sums.add(Sums(items=2, measures_done=3))
    assert sums == Sums(items=3, measures=4, measures_done=3)
    sums.add(Sums(items=2, measures_done=3), -1)
    assert sums == Sums(items=1, measures=4)


@given(NAMES, st.data())
def test_a_reference_is_read_as_it_was_written(name, data):
    others = [d for d in FIGURES[name].dims if d != "since"]
    dims = data.draw(st.dictionaries(st.sampled_from(others), LABELS, max_size=3))
    ref = Ref(name, tuple(sorted(dims.items())))
    assert Ref.parse(str(ref)) == ref
    assert "\n" not in str(ref)


def test_a_reference_is_written_with_its_dimensions_in_order():
    assert str(Ref.of("open", unit=12, colour="red", class_="交通")) == "open[class=交通,colour=red,unit=12]"
    assert str(Ref.of("open")) == "open"
    assert Ref.parse("open[]") == Ref("open")
    assert Ref.parse("open[unit=1,colour=red]") == Ref("open", (("colour", "red"), ("unit", "1")))


@pytest.mark.parametrize(
    "text", ["opened", "", "open[unit=1", "open]", "Open", "open ", "open\n", "open[unit=1]x", "打开"]
)
def test_an_unknown_figure_is_refused_by_name(text):
    with pytest.raises(Invalid) as caught:
        Ref.parse(text)
    assert caught.value.message == f"没有名为“{text}”的数据项。"


def test_a_figure_of_deeds_may_begin_on_a_day_and_no_other_figure_may():
    ref = Ref.parse("slips[since=2026-09-01,unit=3]")
    assert (ref.of_deeds, Ref("open").of_deeds) == (True, False)
    assert (ref.since, str(ref), Ref("slips").since) == (
        date(2026, 9, 1),
        "slips[since=2026-09-01,unit=3]",
        None,
    )
    assert ref.matches(Deed("slip-issued", "warning", 1, 3, "", ""))
    assert not ref.matches(Deed("slip-issued", "warning", 1, 4, "", ""))
    with pytest.raises(Invalid, match="“今年”应写成 2026-03-31"):
        Ref.parse("slips[since=今年]")
    with pytest.raises(Invalid, match="不能按“since”划分"):
        Ref.parse("open[since=2026-09-01]")


def test_an_unknown_dimension_is_refused_by_name():
    with pytest.raises(Invalid) as caught:
        Ref.parse("open[place=东镇]")
    assert caught.value.message == "数据项不能按“place”划分。"
    with pytest.raises(Invalid):
        Ref.of("open", owner=3)


@pytest.mark.parametrize(
    ("dims", "fits"),
    [
        ({}, True),
        ({"unit": 2}, True),
        ({"unit": 22}, False),
        ({"class_": "交通"}, True),
        ({"class_": ""}, False),
        ({"channel": ""}, True),
        ({"register": 1, "state": "working", "colour": "green"}, True),
        ({"register": 1, "state": "closed"}, False),
    ],
)
def test_a_cell_belongs_to_a_cut_when_every_dimension_fits(dims, fits):
    assert Ref.of("open", **dims).matches(key()) is fits


def test_every_figure_says_in_chinese_what_it_counts():
    for name, figure in FIGURES.items():
        assert figure.name == name
        assert not figure.label.isascii()
        assert figure.definition.endswith("。")
        assert figure.unit in {"项", "条", "个", "次", "份", ""}
