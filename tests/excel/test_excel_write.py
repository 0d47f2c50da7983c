from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from bihuan.actions import do
from bihuan.cells import MAX_TEXT
from bihuan.clock.tick import tick
from bihuan.demo import life, workbooks
from bihuan.excel.register_out import write_register_back, write_register_plain
from bihuan.excel.write import COLUMNS_ADDED, LayoutLost
from bihuan.models import Item, Register
from bihuan.queries.items import Filter
from bihuan.rules.errors import NotFound
from tests.support.county import NOW, START, World, imported_world, world

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=40)


def all_of(made: World, code: str = "rectification") -> tuple[Register, Filter]:
    register = Register.objects.get(pk=made.registers[code])
    return register, Filter((register.pk,))


def opened(content: bytes):
    return load_workbook(BytesIO(content)).active


@pytest.fixture
def lived() -> World:
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


def test_a_text_file_has_no_layout_to_write_back():
    made = world()
    made.bring(
        "序号,问题表现,整改措施,责任单位,整改时限\n1,路灯不亮,更换路灯,县住建局,2026年3月底前\n".encode(
            "gb18030"
        ),
        "台账.csv",
    )
    with pytest.raises(LayoutLost):
        write_register_back(*all_of(made), NOW)


def test_the_plain_layout_holds_exactly_what_the_filter_shows(lived: World):
    register, _ = all_of(lived)
    found = Filter((register.pk,), states=("closed",))
    written = write_register_plain(register, found)
    page = opened(written.content)
    numbers = [page.cell(r, 1).value for r in range(3, page.max_row + 1)]
    expected = Item.objects.filter(register_id=register.pk, state="closed").order_by("id")
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
