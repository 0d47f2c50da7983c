"""picture."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from bihuan.cli.output import answer, instant, tell
from bihuan.cli.people import acting, as_option, current
from bihuan.clock.tick import tick
from bihuan.models import Campaign
from bihuan.queries.counts import campaign_named
from bihuan.queries.item import detail_for, find_item
from bihuan.queries.picture import CUTS, campaign_picture, item_picture
from bihuan.queries.scope import Scope
from bihuan.reports.picture import WRITERS, Sheet, draw_campaign, draw_item
from bihuan.rules.errors import NotAllowed


@click.command()
@click.option("--campaign", metavar="专项工作", help="画这一专项工作（名称或编号）。")
@click.option("--item", "item", metavar="编号", help="画这一事项。")
@click.option(
    "--by",
    type=click.Choice(list(CUTS)),
    default="register",
    help="专项工作按清单（register）还是单位（unit）分组。",
)
@click.option(
    "--as-of", "as_of_text", metavar="时点", help="数据时点（默认：现在）；只写日期的，到当日 24 时。"
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="写到哪里（.svg 或 .png）。")
@as_option
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")
def picture(
    campaign: str | None,
    item: str | None,
    by: str,
    as_of_text: str | None,
    out: Path | None,
    as_name: str | None,
    as_json: bool,
) -> None:
    """一图读懂：把一项专项工作或一个难题画成一页 A3（SVG 或 PNG）。"""
    if (campaign is None) == (item is None):
        raise click.UsageError("请写明 --campaign 或 --item 中的一个。")
    now = current()
    as_of = instant(as_of_text, now)
    if as_of is not None and as_of > now:
        as_of = None
    tick(as_of or now)
    who = Scope(acting(as_name))
    sheet, name = _campaign(who, campaign, by, now, as_of) if campaign else _item(who, item or "", now, as_of)
    path = out or Path(f"{name}一图读懂.svg")
    kind = path.suffix.removeprefix(".")
    if kind not in WRITERS:
        raise click.BadParameter("图的文件名应以 .svg 或 .png 结尾。")
    content = WRITERS[kind](sheet)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    answer({"file": str(path)}, as_json=as_json, text=str(path))
    tell(sheet.told)


def _campaign(who: Scope, name: str, by: str, now: datetime, as_of: datetime | None) -> tuple[Sheet, str]:
    found = campaign_named(name)
    if found not in who.campaigns:
        raise NotAllowed("这项专项工作没有您单位的事项。")
    registers, units = who.within(found)
    return draw_campaign(campaign_picture(found, registers, now, as_of=as_of, units=units, by=by)), found.name


def _item(who: Scope, reference: str, now: datetime, as_of: datetime | None) -> tuple[Sheet, str]:
    found = detail_for(who, find_item(reference).pk)
    campaign = Campaign.objects.get(pk=found.item.campaign_id)
    return draw_item(item_picture(found, campaign.name, now, as_of=as_of)), found.item.number


COMMANDS = {"picture": picture}
