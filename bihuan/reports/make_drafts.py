"""The Word templates from which drafts start, made from code so that they can be reviewed: ``python -m bihuan.reports.make_drafts``.

The files are committed beside those of the stage report; a test fails when they differ.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bihuan.reports.wordfile import paragraph, word_file

FOLDER = Path(__file__).parent / "templates"


def _each(of: str, text: str) -> str:
    return (
        paragraph("Normal", f"{{%p for 段 in {of} %}}")
        + paragraph("Body", text)
        + paragraph("Normal", "{%p endfor %}")
    )


def _when(name: str, inner: str) -> str:
    return paragraph("Normal", f"{{%p if {name} %}}") + inner + paragraph("Normal", "{%p endif %}")


def _head(text: str) -> str:
    return paragraph("Heading1", f"{{{{ 一级() }}}}{text}")


def _whole(heading: str) -> str:
    return _head(heading) + _each("总体情况", "{{ 段 }}")


def _done(heading: str) -> str:
    return _when("已办事项", _head(heading) + _each("已办事项", "{{ 二级() }}{{ 段 }}"))


def _remaining(heading: str) -> str:
    return _when(
        "未完成事项",
        _head(heading) + paragraph("Body", "{{ 未完成说明 }}") + _each("未完成事项", "{{ 二级() }}{{ 段 }}"),
    )


def _next(heading: str) -> str:
    return _when("下步工作", _head(heading) + _each("下步工作", "{{ 段 }}"))


def speech() -> str:
    """The factual part of a speech."""
    return (
        paragraph("Body", "截至{{ 截止日期 }}，{{ 专项工作 }}的进展情况是：")
        + _whole("总体情况")
        + _done("已经办成的事")
        + _remaining("还没有办成的事和原因")
        + _next("下一步")
    )


def briefing() -> str:
    """A briefing."""
    return _whole("进展情况") + _done("办结事项") + _remaining("存在问题") + _next("下步工作")


def notice() -> str:
    """The notice of a meeting."""
    return (
        paragraph("Body", "定于{{ 会议.时间 }}召开{{ 会议.名称 }}。现将有关事项通知如下：")
        + _head("时间")
        + paragraph("Body", "{{ 会议.时间 }}。")
        + _head("地点")
        + paragraph("Body", "{{ 会议.地点 }}。")
        + _head("参加人员")
        + paragraph("Body", "{{ 会议.参会 }}。")
        + _when("会议.议题", _head("议题") + _each("会议.议题", "{{ 二级() }}{{ 段 }}"))
        + _when("总体情况", _head("会前情况") + _each("总体情况", "{{ 段 }}"))
        + _head("有关要求")
        + paragraph("Body", "请参加人员提前安排好工作，准时参加；因故不能参加的，会前向{{ 单位 }}请假。")
    )


def minutes() -> str:
    """The minutes of a meeting."""
    return (
        paragraph(
            "Body",
            "{{ 会议.时间 }}，{{ 会议.主持 }}在{{ 会议.地点 }}主持召开{{ 会议.名称 }}。现将议定事项纪要如下：",
        )
        + _when("总体情况", _head("关于进展情况") + _each("总体情况", "{{ 段 }}"))
        + paragraph("Normal", "{%p for 项 in 会议.议定 %}")
        + paragraph("Heading1", "{{ 一级() }}关于{{ 项.名称 }}")
        + paragraph("Normal", "{%p for 段 in 项.段落 %}")
        + paragraph("Body", "{{ 段 }}")
        + paragraph("Normal", "{%p endfor %}")
        + paragraph("Normal", "{%p endfor %}")
        + paragraph("Attendance", "出席：{{ 会议.参会 }}")
    )


BODIES: dict[str, Callable[[], str]] = {
    "speech": speech,
    "briefing": briefing,
    "notice": notice,
    "minutes": minutes,
}


def draft_template(kind: str) -> bytes:
    """The template of a kind of draft as a docx."""
    return word_file(BODIES[kind](), title="{{ 标题 }}", creator="{{ 单位 }}")


def path_of(kind: str) -> Path:
    """Where the template of a kind of draft lies."""
    return FOLDER / f"{kind}.docx"


if __name__ == "__main__":
    for name in BODIES:
        path_of(name).write_bytes(draft_template(name))
