"""Ed25519 against the vectors of RFC 8032; seals are read back, and refused when anything in them is changed."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from bihuan.rules.signing import (
    KeyInvalid,
    Seal,
    SealBroken,
    _private,
    from_pem,
    make_seal,
    public_key,
    read_seal,
    sign,
    to_pem,
    verify,
)

SEED = bytes(range(32))
RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


def sealed(**changed):
    said = {
        "at": "2026-11-23T08:00:00.000000Z",
        "count": 3,
        "hash_name": "sm3",
        "head": b"\1" * 32,
        "root": b"\2" * 32,
    }
    return make_seal(SEED, **{**said, **changed})


@pytest.mark.parametrize(("seed", "key", "message", "signature"), RFC_8032)
def test_keys_and_signatures_are_those_of_rfc_8032(seed, key, message, signature):
    assert public_key(bytes.fromhex(seed)).hex() == key
    assert sign(bytes.fromhex(seed), bytes.fromhex(message)).hex() == signature
    assert verify(bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature))


@pytest.mark.parametrize(
    ("key", "message", "signature"),
    [
        (public_key(SEED), b"other", sign(SEED, b"said")),
        (public_key(SEED), b"said", sign(SEED, b"said")[:-1]),
        (public_key(SEED), b"said", bytes(64)),
        (public_key(bytes(32)), b"said", sign(SEED, b"said")),
        (b"short", b"said", sign(SEED, b"said")),
    ],
)
def test_a_signature_over_something_else_does_not_hold(key, message, signature):
    assert not verify(key, message, signature)


def test_a_private_key_survives_its_file():
    assert from_pem(to_pem(SEED)) == SEED


@pytest.mark.parametrize("data", [b"", b"hello", to_pem(SEED)[:60]])
def test_a_file_that_is_no_key_is_refused(data):
    with pytest.raises(KeyInvalid, match="无法使用"):
        from_pem(data)


def test_an_encrypted_key_is_refused():
    with pytest.raises(KeyInvalid, match="不带口令"):
        from_pem(
            _private(SEED).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
        )


def test_a_key_of_another_kind_is_refused():
    other = X25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(KeyInvalid, match="不是 Ed25519"):
        from_pem(other)


def test_a_seed_of_the_wrong_length_is_refused():
    with pytest.raises(KeyInvalid, match="应是 32 字节，现有 31 字节"):
        sign(SEED[:31], b"")


def test_a_seal_is_read_as_it_was_made():
    line = sealed()
    assert read_seal(line) == Seal(
        at="2026-11-23T08:00:00.000000Z",
        count=3,
        hash="sm3",
        head="01" * 32,
        key=public_key(SEED).hex(),
        root="02" * 32,
        signature=json.loads(line)["signature"],
    )


def test_a_seal_signs_the_canonical_text_without_the_signature():
    line = sealed()
    unsigned, signature = line.split(',"signature":"')
    assert verify(public_key(SEED), f"{unsigned}}}".encode(), bytes.fromhex(signature.removesuffix('"}')))


@pytest.mark.parametrize("place", range(len(sealed())))
def test_a_seal_with_one_character_changed_is_refused(place):
    line = sealed()
    altered = line[:place] + chr(ord(line[place]) ^ 1) + line[place + 1 :]
    with pytest.raises(SealBroken):
        read_seal(altered)


@pytest.mark.parametrize(
    "changed",
    [
        {"count": 0},
        {"count": True},
        {"at": "2026-11-23 08:00"},
        {"at": 5},
        {"hash_name": "md5"},
        {"head": b"\1" * 31},
    ],
)
def test_a_signed_seal_of_the_wrong_form_is_refused(changed):
    with pytest.raises(SealBroken, match="格式不对"):
        read_seal(sealed(**changed))


@pytest.mark.parametrize(
    "line", ["", "[]", "{}", "1.5", sealed() + " ", sealed() + "\n", '{"at":1}', "[" * 100_000]
)
def test_a_line_that_is_no_seal_is_refused(line):
    with pytest.raises(SealBroken, match="格式不对"):
        read_seal(line)
