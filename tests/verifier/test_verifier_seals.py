"""Seals: pure-Python Ed25519 against the cryptography library, and what a seal shows that the chain cannot."""

import io
import json
import random

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st
from random_ledgers import Ledger, digest, line, written

from tests.support.depth import often
from verifier.bihuan_verify import ORDER, P, decode_point, describe, ed25519_holds, verify

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = PRIVATE.public_key().public_bytes_raw()
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
LEDGER = Ledger(seed=11, count=30)


def seal(count, ledger=LEDGER, private=PRIVATE):
    return ledger.seal(count, private.sign, private.public_key().public_bytes_raw())


def check(lines, seals, key=None):
    return verify(io.BytesIO(b"".join(lines)), seals, key)


def found(report):
    return [(problem["line"], problem["seq"], problem["how"]) for problem in report["problems"]]


def library_holds(key, message, signature):
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


@settings(max_examples=often(30, 1000), deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.data())
def test_ed25519_agrees_with_the_library_on_good_and_broken_signatures(seed, message, data):
    private = Ed25519PrivateKey.from_private_bytes(seed)
    key, signature = private.public_key().public_bytes_raw(), private.sign(message)
    assert ed25519_holds(key, message, signature)
    bit = data.draw(st.integers(0, 511))
    broken = (int.from_bytes(signature, "little") ^ 1 << bit).to_bytes(64, "little")
    assert ed25519_holds(key, message, broken) == library_holds(key, message, broken) is False
    assert (
        ed25519_holds(key, message + b"x", signature)
        == library_holds(key, message + b"x", signature)
        is False
    )
    assert not ed25519_holds(KEY, message, signature)


@pytest.mark.parametrize(
    ("key", "message", "signature"),
    [
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
    ],
)
def test_ed25519_holds_for_the_vectors_of_rfc_8032(key, message, signature):
    assert ed25519_holds(bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature))


def test_a_signature_shifted_by_the_group_order_is_refused():
    signature = PRIVATE.sign(b"said")
    shifted = signature[:32] + (int.from_bytes(signature[32:], "little") + ORDER).to_bytes(32, "little")
    assert not ed25519_holds(KEY, b"said", shifted)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param((2).to_bytes(32, "little"), id="no point has this y"),
        pytest.param(P.to_bytes(32, "little"), id="y not reduced"),
        pytest.param((1 | 1 << 255).to_bytes(32, "little"), id="x is 0 but signed"),
    ],
)
def test_bytes_that_are_no_point_are_refused(data):
    assert decode_point(data) is None
    assert not ed25519_holds(data, b"said", PRIVATE.sign(b"said"))


@pytest.mark.parametrize("name", ["sha256", "sm3"])
def test_good_seals_hold_and_what_they_leave_uncovered_is_counted(name):
    ledger = Ledger(seed=12, count=30, name=name)
    report = check(ledger.lines, [seal(7, ledger), seal(25, ledger)], KEY.hex())
    assert (report["ok"], report["uncovered"]) == (True, 5)
    assert [(one["line"], one["count"], one["ok"]) for one in report["seals"]] == [
        (1, 7, True),
        (2, 25, True),
    ]
    assert "最后 5 条不在任何完好的封存之内" in describe(report, {"--seals": "s", "--key": "k"})


def test_each_count_has_its_own_root():
    seals = [seal(count) for count in range(30, 0, -1)]
    assert all(one["ok"] for one in check(LEDGER.lines, seals)["seals"])


def test_an_export_whose_end_was_cut_off_is_shorter_than_its_seal():
    report = check(LEDGER.lines[:20], [seal(10), seal(25)])
    assert found(report) == [(None, 21, "removed")]
    assert "末尾缺 5 条" in report["problems"][0]["message"]
    assert [one["ok"] for one in report["seals"]] == [True, False]


def test_a_ledger_rewritten_from_some_entry_on_does_not_match_its_seal():
    rewritten = Ledger(seed=11, count=9)
    for _ in range(21):
        rewritten.append(rewritten.fields(kind="item.rewritten"))
    report = check(rewritten.lines, [seal(9), seal(20), seal(30)])
    assert found(report) == [(2, 20, "seal-head"), (3, 30, "seal-head")]
    assert report["uncovered"] == 21


def test_an_entry_under_the_seal_replaced_together_with_its_hash_is_found_though_the_head_is_kept():
    body = written(LEDGER.fields(seq=5)).encode()
    forged = line(body, digest("sha256", LEDGER.hashes[3] + body))
    report = check([*LEDGER.lines[:4], forged, *LEDGER.lines[5:]], [seal(5), seal(30)])
    assert found(report) == [(1, 5, "seal-head"), (6, 6, "body-altered"), (2, 30, "seal-root")]


def test_an_altered_body_leaves_the_seal_good_because_the_sealed_hash_is_still_there():
    altered = LEDGER.lines[4].replace(b'"kind":"', b'"kind":"x')
    report = check([*LEDGER.lines[:4], altered, *LEDGER.lines[5:]], [seal(30)])
    assert (found(report), report["seals"][0]["ok"]) == ([(5, 5, "body-altered")], True)


@pytest.mark.parametrize(
    ("old", "new", "how"),
    [
        pytest.param(b'"kind":"', b'"kind":"x', "body-altered", id="body"),
        pytest.param(LEDGER.hashes[-1].hex().encode(), b"0" * 64, "hash-altered", id="hash"),
    ],
)
def test_a_seal_tells_what_was_altered_in_the_last_entry(old, new, how):
    lines = [*LEDGER.lines[:-1], LEDGER.lines[-1].replace(old, new, 1)]
    assert found(check(lines, [seal(30)])) == [(30, 30, how)]


def test_a_seal_cannot_vouch_for_entries_after_a_gap():
    report = check([*LEDGER.lines[:4], *LEDGER.lines[5:]], [seal(3), seal(5), seal(30)])
    assert found(report) == [(5, 5, "removed")]
    assert [one["ok"] for one in report["seals"]] == [True, False, False]
    assert report["uncovered"] == 27


def altered_seal(**changed):
    fields = {**json.loads(seal(30)), **changed}
    return (written(fields) + "\n").encode()


def test_a_seal_that_was_forged_does_not_vouch_for_an_altered_hash():
    lines = [*LEDGER.lines[:-1], line(LEDGER.bodies[-1], bytes(32))]
    report = check(lines, [altered_seal(head="0" * 64)])
    assert found(report) == [(1, 30, "seal-signature"), (30, 30, "altered"), (1, 30, "seal-root")]


def test_a_seal_cannot_vouch_where_one_entry_stands_in_two_versions():
    body = written(LEDGER.fields(seq=5)).encode()
    forged = line(body, digest("sha256", LEDGER.hashes[3] + body))
    report = check([*LEDGER.lines[:4], forged, *LEDGER.lines[4:]], [seal(30)])
    assert (found(report), report["root"]) == ([(6, 5, "inserted")], None)
    assert report["seals"][0]["why"] == ["之前有条目缺失或无从核对，无法验算默克尔根"]


@pytest.mark.parametrize(
    ("seals", "expected"),
    [
        ([altered_seal(count=29)], [(1, 30 - 1, "seal-signature"), (1, 29, "seal-head")]),
        ([altered_seal(root="0" * 64)], [(1, 30, "seal-signature"), (1, 30, "seal-root")]),
        ([altered_seal(at="2026-11-23T08:00:00.000001Z")], [(1, 30, "seal-signature")]),
        ([altered_seal(hash="sm3")], [(1, 30, "seal-hash"), (1, 30, "seal-signature")]),
        ([altered_seal(hash="md5")], [(1, None, "seal-form")]),
        ([altered_seal(count=0)], [(1, None, "seal-form")]),
        ([altered_seal(count=True)], [(1, None, "seal-form")]),
        ([altered_seal(at="today")], [(1, None, "seal-form")]),
        ([altered_seal(head="AB" * 32)], [(1, None, "seal-form")]),
        ([altered_seal(head=5)], [(1, None, "seal-form")]),
        ([altered_seal(signature="00")], [(1, None, "seal-form")]),
        ([altered_seal(more=1)], [(1, None, "seal-form")]),
        ([b"{}\n", seal(30)], [(1, None, "seal-form")]),
        ([b"[]\n"], [(1, None, "seal-form")]),
        ([b"\n"], [(1, None, "seal-form")]),
        ([b"\xff\n"], [(1, None, "seal-form")]),
        ([seal(30)[:-1] + b" \n"], [(1, None, "seal-form")]),
        ([seal(30)[:-1] + b"\r\n"], [(1, None, "seal-form")]),
        ([seal(30).replace(b'"at":', b'"at": ')], [(1, None, "seal-form")]),
        ([seal(30)[:-1]], []),
    ],
)
def test_a_seal_that_is_not_as_it_was_made_is_found(seals, expected):
    report = check(LEDGER.lines, seals)
    assert (found(report), report["ok"]) == (expected, not expected)


def test_every_byte_of_a_seal_counts():
    good = seal(30)
    for place in range(len(good) - 1):
        broken = (
            good[:place] + bytes([good[place] ^ 1 << random.Random(place).randrange(7)]) + good[place + 1 :]
        )
        assert not check(LEDGER.lines, broken.splitlines(keepends=True))["ok"], place


def test_a_seal_under_another_key_is_refused_when_the_key_is_given():
    report = check(LEDGER.lines, [seal(30, private=OTHER), seal(29)], KEY.hex())
    assert found(report) == [(1, 30, "seal-key")]
    assert report["uncovered"] == 1


def test_without_a_key_people_are_told_to_compare_the_keys():
    report = check(LEDGER.lines, [seal(30, private=OTHER)])
    assert report["ok"]
    assert OTHER.public_key().public_bytes_raw().hex() in describe(report, {"--seals": "s"})
