"""backup, restore."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from bihuan.actions.founding import prepare_database
from bihuan.cli.output import REFUSED, answer, tell
from bihuan.cli.people import current
from bihuan.ledger.backup import Backup, make_backup, opened
from bihuan.ledger.backup_check import check_backup
from bihuan.ledger.restore import restore as run_restore
from bihuan.ledger.verify import verify

_JSON = click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")


def _data(backup: Backup) -> dict[str, Any]:
    return {"file": str(backup.path), "size": backup.size} | (asdict(backup.note) if backup.note else {})


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="放到哪个目录（默认：设置 BIHUAN_BACKUPS）。",
)
@click.option("--check", is_flag=True, help="备份后立即核验。")
@_JSON
@click.pass_context
def backup(ctx: click.Context, out: Path | None, check: bool, as_json: bool) -> None:
    """备份：数据库、佐证文件和封存，合成一个文件；台账照常使用。"""
    made = make_backup(current(), into=out)
    assert made.note is not None
    checked = check_backup(made) if check else None
    text = f"已备份到第{made.note.count}条留痕，佐证{made.note.evidence}个：{made.path}"
    if checked is not None:
        text += "\n核验通过。" if checked.ok else "\n核验不通过：" + "；".join(checked.problems)
    answer(_data(made) | ({"ok": checked.ok} if checked else {}), as_json=as_json, text=text)
    tell("密钥（secret.key、seal.key）不在备份里，请另行保管。")
    if checked is not None and not checked.ok:
        ctx.exit(REFUSED)


@click.command()
@click.argument("file", metavar="备份文件", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--check", is_flag=True, help="只核验这份备份，不恢复。")
@click.option("--lose-newer", is_flag=True, help="现在的台账比备份新时也恢复；多出的留痕只留在另存的原库里。")
@_JSON
@click.pass_context
def restore(ctx: click.Context, file: Path, check: bool, lose_newer: bool, as_json: bool) -> None:
    """由备份恢复：先核验备份，再替换台账库；原来的另存，恢复后再核验。请先停止网页和后台。"""
    found = opened(file)
    if check:
        checked = check_backup(found)
        lines = [*checked.problems, *checked.notes]
        if checked.standing:
            lines.append(f"{checked.standing.value}。")
        lines.append("备份完好。" if checked.ok else "备份不完好。")
        state = checked.standing.name.lower() if checked.standing else None
        result = _data(found) | {"ok": checked.ok, "problems": checked.problems, "standing": state}
        answer(result, as_json=as_json, text="\n".join(lines))
        if not checked.ok:
            ctx.exit(REFUSED)
        return
    done = run_restore(found, current(), lose_newer=lose_newer)
    prepare_database()
    verdict = verify()
    lines = [f"已恢复到第{done.count}条留痕，补回佐证{done.evidence}个。"]
    lines += [f"原来的台账库另存为：{done.aside}"] if done.aside else []
    lines += [f"原来的封存文件另存为：{done.seals_aside}"] if done.seals_aside else []
    lines += done.notes + verdict.problems
    lines.append("恢复后核验通过。" if verdict.ok else "恢复后核验不通过。")
    answer(
        asdict(done) | {"ok": verdict.ok, "problems": verdict.problems},
        as_json=as_json,
        text="\n".join(lines),
    )
    if not verdict.ok:
        ctx.exit(REFUSED)


COMMANDS = {"backup": backup, "restore": restore}
