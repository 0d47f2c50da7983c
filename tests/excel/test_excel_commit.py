from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from bihuan.actions import do
from bihuan.demo import workbooks
from bihuan.excel.commit import NothingToImport
from bihuan.excel.files import import_file
from bihuan.ledger.reading import head
from bihuan.ledger.rebuild import digests, rebuild
from bihuan.ledger.verify import verify
from bihuan.models import Import, Item, Measure, Origin, Unit
from bihuan.rules.errors import NotAllowed
from tests.support.county import NOW, START, imported_world, world

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=1)


def book(*rows: tuple[object, ...]) -> bytes:
    made = Workbook()
    sheet = made.active
    sheet.append(["序号", "问题表现", "整改措施", "责任单位", "整改时限", "进展情况", "完成状态"])
    for row in rows:
        sheet.append(row)
    out = BytesIO()
    made.save(out)
    return out.getvalue()


FIRST = (
    1,
    "城关镇主干道路灯不亮，群众反映强烈",
    "1.更换路灯；2.建立巡查制度",
    "县住建局",
    "2026年3月底前",
    "已采购路灯",
    "正在整改",
)
SECOND = (2, "农贸市场周边乱停乱放", "施划车位", "城关镇", "2026年2月底前", "", "正在整改")


def test_every_row_becomes_an_item_with_its_measures():
    made = world()
    done = made.bring(book(FIRST, SECOND))
    assert (done.registered, done.amended, done.unchanged, done.units) == (2, 0, 0, [])
    item = Item.objects.get(title=FIRST[1])
    assert (item.state, str(item.due), item.progress, item.measures) == (
        "working",
        "2026-03-31",
        "已采购路灯",
        2,
    )
    assert list(Measure.objects.filter(item_id=item.pk).order_by("no").values_list("text", flat=True)) == [
        "更换路灯",
        "建立巡查制度",
    ]
    assert Unit.objects.get(pk=item.owner_id).name == "县住房和城乡建设局"


def test_the_same_file_again_changes_nothing_at_all():
    made = imported_world()
    before = head()
    done = made.bring(workbooks.problems(START), "问题.xlsx", now=LATER)
    assert (done.seq, done.registered, done.amended, done.unchanged) == (0, 0, 0, 24)
    assert head() == before


def test_a_corrected_file_amends_only_what_was_corrected():
    made = world()
    made.bring(book(FIRST, SECOND))
    corrected = (*FIRST[:4], "2026年5月底前", *FIRST[5:])
    done = made.bring(book(corrected, SECOND), now=LATER)
    assert (done.registered, done.amended, done.unchanged, done.conflicts) == (0, 1, 1, [])
    item = Item.objects.get(title=FIRST[1])
    assert (str(item.due), item.due_text, item.version) == ("2026-05-31", "2026年5月底前", 2)
    assert Item.objects.get(title=SECOND[1]).version == 1


def test_a_corrected_measure_is_amended_and_a_new_one_added():
    made = world()
    made.bring(book(FIRST))
    made.bring(book((*FIRST[:2], "1.更换全部路灯；2.建立巡查制度；3.公布报修电话", *FIRST[3:])), now=LATER)
    item = Item.objects.get(title=FIRST[1])
    assert list(Measure.objects.filter(item_id=item.pk).order_by("no").values_list("text", flat=True)) == [
        "更换全部路灯",
        "建立巡查制度",
        "公布报修电话",
    ]
    again = made.bring(
        book((*FIRST[:2], "1.更换全部路灯；2.建立巡查制度；3.公布报修电话", *FIRST[3:])), now=LATER
    )
    assert again.seq == 0


def test_a_vanished_row_is_reported_and_left_as_it_is():
    made = world()
    made.bring(book(FIRST, SECOND))
    done = made.bring(book(FIRST), now=LATER)
    assert [(m.title, m.row) for m in done.missing] == [(SECOND[1], 3)]
    assert (done.seq, Item.objects.get(title=SECOND[1]).state) == (0, "working")


def test_a_value_changed_in_the_ledger_since_is_kept_and_told():
    made = world()
    made.bring(book(FIRST))
    item = Item.objects.get()
    do("amend", item.pk, made.people.staff["duban"], LATER, changes={"title": "路灯不亮（台账更正）"})
    done = made.bring(book((1, "城关镇主干道路灯不亮，群众反映很强烈", *FIRST[2:])), now=LATER)
    assert [(c.field, c.ledger) for c in done.conflicts] == [("事项内容", "路灯不亮（台账更正）")]
    assert Item.objects.get().title == "路灯不亮（台账更正）"


def test_a_closed_row_is_proved_again_unless_accepted_as_history():
    made = world()
    closed = (1, "会议多文件多", "精简会议", "县发改局", "2025年12月底前", "已完成", "已销号")
    made.bring(book(closed))
    item = Item.objects.get()
    assert (item.state, item.claimed) == ("working", "已销号")
    other = (2, "报表重复", "清理报表", "县发改局", "2025年12月底前", "已完成", "已销号")
    import_file(
        book(closed, other),
        "台账.xlsx",
        made.registers["rectification"],
        made.people.staff["duban"],
        LATER,
        closed="history",
    )
    assert Item.objects.get(title="报表重复").state == "closed"


def test_an_unknown_unit_is_made_and_told():
    made = world()
    done = made.bring(book((1, "问题", "措施", "县气象局", "长期坚持", "", "")))
    assert done.units == ["县气象局"]
    item = Item.objects.get()
    assert (Unit.objects.get(pk=item.owner_id).name, item.ongoing) == ("县气象局", True)


def test_a_row_without_an_owner_waits_to_be_assigned():
    made = world()
    made.bring(book((1, "无人负责的问题", "措施", "", "2026年3月底前", "", "")))
    assert Item.objects.get().state == "approved"


def test_a_file_without_a_ledger_enters_nothing():
    made = world()
    before = head()
    with pytest.raises(NothingToImport):
        made.bring(book())
    assert (head(), Import.objects.count()) == (before, 0)


def test_only_the_office_that_supervises_the_register_may_import():
    made = world()
    handler = next(iter(made.people.handlers.values()))
    with pytest.raises(NotAllowed):
        import_file(book(FIRST), "台账.xlsx", made.registers["rectification"], handler, NOW)
    assert Item.objects.count() == 0


def test_numbers_follow_one_another_over_two_imports():
    made = world()
    made.bring(book(FIRST))
    made.bring(book(FIRST, SECOND), now=LATER)
    assert list(Item.objects.order_by("id").values_list("number", flat=True)) == [
        "问改〔2026〕1号",
        "问改〔2026〕2号",
    ]


def test_after_imports_and_corrections_the_ledger_verifies_and_rebuilds():
    made = imported_world()
    changed = load_workbook(BytesIO(workbooks.problems(START)))
    changed.active["C5"] = "城关镇部分老旧小区雨污混流，雨季内涝严重。"
    out = BytesIO()
    changed.save(out)
    assert made.bring(out.getvalue(), "问题.xlsx", now=LATER).amended == 1
    before = digests()
    rebuild()
    assert (verify().problems, digests()) == ([], before)


def test_each_item_remembers_its_place_in_the_file():
    made = world()
    done = made.bring(book(FIRST, SECOND))
    assert list(Origin.objects.order_by("row").values_list("import_id", "sheet", "row")) == [
        (done.seq, "Sheet", 2),
        (done.seq, "Sheet", 3),
    ]
