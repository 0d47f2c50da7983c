"""Canonical JSON against RFC 8785, the entry's hash and the export line against docs/architecture.md."""

import enum
import hashlib
import json
from collections import OrderedDict
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.rules import chain
from bihuan.rules.chain import (
    GENESIS,
    HASHES,
    MAX_INTEGER,
    HashMissing,
    HashUnknown,
    NotCanonical,
    canonical,
    digest_text,
    entry_hash,
    export_line,
    hasher,
)

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | text,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(text, inner, max_size=5),
    max_leaves=20,
)


class State(enum.StrEnum):
    OPEN = "待办"


class Level(enum.IntEnum):
    CITY = 2


class Pair(NamedTuple):
    left: int
    right: str


def test_keys_are_ordered_by_utf_16_units_as_in_rfc_8785():
    keys = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    assert list(json.loads(canonical(keys))) == [
        "\r",
        "1",
        "\u0080",
        "\u00f6",
        "\u20ac",
        "\U0001f600",
        "\ufb33",
    ]


def test_strings_are_escaped_as_in_rfc_8785():
    assert canonical("\u20ac$\u000f\nA'\u0042\u0022\u005c\\\"/") == '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'


@pytest.mark.parametrize("code", range(0x80))
def test_each_ascii_character_has_the_one_form_of_rfc_8785(code):
    short = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}
    expected = short.get(code) or (f"\\u{code:04x}" if code < 0x20 else chr(code))
    assert canonical({"x": chr(code)}) == f'{{"x":"{expected}"}}'


def test_separators_of_lines_stay_raw():
    assert canonical("\u2028\u2029\x7f\x85") == '"\u2028\u2029\x7f\x85"'


def test_scalars_and_containers_have_no_spaces():
    value = {"b": [True, False, None, 0, -7], "a": {"z": [], "y": {}}}
    assert canonical(value) == '{"a":{"y":{},"z":[]},"b":[true,false,null,0,-7]}'


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ((1, ("二",)), '[1,["二"]]'),
        ({"键": State.OPEN, State.OPEN: Level.CITY}, '{"待办":2,"键":"待办"}'),
        ([State.OPEN, Level.CITY], '["待办",2]'),
        (OrderedDict(b=1, a=2), '{"a":2,"b":1}'),
        (Pair(1, "x"), '[1,"x"]'),
        ({"a": 1, "键": "值"}, '{"a":1,"键":"值"}'),
    ],
)
def test_what_behaves_as_a_plain_value_is_written_as_one(value, expected):
    assert canonical(value) == expected


@pytest.mark.parametrize("edge", [MAX_INTEGER, -MAX_INTEGER])
def test_the_largest_integers_are_kept(edge):
    assert canonical([edge]) == f"[{edge}]"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (1.5, "内容是小数，不能记录。"),
        ({"data": {"measures": [0, {"due": 1.0}]}}, "“data.measures[1].due”是小数，不能记录。"),
        ([float("nan")], "“[0]”是小数，不能记录。"),
        ({"n": MAX_INTEGER + 1}, "“n”的整数超出了 ±(2^53−1) 的范围。"),
        ({"n": -(10**5000)}, "“n”的整数超出了 ±(2^53−1) 的范围。"),
        (-MAX_INTEGER - 1, "内容的整数超出了 ±(2^53−1) 的范围。"),
        ({"a": {1: 2}}, "“a”的键 1 不是文字。"),
        ({None: 2}, "内容的键 None 不是文字。"),
        ({"a": {1: 2, "b": 3}}, "“a”的键 1 不是文字。"),
        ({"a": b"x"}, "“a”是bytes 类型的值，不能记录。"),
        ({"a": {1}}, "“a”是set 类型的值，不能记录。"),
        ({"a": "x\ud800"}, "“a”含有不完整的字符（单独的代理码位）。"),
        ("\ud83d\ude00", "内容含有不完整的字符（单独的代理码位）。"),
        ({"a": {"\udfff": 1}}, "“a.'\\udfff'”含有不完整的字符（单独的代理码位）。"),
        ({"\udfff": 1}, "“'\\udfff'”含有不完整的字符（单独的代理码位）。"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_path(value, message):
    with pytest.raises(NotCanonical) as refused:
        canonical(value)
    assert refused.value.message == message


def test_a_value_that_contains_itself_is_refused():
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(NotCanonical, match="嵌套太深"):
        canonical(loop)


def test_too_deep_nesting_is_refused():
    deep: dict[str, object] = {}
    for _ in range(100_000):
        deep = {"a": deep}
    with pytest.raises(NotCanonical, match="嵌套太深"):
        canonical(deep)


@given(values)
def test_canonical_text_gives_the_value_back(value):
    assert json.loads(canonical(value)) == value


@given(values)
def test_canonical_is_idempotent(value):
    assert canonical(json.loads(canonical(value))) == canonical(value)


@given(st.dictionaries(text, values, max_size=6), st.randoms())
def test_the_order_in_which_keys_were_set_does_not_matter(value, random):
    items = list(value.items())
    random.shuffle(items)
    assert canonical(dict(items)) == canonical(value)


@given(st.dictionaries(text, st.integers(0, 9), min_size=2))
def test_any_keys_come_in_utf_16_order(value):
    keys = list(json.loads(canonical(value)))
    assert keys == sorted(keys, key=lambda key: key.encode("utf-16-be"))


@given(values)
def test_the_quick_way_and_the_exact_way_write_the_same(value):
    assert canonical(value) == chain._encode_as_is(chain._ordered(value, ""))


def test_sha256_of_an_entry_is_over_prev_and_body():
    body = b'{"actor":0}'
    assert entry_hash(GENESIS, body, "sha256") == hashlib.sha256(b"\0" * 32 + body).digest()


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_sm3_gives_the_vectors_of_gb_t_32905(message, expected):
    assert hasher("sm3")(message).hexdigest() == expected


@pytest.mark.parametrize("name", HASHES)
def test_each_hash_tells_entries_and_predecessors_apart(name):
    first = entry_hash(GENESIS, b"{}", name)
    assert len({first, entry_hash(first, b"{}", name), entry_hash(GENESIS, b"{} ", name)}) == 3


def test_an_unknown_hash_is_refused():
    with pytest.raises(HashUnknown, match="“md5”"):
        entry_hash(GENESIS, b"", "md5")


def test_sm3_missing_from_openssl_is_said(monkeypatch):
    def without_sm3(name: str) -> None:
        raise ValueError(f"unsupported hash type {name}")

    monkeypatch.setattr(hashlib, "new", without_sm3)
    chain._sm3_copier.cache_clear()
    with pytest.raises(HashMissing, match="没有 SM3"):
        hasher("sm3")


def test_an_export_line_holds_the_body_byte_for_byte():
    line = export_line('{"a":"二"}', bytes(range(32)))
    assert line == f'{{"body":{{"a":"二"}},"hash":"{bytes(range(32)).hex()}"}}\n'


def test_digest_text_is_the_hash_of_the_canonical_text():
    assert (
        digest_text({"b": 1, "a": "二"}, "sha256") == hashlib.sha256('{"a":"二","b":1}'.encode()).hexdigest()
    )
