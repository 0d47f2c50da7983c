"""Random sampling: a stranger repeats the draw; nobody steers it."""

import hashlib
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.rules.sampling import (
    Difference,
    Drawn,
    SampleInvalid,
    Stratum,
    compare,
    digest,
    draw,
    plan,
    rank,
)

HASH = "ab" * 32
MEMBERS = st.dictionaries(st.integers(1, 2**40), st.sampled_from("甲乙丙丁"), min_size=1, max_size=60)


def independent(seed, commitment, ids, size):
    """The draw as the documentation tells it to a stranger."""
    numbers = {hashlib.sha256(f"{seed}:{commitment}:{i}".encode()).digest(): i for i in ids}
    return tuple(numbers[n] for n in sorted(numbers)[:size])


def test_a_rank_is_what_a_calculator_program_gives():
    # printf %s 'seed:abab…:7' | sha256sum
    assert rank("seed", HASH, 7) == "3102cd10801dc4a311316a74cebba9e8e2c5a186fb4155c75fd1b172c8d7fd56"


@given(MEMBERS, st.data(), st.text(max_size=9), st.integers(0, 2**256 - 1))
def test_the_draw_is_what_the_documentation_says(members, data, seed, number):
    commitment = f"{number:064x}"
    size = data.draw(st.integers(1, len(members)))
    strata = plan(members.items(), size=size)
    drawn = draw(strata, seed, commitment)
    assert [(d.name, d.ids) for d in drawn] == [
        (s.name, independent(seed, commitment, s.ids, s.size)) for s in strata
    ]


@given(MEMBERS, st.data())
def test_nothing_is_drawn_twice_nor_from_elsewhere_and_as_many_as_asked(members, data):
    size = data.draw(st.integers(1, len(members)))
    drawn = draw(plan(members.items(), size=size), "种子", HASH)
    ids = [i for d in drawn for i in d.ids]
    assert len(ids) == len(set(ids)) == size
    assert all(members[i] == d.name for d in drawn for i in d.ids)


@pytest.mark.parametrize(("members", "share", "size"), [(10, 20, 2), (11, 20, 3), (1, 1, 1), (7, 100, 7)])
def test_a_share_is_a_percentage_rounded_up(members, share, size):
    strata = plan([(n, "甲乙"[n % 2]) for n in range(members)], share=share)
    assert sum(s.size for s in strata) == size


@pytest.mark.parametrize("share", [-5, 101])
def test_a_share_beyond_all_is_refused(share):
    with pytest.raises(SampleInvalid, match="1 到 100 之间"):
        plan([(1, "甲")], share=share)


@given(MEMBERS, st.randoms())
def test_the_order_in_which_members_are_told_does_not_matter(members, random):
    given_, told = list(members.items()), list(members.items())
    random.shuffle(told)
    assert plan(given_, each=2) == plan(told, each=2)
    assert digest(plan(given_, each=2)) == digest(plan(told, each=1))


@given(MEMBERS, st.data())
def test_sizes_are_shared_out_within_one_of_their_exact_share(members, data):
    size = data.draw(st.integers(1, len(members)))
    strata = plan(members.items(), size=size)
    assert sum(s.size for s in strata) == size
    for s in strata:
        assert abs(s.size - Fraction(size * len(s.ids), len(members))) < 1
        assert 0 <= s.size <= len(s.ids)


def test_equal_remainders_go_to_the_larger_stratum_then_by_name():
    members = [(i, "甲") for i in range(1, 4)] + [(i, "乙") for i in range(4, 7)] + [(7, "丙")]
    sizes = {s.name: s.size for s in plan(members, size=1)}
    assert sizes == {"丙": 0, "乙": 1, "甲": 0}


def test_each_takes_all_of_a_smaller_stratum_and_sizes_are_taken_by_name():
    members = [(1, "甲"), (2, "甲"), (3, "甲"), (4, "乙")]
    assert [(s.name, s.size) for s in plan(members, each=2)] == [("乙", 1), ("甲", 2)]
    assert [(s.name, s.size) for s in plan(members, sizes={"甲": 3})] == [("乙", 0), ("甲", 3)]


@pytest.mark.parametrize(
    ("members", "asked", "said"),
    [
        ([], {"size": 1}, "抽样的总体是空的。"),
        ([(1, "甲"), (1, "乙")], {"size": 1}, "编号 1 在总体中出现了不止一次。"),
        ([(1, "甲")], {}, "抽取数量须且只须写一种：总数、每层数、各层数，或百分比。"),
        ([(1, "甲")], {"size": 1, "each": 1}, "抽取数量须且只须写一种：总数、每层数、各层数，或百分比。"),
        ([(1, "甲")], {"size": 2}, "总体共 1 个，抽取总数应在 1 到 1 之间，写的是 2。"),
        ([(1, "甲")], {"size": -1}, "总体共 1 个，抽取总数应在 1 到 1 之间，写的是 -1。"),
        ([(1, "甲")], {"each": -1}, "抽取数量应是正整数。"),
        ([(1, "甲")], {"sizes": {"甲": 0}}, "抽取数量应是正整数。"),
        ([(1, "甲")], {"sizes": {"乙": 1}}, "总体中没有“乙”这一层。"),
        ([(1, "甲")], {"sizes": {"甲": 2}}, "“甲”只有 1 个，不够抽 2 个。"),
    ],
)
def test_a_sample_that_cannot_be_drawn_is_refused_and_says_why(members, asked, said):
    with pytest.raises(SampleInvalid) as caught:
        plan(members, **asked)
    assert caught.value.message == said


def test_every_member_is_drawn_about_as_often_as_any_other():
    strata = plan([(i, "甲") for i in range(1, 21)], size=5)
    times = Counter(i for no in range(2000) for i in draw(strata, f"种子{no}", HASH)[0].ids)
    # Expected 500 each, standard deviation 19.4; five of them on either side.
    assert set(times) == set(range(1, 21))
    assert all(abs(n - 500) < 97 for n in times.values())


def test_another_seed_or_another_commitment_gives_another_draw():
    strata = plan([(i, "甲") for i in range(1, 101)], size=10)
    draws = {draw(strata, seed, h)[0].ids for seed in ("一", "二") for h in (HASH, "cd" * 32)}
    assert len(draws) == 4


def test_the_digest_tells_populations_apart():
    base = plan([(1, "甲"), (2, "乙")], size=1)
    assert digest(base) == hashlib.sha256("1,甲\n2,乙\n".encode()).hexdigest()
    assert digest(base) != digest(plan([(1, "乙"), (2, "甲")], size=1))
    assert digest(base) != digest(plan([(1, "甲"), (2, "乙"), (3, "乙")], size=1))


def test_what_differs_from_the_repeated_draw_is_named():
    right = (Drawn("甲", (1, 2)), Drawn("乙", (9,)))
    assert compare(right, right) == []
    assert compare(right, (Drawn("乙", (9,)), Drawn("甲", (1, 2)))) == []
    assert compare(right, (Drawn("甲", (1, 3)), Drawn("乙", (9,)))) == [
        Difference("甲", "抽中的不一样", (2,), (3,))
    ]
    assert compare(right, (Drawn("甲", (2, 1)), Drawn("乙", (9,)))) == [
        Difference("甲", "抽中的相同，次序或次数不同")
    ]
    assert compare(right, (Drawn("甲", (1, 2)),)) == [Difference("乙", "抽中的不一样", (9,), ())]
    assert compare(right, (*right, Drawn("丙", (5,)))) == [Difference("丙", "抽中的不一样", (), (5,))]
    assert compare(right, (*right, right[0])) == [Difference("", "记录中同一层出现了不止一次")]


@given(MEMBERS)
def test_strata_and_draws_come_back_from_their_entries(members):
    strata = plan(members.items(), each=1)
    assert tuple(Stratum.from_data(s.to_data()) for s in strata) == strata
    drawn = draw(strata, "x", HASH)
    assert tuple(Drawn.from_data(d.to_data()) for d in drawn) == drawn
