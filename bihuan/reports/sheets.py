"""Reading a workbook that ``xlsx`` wrote, to verify it: its manifest and what its sheets say now."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.worksheet.worksheet import Worksheet

from bihuan.reports import verify_text
from bihuan.reports.manifest import Manifest, loads
from bihuan.reports.package import NotAReport, write_zip
from bihuan.reports.reading import Block, Cell
from bihuan.reports.verdict import Problem

NAMES = ("总览", "分清单", "分单位", "分类别", "已销号事项", "未销号事项", "近期到期", "事项进展情况表", "单据", "督查", "督查发现问题",
         "制度", "单位负担")  # fmt: skip
MANIFEST_SHEET = "校验清单"
_OTHERS = 100


def number_of(name: str) -> int:
    """The number by which a manifest knows a sheet, wherever it stands in the file."""
    return NAMES.index(name) + 1 if name in NAMES else _OTHERS


def read_manifest(parts: Mapping[str, bytes]) -> Manifest | None:
    """The manifest in the parts of an xlsx; None where there is none. Raises ``ManifestUnreadable``, ``NotAReport``."""
    book = _opened(parts)
    if MANIFEST_SHEET not in book.sheetnames:
        return None
    return loads(
        "".join(str(row[0]) for row in book[MANIFEST_SHEET].iter_rows(values_only=True) if row[0] is not None)
    )


def compare(manifest: Manifest, parts: Mapping[str, bytes]) -> list[Problem]:
    """What the sheets say now against what the manifest remembers."""
    book = _opened(parts)
    pages = (page for page in book.worksheets if page.title != MANIFEST_SHEET)
    return verify_text.compare(manifest, [block for page in pages for block in _blocks(page)])


def shown(value: object, number_format: str = "General") -> str:
    """A cell's value as text: as it is printed for rates, in one form whatever program wrote it for the rest."""
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value).replace("\r\n", "\n").replace("_x000D_", "").strip()
    exact = Decimal(repr(value))
    if number_format.endswith("%"):
        places = Decimal(1).scaleb(-len(number_format.removesuffix("%").partition(".")[2]))
        return f"{(exact * 100).quantize(places, ROUND_HALF_UP)}%"
    return str(int(exact)) if exact == exact.to_integral_value() else str(exact)


def _opened(parts: Mapping[str, bytes]) -> Workbook:
    try:
        return load_workbook(io.BytesIO(write_zip(parts)))
    except Exception as error:
        raise NotAReport(f"工作簿打不开，可能已损坏（{error}）。") from error


def _blocks(page: Worksheet) -> Iterator[Block]:
    heads: tuple[str, ...] = ()
    for row in page.iter_rows():
        texts = [_text(cell) for cell in row]
        while len(texts) > max(len(heads), 1) and not texts[-1]:
            texts.pop()
        heads = heads or (tuple(texts) if len(texts) > 1 else ())
        if any(texts):
            cells = [Cell(text) for text in texts]
            yield Block(page.title, cells, number_of(page.title), f"工作表“{page.title}”", heads)


def _text(cell: SheetCell) -> str:
    return shown(cell.value, cell.number_format or "General")
