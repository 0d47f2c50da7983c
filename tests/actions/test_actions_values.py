"""Values handed to a step: only those it takes, each of its kind."""

import io
from collections.abc import Mapping, Sequence
from inspect import signature

import pytest

from bihuan.actions.step import _HANDLERS
from bihuan.actions.values import check_texts, check_values, is_count
from bihuan.ledger.blobs import Upload
from bihuan.rules.errors import Invalid
from bihuan.rules.workflow import STEPS


def step(
    act: object,
    *,
    text: str,
    count: int | None = None,
    sure: bool = False,
    many: Sequence[str] = (),
    named: Mapping[str, str] | None = None,
    file: Upload | None = None,
    any_: object = None,
    using: str = "default",
) -> None:
    """A step that takes a value of every kind."""


def test_values_of_the_right_kind_pass():
    check_values(
        "试", step, {"text": "", "count": None, "sure": True, "many": ["a"], "named": {}, "any_": 1.5}
    )
    check_values("试", step, {"count": 0, "many": (), "named": None, "file": Upload("a", io.BytesIO())})
    check_values("试", step, {})


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"text": None}, "试的 text 应是文字，给的是 None。"),
        ({"text": 5}, "试的 text 应是文字，给的是 5。"),
        ({"count": True}, "试的 count 应是整数，给的是 True。"),
        ({"count": 1.0}, "试的 count 应是整数，给的是 1.0。"),
        ({"sure": 1}, "试的 sure 应是是或否，给的是 1。"),
        ({"many": "abc"}, "试的 many 应是一列内容，给的是 'abc'。"),
        ({"many": {"a": 1}}, "试的 many 应是一列内容，给的是 {'a': 1}。"),
        ({"named": [1]}, "试的 named 应是一组名称和内容，给的是 [1]。"),
        ({"file": b"x"}, "试的 file 应是文件，给的是 b'x'。"),
        ({"more": 1, "act": 2}, "试没有这些内容：act、more。"),
        ({"using": "other"}, "试没有这些内容：using。"),
    ],
)
def test_another_value_is_refused_by_name_and_kind(values, said):
    with pytest.raises(Invalid) as caught:
        check_values("试", step, values)
    assert caught.value.message == said


def test_what_can_be_filled_in_is_told():
    with pytest.raises(Invalid) as caught:
        check_values("试", step, {"more": 1})
    assert caught.value.hint == "可填：any_、count、file、many、named、sure、text。"


def test_an_object_of_texts_has_known_names_and_texts():
    names = frozenset({"a", "b"})
    assert check_texts("措施", {"a": "x"}, names) == {"a": "x"}
    for wrong in ("x", ["a"], {"a": 1}, {"a": None}, {"c": "x"}):
        with pytest.raises(Invalid):
            check_texts("措施", wrong, names)


@pytest.mark.parametrize(
    ("value", "is_one"), [(0, True), (5, True), (-1, False), (True, False), ("5", False), (1.0, False)]
)
def test_a_count_is_a_whole_number_of_at_least_nought(value, is_one):
    assert is_count(value) is is_one


def test_every_step_of_the_table_has_its_handler_and_every_need_is_a_value_it_takes():
    assert set(_HANDLERS) == set(STEPS)
    for action, function in _HANDLERS.items():
        for name, _ in STEPS[action].needs:
            assert name in signature(function).parameters
