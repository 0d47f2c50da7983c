"""meeting."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from bihuan.actions import meeting as actions
from bihuan.actions.decide import Decided, Resolution, decide
from bihuan.actions.meeting import Call, Met
from bihuan.cli.item_commands import object_of, pair_of, resolved
from bihuan.cli.output import answer, instant
from bihuan.cli.people import acting, as_option, current, person_named, unit_named
from bihuan.models import Meeting, Register
from bihuan.queries.decided import Change, changes_of
from bihuan.queries.item import find_item
from bihuan.queries.items import may_see
from bihuan.queries.meetings import MeetingDetail, change_words, find_meeting, meeting_detail, meetings
from bihuan.queries.people import visible_units
from bihuan.reports.minutes import write_minutes
from bihuan.rules.clocked import CHINA
from bihuan.rules.errors import Invalid, NotAllowed
from bihuan.rules.meeting import DECIDABLE, MEETING_STATES, Presence
from bihuan.rules.workflow import STATE_NAMES

_JSON = click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出。")
_REF = click.argument("reference", metavar="会议编号")


@click.group()
def meeting() -> None:
    """会审：召集、议程、到会、议定、纪要；会上议定的，当即在各事项上办理并留痕。"""


@meeting.command()
@click.option("--title", required=True, help="会议名称。")
@click.option("--at", required=True, metavar="时间", help="开会时间，如 “2026-03-20 15:00”。")
@click.option("--place", required=True, help="地点。")
@click.option("--chair", required=True, help="主持人（用户名、姓名或人员编号）。")
@click.option("--expect", "expected", multiple=True, help="应到人员，可重复。")
@click.option("--office", help="召集单位（默认：本人所在单位）。")
@as_option
@_JSON
def call(
    title: str, at: str, place: str, chair: str, expected: tuple[str, ...], office: str | None, as_name: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """召集会议，按年连续编号。"""
    actor, starts = acting(as_name), instant(at, current())
    assert starts is not None
    asked = Call(title, starts, place, person_named(chair), [person_named(p) for p in expected])
    _told(
        actions.call_meeting(actor, current(), unit_named(office) if office else actor.unit, asked), as_json
    )


@meeting.command()
@_REF
@click.argument("items", metavar="事项编号[：议什么]…", nargs=-1, required=True)
@click.option("--add", is_flag=True, help="加在现有议程之后（不写则重排）。")
@as_option
@_JSON
def agenda(reference: str, items: tuple[str, ...], add: bool, as_name: str | None, as_json: bool) -> None:
    """确定议程。例：bihuan meeting agenda 812 攻坚〔2026〕1号：是否销号 问改〔2026〕3号：延期"""
    actor = acting(as_name)
    places = [_place(text) for text in items]
    _told(actions.set_agenda(find_meeting(reference, actor).pk, actor, current(), places, add=add), as_json)


def _place(text: str) -> dict[str, Any]:
    number, _, matter = text.replace(":", "：", 1).partition("：")
    return {"item": find_item(number.strip()).pk, "matter": matter.strip()}


@meeting.command()
@_REF
@click.option("--absent", multiple=True, help="请假的，可重复。")
@click.option("--represented", multiple=True, metavar="本人=代为出席的人", help="委托他人出席的，可重复。")
@click.option("--present", multiple=True, help="应到以外出席的，可重复。")
@click.option("--observer", "observers", multiple=True, help="列席人员姓名，可重复。")
@click.option("--presider", help="主持人没有出席时，由谁主持。")
@as_option
@_JSON
def attend(reference: str, as_name: str | None, as_json: bool, **given: Any) -> None:
    """登记到会情况：没写的应到人员都算出席。"""
    actor = acting(as_name)
    done = actions.attend(
        find_meeting(reference, actor).pk, actor, current(), _attendance(given), observers=given["observers"],
        presider=person_named(given["presider"]) if given["presider"] else 0,
    )  # fmt: skip
    _told(done, as_json)


def _attendance(given: dict[str, Any]) -> list[dict[str, Any]]:
    rows = [{"person": person_named(p), "presence": Presence.ABSENT.value} for p in given["absent"]]
    rows += [{"person": person_named(p), "presence": Presence.PRESENT.value} for p in given["present"]]
    for pair in given["represented"]:
        person, equals, by = pair.partition("=")
        if not equals:
            raise click.BadParameter(f"“{pair}”应写成 本人=代为出席的人。")
        row = {"person": person_named(person), "presence": Presence.REPRESENTED.value, "by": person_named(by)}
        rows.append(row)
    return rows


@meeting.command("decide")
@_REF
@click.argument("step", metavar="[步骤]", required=False, type=click.Choice([*DECIDABLE]))
@click.argument("pairs", metavar="[名称=内容]…", nargs=-1)
@click.option("--item", "items", multiple=True, help="事项编号，可重复：同样的决定一次登记。")
@click.option("--reason", default="", help="理由或意见。")
@click.option("--values", "values_json", help="以 JSON 对象给出内容（与 名称=内容 合并）。")
@click.option("--presider", help="会议主持人须回避时，这一项由谁主持。")
@click.option(
    "--file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="一次登记多项不同的决定（JSON 列表）。",
)
@as_option
@_JSON
def decide_(reference: str, file: Path | None, as_name: str | None, as_json: bool, **given: Any) -> None:
    """登记议定事项，全部生效或全部不生效。

    例：bihuan meeting decide 812 review passed=1 --item 攻坚〔2026〕1号 --item 民生〔2026〕2号 --reason 同意销号
    """
    actor = acting(as_name)
    resolutions = _from_file(file) if file else _resolutions(given)
    done = decide(find_meeting(reference, actor).pk, actor, current(), resolutions)
    answer(asdict(done), as_json=as_json, text=_done_text(done))


def _resolutions(given: dict[str, Any]) -> list[Resolution]:
    if not given["step"] or not given["items"]:
        raise click.UsageError("请写明步骤和 --item，或用 --file。")
    values = {**object_of(given["values_json"]), **dict(pair_of(p) for p in given["pairs"])}
    presider = person_named(given["presider"]) if given["presider"] else 0
    return [_resolution(i, given["step"], dict(values), given["reason"], presider) for i in given["items"]]


def _resolution(item: str, step: str, values: dict[str, Any], reason: str, presider: int) -> Resolution:
    """A change of the target or the deadline may be written as ``target=…`` and ``due=…``."""
    if step == "amend" and "changes" not in values:
        values = {"changes": values}
    return Resolution(find_item(item).pk, step, resolved(values), reason, presider)


def _from_file(path: Path) -> list[Resolution]:
    try:
        rows = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise click.BadParameter(f"{path} 不是 JSON：{error}") from None
    known = {"item", "step", "values", "reason", "presider"}
    if not isinstance(rows, list) or not all(isinstance(r, dict) and r.keys() <= known for r in rows):
        raise Invalid(f"{path} 应是一列对象。", hint=f"每项可写：{'、'.join(sorted(known))}。")
    return [
        _resolution(
            str(row.get("item", "")), str(row.get("step", "")), dict(row.get("values") or {}), str(row.get("reason", "")),
            person_named(str(row["presider"])) if row.get("presider") else 0,
        )
        for row in rows
    ]  # fmt: skip


def _done_text(done: Decided) -> str:
    lines = [f"  {d.number}：{STATE_NAMES[d.state]}（留痕 #{d.seq}）" for d in done.done]
    return "\n".join([f"{done.number} 议定 {len(done.done)} 项：", *lines])


@meeting.command()
@_REF
@click.option("--text", help="会上说了什么（不写则只打印）。")
@click.option("--no", default=0, help="记在议程第几项下（默认：整个会议）。")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="写到哪里（.docx）。")
@as_option
@_JSON
def minutes(
    reference: str, text: str | None, no: int, out: Path | None, as_name: str | None, as_json: bool
) -> None:
    """记录（--text），或打印会议纪要（Word）。"""
    actor = acting(as_name)
    found = find_meeting(reference, actor)
    if text:
        _told(actions.minute(found.pk, actor, current(), text, no=no), as_json)
        return
    path = out or Path(f"{found.number}纪要.docx")
    path.write_bytes(write_minutes(meeting_detail(found)))
    answer({"file": str(path)}, as_json=as_json, text=f"已写入 {path}")


@meeting.command()
@_REF
@as_option
@_JSON
def confirm(reference: str, as_name: str | None, as_json: bool) -> None:
    """主持人确认纪要；此后只能由以后的会议变更。"""
    actor = acting(as_name)
    _told(actions.confirm_minutes(find_meeting(reference, actor).pk, actor, current()), as_json)


@meeting.command()
@_REF
@click.option("--reason", required=True, help="理由。")
@as_option
@_JSON
def cancel(reference: str, reason: str, as_name: str | None, as_json: bool) -> None:
    """取消尚未召开的会议。"""
    actor = acting(as_name)
    _told(actions.cancel_meeting(find_meeting(reference, actor).pk, actor, current(), reason), as_json)


def _told(done: Met, as_json: bool) -> None:
    text = f"{done.number}（会议 {done.meeting}）：{MEETING_STATES[done.state]}（留痕 #{done.seq}）"
    answer(asdict(done), as_json=as_json, text=text)


@meeting.command("list")
@as_option
@_JSON
def list_(as_name: str | None, as_json: bool) -> None:
    """列出各次会议。"""
    found = meetings(acting(as_name))
    plain = [_head(m) for m in found]
    lines = [_line(m) for m in found] or ["没有会议。"]
    answer({"meetings": plain}, as_json=as_json, text="\n".join(lines))


def _head(row: Meeting) -> dict[str, Any]:
    names = ("number", "title", "starts_at", "place", "state", "items", "decisions", "confirmed_at")
    return {"id": row.pk, **{name: getattr(row, name) for name in names}}


def _line(row: Meeting) -> str:
    return (
        f"{row.number}　{row.title}　{_when(row.starts_at)}　{row.place}　{MEETING_STATES[row.state]}　"
        f"议程 {row.items} 项，议定 {row.decisions} 项"
    )


def _when(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}"


@meeting.command()
@_REF
@as_option
@_JSON
def show(reference: str, as_name: str | None, as_json: bool) -> None:
    """查看一次会议：议程、到会、议定事项。"""
    found = meeting_detail(find_meeting(reference, acting(as_name)))
    answer(_plain(found), as_json=as_json, text=_text(found))


def _plain(found: MeetingDetail) -> dict[str, Any]:
    return {
        **_head(found.meeting),
        "office": found.office, "chair": found.chair, "presider": found.presider, "expected": found.expected,
        "present": found.present, "absent": found.absent, "observers": found.meeting.observers, "recorder": found.recorder,
        "text": found.meeting.text, "confirmed_by": found.confirmed_by,
        "agenda": [
            {"no": p.agenda.no, "item": p.item.pk, "number": p.item.number, "title": p.item.title, "matter": p.agenda.matter,
             "text": p.agenda.text,
             "decisions": [
                 {"seq": r.decision.pk, "step": r.decision.step, "words": r.words, "reason": r.decision.reason,
                  "recused": r.recused, "presider": r.presider}
                 for r in p.resolved
             ]}
            for p in found.places
        ],
    }  # fmt: skip


def _text(found: MeetingDetail) -> str:
    lines = [
        _line(found.meeting),
        f"召集单位：{found.office}　主持：{found.presider or found.chair}　应到：{'、'.join(found.expected) or '无'}",
    ]
    if found.present:
        lines.append(f"出席：{'、'.join(found.present)}　请假：{'、'.join(found.absent) or '无'}")
    for place in found.places:
        lines.append(f"  {place.agenda.no}. {place.item.number}　{place.item.title}　{place.agenda.matter}")
        for told in place.resolved:
            away = f"（回避：{'、'.join(told.recused)}）" if told.recused else ""
            why = "" if told.decision.reason in told.words else f"　理由：{told.decision.reason}"
            lines.append(f"     {told.words}{why}{away}　#{told.decision.pk}")
    return "\n".join(lines)


@meeting.command()
@click.argument("reference", metavar="事项编号")
@as_option
@_JSON
def history(reference: str, as_name: str | None, as_json: bool) -> None:
    """查看一个事项的目标、时限、措施历次议定和调整：原来是什么、改成什么、为什么、哪次会议定的。"""
    found = find_item(reference)
    if not may_see(found, visible_units(acting(as_name))):
        raise NotAllowed("这一事项不属于您的单位。")
    changes = changes_of(found.pk, Register.objects.get(pk=found.register_id).unit_id)
    lines = [_change_line(c) for c in changes] or ["没有调整过。"]
    answer(
        {"number": found.number, "changes": [asdict(c) for c in changes]},
        as_json=as_json,
        text="\n".join(lines),
    )


def _change_line(change: Change) -> str:
    by = f"（{change.meeting}）" if change.meeting else ""
    why = f"　理由：{change.reason}" if change.reason else ""
    return f"{_when(change.at)}　{change_words(change)}{by}{why}　#{change.seq}"


COMMANDS = {"meeting": meeting}
