"""unit."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict

import click

from bihuan.actions.house import change_unit, create_unit
from bihuan.actions.merge_unit import merge_unit
from bihuan.cli.output import answer
from bihuan.cli.people import acting, as_option, current
from bihuan.models import Unit, UnitAlias
from bihuan.queries.people import directory
from bihuan.rules.errors import NotFound

_JSON = click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")


@click.group()
def unit() -> None:
    """单位名录：查看、新增、加别名、并入。"""


@unit.command("list")
@_JSON
def list_(as_json: bool) -> None:
    """列出在用单位和它们的别名。"""
    aliases = defaultdict[int, list[str]](list)
    for alias, unit_id in UnitAlias.objects.order_by("alias").values_list("alias", "unit_id"):
        aliases[unit_id].append(alias)
    labels = directory().labels
    units = list(Unit.objects.filter(active=True).order_by("path"))
    found = [
        {"id": u.pk, "name": u.name, "parent": labels.get(u.parent_id), "aliases": aliases[u.pk]}
        for u in units
    ]
    lines = [_line(u, aliases[u.pk]) for u in units]
    answer(found, as_json=as_json, text="\n".join(lines))


def _line(unit: Unit, aliases: list[str]) -> str:
    depth = unit.path.count("/") - 2
    also = f"（又写作：{'、'.join(aliases)}）" if aliases else ""
    return f"{'  ' * depth}{unit.name}{also}"


@unit.command()
@click.argument("name", metavar="名称")
@click.option("--parent", metavar="上级单位", help="放在哪个单位之下（默认：办理人所在单位）。")
@click.option("--alias", "aliases", multiple=True, metavar="别名", help="别的写法，可重复。")
@as_option
@_JSON
def add(name: str, parent: str | None, aliases: tuple[str, ...], as_name: str | None, as_json: bool) -> None:
    """新增单位。"""
    actor = acting(as_name)
    above = _unit(parent) if parent else actor.unit
    made = create_unit(actor, current(), name, parent=above, aliases=aliases)
    answer({"id": made, "name": name}, as_json=as_json, text=f"已新增单位“{name}”。")


@unit.command()
@click.argument("name", metavar="单位")
@click.argument("aliases", metavar="别名...", nargs=-1, required=True)
@as_option
@_JSON
def alias(name: str, aliases: tuple[str, ...], as_name: str | None, as_json: bool) -> None:
    """给单位加别名：台账里这样写的，都认作它。"""
    unit_id = _unit(name)
    kept = UnitAlias.objects.filter(unit_id=unit_id).order_by("alias").values_list("alias", flat=True)
    named = list(dict.fromkeys([*kept, *aliases]))
    change_unit(acting(as_name), current(), unit_id, aliases=named)
    answer({"id": unit_id, "aliases": named}, as_json=as_json, text=f"“{name}”又写作：{'、'.join(named)}。")


@unit.command()
@click.argument("name", metavar="单位")
@click.argument("into", metavar="并入哪个单位")
@click.option("--reason", required=True, metavar="理由", help="为什么并入，记入留痕。")
@as_option
@_JSON
def merge(name: str, into: str, reason: str, as_name: str | None, as_json: bool) -> None:
    """把一个单位并入另一个：事项、人员、岗位、单据和别名随之转入，原名成为别名，以往留痕不变。"""
    done = merge_unit(acting(as_name), current(), _unit(name), _unit(into), reason=reason)
    text = (
        f"已把“{name}”并入“{into}”：转入事项 {done.items} 个、人员 {done.people} 名；"
        f"以后写作“{name}”的都认作“{into}”（留痕 #{done.seq}）。"
    )
    answer(asdict(done), as_json=as_json, text=text)


def _unit(name: str) -> int:
    found = directory().id_of(name)
    if found is None:
        raise NotFound(f"没有名为“{name}”的单位。", hint="bihuan unit list 列出所有单位。")
    return found


COMMANDS = {"unit": unit}
