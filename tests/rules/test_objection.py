"""Objections to what an inspection concluded: who may not re-examine it."""

from bihuan.rules.objection import hands


def test_the_group_the_recorders_and_whoever_made_the_plan_had_a_hand_in_an_inspection():
    assert hands(1, [2, 3], 4, [3, 5]) == {1, 2, 3, 4, 5}


def test_nobody_is_no_hand():
    assert hands(1, [], 0, [0]) == {1}
