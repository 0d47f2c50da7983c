"""What python-calamine does not tell of an xls file: hidden rows and columns, percentages, formula errors, a password.

The records of the workbook stream are walked once (MS-XLS); only BIFF8 (Excel 97 and later) is looked into.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from bihuan.excel.errors import Damaged, Encrypted, NotAWorkbook
from bihuan.excel.ole import Ole
from bihuan.excel.xlsx_scan import Scan

_FORMULA, _FILEPASS, _COLINFO, _BOUNDSHEET, _MULRK, _XF = 0x06, 0x2F, 0x7D, 0x85, 0xBD, 0xE0
_DRAWING, _NUMBER, _BOOLERR, _ROW, _RK, _FORMAT, _BOF, _EXTERN = (
    0xEC,
    0x203,
    0x205,
    0x208,
    0x27E,
    0x41E,
    0x809,
    0x1AE,
)
_DIMENSIONS, _SST, _EOF = 0x200, 0xFC, 0x0A
_CELLS = frozenset(
    {_FORMULA, _MULRK, 0xBE, 0xFD, 0x201, _NUMBER, 0x204, _BOOLERR, _RK}
)  # and MULBLANK, LABELSST, BLANK, LABEL
_ROWS, _COLUMNS = 65_536, 256
_BIFF8 = 0x0600
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


@dataclass(slots=True)
class XlsScan:
    """Marks of each sheet by name, and of the whole file."""

    sheets: dict[str, Scan] = field(default_factory=dict)
    macros: bool = False
    external: bool = False


@dataclass(slots=True)
class _Styles:
    percent_formats: set[int] = field(default_factory=lambda: {9, 10})
    formats: list[int] = field(default_factory=list)

    def percent(self, style: int) -> bool:
        return style < len(self.formats) and self.formats[style] in self.percent_formats


def scan(data: bytes) -> XlsScan:
    """Walk an OLE file. Raises Encrypted for a password, NotAWorkbook when it holds no workbook."""
    ole = Ole(data)
    if "EncryptedPackage" in ole.streams:
        raise Encrypted
    book = next((name for name in ("Workbook", "Book") if name in ole.streams), "")
    if not book:
        what = "Word 文档" if "WordDocument" in ole.streams else "其他类型的文件"
        raise NotAWorkbook(f"文件是{what}，不是 Excel 工作簿。")
    stream = ole.stream(book)
    if stream[:2] != struct.pack("<H", _BOF) or stream[4:6] != struct.pack("<H", _BIFF8):
        raise NotAWorkbook("工作簿的版本过旧（Excel 95 或更早）。")
    found = XlsScan(macros="_VBA_PROJECT_CUR" in ole.streams)
    _walk(stream, found)
    return found


def _walk(stream: bytes, found: XlsScan) -> None:
    styles = _Styles()
    starts: list[tuple[int, Scan]] = []
    for kind, body in _records(stream, 0):
        _read_global(kind, body, styles, starts, found)
    for start, sheet in starts:
        for kind, body in _records(stream, start):
            _read_mark(kind, body, styles, sheet)


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records from ``at`` to the next end mark, each found sound."""
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        if kind == _EOF:
            return
        body = stream[at + 4 : at + 4 + size]
        if kind in _CELLS or kind in (_DIMENSIONS, _SST):
            _check_size(kind, body, len(stream))
        yield kind, body
        at += 4 + size


def _check_size(kind: int, body: bytes, size: int) -> None:
    """Refuse numbers that no xls can hold: the reader allots memory by them, and dies where it does not suffice."""
    if kind == _DIMENSIONS and len(body) >= 12:
        top, bottom, left, right = struct.unpack_from("<IIHH", body)
        sound = top <= bottom <= _ROWS and left <= right <= _COLUMNS
    elif kind == _SST and len(body) >= 8:
        sound = max(struct.unpack_from("<II", body)) <= size
    else:
        sound = len(body) >= 4 and struct.unpack_from("<H", body, 2)[0] < _COLUMNS
    if not sound:
        raise Damaged


def _read_global(
    kind: int, body: bytes, styles: _Styles, starts: list[tuple[int, Scan]], found: XlsScan
) -> None:
    if kind == _FILEPASS:
        raise Encrypted
    if kind == _BOUNDSHEET and len(body) >= 8:
        sheet = found.sheets[_string(body[6:], wide_count=False)] = Scan()
        starts.append((struct.unpack_from("<I", body)[0], sheet))
    elif kind == _FORMAT and "%" in _string(body[2:], wide_count=True):
        styles.percent_formats.add(struct.unpack_from("<H", body)[0])
    elif kind == _XF and len(body) >= 4:
        styles.formats.append(struct.unpack_from("<H", body, 2)[0])
    elif kind == _EXTERN and len(body) > 4:
        found.external = True


def _string(body: bytes, *, wide_count: bool) -> str:
    count = struct.unpack_from("<H" if wide_count else "<B", body)[0]
    head = 2 if wide_count else 1
    wide = body[head : head + 1] == b"\x01"
    text = body[head + 1 : head + 1 + count * (2 if wide else 1)]
    return text.decode("utf-16-le" if wide else "latin-1", "replace")


def _read_mark(kind: int, body: bytes, styles: _Styles, found: Scan) -> None:
    if kind == _ROW and len(body) >= 16 and body[12] & 0x20:
        found.hidden_rows.add(struct.unpack_from("<H", body)[0] + 1)
    elif kind == _COLINFO and len(body) >= 10 and body[8] & 0x01:
        first, last = struct.unpack_from("<HH", body)
        found.hidden_columns.update(range(first, min(last, 255) + 1))
    elif kind in {_NUMBER, _RK, _FORMULA} and len(body) >= 10:
        _read_cell(kind, body, styles, found)
    elif kind == _MULRK and len(body) >= 12:
        row, first = struct.unpack_from("<HH", body)
        for index, at in enumerate(range(4, len(body) - 2, 6)):
            if styles.percent(struct.unpack_from("<H", body, at)[0]):
                found.percents.add((row + 1, first + index))
    elif kind == _BOOLERR and len(body) >= 8 and body[7]:
        row, column = struct.unpack_from("<HH", body)
        found.errors.append((row + 1, column, _ERRORS.get(body[6], "#N/A")))
    elif kind == _DRAWING:
        found.has_picture = True


def _read_cell(kind: int, body: bytes, styles: _Styles, found: Scan) -> None:
    row, column, style = struct.unpack_from("<HHH", body)
    if kind == _FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
        found.errors.append((row + 1, column, _ERRORS.get(body[8], "#N/A")))
    elif styles.percent(style):
        found.percents.add((row + 1, column))
