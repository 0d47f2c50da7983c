"""One door for every format: the bytes decide what a file is, its name only where the bytes leave it open."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from bihuan.library.extract.decode import decode
from bihuan.library.extract.errors import DocumentRefused, DocumentTooLarge, NoText, UnknownFormat
from bihuan.library.extract.office import doc_to_docx
from bihuan.library.extract.package import open_package, unfold
from bihuan.library.extract.pdf import pdf_text
from bihuan.library.extract.sheet import sheet_text
from bihuan.library.extract.web import html_text
from bihuan.library.extract.word import is_word, word_text

MAX_BYTES = 200 * 2**20
MAX_CHARACTERS = 20_000_000
MAX_FILES = 5_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_IGNORED = ("__MACOSX/", ".DS_Store", "Thumbs.db", "~$")
_NESTED = 2
_MIB = 2**20


@dataclass(frozen=True)
class Extracted:
    """What came of one file. ``name`` is its path (inside a zip: ``outer.zip/inner.docx``), ``data`` its own bytes.

    ``text`` is "" and ``refused`` says why where nothing could be read.
    """

    name: str
    data: bytes
    text: str = ""
    format: str = ""
    refused: DocumentRefused | None = None


@dataclass(frozen=True)
class Single:
    """One file, by itself or inside a zip; ``kind`` is its format, "" where ``refused`` says why it cannot be read."""

    name: str
    data: bytes
    kind: str = ""
    refused: DocumentRefused | None = None


def extract(data: bytes, name: str) -> Iterator[Extracted]:
    """Yield the text of a file, of each file where it is a zip; what cannot be read comes with the reason."""
    return map(read_single, singles(data, name))


def singles(data: bytes, name: str) -> Iterator[Single]:
    """Yield a file, or each file where it is a zip, without reading its text."""
    yield from _singles(data, name, _NESTED)


def read_single(single: Single) -> Extracted:
    """Return the text of a file, or why it has none."""
    if single.refused:
        return Extracted(single.name, single.data, refused=single.refused)
    try:
        text = _READERS[single.kind](single.data)
        if len(text) > MAX_CHARACTERS:
            raise DocumentTooLarge(f"文件有 {len(text)} 字，超过上限 {MAX_CHARACTERS} 字。")
        if not text.strip():
            raise NoText
    except DocumentRefused as refused:
        return Extracted(single.name, single.data, refused=refused)
    return Extracted(single.name, single.data, text, single.kind)


def extract_one(data: bytes, name: str) -> Extracted:
    """Return the text of a single document. Raises DocumentRefused, also for a zip of several."""
    found = list(extract(data, name))
    if len(found) != 1:
        raise UnknownFormat(
            f"压缩包里有 {len(found)} 个文件，这里一次只读一个。", hint="请解压后选其中一个。"
        )
    if found[0].refused:
        raise found[0].refused
    return found[0]


def _singles(data: bytes, name: str, depth: int) -> Iterator[Single]:
    try:
        kind = _format(data, name)
        if kind == "zip":
            yield from _members(data, name, depth)
            return
    except DocumentRefused as refused:
        yield Single(name, data, refused=refused)
    else:
        yield Single(name, data, kind)


def _format(data: bytes, name: str) -> str:
    if not data:
        raise NoText("文件是空的。")
    if len(data) > MAX_BYTES:
        raise DocumentTooLarge(f"文件有 {len(data) // _MIB} MB，超过上限 {MAX_BYTES // _MIB} MB。")
    if data.startswith(b"PK\x03\x04"):
        return _package(data)
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(_OLE):
        return _old(name, data)
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in {".md", ".markdown"}:
        return "md"
    head = data[:2048].lower()
    if suffix in {".html", ".htm", ".mht"} or b"<html" in head or b"<!doctype html" in head:
        return "html"
    return "txt"


def _old(name: str, data: bytes) -> str:
    """An OLE container: an old Word file, an encrypted new one, or another program's."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        from bihuan.library.extract.errors import DocumentEncrypted

        raise DocumentEncrypted
    if "WordDocument".encode("utf-16-le") in data:
        return "doc"
    raise UnknownFormat(
        f"“{PurePosixPath(name).name}”是旧格式的 Office 文件，但不是 Word 文档。",
        hint="请另存为 docx 或 xlsx 再收。",
    )


def _package(data: bytes) -> str:
    package = open_package(data)
    if is_word(package):
        return "docx"
    names = package.NameToInfo
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "[Content_Types].xml" in names or "mimetype" in names:
        raise UnknownFormat("这种 Office 文件不是文档也不是表格。")
    return "zip"


def _members(data: bytes, name: str, depth: int) -> Iterator[Single]:
    if not depth:
        raise UnknownFormat("压缩包里套着压缩包，层数太多，没有展开。", hint="请解压后再收。")
    package = open_package(data)
    wanted = [info for info in package.infolist() if not info.is_dir() and not _ignored(info)]
    if len(wanted) > MAX_FILES:
        raise DocumentTooLarge(f"压缩包里有 {len(wanted)} 个文件，超过上限 {MAX_FILES} 个。")
    if not wanted:
        raise NoText("压缩包里没有文件。")
    for info in wanted:
        place = f"{name}/{_shown(info)}"
        try:
            inner = unfold(package, info.filename)
        except DocumentRefused as refused:
            yield Single(place, b"", refused=refused)
        else:
            yield from _singles(inner, place, depth - 1)


def _ignored(info: zipfile.ZipInfo) -> bool:
    last = PurePosixPath(info.filename).name
    return info.filename.startswith(_IGNORED[0]) or last.startswith(_IGNORED[1:])


def _shown(info: zipfile.ZipInfo) -> str:
    """Names in zips of Chinese Windows are GBK, but zipfile reads them as code page 437."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return info.filename


_READERS: dict[str, Callable[[bytes], str]] = {
    "docx": word_text,
    "doc": lambda data: word_text(doc_to_docx(data)),
    "pdf": pdf_text,
    "html": html_text,
    "xlsx": sheet_text,
    "md": lambda data: decode(data)[0],
    "txt": lambda data: decode(data)[0],
}
