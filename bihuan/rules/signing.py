"""Seals: the signed statement that the ledger had so many entries and ended so.

Pure: a private key is its 32-byte seed, given as an argument; to draw one, and to keep it in a file, is the caller's task.
Sources: RFC 8032 (Ed25519), docs/architecture.md ("The seal").
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from bihuan.rules.chain import HASHES, MAX_INTEGER, NotCanonical, canonical
from bihuan.rules.errors import ChainBroken, Invalid

SEED_BYTES = 32
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
HEX_DIGITS = {"head": 64, "key": 64, "root": 64, "signature": 128}


class KeyInvalid(Invalid):
    """封存密钥无法使用。"""

    code = "key-invalid"
    default_hint = "密钥应是 Ed25519 私钥（PEM 文件，不带口令）。"


class SealBroken(ChainBroken):
    """封存记录校验不通过。"""

    code = "seal-broken"
    default_hint = "请换用另存的封存文件核对；仍不通过的，请联系审计员。"


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal as read; hashes, key and signature are lower-case hex digits."""

    at: str
    count: int
    hash: str
    head: str
    key: str
    root: str
    signature: str


def public_key(seed: bytes) -> bytes:
    """The 32-byte public key of a private key's ``seed``."""
    return _private(seed).public_key().public_bytes_raw()


def sign(seed: bytes, message: bytes) -> bytes:
    """The 64-byte Ed25519 signature of ``message``."""
    return _private(seed).sign(message)


def verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether ``signature`` (64 bytes) of ``message`` was made with the private key of public ``key`` (32 bytes)."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def to_pem(seed: bytes) -> bytes:
    """The private key as an unencrypted PKCS #8 PEM file."""
    return _private(seed).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def from_pem(data: bytes) -> bytes:
    """The 32-byte seed in a PKCS #8 PEM file. Raises ``KeyInvalid``."""
    try:
        private = load_pem_private_key(data, password=None)
    except (ValueError, TypeError):
        raise KeyInvalid from None
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyInvalid("这不是 Ed25519 私钥。")
    return private.private_bytes_raw()


def make_seal(seed: bytes, *, at: str, count: int, hash_name: str, head: bytes, root: bytes) -> str:
    """The seal (canonical JSON, one line without newline) over the first ``count`` entries.

    ``at`` is the instant of sealing, UTC, ``YYYY-MM-DDTHH:MM:SS.ffffffZ``; ``head`` the hash of entry ``count``.
    """
    said: dict[str, object] = {
        "at": at,
        "count": count,
        "hash": hash_name,
        "head": head.hex(),
        "key": public_key(seed).hex(),
        "root": root.hex(),
    }
    signature = sign(seed, canonical(said).encode())
    return canonical({**said, "signature": signature.hex()})


def read_seal(line: str) -> Seal:
    """The seal in ``line`` (no newline), its form and signature checked. Raises ``SealBroken``."""
    try:
        fields = json.loads(line)
        seal = Seal(**fields)
        exact = canonical(fields) == line
    except (ValueError, TypeError, RecursionError, NotCanonical):
        raise SealBroken("封存记录的格式不对。") from None
    if not exact or not _is_well_formed(seal):
        raise SealBroken("封存记录的格式不对。")
    said = {name: value for name, value in asdict(seal).items() if name != "signature"}
    if not verify(bytes.fromhex(seal.key), canonical(said).encode(), bytes.fromhex(seal.signature)):
        raise SealBroken("封存记录的签名不对：内容被改过，或不是用所写的密钥签的。")
    return seal


def _private(seed: bytes) -> Ed25519PrivateKey:
    if len(seed) != SEED_BYTES:
        raise KeyInvalid(f"私钥应是 {SEED_BYTES} 字节，现有 {len(seed)} 字节。")
    return Ed25519PrivateKey.from_private_bytes(seed)


def _is_well_formed(seal: Seal) -> bool:
    if type(seal.count) is not int or not 1 <= seal.count <= MAX_INTEGER:
        return False
    return (
        isinstance(seal.at, str)
        and INSTANT.fullmatch(seal.at) is not None
        and seal.hash in HASHES
        and all(_is_hex(getattr(seal, name), digits) for name, digits in HEX_DIGITS.items())
    )


def _is_hex(value: object, digits: int) -> bool:
    return isinstance(value, str) and re.fullmatch(f"[0-9a-f]{{{digits}}}", value) is not None
