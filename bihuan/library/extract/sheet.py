"""The text of a workbook: a line a row, cells parted by tabs, each sheet under its name."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from bihuan.excel.text import shown
from bihuan.library.extract.errors import DocumentDamaged
from bihuan.library.extract.package import open_package

MAX_CELLS = 2_000_000


def sheet_text(data: bytes) -> str:
    """Return the text of an xlsx. Raises DocumentRefused."""
    open_package(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        return "\n".join(line for page in book.worksheets for line in _lines(page))
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        KeyError,
        ValueError,
        TypeError,
        SyntaxError,
    ) as fault:
        raise DocumentDamaged(
            "表格文件已损坏，无法读取。", hint="请用 Excel 或 WPS 打开并修复，另存后再收。"
        ) from fault


def _lines(page: object) -> Iterator[str]:
    yield str(page.title)  # type: ignore[attr-defined]
    cells = 0
    for row in page.iter_rows(values_only=True):  # type: ignore[attr-defined]
        cells += len(row)
        if cells > MAX_CELLS:
            yield f"（这张表超过 {MAX_CELLS} 格，后面的没有读。）"
            return
        texts = ["" if value is None else shown(value).replace("\n", " ") for value in row]
        if any(texts):
            yield "\t".join(texts).rstrip("\t")
