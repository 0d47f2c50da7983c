"""slip: list, show, issue, approve, deliver, acknowledge, answer, judge, close, withdraw, print, burden."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import click

from bihuan.actions import slip as actions
from bihuan.actions.slip import Handed
from bihuan.cli.output import answer, instant, tell
from bihuan.cli.people import acting, as_option, current
from bihuan.clock.tick import tick
from bihuan.models import Slip
from bihuan.queries.burden import UnitBurden, burden
from bihuan.queries.item import find_item
from bihuan.queries.people import directory, visible_units
from bihuan.queries.slips import SlipDetail, find_slip, slip_detail, slips
from bihuan.reports.slip_paper import papers, write_slips
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import NotFound
from bihuan.rules.procedure_slips import KINDS
from bihuan.rules.slips import LIVE, SLIP_STATES

_JSON = click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")


@click.group()
def slip() -> None:
    """单据：通知、提示、反馈、预警、约谈（或规程自定的单据）。"""


@slip.command("list")
@click.option("--item", "item_ref", metavar="事项编号", help="只看这一事项的。")
@click.option("--kind", type=click.Choice(list(KINDS)), help="只看这一种。")
@click.option("--unit", "unit_name", metavar="单位", help="只看发给这一单位的。")
@click.option("--live", is_flag=True, help="只看还没有办结的。")
@as_option
@_JSON
def list_(
    item_ref: str | None,
    kind: str | None,
    unit_name: str | None,
    live: bool,
    as_name: str | None,
    as_json: bool,
) -> None:
    """列出单据，新的在前。"""
    tick(current())
    names = directory()
    unit = names.id_of(unit_name) if unit_name else None
    if unit_name and unit is None:
        raise NotFound(f"没有名为“{unit_name}”的单位。")
    found = slips(
        visible_units(acting(as_name)),
        item=find_item(item_ref).pk if item_ref else None,
        kind=kind or "",
        unit=unit,
        states=LIVE if live else (),
    )
    listed = [_plain(s, names.labels) for s in found]
    text = "\n".join(_line(s) for s in listed) or "没有单据。"
    answer({"slips": listed}, as_json=as_json, text=text)


def _plain(row: Slip, labels: dict[int, str]) -> dict[str, Any]:
    fields = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
    return {**fields, "unit": labels.get(row.unit_id, ""), "state_name": SLIP_STATES[row.state]}


def _line(found: dict[str, Any]) -> str:
    number = found["number"] or f"#{found['id']}（未编号）"
    due = f"　答复时限：{_when(found['answer_due'])}" if found["answer_due"] else ""
    return f"{number}　{found['rung']}　{found['unit']}　{found['state_name']}{due}"


def _when(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}"


@slip.command()
@click.argument("reference", metavar="编号")
@as_option
@_JSON
def show(reference: str, as_name: str | None, as_json: bool) -> None:
    """查看一张单据：内容、回执和每步留痕的哈希值。"""
    actor = acting(as_name)
    found = slip_detail(find_slip(reference).pk, actor, visible_units(actor))
    plain = _plain(found.slip, {found.slip.unit_id: found.unit}) | {
        "item": found.item.number,
        "office": found.office,
        "receipts": [asdict(m) for m in found.marks],
        "steps": [s.action for s in found.steps],
    }
    answer(plain, as_json=as_json, text=_text(found, plain))


def _text(found: SlipDetail, plain: dict[str, Any]) -> str:
    lines = [_line(plain), f"事项：{found.item.number}　{found.item.title}", found.slip.text]
    lines.append("可办：" + ("、".join(f"{s.name}（{s.action}）" for s in found.steps) or "无"))
    lines += [f"  {_when(m.at)}　{m.person}　{m.name}　{m.text}　#{m.seq} {m.hash[:12]}" for m in found.marks]
    return "\n".join(lines)


@slip.command()
@click.argument("item_ref", metavar="事项编号")
@click.argument("rung", metavar="单据")
@click.option("--text", default="", help="单据正文（默认按规程拟写）。")
@click.option("--despite", default="", metavar="理由", help="已有同类或近期单据时，仍要发出的理由。")
@as_option
@_JSON
def issue(item_ref: str, rung: str, text: str, despite: str, as_name: str | None, as_json: bool) -> None:
    """发出一张单据；规程写明由他人签批的，先拟发待签。例：bihuan slip issue 问改〔2026〕1号 整改反馈单"""
    item = find_item(item_ref).pk
    _told(actions.issue_slip(item, rung, acting(as_name), current(), text=text, despite=despite), as_json)


def _told(done: Handed, as_json: bool) -> None:
    name = done.number or f"#{done.slip}（未编号）"
    answer(asdict(done), as_json=as_json, text=f"{name}：{SLIP_STATES[done.state]}（留痕 #{done.seq}）")


def _take(name: str, what: str, function: Callable[..., Handed], *options: click.Option) -> click.Command:
    """Return the command that takes one step with a slip."""

    def run(reference: str, as_name: str | None, as_json: bool, **values: Any) -> None:
        _told(function(find_slip(reference).pk, acting(as_name), current(), **values), as_json)

    run.__doc__ = what
    command: Any = as_option(_JSON(run))
    made: click.Command = click.command(name)(click.argument("reference", metavar="编号")(command))
    made.params += options
    slip.add_command(made)
    return made


_take("approve", "签批一张拟发的单据，签批后即编号发出。", actions.approve_slip,
      click.Option(["--text"], default="", help="改定的正文（默认照拟稿）。"))  # fmt: skip
_take(
    "deliver",
    "登记纸质送达。",
    actions.deliver_slip,
    click.Option(["--note"], required=True, help="送达情况。"),
)
_take("acknowledge", "签收。", actions.acknowledge_slip, click.Option(["--note"], default="", help="备注。"))
_take("answer", "答复。", actions.answer_slip, click.Option(["--text"], required=True, help="答复内容。"))
_take("judge", "评判答复：认可，或退回并写明理由。", actions.judge_slip,
      click.Option(["--accept/--send-back", "accepted"], required=True, default=None, help="认可 / 退回。"),
      click.Option(["--opinion"], default="", help="意见；退回时必填。"))  # fmt: skip
_take(
    "close",
    "了结一张不再需要答复的单据。",
    actions.close_slip,
    click.Option(["--note"], required=True, help="情况说明。"),
)
_take(
    "withdraw",
    "撤回；编号不再使用。",
    actions.withdraw_slip,
    click.Option(["--reason"], required=True, help="理由。"),
)


@slip.command("print")
@click.argument("references", metavar="编号…", nargs=-1, required=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="写到哪里（.docx）。")
@as_option
@_JSON
def print_(references: tuple[str, ...], out: Path | None, as_name: str | None, as_json: bool) -> None:
    """把一张或多张单据写成一个 Word 文件，每张一页，附回执。"""
    actor = acting(as_name)
    units = visible_units(actor)
    chosen = [slip_detail(find_slip(r).pk, actor, units).slip for r in references]
    content = write_slips(papers(chosen))
    path = out or Path(f"{chosen[0].number}{'等' if len(chosen) > 1 else ''}.docx")
    if path.suffix != ".docx":
        raise click.BadParameter("文件名应以 .docx 结尾。")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    answer({"file": str(path), "slips": len(chosen)}, as_json=as_json, text=str(path))
    tell(f"已写好 {len(chosen)} 张单据。")


@slip.command("burden")
@click.option("--since", metavar="日期", help="从哪天起（默认：本年起）。")
@click.option("--until", metavar="日期", help="到哪天止（默认：今天）。")
@as_option
@_JSON
def burden_(since: str | None, until: str | None, as_name: str | None, as_json: bool) -> None:
    """各单位在一段时间内收到多少单据、要答复多少、承办多少事项、接受几次督查、几次通知参会；只按单位统计，不排名。"""
    now = current()
    first = datetime.combine(now.astimezone(CHINA).replace(month=1, day=1).date(), time(), CHINA)
    begin = instant(since, now)
    start = first if begin is None else begin - timedelta(days=1)
    end = (instant(until, now) or now) + timedelta(microseconds=1)
    found = burden(start.astimezone(UTC), end, units=visible_units(acting(as_name)))
    text = "\n".join(map(_burden_line, found)) or "这段时间没有向任何单位提出要求。"
    answer({"since": start, "until": end, "units": [asdict(u) for u in found]}, as_json=as_json, text=text)


def _burden_line(unit: UnitBurden) -> str:
    kinds = "、".join(f"{KINDS[k]}{n}份" for k, n in unit.kinds.items())
    return (
        f"{unit.name}：单据{unit.slips}份{f'（{kinds}）' if kinds else ''}，要求答复{unit.asked}份，"
        f"新交办{unit.items}项，在办{unit.open_items}项，未了单据{unit.waiting}份，接受督查{unit.inspections}次，"
        f"通知参会{unit.meetings}次"
    )


COMMANDS = {"slip": slip}
