"""Files of every kind, sound and unsound: each is read or refused with a reason, at its place, quickly."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zipfile
from datetime import date
from pathlib import Path

import pytest
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_maker import patched, saved, sheet_xml, text, xls, xlsx
from openpyxl import Workbook
from openpyxl.comments import Comment

from bihuan.excel.book import Merge, column_index, letter, spans
from bihuan.excel.errors import Damaged, EmptyWorkbook, Encrypted, FileRefused, NotAWorkbook, TooLarge
from bihuan.excel.ole import Ole
from bihuan.excel.read import read
from tests.support.depth import often

SHEET = "xl/worksheets/sheet1.xml"
ROWS = [["序号", "问题"], [1, "甲"]]


def test_letters_and_columns_are_inverse():
    assert [letter(n) for n in (0, 25, 26, 701, 702, 16383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
    assert all(column_index(letter(n)) == n for n in range(0, 16384, 7))


def test_runs_of_rows_are_told_as_spans():
    assert spans({3, 4, 5, 9, 1}) == [(1, 1), (3, 5), (9, 9)]


# --- what is read ---


def test_values_merges_and_marks_of_an_xlsx():
    data = xlsx(
        [["标题", None, None], ["序号", "问题", "进度"], [1, " 甲 ", 0.85], [2, date(2024, 5, 1), 85]],
        ["A1:C1", "A3:A4"],
        hidden_rows=[4],
        formats={"C3": "0%"},
    )
    sheet = read(data, "台账.xlsx").sheets[0]
    assert sheet.rows[4] == ["", date(2024, 5, 1), 85]
    assert (sheet.rows[3], sheet.merges) == ([1, " 甲 ", 0.85], [Merge(1, 0, 1, 2), Merge(3, 0, 4, 0)])
    assert (sheet.hidden_rows, sheet.percents, sheet.problems) == ({4}, {(3, 2)}, [])


def test_values_merges_and_marks_of_an_xls():
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("一")
    sheet.write_merge(0, 0, 0, 2, "标题")
    sheet.write(2, 0, 0.85, xlwt.easyxf(num_format_str="0.0%"))
    sheet.write(2, 1, 0.5, xlwt.easyxf(num_format_str="0%"))
    sheet.write(2, 2, 3)
    sheet.write(3, 0, date(2024, 5, 1), xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    sheet.row(2).hidden = True
    sheet.col(1).hidden = True
    book.add_sheet("二").visibility = 1
    out = io.BytesIO()
    book.save(out)
    one, two = read(out.getvalue(), "台账.xls").sheets
    assert (one.merges, one.hidden_rows, one.hidden_columns) == ([Merge(1, 0, 1, 2)], {3}, {1})
    assert (one.percents, one.rows[3]) == ({(3, 0), (3, 1)}, [0.85, 0.5, 3])
    assert (one.rows[4][0], one.hidden, two.hidden) == (date(2024, 5, 1), False, True)


def test_hidden_sheets_and_columns_are_read_and_marked():
    book = Workbook()
    book.active["A1"] = "甲"
    book.active.column_dimensions["B"].hidden = True
    other = book.create_sheet("藏")
    other["A1"] = "乙"
    other.sheet_state = "veryHidden"
    sheets = read(saved(book)).sheets
    assert [(s.name, s.hidden, s.rows) for s in sheets] == [
        ("Sheet", False, {1: ["甲"]}),
        ("藏", True, {1: ["乙"]}),
    ]
    assert sheets[0].hidden_columns == {1}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_files_in_every_encoding_and_delimiter(encoding, delimiter):
    rows = [
        ["序号", "问题表现", "整改措施"],
        ["1", "甲,乙；丙", "1.加强\n2.完善"],
        ["", "", ""],
        ["2", "丁", '说"是"'],
    ]
    sheet = read(text(rows, encoding=encoding, delimiter=delimiter), "台账.csv").sheets[0]
    assert (sheet.name, sheet.rows) == ("台账", {1: rows[0], 2: rows[1], 4: rows[3]})


def test_a_text_file_may_name_its_delimiter():
    assert read("sep=;\r\n序号;问题\r\n1;甲,乙\r\n".encode()).sheets[0].rows == {
        1: ["序号", "问题"],
        2: ["1", "甲,乙"],
    }


def test_a_cell_of_32767_characters_is_kept_whole():
    long = "长" * 32_767
    assert read(xlsx([["问题"], [long]])).sheets[0].rows[2] == [long]
    assert read(text([["问题", "措施"], [long * 5, "甲"]])).sheets[0].rows[2] == [long * 5, "甲"]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_cells_that_begin_like_formulas_stay_text(kind):
    row = ["=cmd|'/c calc'!A0", "+1+1", "-2", "@SUM(A1)"]
    data = xlsx([row]) if kind == "xlsx" else text([row])
    sheet = read(data).sheets[0]
    assert (sheet.rows[1], sheet.problems) == (row, [])


def test_the_kind_of_file_shows_by_its_content_not_its_name(tmp_path: Path):
    for name, data in {"a.xls": xlsx(ROWS), "b.xlsx": xls(ROWS), "c.xlsx": text(ROWS)}.items():
        (tmp_path / name).write_bytes(data)
        assert [str(v).removesuffix(".0") for v in read(tmp_path / name).sheets[0].rows[2]] == ["1", "甲"]


# --- what is doubtful ---


def test_formula_errors_are_told_at_their_cells():
    rows = b'<row r="3"><c r="B3" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="C3" t="e" s="0"><v>#REF!</v></c><c r="D3"><v>1</v></c></row>'
    sheet = read(patched(xlsx(ROWS), SHEET, sheet_xml(rows))).sheets[0]
    assert [(p.row, p.column, p.value, p.severity) for p in sheet.problems] == [
        (3, "B", "#DIV/0!", "error"),
        (3, "C", "#REF!", "error"),
    ]


def test_formula_errors_of_an_xls_are_told_at_their_cells():
    data = bytearray(xls([["甲", 0.1234567]]))
    number = struct.pack("<HHHHH", 0x0203, 14, 0, 1, 17)  # NUMBER, row 0, column 1, style 17
    at = data.find(number)
    assert at > 0
    data[at : at + 18] = (
        struct.pack("<HHHHHBB", 0x0205, 8, 0, 1, 17, 0x17, 1) + struct.pack("<HH", 0x00EF, 2) + b"\0\0"
    )
    assert [(p.row, p.column, p.value) for p in read(bytes(data)).sheets[0].problems] == [(1, "B", "#REF!")]


def test_formulas_without_a_value_are_told_and_those_with_one_are_read():
    book = Workbook()
    book.active.append(["甲", "=1+1", '=A1&"乙"'])
    assert [(p.row, p.column, p.value, p.severity) for p in read(saved(book)).sheets[0].problems] == [
        (1, "B", "=1+1", "error"),
        (1, "C", '=A1&"乙"', "error"),
    ]
    rows = b'<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="str"><f>A2</f><v></v></c></row>'
    sheet = read(patched(xlsx(ROWS), SHEET, sheet_xml(rows))).sheets[0]
    assert (sheet.rows[1][0], sheet.problems) == (2, [])


def test_external_links_and_macros_are_told_and_never_followed_or_run():
    data = patched(xlsx(ROWS), SHEET, xl__externalLinks__externalLink1_xml=b"<x/>", xl__vbaProject_bin=b"\0")
    data = data.replace(b"externalLink1_xml", b"externalLink1.xml").replace(
        b"vbaProject_bin", b"vbaProject.bin"
    )
    book = read(data)
    assert [("其他文件" in p.message, "宏" in p.message, p.severity) for p in book.problems] == [
        (True, False, "warning"),
        (False, True, "warning"),
    ]
    assert book.sheets[0].rows[2] == [1, "甲"]


def test_comments_are_told_because_they_are_not_imported():
    book = Workbook()
    book.active["B2"] = "甲"
    book.active["B2"].comment = Comment("请核实", "审核")
    assert [(p.row, p.column, p.value, p.severity) for p in read(saved(book)).sheets[0].problems] == [
        (2, "B", "请核实", "hint")
    ]


# --- what is refused ---


def refusal(data: bytes, name: str = "台账.xlsx") -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        read(data, name)
    return caught.value


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"%PDF-1.7 x", "PDF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "图片"),
        (b"\xff\xd8\xff\xe0", "图片"),
        (b"Rar!\x1a\x07", "RAR"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
        ("\ufeff<?xml version='1.0'?><Workbook/>".encode(), "XML"),
        (bytes(range(256)) * 40, "不是 Excel"),
        (b"\x7fELF" + bytes(2000), "不是 Excel"),
    ],
)
def test_what_is_no_workbook_is_refused_with_what_it_is(data, word):
    fault = refusal(data)
    assert (type(fault), word in str(fault), bool(fault.hint)) == (NotAWorkbook, True, True)


@pytest.mark.parametrize(
    ("part", "word"),
    [
        ("word/document.xml", "Word"),
        ("ppt/x.xml", "演示"),
        ("xl/workbook.bin", "xlsb"),
        ("content.xml", "ODF"),
        ("a.txt", "解压"),
    ],
)
def test_other_packages_are_refused_with_what_they_are(part, word):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr(part, b"<x/>")
    assert word in str(refusal(out.getvalue()))


@pytest.mark.parametrize("data", [b"", b"\n\n ", bytes(100)])
def test_an_empty_file_is_refused(data):
    assert type(refusal(data)) is EmptyWorkbook


def test_a_workbook_without_content_is_refused():
    assert type(refusal(saved(Workbook()))) is EmptyWorkbook
    assert type(refusal(xlsx([["  ", "\n"]]))) is EmptyWorkbook


def test_a_sheet_with_only_a_picture_says_so():
    tail = b'<drawing xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="rId1"/>'
    fault = refusal(patched(saved(Workbook()), SHEET, sheet_xml(b"", tail)))
    assert (type(fault), "只有图片" in fault.message, "Sheet" in fault.message) == (EmptyWorkbook, True, True)


def ole_with(names: list[str]) -> bytes:
    """A compound file whose directory lists empty streams."""
    head = bytearray(512)
    head[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HH", head, 30, 9, 6)
    struct.pack_into("<I", head, 48, 1)
    struct.pack_into("<I", head, 68, 0xFFFFFFFE)
    head[76:512] = b"\xff" * 436
    struct.pack_into("<I", head, 76, 0)
    fat = struct.pack("<II", 0xFFFFFFFD, 0xFFFFFFFE) + b"\xff" * 504
    entries = b""
    for name in names:
        raw = name.encode("utf-16-le")
        entry = bytearray(128)
        entry[: len(raw)] = raw
        struct.pack_into("<H", entry, 64, len(raw) + 2)
        struct.pack_into("<I", entry, 116, 0xFFFFFFFE)
        entries += bytes(entry)
    return bytes(head) + fat + entries.ljust(512, b"\0")


def test_an_encrypted_xlsx_is_refused_as_such():
    assert type(refusal(ole_with(["Root Entry", "EncryptedPackage", "EncryptionInfo"]))) is Encrypted


def test_an_encrypted_xls_is_refused_as_such():
    data = bytearray(xls(ROWS))
    stream = Ole(bytes(data)).stream("Workbook")
    at = bytes(data).find(stream[:200])
    first = 4 + struct.unpack_from("<H", stream, 2)[0]
    size = struct.unpack_from("<H", stream, first + 2)[0]
    struct.pack_into("<HH", data, at + first, 0x2F, size)
    assert type(refusal(bytes(data))) is Encrypted


def test_a_word_document_of_the_old_kind_is_refused_as_such():
    assert "Word" in str(refusal(ole_with(["Root Entry", "WordDocument"])))


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("make", [xlsx, xls])
def test_a_cut_off_workbook_is_refused_as_damaged(make, cut):
    data = make([["序号", "问题"], *[[n, f"问题{n}"] for n in range(300)]])
    assert type(refusal(data[: int(len(data) * cut)])) in (Damaged, NotAWorkbook)


def test_a_package_with_broken_xml_is_refused_as_damaged():
    assert type(refusal(patched(xlsx(ROWS), "xl/workbook.xml", b"<workbook><sheets>"))) is Damaged


def test_a_zip_bomb_is_refused_before_it_unfolds():
    data = patched(xlsx(ROWS), "xl/media/bomb.xml", b"0" * (60 * 2**20))
    tracemalloc.start()
    fault = refusal(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (type(fault), "200 倍" in fault.message, peak < 2**22) == (TooLarge, True, True)


def test_a_package_that_lies_about_its_sizes_is_refused():
    data = bytearray(
        patched(xlsx(ROWS), SHEET, sheet_xml(b'<row r="1"><c r="A1"><v>1</v></c></row>' + b" " * 5_000_000))
    )
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        info = package.getinfo(SHEET)
    at = data.rfind(SHEET.encode()) - 46
    struct.pack_into("<I", data, at + 24, 1_000)
    assert (info.file_size > 5_000_000, type(refusal(bytes(data)))) == (True, TooLarge)


def test_too_many_parts_are_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for number in range(10_001):
            package.writestr(f"xl/{number}", b"")
    assert "10000" in str(refusal(out.getvalue())).replace(",", "")


def empty_rows(count: int) -> bytes:
    """A workbook with one word, and ``count`` rows of formatted cells without content."""
    rows = b"".join(
        b'<row r="%d"><c r="A%d" s="0"/><c r="B%d" s="0"/></row>' % (n, n, n) for n in range(2, count + 1)
    )
    word = b'<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>'
    return patched(xlsx(ROWS), SHEET, sheet_xml(word + rows))


def test_a_million_empty_rows_are_quick():
    data = empty_rows(1_048_576)
    start = time.process_time()
    assert read(data).sheets[0].rows == {1: ["x"]}
    assert time.process_time() - start < 20


def test_empty_rows_take_no_memory():
    peaks = []
    for count in (10_000, 100_000):
        data = empty_rows(count)
        tracemalloc.start()
        read(data)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 20 * 2**20


def test_sixteen_thousand_columns_are_told_at_their_place():
    fault = refusal(xlsx([["问题", *["甲"] * 15_999]]))
    assert ("16000 列" in fault.message, "1000 列" in fault.message) == (True, True)


def test_one_wide_sheet_does_not_hinder_the_others():
    book = Workbook()
    book.active.append(["宽"] * 2_000)
    book.create_sheet("台账").append(["序号", "问题"])
    wide, good = read(saved(book)).sheets
    assert (wide.rows, [(p.row, p.column, p.severity) for p in wide.problems]) == ({}, [(1, "BXX", "error")])
    assert good.rows == {1: ["序号", "问题"]}


def test_a_word_in_the_last_cell_of_a_sheet_is_refused_instead_of_filling_the_memory():
    rows = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    fault = refusal(patched(xlsx(ROWS), SHEET, sheet_xml(rows)))
    assert (type(fault), "1048576" in fault.message, "16384" in fault.message) == (TooLarge, True, True)


def test_formatted_but_empty_cells_do_not_stretch_a_sheet():
    rows = b'<row r="1"><c r="A1"><v>1</v></c><c r="ZZ1" s="0"/></row><row r="1048576"><c r="ZZ1048576" s="0"/></row>'
    assert read(patched(xlsx(ROWS), SHEET, sheet_xml(rows))).sheets[0].rows == {1: [1]}


def test_very_many_merges_are_told():
    merges = (
        b"<mergeCells>"
        + b"".join(b'<mergeCell ref="A%d:B%d"/>' % (n, n) for n in range(1, 200_005))
        + b"</mergeCells>"
    )
    rows = b'<row r="1"><c r="A1"><v>1</v></c></row>'
    fault = refusal(patched(xlsx(ROWS), SHEET, sheet_xml(rows, merges)))
    assert "合并单元格" in fault.message


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="A1" r="XFD1048576"><v>1</v></c>',
        b"<c r='XFD1048576'><v>1</v></c>",
        b'<c  r = "XFD1048576"><v>1</v></c>',
        b'<c s="0" r="xfd1048576"><v>1</v></c>',
        b'<c r="A99999999999"><v>1</v></c>',
    ],
)
def test_a_cell_far_away_is_noticed_however_it_is_written(cell):
    rows = b'<row r="1"><c r="A1"><v>1</v></c>' + cell + b"</row>"
    assert type(refusal(patched(xlsx(ROWS), SHEET, sheet_xml(rows)))) in (TooLarge, Damaged)


def test_an_xls_whose_sectors_run_in_a_circle_is_refused():
    data = bytearray(xls([["序号", "问题"], *[[n, f"问题{n}"] for n in range(200)]]))
    fat = 512 * (1 + struct.unpack_from("<I", data, 76)[0])
    struct.pack_into("<I", data, fat + 4 * 3, 1)
    assert type(refusal(bytes(data))) is Damaged


def test_an_xls_that_claims_impossible_dimensions_is_refused():
    data = bytearray(xls(ROWS))
    at = data.find(struct.pack("<HH", 0x0200, 14))
    struct.pack_into("<II", data, at + 4, 40_000, 5)
    assert type(refusal(bytes(data))) is Damaged


@settings(max_examples=often(50, 1000), deadline=None)
@given(st.sampled_from([xlsx(ROWS), xls(ROWS), text(ROWS)]), st.data())
def test_a_file_with_altered_bytes_is_read_or_refused_and_nothing_else(data, draw):
    changed = bytearray(data)
    for at, value in draw.draw(
        st.lists(st.tuples(st.integers(0, len(data) - 1), st.integers(0, 255)), min_size=1, max_size=8)
    ):
        changed[at] = value
    try:
        assert read(bytes(changed), "台账").sheets
    except FileRefused:
        return
