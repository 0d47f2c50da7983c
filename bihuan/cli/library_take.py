"""library add: files, folders, a watched folder."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any

import click

from bihuan.actions.founding import prepare_database
from bihuan.cli.output import REFUSED, answer, tell, working
from bihuan.cli.people import current
from bihuan.library.intake import Taken, changed, failures, files_of, take_evidence, take_in
from bihuan.library.store import is_prepared
from bihuan.models import Campaign
from bihuan.queries.item import find_item
from bihuan.queries.position import ledger_exists
from bihuan.rules.errors import NotFound


@click.command()
@click.argument("places", nargs=-1, metavar="文件或文件夹...", type=click.Path(path_type=Path, exists=True))
@click.option("--campaign", "campaign_name", default="", metavar="专项工作", help="归到哪个专项工作。")
@click.option("--item", "item_text", metavar="编号", help="把这个已销号事项的佐证材料归入资料库。")
@click.option("--watch", is_flag=True, help="一直看着文件夹，有新文件就收（Ctrl-C 停止）。")
@click.option("--every", default=10.0, show_default=True, metavar="秒", help="--watch 多久看一次。")
@click.option("--failed", "only_failed", is_flag=True, help="只列出以前没有收成的文件及原因。")
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")
@click.pass_context
def add(
    ctx: click.Context,
    places: tuple[Path, ...],
    campaign_name: str,
    item_text: str | None,
    watch: bool,
    every: float,
    only_failed: bool,
    as_json: bool,
) -> None:
    """收文入库：汇编自动拆分，去掉广告等杂物，原件留存；中断后再运行，从断处继续。"""
    if not ledger_exists() and not is_prepared():
        prepare_database()
    if only_failed:
        rows = [{"path": f.path, "code": f.code, "message": f.message, "hint": f.hint} for f in failures()]
        answer(
            {"failed": rows},
            as_json=as_json,
            text="\n".join(f"{r['path']}：{r['message']}{r['hint']}" for r in rows) or "没有。",
        )
        return
    if not places and not item_text:
        raise click.UsageError("还缺：文件或文件夹。")
    campaign = _campaign(campaign_name)
    taken = take_evidence(find_item(item_text), current) if item_text else []
    taken += _take(files_of(places), campaign)
    if watch:
        _watch(places, campaign, every)
    data = _data(taken)
    answer(data, as_json=as_json, text=_text(data))
    if data["failed"]:
        ctx.exit(REFUSED)


def _campaign(name: str) -> int:
    if not name:
        return 0
    found = Campaign.objects.filter(name=name).first()
    if found is None:
        raise NotFound(f"没有名为“{name}”的专项工作。")
    return int(found.pk)


def _take(paths: list[Path], campaign: int) -> list[Taken]:
    with working("收文", len(paths)) as advance:
        return list(take_in(paths, current, campaign=campaign, progress=advance))


def _watch(places: tuple[Path, ...], campaign: int, every: float) -> None:
    folders = [place for place in places if place.is_dir()]
    tell(f"正在看着 {len(folders)} 个文件夹，按 Ctrl-C 停止。")
    while True:
        for folder in folders:
            new = [path for path in changed(folder) if _is_settled(path)]
            if new:
                tell(_text(_data(_take(new, campaign))))
        time.sleep(every)


def _is_settled(path: Path) -> bool:
    """A file that is still being copied changes its size; it waits for the next round."""
    return time.time() - path.stat().st_mtime > 1


def _data(taken: list[Taken]) -> dict[str, Any]:
    documents = [
        {"id": s.document, "title": s.title, "new": s.new, "file": t.path} for t in taken for s in t.stored
    ]
    failed = [{"file": t.path, "code": t.code, "message": t.message, "hint": t.hint} for t in taken if t.code]
    counted = Counter(document["new"] for document in documents)
    return {
        "files": len(taken), "unchanged": sum(t.known for t in taken), "added": counted[True], "known": counted[False],
        "documents": documents, "failed": failed,
    }  # fmt: skip


def _text(data: dict[str, Any]) -> str:
    lines = [
        f"{data['files']} 个文件：新收 {data['added']} 份文档，库里已有 {data['known']} 份，未变的文件 {data['unchanged']} 个，"
        f"没有收成 {len(data['failed'])} 个。"
    ]
    lines += [f"  {d['id']}｜{d['title']}{'' if d['new'] else '（已有）'}" for d in data["documents"][:50]]
    if len(data["documents"]) > 50:
        lines.append(f"  ……其余 {len(data['documents']) - 50} 份请用 library search 查看。")
    return "\n".join(lines + [f"× {f['file']}：{f['message']}{f['hint']}" for f in data["failed"]])
