"""From a file to a ``Book``: what kind of file it is (by its content), whether it is safe, and what its cells hold.

Values and merges come from python-calamine; what it does not tell (hidden rows, percentages, errors) comes from
``xlsx_scan`` and ``xls_scan``. Macros never run, external links are never followed.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePath

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from bihuan.excel import package as pkg
from bihuan.excel import xls_scan, xlsx_scan
from bihuan.excel.book import Book, Merge, Problem, Sheet, Value
from bihuan.excel.comments import note_comments
from bihuan.excel.csv_read import read_csv
from bihuan.excel.errors import Damaged, EmptyWorkbook, Encrypted, NotAWorkbook, TooLarge

MAX_BYTES = 256 * 2**20
MAX_COLUMNS = 1_000
MAX_MERGES = 200_000

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_KINDS = (
    (b"%PDF", " PDF 文件"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"BM", "图片"),
    (b"Rar!", " RAR 压缩包"),
    (b"7z\xbc\xaf", " 7z 压缩包"),
    (b"\x1f\x8b", "压缩包"),
    (b"{\\rtf", " RTF 文档"),
)
_MARKUP = re.compile(rb"<(?:!doctype|html|table|head|body|\?xml|\?mso)", re.IGNORECASE)


def read(source: str | Path | bytes, name: str = "") -> Book:
    """Read a workbook (xlsx, xlsm, xls) or a csv file from a path or its bytes.

    ``name`` is the file's name when bytes are given. Raises FileRefused (NotAWorkbook, Encrypted, Damaged, TooLarge,
    EmptyWorkbook); OSError when the path cannot be read.
    """
    data = source if isinstance(source, bytes) else _load(Path(source))
    name = name or ("" if isinstance(source, bytes) else Path(source).name)
    if not data.strip(b"\0 \r\n\t"):
        raise EmptyWorkbook("文件是空的，没有任何内容。")
    book = _reader(data)(data, name)
    if not any(sheet.rows for sheet in book.sheets):
        raise _nothing(book)
    return book


def _load(path: Path) -> bytes:
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise TooLarge(f"文件有 {size >> 20} MB，超过上限 {MAX_BYTES >> 20} MB，已停止读取。")
    return path.read_bytes()


def _nothing(book: Book) -> EmptyWorkbook:
    for sheet in book.sheets:
        for problem in sheet.problems:
            if problem.severity == "error":
                message = f"工作表“{sheet.name}”没有读到内容：{problem.message}"
                return EmptyWorkbook(message, hint="改好后另存，再导入。")
        if sheet.has_picture:
            return EmptyWorkbook(
                f"工作表“{sheet.name}”里只有图片，没有表格内容。", hint="请把图片中的台账录入单元格后再导入。"
            )
    return EmptyWorkbook()


def _reader(data: bytes) -> Callable[[bytes, str], Book]:
    if data.startswith(b"PK"):
        return _read_xlsx
    if data.startswith(OLE):
        return _read_xls
    for mark, what in _KINDS:
        if data.startswith(mark):
            raise NotAWorkbook(f"文件是{what}，不是 Excel 工作簿。")
    if _MARKUP.match(data[:200].lstrip(b"\xef\xbb\xbf \r\n\t")):
        raise NotAWorkbook("文件是网页或 XML，只是扩展名像 Excel，无法按工作簿读取。")
    return _read_csv


def _read_csv(data: bytes, name: str) -> Book:
    return Book(name, [read_csv(data, PurePath(name).stem or "CSV")])


# --- xlsx ---


def _read_xlsx(data: bytes, name: str) -> Book:
    package = pkg.open_package(data)
    _check_is_workbook(package)
    places = _sheet_parts(package)
    percent = xlsx_scan.percent_pattern(package)
    found = {title: xlsx_scan.scan_sheet(package, part, percent) for title, part in places.items()}
    for part in package.namelist():
        if part.lower().endswith("sharedstrings.xml"):
            pkg.check_part(package, part)
    book = Book(name, _sheets(data))
    for sheet in book.sheets:
        if sheet.name in found:
            xlsx_scan.apply_scan(sheet, found[sheet.name])
            note_comments(sheet, package, places[sheet.name])
    macros, external = _has(package, "vbaProject.bin"), _has(package, "xl/externalLinks/")
    book.problems += _doubts(book, macros=macros, external=external)
    return book


def _check_is_workbook(package: zipfile.ZipFile) -> None:
    names = set(package.namelist())
    if "xl/workbook.xml" in names:
        return
    folders = {name.partition("/")[0] for name in names}
    if "xl" in folders:
        raise NotAWorkbook("文件是二进制工作簿（.xlsb），暂不支持。")
    if "word" in folders:
        raise NotAWorkbook("文件是 Word 文档，不是 Excel 工作簿。")
    if "ppt" in folders:
        raise NotAWorkbook("文件是演示文稿，不是 Excel 工作簿。")
    if "content.xml" in names:
        raise NotAWorkbook("文件是 ODF 格式（.ods 等），暂不支持。")
    raise NotAWorkbook("文件是压缩包，不是 Excel 工作簿。", hint="请先解压，再选择其中的 .xlsx 文件。")


def _sheet_parts(package: zipfile.ZipFile) -> dict[str, str]:
    """The name of each sheet and the part that holds it."""
    tree = pkg.xml(package, "xl/workbook.xml")
    targets = {link.ident: link.target for link in pkg.links(package, "xl/workbook.xml")}
    found: dict[str, str] = {}
    for element in [] if tree is None else tree.iter():
        if pkg.local(element) != "sheet":
            continue
        ident = next((value for key, value in element.items() if key.endswith("}id")), "")
        if targets.get(ident, "") in package.NameToInfo:
            found[element.get("name", "")] = targets[ident]
    return found


def _has(package: zipfile.ZipFile, words: str) -> bool:
    return any(words in name for name in package.namelist())


# --- xls ---


def _read_xls(data: bytes, name: str) -> Book:
    scan = xls_scan.scan(data)
    book = Book(name, _sheets(data))
    for sheet in book.sheets:
        if sheet.name in scan.sheets:
            xlsx_scan.apply_scan(sheet, scan.sheets[sheet.name])
    book.problems += _doubts(book, macros=scan.macros, external=scan.external)
    return book


# --- both ---


def _doubts(book: Book, *, macros: bool, external: bool) -> list[Problem]:
    sheet = book.sheets[0].name if book.sheets else ""
    doubts = []
    if external:
        message = "工作簿引用了其他文件，引用处按上次保存的结果读取，没有更新。"
        doubts.append(Problem(sheet, None, None, "", message, "warning"))
    if macros:
        message = "工作簿带有宏；宏没有运行，只读取了单元格内容。"
        doubts.append(Problem(sheet, None, None, "", message, "warning"))
    return doubts


def _sheets(data: bytes) -> list[Sheet]:
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            worksheets = [m for m in workbook.sheets_metadata if m.typ is SheetTypeEnum.WorkSheet]
            return [
                _sheet(
                    workbook.get_sheet_by_name(meta.name), hidden=meta.visible is not SheetVisibleEnum.Visible
                )
                for meta in worksheets
            ]
    except PasswordError as fault:
        raise Encrypted from fault
    except CalamineError as fault:
        raise Damaged from fault
    except BaseException as fault:
        # The reader is compiled code; where it meets what it never expected, it panics outside Exception.
        if type(fault).__name__ == "PanicException":
            raise Damaged from fault
        raise


def _sheet(source: CalamineSheet, *, hidden: bool) -> Sheet:
    sheet = Sheet(source.name, {}, hidden=hidden)
    if source.start is None:
        return sheet
    left = source.start[1]
    indent: list[Value] = [""] * left
    for number, cells in enumerate(source.iter_rows(), 1):
        if any(map(_filled, cells)):
            sheet.rows[number] = indent + cells if left else cells
    _check_width(sheet)
    _take_merges(sheet, source.merged_cell_ranges or [])
    return sheet


def _filled(value: Value) -> bool:
    return value != "" and not (isinstance(value, str) and value.isspace())


def _check_width(sheet: Sheet) -> None:
    width = max((_used(cells) for cells in sheet.rows.values()), default=0)
    if width <= MAX_COLUMNS:
        return
    message = f"工作表有 {width} 列，超过上限 {MAX_COLUMNS} 列，没有读取；请删除多余的列后再导入。"
    row = next(number for number, cells in sheet.rows.items() if _used(cells) == width)
    sheet.rows = {}
    sheet.note(row, width - 1, "", message, "error")


def _used(cells: list[Value]) -> int:
    for index in range(len(cells) - 1, -1, -1):
        if _filled(cells[index]):
            return index + 1
    return 0


def _take_merges(sheet: Sheet, ranges: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    if len(ranges) > MAX_MERGES:
        message = (
            f"工作表有 {len(ranges)} 处合并单元格，超过上限 {MAX_MERGES} 处，没有读取；"
            "请取消不必要的合并后再导入。"
        )
        sheet.rows = {}
        sheet.note(None, None, "", message, "error")
        return
    last_row, last_column = sheet.last_row, sheet.width - 1
    for (top, left), (bottom, right) in ranges:
        if top < last_row and left <= last_column:
            merge = Merge(top + 1, left, min(bottom + 1, last_row), min(right, last_column))
            if merge.bottom > merge.top or merge.right > merge.left:
                sheet.merges.append(merge)
