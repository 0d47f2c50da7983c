"""look-back, signs, recurring, case."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from bihuan.actions.case import review_case
from bihuan.actions.sample import Population, Sampled, commit_sample, draw_sample
from bihuan.actions.sign import dismiss_sign
from bihuan.cli.item_commands import register_named
from bihuan.cli.output import answer, tell, working
from bihuan.cli.people import acting, as_option, current
from bihuan.models import CaseReview, Register
from bihuan.queries import sign_index
from bihuan.queries.closing import CaseDetail, LookBackTask, case_detail, case_reviews, look_back_tasks
from bihuan.queries.counts import campaign_named, registers_of
from bihuan.queries.item import find_item
from bihuan.queries.people import visible_units
from bihuan.queries.recurring import Proposal, proposals
from bihuan.queries.signs import Sign, signs, signs_of
from bihuan.reports.case_paper import write_case
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import NotFound
from bihuan.rules.procedure_types import Span
from bihuan.rules.signs import SIGN_NAMES

_JSON = click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")
_DAY = click.DateTime(["%Y-%m-%d"])
_REGISTER = click.option("--register", metavar="清单", help="只看这个清单（默认：全部）。")
_CAMPAIGN = click.option("--campaign", metavar="专项工作", help="只看这一专项工作。")


def _registers(register: str | None, campaign: str | None) -> list[Register]:
    if register:
        return [register_named(register)]
    return registers_of(campaign_named(campaign).pk if campaign else None)


@click.group("look-back")
def look_back() -> None:
    """回头看：按期、按抽样核查已销号的事项；回潮的按原编号重办。"""


@look_back.command()
@click.option("--register", required=True, metavar="清单", help="从这个清单已销号的事项中抽。")
@click.option("--from", "closed_from", type=_DAY, required=True, metavar="日期", help="这天起销号的。")
@click.option(
    "--to", "closed_to", type=_DAY, required=True, metavar="日期", help="到这天为止销号的（须已过完）。"
)
@click.option("--share", type=int, default=0, help="抽百分之几（默认：规程 look_back.sample）。")
@click.option(
    "--by",
    "due",
    type=_DAY,
    metavar="日期",
    help="回头看的期限（默认：按规程 look_back.after，至少一个月）。",
)
@click.option(
    "--stratify", type=click.Choice(["unit", "class"]), help="分层：unit 按责任单位，class 按类别。"
)
@click.option("--seed", default="", help="种子，例如当天公布的开奖号码；不写的自动生成。")
@click.option("--purpose", default="回头看", show_default=True, help="用途。")
@as_option
@_JSON
def commit(as_name: str | None, as_json: bool, **given: Any) -> None:
    """登记一次回头看抽样：总体、比例和种子先记入台账；再用 look-back draw 抽取。"""
    population = Population(
        register=register_named(given["register"]).pk, closed_from=given["closed_from"].date(),
        closed_to=given["closed_to"].date(), stratify=given["stratify"] or "", look_back=True,
        due=given["due"].date() if given["due"] else None,
    )  # fmt: skip
    made = commit_sample(
        acting(as_name), current(), population, given["purpose"], share=given["share"], seed=given["seed"]
    )
    text = f"已登记抽样 {made.sample}：{made.population} 个中抽 {made.size} 个。抽取：bihuan look-back draw {made.sample}"
    answer(asdict(made), as_json=as_json, text=text)


@look_back.command()
@click.argument("sample", metavar="抽样编号", type=int)
@as_option
@_JSON
def draw(sample: int, as_name: str | None, as_json: bool) -> None:
    """抽取已登记的一次；抽中的事项各得一项回头看任务。"""
    actor = acting(as_name)
    made: Sampled = draw_sample(sample, actor, current())
    tasks = [t for t in look_back_tasks(_all(), visible_units(actor)) if t.sample == sample]
    plain = {**asdict(made), "tasks": [_task(t) for t in tasks]}
    answer(
        plain,
        as_json=as_json,
        text="\n".join([f"已抽取 {made.size} 个，安排回头看 {len(tasks)} 个：", *map(_task_line, tasks)]),
    )


def _all() -> list[int]:
    return [r.pk for r in registers_of()]


@look_back.command("list")
@_REGISTER
@_CAMPAIGN
@as_option
@_JSON
def list_(register: str | None, campaign: str | None, as_name: str | None, as_json: bool) -> None:
    """列出该回头看的事项，先到期的在前。用 bihuan do look_back 登记结果。"""
    registers = [r.pk for r in _registers(register, campaign)]
    tasks = look_back_tasks(registers, visible_units(acting(as_name)))
    text = "\n".join(map(_task_line, tasks)) or "没有该回头看的事项。"
    answer({"tasks": [_task(t) for t in tasks]}, as_json=as_json, text=text)


def _task(task: LookBackTask) -> dict[str, Any]:
    row = task.item
    return {"item": row.pk, "number": row.number, "title": row.title, "unit": task.unit, "closed_at": row.closed_at,
            "by": task.by, "sample": task.sample, "overdue": task.overdue}  # fmt: skip


def _task_line(task: LookBackTask) -> str:
    why = f"抽样 {task.sample} 抽中，{task.by} 前完成" if task.by else "按期回头看"
    return f"  {task.item.number}　{task.item.title}　{task.unit}　{why}{'，已超期' if task.overdue else ''}"


@click.group("signs", invoke_without_command=True)
@_REGISTER
@_CAMPAIGN
@click.option("--item", "reference", metavar="编号", help="只看这个事项。")
@click.option("--since", type=_DAY, metavar="日期", help="这天起销号的（默认：近 90 天）；审核中的总在内。")
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(list(SIGN_NAMES)), help="只看这种迹象，可重复。"
)
@click.option("--all", "everything", is_flag=True, help="已排除的也列出。")
@as_option
@_JSON
@click.pass_context
def signs_(ctx: click.Context, /, as_name: str | None, as_json: bool, **given: Any) -> None:
    """虚假销号的迹象：提示去哪里看，附证据；不是结论，不打分，不对人。"""
    if ctx.invoked_subcommand:
        return
    upto = _extend()
    actor = acting(as_name)
    found = _found(given, actor)
    note = f"共 {len(found)} 条迹象（已比对到留痕 #{upto}）。迹象只提示去哪里核实，不是结论。"
    plain = {"upto": upto, "signs": [asdict(s) for s in found]}
    answer(plain, as_json=as_json, text="\n".join([*map(_sign_text, found), note]))


def _extend() -> int:
    start = sign_index.reached()
    with working("比对文字和照片") as advance:
        return sign_index.extend(progress=lambda seq: advance(seq - start))


def _found(given: dict[str, Any], actor: Any) -> list[Sign]:
    if given["reference"]:
        found = signs_of(find_item(given["reference"]), actor)
        wanted = given["kinds"] or tuple(SIGN_NAMES)
        return [s for s in found if s.sign in wanted and (given["everything"] or not s.dismissed)]
    since = (
        given["since"].date() if given["since"] else (current() - timedelta(days=90)).astimezone(CHINA).date()
    )
    registers = [r.pk for r in _registers(given["register"], given["campaign"])]
    return signs(registers, actor, since=since, kinds=given["kinds"], dismissed=given["everything"])


def _sign_text(sign: Sign) -> str:
    lines = [f"{sign.number}　{sign.title}", f"  {sign.name}：{sign.what}（{sign.sign} {sign.key}）"]
    for proof in sign.proofs:
        place = f"#{proof.seq} {proof.hash[:12]}" if proof.seq else ""
        lines.append(f"    证据：{proof.number} {proof.title}　{place}　{proof.note}".rstrip("　"))
    if sign.dismissed:
        lines.append(f"    已排除：{sign.dismissed}")
    return "\n".join(lines)


@signs_.command()
@click.argument("reference", metavar="编号")
@click.argument("sign", metavar="迹象", type=click.Choice(list(SIGN_NAMES)))
@click.argument("key", metavar="标识")
@click.option("--reason", required=True, help="核实的情况。")
@as_option
@_JSON
def dismiss(reference: str, sign: str, key: str, reason: str, as_name: str | None, as_json: bool) -> None:
    """核实后排除一条迹象，写明理由；理由记入台账。"""
    actor, item = acting(as_name), find_item(reference)
    _extend()
    if not any((s.sign, s.key) == (sign, key) for s in signs_of(item, actor)):
        raise NotFound(
            f"事项 {item.number} 没有标识为 {key} 的“{SIGN_NAMES[sign]}”。",
            hint="可用 bihuan signs --item 查看。",
        )
    seq = dismiss_sign(item.pk, actor, current(), sign, key, reason)
    answer({"item": item.pk, "seq": seq}, as_json=as_json, text=f"已排除（留痕 #{seq}）。")


@click.command()
@_REGISTER
@_CAMPAIGN
@click.option("--months", type=click.IntRange(1), help="近几个月（默认：按规程）。")
@click.option("--times", type=click.IntRange(2), help="同一单位几次起（默认：按规程）。")
@click.option("--units", "across", type=click.IntRange(2), help="几个单位都有起（默认：按规程）。")
@as_option
@_JSON
def recurring(
    register: str | None, campaign: str | None, as_name: str | None, as_json: bool, **given: Any
) -> None:
    """反复出现的问题：同类、同单位或跨单位，建议建章立制。"""
    found = proposals(
        _registers(register, campaign), current(), visible_units(acting(as_name)),
        within=Span(given["months"], "month") if given["months"] else None,
        times=given["times"] or 0, across=given["across"] or 0,
    )  # fmt: skip
    text = "\n".join(map(_proposal_text, found)) or "没有达到规程次数的反复问题。"
    answer({"proposals": [_proposal(p) for p in found]}, as_json=as_json, text=text)


def _proposal(found: Proposal) -> dict[str, Any]:
    return {
        **{k: v for k, v in vars(found).items() if k != "items"},
        "items": [i.number for i in found.items],
    }


def _proposal_text(found: Proposal) -> str:
    where = f"{len(found.units)} 个单位（{'、'.join(found.units)}）" if found.across else found.units[0]
    made = f"　已有制度 {'、'.join(map(str, found.institutions))}" if found.institutions else "　尚无制度"
    numbers = "、".join(i.number for i in found.items)
    return f"{found.register_name}　{found.klass}　{where}　自 {found.since} 共 {found.times} 次{made}\n  {numbers}"


@click.group()
def case() -> None:
    """典型案例复盘：成因、关键节点、经验教训，写成材料。"""


@case.command()
@click.argument("references", metavar="编号…", nargs=-1, required=True)
@click.option("--title", required=True, help="标题。")
@click.option("--cause", required=True, help="成因。")
@click.option(
    "--turn",
    "turns",
    multiple=True,
    metavar="留痕号[=说明]",
    help="关键节点：留痕的序号（bihuan item 可查），可重复。",
)
@click.option("--lesson", required=True, help="经验教训。")
@as_option
@_JSON
def add(
    references: tuple[str, ...], turns: tuple[str, ...], as_name: str | None, as_json: bool, **given: str
) -> None:
    """登记一次案例复盘。"""
    items = [find_item(r).pk for r in references]
    made = review_case(
        acting(as_name),
        current(),
        given["title"],
        items,
        given["cause"],
        dict(map(_turn, turns)),
        given["lesson"],
    )
    answer({"case": made}, as_json=as_json, text=f"已登记案例复盘 {made}。打印：bihuan case print {made}")


def _turn(text: str) -> tuple[int, str]:
    seq, _, words = text.partition("=")
    if not seq.lstrip("#").isdecimal():
        raise click.BadParameter(f"“{text}”应写成 留痕号=说明，例如 57=首次退回。")
    return int(seq.lstrip("#")), words


@case.command("list")
@as_option
@_JSON
def cases(as_name: str | None, as_json: bool) -> None:
    """列出案例复盘。"""
    found = case_reviews(visible_units(acting(as_name)))
    answer(
        {"cases": [_case(c) for c in found]},
        as_json=as_json,
        text="\n".join(map(_case_line, found)) or "还没有案例复盘。",
    )


def _case(row: CaseReview) -> dict[str, Any]:
    return {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}


def _case_line(row: CaseReview) -> str:
    return f"案例 {row.pk}　{row.title}　{len(row.items)} 个事项　{row.at.astimezone(CHINA):%Y-%m-%d}"


@case.command()
@click.argument("number", metavar="案例编号", type=int)
@as_option
@_JSON
def show(number: int, as_name: str | None, as_json: bool) -> None:
    """查看一次案例复盘。"""
    found = case_detail(number, visible_units(acting(as_name)))
    plain = {**_case(found.case), "office": found.office, "numbers": [i.number for i in found.items],
             "turns": [asdict(t) for t in found.turns]}  # fmt: skip
    answer(plain, as_json=as_json, text=_case_text(found))


def _case_text(found: CaseDetail) -> str:
    lines = [
        _case_line(found.case),
        *(f"  {i.number}　{i.title}　{o}" for i, o in zip(found.items, found.owners, strict=True)),
    ]
    lines += [f"成因：{found.case.cause}", "关键节点："]
    lines += [f"  {_minute(t.at)}　{t.number}　{t.text}　#{t.seq} {t.hash[:12]}" for t in found.turns]
    return "\n".join([*lines, f"经验教训：{found.case.lesson}"])


def _minute(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}"


@case.command("print")
@click.argument("number", metavar="案例编号", type=int)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="写到哪里（.docx）。")
@as_option
@_JSON
def print_(number: int, out: Path | None, as_name: str | None, as_json: bool) -> None:
    """写成 Word 材料（公文格式）。"""
    found = case_detail(number, visible_units(acting(as_name)))
    path = out or Path(f"案例复盘{number}.docx")
    path.write_bytes(write_case(found))
    answer({"file": str(path)}, as_json=as_json, text=f"已写入 {path}")
    tell("每个关键节点都附留痕号和哈希值，可用 bihuan item 对照。")


COMMANDS = {"look-back": look_back, "signs": signs_, "recurring": recurring, "case": case}
