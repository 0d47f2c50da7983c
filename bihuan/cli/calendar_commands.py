"""calendar."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import click

from bihuan.actions.house import publish_calendar
from bihuan.cli.output import answer
from bihuan.cli.people import acting, as_option, current
from bihuan.queries.calendar import calendar_now
from bihuan.rules.calendar import CalendarYear
from bihuan.rules.errors import Invalid


@click.group()
def calendar() -> None:
    """工作日历：查看某日、推算工作日、发布某年的放假安排。"""


@calendar.command()
@click.argument("day", metavar="日期")
@click.option("--workdays", type=int, help="从这天起推算若干个工作日。")
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")
def show(day: str, workdays: int | None, as_json: bool) -> None:
    """查看某日是不是工作日，或推算若干个工作日后是哪天。"""
    try:
        start = date.fromisoformat(day)
    except ValueError:
        raise click.BadParameter(f"日期“{day}”应写成 2026-03-31。") from None
    known = calendar_now()
    found = {
        "day": start.isoformat(),
        "workday": known.is_workday(start),
        "provisional": not known.is_published(start.year),
    }
    text = f"{start}：{'工作日' if found['workday'] else '休息日'}"
    if workdays is not None:
        due = known.add_workdays(start, workdays)
        found |= {"after": due.date.isoformat(), "provisional": due.provisional}
        text = f"{start} 起 {workdays} 个工作日：{due.date}"
    answer(
        found, as_json=as_json, text=text + ("（该年放假安排未发布，暂定）" if found["provisional"] else "")
    )


@calendar.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@as_option
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")
def import_(file: Path, as_name: str | None, as_json: bool) -> None:
    """发布某年的放假安排（JSON 文件：year、holidays、workdays、source）。"""
    try:
        data = json.loads(file.read_text("utf-8"))
    except (ValueError, UnicodeDecodeError) as error:
        raise Invalid(f"{file} 不是 JSON 文件：{error}") from None
    year = CalendarYear.from_data(data)
    moved = publish_calendar(acting(as_name), current(), year)
    answer(
        {"year": year.year, "moved": moved},
        as_json=as_json,
        text=f"已发布 {year.year} 年放假安排，{moved} 个事项的时限随之调整。",
    )


COMMANDS = {"calendar": calendar}
