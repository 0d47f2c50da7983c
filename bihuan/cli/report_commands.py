"""report, verify-report, figures, tiers."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import click

from bihuan.cli.item_commands import register_named
from bihuan.cli.output import REFUSED, answer, instant, tell
from bihuan.cli.people import acting, as_option, current
from bihuan.clock.tick import tick
from bihuan.queries.counts import NO_REGISTER, all_refs, campaign_named, figures, registers_of
from bihuan.queries.people import visible_units
from bihuan.queries.templates import STAGE, usual_content
from bihuan.queries.tiers import Group, tiers
from bihuan.reports.check import verify_against_ledger
from bihuan.reports.stage import Letterhead, stage_context
from bihuan.reports.word import write_docx
from bihuan.reports.xlsx import write_xlsx
from bihuan.rules.errors import NotFound
from bihuan.rules.figures import FIGURES, Ref

_CAMPAIGN = click.option("--campaign", required=True, metavar="专项工作", help="专项工作的名称或编号。")
_AS_OF = click.option(
    "--as-of", "as_of_text", metavar="时点", help="数据时点（默认：现在）；只写日期的，到当日 24 时。"
)


@click.group()
def report() -> None:
    """写报告。"""


@report.command()
@_CAMPAIGN
@_AS_OF
@click.option("--since", metavar="日期", help="“已销号事项”从哪天算起（默认：全部）。")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="写到哪里（.docx 或 .xlsx）。")
@click.option(
    "--template",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="本单位的 Word 模板（默认：网页上为该专项工作选定的，没有选定的用内置模板）。",
)
@click.option("--title", default="", help="标题。")
@click.option("--office", default="", help="落款单位。")
@click.option("--recipient", default="", help="主送机关。")
@click.option("--number", default="", help="发文字号，如 某督〔2026〕1号。")
@click.option("--contact", default="", help="联系人及电话。")
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")
def stage(
    campaign: str,
    as_of_text: str | None,
    since: str | None,
    out: Path | None,
    template: Path | None,
    as_json: bool,
    **words: str,
) -> None:
    """写阶段报告（Word 或 Excel），每个数据都可核对。"""
    now = current()
    as_of = instant(as_of_text, now) or now
    tick(min(as_of, now))
    letterhead = Letterhead(document_number=words.pop("number"), **words)
    chosen = campaign_named(campaign)
    context = stage_context(chosen, as_of, period_from=_day(since), letterhead=letterhead)
    path = out or Path(f"{context.title}.docx")
    if path.suffix not in {".docx", ".xlsx"}:
        raise click.BadParameter("报告文件名应以 .docx 或 .xlsx 结尾。")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(
        write_xlsx(context)
        if path.suffix == ".xlsx"
        else write_docx(context, template or usual_content(STAGE, chosen.pk))
    )
    answer({"file": str(path), "seq": context.position.seq}, as_json=as_json, text=str(path))
    tell(f"已写好。核对：bihuan verify-report {path}")


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"日期“{text}”应写成 2026-03-31。") from None


@click.command("verify-report")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")
@click.pass_context
def verify_report(ctx: click.Context, file: Path, as_json: bool) -> None:
    """核对一份报告：按台账重算每个数据，指出不符的。"""
    verdict = verify_against_ledger(file.read_bytes())
    lines = [p.message for p in verdict.problems]
    lines.append(verdict.summary)
    told = asdict(replace(verdict, claims=None)) | {"ok": verdict.ok}
    told.pop("claims")  # the file says it all
    answer(told, as_json=as_json, text="\n".join(lines))
    if not verdict.ok:
        ctx.exit(REFUSED)


@click.command("figures")
@click.argument("refs", metavar="[数据项]…", nargs=-1)
@click.option("--campaign", metavar="专项工作", help="只算这一专项工作（默认：全部）。")
@_AS_OF
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")
def figures_(refs: tuple[str, ...], campaign: str | None, as_of_text: str | None, as_json: bool) -> None:
    """查看数据项，如 open[colour=red]；不写数据项的列出全部。"""
    now = current()
    as_of = instant(as_of_text, now)
    tick(now if as_of is None else min(as_of, now))
    found = campaign_named(campaign) if campaign else None
    registers = [r.pk for r in registers_of(found.pk if found else None)]
    if not registers:
        raise NotFound("还没有清单。", hint="请先导入台账：bihuan import 台账.xlsx")
    if found is None:
        registers.append(NO_REGISTER)
    wanted = [Ref.parse(r) for r in refs] or all_refs()
    values = figures(wanted, registers, as_of=as_of)
    listed = [
        {
            "ref": text,
            "label": FIGURES[Ref.parse(text).name].label,
            "value": value,
            "unit": FIGURES[Ref.parse(text).name].unit,
            "definition": FIGURES[Ref.parse(text).name].definition,
        }
        for text, value in values.items()
    ]
    text = "\n".join(f"{f['label']}（{f['ref']}）：{f['value']}{f['unit']}" for f in listed)
    answer({"as_of": as_of or now, "figures": listed}, as_json=as_json, text=text)


@click.command("tiers")
@click.option("--campaign", metavar="专项工作", help="只看这一专项工作（默认：全部）。")
@click.option("--register", "register", metavar="清单", help="只看这一清单。")
@_AS_OF
@as_option
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")
def tiers_(
    campaign: str | None, register: str | None, as_of_text: str | None, as_name: str | None, as_json: bool
) -> None:
    """各单位分档：按销号率、逾期率，档内按单位顺序，不排名；标准见设置 BIHUAN_TIERS，设为 off 则不分档。"""
    now = current()
    as_of = instant(as_of_text, now)
    tick(now if as_of is None else min(as_of, now))
    chosen = campaign_named(campaign) if campaign else None
    registers = [r.pk for r in registers_of(chosen.pk if chosen else None)]
    if register:
        registers = [r for r in registers if r == register_named(register).pk]
    groups = tiers(registers, as_of=as_of, units=visible_units(acting(as_name)))
    text = "\n".join(line for group in groups for line in _tier_lines(group))
    answer(
        {"as_of": as_of or now, "tiers": [_tier_data(group) for group in groups]},
        as_json=as_json,
        text=text or "按设置（BIHUAN_TIERS）不分档。",
    )


def _tier_lines(group: Group) -> list[str]:
    units = [
        f"  {u.name}：登记{u.registered}项，销号率{u.finishing_rate}，逾期{u.overdue}项（{u.overdue_rate}）"
        for u in group.units
    ]
    return [f"{group.tier.name}（{group.tier.definition}）：{len(units)}个单位", *units]


def _tier_data(group: Group) -> dict[str, object]:
    rates = [
        asdict(u) | {"finishing_rate": u.finishing_rate, "overdue_rate": u.overdue_rate} for u in group.units
    ]
    return {"tier": group.tier.name, "definition": group.tier.definition, "units": rates}


COMMANDS = {"report": report, "verify-report": verify_report, "figures": figures_, "tiers": tiers_}
