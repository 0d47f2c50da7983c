"""The chain: canonical JSON, the hash of an entry, the line of the export.

Source: docs/architecture.md ("The entry", "The export") and RFC 8785, restricted to integers within ±(2^53 − 1),
strings, booleans, null, arrays and objects, so that no number can be written in two ways.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import Any, Protocol

from bihuan.rules.errors import Invalid, Missing

HASHES = ("sha256", "sm3")
GENESIS = bytes(32)
MAX_INTEGER = 2**53 - 1

_compact: Callable[..., json.JSONEncoder] = partial(
    json.JSONEncoder, ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")
)
_encode_sorting = _compact(sort_keys=True).encode
_encode_as_is = _compact(sort_keys=False).encode


class NotCanonical(Invalid):
    """内容里有留痕不能记录的值。"""

    code = "not-canonical"
    default_hint = "留痕只能记录文字、整数、是否、空值，以及由它们组成的列表和对照表。"


class HashUnknown(Invalid):
    """不认识这种哈希算法。"""

    code = "hash-unknown"
    default_hint = f"可用的算法：{'、'.join(HASHES)}。"


class HashMissing(Missing):
    """本机没有 SM3 算法。"""

    code = "hash-missing"
    default_hint = "请改用带 OpenSSL 1.1.1 以上（含 SM3）的 Python；尚未建账的，也可以选用 sha256。"


class Digest(Protocol):
    """What ``hasher(name)(data)`` returns; the same as a ``hashlib`` object."""

    def update(self, data: bytes, /) -> None:
        """Add ``data``."""

    def digest(self) -> bytes:
        """32 raw bytes."""

    def hexdigest(self) -> str:
        """64 lower-case hex digits."""


def canonical(value: object) -> str:
    """RFC 8785 text of ``value``. Raises ``NotCanonical``, which names the path of the value that cannot be kept."""
    try:
        if _is_plain(value):
            text = _encode_sorting(value)
            if text.isascii() or _is_unicode(text):
                return text
        return _encode_as_is(_ordered(value, ""))
    except RecursionError:
        raise NotCanonical("内容嵌套太深，或者包含了自己。") from None


def hasher(name: str) -> Callable[[bytes], Digest]:
    """The constructor of hash ``name``: call it with the first bytes. Raises ``HashUnknown``, ``HashMissing``."""
    if name == "sha256":
        return hashlib.sha256
    if name not in HASHES:
        raise HashUnknown(f"不认识哈希算法“{name}”。")
    return _sm3_copier()


def entry_hash(prev: bytes, body: bytes, name: str) -> bytes:
    """32 bytes: H(``prev`` ‖ ``body``), where ``prev`` is the hash before (``GENESIS`` for the first entry)."""
    return hasher(name)(prev + body).digest()


def export_line(body: str, digest: bytes) -> str:
    """One line of the export, with its newline; ``body`` is the hashed text, ``digest`` its hash (32 bytes)."""
    return f'{{"body":{body},"hash":"{digest.hex()}"}}\n'


def digest_text(value: object, name: str) -> str:
    """64 hex digits: the hash of the canonical text of ``value`` (to name a value inside an entry or a manifest)."""
    return hasher(name)(canonical(value).encode()).hexdigest()


def _is_plain(value: object) -> bool:
    """Whether the C encoder writes ``value`` as RFC 8785 does; when in doubt False, and ``_ordered`` decides.

    Keys outside ASCII go the slow way because UTF-16 orders astral characters before U+E000 to U+FFFF.
    """
    members: Iterable[object] = (value,)
    if type(value) is dict:
        if not _has_ascii_keys(value):
            return False
        members = value.values()
    elif type(value) is list:
        members = value
    for (
        member
    ) in members:  # one loop a container, not one call a value: this is most of the cost of an append
        kind = type(member)
        if kind is int:
            if not -MAX_INTEGER <= member <= MAX_INTEGER:  # type: ignore[operator]
                return False
        elif kind is dict or kind is list:
            if not _is_plain(member):
                return False
        elif kind is not str and kind is not bool and member is not None:
            return False
    return True


def _has_ascii_keys(value: dict[Any, Any]) -> bool:
    try:
        return "".join(value).isascii()
    except TypeError:  # a key that is no string
        return False


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return False
    return True


def _ordered(value: object, path: str) -> object:
    """A copy of plain types, keys in UTF-16 order; ``path`` leads to ``value``, for the error."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return _integer(value, path)
    if isinstance(value, str):
        return _text(value, path)
    if isinstance(value, dict):
        pairs = sorted(
            ((_key(key, path), item) for key, item in value.items()), key=lambda pair: _utf16(pair[0])
        )
        return {key: _ordered(item, f"{path}.{key}" if path else key) for key, item in pairs}
    if isinstance(value, list | tuple):
        return [_ordered(item, f"{path}[{place}]") for place, item in enumerate(value)]
    what = "小数" if isinstance(value, float) else f"{type(value).__name__} 类型的值"
    raise _refused(path, f"是{what}，不能记录")


def _integer(value: int, path: str) -> int:
    if not -MAX_INTEGER <= value <= MAX_INTEGER:
        raise _refused(path, "的整数超出了 ±(2^53−1) 的范围")
    return int(value)


def _text(value: str, path: str) -> str:
    if not _is_unicode(value):
        raise _refused(path, "含有不完整的字符（单独的代理码位）")
    return str.__str__(value)


def _key(key: object, path: str) -> str:
    if not isinstance(key, str):
        raise _refused(path, f"的键 {key!r} 不是文字")
    return _text(key, f"{path}.{key!a}" if path else f"{key!a}")


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-be")


def _refused(path: str, why: str) -> NotCanonical:
    return NotCanonical(f"“{path}”{why}。" if path else f"内容{why}。")


@cache
def _sm3_copier() -> Callable[[bytes], Digest]:
    """SM3 from OpenSSL. Copying a fresh state is twice as fast as looking the algorithm up each time."""
    try:
        fresh = hashlib.new("sm3")
    except ValueError:
        raise HashMissing from None

    def start(data: bytes) -> Digest:
        state = fresh.copy()
        state.update(data)
        return state

    return start
