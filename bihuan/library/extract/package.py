"""Zip packages (docx, xlsx, zip of documents), opened with the limits of the Excel reader."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

from bihuan.excel import package as guarded
from bihuan.excel.errors import Damaged, Encrypted, FileRefused, TooLarge
from bihuan.library.extract.errors import (
    DocumentDamaged,
    DocumentEncrypted,
    DocumentRefused,
    DocumentTooLarge,
)

_SAME: dict[type[FileRefused], type[DocumentRefused]] = {
    Damaged: DocumentDamaged,
    Encrypted: DocumentEncrypted,
    TooLarge: DocumentTooLarge,
}


@contextmanager
def as_document() -> Iterator[None]:
    """Say what the guarded reader refuses in the words of the library."""
    try:
        yield
    except FileRefused as refused:
        kind = _SAME.get(type(refused), DocumentRefused)
        own = refused.message != (type(refused).__doc__ or "").strip()
        raise kind(refused.message.replace("工作簿", "文件") if own else "") from refused


def open_package(data: bytes) -> zipfile.ZipFile:
    """The package in ``data``. Raises DocumentDamaged, DocumentEncrypted or DocumentTooLarge before anything is unfolded."""
    with as_document():
        package = guarded.open_package(data)
    if any(info.flag_bits & 0x1 for info in package.infolist()):
        raise DocumentEncrypted("压缩包设有密码，无法读取。", hint="请解压后再收，或去掉密码重新压缩。")
    return package


def unfold(package: zipfile.ZipFile, name: str) -> bytes:
    """The bytes of one part. Raises DocumentTooLarge as soon as it is larger than the package declares."""
    with as_document():
        return b"".join(guarded.parts(package, name))
