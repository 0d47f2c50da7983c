"""A procedure in a clerk's words: nothing of it is left unsaid, and two versions differ in what was changed alone."""

import pytest

from bihuan.procedures import texts
from bihuan.queries.procedure_words import Difference, differences, parts
from bihuan.rules.procedure import load

CODES = sorted(texts())


@pytest.mark.parametrize("code", CODES)
def test_every_part_of_a_built_in_procedure_is_said_in_words(code):
    found = parts(load(texts()[code], code))
    assert found[0].title == "概况"
    assert [(part.title, row) for part in found for row in part.rows if not row.name or not row.text] == []
    places = [(part.title, row.name) for part in found for row in part.rows]
    assert len(places) == len(set(places))


@pytest.mark.parametrize("code", CODES)
def test_a_procedure_differs_in_nothing_from_itself(code):
    procedure = load(texts()[code], code)
    assert differences(procedure, procedure) == []


def test_versions_differ_in_what_was_changed_alone():
    text = texts()["rectification"]
    changed = load(text.replace('name = "问题整改"', 'name = "问题整改（试行）"', 1), "x")
    found = differences(load(text, "x"), changed)
    assert found == [Difference("概况", "名称", "问题整改", "问题整改（试行）")]
