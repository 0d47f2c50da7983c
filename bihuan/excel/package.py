"""The zip package of an xlsx file: what is in it, and whether it is safe to unfold.

Sizes are those that the zip directory declares; ``parts`` are unfolded piece by piece and refused as soon as one
turns out larger than declared, because a reader that trusts the directory would fill the memory.
"""

from __future__ import annotations

import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

from bihuan.excel.errors import Damaged, TooLarge

MAX_PARTS = 10_000
MAX_PART = 512 * 2**20
MAX_TOTAL = 2**30
MAX_RATIO = 200
RATIO_FROM = 10 * 2**20
CHUNK = 2**20

_MIB = 2**20


def open_package(data: bytes) -> zipfile.ZipFile:
    """The package in ``data``; raises Damaged or TooLarge before anything is unfolded."""
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error) as fault:
        raise Damaged from fault
    check_sizes(package)
    return package


def check_sizes(package: zipfile.ZipFile) -> None:
    """Refuse a package that would unfold to more than the limits named in the message."""
    infos = package.infolist()
    if len(infos) > MAX_PARTS:
        raise TooLarge(f"文件内含 {len(infos)} 个部件，超过上限 {MAX_PARTS} 个，已停止读取。")
    total = sum(info.file_size for info in infos)
    if total > MAX_TOTAL:
        raise TooLarge(f"文件展开后有 {total // _MIB} MB，超过上限 {MAX_TOTAL // _MIB} MB，已停止读取。")
    for info in infos:
        _check_part(info)


def _check_part(info: zipfile.ZipInfo) -> None:
    size = info.file_size
    if size > MAX_PART:
        raise TooLarge(
            f"文件中的 {info.filename} 展开后有 {size // _MIB} MB，"
            f"超过上限 {MAX_PART // _MIB} MB，已停止读取。"
        )
    if size > RATIO_FROM and size > MAX_RATIO * max(info.compress_size, 1):
        ratio = size // max(info.compress_size, 1)
        raise TooLarge(
            f"文件中的 {info.filename} 压缩了 {ratio} 倍（上限 {MAX_RATIO} 倍），"
            "像是恶意的压缩文件，已停止读取。"
        )


def parts(package: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """The unfolded bytes of a part, in pieces; raises TooLarge when there are more than declared."""
    info = package.getinfo(name)
    raw = _compressed(package, info)
    if info.compress_type == zipfile.ZIP_STORED:
        pieces = iter([raw])
    elif info.compress_type == zipfile.ZIP_DEFLATED:
        pieces = _inflate(raw)
    else:
        raise Damaged(f"文件中的 {name} 使用了不支持的压缩方式。")
    left = info.file_size
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise TooLarge(f"文件中的 {name} 展开后比登记的大小还大，像是恶意的压缩文件，已停止读取。")
        yield piece


def _compressed(package: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    file = package.fp
    if file is None or info.flag_bits & 0x1:
        raise Damaged
    if info.header_offset < 0:
        raise Damaged
    file.seek(info.header_offset)
    head = file.read(30)
    if len(head) < 30 or head[:4] != b"PK\x03\x04":
        raise Damaged
    name_size, extra_size = struct.unpack("<HH", head[26:30])
    file.seek(info.header_offset + 30 + name_size + extra_size)
    return file.read(info.compress_size)


def _inflate(raw: bytes) -> Iterator[bytes]:
    unfolder = zlib.decompressobj(-15)
    try:
        piece = unfolder.decompress(raw, CHUNK)
        while piece:
            yield piece
            piece = unfolder.decompress(unfolder.unconsumed_tail, CHUNK)
    except zlib.error as fault:
        raise Damaged from fault


def check_part(package: zipfile.ZipFile, name: str) -> None:
    """Unfold a part to nowhere, to find out whether its declared size is true."""
    for _ in parts(package, name):
        pass


def xml(package: zipfile.ZipFile, name: str) -> ElementTree.Element | None:
    """A small part as a tree, or None when it is absent."""
    if name not in package.NameToInfo:
        return None
    try:
        return ElementTree.fromstring(b"".join(parts(package, name)))  # noqa: S314 - expat limits expansion
    except ElementTree.ParseError as fault:
        raise Damaged(f"文件中的 {name} 已损坏，无法读取。") from fault


def local(element: ElementTree.Element) -> str:
    """An element's name without its namespace: strict and transitional files differ in nothing else."""
    return element.tag.rpartition("}")[2]


@dataclass(frozen=True, slots=True)
class Link:
    """A relationship of one part to another. ``kind`` is the last word of its type."""

    ident: str
    kind: str
    target: str


def links(package: zipfile.ZipFile, name: str) -> list[Link]:
    """What a part refers to inside the package, with full names."""
    folder, base = posixpath.split(name)
    tree = xml(package, posixpath.join(folder, "_rels", base + ".rels"))
    return [] if tree is None else [_link(folder, element) for element in tree]


def _link(folder: str, element: ElementTree.Element) -> Link:
    target = element.get("Target", "")
    inside = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
    return Link(element.get("Id", ""), element.get("Type", "").rpartition("/")[2], inside)
