"""The names that a template may use, in Chinese because clerks write the templates; ``docs/howto/template.md`` lists them."""

from __future__ import annotations

from typing import Any

from bihuan.reports import sentences
from bihuan.reports.context import AnnexRow, StageContext
from bihuan.reports.marks import one_line
from bihuan.reports.template import TemplateFunction

ANNEX_NAME = "事项进展情况表"
BURDEN_NAME = "各单位负担情况表"
_DIGITS = "零一二三四五六七八九"


def template_values(ctx: StageContext) -> dict[str, Any]:
    """Every name of a stage template with its value: text with marked figures, lists of text, dicts and functions."""
    numbering = Numbering()
    burden = sentences.burden(ctx)
    both = bool(ctx.annex and burden)
    return {
        "标题": one_line(ctx.title),
        "发文字号": one_line(ctx.document_number),
        "主送": one_line(ctx.recipient).rstrip("：:"),
        "单位": one_line(ctx.office),
        "专项工作": one_line(ctx.campaign),
        "截止日期": sentences.chinese_date(ctx.as_of),
        "成文日期": sentences.chinese_date(ctx.signed_on),
        "联系人": one_line(ctx.contact),
        "导语": sentences.opening(ctx),
        "总体情况": sentences.overview(ctx),
        "分项统计": tuple(_breakdown(text) for text in sentences.breakdowns(ctx)),
        "已办说明": sentences.done_intro(ctx),
        "已办事项": sentences.done(ctx),
        "已办余项": sentences.done_rest(ctx),
        "未完成说明": sentences.remaining_intro(ctx),
        "未完成事项": sentences.remaining(ctx),
        "未完成余项": sentences.remaining_rest(ctx),
        "下步工作": sentences.next_steps(ctx),
        "附件名称": ANNEX_NAME,
        "附件标识": "附件1" if both else "附件",
        "附件行": tuple(_annex_row(row) for row in ctx.annex),
        "附件说明": _annexes(both=both, items=bool(ctx.annex), burden=burden is not None),
        "负担名称": BURDEN_NAME,
        "负担标识": "附件2" if both else "附件",
        "负担表": _breakdown(burden) if burden else None,
        "数据说明": sentences.data_note(ctx),
        "数据": TemplateFunction(lambda ref: sentences.figure(ctx, str(ref))),
        "一级": TemplateFunction(numbering.first),
        "二级": TemplateFunction(numbering.second),
        "三级": TemplateFunction(numbering.third),
        "四级": TemplateFunction(numbering.fourth),
    }


def _annexes(*, both: bool, items: bool, burden: bool) -> tuple[str, ...]:
    """The lines of the note on annexes after its first word: numbered where there are two."""
    if both:
        return (f"附件：1.{ANNEX_NAME}", f"2.{BURDEN_NAME}")
    return (f"附件：{ANNEX_NAME}",) if items else (f"附件：{BURDEN_NAME}",) if burden else ()


class Numbering:
    """The numbers of headings in the order in which a template asks for them: 一、（一）1.（1）."""

    def __init__(self) -> None:
        self._counts = [0, 0, 0, 0]

    def first(self) -> str:
        """``一、``, ``二、`` …"""
        return f"{chinese_number(self._next(0))}、"

    def second(self) -> str:
        """``（一）`` …, from （一） again after each first-level heading."""
        return f"（{chinese_number(self._next(1))}）"

    def third(self) -> str:
        """``1. `` … without the space that some put there."""
        return f"{self._next(2)}."

    def fourth(self) -> str:
        """``（1）`` …"""
        return f"（{self._next(3)}）"

    def _next(self, level: int) -> int:
        self._counts[level] += 1
        self._counts[level + 1 :] = [0] * (3 - level)
        return self._counts[level]


def chinese_number(number: int) -> str:
    """``number`` (1 to 999) in Chinese: 一, 十, 十二, 二十, 一百零五, 一百一十."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    start = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        start += "十" if tens == 1 and not hundreds else f"{_DIGITS[tens]}十"
    elif hundreds and ones:
        start += "零"
    return start + (_DIGITS[ones] if ones else "")


def _breakdown(text: sentences.BreakdownText) -> dict[str, Any]:
    return {
        "标题": text.heading,
        "说明": text.sentence,
        "表题": text.caption,
        "首列": text.first,
        "列": text.columns,
        "行": tuple({"名称": label, "值": cells} for label, cells in text.rows),
    }


def _annex_row(row: AnnexRow) -> dict[str, str]:
    state = "，".join(part for part in (one_line(row.state), one_line(row.colour)) if part)
    return {
        "编号": one_line(row.number),
        "事项": one_line(row.title),
        "类别": one_line(row.klass),
        "责任单位": one_line(row.owner),
        "办结时限": one_line(row.due),
        "状态": state,
        "进展": one_line(row.progress),
    }
