"""library."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from bihuan.cli.library_show import (
    hit_data,
    hits_text,
    part_data,
    parts_text,
    shown_data,
    shown_text,
    similar_data,
    similar_text,
)
from bihuan.cli.library_take import add
from bihuan.cli.output import REFUSED, answer, tell, working
from bihuan.cli.people import current
from bihuan.library import kept
from bihuan.library.download import file_of, zip_of
from bihuan.library.extract import extract_one
from bihuan.library.integrity import check as check_library
from bihuan.library.integrity import repair as repair_index
from bihuan.library.recognise import FIELDS
from bihuan.library.search import Filters
from bihuan.library.search import search as search_library
from bihuan.library.similar import similar as similar_to
from bihuan.library.split import split as split_text
from bihuan.library.store import correct as correct_document
from bihuan.library.store import find
from bihuan.models import Campaign, Document
from bihuan.rules.errors import NotFound

_JSON = click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")
_DAY = click.DateTime(["%Y-%m-%d"])
_DOCUMENT = click.argument("document", metavar="文档")


@click.group()
def library() -> None:
    """资料库：收文、拆分汇编、精确查找、比对雷同、下载。"""


library.add_command(add)


@library.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="文件")
@click.option("--text", "with_text", is_flag=True, help="一并给出提取的全文；start、end 是其中的字符位置。")
@_JSON
def split(file: Path, with_text: bool, as_json: bool) -> None:
    """把一个汇编文件拆成各篇文档，列出去掉的广告、付费提示、页码等；不存入资料库。"""
    read = extract_one(file.read_bytes(), file.name)
    parts = split_text(read.text)
    found: dict[str, Any] = {"file": file.name, "format": read.format, "length": len(read.text)}
    found["documents"] = [part_data(part) for part in parts]
    if with_text:
        found["text"] = read.text
    answer(found, as_json=as_json, text=parts_text(parts, read.text if with_text else ""))


@library.command()
@click.argument("query", metavar="查找内容", required=False, default="")
@click.option("--exact", "literal", is_flag=True, help="整个内容原样查找（1～100 个字，标点也算）。")
@click.option("--kind", "kinds", multiple=True, help="只要这些种类（可多次），如 讲话。")
@click.option("--level", "levels", multiple=True, help="只要这些层级（可多次）：国家、省、市、县、乡。")
@click.option("--body", default="", help="只要发文机关含有这些字的。")
@click.option("--from", "since", type=_DAY, metavar="日期", help="只要这天及以后的。")
@click.option("--to", "until", type=_DAY, metavar="日期", help="只要这天及以前的。")
@click.option("--campaign", "campaign_name", default="", metavar="专项工作", help="只要属于这个专项工作的。")
@click.option(
    "--sort", type=click.Choice(["relevance", "date", "added"]), help="排序：相关、日期、收录先后。"
)
@click.option("--limit", default=20, show_default=True, help="最多列出多少份；0 全部列出。")
@click.option("--offset", default=0, help="从第几份之后列起。")
@click.option("--save", "save_as", default="", metavar="名称", help="把这次的查找条件存为这个名称。")
@click.option("--saved", "saved_name", default="", metavar="名称", help="用存好的查找条件。")
@_JSON
def search(
    query: str, literal: bool, campaign_name: str, sort: Any, limit: int, offset: int, save_as: str, saved_name: str,
    as_json: bool, **given: Any,
) -> None:  # fmt: skip
    """查找文档：多个词用空格分开；或、非、近10；标题:、小标题:；引号里的原样查找。"""
    if saved_name:
        row = kept.saved(0, saved_name)
        query, literal, given, sort = (
            row.query,
            row.options["literal"],
            _days(row.options["filters"]),
            row.options["sort"],
        )
        campaign_name = row.options["campaign"]
    filters = _filters(given, campaign_name)
    found = search_library(query, literal=literal, filters=filters, sort=sort, offset=offset, limit=limit)
    options = {"literal": literal, "filters": given, "sort": sort, "campaign": campaign_name}
    _keep(query, options, save_as)
    data = {"query": query, "exact": literal, "total": found.total, "relaxed": found.relaxed}
    data |= {"offset": offset, "hits": [hit_data(hit) for hit in found.hits]}
    answer(data, as_json=as_json, text=hits_text(found, offset))


def _filters(given: dict[str, Any], campaign_name: str) -> Filters:
    campaign = _campaign(campaign_name) if campaign_name else 0
    since, until = (_day(given[name]) for name in ("since", "until"))
    return Filters(tuple(given["kinds"]), tuple(given["levels"]), given["body"], since, until, campaign)


def _campaign(name: str) -> int:
    found = Campaign.objects.filter(name=name).first()
    if found is None:
        raise NotFound(f"没有名为“{name}”的专项工作。")
    return int(found.pk)


def _day(value: datetime | None) -> date | None:
    return value.date() if value else None


def _days(filters: dict[str, Any]) -> dict[str, Any]:
    """The filters of a saved search with their days as days again."""
    return {k: datetime.fromisoformat(v) if k in {"since", "until"} and v else v for k, v in filters.items()}


def _keep(query: str, options: dict[str, Any], name: str) -> None:
    filters = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in options["filters"].items()}
    plain = {**options, "filters": {k: list(v) if isinstance(v, tuple) else v for k, v in filters.items()}}
    kept.remember(0, query, plain, current())
    if name:
        kept.save(0, name, query, plain, current())


@library.command()
@_JSON
def searches(as_json: bool) -> None:
    """列出存好的和最近的查找条件。"""
    rows = [{"name": s.name or None, "query": s.query, "options": s.options} for s in kept.searches(0)]
    text = "\n".join(f"{row['name'] or '（最近）'}｜{row['query']}" for row in rows)
    answer({"searches": rows}, as_json=as_json, text=text or "还没有查找过。")


@library.command()
@click.argument("typed", metavar="已输入的字")
@_JSON
def suggest(typed: str, as_json: bool) -> None:
    """输入时的提示：查过的、单位名称、文档标题。"""
    found = kept.suggestions(typed)
    answer({"suggestions": found}, as_json=as_json, text="\n".join(found))


@library.command()
@click.argument("what", metavar="文档或文件")
@click.option("--least", default=5.0, show_default=True, help="雷同达到百分之几才列出。")
@click.option("--limit", default=10, show_default=True, help="最多列出多少份。")
@_JSON
def similar(what: str, least: float, limit: int, as_json: bool) -> None:
    """比对雷同：与库里哪些文档有相同段落、占百分之几、各在何处。可写文档编号，或一个文件。"""
    path = Path(what)
    if path.is_file():
        text, but = extract_one(path.read_bytes(), path.name).text, 0
    else:
        document = find(what)
        text, but = document.text, document.pk
    found = similar_to(text, but=but, least=least, limit=limit)
    data = {"documents": [similar_data(one) for one in found]}
    answer(data, as_json=as_json, text=similar_text(found, text))


@library.command()
@_DOCUMENT
@_JSON
def show(document: str, as_json: bool) -> None:
    """查看一份文档：识别的各项及把握、来源、去掉的内容、被哪些事项引用、全文。"""
    found = find(document)
    answer(shown_data(found), as_json=as_json, text=shown_text(found))


@library.command()
@_DOCUMENT
@click.argument("field", metavar="项目", type=click.Choice(FIELDS))
@click.argument("value", metavar="正确内容")
@_JSON
def correct(document: str, field: str, value: str, as_json: bool) -> None:
    """更正识别错的一项（标题、种类、发文机关、文号、日期、层级）；原来的留存。"""
    found = find(document)
    correct_document(found, field, value, 0, current())
    answer(shown_data(find(str(found.pk))), as_json=as_json, text=f"已更正：{field} = {value}")


@library.command()
@click.argument("documents", metavar="文档...", nargs=-1, required=True)
@click.option(
    "--as",
    "form",
    type=click.Choice(["original", "docx", "txt"]),
    default="original",
    show_default=True,
    help="下载成什么。",
)
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="写到哪里（文件；多份时为 zip）。"
)
@_JSON
def download(documents: tuple[str, ...], form: Any, out: Path, as_json: bool) -> None:
    """下载：原件、Word 或纯文本；多份打成一个 zip。"""
    found: list[Document] = [find(text) for text in documents]
    single = len(found) == 1 and out.suffix.lower() != ".zip"
    name, content = file_of(found[0], form) if single else ("", zip_of(found, form))
    place = out / name if single and out.is_dir() else out
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    answer(
        {"file": str(place), "documents": [d.pk for d in found]},
        as_json=as_json,
        text=f"已写到 {place}（{len(found)} 份）。",
    )


@library.command()
@click.option("--repair", is_flag=True, help="先由文档重建索引。")
@_JSON
@click.pass_context
def check(ctx: click.Context, repair: bool, as_json: bool) -> None:
    """核对资料库：索引与文档是否一致，文字、特征、原件是否完好。"""
    if repair:
        with working("重建索引"):
            repair_index()
    with working("核对", Document.objects.count()) as advance:
        found = check_library(advance)
    text = (
        f"核对了 {found.documents} 份文档、{found.originals} 个原件：{'完好。' if found.ok else '有问题。'}"
    )
    answer({**asdict(found), "ok": found.ok}, as_json=as_json, text="\n".join([text, *found.problems]))
    if not found.ok:
        tell("怎么办：索引的问题用 --repair；其余请从备份恢复。")
        ctx.exit(REFUSED)


COMMANDS = {"library": library}
