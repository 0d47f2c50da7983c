"""institution."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from bihuan.actions.institution import (
    Instituted,
    draft_institution,
    issue_institution,
    keep_institution,
    link_items,
    repeal_institution,
    revise_institution,
)
from bihuan.cli.output import answer
from bihuan.cli.people import acting, as_option, current
from bihuan.ledger.blobs import Upload
from bihuan.models import Institution
from bihuan.queries.closing import InstitutionDetail, find_institution, institution_detail, institutions
from bihuan.queries.item import find_item
from bihuan.queries.people import directory, visible_units
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import Invalid
from bihuan.rules.institution import INSTITUTION_STATES, InstitutionState
from bihuan.rules.permissions import Actor

_JSON = click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")
_DAY = click.DateTime(["%Y-%m-%d"])
_REF = click.argument("reference", metavar="编号")
_ITEMS = click.option("--item", "items", multiple=True, metavar="事项编号", help="起因事项，可重复。")
_FILE = click.option(
    "--file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="制度文本，按哈希存档。"
)
_REVIEW = click.option(
    "--review", "review_on", type=_DAY, required=True, metavar="日期", help="到这天复核是否仍适用。"
)


@click.group()
def institution() -> None:
    """建章立制：因哪些事项制定或修订制度，编号、依据、复核日期。"""


@institution.command()
@click.argument("title", metavar="名称")
@click.option("--unit", required=True, help="印发单位。")
@click.option("--basis", required=True, help="依据。")
@_ITEMS
@as_option
@_JSON
def draft(
    title: str, unit: str, basis: str, items: tuple[str, ...], as_name: str | None, as_json: bool
) -> None:
    """起草一项制度，写明起因事项。"""
    place = directory().id_of(unit)
    if place is None:
        raise Invalid(f"没有名为“{unit}”的单位。", hint="请核对全称，或先把这一写法加为单位的别名。")
    _say(draft_institution(acting(as_name), current(), title, place, basis, _ids(items)), as_json)


def _ids(references: tuple[str, ...]) -> list[int]:
    return [find_item(r).pk for r in references]


def _id(reference: str, actor: Actor) -> int:
    return int(find_institution(reference, visible_units(actor)).pk)


@institution.command()
@_REF
@_REVIEW
@click.option("--issued", type=_DAY, metavar="日期", help="印发日期（默认今天）。")
@_FILE
@as_option
@_JSON
def issue(
    reference: str,
    review_on: datetime,
    issued: datetime | None,
    file: Path | None,
    as_name: str | None,
    as_json: bool,
) -> None:
    """印发：给编号，定复核日期。"""
    actor = acting(as_name)
    day = issued.date() if issued else None
    made = issue_institution(
        _id(reference, actor), actor, current(), review_on.date(), issued_on=day, file=_upload(file)
    )
    _say(made, as_json)


def _upload(path: Path | None) -> Upload | None:
    return Upload(path.name, path.open("rb")) if path else None


@institution.command()
@_REF
@click.option("--reason", required=True, help="为什么修订。")
@_REVIEW
@click.option("--title", default="", help="新的名称。")
@click.option("--basis", default="", help="新的依据。")
@click.option("--revised", type=_DAY, metavar="日期", help="修订日期（默认今天）。")
@_FILE
@_ITEMS
@as_option
@_JSON
def revise(reference: str, as_name: str | None, as_json: bool, **given: Any) -> None:
    """修订：编号不变，没写的保持不变。"""
    actor = acting(as_name)
    made = revise_institution(
        _id(reference, actor), actor, current(), given["reason"], given["review_on"].date(), title=given["title"],
        basis=given["basis"], revised_on=given["revised"].date() if given["revised"] else None,
        file=_upload(given["file"]), items=_ids(given["items"]),
    )  # fmt: skip
    _say(made, as_json)


@institution.command()
@_REF
@click.option("--opinion", required=True, help="复核意见。")
@_REVIEW
@as_option
@_JSON
def keep(reference: str, opinion: str, review_on: datetime, as_name: str | None, as_json: bool) -> None:
    """到期复核后继续执行，定下次复核日期。"""
    actor = acting(as_name)
    _say(keep_institution(_id(reference, actor), actor, current(), opinion, review_on.date()), as_json)


@institution.command()
@_REF
@click.option("--reason", required=True, help="理由。")
@click.option("--repealed", type=_DAY, metavar="日期", help="废止日期（默认今天）。")
@as_option
@_JSON
def repeal(
    reference: str, reason: str, repealed: datetime | None, as_name: str | None, as_json: bool
) -> None:
    """废止；起草中的不再起草。"""
    actor, day = acting(as_name), repealed.date() if repealed else None
    _say(repeal_institution(_id(reference, actor), actor, current(), reason, repealed_on=day), as_json)


@institution.command()
@_REF
@_ITEMS
@as_option
@_JSON
def link(reference: str, items: tuple[str, ...], as_name: str | None, as_json: bool) -> None:
    """补充起因事项。"""
    actor = acting(as_name)
    _say(link_items(_id(reference, actor), actor, current(), _ids(items)), as_json)


def _say(done: Instituted, as_json: bool) -> None:
    number = done.number or f"草案 {done.institution}"
    text = f"{number}：{INSTITUTION_STATES[done.state]}（留痕 #{done.seq}）"
    answer(asdict(done), as_json=as_json, text=text)


@institution.command("list")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice([s.value for s in InstitutionState]),
    help="状态，可重复。",
)
@click.option("--review-due", "waiting", is_flag=True, help="只列到期该复核的。")
@as_option
@_JSON
def list_(states: tuple[str, ...], waiting: bool, as_name: str | None, as_json: bool) -> None:
    """列出制度，新的在前。"""
    found = list(institutions(visible_units(acting(as_name)), states=states, waiting=waiting))
    text = "\n".join(map(_head, found)) or "没有制度。"
    answer({"institutions": [_plain(i) for i in found]}, as_json=as_json, text=text)


def _plain(row: Institution) -> dict[str, Any]:
    return {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}


def _head(row: Institution) -> str:
    day = row.issued_on or row.drafted_at.astimezone(CHINA).date()
    waits = "　该复核" if row.review_waits else ""
    return f"{row.number or f'草案 {row.pk}'}　《{row.title}》　{INSTITUTION_STATES[row.state]}　{day}{waits}"


@institution.command()
@_REF
@as_option
@_JSON
def show(reference: str, as_name: str | None, as_json: bool) -> None:
    """查看一项制度：依据、起因事项、复核日期和经过。"""
    found = institution_detail(reference, visible_units(acting(as_name)))
    plain = {**_plain(found.institution), "unit": found.unit, "office": found.office, "hidden_items": found.hidden,
             "items": [i.number for i in found.items], "passages": [asdict(p) for p in found.passages]}  # fmt: skip
    answer(plain, as_json=as_json, text=_text(found))


def _text(found: InstitutionDetail) -> str:
    row = found.institution
    lines = [
        _head(row),
        f"印发单位：{found.unit}　依据：{row.basis}　复核日期：{row.review_on or '未定'}",
        "起因事项：",
        *(f"  {i.number}　{i.title}" for i in found.items),
    ]
    if found.hidden:
        lines.append(f"  另有 {found.hidden} 个不在您的查看范围内。")
    lines.append("经过：")
    lines += [
        f"  {p.at.astimezone(CHINA):%Y-%m-%d %H:%M}　{p.person}　{p.name}　#{p.seq} {p.hash[:12]}"
        for p in found.passages
    ]
    return "\n".join(lines)


COMMANDS = {"institution": institution}
