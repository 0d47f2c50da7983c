"""Evidence files: stored once, named by the hash of their content, before the entry that names them.

The storage is Django's ``evidence`` storage, so that several hosts may share one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath
from typing import BinaryIO, Protocol

from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage, storages

from bihuan.rules.errors import Invalid, NotFound

_CHUNK = 1 << 20
_AT_A_TIME = 8
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
)
_OFFICE = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


class EvidenceRefused(Invalid):
    """这个文件不能作为佐证。"""

    code = "evidence-refused"
    default_hint = "可上传照片（jpg、png、gif、bmp）、PDF、Office 文档、压缩包、mp4 视频和文本文件。"


class Readable(Protocol):
    """What can be read in parts."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to ``size`` bytes; none at the end."""


@dataclass(frozen=True)
class Upload:
    """A file on its way in: its name and a readable binary stream."""

    name: str
    stream: BinaryIO


@dataclass(frozen=True)
class Blob:
    """A stored file: SHA-256 of its content (hex), its name, size in bytes and media type by content."""

    digest: str
    name: str
    size: int
    media: str


def evidence_storage() -> Storage:
    """Return the storage that holds evidence."""
    return storages["evidence"]


def path_of(digest: str) -> str:
    """Return the name under which the content with ``digest`` is stored."""
    return f"{digest[:2]}/{digest}"


def store(upload: Upload) -> Blob:
    """Store the content of ``upload`` unless it is there and whole. Raises EvidenceRefused for an empty, huge or odd file."""
    digest, size, head = hashlib.sha256(), 0, b""
    for chunk in _chunks(upload.stream):
        head = head or chunk[:4096]
        digest.update(chunk)
        size += len(chunk)
        if size > settings.EVIDENCE_MAX_BYTES:
            raise EvidenceRefused(
                f"文件超过 {settings.EVIDENCE_MAX_BYTES // 1024 // 1024} MB。", hint="请压缩后再传。"
            )
    if not size:
        raise EvidenceRefused("文件是空的。", hint="请检查后重新上传。")
    media = media_type(head, upload.name)
    blob = Blob(digest.hexdigest(), PurePath(upload.name.replace("\\", "/")).name[-255:], size, media)
    storage, path = evidence_storage(), path_of(blob.digest)
    if not (storage.exists(path) and intact(blob.digest)):
        storage.delete(path)  # what a crash left of it, or a disk made of it, would be taken for the whole
        upload.stream.seek(0)
        storage.save(path, File(upload.stream, name=path))
    return blob


def keep(content: bytes) -> str:
    """Keep an imported file as it came in, whatever its type, and return the SHA-256 under which it is found again."""
    digest = hashlib.sha256(content).hexdigest()
    storage, path = evidence_storage(), path_of(digest)
    if not storage.exists(path):
        storage.save(path, File(BytesIO(content), name=path))
    return digest


def keep_several(contents: Sequence[bytes]) -> list[str]:
    """Keep several files as ``keep`` does: each waits for the disk, so that they wait at the same time."""
    different = list(dict.fromkeys(contents))  # two threads must not write the same file
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        digests = dict(zip(different, pool.map(keep, different), strict=True))
    return [digests[content] for content in contents]


def opened(digest: str, what: str = "佐证文件") -> File[bytes]:
    """Open the stored content with ``digest``. Raises NotFound, which names ``what`` it is, when the storage no longer has it."""
    try:
        return evidence_storage().open(path_of(digest))
    except FileNotFoundError:
        raise NotFound(f"{what}不在存储中。", hint="请联系系统管理员从备份恢复。") from None


def read(digest: str) -> Iterator[bytes]:
    """Yield the stored content with ``digest``. Raises what ``opened`` raises."""
    with opened(digest) as stream:
        yield from _chunks(stream)


def intact(digest: str) -> bool:
    """Whether the stored content still has the hash under which it was stored."""
    found = hashlib.sha256()
    for chunk in read(digest):
        found.update(chunk)
    return found.hexdigest() == digest


def media_type(head: bytes, name: str) -> str:
    """Return the media type that the first bytes show; the name only refines it. Raises EvidenceRefused otherwise."""
    suffix = PurePath(name).suffix.lower()
    for signature, media in _SIGNATURES:
        if head.startswith(signature):
            return _OFFICE.get(suffix, media) if media == "application/zip" else media
    if head[4:8] == b"ftyp":
        return "video/mp4"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if _is_plain_text(head):
        return "text/plain"
    raise EvidenceRefused


def _is_plain_text(head: bytes) -> bool:
    """Text that no browser would run: markup is refused, because it could carry a script."""
    return b"\0" not in head and not head.startswith(b"MZ") and not head.lstrip().startswith(b"<")


def _chunks(stream: Readable) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk
