"""item, do."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from bihuan.actions import do as take_step
from bihuan.actions import register as register_item
from bihuan.actions.step import Done
from bihuan.cli.output import answer
from bihuan.cli.people import acting, as_option, current
from bihuan.ledger.blobs import Upload
from bihuan.models import Register
from bihuan.queries.item import Detail, detail, find_item
from bihuan.queries.people import directory, visible_units
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import Invalid, NotFound
from bihuan.rules.institution import INSTITUTION_STATES
from bihuan.rules.permissions import Actor
from bihuan.rules.procedure_types import COLOURS
from bihuan.rules.workflow import STATE_NAMES, STEPS


def register_named(text: str) -> Register:
    """Return the register with this name or id. Raises NotFound and lists those that there are."""
    found = Register.objects.filter(pk=int(text)).first() if text.isdigit() else None
    named = list(Register.objects.filter(name=text)) if found is None else [found]
    if len(named) != 1:
        known = "、".join(f"{r.name}（{r.pk}）" for r in Register.objects.order_by("id")) or "（还没有）"
        why = "没有名为" if not named else "不止一个名为"
        raise NotFound(f"{why}“{text}”的清单。", hint=f"请用编号指定。现有：{known}。")
    return named[0]


@click.command()
@click.argument("reference", metavar="编号")
@as_option
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")
def item(reference: str, as_name: str | None, as_json: bool) -> None:
    """查看一个事项：现状、能办的步骤和全部留痕。"""
    actor = acting(as_name)
    found = detail(find_item(reference).pk, actor, visible_units(actor))
    answer(_plain(found), as_json=as_json, text=_text(found))


def _plain(found: Detail) -> dict[str, Any]:
    fields = {f.attname: getattr(found.item, f.attname) for f in found.item._meta.concrete_fields}
    return {
        **fields,
        "owner": found.owner,
        "helper_names": found.helpers,
        "state_name": found.state_name,
        "measure_list": [
            {"no": m.no, "text": m.text, "state": m.state, "due": m.due} for m in found.measures
        ],
        "evidence_list": [{"name": e.name, "digest": e.digest, "size": e.size} for e in found.evidence],
        "steps": [s.action for s in found.steps],
        "signs": [asdict(s) for s in found.signs],
        "institutions": [
            {"id": i.pk, "number": i.number, "title": i.title, "state": i.state}
            for i in found.linked.institutions
        ],
        "cases": [{"id": c.pk, "title": c.title} for c in found.linked.cases],
        "timeline": [
            {
                "seq": m.seq,
                "at": m.at,
                "kind": m.kind,
                "person": m.person,
                "data": m.fact.event.to_data(),
                "hash": m.hash,
            }
            for m in found.timeline
        ],
    }


def _text(found: Detail) -> str:
    row = found.item
    due = f"{row.due}" if row.due else (row.due_text or "未定")
    lines = [
        f"{row.number}　{row.title}",
        f"状态：{found.state_name}　亮灯：{COLOURS[row.colour]}　时限：{due}　完成：{row.percent}%",
        f"责任单位：{found.owner or '（未交办）'}　配合：{'、'.join(found.helpers) or '无'}　牵头：{row.lead or '无'}",
    ]
    marks = {"open": "□", "done": "☑", "waived": "免"}
    lines += [f"  {marks[m.state]} {m.no}. {m.text}" for m in found.measures]
    lines.append("可办：" + ("、".join(f"{s.name}（{s.action}）" for s in found.steps) or "无"))
    for i in found.linked.institutions:
        lines.append(f"制度：{i.number or f'草案 {i.pk}'}《{i.title}》（{INSTITUTION_STATES[i.state]}）")
    lines += [f"复盘：案例 {c.pk}　{c.title}" for c in found.linked.cases]
    for s in found.signs:
        lines.append(f"迹象：{s.name}：{s.what}{f'（已排除：{s.dismissed}）' if s.dismissed else ''}")
    lines.append("留痕：")
    for m in found.timeline:
        lines.append(
            f"  {m.at.astimezone(CHINA):%Y-%m-%d %H:%M}　{m.person}　{m.name}　#{m.seq} {m.hash[:12]}"
        )
    return "\n".join(lines)


@click.command(name="do")
@click.argument("action", metavar="步骤", type=click.Choice(["register", *STEPS]))
@click.argument("target", metavar="编号")
@click.argument("pairs", metavar="[名称=内容]…", nargs=-1)
@click.option("--values", "values_json", help="以 JSON 对象给出内容（与 名称=内容 合并）。")
@click.option("--version", type=int, help="您看到的事项版本；已被他人更新的拒绝办理。")
@as_option
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")
def do(
    action: str,
    target: str,
    pairs: tuple[str, ...],
    values_json: str | None,
    version: int | None,
    as_name: str | None,
    as_json: bool,
) -> None:
    """办理一步。例：bihuan do report 问改〔2026〕1号 text=已完成清淤 percent=60"""
    values = {**object_of(values_json), **dict(pair_of(p) for p in pairs)}
    done = _run(action, target, acting(as_name), resolved(values), version)
    answer(
        asdict(done), as_json=as_json, text=f"{done.number}：{STATE_NAMES[done.state]}（留痕 #{done.seq}）"
    )


def object_of(text: str | None) -> dict[str, Any]:
    """Read a JSON object; nothing is an empty one. Raises BadParameter."""
    if not text:
        return {}
    try:
        found = json.loads(text)
    except ValueError as error:
        raise click.BadParameter(f"--values 不是 JSON：{error}") from None
    if not isinstance(found, dict):
        raise click.BadParameter("--values 应是 JSON 对象。")
    return found


_NUMBERS = frozenset({"percent", "amount", "measure"})
_FLAGS = frozenset({"passed", "held", "unchanged"})
_TRUE = {"1", "true", "yes", "是", "通过", "巩固"}
_LISTS = frozenset({"measures", "affirmed"})


def pair_of(text: str) -> tuple[str, Any]:
    """Read ``name=value`` as a step takes it. Raises BadParameter."""
    name, equals, value = text.partition("=")
    if not equals:
        raise click.BadParameter(f"“{text}”应写成 名称=内容。")
    if name in _NUMBERS:
        if not value.isdigit():
            raise click.BadParameter(f"{name} 应是整数，写的是“{value}”。")
        return name, int(value)
    if name in _FLAGS:
        return name, value.lower() in _TRUE
    return name, value.split("；") if name in _LISTS else value


def resolved(values: dict[str, Any]) -> dict[str, Any]:
    """Replace the names of units and items by their ids, and a file's path by its content."""
    units = directory()
    for name in ("owner", "unit"):
        if isinstance(values.get(name), str):
            values[name] = _unit(units.id_of(values[name]), values[name])
    if isinstance(values.get("helpers"), str):
        values["helpers"] = [_unit(units.id_of(n), n) for n in values["helpers"].split("、") if n]
    if isinstance(values.get("into"), str):
        values["into"] = find_item(values["into"]).pk
    if isinstance(values.get("file"), str):
        path = Path(values["file"])
        if not path.is_file():
            raise NotFound(f"没有文件 {path}。")
        values["file"] = Upload(path.name, path.open("rb"))
    return values


def _unit(found: int | None, name: str) -> int:
    if found is None:
        raise Invalid(f"没有名为“{name}”的单位。", hint="请核对全称，或先把这一写法加为单位的别名。")
    return found


def _run(action: str, target: str, actor: Actor, values: dict[str, Any], version: int | None) -> Done:
    try:
        if action == "register":
            return register_item(register_named(target).pk, actor, current(), **values)
        return take_step(action, find_item(target).pk, actor, current(), version=version, **values)
    except TypeError as error:
        raise Invalid(
            f"“{action}”的内容写得不对：{error}", hint="各步骤可填的内容见文档 docs/reference/actions.md。"
        ) from None


COMMANDS = {"item": item, "do": do}
