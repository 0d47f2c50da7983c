"""The same ledger once more: reordered, renumbered, respelled, corrected; only what was corrected changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from bihuan.actions.slip import issue_slip
from bihuan.excel.commit import HasErrors
from bihuan.ledger.reading import head
from bihuan.models import Import, Item, Measure, Slip
from tests.support.county import NOW, World, world

LATER = NOW + timedelta(days=1)
HEAD = ("序号", "问题表现", "整改措施", "责任单位", "整改时限", "进展情况")
#: Each title stands for an item; two have the same, as real ledgers do.
TITLES = ("路灯不亮", "占道经营严重", "台账不全", "会议过多", "会议过多", "窗口排队时间长")
UNITS = ("县住建局", "城关镇", "县发改局", "县财政局", "县住建局", "县政务服务中心")
MEASURES = (
    ("更换路灯", "建立巡查制度"),
    ("开展整治",),
    ("补建台账", "明确专人"),
    ("精简会议",),
    ("合并会议",),
    ("增设窗口",),
)
DUES = ("2026年3月底前", "2026年4月底前", "长期坚持", "2026年6月底前", "2026年7月底前", "立行立改")

Row = dict[str, Any]


def plain() -> list[Row]:
    """The ledger as it first came."""
    return [
        dict(zip(HEAD, (n, TITLES[n - 1], list(MEASURES[n - 1]), UNITS[n - 1], DUES[n - 1], ""), strict=True))
        for n in range(1, len(TITLES) + 1)
    ]


def book(
    rows: list[Row], head: tuple[str, ...] = HEAD, number: str = "{n}.{m}", between: str = "\n"
) -> bytes:
    made = Workbook()
    page = made.active
    page.append(head)
    for row in rows:
        steps = between.join(number.format(n=n, m=m) for n, m in enumerate(row["整改措施"], 1))
        page.append([steps if name == "整改措施" else row.get(name, "") for name in head])
    return saved(made)


def saved(made: Workbook) -> bytes:
    out = BytesIO()
    made.save(out)
    return out.getvalue()


@pytest.fixture
def made(db: None) -> World:
    """The county with the ledger imported once; each example is undone."""
    there = world()
    there.bring(book(plain()))
    return there


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def examples(number: int) -> Any:
    return settings(
        max_examples=number, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )


@examples(10)
@given(
    st.permutations(range(6)),
    st.sampled_from([("{n}.{m}", "\n"), ("（{n}）{m}", "；"), ("{n}、{m}。", "")]),
    st.permutations(HEAD),
    st.booleans(),
)
def test_another_order_another_numbering_another_column_change_nothing(
    made: World, order: list[int], numbered: tuple[str, str], head_: list[str], spread: bool
):
    rows = [plain()[n] for n in order]
    columns = (*head_, "备注") if spread else tuple(head_)
    with undone():
        before = head()
        done = made.bring(book(rows, columns, *numbered), now=LATER)
        assert (done.seq, done.unchanged, done.missing, done.conflicts) == (0, 6, [], [])
        assert head() == before


@examples(15)
@given(
    st.sets(st.integers(0, 5), max_size=3),
    st.sets(st.sampled_from(("整改时限", "进展情况", "问题表现", "整改措施", "责任单位")), min_size=1),
    st.permutations(range(6)),
)
def test_only_what_was_corrected_is_amended(
    made: World, chosen: set[int], fields: set[str], order: list[int]
):
    chosen -= {3, 4}  # which of two equal titles was reworded nobody can say
    rows = plain()
    for n in chosen:
        for name in fields:
            rows[n][name] = CORRECTED[name](rows[n][name])
    with undone():
        versions = dict(Item.objects.order_by("id").values_list("id", "version"))
        done = made.bring(book([rows[n] for n in order]), now=LATER)
        assert (done.registered, done.amended, done.missing) == (0, len(chosen), [])
        moved = {pk for pk, version in Item.objects.values_list("id", "version") if version != versions[pk]}
        assert moved == {list(versions)[n] for n in chosen}


@examples(5)
@given(st.sets(st.integers(0, 5), min_size=1, max_size=5))
def test_rows_that_vanished_are_reported_and_the_rest_is_unchanged(made: World, gone: set[int]):
    rows = [row for n, row in enumerate(plain()) if n not in gone]
    with undone():
        done = made.bring(book(rows), now=LATER)
        assert (done.seq, done.unchanged) == (0, 6 - len(gone))
        assert sorted(m.row for m in done.missing) == sorted(n + 2 for n in gone)
        assert set(Item.objects.values_list("state", flat=True)) == {"working"}


CORRECTED = {
    "整改时限": lambda _old: "2026年9月底前",
    "进展情况": lambda _old: "已召开推进会",
    "问题表现": lambda old: f"{old}，群众反映强烈",
    "整改措施": lambda old: [*old, "公布监督电话"],
    "责任单位": lambda _old: "县卫健局",
}


def test_a_row_that_was_renumbered_is_the_same_item(made: World):
    rows = plain()
    for n, row in enumerate(rows):
        row["序号"] = n + 11
    done = made.bring(book(rows), now=LATER)
    assert (done.registered, done.amended, done.missing) == (0, 0, [])


def test_a_unit_under_its_other_name_or_with_a_slip_of_the_pen_is_the_same_unit(made: World):
    rows = plain()
    rows[0]["责任单位"], rows[2]["责任单位"] = "县住房和城乡建设局", "县发展和改革局"
    done = made.bring(book(rows), now=LATER)
    assert (done.seq, done.units) == (0, [])


def test_a_measure_split_in_two_keeps_the_one_and_adds_the_other(made: World):
    rows = plain()
    rows[0]["整改措施"] = ["更换路灯", "建立巡查制度", "每周通报一次"]
    done = made.bring(book(rows), now=LATER)
    item = Item.objects.order_by("id").first()
    assert item is not None
    texts = Measure.objects.filter(item_id=item.pk).order_by("no").values_list("text", flat=True)
    assert (done.amended, list(texts)) == (1, ["更换路灯", "建立巡查制度", "每周通报一次"])


def test_a_slip_of_the_former_unit_is_withdrawn_when_the_corrected_file_gives_the_item_to_another(
    made: World,
):
    item = Item.objects.order_by("id").first()
    assert item is not None
    issue_slip(item.pk, "整改反馈单", made.people.staff["duban"], LATER, despite="专项调度")
    rows = plain()
    rows[0]["责任单位"] = "县卫健局"
    made.bring(book(rows), now=LATER + timedelta(minutes=1))
    former = Slip.objects.filter(item_id=item.pk, unit_id=item.owner_id)
    assert set(former.values_list("state", flat=True)) == {"withdrawn"}


@pytest.mark.django_db
def test_a_file_with_errors_enters_nothing_and_each_place_is_named():
    made = world()
    rows = plain()
    rows[1]["问题表现"] = ""
    before = head()
    with pytest.raises(HasErrors) as caught:
        made.bring(book(rows))
    assert "文件有 1 处错误，一行也没有导入：工作表“Sheet”B3：" in caught.value.message
    assert (head(), Item.objects.count(), Import.objects.count()) == (before, 0, 0)


@pytest.mark.django_db
def test_a_formula_without_a_result_stops_an_import_only_where_an_item_would_lose_it():
    made = world()
    source = Workbook()
    page = source.active
    page.append(HEAD)
    page.append([1, "路灯不亮", "更换路灯", "县住建局", "2026年3月底前", ""])
    page.append(["合计", "=COUNTA(B2:B2)"])
    other = source.create_sheet("测算")
    other.append(["=1/0", "甲", "乙"])
    assert made.bring(saved(source)).registered == 1
    page["F2"] = "=1/0"
    with pytest.raises(HasErrors, match="1 处错误，一行也没有导入：工作表“Sheet”F2“=1/0”：公式没有计算结果"):
        made.bring(saved(source), now=LATER)
