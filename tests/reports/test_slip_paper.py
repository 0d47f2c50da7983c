"""Slips on paper: what a page says, one page each, and as they look when they are printed."""

from __future__ import annotations

import io
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from docx import Document

from bihuan.reports.package import read_zip
from bihuan.reports.slip_paper import SlipPaper, write_slips
from bihuan.rules.errors import Invalid

WARNING = SlipPaper(
    name="整改预警单",
    number="改警〔2026〕1号",
    office="中共某县委督查室",
    recipient="县住房和城乡建设局",
    to="主要负责人",
    copy="牵头领导",
    text="问题“窗口排队时间长”（问改〔2026〕3号），已超过办结时限，尚未办结。\n请查明原因。",
    answer_by="2026年4月3日前",
    item="问改〔2026〕3号",
    signed_on=date(2026, 3, 31),
)
NOTICE = replace(WARNING, name="整改通知单", number="改通〔2026〕12号", answer_by="", copy="")


def lines(content: bytes) -> list[tuple[str, str]]:
    """The paragraphs of a docx: style and text."""
    return [(p.style.style_id, p.text) for p in Document(io.BytesIO(content)).paragraphs]  # type: ignore[union-attr]


def test_a_page_says_who_is_asked_for_what_by_when():
    assert lines(write_slips([WARNING])) == [
        ("Title", "整改预警单"),
        ("DocumentNumber", "改警〔2026〕1号"),
        ("Normal", ""),
        ("Recipient", "县住房和城乡建设局（主要负责人）："),
        ("Body", "问题“窗口排队时间长”（问改〔2026〕3号），已超过办结时限，尚未办结。"),
        ("Body", "请查明原因。"),
        ("Body", "请于2026年4月3日前书面答复，并在签收后将回执退回。"),
        ("Signature", "中共某县委督查室"),
        ("SignedOn", "2026年3月31日"),
        ("Contact", "（抄送：牵头领导）"),
        ("Caption", "……………………………………　回　执　……………………………………"),
    ]


def test_what_is_not_there_is_left_out():
    texts = [text for _, text in lines(write_slips([NOTICE]))]
    assert "本单不要求书面答复，请签收后将回执退回。" in texts
    assert not any("抄送" in text for text in texts)


def test_the_stub_names_the_slip_its_item_and_the_unit():
    (table,) = Document(io.BytesIO(write_slips([WARNING]))).tables
    assert [[c.text for c in r.cells][:4] for r in table.rows] == [
        ["单据编号", "改警〔2026〕1号", "事项编号", "问改〔2026〕3号"],
        ["签收单位", "县住房和城乡建设局", "签收人", ""],
        ["签收时间", "　　年　月　日　时", "联系电话", ""],
    ]


def test_words_that_look_like_markup_stay_words():
    odd = replace(WARNING, text="<w:p>&{{ 标题 }}", office="甲<乙>&丙")
    assert ("Body", "<w:p>&{{ 标题 }}") in lines(write_slips([odd]))
    assert "甲&lt;乙&gt;&amp;丙".encode() in read_zip(write_slips([odd]))["docProps/core.xml"]


def test_the_same_slips_make_the_same_bytes():
    assert write_slips([WARNING, NOTICE]) == write_slips([WARNING, NOTICE])


def test_nothing_to_print_is_said_so():
    with pytest.raises(Invalid, match="没有要打印的单据"):
        write_slips([])


def test_each_slip_has_a_page_of_its_own_when_printed(
    soffice: Path, pdftotext: Path, cjk_font: str, tmp_path: Path
):
    (tmp_path / "in.docx").write_bytes(write_slips([WARNING, NOTICE, WARNING]))
    command = [
        soffice,
        "--headless",
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--convert-to",
        "pdf",
    ]
    subprocess.run(
        [*command, "--outdir", tmp_path, tmp_path / "in.docx"], check=True, capture_output=True, timeout=180
    )
    said = subprocess.run(
        [pdftotext, "-layout", tmp_path / "in.pdf", "-"], check=True, capture_output=True, text=True
    )
    pages = [page for page in said.stdout.split("\f") if page.strip()]
    assert [("整改预警单" in p, "整改通知单" in p, "签收人" in p) for p in pages] == [
        (True, False, True),
        (False, True, True),
        (True, False, True),
    ]
