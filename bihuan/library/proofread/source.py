"""A file as a text to be proofread, and the same file with the findings worked in.

``READERS`` is where a kind of file is added: a suffix and a function from bytes to a ``Source``. Kinds that can be read and not
written back come through the library's extraction, with its errors.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePath
from typing import Protocol

from bihuan.library.proofread.base import Finding
from bihuan.library.proofread.leftovers import PAGE_NUMBER
from bihuan.library.proofread.text import Text
from bihuan.library.proofread.wordfile import WordSource
from bihuan.rules.errors import BihuanError, Invalid


class NotReadable(Invalid):
    """这个文件不能校对。"""

    code = "not-readable"
    default_hint = "可校对 txt、md、docx、doc、pdf、html、xlsx；其他格式请先另存为 docx 或 txt。"


class NotFixable(Invalid):
    """这种文件只能校对，不能改好写回。"""

    code = "not-fixable"
    default_hint = "请另存为 docx 或 txt，再用 --fix 改。"


class Source(Protocol):
    """What a file gives: its text, and the bytes of the file with findings fixed or noted."""

    @property
    def text(self) -> Text:
        """The plain text that offsets count in."""

    def fixed(self, findings: Iterable[Finding], now: datetime) -> bytes:
        """Return the file with its safe findings fixed."""


@dataclass(frozen=True)
class PlainSource:
    """A txt or md file. Line ends are read as one character each and written back as they were."""

    text: Text
    encoding: str
    mark: bytes
    ends: tuple[str, ...]

    def fixed(self, findings: Iterable[Finding], now: datetime) -> bytes:
        """Return the bytes with the safe findings replaced, in the same encoding with the same line ends."""
        lines = replaced(self.text.text, findings).split("\n")
        joined = "".join(line + end for line, end in zip(lines, (*self.ends, ""), strict=True))
        return self.mark + joined.encode(self.encoding, "replace")


@dataclass(frozen=True)
class ReadSource:
    """A file of which only the text is read: pdf, doc, html, xlsx."""

    text: Text

    def fixed(self, findings: Iterable[Finding], now: datetime) -> bytes:
        """Raises NotFixable: the text does not make the file."""
        raise NotFixable


#: Printing leaves a gap between Chinese and digits, which comes out of a pdf as a blank.
_PRINTED = re.compile(r" (?:(?<=[\u4e00-\u9fff] )(?=\d)|(?<=[\d%] )(?=[\u4e00-\u9fff]))")


def read_only(suffix: str) -> Callable[[bytes], Source]:
    """Return the reader of a kind that the library extracts, by the suffix of its files. It raises DocumentRefused."""

    def read(data: bytes) -> Source:
        from bihuan.library.extract import extract_one  # late: it loads the readers of every format

        found = extract_one(data, f"文件{suffix}")
        text = _PRINTED.sub("", PAGE_NUMBER.sub("", found.text)) if found.format == "pdf" else found.text
        # cells are no sentences: a table would set off the checks of paragraphs
        cells = range(text.count("\n") + 1) if found.format == "xlsx" else ()
        return ReadSource(Text(text, dict.fromkeys(cells, "cell")))

    return read


def replaced(text: str, findings: Iterable[Finding]) -> str:
    """Return ``text`` with every safe finding replaced; of findings that overlap the first is taken."""
    parts, at = [], 0
    for finding in chosen(findings):
        parts += [text[at : finding.start], finding.suggestion or ""]
        at = finding.end
    return "".join([*parts, text[at:]])


def chosen(findings: Iterable[Finding]) -> list[Finding]:
    """Return the safe findings that do not overlap, in their order."""
    kept: list[Finding] = []
    for finding in sorted(findings, key=lambda f: (f.start, -f.end)):
        if finding.safe and (not kept or finding.start >= kept[-1].end):
            kept.append(finding)
    return kept


_LINE_END = re.compile("(\r\n|\r|\n)")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def plain_source(data: bytes, markdown: bool = False) -> PlainSource:
    """Read a text in UTF-8, UTF-16 or GB18030. Raises NotReadable."""
    mark, encoding = next(((m, e) for m, e in _MARKS if data.startswith(m)), None) or (b"", _encoding(data))
    try:
        whole = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        raise NotReadable(
            f"读不懂这个文件的编码（第 {error.start} 字节起不是 {encoding}）。", hint="请另存为 UTF-8 再试。"
        ) from error
    if "\x00" in whole:
        raise NotReadable("这不是文本文件。")
    parts = _LINE_END.split(whole)
    text = Text("\n".join(parts[::2]), markdown=markdown or whole.startswith("# "))
    return PlainSource(text, encoding, mark, tuple(parts[1::2]))


def _encoding(data: bytes) -> str:
    try:
        data.decode("utf-8")
        return "utf-8" if b"\0" not in data else _guessed(data)
    except UnicodeDecodeError:
        return _guessed(data)


def _guessed(data: bytes) -> str:
    from bihuan.library.extract.decode import decode  # late: it loads the readers of every format
    from bihuan.library.extract.errors import DocumentRefused

    try:
        return decode(data)[1]
    except DocumentRefused as refused:
        raise NotReadable(str(refused), hint="请另存为 UTF-8 再试。") from refused


READERS: dict[str, Callable[[bytes], Source]] = {
    ".txt": plain_source,
    ".md": lambda data: plain_source(data, markdown=True),
    ".docx": WordSource.read,
    **{suffix: read_only(suffix) for suffix in (".doc", ".pdf", ".html", ".htm", ".xlsx")},
}


def read_source(path: Path) -> Source:
    """Read the file at ``path`` as a text. Raises NotReadable for a kind or content that cannot be read."""
    try:
        data = path.read_bytes() if path.suffix.lower() in READERS else b""
    except OSError as error:
        raise NotReadable(f"读不到文件“{path}”：{error.strerror}。", hint="请核对路径和权限。") from error
    return source_of(data, path.name)


def source_of(data: bytes, name: str) -> Source:
    """Read a file's content as a text; the name tells its kind. Raises NotReadable and what the library's extraction raises."""
    suffix = PurePath(name).suffix
    reader = READERS.get(suffix.lower())
    if reader is None:
        raise NotReadable(f"不能校对“{PurePath(name).name}”：不认识“{suffix or '没有扩展名'}”这种文件。")
    return reader(data)


@dataclass(frozen=True)
class Member:
    """A file of a zip: its path in it, its content, and its text, or why it cannot be proofread."""

    name: str
    data: bytes
    source: Source | None = None
    refused: BihuanError | None = None


def members_of(data: bytes, name: str) -> Iterator[Member]:
    """Yield each file of the zip ``name``; what cannot be read comes with the reason."""
    from bihuan.library.extract import singles  # late: it loads the readers of every format

    for single in singles(data, name):
        place = single.name.removeprefix(f"{name}/")
        try:
            if single.refused:
                raise single.refused
            yield Member(place, single.data, source_of(single.data, place))
        except BihuanError as error:
            yield Member(place, single.data, refused=error)
