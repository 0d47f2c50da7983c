"""Comma, tab or semicolon separated text, in the encodings that Chinese offices produce."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from dataclasses import dataclass
from itertools import islice

from bihuan.cells import unguarded
from bihuan.excel.book import Sheet, Value
from bihuan.excel.errors import NotAWorkbook, TooLarge

MAX_BYTES = 256 * 2**20
_SAMPLE = 60
_DELIMITERS = (",", "\t", ";")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class CsvText:
    """A csv file taken apart: all its records, and how they were written. ``head``: a leading ``sep=`` line of Excel."""

    records: list[list[str]]
    encoding: str
    delimiter: str
    head: str


def read_csv(data: bytes, name: str) -> Sheet:
    """The one sheet of a csv file. Raises NotAWorkbook when the bytes are no text, TooLarge over MAX_BYTES."""
    rows: dict[int, list[Value]] = {}
    for number, cells in enumerate(take_apart(data).records, 1):
        if any(cells):
            rows[number] = [unguarded(cell) for cell in cells]
    return Sheet(name, rows)


def take_apart(data: bytes) -> CsvText:
    """The records of a csv file and its form; see ``read_csv``."""
    if len(data) > MAX_BYTES:
        raise TooLarge(f"文件有 {len(data) >> 20} MB，超过上限 {MAX_BYTES >> 20} MB，已停止读取。")
    text, encoding = _decoded(data)
    delimiter, head = _delimiter(text)
    csv.field_size_limit(len(text) + 1)  # a cell may be longer than the 131,072 characters of the default
    body = io.StringIO(text[len(head) :], newline="")
    try:
        return CsvText(list(csv.reader(body, delimiter=delimiter)), encoding, delimiter, head)
    except csv.Error as fault:
        raise NotAWorkbook("文件不是有效的 CSV 表格。") from fault


def _decoded(data: bytes) -> tuple[str, str]:
    """Text from UTF-8 (with or without mark), UTF-16 or GB18030, and which; raises NotAWorkbook for anything else."""
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _is_text(text):
            return text, encoding
    raise NotAWorkbook


def _encodings(data: bytes) -> list[str]:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return [encoding]
    # Without a mark, UTF-16 shows by its zero bytes; every second one in text that is half ASCII.
    sample = data[:4000]
    if sample.count(0) * 10 > len(sample):
        return ["utf-16-le" if sample[1::2].count(0) >= sample[::2].count(0) else "utf-16-be"]
    return ["utf-8", "gb18030"]


def _is_text(text: str) -> bool:
    sample = text[:100_000]
    odd = sum(1 for char in sample if char < " " and char not in "\t\r\n\x0b\x0c")
    return odd * 100 <= len(sample)


def _delimiter(text: str) -> tuple[str, str]:
    """The delimiter, and a leading ``sep=`` line (which Excel writes) with its end."""
    first, end, _ = text.partition("\n")
    stated = first.strip().strip('"')
    if stated.lower().startswith("sep=") and len(stated) == 5:
        return stated[4], first + end
    return max(_DELIMITERS, key=lambda mark: _regularity(text, mark)), ""


def _regularity(text: str, delimiter: str) -> tuple[int, int]:
    # Chinese text holds few half-width commas, but some: the delimiter is what gives most rows the same width.
    lines = csv.reader(io.StringIO(text[:200_000], newline=""), delimiter=delimiter)
    try:
        widths = Counter(len(row) for row in islice(lines, _SAMPLE) if len(row) > 1)
    except csv.Error:
        return (0, 0)
    if not widths:
        return (0, 0)
    width, times = max(widths.items(), key=lambda pair: (pair[1], pair[0]))
    return (times, width)
