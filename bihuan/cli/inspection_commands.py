"""inspection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from functools import reduce
from pathlib import Path
from typing import Any

import click

from bihuan.actions.finding import record_finding, record_step
from bihuan.actions.inspection import (
    Inspected,
    Plan,
    amend_inspection,
    approve_inspection,
    cancel_inspection,
    finish_inspection,
    propose_inspection,
)
from bihuan.actions.objection import object_to
from bihuan.actions.objection import reexamine as decide
from bihuan.cli.item_commands import register_named
from bihuan.cli.output import answer, instant
from bihuan.cli.people import acting, as_option, current, person_named, unit_named
from bihuan.models import Inspection
from bihuan.queries.inspection import InspectionDetail, demand_office, inspection_detail, inspections
from bihuan.queries.item import find_item
from bihuan.queries.people import directory
from bihuan.reports.inspection_sheet import write_sheet
from bihuan.rules.clocked import CHINA
from bihuan.rules.inspection import INSPECTION_STATES, MODE_NAMES, InspectionMode
from bihuan.rules.objection import OUTCOMES

_JSON = click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")
_ID = click.argument("number", metavar="编号", type=int)
_DAY = click.DateTime(["%Y-%m-%d"])
_PLAN = (
    click.option("--name", help="名称。"),
    click.option("--content", "contents", multiple=True, help="督查内容，可重复。"),
    click.option("--objects", help="督查对象。"),
    click.option("--scope", help="督查范围。"),
    click.option("--unit", "units", multiple=True, help="被督查单位（含下级），可重复。"),
    click.option("--from", "starts", type=_DAY, metavar="日期", help="从这天起。"),
    click.option("--to", "ends", type=_DAY, metavar="日期", help="到这天为止。"),
    click.option("--leader", help="组长（用户名、姓名或人员编号）。"),
    click.option("--member", "members", multiple=True, help="组员，可重复。"),
)
_RECORD = (
    click.option("--unit", required=True, help="所在单位。"),
    click.option("--content", default="", help="属于哪一项督查内容（只有一项的可不写）。"),
    click.option("--happened", metavar="时间", help="发现的时间（默认现在）；离线填的表，写当时的时间。"),
)


def _with(options: tuple[Any, ...]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return lambda function: reduce(lambda made, option: option(made), reversed(options), function)


@click.group()
def inspection() -> None:
    """督查、暗访、走流程：先有批准的方案，发现的每个问题都成为事项或并入事项。"""


@inspection.command()
@_with(_PLAN)
@click.option(
    "--kind", "mode", type=click.Choice([m.value for m in InspectionMode]), default="planned", help="方式。"
)
@click.option("--sample", default=0, help="随机抽查：抽样编号，单位由它决定。")
@click.option("--register", help="发现的问题默认立入哪个清单；计入它所在专项工作的数据。")
@click.option("--office", help="督查单位（默认：本人所在单位）。")
@as_option
@_JSON
def propose(
    as_name: str | None,
    as_json: bool,
    mode: str,
    sample: int,
    office: str | None,
    register: str | None,
    **given: Any,
) -> None:
    """提出督查方案，等待批准。"""
    needed = {"starts": "--from", "ends": "--to", "leader": "--leader"}
    if missing := [option for name, option in needed.items() if not given[name]]:
        raise click.UsageError(f"还缺：{'、'.join(missing)}")
    plan = Plan(
        mode=mode,
        sample=sample,
        register=register_named(register).pk if register else 0,
        **{**dict.fromkeys(("name", "objects", "scope"), ""), **_plan(given)},
    )
    actor = acting(as_name)
    place = unit_named(office) if office else actor.unit
    _say(propose_inspection(actor, current(), place, plan), as_json)


def _plan(given: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that were given, with names replaced by ids."""
    found = {k: v for k, v in given.items() if v}
    for name in ("starts", "ends"):
        if name in found:
            found[name] = found[name].date()
    if "leader" in found:
        found["leader"] = person_named(found["leader"])
    return {
        "units": (), "contents": (), **found,
        **({"units": [unit_named(u) for u in found["units"]]} if "units" in found else {}),
        **({"members": [person_named(m) for m in found["members"]]} if "members" in found else {}),
    }  # fmt: skip


@inspection.command()
@_ID
@_with(_PLAN)
@click.option("--reason", required=True, help="理由。")
@as_option
@_JSON
def amend(number: int, reason: str, as_name: str | None, as_json: bool, **given: Any) -> None:
    """调整方案，须重新批准；没写的保持不变。"""
    changes = {k: v for k, v in _plan(given).items() if v}
    if not changes:
        raise click.UsageError("没有写要调整什么。")
    _say(amend_inspection(number, acting(as_name), current(), reason, **changes), as_json)


@inspection.command()
@_ID
@click.option("--opinion", default="", help="意见。")
@click.option("--despite", default="", help="同一单位同一时段已有督查的，写明仍要进行的理由。")
@as_option
@_JSON
def approve(number: int, opinion: str, despite: str, as_name: str | None, as_json: bool) -> None:
    """批准方案。"""
    _say(approve_inspection(number, acting(as_name), current(), opinion=opinion, despite=despite), as_json)


@inspection.command()
@_ID
@_with(_RECORD)
@click.option("--text", required=True, help="问题。")
@click.option("--class", "category", default="", help="问题类别。")
@click.option("--register", "register", help="立入哪个清单（默认：方案写明的清单）。")
@click.option("--item", "item", help="并入哪个已有事项。")
@click.argument("pairs", metavar="[名称=内容]…", nargs=-1)
@as_option
@_JSON
def finding(number: int, as_name: str | None, as_json: bool, **given: Any) -> None:
    """登记发现的问题：立为事项（--register），或并入已有事项（--item）。"""
    made = record_finding(
        number, acting(as_name), current(), text=given["text"], category=given["category"],
        register=register_named(given["register"]).pk if given["register"] else 0,
        item=find_item(given["item"]).pk if given["item"] else 0,
        **_record(given), **dict(_pair(p) for p in given["pairs"]),
    )  # fmt: skip
    answer(asdict(made), as_json=as_json, text=f"问题 {made.finding}：{made.number}")


def _record(given: dict[str, Any]) -> dict[str, Any]:
    at = given["happened"]
    return {
        "unit": unit_named(given["unit"]),
        "content": given["content"],
        "happened_at": _moment(at) if at else None,
    }


def _moment(text: str) -> datetime:
    """Read a time; a day without an hour is its noon, so that it lies on that day wherever it is looked at."""
    try:
        return datetime.combine(date.fromisoformat(text), datetime.min.time().replace(hour=12), tzinfo=CHINA)
    except ValueError:
        found = instant(text, current())
        assert found is not None
        return found


#: What these pairs hold is no text; ``bihuan do register`` takes them as JSON, a finding does not take them.
_NOT_TEXT = frozenset({"owner", "helpers", "quantity", "extra"})


def _pair(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or name in _NOT_TEXT:
        raise click.BadParameter(f"“{text}”应写成 名称=内容；单位用 --unit，其他内容请在登记后更正。")
    return name, value.split("；") if name == "measures" else value


@inspection.command()
@_ID
@_with(_RECORD)
@click.option("--service", required=True, help="办理的是什么事。")
@click.option("--what", required=True, help="这一步做了什么。")
@click.option("--minutes", required=True, type=int, help="用了几分钟。")
@click.option("--obstacle", default="", help="遇到什么堵点。")
@as_option
@_JSON
def step(number: int, as_name: str | None, as_json: bool, **given: Any) -> None:
    """走流程：记录一步、用时和堵点。"""
    facts = {k: given[k] for k in ("service", "what", "minutes", "obstacle")}
    _say(record_step(number, acting(as_name), current(), **facts, **_record(given)), as_json)


@inspection.command()
@_ID
@click.option("--conclusion", required=True, help="结论，反馈给被督查单位。")
@click.option("--tell", "by_unit", multiple=True, metavar="单位=结论", help="对某单位另写的结论，可重复。")
@as_option
@_JSON
def finish(
    number: int, conclusion: str, by_unit: tuple[str, ...], as_name: str | None, as_json: bool
) -> None:
    """结束督查，写明结论并反馈给每个被督查单位；单位 30 日内可提出异议。"""
    own = {unit_named(name): text for name, text in map(_told, by_unit)}
    _say(finish_inspection(number, acting(as_name), current(), conclusion, by_unit=own), as_json)


def _told(text: str) -> tuple[str, str]:
    name, equals, words = text.partition("=")
    if not equals:
        raise click.BadParameter(f"“{text}”应写成 单位=结论。")
    return name, words


@inspection.command("object")
@click.argument("conclusion", metavar="结论反馈编号", type=int)
@click.option("--reason", required=True, help="理由。")
@as_option
@_JSON
def object_(conclusion: int, reason: str, as_name: str | None, as_json: bool) -> None:
    """被督查单位负责人对结论提出异议（收到结论之日起 30 日内）。"""
    made = object_to(conclusion, acting(as_name), current(), reason)
    answer(asdict(made), as_json=as_json, text=f"异议 {made.objection}：{made.decide_by} 前复核")


@inspection.command()
@click.argument("objection", metavar="异议编号", type=int)
@click.option(
    "--outcome",
    type=click.Choice(list(OUTCOMES)),
    required=True,
    help="upheld 维持，changed 变更，revoked 撤销。",
)
@click.option("--text", required=True, help="复核意见。")
@as_option
@_JSON
def reexamine(objection: int, outcome: str, text: str, as_name: str | None, as_json: bool) -> None:
    """复核异议；参加这次督查的人员回避。"""
    made = decide(objection, acting(as_name), current(), outcome, text)
    answer(asdict(made), as_json=as_json, text=f"异议 {objection}：{OUTCOMES[outcome]}（留痕 #{made.seq}）")


@inspection.command()
@_ID
@click.option("--reason", required=True, help="理由。")
@as_option
@_JSON
def cancel(number: int, reason: str, as_name: str | None, as_json: bool) -> None:
    """取消尚未开始的督查。"""
    _say(cancel_inspection(number, acting(as_name), current(), reason), as_json)


def _say(done: Inspected, as_json: bool) -> None:
    text = f"督查 {done.inspection}：{INSPECTION_STATES[done.state]}（留痕 #{done.seq}）"
    answer(asdict(done), as_json=as_json, text=text)


@inspection.command("list")
@as_option
@_JSON
def list_(as_name: str | None, as_json: bool) -> None:
    """列出各次督查。"""
    actor = acting(as_name)
    found = [inspection_detail(i.pk, actor) for i in inspections(actor)]
    lines = [_head(d.inspection) for d in found] or ["没有督查。"]
    answer({"inspections": [_plain(d) for d in found]}, as_json=as_json, text="\n".join(lines))


@inspection.command()
@_ID
@as_option
@_JSON
def show(number: int, as_name: str | None, as_json: bool) -> None:
    """查看一次督查：方案、同时段的其他督查、发现的问题和走流程的各步。"""
    found = inspection_detail(number, acting(as_name))
    answer(_plain(found), as_json=as_json, text=_text(found))


@inspection.command()
@_ID
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="写到哪里（.docx）。")
@as_option
@_JSON
def sheet(number: int, out: Path | None, as_name: str | None, as_json: bool) -> None:
    """打印督查记录表（Word），每个单位一页；现场填写后，用 finding --happened 补录。"""
    actor = acting(as_name)
    found = inspection_detail(number, actor)
    demand_office(found, actor)
    path = out or Path(f"督查记录表{number}.docx")
    path.write_bytes(write_sheet(found))
    answer({"file": str(path), "pages": len(found.units)}, as_json=as_json, text=f"已写入 {path}")


_SHOWN = (
    "id", "name", "mode", "office_id", "contents", "scope", "units", "starts", "ends", "sample_id", "register_id", "state",
    "approved_at", "despite", "conclusion", "ended_at",
)  # fmt: skip


def _plain(found: InspectionDetail) -> dict[str, Any]:
    """Everything that may be shown; people by name alone, so that a veiled one cannot be told by an id."""
    return {
        **{name: getattr(found.inspection, name) for name in _SHOWN},
        "objects": found.inspection.objects_text,
        "office": found.office,
        "unit_names": found.units,
        "leader": found.leader,
        "members": found.members,
        "findings": [
            {"id": f.pk, "item": f.item_id, "number": found.numbers[f.item_id], "registered": f.registered,
             "unit": f.unit_id, "content": f.content, "class": f.category, "text": f.text,
             "person": found.people[f.person_id], "happened_at": f.happened_at, "entered_at": f.entered_at}
            for f in found.findings
        ],
        "findings_by_class": found.categories,
        "steps": [
            {"id": s.pk, "unit": s.unit_id, "service": s.service, "what": s.what, "minutes": s.minutes,
             "obstacle": s.obstacle, "person": found.people[s.person_id], "happened_at": s.happened_at,
             "entered_at": s.entered_at}
            for s in found.steps
        ],
        "overlapping": [{"id": o.pk, "name": o.name, "state": o.state} for o in found.overlapping],
        "earlier": [{"id": o.pk, "name": o.name, "ends": o.ends} for o in found.earlier],
        "conclusions": [
            {"id": c.pk, "unit": c.unit_id, "text": c.text, "at": c.at, "object_by": c.object_by} for c in found.conclusions
        ],
        "objections": [
            {"id": o.pk, "conclusion": o.conclusion_id, "unit": o.unit_id, "reason": o.reason, "at": o.at,
             "decide_by": o.decide_by, "overdue": o.overdue, "outcome": o.outcome, "text": o.text}
            for o in found.objections
        ],
    }  # fmt: skip


def _head(row: Inspection) -> str:
    return f"督查 {row.pk}　{row.name}　{MODE_NAMES[row.mode]}　{INSPECTION_STATES[row.state]}　{row.starts} 至 {row.ends}"


def _text(found: InspectionDetail) -> str:
    row = found.inspection
    lines = [
        _head(row),
        f"督查单位：{found.office}　组长：{found.leader}　组员：{'、'.join(found.members) or '无'}",
        f"内容：{'；'.join(row.contents)}",
        f"对象：{row.objects_text}（{'、'.join(found.units)}）",
        f"范围：{row.scope}",
    ]
    lines += [f"同时段另有：{_head(o)}" for o in found.overlapping]
    lines += [f"近 90 天督查过：{_head(o)}" for o in found.earlier]
    for f in found.findings:
        how = "立为" if f.registered else "并入"
        lines.append(f"  问题 {f.pk}　{f.category or '未分类'}　{f.text}　{how} {found.numbers[f.item_id]}")
    lines += [f"  {s.service}　{s.what}　{s.minutes} 分钟　{s.obstacle or '无堵点'}" for s in found.steps]
    if row.conclusion:
        lines.append(f"结论：{row.conclusion}")
    names = directory().labels
    lines += [
        f"  反馈 {c.pk}　{names[c.unit_id]}　{c.object_by} 前可提出异议　{c.text}" for c in found.conclusions
    ]
    for o in found.objections:
        outcome = (
            OUTCOMES[o.outcome] if o.outcome else f"{o.decide_by} 前复核{'，已超期' if o.overdue else ''}"
        )
        lines.append(f"  异议 {o.pk}　{names[o.unit_id]}　{o.reason}　{outcome}　{o.text}".rstrip("　"))
    return "\n".join(lines)


COMMANDS = {"inspection": inspection}
