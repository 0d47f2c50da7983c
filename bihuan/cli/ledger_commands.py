"""verify, rebuild, seal, tick."""

from __future__ import annotations

from dataclasses import asdict

import click

from bihuan.cli.output import REFUSED, answer, instant, tell, working
from bihuan.cli.people import current
from bihuan.clock.tick import tick as run_tick
from bihuan.ledger.reading import head
from bihuan.ledger.rebuild import digests
from bihuan.ledger.rebuild import rebuild as run_rebuild
from bihuan.ledger.seal import make_seal
from bihuan.ledger.verify import verify as run_verify
from bihuan.queries import sign_index


@click.command()
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")
@click.pass_context
def verify(ctx: click.Context, as_json: bool) -> None:
    """核验台账：逐条核对哈希链、末尾、封存和计数。"""
    with working("核验", head()[0]) as advance:
        verdict = run_verify(progress=advance)
    lines = [f"共核验 {verdict.entries} 条留痕，封存 {verdict.seals} 次，已封存到第 {verdict.covered} 条。"]
    if verdict.entries > verdict.covered:
        lines.append(f"第 {verdict.covered + 1} 条起尚未封存，可运行 bihuan seal。")
    lines += verdict.problems
    if verdict.more:
        lines.append(f"另有 {verdict.more} 个问题没有列出。")
    lines.append("核验通过。" if verdict.ok else "核验不通过。")
    answer({"ok": verdict.ok, **asdict(verdict)}, as_json=as_json, text="\n".join(lines))
    if not verdict.ok:
        ctx.exit(REFUSED)


@click.command()
@click.option("--check", is_flag=True, help="比对重建前后的数据表是否逐字节相同。")
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")
@click.pass_context
def rebuild(ctx: click.Context, check: bool, as_json: bool) -> None:
    """由留痕重建全部数据表；出错时恢复原样。"""
    before = digests() if check else {}
    with working("重建", head()[0]) as advance:
        folded = run_rebuild(progress=advance)
    differ = [name for name, digest in digests().items() if before[name] != digest] if check else []
    text = f"已由 {folded} 条留痕重建。"
    if check:
        text += "与重建前逐字节相同。" if not differ else f"与重建前不同的表：{'、'.join(differ)}。"
    answer({"entries": folded, "checked": check, "differ": differ}, as_json=as_json, text=text)
    if differ:
        ctx.exit(REFUSED)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")
def seal(as_json: bool) -> None:
    """封存：对全部留痕的默克尔根签名，写到数据库之外的封存文件。"""
    with working("封存", head()[0]) as advance:
        made = make_seal(current(), progress=advance)
    text = f"已封存 {made.count} 条留痕。根：{made.root}"
    answer(asdict(made), as_json=as_json, text=text)
    tell("请把封存文件另存到别处（如发给审计员）：只有别人手里也有，才能证明台账没有被整体改写。")


@click.command()
@click.option("--now", "now_text", help="按这一时刻处理（默认：现在）。")
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")
def tick(now_text: str | None, as_json: bool) -> None:
    """处理到点的事，每件只处理一次。"""
    now = instant(now_text, current()) or current()
    with working("处理到点的事") as advance:
        entered = run_tick(now, progress=advance)
    sign_index.extend()
    answer({"entered": entered}, as_json=as_json, text=f"处理了 {entered} 件到点的事。")


COMMANDS = {"verify": verify, "rebuild": rebuild, "seal": seal, "tick": tick}
