"""The built-in Word template, made from code so that it can be reviewed: ``python -m bihuan.reports.make_templates``.

The file is committed beside it; a test fails when the two differ. An office opens a copy in Word and changes it there.
"""

from __future__ import annotations

from pathlib import Path

from bihuan.reports import layout
from bihuan.reports.wordfile import paragraph, row, table, word_file

STAGE = Path(__file__).parent / "templates" / "stage.docx"
_ANNEX = (
    ("编号", 1500, "{{ 行.编号 }}", "TableNumber"),
    ("事项", 2250, "{{ 行.事项 }}", "TableText"),
    ("责任单位", 1250, "{{ 行.责任单位 }}", "TableText"),
    ("办结时限", 1200, "{{ 行.办结时限 }}", "TableNumber"),
    ("状态", 950, "{{ 行.状态 }}", "TableNumber"),
    ("进展情况及未销号原因", 1695, "{{ 行.进展 }}", "TableText"),
)


def stage_template() -> bytes:
    """The stage report's template as a docx."""
    body = "".join((_head(), _whole(), _done(), _remaining(), _next(), _foot(), _annex()))
    return word_file(body, title="{{ 标题 }}", creator="{{ 单位 }}")


def _head() -> str:
    return (
        _when("发文字号", paragraph("DocumentNumber", "{{ 发文字号 }}") + paragraph("Normal", "") * 2)
        + paragraph("Title", "{{ 标题 }}")
        + paragraph("Normal", "")
        + _when("主送", paragraph("Recipient", "{{ 主送 }}："))
        + paragraph("Body", "{{ 导语 }}")
    )


def _whole() -> str:
    one = (
        paragraph("Heading2", "{{ 二级() }}{{ 表.标题 }}")
        + paragraph("Body", "{{ 表.说明 }}")
        + paragraph("Caption", "{{ 表.表题 }}")
    )
    return (
        paragraph("Heading1", "{{ 一级() }}总体情况")
        + _each("段", "总体情况", paragraph("Body", "{{ 段 }}"))
        + _each("表", "分项统计", one + _breakdown("表"))
    )


def _done() -> str:
    return _when(
        "已办事项",
        paragraph("Heading1", "{{ 一级() }}工作开展情况")
        + paragraph("Body", "{{ 已办说明 }}")
        + _each("段", "已办事项", paragraph("Body", "{{ 三级() }}{{ 段 }}"))
        + _when("已办余项", paragraph("Body", "{{ 已办余项 }}")),
    )


def _remaining() -> str:
    return _when(
        "未完成事项",
        paragraph("Heading1", "{{ 一级() }}未完成事项及原因")
        + paragraph("Body", "{{ 未完成说明 }}")
        + _each("段", "未完成事项", paragraph("Body", "{{ 三级() }}{{ 段 }}"))
        + _when("未完成余项", paragraph("Body", "{{ 未完成余项 }}")),
    )


def _next() -> str:
    return _when(
        "下步工作",
        paragraph("Heading1", "{{ 一级() }}下步工作")
        + _each("段", "下步工作", paragraph("Body", "{{ 段 }}")),
    )


def _foot() -> str:
    return (
        paragraph("Closing", "特此报告。")
        + _when("附件说明", paragraph("AnnexNote", "{{ 附件说明|first }}"))
        + _when("附件说明|length == 2", paragraph("AnnexNoteMore", "{{ 附件说明|last }}"))
        + paragraph("Signature", "{{ 单位 }}")
        + paragraph("SignedOn", "{{ 成文日期 }}")
        + _when("联系人", paragraph("Contact", "（联系人：{{ 联系人 }}）"))
    )


def _annex() -> str:
    items = _when(
        "附件行",
        paragraph("AnnexMark", "{{ 附件标识 }}")
        + paragraph("AnnexTitle", "{{ 附件名称 }}")
        + paragraph("Normal", "")
        + _annex_table(),
    )
    burden = _when(
        "负担表",
        paragraph("AnnexMark", "{{ 负担标识 }}")
        + paragraph("AnnexTitle", "{{ 负担名称 }}")
        + paragraph("Body", "{{ 负担表.说明 }}")
        + _breakdown("负担表"),
    )
    return items + burden + paragraph("DataNote", "{{ 数据说明 }}")


def _when(name: str, inner: str) -> str:
    return paragraph("Normal", f"{{%p if {name} %}}") + inner + paragraph("Normal", "{%p endif %}")


def _each(name: str, of: str, inner: str) -> str:
    return paragraph("Normal", f"{{%p for {name} in {of} %}}") + inner + paragraph("Normal", "{%p endfor %}")


def _breakdown(name: str) -> str:
    """A table with as many columns as the figures need: ``name``.列 and, in each row, 行.值."""
    label = 2000
    others = (layout.TEXT_WIDTH - label) // 3
    widths = (label, others, others, others)
    head = (f"{{{{ {name}.首列 }}}}", f"{{%tc for 列 in {name}.列 %}}", "{{ 列 }}", "{%tc endfor %}")
    line = ("{{ 行.名称 }}", "{%tc for 值 in 行.值 %}", "{{ 值 }}", "{%tc endfor %}")
    rows = (
        row(zip(widths, head, ("TableHead",) * 4, strict=True), head=True)
        + _row_tag(f"{{%tr for 行 in {name}.行 %}}", widths)
        + row(zip(widths, line, ("TableText",) + ("TableNumber",) * 3, strict=True))
        + _row_tag("{%tr endfor %}", widths)
    )
    return table(widths, rows)


def _annex_table() -> str:
    widths = tuple(width for _, width, _, _ in _ANNEX)
    rows = (
        row(((width, heading, "TableHead") for heading, width, _, _ in _ANNEX), head=True)
        + _row_tag("{%tr for 行 in 附件行 %}", widths)
        + row((width, text, style) for _, width, text, style in _ANNEX)
        + _row_tag("{%tr endfor %}", widths)
    )
    return table(widths, rows)


def _row_tag(tag: str, widths: tuple[int, ...]) -> str:
    return row((width, tag if n == 0 else "", "TableText") for n, width in enumerate(widths))


if __name__ == "__main__":
    STAGE.write_bytes(stage_template())
