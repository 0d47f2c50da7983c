"""Events: each is its own JSON, loses nothing on the way, and holds no number that could be written in two ways."""

import dataclasses
import json
import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.rules.chain import canonical
from bihuan.rules.events import EVENTS, KIND_NAMES, Event, ItemProgressed, ItemRegistered, load

TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
INTEGERS = st.integers(-(2**53) + 1, 2**53 - 1)
JSON = st.dictionaries(TEXTS, st.none() | st.booleans() | INTEGERS | TEXTS, max_size=3)
VALUES = {str: TEXTS, int: INTEGERS, bool: st.booleans(), dict: JSON, type(None): st.none()}


def plain(hint):
    """The strategy for a field with type ``hint``; a KeyError tells of a type that entries must not hold."""
    origin = typing.get_origin(hint)
    if origin is list:
        return st.lists(plain(typing.get_args(hint)[0]), max_size=3)
    if origin is dict:
        return JSON
    parts = typing.get_args(hint) if origin is not None else (hint,)
    return st.one_of([plain(p) if typing.get_origin(p) else VALUES[p] for p in parts])


def events():
    return st.sampled_from(sorted(EVENTS)).flatmap(
        lambda kind: st.builds(
            EVENTS[kind],
            **{n: plain(h) for n, h in typing.get_type_hints(EVENTS[kind]).items() if n != "kind"},
        )
    )


@given(events())
def test_an_event_comes_back_from_its_own_canonical_json(event):
    text = canonical(event.to_data())
    assert load(event.kind, json.loads(text)) == event
    assert canonical(load(event.kind, json.loads(text)).to_data()) == text


@given(events())
def test_what_equals_its_default_is_left_out_and_nothing_else(event):
    defaults = {f.name: f.default for f in dataclasses.fields(event)}
    data = event.to_data()
    for name, default in defaults.items():
        value = getattr(event, name)
        assert (name in data) is (default is dataclasses.MISSING or value != default)


@pytest.mark.parametrize("kind", EVENTS)
def test_no_field_holds_a_float(kind):
    hints = typing.get_type_hints(EVENTS[kind])
    hints.pop("kind")
    assert all(plain(hint) is not None for hint in hints.values())
    assert "float" not in str(hints)


def test_every_kind_has_a_chinese_name_and_no_name_is_used_twice():
    assert list(KIND_NAMES) == list(EVENTS)
    assert len(set(KIND_NAMES.values())) == len(KIND_NAMES)
    assert not any(name.isascii() for name in KIND_NAMES.values())


def test_every_event_class_is_registered_under_its_own_kind():
    classes = set(Event.__subclasses__())
    assert {c.kind: c for c in classes} == EVENTS
    assert all(c.__doc__ for c in classes)


def test_an_unknown_kind_is_an_error_and_an_unknown_field_too():
    with pytest.raises(KeyError):
        load("item.vanished", {})
    with pytest.raises(TypeError):
        load("item.commented", {"text": "x", "more": 1})


def test_events_cannot_be_changed():
    event = ItemProgressed(percent=3)
    with pytest.raises(dataclasses.FrozenInstanceError):
        event.percent = 4


def test_nought_is_not_nothing():
    assert ItemProgressed(percent=0, amount=0).to_data() == {"percent": 0, "amount": 0}
    assert ItemProgressed().to_data() == {}


def test_a_required_field_is_written_even_when_it_is_empty():
    event = ItemRegistered(register=0, no=0, number="", series="", title="")
    assert event.to_data() == {"register": 0, "no": 0, "number": "", "series": "", "title": ""}
