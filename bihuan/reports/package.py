"""A docx as a zip: written so that the same content gives the same bytes, and read with limits."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from bihuan.rules.errors import Invalid

MAX_BYTES = 512 * 1024 * 1024
_EPOCH = (1980, 1, 1, 0, 0, 0)
_OLE = b"\xd0\xcf\x11\xe0"


class NotAReport(Invalid):
    """这个文件不是 Word（docx）或 Excel（xlsx）文件。"""

    code = "not-a-report"
    default_hint = "请选择由报告功能生成的 docx 或 xlsx 文件。"


def write_zip(parts: Mapping[str, bytes]) -> bytes:
    """A zip of ``parts`` in their order; the same parts give the same bytes (no clock, no file modes)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            made.writestr(info, content)
    return out.getvalue()


def read_zip(source: Path | str | bytes | BinaryIO) -> dict[str, bytes]:
    """Every part of a docx or xlsx by name. Raises ``NotAReport`` for anything else, and for one that is too large."""
    data = _bytes(source)
    if data.startswith(_OLE):
        raise NotAReport(
            "这个文件加了密码，或是旧的 doc、xls 格式。", hint="请去掉密码，另存为 docx 或 xlsx 再试。"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            if sum(info.file_size for info in opened.infolist()) > MAX_BYTES:
                raise NotAReport("这个文件展开后超过 512 MB，没有打开。")
            return {info.filename: opened.read(info) for info in opened.infolist() if not info.is_dir()}
    except (
        zipfile.BadZipFile,
        zlib.error,
        zipfile.LargeZipFile,
        RuntimeError,
        NotImplementedError,
        EOFError,
        OSError,
    ) as error:
        raise NotAReport(f"这个文件打不开：不是 docx 或 xlsx，或已损坏（{error}）。") from error


def _bytes(source: Path | str | bytes | BinaryIO) -> bytes:
    if isinstance(source, bytes):
        return source
    if isinstance(source, Path | str):
        try:
            return Path(source).read_bytes()
        except OSError as error:
            raise NotAReport(
                f"读不到文件“{source}”：{error.strerror}。", hint="请核对路径和权限。"
            ) from error
    return source.read()
