"""proofread."""

from __future__ import annotations

import io
import zipfile
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import click

from bihuan.cli.output import REFUSED, answer, tell
from bihuan.cli.people import current
from bihuan.library.proofread.base import LEVEL_NAMES, Finding, Level, Rule
from bihuan.library.proofread.engine import Options, review
from bihuan.library.proofread.rules import RULES
from bihuan.library.proofread.source import (
    Member,
    ReadSource,
    Source,
    chosen,
    members_of,
    read_source,
)
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
    """校对一份公文（txt、md、docx、doc、pdf、html、xlsx），或一个 zip 里的每一份：哪里错、为什么、怎么改。

    退出码：0 没有错误（可能有提示），1 有错误或疑似错误，2 用法不对。位置是纯文本里的字符序号：txt、md
    去掉字节序标记后每个换行算一个字符；docx 每个段落一行，表格里的也算；doc、pdf、html、xlsx 按取出的文字算，不能 --fix。
    zip 里的每一条都写明文件，序号连着排；--fix 写出改好的 zip，不能改的文件原样放进去。
    """
    rules = [_ledger_rule(campaign)] if campaign else []
    options = Options(office=office, words=_words(words), mechanical=mechanical)
    read, refused = _read(file)
    proofs: list[Proof] = []
    for name, data, source in read:
        found = review(source.text, options, rules)
        proofs.append(Proof(name, data, source, found, sum(len(p.found) for p in proofs) + 1))
    if number is not None:
        _dismiss(proofs, number, reason)
    proofs = [replace(proof, reasons=_reasons(proof)) for proof in proofs]
    if out is not None:
        _fix(proofs, refused, out, file)
    answer(_data(file, proofs, refused), as_json=as_json, text=_text(file, proofs, refused))
    if refused or any(f.level is not Level.HINT for proof in proofs for f in proof.kept):
        ctx.exit(REFUSED)


@dataclass(frozen=True)
class Proof:
    """A file with its findings, numbered from ``first``; ``name`` is its path in a zip, "" for a file by itself. ``reasons``: number
    in this file → why it was dismissed."""

    name: str
    data: bytes
    source: Source
    found: list[Finding]
    first: int
    reasons: dict[int, str] = field(default_factory=dict)

    @property
    def kept(self) -> list[Finding]:
        """The findings that were not dismissed."""
        return [f for n, f in enumerate(self.found, 1) if n not in self.reasons]


def _read(file: Path) -> tuple[list[tuple[str, bytes, Source]], list[Member]]:
    """The file, or those of a zip, and the members that cannot be proofread."""
    if file.suffix.lower() != ".zip":
        return [("", b"", read_source(file))], []
    members = list(members_of(file.read_bytes(), file.name))
    return [(m.name, m.data, m.source) for m in members if m.source], [m for m in members if m.refused]


def _ledger_rule(campaign: str) -> Rule:
    from bihuan.library.proofread.reviewing import against_ledger
    from bihuan.queries.counts import campaign_named
    from bihuan.queries.position import ledger_exists

    if not ledger_exists():
        raise NotFound("还没有台账，不能与专项工作核对数字。", hint="去掉 --campaign，或先运行 bihuan init。")
    return against_ledger(campaign_named(campaign))


def _words(file: Path | None) -> str:
    """The office's own list, with that of ``file`` behind it."""
    from bihuan.library.proofread.own_words import words_text

    return words_text(file.read_text("utf-8") if file else "")


def _dismiss(proofs: list[Proof], number: int, reason: str) -> None:
    from bihuan.library.proofread.dismissals import dismiss
    from bihuan.queries.position import ledger_exists

    if not reason.strip():
        raise click.UsageError("认定不是错误要写理由：--reason。")
    total = sum(len(proof.found) for proof in proofs)
    if not 1 <= number <= total:
        raise Invalid(f"没有第 {number} 条，共 {total} 条。", hint="序号见校对结果。")
    if not ledger_exists():
        raise NotFound("还没有数据库，认定不能保存。", hint="请先运行 bihuan init。")
    proof = next(p for p in proofs if p.first <= number < p.first + len(p.found))
    finding = proof.found[number - proof.first]
    dismiss(proof.source.text, finding, reason.strip(), current())
    tell(f"第 {number} 条已认定不是错误：{finding.message}")


def _reasons(proof: Proof) -> dict[int, str]:
    """Return number → reason of the findings that were dismissed."""
    from bihuan.library.proofread.dismissals import dismissed, key_of
    from bihuan.queries.position import ledger_exists

    text = proof.source.text
    known = dismissed(text, proof.found) if ledger_exists() else {}
    keys = enumerate((key_of(text, f) for f in proof.found), 1) if known else ()
    return {number: known[key] for number, key in keys if key in known}


def _fix(proofs: list[Proof], refused: list[Member], out: Path, file: Path) -> None:
    if out.suffix.lower() != file.suffix.lower():
        raise click.BadParameter(f"改好的文件应以 {file.suffix} 结尾。")
    if out.exists() and out.samefile(file):
        raise click.BadParameter("请写到另一个文件，原件要留着核对。")
    out.parent.mkdir(parents=True, exist_ok=True)
    changed = sum(len(chosen(p.kept)) for p in proofs if not isinstance(p.source, ReadSource))
    if file.suffix.lower() == ".zip":
        out.write_bytes(_fixed_zip(proofs, refused))
    else:
        out.write_bytes(proofs[0].source.fixed(proofs[0].kept, current()))
    tell(f"改了 {changed} 处，已写入 {out}")


def _fixed_zip(proofs: list[Proof], refused: list[Member]) -> bytes:
    """The zip with every file that can be written back fixed; the others as they are, which is told."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for proof in proofs:
            fixed = not isinstance(proof.source, ReadSource)
            package.writestr(proof.name, proof.source.fixed(proof.kept, current()) if fixed else proof.data)
            if not fixed:
                tell(f"{proof.name} 这种文件不能改好写回，原样放进去。")
        for member in refused:
            package.writestr(member.name, member.data)
    return made.getvalue()


def _data(file: Path, proofs: list[Proof], refused: list[Member]) -> dict[str, Any]:
    listed = [(p, n, f) for p in proofs for n, f in enumerate(p.found, 1)]
    kept = [_plain(p, n, f) for p, n, f in listed if n not in p.reasons]
    data = {
        "file": str(file),
        "characters": sum(len(p.source.text.text) for p in proofs),
        "counts": {level.value: sum(f["level"] == level for f in kept) for level in Level},
        "findings": kept,
        "dismissed": [{**_plain(p, n, f), "reason": p.reasons[n]} for p, n, f in listed if n in p.reasons],
    }
    if file.suffix.lower() == ".zip":
        told = ((m.name, m.refused) for m in refused)
        data["failed"] = [
            {"file": n, "code": e.code, "message": e.message, "hint": e.hint} for n, e in told if e
        ]
    return data


def _plain(proof: Proof, number: int, finding: Finding) -> dict[str, Any]:
    of_zip = {"file": proof.name} if proof.name else {}
    return {"id": number + proof.first - 1, **of_zip, **asdict(finding)}


def _text(file: Path, proofs: list[Proof], refused: list[Member]) -> str:
    parts = [f"{proof.name}\n{_lines(proof)}" if proof.name else _lines(proof) for proof in proofs]
    parts += [f"× {m.name}：{m.refused}" for m in refused]
    if file.suffix.lower() == ".zip":
        parts.append(f"校对了 {len(proofs)} 个文件" + (f"，{len(refused)} 个没有校对。" if refused else "。"))
    return "\n".join(parts)


def _lines(proof: Proof) -> str:
    """Return the findings for people: by level, each with its place, what is wrong, why and what to write."""
    parts = []
    for level in Level:
        of_level = [
            (n, f) for n, f in enumerate(proof.found, 1) if f.level is level and n not in proof.reasons
        ]
        if of_level:
            parts.append(f"{LEVEL_NAMES[level]}（{len(of_level)}处）")
            parts += [_line(n + proof.first - 1, f) for n, f in of_level]
    parts.append(_summary(proof.source, proof.found, proof.reasons))
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
