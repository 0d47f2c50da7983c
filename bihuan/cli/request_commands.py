"""request."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

import click

from bihuan.actions import request as actions
from bihuan.actions.request import Asked
from bihuan.cli.item_commands import object_of, pair_of, resolved
from bihuan.cli.output import answer
from bihuan.cli.people import acting, as_option, current
from bihuan.models import Item, Request
from bihuan.queries.item import find_item
from bihuan.queries.people import directory, person_names, visible_units
from bihuan.queries.requests import escalated, requests, to_decide
from bihuan.rules.clocked import CHINA
from bihuan.rules.requests import REQUEST_NAMES, REQUEST_STATES, RequestKind, RequestState
from bihuan.rules.workflow import STATE_NAMES

_JSON = click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")
_ID = click.argument("number", metavar="编号", type=int)


@click.group()
def request() -> None:
    """申请延期、转办、退回、挂起、并案、提级：由规程写明的人批复；申请期间照常计时。"""


@request.command()
@click.argument("kind", metavar="种类", type=click.Choice([k.value for k in RequestKind]))
@click.argument("reference", metavar="事项编号")
@click.option("--reason", required=True, help="理由。")
@click.argument("pairs", metavar="[名称=内容]…", nargs=-1)
@as_option
@_JSON
def ask(
    kind: str, reference: str, reason: str, pairs: tuple[str, ...], as_name: str | None, as_json: bool
) -> None:
    """提出申请。例：bihuan request ask extension 问改〔2026〕1号 due=2026-09-30 --reason 汛期停工"""
    wanted = resolved(dict(pair_of(p) for p in pairs))
    _told(
        actions.ask(find_item(reference).pk, kind, acting(as_name), current(), reason=reason, **wanted),
        as_json,
    )


@request.command()
@_ID
@click.option("--opinion", default="", help="意见。")
@click.option("--granted", "granted", help='以 JSON 对象写明与申请不同的内容，如 {"due": "2026-08-31"}。')
@as_option
@_JSON
def approve(number: int, opinion: str, granted: str | None, as_name: str | None, as_json: bool) -> None:
    """批准申请，并当即办理。"""
    values = resolved(object_of(granted))
    done = actions.approve_request(number, acting(as_name), current(), opinion=opinion, granted=values)
    _told(done, as_json)


@request.command()
@_ID
@click.option("--opinion", required=True, help="不批准的理由。")
@as_option
@_JSON
def refuse(number: int, opinion: str, as_name: str | None, as_json: bool) -> None:
    """不批准申请，写明理由。"""
    _told(actions.refuse_request(number, acting(as_name), current(), opinion=opinion), as_json)


@request.command()
@_ID
@click.option("--reason", default="", help="理由。")
@as_option
@_JSON
def withdraw(number: int, reason: str, as_name: str | None, as_json: bool) -> None:
    """撤回尚未批复的申请。"""
    _told(actions.withdraw_request(number, acting(as_name), current(), reason=reason), as_json)


def _told(done: Asked, as_json: bool) -> None:
    text = f"申请 {done.request}（{done.number}）：{REQUEST_STATES[done.state]}（留痕 #{done.seq}）"
    answer(asdict(done), as_json=as_json, text=text)


@request.command("list")
@click.option("--mine", is_flag=True, help="只列等我批复的。")
@click.option("--item", "reference", help="只列这一事项的。")
@click.option("--kind", type=click.Choice([k.value for k in RequestKind]), default=None, help="只列这一种。")
@click.option(
    "--state", type=click.Choice([s.value for s in RequestState]), default=None, help="只列这一状态。"
)
@as_option
@_JSON
def list_(
    mine: bool, reference: str | None, kind: str | None, state: str | None, as_name: str | None, as_json: bool
) -> None:
    """列出申请。"""
    actor = acting(as_name)
    units, item = visible_units(actor), find_item(reference).pk if reference else None
    if mine:
        found = [r for r in to_decide(actor, units, item=item) if kind in {None, r.kind}]
    else:
        found = list(requests(units, item=item, kind=kind or "", states=[state] if state else ()))
    plain = _plain(found)
    answer({"requests": plain}, as_json=as_json, text="\n".join(_line(p) for p in plain) or "没有申请。")


def _plain(found: list[Request]) -> list[dict[str, Any]]:
    numbers = dict(Item.objects.filter(pk__in={r.item_id for r in found}).values_list("id", "number"))
    people = person_names({p for r in found for p in (r.asked_by, r.decided_by)})
    labels = directory().labels
    return [
        {
            "id": r.pk, "number": numbers[r.item_id], "item": r.item_id, "kind": r.kind, "state": r.state, "reason": r.reason,
            "wanted": r.wanted, "unit": labels[r.unit_id], "asked_by": people.get(r.asked_by, ""), "asked_at": r.asked_at,
            "decide_due": r.decide_due, "decided_by": people.get(r.decided_by, ""), "decided_at": r.decided_at,
            "opinion": r.opinion,
        }
        for r in found
    ]  # fmt: skip


def _line(plain: dict[str, Any]) -> str:
    head = (
        f"{plain['id']}　{plain['number']}　{REQUEST_NAMES[plain['kind']]}　{REQUEST_STATES[plain['state']]}"
    )
    told = f"{head}　{plain['unit']}{plain['asked_by']} {_when(plain['asked_at'])} 提出：{plain['reason']}"
    if plain["decided_at"]:
        return f"{told}　{plain['decided_by']} {_when(plain['decided_at'])}：{plain['opinion'] or '同意'}"
    return f"{told}　须在 {_when(plain['decide_due'])} 前批复" if plain["decide_due"] else told


def _when(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}"


@request.command("escalated")
@as_option
@_JSON
def escalated_(as_name: str | None, as_json: bool) -> None:
    """列出提级到本单位牵头的事项，未回应的在前。"""
    found = list(escalated(visible_units(acting(as_name))))
    labels = directory().labels
    plain = [
        {
            "id": i.pk, "number": i.number, "title": i.title, "state": i.state, "office": labels[i.office_id],
            "from": labels[i.below[-1]["unit"]], "owner": labels.get(i.owner_id, ""), "lead": i.lead,
            "escalated_at": i.escalated_at, "responded_at": i.responded_at, "waiting": i.waiting,
        }
        for i in found
    ]  # fmt: skip
    lines = [_escalated_line(p) for p in plain] or ["没有提级的事项。"]
    answer({"items": plain}, as_json=as_json, text="\n".join(lines))


def _escalated_line(plain: dict[str, Any]) -> str:
    responded = "已回应" if plain["responded_at"] else "待回应"
    return (
        f"{plain['number']}　{plain['title']}　{STATE_NAMES[plain['state']]}　由{plain['from']}提级到{plain['office']}"
        f"（{_when(plain['escalated_at'])}，{responded}）　承办：{plain['owner'] or '无'}"
    )


COMMANDS = {"request": request}
