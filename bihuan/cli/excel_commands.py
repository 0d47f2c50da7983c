"""import, export."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any, cast

import click

from bihuan.actions.house import create_campaign, create_register, keep_mapping
from bihuan.cli.item_commands import register_named
from bihuan.cli.output import REFUSED, answer, tell, working
from bihuan.cli.people import acting, as_option, current
from bihuan.cli.sheet_export import write_register
from bihuan.excel.commit import Closed, Committed, Conflict, Missing, demand_importable
from bihuan.excel.files import commit_file, preview_file
from bihuan.excel.preview import Preview
from bihuan.excel.words import EXTRA, FIELD_NAMES
from bihuan.ledger.append import alone
from bihuan.ledger.export import export as export_ledger
from bihuan.ledger.reading import head
from bihuan.models import Campaign, Procedure, Register
from bihuan.rules.errors import Invalid, NotFound
from bihuan.rules.permissions import Actor

_SIGNS = {"error": "×", "warning": "！", "hint": "·"}


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--register", "register_text", metavar="清单", help="导入哪个清单（名称或编号）；没有的按此名新建。"
)
@click.option(
    "--campaign", default="", metavar="专项工作", help="新建清单时属于哪个专项工作（默认与文件同名）。"
)
@click.option(
    "--procedure", default="rectification", show_default=True, metavar="规程", help="新建清单时用哪个规程。"
)
@click.option("--preview", "only_preview", is_flag=True, help="只预览，不写入。")
@click.option("--base", metavar="日期", help="原表没有写年份的时限，从哪天起算。")
@click.option(
    "--map", "mappings", multiple=True, metavar="列=字段", help="指定某列是什么，如 D=owner；记住供下次使用。"
)
@click.option(
    "--sheet", "sheet_name", metavar="工作表", help="--map 指的是哪个工作表（默认：第一个识别出的）。"
)
@click.option(
    "--closed",
    type=click.Choice(["reprove", "history"]),
    default="reprove",
    show_default=True,
    help="原表写明已销号的：reprove 重走销号程序；history 作为历史销号登记。",
)
@as_option
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")
def import_(
    file: Path,
    register_text: str | None,
    campaign: str,
    procedure: str,
    only_preview: bool,
    base: str | None,
    mappings: tuple[str, ...],
    sheet_name: str | None,
    closed: str,
    as_name: str | None,
    as_json: bool,
) -> None:
    """导入台账：先识别表头、逐行解析、列出疑点；确认后全部写入，或一行也不写。"""
    now, source, day = current(), file.read_bytes(), _day(base)
    corrections = _corrections(source, file.name, mappings, sheet_name)
    if only_preview:
        found = preview_file(source, file.name, now, base=day, corrections=corrections)
        answer(found.to_json(), as_json=as_json, text=_preview_text(found))
        if not found.items:
            sys.exit(REFUSED)
        return
    actor = acting(as_name)
    with working("读取"):
        read = preview_file(source, file.name, now, base=day, corrections=corrections)
    demand_importable(read)
    with working("导入", read.items) as advance, alone():  # a register opened for a refused file goes with it
        for fingerprint, columns in corrections.items():
            keep_mapping(actor, now, fingerprint, columns)
        register = _register(actor, register_text, campaign or file.stem, procedure)
        done = commit_file(
            read, source, register.pk, actor, now, closed=cast(Closed, closed), progress=advance
        )
    answer(asdict(done), as_json=as_json, text=_done_text(done, register))
    for problem in _problems(read):
        tell(problem)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"日期“{text}”应写成 2026-03-31。") from None


def _corrections(
    source: bytes, name: str, mappings: tuple[str, ...], sheet_name: str | None
) -> dict[str, dict[str, str]]:
    """Return ``--map`` as a correction of the header that it concerns."""
    if not mappings:
        return {}
    columns = {}
    for text in mappings:
        column, equals, field = text.partition("=")
        if not equals:
            raise click.BadParameter(f"“{text}”应写成 列=字段，如 D=owner。")
        columns[column.upper()] = field
    sheets = preview_file(source, name, current()).sheets
    found = next((s for s in sheets if s.fingerprint and sheet_name in {None, s.name}), None)
    if found is None:
        raise Invalid("没有找到要指定列的表头。", hint=f"工作表有：{'、'.join(s.name for s in sheets)}。")
    return {found.fingerprint: columns}


def _register(actor: Actor, text: str | None, campaign_name: str, procedure: str) -> Register:
    """Return the register to import into; a new name opens one, saying so."""
    registers = list(Register.objects.order_by("id"))
    if text is None and len(registers) == 1:
        return registers[0]
    name = text or campaign_name
    if text is not None and (text.isdigit() or any(r.name == text for r in registers)):
        return register_named(text)
    if text is None and registers:
        known = "、".join(f"{r.name}（{r.pk}）" for r in registers)
        raise Invalid("有多个清单，请用 --register 指定导入哪个。", hint=f"现有：{known}。")
    version = Procedure.objects.filter(code=procedure).order_by("-version").first()
    if version is None:
        known = "、".join(sorted(set(Procedure.objects.values_list("code", flat=True))))
        raise NotFound(f"没有代号为“{procedure}”的规程。", hint=f"现有：{known}。")
    campaign = Campaign.objects.filter(name=campaign_name).first()
    campaign_id = campaign.pk if campaign else create_campaign(actor, current(), campaign_name, actor.unit)
    register_id = create_register(actor, current(), campaign_id, name, version.pk)
    tell(f"已新建清单“{name}”（专项工作“{campaign_name}”，规程“{version.name}”）。")
    return Register.objects.get(pk=register_id)


def _preview_text(found: Preview) -> str:
    lines: list[str] = []
    for sheet in found.sheets:
        if sheet.refused:
            lines.append(f"工作表“{sheet.name}”：未作为台账读取（{sheet.refused}）")
            continue
        heads = "、".join(map(str, sheet.header.rows)) if sheet.header else ""
        lines.append(f"工作表“{sheet.name}”：表头第 {heads} 行，{len(sheet.rows)} 个事项")
        lines += [
            f"  {place} 列 {path} → {FIELD_NAMES[name or EXTRA]}"
            for path, (place, name) in sheet.headed().items()
        ]
        for row in sheet.rows:
            due = row.due or row.due_text or "未定"
            lines.append(
                f"  第 {row.row} 行 {row.number or ''} {row.title or '（没有内容）'}"
                f"｜{row.owner or '（没有责任单位）'}｜{due}｜措施 {len(row.measures)} 条｜{row.state_text or ''}"
            )
    return "\n".join([*lines, *_problems(found)])


def _problems(found: Preview) -> list[str]:
    """Return every doubt with its place, as lines of text."""
    lines = []
    for problem in (p for sheet in found.sheets for p in sheet.problems):
        row = f"{problem.row or ''}" if problem.column else f"第 {problem.row} 行" if problem.row else ""
        place = " ".join(filter(None, (problem.sheet, f"{problem.column or ''}{row}")))
        value = f"“{problem.value}”" if problem.value and problem.value not in problem.message else ""
        lines.append(f"{_SIGNS[problem.severity]} {place}{value}：{problem.told}")
    return lines


def _done_text(done: Committed, register: Register) -> str:
    if not done.seq:
        text = f"“{register.name}”没有变化：{done.unchanged} 个事项都与上次相同。"
    else:
        text = (
            f"已导入“{register.name}”：新登记 {done.registered} 个，更正 {done.amended} 个，"
            f"没有变化 {done.unchanged} 个（留痕 #{done.seq}）。"
        )
    lines = [text]
    if done.units:
        lines.append(
            f"新建单位 {len(done.units)} 个：{'、'.join(done.units)}。"
            "如与已有单位是同一个，请用 bihuan unit merge 新名 原名 --reason 理由 并入。"
        )
    lines += [_missing_text(m) for m in done.missing]
    lines += [_conflict_text(c) for c in done.conflicts]
    return "\n".join(lines)


def _missing_text(row: Missing) -> str:
    return f"！原表第 {row.row} 行“{row.title}”（{row.number}）这次没有了：事项照旧，没有改动。"


def _conflict_text(found: Conflict) -> str:
    return f"！{found.number} 的{found.field}：台账中已改为“{found.ledger}”，文件里是“{found.file}”，保留台账的。"


@click.command()
@click.option("--ledger", "whole", is_flag=True, help="导出全部留痕（JSON Lines），可用独立核验程序核验。")
@click.option("--register", "register_text", metavar="清单", help="导出哪个清单。")
@click.option(
    "--layout",
    type=click.Choice(["original", "plain"]),
    default="plain",
    show_default=True,
    help="original 写回最近一次导入的原表样式；plain 通用样式。",
)
@click.option(
    "--original",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="原表文件（默认用最近一次导入时保存的）。",
)
@click.option("--state", "states", multiple=True, help="只要这些状态（可多次）。")
@click.option("--colour", "colours", multiple=True, help="只要这些亮灯（可多次）。")
@click.option("--unit", help="只要这一责任单位。")
@click.option("--text", default="", help="只要内容或编号含有这些字的。")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="写到哪里。")
@as_option
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")
def export(
    whole: bool,
    register_text: str | None,
    layout: str,
    original: Path | None,
    out: Path,
    as_name: str | None,
    as_json: bool,
    **filters: Any,
) -> None:
    """导出清单为 Excel，或导出全部留痕。"""
    out.parent.mkdir(parents=True, exist_ok=True)
    if whole:
        with out.open("w", encoding="utf-8", newline="\n") as file, working("导出", head()[0]) as advance:
            written = export_ledger(file, progress=advance)
        answer(
            {"file": str(out), "entries": written}, as_json=as_json, text=f"已导出 {written} 条留痕：{out}"
        )
        return
    if register_text is None:
        raise click.UsageError("请用 --register 指定清单，或用 --ledger 导出全部留痕。")
    count, out = write_register(
        register_named(register_text), acting(as_name), out, layout, original, filters
    )
    answer({"file": str(out), "items": count}, as_json=as_json, text=f"已导出 {count} 个事项：{out}")


COMMANDS = {"import": import_, "export": export}
