"""sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from functools import reduce
from typing import Any

import click

from bihuan.actions.sample import STRATIFY, Population, commit_sample, draw_sample
from bihuan.cli.item_commands import register_named
from bihuan.cli.output import DONE, REFUSED, answer
from bihuan.cli.people import acting, as_option, current
from bihuan.models import Sample
from bihuan.queries.people import directory
from bihuan.queries.sample import find_sample, labels, replay, samples
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import NotFound

_JSON = click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")
_DAY = click.DateTime(["%Y-%m-%d"])
_OPTIONS = (
    click.option("--register", "register", metavar="清单", help="从这个清单的事项中抽。"),
    click.option("--below", metavar="单位", help="从这个单位的下级单位中抽。"),
    click.option("--closed-from", type=_DAY, metavar="日期", help="只抽这天起销号的事项（回头看）。"),
    click.option("--closed-to", type=_DAY, metavar="日期", help="只抽到这天为止销号的事项。"),
    click.option(
        "--stratify",
        type=click.Choice([k for k in STRATIFY if k]),
        default=None,
        help="分层：unit 按责任单位，class 按类别。",
    ),
    click.option("--size", type=int, default=0, help="抽取总数，按各层多少分配。"),
    click.option("--each", type=int, default=0, help="每层抽几个（不足的全抽）。"),
    click.option("--share", type=int, default=0, help="抽百分之几（进一取整）。"),
    click.option("--of", "sizes", multiple=True, metavar="层=数", help="某层抽几个，可重复。"),
    click.option("--seed", default="", help="种子，例如当天公布的开奖号码；不写的自动生成。"),
    click.option("--purpose", default="", help="用途。"),
)


def _population_options(function: Callable[..., Any]) -> Callable[..., Any]:
    return reduce(lambda made, option: option(made), reversed(_OPTIONS), function)


@click.group()
def sample() -> None:
    """随机抽样：先把总体、分层、数量和种子记入台账，再抽取；谁都可以照样重抽一遍。"""


@sample.command()
@_population_options
@as_option
@_JSON
def commit(as_name: str | None, as_json: bool, **options: Any) -> None:
    """登记总体、分层、数量和种子，先不抽。"""
    made = _commit(as_name, options)
    answer(
        asdict(made),
        as_json=as_json,
        text=f"已登记抽样 {made.sample}：{made.population} 个中抽 {made.size} 个。",
    )


@sample.command()
@click.argument("sample_id", metavar="[编号]", type=int, required=False)
@_population_options
@as_option
@_JSON
def draw(sample_id: int | None, as_name: str | None, as_json: bool, **options: Any) -> None:
    """抽取已登记的一次；不写编号的，先按选项登记，再抽取。"""
    if sample_id is not None and any(options.values()):
        raise click.UsageError("写了编号的，总体和数量已经登记，不能再改。")
    made = _commit(as_name, options).sample if sample_id is None else sample_id
    actor = acting(as_name)
    draw_sample(made, actor, current())
    found = find_sample(made, actor)
    answer(_plain(found), as_json=as_json, text=_text(found))


def _commit(as_name: str | None, options: dict[str, Any]) -> Any:
    below = 0
    if options["below"]:
        below = directory().id_of(options["below"]) or 0
        if not below:
            raise NotFound(f"没有名为“{options['below']}”的单位。")
    population = Population(
        register=register_named(options["register"]).pk if options["register"] else 0,
        below=below,
        closed_from=_day(options["closed_from"]),
        closed_to=_day(options["closed_to"]),
        stratify=options["stratify"] or "",
    )
    amounts = {k: options[k] for k in ("size", "each", "share", "seed")} | {"sizes": _sizes(options["sizes"])}
    return commit_sample(acting(as_name), current(), population, options["purpose"], **amounts)


def _day(value: datetime | None) -> Any:
    return value.date() if value else None


def _sizes(pairs: tuple[str, ...]) -> dict[str, int]:
    found = {}
    for pair in pairs:
        name, equals, number = pair.rpartition("=")
        if not equals or not number.isdecimal():
            raise click.BadParameter(f"“{pair}”应写成 层=数，例如 东镇=3。")
        found[name] = int(number)
    return found


@sample.command("list")
@as_option
@_JSON
def list_(as_name: str | None, as_json: bool) -> None:
    """列出各次抽样，登记了没有抽取的也在内。"""
    found = samples(acting(as_name))
    lines = [_head(s) for s in found] or ["还没有抽样。"]
    answer({"samples": [_plain(s, members=False) for s in found]}, as_json=as_json, text="\n".join(lines))


@sample.command()
@click.argument("sample_id", metavar="编号", type=int)
@as_option
@_JSON
def show(sample_id: int, as_name: str | None, as_json: bool) -> None:
    """查看一次抽样：总体、种子和抽中的。"""
    found = find_sample(sample_id, acting(as_name))
    answer(_plain(found), as_json=as_json, text=_text(found))


@sample.command()
@click.argument("sample_id", metavar="编号", type=int)
@as_option
@_JSON
def verify(sample_id: int, as_name: str | None, as_json: bool) -> int:
    """从留痕中照样重抽一遍，说明有没有出入。"""
    found = replay(find_sample(sample_id, acting(as_name)))
    lines = [
        f"{d.stratum or '整体'}：{d.what}"
        + (f"；应有而没有 {_ids(d.missing)}" if d.missing else "")
        + (f"；不应有而有 {_ids(d.extra)}" if d.extra else "")
        for d in found.differences
    ]
    text = "\n".join(["重抽结果与记录不符：", *lines]) if lines else "重抽结果与记录一致。"
    answer({**asdict(found), "ok": not lines}, as_json=as_json, text=text)
    return REFUSED if lines else DONE


def _ids(ids: tuple[int, ...]) -> str:
    return "、".join(map(str, ids))


def _plain(found: Sample, *, members: bool = True) -> dict[str, Any]:
    plain = {f.attname: getattr(found, f.attname) for f in found._meta.concrete_fields}
    plain["population"] = sum(len(s["ids"]) for s in found.strata)
    plain["size"] = sum(s["size"] for s in found.strata)
    if members:
        names = labels(found)
        plain["members"] = [
            {"stratum": c["name"], "id": i, "label": names.get(i, "")} for c in found.chosen for i in c["ids"]
        ]
    else:
        del plain["strata"]
    return plain


def _head(found: Sample) -> str:
    total, size = sum(len(s["ids"]) for s in found.strata), sum(s["size"] for s in found.strata)
    state = f"{found.drawn_at.astimezone(CHINA):%Y-%m-%d %H:%M} 抽取" if found.drawn_at else "尚未抽取"
    return f"抽样 {found.pk}　{found.purpose}　{total} 个中抽 {size} 个　{state}"


def _text(found: Sample) -> str:
    names = labels(found)
    lines = [_head(found), f"种子：{found.seed}　总体摘要：{found.digest}"]
    lines += [f"  {s['name']}：{len(s['ids'])} 个中抽 {s['size']} 个" for s in found.strata]
    if found.drawn:
        lines.append("抽中：")
        lines += [f"  {c['name']}　{i}　{names.get(i, '')}" for c in found.chosen for i in c["ids"]]
    return "\n".join(lines)


COMMANDS = {"sample": sample}
