"""Bytes of a text file as text: UTF-8, UTF-16 or GB18030, whichever they are."""

from __future__ import annotations

from bihuan.library.extract.errors import UnknownFormat

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_SAMPLE = 65_536
_NOT_TEXT = bytes(set(range(0x20)) - set(b"\t\n\r\x0b\x0c\x1a\x1b"))


def decode(data: bytes) -> tuple[str, str]:
    """Return the text and the name of its encoding, line ends as ``\\n``. Raises UnknownFormat for what is no text."""
    for bom, name in _BOMS:
        if data.startswith(bom):
            return _plain(_strict(data[len(bom) :], name)), name
    for name in _candidates(data):
        try:
            return _plain(data.decode(name)), name
        except UnicodeDecodeError:
            continue
    # A damaged byte or two must not lose a whole document: what is unreadable shows as the replacement character.
    text = data.decode("gb18030", "replace")
    if text.count("\ufffd") * 50 > len(text):
        raise UnknownFormat("不像文本文件：既不是 UTF-8、UTF-16，也不是 GB18030。")
    return _plain(text), "gb18030"


def _candidates(data: bytes) -> list[str]:
    sample = data[:_SAMPLE]
    if b"\0" in sample:
        return [_utf16(sample)]
    if len(sample.translate(None, _NOT_TEXT)) < len(sample):
        raise UnknownFormat("不像文本文件：里面有文本不会有的字节。")
    return ["utf-8", "gb18030"]


def _utf16(sample: bytes) -> str:
    """UTF-16 without its mark: the side on which the zero bytes of line ends and figures stand tells the order."""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) > len(sample) or len(sample) % 2:
        raise UnknownFormat
    name = "utf-16-be" if even > odd else "utf-16-le"
    text = sample[: len(sample) // 2 * 2].decode(name, "replace")
    odd_ones = sum(char == "\ufffd" or (char < " " and char not in "\t\n\r\f") for char in text)
    if odd_ones * 50 > len(text):
        raise UnknownFormat("不像文本文件：里面有文本不会有的字节。")
    return name


def _strict(data: bytes, name: str) -> str:
    return data.decode(name, "replace")


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
