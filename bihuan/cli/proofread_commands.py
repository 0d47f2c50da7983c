"""proofread."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from bihuan.cli.output import REFUSED, answer, tell
from bihuan.cli.people import current
from bihuan.library.proofread.base import LEVEL_NAMES, Finding, Level
from bihuan.library.proofread.engine import Options, review
from bihuan.library.proofread.ledger import FIGURES, ledger_rule
from bihuan.library.proofread.rules import RULES
from bihuan.library.proofread.source import ReadSource, Source, chosen, read_source
from bihuan.rules.errors import Invalid, NotFound

_EXISTING = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("file", metavar="文件", type=_EXISTING)
@click.option("--office", default="", help="本单位所在地或本单位名称；默认从标题、主送、落款看出。")
@click.option("--campaign", help="专项工作：把文中的数字与这一专项工作的台账核对。")
@click.option("--words", type=_EXISTING, help="本单位的用语表（另加的固定表述和易错写法）。")
@click.option(
    "--mechanical", is_flag=True, help="只做机械检查（标点、序号、数字、格式），不查错别字和固定表述。"
)
@click.option(
    "--fix",
    "out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="把能确定的改好，写到这里；Word 用修订和批注。",
)
@click.option("--dismiss", "number", type=int, metavar="序号", help="把这一条认定为不是错误，以后不再提示。")
@click.option("--reason", default="", help="认定的理由。")
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")
@click.pass_context
def proofread(
    ctx: click.Context,
    file: Path,
    office: str,
    campaign: str | None,
    words: Path | None,
    mechanical: bool,
    out: Path | None,
    number: int | None,
    reason: str,
    as_json: bool,
) -> None:
    """校对一份公文（txt、md、docx、doc、pdf、html、xlsx）：哪里错、为什么、怎么改。

    退出码：0 没有错误（可能有提示），1 有错误或疑似错误，2 用法不对。位置是纯文本里的字符序号：txt、md
    去掉字节序标记后每个换行算一个字符；docx 每个段落一行，表格里的也算；doc、pdf、html、xlsx 按取出的文字算，不能 --fix。
    """
    source = read_source(file)
    rules = [_ledger_rule(campaign)] if campaign else []
    options = Options(office=office, words=words.read_text("utf-8") if words else "", mechanical=mechanical)
    found = review(source.text, options, rules)
    if number is not None:
        _dismiss(source, found, number, reason)
    reasons = _reasons(source, found)
    kept = [f for n, f in enumerate(found, 1) if n not in reasons]
    if out is not None:
        _fix(source, kept, out, file, current())
    answer(_data(file, source, found, reasons), as_json=as_json, text=_lines(source, found, reasons))
    if any(f.level is not Level.HINT for f in kept):
        ctx.exit(REFUSED)


def _ledger_rule(campaign: str) -> Any:
    from bihuan.queries.counts import campaign_named, figures, registers_of
    from bihuan.queries.position import ledger_exists
    from bihuan.rules.figures import Ref

    if not ledger_exists():
        raise NotFound("还没有台账，不能与专项工作核对数字。", hint="去掉 --campaign，或先运行 bihuan init。")
    named = campaign_named(campaign)
    registers = [r.pk for r in registers_of(named.pk)]
    return ledger_rule(figures([Ref.parse(name) for name in FIGURES], registers), named.name)


def _dismiss(source: Source, found: list[Finding], number: int, reason: str) -> None:
    from bihuan.library.proofread.dismissals import dismiss
    from bihuan.queries.position import ledger_exists

    if not reason.strip():
        raise click.UsageError("认定不是错误要写理由：--reason。")
    if not 1 <= number <= len(found):
        raise Invalid(f"没有第 {number} 条，共 {len(found)} 条。", hint="序号见校对结果。")
    if not ledger_exists():
        raise NotFound("还没有数据库，认定不能保存。", hint="请先运行 bihuan init。")
    dismiss(source.text, found[number - 1], reason.strip(), current())
    tell(f"第 {number} 条已认定不是错误：{found[number - 1].message}")


def _reasons(source: Source, found: list[Finding]) -> dict[int, str]:
    """Return number → reason of the findings that were dismissed."""
    from bihuan.library.proofread.dismissals import dismissed, key_of
    from bihuan.queries.position import ledger_exists

    known = dismissed(source.text, found) if ledger_exists() else {}
    keys = enumerate((key_of(source.text, f) for f in found), 1) if known else ()
    return {number: known[key] for number, key in keys if key in known}


def _fix(source: Source, kept: list[Finding], out: Path, file: Path, now: datetime) -> None:
    if out.suffix.lower() != file.suffix.lower():
        raise click.BadParameter(f"改好的文件应以 {file.suffix} 结尾。")
    if out.exists() and out.samefile(file):
        raise click.BadParameter("请写到另一个文件，原件要留着核对。")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(source.fixed(kept, now))
    tell(f"改了 {len(chosen(kept))} 处，已写入 {out}")


def _data(file: Path, source: Source, found: list[Finding], reasons: dict[int, str]) -> dict[str, Any]:
    listed = list(enumerate(found, 1))
    kept = [_plain(n, f) for n, f in listed if n not in reasons]
    return {
        "file": str(file),
        "characters": len(source.text.text),
        "counts": {level.value: sum(f["level"] == level for f in kept) for level in Level},
        "findings": kept,
        "dismissed": [{**_plain(n, f), "reason": reasons[n]} for n, f in listed if n in reasons],
    }


def _plain(number: int, finding: Finding) -> dict[str, Any]:
    return {"id": number, **asdict(finding)}


def _lines(source: Source, found: list[Finding], reasons: dict[int, str]) -> str:
    """Return the findings for people: by level, each with its place, what is wrong, why and what to write."""
    parts = []
    for level in Level:
        of_level = [(n, f) for n, f in enumerate(found, 1) if f.level is level and n not in reasons]
        if of_level:
            parts.append(f"{LEVEL_NAMES[level]}（{len(of_level)}处）")
            parts += [_line(n, f) for n, f in of_level]
    parts.append(_summary(source, found, reasons))
    return "\n".join(parts)


def _line(number: int, finding: Finding) -> str:
    rule = RULES.get(finding.rule)
    why = f"\n      依据：{rule.why}" if rule else ""
    advice = ""
    if finding.suggestion is not None:
        advice = f"\n      改为：{finding.suggestion}" if finding.suggestion else "\n      改法：删去"
    return f"  {number}. 第{finding.paragraph}段 “{finding.context}”\n      {finding.message}{why}{advice}"


def _summary(source: Source, found: list[Finding], reasons: dict[int, str]) -> str:
    if not found:
        return "没有发现问题。"
    kept = [f for n, f in enumerate(found, 1) if n not in reasons]
    counts = "，".join(f"{LEVEL_NAMES[level]} {sum(f.level is level for f in kept)} 处" for level in Level)
    safe = sum(f.safe for f in kept)
    aside = f"；已认定不是错误的 {len(reasons)} 处未列" if reasons else ""
    fixable = "" if isinstance(source, ReadSource) else f"其中 {safe} 处可用 --fix 直接改好"
    return f"共 {len(kept)} 处：{counts}。{fixable}{aside if fixable else aside.lstrip('；')}" + "。" * bool(
        fixable or aside
    )


COMMANDS = {"proofread": proofread}
