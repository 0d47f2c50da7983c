"""The stage report of a ledger in which there were slips, inspections and institutions: every number holds when recomputed."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from docx import Document
from openpyxl import load_workbook

from bihuan.actions.decide import Resolution
from bihuan.actions.inspection import finish_inspection
from bihuan.actions.institution import draft_institution, issue_institution
from bihuan.clock.tick import tick
from bihuan.models import Campaign, Happening, Slip
from bihuan.queries.closing import case_detail
from bihuan.reports import layout
from bihuan.reports.case_paper import write_case
from bihuan.reports.check import verify_against_ledger
from bihuan.reports.stage import stage_context
from bihuan.reports.word import write_docx
from bihuan.reports.xlsx import write_xlsx
from bihuan.rules.clocked import day_start
from tests.actions.county import County
from tests.actions.test_actions_inspection import approved, find
from tests.reports.samples import part, rewritten, texts
from tests.support.recall import recalled


@pytest.fixture
def county(db: None) -> County:
    return recalled("deeds", _county)


def _county() -> County:
    made = County()
    closed = made.at("closed")
    made.at("working", due="2026-03-20")
    inspection = approved(made, register=made.registers["rectification"], mode="walk")
    find(made, inspection, category="财务")
    finish_inspection(inspection, made.people["checker"], made.later(minutes=1), "限期整改")
    rule = draft_institution(
        made.people["supervisor"], made.now, "公开办法", made.units["town"], "条例", [closed]
    ).institution
    issue_institution(rule, made.people["supervisor"], made.later(minutes=1), date(2027, 3, 1))
    made.later(days=30)
    tick(made.now)
    return made


def context(county: County, since: date | None = None):
    return stage_context(Campaign.objects.get(pk=county.campaign), county.now, period_from=since)


def test_what_was_done_around_the_items_is_told_and_holds(county: County) -> None:
    found = context(county)
    sent = Slip.objects.filter(issued_at__isnull=False).count()
    assert sent > 1
    docx = write_docx(found)
    said = "".join(texts(docx))
    assert f"共发出单据{sent}份，其中" in said
    assert "开展督查1次，均为走流程；督查发现问题1个，其中立为新事项1项。" in said
    assert "因事项建章立制，印发制度1项。" in said
    assert "附件：1.事项进展情况表2.各单位负担情况表" in said
    verdict = verify_against_ledger(docx)
    assert (verdict.problems, verdict.ok) == ((), True)
    book = load_workbook(io.BytesIO(write_xlsx(found)))
    assert {"单据", "督查", "督查发现问题", "制度", "单位负担"} <= set(book.sheetnames)
    assert [c.value for c in book["单位负担"][2]] == [
        "东镇",
        sent,
        int(found.figures["slips_asked"].value),
        1,
        0,
    ]
    assert [c.value for c in book["制度"][2]] == [
        "制〔2026〕1号",
        "公开办法",
        "东镇",
        "2026年3月2日",
        "2027年3月1日",
    ]
    assert verify_against_ledger(write_xlsx(found)).ok


def test_the_burden_is_that_of_the_period(county: County) -> None:
    since = date(2026, 3, 3)
    ctx = context(county, since)
    later = Happening.objects.filter(what="slip-issued", at__gte=day_start(since)).count()
    (row,) = ctx.burden.rows
    assert row.cells["slips"] == f"slips[since={since},unit={county.units['town']}]"
    assert (ctx.figure(row.cells["slips"]).value, ctx.figure(row.cells["inspected"]).value) == (
        str(later),
        "0",
    )
    assert 0 < later < int(ctx.figure("slips").value)
    assert verify_against_ledger(write_docx(ctx)).ok
    assert context(county, county.now.date() + timedelta(1)).burden.rows == ()


def test_a_number_of_slips_that_somebody_changed_is_named(county: County) -> None:
    docx = write_docx(context(county))
    sent = str(Slip.objects.filter(issued_at__isnull=False).count())
    found = next(p for p in Document(io.BytesIO(docx)).paragraphs if p.text.startswith("共发出单据"))
    assert found.text.startswith(f"共发出单据{sent}份")
    broken = rewritten(docx, {"word/document.xml": lambda xml: _raise(xml, sent)})
    assert [p.ref for p in verify_against_ledger(broken).problems] == ["slips"]


def _raise(xml: str, sent: str) -> str:
    """Change the number after 共发出单据, wherever its run begins."""
    at = xml.index(f">{sent}<", xml.index("共发出单据"))
    return f"{xml[: at + 1]}9{xml[at + 1 :]}"


def test_a_case_review_is_a_paper_with_its_turning_points(county: County) -> None:
    from bihuan.actions.case import review_case
    from bihuan.queries.item import detail

    item = county.at("closed")
    steps = {m.kind: m.seq for m in detail(item, county.people["lead"], None).timeline}
    seqs = [steps["item.approved"], steps["item.closed"]]
    made = review_case(
        county.people["lead"],
        county.now,
        "断头路案例",
        [item],
        "职责不清。\n底数不明。",
        {seqs[0]: "审定", seqs[1]: ""},
        "先定责",
    )
    docx = write_case(case_detail(made, None))
    assert texts(docx)[:6] == [
        "断头路案例", "一、基本情况", f"{county.row(item).title}（编号{county.row(item).number}，责任单位东镇）", "二、问题成因",
        "职责不清。", "底数不明。",
    ]  # fmt: skip
    (table,) = Document(io.BytesIO(docx)).tables
    rows = [[c.text for c in row.cells] for row in table.rows]
    assert [r[2:4] for r in rows] == [
        ["关键节点", "留痕号"],
        ["审定", f"#{seqs[0]}"],
        ["销号", f"#{seqs[1]}"],
    ]
    assert sum(column.width.twips for column in table.columns) == layout.TEXT_WIDTH
    assert "w:pgSz" in part(docx, "word/document.xml")
    assert write_case(case_detail(made, None)) == docx


def test_a_meeting_on_its_items_is_asked_of_a_unit_and_holds(county: County) -> None:
    item = county.at("working", due="2026-06-30")
    since = county.now.date()
    meeting = county.meet([item])
    county.decide(meeting, Resolution(item, "extend", {"due": "2026-07-31"}, "汛期"))
    ctx = context(county, since)
    (row,) = ctx.burden.rows
    assert row.cells["meetings"] == f"meetings[since={since},unit={county.units['town']}]"
    assert ctx.figure(row.cells["meetings"]).value == "1"
    assert verify_against_ledger(write_docx(ctx)).ok
