import pytest

from bihuan.procedures import texts
from bihuan.rules.procedure import load

BUILT_IN = {code: load(text, f"{code}.toml") for code, text in texts().items()}


def test_the_built_in_procedures_have_the_code_of_their_file_and_a_chinese_name():
    assert {code: (one.code, one.name) for code, one in BUILT_IN.items()} == {
        "livelihood": ("livelihood", "民生项目"),
        "rectification": ("rectification", "问题整改"),
        "task": ("task", "督查事项"),
        "tough": ("tough", "攻坚难题"),
    }


def test_a_rectification_passes_four_levels_of_review():
    levels = BUILT_IN["rectification"].levels
    assert [(level.name, level.role, level.scope) for level in levels] == [
        ("责任单位自查", "unit_head", "owner"),
        ("牵头部门初审", "supervisor", "register"),
        ("专班复核", "reviewer", "register"),
        ("领导审签", "lead", "register"),
    ]


@pytest.mark.parametrize("code", sorted(BUILT_IN))
def test_no_procedure_lets_the_owner_alone_decide_on_closure(code):
    assert [level.scope for level in BUILT_IN[code].levels].count("register") >= 2


@pytest.mark.parametrize("code", sorted(BUILT_IN))
def test_the_numbers_of_items_and_slips_differ_from_procedure_to_procedure(code):
    others = [one for other, one in BUILT_IN.items() if other != code]
    taken = {pattern for one in others for pattern in (one.number, *(slip.number for slip in one.slips))}
    own = {BUILT_IN[code].number, *(slip.number for slip in BUILT_IN[code].slips)}
    assert (own & taken, len(own)) == (set(), 1 + len(BUILT_IN[code].slips))


def test_evidence_is_asked_for_only_with_its_basis():
    asked = {
        code: [
            (condition.name, bool(condition.basis))
            for condition in one.closing
            if condition.kind == "evidence"
        ]
        for code, one in BUILT_IN.items()
    }
    assert asked == {
        "livelihood": [("验收意见", True)],
        "rectification": [("整改证明材料", True)],
        "task": [],
        "tough": [],
    }


def test_only_livelihood_projects_have_a_quantity_with_milestones():
    quantities = {
        code: one.quantity and (one.quantity.unit, one.quantity.milestones) for code, one in BUILT_IN.items()
    }
    assert quantities == {"livelihood": ("户", True), "rectification": None, "task": None, "tough": None}


def test_every_column_that_a_colour_rule_rests_on_is_shown():
    """A procedure that turns yellow by percent must let people report it."""
    needed = {"behind": ("percent", "amount"), "milestone": ("amount",)}
    blind = [
        (code, rule.kind)
        for code, one in BUILT_IN.items()
        for rule in one.colours.rules
        if not any(one.column(field) for field in needed.get(rule.kind, ("title",)))
    ]
    assert blind == []
