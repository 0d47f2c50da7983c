"""Errors: a class tells what happened and what to do."""

import pytest

from bihuan.rules import errors
from bihuan.rules.errors import BihuanError, Needs, NotFound, WrongState

CODES = {
    "BihuanError": "error",
    "NotAllowed": "not-allowed",
    "WrongState": "wrong-state",
    "Needs": "needs",
    "Stale": "stale",
    "NotFound": "not-found",
    "Invalid": "invalid",
    "ProcedureInvalid": "procedure-invalid",
    "ChainBroken": "chain-broken",
    "Missing": "missing",
    "Unreachable": "unreachable",
}
CLASSES = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, BihuanError)]


def test_each_class_has_its_own_code_which_machines_may_rely_on():
    assert {c.__name__: c.code for c in CLASSES} == CODES


@pytest.mark.parametrize("error", CLASSES)
def test_an_error_without_words_speaks_by_its_class(error):
    raised = error()
    assert raised.message == (error.__doc__ or "").strip()
    assert raised.hint == error.default_hint
    assert str(raised) == raised.message + raised.hint
    assert "。" in str(raised)
    assert not str(raised).isascii()


def test_words_and_hint_take_the_place_of_those_of_the_class():
    raised = NotFound("没有第 3 条。", hint="请核对。")
    assert (raised.message, raised.hint, str(raised)) == (
        "没有第 3 条。",
        "请核对。",
        "没有第 3 条。请核对。",
    )


def test_an_error_without_a_hint_says_its_message_alone():
    assert str(BihuanError("坏了。")) == "坏了。"


def test_errors_are_told_apart_by_class():
    with pytest.raises(Needs) as caught:
        raise Needs("还缺：理由。")
    assert not isinstance(caught.value, WrongState)
    assert caught.value.args == ("还缺：理由。",)
