"""decompose."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from bihuan.cli.item_commands import register_named
from bihuan.cli.output import answer
from bihuan.cli.people import acting, as_option, current
from bihuan.library.extract import Extracted, extract_one
from bihuan.library.store import store
from bihuan.library.tasks.accept import Accepted, Proposal, accept, corrected
from bihuan.library.tasks.decompose import Task
from bihuan.library.tasks.document import Proposed, propose
from bihuan.queries.calendar import calendar_now
from bihuan.queries.position import ledger_exists
from bihuan.rules.calendar import Calendar
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import NotFound


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="文件")
@click.option(
    "--base",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="日期",
    help="没写年份的时限从哪天算起（默认：文件的日期，没有的用今天）。",
)
@click.option(
    "--register", "register_text", metavar="清单", help="把采用的任务登记到哪个清单（名称或编号）。"
)
@click.option("--accept", "accepted", metavar="序号", help="采用哪些：1,3,5-8 或 all。")
@click.option("--drop", "dropped", default="", metavar="序号", help="不要哪些（与 --accept all 合用）。")
@click.option(
    "--set",
    "corrections",
    multiple=True,
    metavar="序号.项=内容",
    help="采用前更正，如 3.owner=县住建局；项可为 text、owner、helpers、due、ongoing。",
)
@click.option("--text", "with_text", is_flag=True, help="一并给出提取的全文；start、end 是其中的字符位置。")
@as_option
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")
def decompose(
    file: Path, base: datetime | None, register_text: str | None, accepted: str | None, dropped: str,
    corrections: tuple[str, ...], with_text: bool, as_name: str | None, as_json: bool,
) -> None:  # fmt: skip
    """从讲话、方案、工作报告中拆出任务：做什么、谁负责、谁配合、何时完成、指标多少；采用的登记为事项。"""
    if accepted is None and (register_text or corrections or dropped):
        raise click.UsageError("登记任务请同时写 --register 和 --accept（如 --accept all）。")
    if accepted is not None and register_text is None:
        raise click.UsageError("还缺：--register 清单。")
    read = extract_one(file.read_bytes(), file.name)
    found = _propose(read, base)
    if accepted is None or register_text is None:
        data: dict[str, Any] = {"file": file.name, "length": len(read.text)}
        data["tasks"] = [p.task.to_data() for p in found]
        text = {"text": read.text} if with_text else {}
        answer(data | text, as_json=as_json, text=_tasks_text([p.task for p in found]))
        return
    chosen = _chosen(accepted, dropped, len(found))
    proposals = [_proposal(no, found[no - 1], corrections) for no in chosen]
    done = _accept(read, found, proposals, register_text, as_name)
    answer(
        {"accepted": [asdict(a) for a in done], "left": len(found) - len(done)},
        as_json=as_json,
        text=_done_text(done),
    )


def _propose(read: Extracted, base: datetime | None) -> list[Proposed]:
    calendar = calendar_now() if ledger_exists() else Calendar.builtin()
    day = base.date() if base else None
    return propose(read, base=day, today=current().astimezone(CHINA).date(), calendar=calendar)


def _accept(
    read: Extracted, found: list[Proposed], proposals: list[Proposal], register_text: str, as_name: str | None
) -> list[Accepted]:
    register, actor, now = register_named(register_text), acting(as_name), current()
    done = accept(proposals, register.pk, actor, now)
    cited = {one.digest for one in proposals}
    ready = {p.ready.digest: p.ready for p in found if p.ready.digest in cited}
    store(read, list(ready.values()), now, campaign=register.campaign_id)
    return done


def _chosen(accepted: str, dropped: str, count: int) -> list[int]:
    out = set(_numbers(dropped, count))
    return [no for no in _numbers(accepted, count) if no not in out]


def _numbers(text: str, count: int) -> list[int]:
    """Read 1,3,5-8 or all. Raises a usage error, or NotFound for a number that no task has."""
    if text.strip() == "all":
        return list(range(1, count + 1))
    found: list[int] = []
    for piece in filter(None, text.replace("，", ",").split(",")):
        first, _, last = piece.strip().partition("-")
        if not first.isdecimal() or (last and not last.isdecimal()):
            raise click.BadParameter(f"序号“{piece}”读不懂，可写 1,3,5-8 或 all。")
        found += range(int(first), int(last or first) + 1)
    if wrong := [no for no in found if not 1 <= no <= count]:
        raise NotFound(
            f"没有第 {wrong[0]} 条任务，共 {count} 条。", hint="请先不带 --accept 运行一次，看清序号。"
        )
    return list(dict.fromkeys(found))


def _proposal(no: int, proposed: Proposed, corrections: tuple[str, ...]) -> Proposal:
    task = proposed.own
    for text in corrections:
        place, equals, value = text.partition("=")
        number, dot, name = place.partition(".")
        if not equals or not dot or not number.isdecimal():
            raise click.BadParameter(f"“{text}”应写成 序号.项=内容，如 3.owner=县住建局。")
        if int(number) == no:
            task = corrected(task, name, value)
    ready = proposed.ready
    return Proposal(no, task, proposed.own, ready.known.title.value, ready.text, ready.digest)


def _tasks_text(tasks: list[Task]) -> str:
    lines = [f"共 {len(tasks)} 条任务。"]
    for no, task in enumerate(tasks, start=1):
        said = [
            f"责任：{task.owner}" if task.owner else "",
            f"配合：{'、'.join(task.helpers)}" if task.helpers else "",
            f"时限：{task.due}" if task.due else "",
            "长期坚持" if task.ongoing else "",
            f"指标：{task.target.text}" if task.target else "",
        ]
        lines += [
            f"{no}. {task.text}",
            f"   {'｜'.join(filter(None, said)) or '（没有写明责任、时限和指标）'}",
        ]
    return "\n".join(lines)


def _done_text(done: list[Accepted]) -> str:
    lines = [f"已登记 {sum(not a.already for a in done)} 项，原已登记 {sum(a.already for a in done)} 项。"]
    for one in done:
        lines.append(f"  {one.no} → {one.number}{'（原已登记）' if one.already else ''}")
        if one.unknown:
            lines.append(f"     台账里没有这些单位，未填：{'、'.join(one.unknown)}")
    return "\n".join(lines)


COMMANDS = {"decompose": decompose}
