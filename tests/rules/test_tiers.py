"""Tiers of units: how the setting is read, and which tier takes whom."""

from __future__ import annotations

import pytest

from bihuan.rules.tiers import DEFAULT, Tier, Tiers, TiersInvalid

PLAIN = Tiers.read(DEFAULT)


def test_the_default_has_four_tiers_and_says_what_each_means():
    assert [(t.name, t.definition) for t in PLAIN.tiers] == [
        ("好", "销号率不低于60%，没有逾期"), ("较好", "没有逾期"), ("一般", "逾期率不高于10%"), ("需加力", "其余单位"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("registered", "finished", "overdue", "tier"),
    [
        (10, 6, 0, "好"), (10, 5, 0, "较好"), (10, 0, 0, "较好"), (10, 9, 1, "一般"), (10, 8, 2, "需加力"),
        (1000, 599, 0, "较好"), (1000, 0, 100, "一般"), (1000, 0, 101, "需加力"), (1, 0, 1, "需加力"),
    ],
)  # fmt: skip
def test_a_unit_is_in_the_first_tier_that_takes_it_by_exact_shares(registered, finished, overdue, tier):
    assert PLAIN.of(registered, finished, overdue).name == tier


@pytest.mark.parametrize("text", ["off", "OFF", "", " 关闭 "])
def test_there_may_be_no_tiers(text):
    assert Tiers.read(text) == Tiers()


def test_an_office_names_its_own_tiers_with_any_commas_and_per_cent_signs():
    made = Tiers.read("推进快 80% 5%; 推进慢")
    assert made.tiers == (Tier("推进快", 80, 5), Tier("推进慢", last=True))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("好 60，需加力", "分档“好 60”读不懂"),
        ("好 60 0", "分档“好 60 0”读不懂"),
        ("好，需加力", "分档“好”读不懂"),
        ("好 60 0，，需加力", "分档“”读不懂"),
        ("好 101 0，需加力", "应在 0 到 100 之间"),
        ("好 60 101，需加力", "应在 0 到 100 之间"),
        ("好 60 0，好 50 0，需加力", "名称重复"),
    ],
)
def test_what_cannot_be_read_is_named(text, why):
    with pytest.raises(TiersInvalid, match=why):
        Tiers.read(text)
