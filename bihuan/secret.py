"""Secrets that are kept in the database, encrypted with a key derived from the installation's own (``BIHUAN_SECRET_KEY``)."""

from __future__ import annotations

import base64
import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from bihuan.rules.errors import Invalid, Missing


class KeyChanged(Invalid):
    """保存的密钥或地址解不开：网页密钥（BIHUAN_SECRET_KEY 或 secret.key）已经换过。"""

    code = "key-changed"
    default_hint = "请删去这个消息通道，重新添加。"


def _cipher() -> Fernet:
    if not (os.environ.get("BIHUAN_SECRET_KEY") or (Path(settings.HOME) / "secret.key").is_file()):
        raise Missing("没有保存网页密钥，不能保存通道的密钥。", hint="请先运行 bihuan init，它会生成密钥。")
    derive = HKDF(SHA256(), 32, salt=None, info=b"bihuan outlets")
    return Fernet(base64.urlsafe_b64encode(derive.derive(settings.SECRET_KEY.encode())))


def lock(text: str) -> str:
    """Return ``text`` encrypted. Raises Missing where the installation has no key of its own."""
    return _cipher().encrypt(text.encode()).decode()


def unlock(text: str) -> str:
    """Return what ``lock`` was given. Raises KeyChanged or Missing."""
    try:
        return _cipher().decrypt(text.encode()).decode()
    except InvalidToken:
        raise KeyChanged from None
