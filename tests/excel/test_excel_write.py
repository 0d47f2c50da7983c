from __future__ import annotations

import csv
from datetime import date, timedelta
from io import BytesIO, StringIO

import pytest
import xlwt
from openpyxl import Workbook, load_workbook

from bihuan.actions import do
from bihuan.cells import MAX_TEXT
from bihuan.clock.tick import tick
from bihuan.demo import life, workbooks
from bihuan.excel.register_out import write_register_back, write_register_plain
from bihuan.excel.write import COLUMNS_ADDED
from bihuan.models import Item, Register
from bihuan.queries.items import Filter
from bihuan.rules.errors import NotFound
from tests.support.county import NOW, START, World, imported_world, world
from tests.support.recall import recalled

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=40)


def all_of(made: World, code: str = "rectification") -> tuple[Register, Filter]:
    register = Register.objects.get(pk=made.registers[code])
    return register, Filter((register.pk,))


def opened(content: bytes):
    return load_workbook(BytesIO(content)).active


@pytest.fixture
def lived() -> World:
    return recalled(_lived, _lived)


def _lived() -> World:
    made = imported_world()
    life.run(made.people, START, 40, seed=11)
    return made


def test_the_layout_that_came_in_is_kept(lived: World):
    written = write_register_back(*all_of(lived), LATER)
    before, after = opened(workbooks.problems(START)), opened(written.content)
    assert (written.items, written.left_out) == (24, 0)
    old = {str(r) for r in before.merged_cells.ranges}
    assert old <= {str(r) for r in after.merged_cells.ranges}
    assert {c: d.width for c, d in before.column_dimensions.items()}.items() <= {
        c: d.width for c, d in after.column_dimensions.items()
    }.items()
    untouched = [*range(1, 11), 13, 14]
    for row in before.iter_rows(min_row=1, max_row=before.max_row):
        for cell in row:
            if cell.column in untouched and cell.row > 4:
                found = after[cell.coordinate]
                assert (found.value, found.font.name, found.font.size) == (
                    cell.value,
                    cell.font.name,
                    cell.font.size,
                )


def test_progress_state_and_lamp_are_those_of_the_ledger(lived: World):
    page = opened(write_register_back(*all_of(lived), LATER).content)
    names = {"closed": "已销号", "working": "整改中", "reviewing": "审核中"}
    checked = 0
    for item in Item.objects.filter(register_id=lived.registers["rectification"]):
        row = next(
            r
            for r in range(5, page.max_row)
            if str(page.cell(r, 3).value or "").strip() == item.title.strip()
        )
        assert page.cell(row, 11).value == (item.progress or None) or item.progress == (
            page.cell(row, 11).value or ""
        )
        if item.state in names:
            assert page.cell(row, 12).value == names[item.state]
            checked += 1
        assert (page.cell(row, 15).value or "") == {
            "red": "红灯",
            "yellow": "黄灯",
            "green": "绿灯",
            "none": "",
        }[item.colour]
    assert checked > 10


def test_a_missing_column_is_added_with_its_heading(lived: World):
    page = opened(write_register_back(*all_of(lived), LATER).content)
    assert (page["O3"].value, page["O3"].font.name) == ("亮灯", "黑体")
    assert "O3:O4" in {str(r) for r in page.merged_cells.ranges}
    assert COLUMNS_ADDED["colour"] == "亮灯"


def test_what_is_written_back_and_read_again_changes_nothing(lived: World):
    register, found = all_of(lived)
    written = write_register_back(register, found, LATER)
    again = lived.bring(written.content, "写回.xlsx", now=LATER)
    assert (again.registered, again.missing) == (0, [])
    assert Item.objects.filter(register_id=register.pk).count() == 24


def test_items_registered_later_are_told_as_left_out(lived: World):
    from bihuan.actions import register

    register(lived.registers["rectification"], lived.people.staff["duban"], LATER, title="后来登记的问题")
    written = write_register_back(*all_of(lived), LATER)
    assert (written.items, written.left_out) == (24, 1)


def test_a_register_that_was_never_imported_has_no_layout():
    made = world()
    with pytest.raises(NotFound):
        write_register_back(*all_of(made), NOW)


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("gb18030", ","), ("utf-8-sig", ","), ("utf-8", ";"), ("utf-16", "\t")]
)
def test_a_csv_comes_back_as_it_was_with_its_columns_filled(encoding: str, delimiter: str):
    made = world()
    head = ["序号", "问题表现", "责任单位", "整改时限", "进展情况", "备注"]
    rows = [
        ["某县台账"],
        head,
        ["1", "=路灯不亮", "县住建局", "2026年3月底前", "", "-5"],
        [],
        ["合计", "1项"],
    ]
    source = "".join(f"{delimiter.join(row)}\r\n" for row in rows)
    made.bring(source.encode(encoding), "台账.csv")
    item = Item.objects.get()
    do(
        "report",
        item.pk,
        made.people.handlers[Item.objects.get().owner_id],
        LATER,
        text="@已采购，安装中",
        percent=50,
    )
    written = write_register_back(*all_of(made), LATER)
    assert (written.items, written.left_out, written.suffix) == (1, 0, ".csv")
    back = list(csv.reader(StringIO(written.content.decode(encoding)), delimiter=delimiter))
    assert back == [
        ["某县台账"],
        [*head, "状态", "亮灯"],
        ["1", "'=路灯不亮", "县住建局", "2026年3月底前", "'@已采购，安装中", "-5", "整改中", "绿灯"],
        [],
        ["合计", "1项"],
    ]
    again = made.bring(written.content, "台账.csv", now=LATER)
    assert (again.registered, again.missing, Item.objects.get().title) == (0, [], "=路灯不亮")


def test_an_old_workbook_comes_back_as_a_new_one_in_its_layout():
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("台账")
    bold = xlwt.easyxf(
        "font: name 黑体, height 280, bold on; align: horiz center, vert center, wrap on;"
        "borders: left thin, right thin, top thin, bottom thin; pattern: pattern solid, fore_colour yellow"
    )
    sheet.write_merge(0, 0, 0, 5, "某县整改台账", bold)
    for column, word in enumerate(["序号", "问题表现", "整改措施", "责任单位", "整改时限", "进展情况"]):
        sheet.write(1, column, word, bold)
    sheet.write_merge(2, 3, 0, 0, 1)
    sheet.write_merge(2, 3, 1, 1, "路灯不亮")
    sheet.write(2, 2, "更换路灯")
    sheet.write(3, 2, "建立制度")
    sheet.write(2, 3, "县住建局")
    sheet.write(2, 4, date(2026, 3, 31), xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    sheet.col(1).width = 40 * 256
    sheet.row(2).height, sheet.row(2).height_mismatch = 600, True
    out = BytesIO()
    book.save(out)
    made = world()
    made.bring(out.getvalue(), "台账.xls")
    written = write_register_back(*all_of(made), NOW)
    page = opened(written.content)
    assert (written.items, written.suffix) == (1, ".xlsx")
    assert {"A1:F1", "A3:A4", "B3:B4"} <= {str(r) for r in page.merged_cells.ranges}
    assert (page.column_dimensions["B"].width, page.row_dimensions[3].height) == (40, 30)
    head = page["C2"]
    assert (head.value, head.font.name, head.font.size, head.font.bold) == ("整改措施", "黑体", 14, True)
    assert (head.alignment.horizontal, head.border.left.style, head.fill.fgColor.rgb) == (
        "center", "thin", "00FFFF00",
    )  # fmt: skip
    assert (page["E3"].value.date(), page["E3"].number_format) == (date(2026, 3, 31), "yyyy-mm-dd")
    assert [page.cell(2, c).value for c in (7, 8)] == ["状态", "亮灯"]
    assert made.bring(written.content, "台账.xlsx", now=LATER).registered == 0


def test_formulas_of_the_original_are_kept():
    book = load_workbook(BytesIO(workbooks.problems(START)))
    page = book.active
    page["Z5"] = "=1+1"
    out = BytesIO()
    book.save(out)
    made = world()
    made.bring(workbooks.problems(START), "问题.xlsx")
    register, found = all_of(made)
    written = write_register_back(register, found, NOW, original=out.getvalue())
    assert opened(written.content)["Z5"].value == "=1+1"


def test_the_plain_layout_holds_exactly_what_the_filter_shows(lived: World):
    register, _ = all_of(lived)
    found = Filter((register.pk,), states=("working",))
    written = write_register_plain(register, found)
    page = opened(written.content)
    numbers = [page.cell(r, 1).value for r in range(3, page.max_row + 1)]
    expected = Item.objects.filter(register_id=register.pk, state="working").order_by("id")
    assert numbers == list(expected.values_list("number", flat=True))
    assert written.items == len(numbers) > 0


@pytest.mark.parametrize("text", ["=1+1", "+86 138", "-3度以下停供", "@某人", "=cmd|' /C calc'!A0"])
def test_what_begins_like_a_formula_stays_text_in_both_layouts(text: str):
    made = world()
    book = Workbook()
    book.active.append(["序号", "问题表现", "整改措施", "责任单位", "整改时限", "进展情况"])
    book.active.append([1, "路灯不亮", "更换路灯", "县住建局", "2026年3月底前", "未动"])
    out = BytesIO()
    book.save(out)
    made.bring(out.getvalue())
    item = Item.objects.get()
    do("report", item.pk, made.people.handlers[item.owner_id], NOW + timedelta(days=1), text=text)
    register, found = all_of(made)
    for content, place in (
        (write_register_back(register, found, LATER).content, "F2"),
        (write_register_plain(register, found).content, "L3"),
    ):
        cell = opened(content)[place]
        assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


def test_a_text_beyond_the_cell_says_that_it_is_cut():
    made = world()
    made.bring(workbooks.problems(START))
    item = Item.objects.order_by("id")[0]
    do(
        "report",
        item.pk,
        made.people.handlers[item.owner_id],
        NOW + timedelta(days=1),
        text="长" * (MAX_TEXT + 10),
    )
    value = opened(write_register_plain(*all_of(made)).content)["L3"].value
    assert (len(value), value.endswith("其余请在系统中查看）")) == (MAX_TEXT, True)


def test_the_lamp_has_its_colour_and_its_word(lived: World):
    tick(LATER)
    page = opened(write_register_plain(*all_of(lived)).content)
    fills = {
        page.cell(r, 15).value: page.cell(r, 15).fill.fgColor.rgb[-6:] for r in range(3, page.max_row + 1)
    }
    assert fills["红灯"] == "F4B6B0"
